"""Which objects of a file of element sets are satellites to compute with, and by which set."""

from __future__ import annotations

import bisect
import difflib
import fnmatch
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from capest.errors import InputError
from capest.orbits.element_sets import DEBRIS, ROCKET_BODY, ElementSet

SELECT = "constellation.select"
HEIGHT_TOLERANCE = 0.2
"""Part of its altitude by which a satellite's perigee and apogee may differ from it."""


@dataclass(frozen=True)
class Choice:
    """What is asked of the objects of a file.

    Attributes
    ----------
    start_jd, end_jd : float
        Julian dates (UTC) of the window.
    altitude_km : float or None
        Of the satellites meant; None lets every height pass.
    names : tuple of str
        Patterns of names, with ``*``, ``?`` and ``[...]``.
    numbers : tuple of (int, int)
        First and last catalogue number of ranges.
    height_km : (float, float) or None
        Lowest perigee and highest apogee, in place of what follows from ``altitude_km``.
    """

    start_jd: float
    end_jd: float
    altitude_km: float | None = None
    names: tuple[str, ...] = ()
    numbers: tuple[tuple[int, int], ...] = ()
    height_km: tuple[float, float] | None = None

    @property
    def is_named(self) -> bool:
        """Whether objects are named one by one, so that nothing else is asked of them."""
        return bool(self.names or self.numbers)


def choose(
    path: Path, sets: Sequence[ElementSet], choice: Choice
) -> tuple[list[ElementSet], tuple[str, ...]]:
    """Take one element set of every object that is a satellite meant.

    Debris, rocket bodies, what decays before the window's end, and objects whose perigee or apogee
    is more than 20 % from the altitude are left out. Objects that are named by name or number are
    taken alone, and whatever they are; a range of heights takes the place of the 20 %.

    Parameters
    ----------
    path : Path
        Named in messages.
    sets : sequence of ElementSet
    choice : Choice

    Returns
    -------
    chosen : list of ElementSet
        In the order in which the objects first stand in the file.
    notes : tuple of str
        What was left out, one line each.

    Raises
    ------
    InputError
        If nothing is left, or a name or number is of no object.
    """
    objects, notes = _one_each(path, sets, 0.5 * (choice.start_jd + choice.end_jd))
    total = len(objects)
    if choice.is_named:
        named = _named(path, objects, choice)
        objects = [each for each, wanted in zip(objects, named, strict=True) if wanted]
        notes.append(f"{path}: {SELECT} names {len(objects):,} of {total:,} objects")
    low_km, high_km = _heights(choice)
    left_out: dict[str, list[ElementSet]] = {}
    chosen = []
    for each in objects:
        reason = "" if choice.is_named else _not_a_satellite(each, choice)
        perigee_km, apogee_km = each.heights_km
        if not reason and not low_km <= perigee_km <= apogee_km <= high_km:
            reason = _HEIGHT
        if reason:
            left_out.setdefault(reason, []).append(each)
        else:
            chosen.append(each)
    chosen, note = _one_a_place(path, chosen)
    notes += note
    if not chosen:
        raise InputError(f"{path}: {_nothing_left(objects, left_out, choice)}")
    if left_out:
        count = sum(map(len, left_out.values()))
        can = "" if choice.is_named else f"; [{SELECT}] can take them in"
        notes.append(
            f"{path}: {count:,} of {total:,} objects left out: {_listed(left_out, choice)}{can}"
        )
    return chosen, tuple(notes)


def _one_each(
    path: Path, sets: Sequence[ElementSet], middle_jd: float
) -> tuple[list[ElementSet], list[str]]:
    """Choose every object's set of the nearest epoch, of equally near ones the later or last."""
    best: dict[object, ElementSet] = {}
    repeated: set[object] = set()
    for index, each in enumerate(sets):
        # Zero is no number: such sets are told apart by their names.
        key: object = each.number or each.name or (index,)
        other = best.get(key)
        if other is None:
            best[key] = each
            continue
        repeated.add(key)
        # A decay that any set of the object tells of is one of the object.
        decay_jd = min(each.decay_jd, other.decay_jd)
        nearest = min((each, other), key=lambda one: (abs(one.epoch_jd - middle_jd), -one.epoch_jd))
        best[key] = nearest if decay_jd == nearest.decay_jd else replace(nearest, decay_jd=decay_jd)
    if not repeated:
        return list(best.values()), []
    note = (
        f"{path}: {len(repeated):,} of {len(best):,} catalogue numbers stand in it more than once; "
        "of each the element set nearest the window's middle counts, "
        f"{len(sets) - len(best):,} others do not"
    )
    return list(best.values()), [note]


