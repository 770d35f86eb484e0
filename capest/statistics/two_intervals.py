"""Differences and ratios of two figures from their intervals, and what is known of a difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.intervals import Interval

_ANGLES = np.linspace(0.0, 2 * np.pi, 360, endpoint=False)
_CIRCLE = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)])

UNKNOWN = Interval(math.nan, math.nan, math.nan)
"""Of what cannot be compared at all."""


@dataclass(frozen=True)
class Compared:
    """A difference and a relative difference with their 95 % intervals.

    Attributes
    ----------
    difference : Interval
        Value less reference, in the units of the quantity.
    percent : Interval
        The same, in percent of the reference; all NaN where that is not above zero.
    paired : bool
        From pairs of trials with common draws; else from two independent runs.
    """

    difference: Interval
    percent: Interval
    paired: bool = True


def without_limits(value: float, percent: float, note: str) -> Compared:
    """A difference of which nothing is known but its value."""
    difference, relative = (Interval(each, math.nan, math.nan, note) for each in (value, percent))
    return Compared(difference, relative)


def unpaired_difference(values: Interval, reference: Interval) -> Compared:
    """Difference of figures of two runs that have no draws in common.

    Parameters
    ----------
    values, reference : Interval
        Of the same figure of two runs.

    Returns
    -------
    Compared
        By `of_two_intervals` the relative one of the logarithms. A value of zero has none: its
        limits over those of the reference are then farther apart than need be.
    """
    difference = of_two_intervals(values, reference)
    if not difference.note and values.value == values.low == 0.0 and reference.low > 0:
        percent = Interval(-100.0, -100.0, 100.0 * (values.high / reference.low - 1.0))
        return Compared(difference, percent, paired=False)
    positive = values.value > 0 and values.low >= 0 and reference.low > 0
    if difference.note or not positive:
        ratio = values.value / reference.value - 1 if reference.value > 0 else math.nan
        return Compared(difference, Interval(100.0 * ratio, math.nan, math.nan), paired=False)
    ends = of_two_intervals(_logarithm(values), _logarithm(reference))
    value, low, high = (
        100.0 * math.expm1(end) if end < 700 else math.inf
        for end in (ends.value, ends.low, ends.high)
    )
    return Compared(difference, Interval(value, low, high), paired=False)


def of_two_intervals(values: Interval, reference: Interval) -> Interval:
    """Interval of a difference from the intervals of two independent figures.

    Every distance of a limit from its value stands for a standard error on that side:
    low = D - sqrt(x^2 + y^2) with x from the value down to its lower limit and y from the reference
    up to its upper limit; high with the other two. So intervals that are not symmetric keep their
    coverage.

    Parameters
    ----------
    values, reference : Interval

    Returns
    -------
    Interval
        The note of either in place of limits, where it has none.

    References
    ----------
    Zou and Donner (2008), "Construction of confidence limits about effect measures: a general
    approach", Statistics in Medicine 27(10), 1693-1702.
    """
    value = values.value - reference.value
    if note := values.note or reference.note:
        return Interval(value, math.nan, math.nan, note)
    down = math.hypot(values.value - values.low, reference.high - reference.value)
    up = math.hypot(values.high - values.value, reference.value - reference.low)
    return Interval(value, value - down, value + up)


def together(ours: Interval, theirs: Interval, correlation: float) -> Compared:
    """Difference and ratio of two figures whose errors are correlated.

    Each figure moves along two straight lines, from its value to its lower and to its upper limit,
    as a standard normal variable goes from 0 to -1 and to 1; the limits are the extremes over the
    ellipse of two such variables with the given correlation. Without it that is
    `of_two_intervals`; with symmetric intervals, sqrt(x^2 + y^2 - 2 r x y) to either side; and
    figures with equal limits that move as one have no difference.

    Parameters
    ----------
    ours, theirs : Interval
    correlation : float
        -1..1.

    Returns
    -------
    Compared

    References
    ----------
    Zou (2007), "Toward using confidence intervals to compare correlations", Psychological Methods
    12(4), 399-413 (unequal arms of dependent estimates).
    """
    r = max(-1.0, min(1.0, correlation))
    value, percent = of_values(ours.value, theirs.value)
    if not all(map(math.isfinite, (ours.low, ours.high, theirs.low, theirs.high))):
        without = Interval(percent, -math.inf, math.inf)
        return Compared(
            Interval(value, -math.inf, math.inf), UNKNOWN if math.isnan(percent) else without
        )
    together, apart = np.sqrt([[(1 + r) / 2], [(1 - r) / 2]]) * _CIRCLE
    a, b = _moved(ours, together + apart), _moved(theirs, together - apart)
    difference = Interval(value, min(value, (a - b).min()), max(value, (a - b).max()))
    if math.isnan(percent):
        return Compared(difference, UNKNOWN)
    if not b.min() > 0:
        return Compared(difference, Interval(percent, -math.inf, math.inf))
    ratio = 100.0 * (a / b - 1.0)
    return Compared(difference, Interval(percent, ratio.min(), ratio.max()))


def _moved(found: Interval, steps: np.ndarray) -> np.ndarray:
    """Value at -1 (the lower limit) .. 1 (the upper limit), in two straight lines."""
    arms = np.where(steps < 0, found.value - found.low, found.high - found.value)
    return found.value + steps * arms


def of_values(value: float, reference: float) -> tuple[float, float]:
    """Return the difference, also in percent of a reference above zero."""
    difference = value - reference if value != reference else 0.0
    return difference, (100.0 * difference / reference if 0 < reference < math.inf else math.nan)


def _logarithm(found: Interval) -> Interval:
    value, low, high = (
        math.log(end) if end > 0 else -math.inf for end in (found.value, found.low, found.high)
    )
    return Interval(value, low, high)
