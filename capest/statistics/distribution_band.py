"""A distribution function with its pointwise 95 % band, from counts of groups or from trials."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.histograms import HistogramAxis
from capest.statistics.student_t import incomplete_beta, student_t_quantile

_STEPS_OF_DEGREES = 20.0
"""Degrees of freedom are rounded down to 1/20: a band is at worst a little wide."""

_MOST_POINTS = 200
"""Of a distribution over trials: limits of more would take seconds and show nothing new."""


@dataclass(frozen=True)
class DistributionBand:
    """Probability that a value is not exceeded, with limits that hold at each value alone.

    Attributes
    ----------
    values : float64 array (n,)
        In ascending order, in the quantity's units.
    probability, low, high : float64 array (n,)
        0..1; limits are NaN where groups or trials are too few to know them.
    """

    values: np.ndarray
    probability: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def without_band(self) -> DistributionBand:
        """The same with limits that are not known."""
        unknown = np.full_like(self.probability, math.nan)
        return DistributionBand(self.values, self.probability, unknown, unknown)


def band_of_counts(
    group_counts: np.ndarray,
    axis: HistogramAxis,
    confidence: float = 0.95,
    *,
    least_kurtosis: float = 0.0,
) -> DistributionBand:
    """Distribution function at the edges of bins, with a band over groups of whole trials.

    Its standard error is that of ``intervals.quantile_interval``, of the delete-one-group
    jackknife, with the degrees of freedom that the spread of the groups allows. The limits are
    Wilson's for the number of independent observations of the same variance, which keep their
    coverage near 0 and 1; where all groups have the share 0, or all have 1, the limit away from
    it comes from the number of groups alone, see ``intervals.ratio_interval``.

    Parameters
    ----------
    group_counts : int64 array (G, bins)
        Counts per group; the groups' trials must be disjoint.
    axis : HistogramAxis
        Bins of the counts; the first and the last are open.
    confidence : float
        Nominal coverage at each value, 0..1.
    least_kurtosis : float
        Excess kurtosis to count with where the groups show less, at least 0.

    Returns
    -------
    DistributionBand
        From the last edge below all counts to the first one above; empty without counts. Counts of
        the open bins are below the first edge, and above the last one.

    Raises
    ------
    ValueError
        Counts of another shape than the axis has bins.

    References
    ----------
    Woodruff (1952), JASA 47(260), 635-646. Wolter (2007), "Introduction to Variance Estimation",
    2nd ed., ch. 4. Wilson (1927), JASA 22(158), 209-212; Korn and Graubard (1998), Survey
    Methodology 24(2), 193-201.
    """
    counts = np.asarray(group_counts)
    if counts.ndim != 2 or counts.shape[1] != axis.bins:
        raise ValueError(f"no distribution of counts {counts.shape} on {axis.bins} bins")
    counts = counts[counts.any(axis=1)]
    if not len(counts):
        nothing = np.empty(0)
        return DistributionBand(nothing, nothing, nothing, nothing)
    there = np.flatnonzero(counts.any(axis=0))
    # Edge k lies between bins k and k + 1.
    first = min(max(there[0] - 1, 0), axis.regular_bins)
    last = max(min(there[-1], axis.regular_bins), first)
    edges = axis.edges()[first : last + 1]
    below = np.cumsum(counts, axis=1)[:, first : last + 1].astype(np.float64)
    sizes = counts.sum(axis=1).astype(np.float64)
    total = sizes.sum()
    share = below.sum(axis=0) / total
    found = DistributionBand(edges, share, share, share)
    groups = len(sizes)
    if groups < 2:
        return found.without_band()
    # Leave-one-out deviations d_g of the share, of ``quantile_interval``.
    deviations = (below - share * sizes[:, None]) / (total - sizes)[:, None]
    half = _half_widths(deviations, confidence, least_kurtosis)
    low, high = _wilson(share, half)
    rare = -math.expm1(math.log((1 - confidence) / 2) / groups)
    low, high = np.where(share <= 0.0, 0.0, low), np.where(share <= 0.0, rare, high)
    low, high = np.where(share >= 1.0, 1.0 - rare, low), np.where(share >= 1.0, 1.0, high)
    # Where a value is exceeded at most so often, so is every greater one.
    low = np.maximum.accumulate(low)
    high = np.minimum.accumulate(high[::-1])[::-1]
    return DistributionBand(edges, share, low, high)


def _half_widths(deviations: np.ndarray, confidence: float, least_kurtosis: float) -> np.ndarray:
    """t times the jackknife's standard error, for every column of deviations (G, n)."""
    groups = len(deviations)
    squares = (deviations**2).sum(axis=0)
    fourth = (deviations**4).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        kurtosis = np.where(squares > 0.0, groups * fourth / squares**2 - 3.0, 0.0)
    kurtosis = np.maximum(kurtosis, least_kurtosis)
    degrees = (groups - 1) / (1.0 + kurtosis * (groups - 1) / (2 * groups))
    steps, place = np.unique(
        np.maximum(np.floor(degrees * _STEPS_OF_DEGREES), 1.0), return_inverse=True
    )
    level = 0.5 + confidence / 2
    t = np.array([student_t_quantile(level, step / _STEPS_OF_DEGREES) for step in steps])
    found: np.ndarray = t[place] * np.sqrt((groups - 1) / groups * squares)
    return found


def _wilson(share: np.ndarray, half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wilson's limits of shares whose plain intervals have these half widths."""
    spread = share * (1.0 - share)
    weight = np.divide(half**2, spread, out=np.zeros_like(half), where=spread > 0.0)
    centre = (share + weight / 2) / (1.0 + weight)
    width = np.sqrt(half**2 + weight**2 / 4) / (1.0 + weight)
    return np.maximum(centre - width, 0.0), np.minimum(centre + width, 1.0)


def band_of_trials(values: np.ndarray, confidence: float = 0.95) -> DistributionBand:
    """Distribution function of independent values, one a trial, with exact binomial limits.

    Parameters
    ----------
    values : array (n,)
        NaN is left out.
    confidence : float
        Nominal coverage at each value, 0..1; it is kept or exceeded.

    Returns
    -------
    DistributionBand
        At the values that occur, at most 200 of them, evenly by rank.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    """
    known = np.sort(np.asarray(values, dtype=np.float64))
    known = known[~np.isnan(known)]
    places, count = np.unique(known), len(known)
    if len(places) > _MOST_POINTS:
        places = places[np.linspace(0, len(places) - 1, _MOST_POINTS).round().astype(int)]
    ranks = np.searchsorted(known, places, side="right")
    share = ranks / count if count else ranks.astype(np.float64)
    found = DistributionBand(places, share, share, share)
    if count < 2:
        return found.without_band()
    tail = (1 - confidence) / 2
    low = np.array([_lower_limit(int(rank), count, tail) for rank in ranks])
    high = np.array([1.0 - _lower_limit(count - int(rank), count, tail) for rank in ranks])
    return DistributionBand(places, share, low, high)


def _lower_limit(hits: int, count: int, tail: float) -> float:
    """Probability at which so many hits or more of ``count`` have the probability ``tail``."""
    if hits == 0:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(40):
        middle = 0.5 * (low + high)
        # P(B >= hits) = I_p(hits, count - hits + 1).
        if hits == count:
            reached = middle**count
        else:
            reached = incomplete_beta(middle, 1.0 - middle, hits, count - hits + 1)
        low, high = (middle, high) if reached < tail else (low, middle)
    return low