def _one_a_place(path: Path, objects: list[ElementSet]) -> tuple[list[ElementSet], list[str]]:
    """Keep the first object of equal epochs and elements: two satellites cannot share a place."""
    found: dict[object, ElementSet] = {}
    for each in objects:
        of = each.satellite
        elements = (of.no_kozai, of.ecco, of.inclo, of.nodeo, of.argpo, of.mo)
        found.setdefault((each.epoch_jd, *elements), each)
    more = len(objects) - len(found)
    if not more:
        return objects, []
    note = (
        f"{path}: {more:,} of {len(objects):,} objects have the epoch and the elements of another "
        "under another number; they are taken for the same and count once"
    )
    return list(found.values()), [note]


def _named(path: Path, objects: Sequence[ElementSet], choice: Choice) -> np.ndarray:
    """Which objects names or numbers select; each of them must select one."""
    labels = [each.label.casefold() for each in objects]
    wanted = np.zeros(len(objects), dtype=bool)
    for pattern in choice.names:
        folded = pattern.casefold()
        fits = re.compile(fnmatch.translate(folded)).match
        hits = [label == folded or fits(label) is not None for label in labels]
        if not any(hits):
            raise InputError(
                f"{path}: {SELECT}.names: {pattern!r} fits no name; {_like(pattern, objects)}"
            )
        wanted |= hits
    numbers = np.array([each.number for each in objects])
    for first, last in choice.numbers:
        hits_of_range = (first <= numbers) & (numbers <= last)
        if not hits_of_range.any():
            called = f"{first}" if first == last else f"{first}-{last}"
            raise InputError(
                f"{path}: {SELECT}.numbers: no object has the number {called}; "
                f"{_near(first, numbers.tolist())}"
            )
        wanted |= hits_of_range
    return wanted


def _like(pattern: str, objects: Sequence[ElementSet]) -> str:
    names = {each.label.casefold(): each.label for each in objects}
    found = difflib.get_close_matches(pattern.casefold(), list(names)[:5000], 1)
    if found:
        return f"did you mean {names[found[0]]}"
    shown = ", ".join(list(names.values())[:3])
    return f"names are {shown}{', …' if len(names) > 3 else ''}"


def _near(number: int, numbers: list[int]) -> str:
    ordered = sorted(numbers)
    at = bisect.bisect(ordered, number)
    return "the nearest are " + " and ".join(map(str, ordered[max(0, at - 1) : at + 1]))


_HEIGHT = "height"
_REASONS = {
    ROCKET_BODY: "{} rocket bod{y}",
    DEBRIS: "{} piece{s} of debris",
    "decayed": "{} decayed before the window's end",
}


def _not_a_satellite(each: ElementSet, choice: Choice) -> str:
    if each.kind in (ROCKET_BODY, DEBRIS):
        return each.kind
    return "decayed" if each.decay_jd < choice.end_jd else ""


def _heights(choice: Choice) -> tuple[float, float]:
    """Lowest perigee and highest apogee that are taken."""
    if choice.height_km is not None:
        return choice.height_km
    if choice.is_named or choice.altitude_km is None:
        return float("-inf"), float("inf")
    tolerance_km = HEIGHT_TOLERANCE * choice.altitude_km
    return choice.altitude_km - tolerance_km, choice.altitude_km + tolerance_km


def _said(reason: str, count: int, choice: Choice) -> str:
    if reason != _HEIGHT:
        one = count == 1
        return _REASONS[reason].format(f"{count:,}", y="y" if one else "ies", s="" if one else "s")
    if choice.height_km is not None:
        low_km, high_km = choice.height_km
        return f"{count:,} with perigee or apogee outside {low_km:g} to {high_km:g} km"
    return (
        f"{count:,} with perigee or apogee more than {100 * HEIGHT_TOLERANCE:.0f} % from "
        f"satellite.altitude_km = {choice.altitude_km:g}"
    )


def _listed(left_out: dict[str, list[ElementSet]], choice: Choice) -> str:
    parts = []
    for reason, objects in left_out.items():
        names = ", ".join(each.label[:40] for each in objects[:3])
        more = ", …" if len(objects) > 3 else ""
        parts.append(f"{_said(reason, len(objects), choice)} ({names}{more})")
    return ", ".join(parts)


def _nothing_left(
    objects: Sequence[ElementSet], left_out: dict[str, list[ElementSet]], choice: Choice
) -> str:
    heights_km = np.array([each.heights_km for each in objects])
    said = f"no object is left: {_listed(left_out, choice)}"
    if _HEIGHT not in left_out:
        return f"{said}; name those to take in [{SELECT}] names or numbers"
    low_km, high_km = heights_km[:, 0].min(), heights_km[:, 1].max()
    change = "satellite.altitude_km or " if choice.height_km is None else ""
    return (
        f"{said}; heights are {low_km:,.0f} to {high_km:,.0f} km, half of them below "
        f"{np.median(heights_km):,.0f}: change {change}[{SELECT}] height_km"
    )
