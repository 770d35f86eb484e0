"""Whether a point of a sweep is the most, or the least, by more than chance."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.results.differences import differences, trials_of
from capest.results.sweep_figures import SweepPoint, select_point
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import xarray as xr

_MOST_PAIRS = 30
"""Points of overlapping intervals that are compared in pairs; of more none stands out."""


def stands_out(
    dataset: xr.Dataset,
    point: tuple[SweepPoint, Estimate],
    others: Sequence[tuple[SweepPoint, Estimate]],
) -> bool:
    """Whether a figure at a point differs from that at each other point by more than chance.

    Parameters
    ----------
    dataset : xarray.Dataset
        The sweep.
    point : (SweepPoint, Estimate)
        A point and the figure there.
    others : sequence of (SweepPoint, Estimate)
        Other points and the same figure.

    Returns
    -------
    bool
        Where 95 % intervals lie apart, or where that of the difference, of common draws if there
        are some, is without zero.
    """
    near = [other for other in others if not _lie_apart(point[1], other[1])]
    if len(near) > _MOST_PAIRS:
        return False
    near.sort(key=lambda other: abs(other[1].value - point[1].value))
    return all(_differ(dataset, point, other) for other in near)


def _lie_apart(one: Estimate, other: Estimate) -> bool:
    ends = (one.low, one.high, other.low, other.high)
    return not any(map(math.isnan, ends)) and (one.low > other.high or one.high < other.low)


def _differ(
    dataset: xr.Dataset,
    one: tuple[SweepPoint, Estimate],
    other: tuple[SweepPoint, Estimate],
) -> bool:
    """Whether the difference of two points has an interval that is without zero."""
    try:
        first, second = (trials_of(select_point(dataset, point.place)) for point, _ in (one, other))
    except InputError:
        return False
    figure = (one[1].metric, one[1].statistic)
    found = next(
        (each for each in differences(first, second) if (each.metric, each.statistic) == figure),
        None,
    )
    return found is not None and not found.note and (found.low > 0.0 or found.high < 0.0)
