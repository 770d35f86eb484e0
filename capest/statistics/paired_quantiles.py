"""Differences of quantiles of two runs with common draws, from groups of whole trials."""

from __future__ import annotations

import math

import numpy as np

from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval, degrees_of_freedom, is_jump, position_of, value_at
from capest.statistics.order_statistics import order_statistic
from capest.statistics.paired import why_no_pairs
from capest.statistics.student_t import student_t_quantile
from capest.statistics.two_intervals import (
    UNKNOWN,
    Compared,
    of_values,
    together,
    without_limits,
)

_FEWEST_OF_A_JUMP = 20
"""Counts of a bin that towers over its neighbours not by chance."""


def quantile_difference(
    counts: np.ndarray,
    reference_counts: np.ndarray,
    axis: HistogramAxis,
    p: float,
    *,
    least_kurtosis: float = 0.0,
    confidence: float = 0.95,
) -> Compared:
    """Difference of two quantiles of pooled counts over the same groups of whole trials.

    Woodruff's interval of two quantiles at once. Leaving group g out moves the distribution
    function at the pooled quantile by d_g = (y_g - p n_g) / (N - n_g), see
    `intervals.quantile_interval`. The d_g of both runs give the standard errors of both
    distribution functions and their correlation. Every quantile moves along two straight lines,
    from its value to where p - t SE and p + t SE are read back, as the distribution function
    moves; the limits are the least and the greatest difference over the ellipse of t standard
    errors of both. Where the four lines make two, that is the value -/+ t times the jackknife error
    of s d_g - s' d_g', s and s' being the slopes (Bahadur's representation, Francisco and
    Fuller); with one run known exactly it is Woodruff's interval of the other; and on common draws
    the ellipse is thin, so that what both share cancels on either side of the value.

    * t has the degrees of freedom that the spread of s d_g - s' d_g' allows.
    * A quantile in a bin that towers over its neighbours may lie anywhere in it: the limits are
      half a bin farther out for each of the two, unless both lie in the same bin.

    Parameters
    ----------
    counts, reference_counts : int64 array (G, bins)
        Counts per group; group g of both has the same trials, or such as no other group of either
        has. Groups without counts in both say nothing.
    axis : HistogramAxis
    p : float
        0 < p < 1.
    least_kurtosis : float
        As of `intervals.quantile_interval`.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Compared
        Limits are infinite where Woodruff's of either are. NaN limits where fewer than two groups
        have counts, and where all groups are equal in both: a note says so.

    References
    ----------
    Woodruff (1952), JASA 47(260), 635-646. Francisco and Fuller (1991), "Quantile estimation with
    a complex survey design", Annals of Statistics 19(1), 454-469. Bahadur (1966), "A note on
    quantiles in large samples", Annals of Mathematical Statistics 37(3), 577-580. Zou (2007),
    Psychological Methods 12(4), 399-413 (unequal arms of two dependent intervals).
    """
    used = counts.any(axis=1) | reference_counts.any(axis=1)
    if not counts.any() or not reference_counts.any():
        return Compared(UNKNOWN, UNKNOWN)
    ours, theirs = (_Pooled(axis, each[used], p) for each in (counts, reference_counts))
    value, percent = of_values(ours.value, theirs.value)
    if not math.isfinite(value):
        return without_limits(value, percent, "not known: outside the bins")
    if np.array_equal(counts, reference_counts):
        return without_limits(value, percent, "same: equal in all groups of trials")
    if used.sum() < 2:
        return without_limits(value, percent, "n/a: one group of trials gives no interval")
    d = np.stack([ours.deviations(), theirs.deviations()])
    groups = d.shape[1]
    norms = np.sqrt((d**2).sum(axis=1))
    error = math.sqrt((groups - 1) / groups)
    slopes = [one.slope(error * norm) for one, norm in zip((ours, theirs), norms, strict=True)]
    moved = slopes[0] * d[0] - slopes[1] * d[1] if all(map(math.isfinite, slopes)) else d[0]
    t = student_t_quantile(0.5 + confidence / 2, degrees_of_freedom(moved, least_kurtosis))
    margins = (0.0, 0.0) if ours.bin == theirs.bin else (ours.jump / 2, theirs.jump / 2)
    a, b = (
        one.arms(t * error * norm, margin)
        for one, norm, margin in zip((ours, theirs), norms, margins, strict=True)
    )
    product = float(np.prod(norms))
    return together(a, b, float(d[0] @ d[1]) / product if product > 0 else 0.0)


