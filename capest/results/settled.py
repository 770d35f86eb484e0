"""Whether calls and the interference that they make have settled."""

from __future__ import annotations

from collections.abc import Mapping

from capest.results.figures import value_text
from capest.statistics.reduction import Estimate

APART = 0.005
"""Share of the calls from which on two chains count as apart."""


def settling_notes(estimates: Mapping[tuple[str, str], Estimate]) -> list[str]:
    """Say where calls from an empty and from a full network came to different numbers.

    Parameters
    ----------
    estimates : mapping of (metric, statistic) to Estimate

    Returns
    -------
    list of str
        One line, or none.
    """
    empty, full = (estimates.get((f"calls_from_{start}", "mean")) for start in ("empty", "full"))
    if empty is None or full is None:
        return []
    if abs(empty.value - full.value) <= APART * max(empty.value, full.value):
        return []
    return [
        "Calls and their interference in the uplink did not settle: from an empty network they "
        f"come to {value_text(empty)}, from a full one to {value_text(full)}; the lower of each "
        "trial counts."
    ]
