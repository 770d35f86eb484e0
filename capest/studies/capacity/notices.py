"""Notes of runs at many values, each once."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")


def gathered(notes: Sequence[Sequence[str]]) -> list[str]:
    """Tell notes of runs once, those of some runs with these words before them.

    Parameters
    ----------
    notes : sequence of sequence of str
        Of each run.

    Returns
    -------
    list of str
        Notes that differ in numbers alone are one: the first of them, and at how many values more
        there are others.
    """
    alike: dict[str, list[str]] = {}
    for of_run in notes:
        for note in dict.fromkeys(of_run):
            alike.setdefault(_NUMBER.sub("#", note), []).append(note)
    found = []
    for same in alike.values():
        first, others = same[0], len([each for each in same if each != same[0]])
        if others:
            more = f"{others:,} more value{'' if others == 1 else 's'}"
            found.append(f"at some values: {first} (at {more} the same with other numbers)")
        else:
            found.append(first if len(same) == len(notes) else f"at some values: {first}")
    return found
