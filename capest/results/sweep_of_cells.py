"""Figures of a sweep's points from their values of cells, which the sweep itself does not keep."""

from __future__ import annotations

import math

from capest.results.stored import Stored
from capest.results.who_is_served import who_is_served

WORST_DECILE = "worst_decile_served_share"
JAIN = "jain_over_cells"

OF_CELLS: dict[str, str] = {
    WORST_DECILE: "share served of what is asked for, all trials together, in the tenth of people "
    "(or of users) that is worst off, of ten from thinly to densely settled cells",
    JAIN: "Jain's index of the share served in every cell that asked, all trials together",
}
"""Name in a sweep's file -> what it is."""


def figures_of_cells(stored: Stored) -> dict[str, float]:
    """Figures of a result that come from its cells, without intervals.

    Parameters
    ----------
    stored : Stored
        A result.

    Returns
    -------
    dict of str to float
        Those of `OF_CELLS` that it has.
    """
    found = who_is_served(stored)
    if found is None:
        return {}
    shares = [each.share for each in found.by_density if not math.isnan(each.share)]
    figures = {WORST_DECILE: min(shares, default=math.nan), JAIN: found.jain_over_cells}
    return {name: value for name, value in figures.items() if not math.isnan(value)}