def order_difference(
    values: np.ndarray, reference: np.ndarray, p: float, confidence: float = 0.95
) -> Compared:
    """Difference of two quantiles over the same trials, one value a trial.

    As `quantile_difference`, with the limits of `order_statistics.order_statistic` for the ends of
    the lines. The correlation is 1 - m / (2 T p (1 - p)) where m of T trials are above one quantile
    and not above the other; two are added to m, without which it would come out too high where
    m is small.

    Parameters
    ----------
    values, reference : array (trials,)
        Trial by trial with the same numbers.
    p : float
        0 < p < 1.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Compared

    References
    ----------
    Bonett and Price (2012), "Adjusted Wald confidence interval for a difference of binomial
    proportions based on paired data", Journal of Educational and Behavioral Statistics 37(4),
    479-488 (two more that differ).
    """
    trials = len(values)
    if not trials:
        return Compared(UNKNOWN, UNKNOWN)
    ours, theirs = (order_statistic(each, p, confidence) for each in (values, reference))
    if note := why_no_pairs(int(np.count_nonzero(values != reference)), trials):
        return without_limits(*of_values(ours.value, theirs.value), note)
    differ = int(np.count_nonzero((values > ours.value) != (reference > theirs.value)))
    return together(ours, theirs, 1 - (differ + 2) / (2 * trials * p * (1 - p)))


class _Pooled:
    """Quantile of the pooled counts of groups (G, bins), and what moves it."""

    def __init__(self, axis: HistogramAxis, counts: np.ndarray, p: float) -> None:
        self._axis, self._p, self._counts = axis, p, counts
        self._cumulative = np.cumsum(counts.sum(axis=0))
        self._total = int(self._cumulative[-1])
        self.bin, self._fraction = position_of(self._cumulative, p * self._total)
        inside = 0 < self.bin < axis.bins - 1
        here = counts[:, self.bin].sum()
        is_wide = inside and here >= _FEWEST_OF_A_JUMP and is_jump(self._cumulative, self.bin)
        self.value = value_at(axis, self.bin, 0.5 if is_wide else self._fraction)
        ends = (value_at(axis, self.bin, end) for end in (1.0, 0.0))
        self.jump = math.dist(*((end,) for end in ends)) if is_wide else 0.0

    def deviations(self) -> np.ndarray:
        """How far leaving each group out moves the distribution function, (G,)."""
        sizes = self._counts.sum(axis=1)
        below = self._counts[:, : self.bin].sum(axis=1) + self._fraction * self._counts[:, self.bin]
        # Leaving out a group that has all counts leaves nothing.
        rest = np.maximum(self._total - sizes, 1)
        return np.where(sizes < self._total, (below - self._p * sizes) / rest, 1.0)

    def slope(self, half: float) -> float:
        """Slope of the quantile function from p less to p more by ``half``; inf where it ends."""
        ends = self.arms(half, 0.0)
        return (ends.high - ends.low) / (2 * half) if half > 0 else 0.0

    def arms(self, half: float, margin: float) -> Interval:
        """Value, and where p less and p more by ``half`` are read back."""
        low, high = -math.inf, math.inf
        if half == 0.0:
            low = high = self.value
        elif self._p - half > 0 and self._p + half < 1:
            low, high = self._at(self._p - half, 0.0), self._at(self._p + half, 1.0)
        return Interval(self.value, low - margin, high + margin)

    def _at(self, share: float, side: float) -> float:
        index, fraction = position_of(self._cumulative, share * self._total)
        return value_at(self._axis, index, side if is_jump(self._cumulative, index) else fraction)
