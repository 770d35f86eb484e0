"""Confidence intervals: means over trials, ratios over trials, quantiles over groups of trials.

Users of one trial share beams and interference, so they are not independent; trials are.
Every interval here therefore takes whole trials, or groups of whole trials, as its
observations. NumPy only: this runs wherever blocks are reduced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.histograms import HistogramAxis
from capest.statistics.student_t import student_t_quantile


@dataclass(frozen=True)
class Interval:
    """An estimate and the limits of its confidence interval.

    Attributes
    ----------
    value, low, high : float
        In the units of the quantity. NaN limits: too few observations for an interval.
    note : str
        Why there are no limits, and what would give some; empty where there are.
    """

    value: float
    low: float
    high: float
    note: str = ""


Moments = tuple[int, float, float]
"""Count, mean, and sum of squared deviations from the mean (M2)."""


def merge_moments(a: Moments, b: Moments) -> Moments:
    """Merge the moments of two disjoint samples without cancellation.

    Parameters
    ----------
    a, b : tuple (count, mean, M2)

    Returns
    -------
    tuple (count, mean, M2)
        Moments of the union.

    References
    ----------
    Chan, Golub and LeVeque (1979), "Updating formulae and a pairwise algorithm for computing
    sample variances", Stanford STAN-CS-79-773.
    """
    if a[0] == 0:
        return b
    if b[0] == 0:
        return a
    count = a[0] + b[0]
    delta = b[1] - a[1]
    mean = a[1] + delta * (b[0] / count)
    m2 = a[2] + b[2] + delta * delta * (a[0] * b[0] / count)
    return count, mean, m2


def mean_interval(count: int, mean: float, m2: float, confidence: float = 0.95) -> Interval:
    """Student t interval of a mean over independent trials.

    Parameters
    ----------
    count : int
        Number of trials.
    mean : float
        Mean over the trials.
    m2 : float
        Sum of squared deviations from the mean.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        NaN limits for fewer than two trials.

    References
    ----------
    Student (1908), "The probable error of a mean", Biometrika 6(1), 1-25.
    """
    if count < 2:
        return Interval(mean if count else math.nan, math.nan, math.nan)
    half = student_t_quantile(0.5 + confidence / 2, count - 1) * math.sqrt(m2 / (count - 1) / count)
    return Interval(mean, mean - half, mean + half)


def ratio_interval(
    count: int,
    sums: tuple[int, int],
    squares: tuple[int, int, int],
    confidence: float = 0.95,
) -> Interval:
    """Interval of a share: ratio of two sums over independent trials, 0 <= part <= whole.

    The ratio estimator is linearised: with R = sum(y) / sum(n) over T trials,
    Var R = T / (T - 1) * sum((y - R n)^2) / sum(n)^2. The interval is Wilson's for the number of
    independent observations of the same variance, R (1 - R) / Var R, which keeps its coverage
    near 0 and 1 where the plain one is too short. Where every trial has the share 0 or
    every trial the share 1 that variance is zero although nothing is certain. Then the limit
    away from the value comes from the number of trials alone, on the safe side: a trial with
    another share has at most the probability 1 - ((1 - confidence) / 2)^(1 / T), or the sample
    would have shown one.

    Parameters
    ----------
    count : int
        Number of trials T.
    sums : tuple of int
        (sum of y, sum of n) over the trials.
    squares : tuple of int
        (sum of y*y, sum of y*n, sum of n*n), exact integers.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        Limits within 0..1; NaN limits for fewer than two trials; all NaN if sum of n is 0.

    References
    ----------
    Cochran (1977), "Sampling Techniques", 3rd ed., ch. 6 (linearised variance of a ratio).
    Wilson (1927), JASA 22(158), 209-212; with the effective sample size, Korn and Graubard
    (1998), Survey Methodology 24(2), 193-201.
    Hanley and Lippman-Hand (1983), JAMA 249(13), 1743-1745 (limits when nothing was seen).
    """
    part, whole = sums
    if whole == 0:
        return Interval(math.nan, math.nan, math.nan)
    value = part / whole
    if count < 2:
        return Interval(value, math.nan, math.nan)
    if part in (0, whole):
        rare = -math.expm1(math.log((1 - confidence) / 2) / count)
        return Interval(value, 1.0 - rare, 1.0) if part else Interval(value, 0.0, rare)
    # Exact integers up to the one division: nothing cancels.
    yy, yn, nn = squares
    deviations = (whole * whole * yy - 2 * part * whole * yn + part * part * nn) / whole**2
    error = math.sqrt(count / (count - 1) * deviations) / whole
    t = student_t_quantile(0.5 + confidence / 2, count - 1)
    if error == 0:
        return Interval(value, value, value)
    weight = (t * error) ** 2 / (value * (1 - value))  # t squared per effective observation
    centre = (value + weight / 2) / (1 + weight)
    half = math.sqrt((t * error) ** 2 + weight**2 / 4) / (1 + weight)
    return Interval(value, max(0.0, centre - half), min(1.0, centre + half))


def quantile_interval(
    group_counts: np.ndarray,
    axis: HistogramAxis,
    p: float,
    confidence: float = 0.95,
    *,
    least_kurtosis: float = 0.0,
) -> Interval:
    """Quantile of the pooled counts and its interval over groups of whole trials.

    Woodruff's interval: the limits p -/+ t * SE of the distribution function at the pooled
    quantile are read back through the pooled distribution function. With y_g of the n_g counts
    of group g below the quantile, F = sum(y) / sum(n) and N = sum(n):

    * SE is that of the delete-one-group jackknife of F, Var F = (G - 1) / G * sum(d_g^2) with
      d_g = (y_g - F n_g) / (N - n_g). For groups of equal size that is the linearised
      G / (G - 1) * sum((y_g - F n_g)^2) / N^2; for unequal sizes the latter is too small,
      because a large group draws F towards itself.
    * t has the degrees of freedom that the spread of the d_g allows (Satterthwaite),
      (G - 1) / (1 + k (G - 1) / (2 G)) with k their excess kurtosis, at least ``least_kurtosis``.
      In the tails few trials hold most of the counts, and G - 1 degrees would promise too much:
      92.5 to 93.5 % covered in place of 95 %, see ``capest/docs/statistics.md``.
    * A distribution with jumps (a link adaptation with few steps) does not rise linearly inside
      a bin. In a bin that towers over its neighbours the quantile is read at the bin's middle,
      and limits are moved outwards to its edges, so that the interval holds the jump wherever in
      the bin it is.

    Parameters
    ----------
    group_counts : int64 array (G, bins)
        Counts per group; the groups' trials must be disjoint.
    axis : HistogramAxis
        Bins of the counts; the first and the last are open.
    p : float
        0 < p < 1.
    confidence : float
        Nominal coverage, 0..1.
    least_kurtosis : float
        Excess kurtosis to count with where the groups show less, at least 0.

    Returns
    -------
    Interval
        In the axis' units, linear within a bin (in the logarithm on a logarithmic axis).
        A value or limit in an open bin is -inf (0 on a logarithmic axis) or inf; so is a
        limit for which the distribution function's limit leaves 0..1. NaN limits where
        fewer than two groups have counts; all NaN without counts.

    Raises
    ------
    ValueError
        p out of range or counts of another shape than the axis has bins.

    References
    ----------
    Woodruff (1952), "Confidence intervals for medians and other position measures",
    JASA 47(260), 635-646. Francisco and Fuller (1991), Annals of Statistics 19(1), 454-469
    (clusters). Wolter (2007), "Introduction to Variance Estimation", 2nd ed., ch. 4 (jackknife).
    Satterthwaite (1946), Biometrics Bulletin 2(6), 110-114 (degrees of freedom), with the
    variance of a sample variance, Cramer (1946), "Mathematical Methods of Statistics", 27.4.
    """
    counts = np.asarray(group_counts)
    if not 0 < p < 1 or counts.ndim != 2 or counts.shape[1] != axis.bins:
        raise ValueError(f"no quantile {p} of counts {counts.shape} on {axis.bins} bins")
    counts = counts[counts.any(axis=1)]
    cumulative = np.cumsum(counts.sum(axis=0))
    if not len(counts):
        return Interval(math.nan, math.nan, math.nan)
    total = int(cumulative[-1])
    bin_index, fraction = position_of(cumulative, p * total)
    value = value_at(axis, bin_index, 0.5 if is_jump(cumulative, bin_index) else fraction)
    groups = len(counts)
    if groups < 2:
        return Interval(value, math.nan, math.nan)
    sizes = counts.sum(axis=1)
    below = counts[:, :bin_index].sum(axis=1) + fraction * counts[:, bin_index]
    half = _half_width((below - p * sizes) / (total - sizes), confidence, least_kurtosis)
    low, high = value_at(axis, 0, 0.0), math.inf
    if p - half > 0:
        index, fraction = position_of(cumulative, (p - half) * total)
        low = value_at(axis, index, 0.0 if is_jump(cumulative, index) else fraction)
    if p + half < 1:
        index, fraction = position_of(cumulative, (p + half) * total)
        high = value_at(axis, index, 1.0 if is_jump(cumulative, index) else fraction)
    return Interval(value, low, high)


def _half_width(deviations: np.ndarray, confidence: float, least_kurtosis: float) -> float:
    """t times the jackknife SE of the leave-one-out deviations d_g, see ``quantile_interval``."""
    groups = len(deviations)
    squares = float(np.sum(deviations**2))
    if squares == 0:
        return 0.0
    error = math.sqrt((groups - 1) / groups * squares)
    degrees = degrees_of_freedom(deviations, least_kurtosis)
    return student_t_quantile(0.5 + confidence / 2, degrees) * error


def degrees_of_freedom(deviations: np.ndarray, least_kurtosis: float) -> float:
    """Degrees of freedom of a jackknife error, from the kurtosis of deviations (G,).

    (G - 1) / (1 + k (G - 1) / (2 G)), see ``quantile_interval``; G - 1 where nothing deviates.
    """
    groups = len(deviations)
    squares = float(np.sum(deviations**2))
    if squares == 0:
        return groups - 1
    kurtosis = groups * float(np.sum(deviations**4)) / squares**2 - 3
    return (groups - 1) / (1 + max(least_kurtosis, kurtosis) * (groups - 1) / (2 * groups))


def position_of(cumulative: np.ndarray, count: float) -> tuple[int, float]:
    """Bin in which the cumulative counts reach ``count`` (> 0), and how far into the bin."""
    index = min(int(np.searchsorted(cumulative, count, side="left")), len(cumulative) - 1)
    before = int(cumulative[index - 1]) if index else 0
    return index, (count - before) / (int(cumulative[index]) - before)


def is_jump(cumulative: np.ndarray, index: int) -> bool:
    """Whether a bin towers over its neighbours: the values in it may all be one value."""
    counts = np.diff(cumulative, prepend=0)
    return bool(counts[index] > 4 * (counts[max(index - 1, 0) : index + 2].sum() - counts[index]))


def value_at(axis: HistogramAxis, bin_index: int, fraction: float) -> float:
    """Value at a fraction of a bin, in the axis' units; open bins have no inside."""
    if bin_index == 0:
        return 0.0 if axis.logarithmic else -math.inf
    if bin_index == axis.bins - 1:
        return math.inf
    position = axis.low + axis.step * (bin_index - 1 + fraction)
    return 10.0**position if axis.logarithmic else position
