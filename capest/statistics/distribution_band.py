"""A distribution function of pooled counts with its pointwise interval over groups of trials."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.intervals import degrees_of_freedom
from capest.statistics.student_t import student_t_quantile


@dataclass(frozen=True)
class DistributionBand:
    """Shares below some points, each with limits of its own.

    Attributes
    ----------
    share, low, high : float64 array (points,)
        0 to 1. NaN limits: fewer than two groups have counts; all NaN: nothing was counted.
    """

    share: np.ndarray
    low: np.ndarray
    high: np.ndarray


def distribution_band(
    below: np.ndarray,
    sizes: np.ndarray,
    confidence: float = 0.95,
    *,
    least_kurtosis: float = 0.0,
) -> DistributionBand:
    """Share of counts below each of some points, with its interval over groups of whole trials.

    At every point the share F has the error of the delete-one-group jackknife, as in
    `intervals.quantile_interval`: Var F = (G - 1) / G * sum(d_g^2) with d_g = (y_g - F n_g) /
    (N - n_g), and t degrees of freedom from the kurtosis of the d_g. The interval is Wilson's for
    the number of independent observations of the same variance, F (1 - F) / Var F, as in
    `intervals.ratio_interval`; where no group has any below, or all have all, the limit away
    from the value is 1 - ((1 - confidence) / 2)^(1/G).

    The band is pointwise: each point is within it with that confidence, all points at once are
    with less.

    Parameters
    ----------
    below : int array (G, points)
        Counts of each group below each point.
    sizes : int array (G,)
        All counts of each group; groups without any say nothing.
    confidence : float
        Nominal coverage of each point, 0..1.
    least_kurtosis : float
        As of `intervals.quantile_interval`.

    Returns
    -------
    DistributionBand

    References
    ----------
    Wolter (2007), "Introduction to Variance Estimation", 2nd ed., ch. 4 (jackknife).
    Wilson (1927), JASA 22(158), 209-212; Korn and Graubard (1998), Survey Methodology 24(2),
    193-201 (effective sample size).
    """
    has_any = sizes > 0
    below, sizes = below[has_any].astype(np.float64), sizes[has_any].astype(np.float64)
    groups, points = below.shape
    nothing = np.full(points, math.nan)
    if not groups:
        return DistributionBand(nothing, nothing, nothing)
    total = sizes.sum()
    share = below.sum(axis=0) / total
    if groups < 2:
        return DistributionBand(share, nothing, nothing)
    d = (below - share * sizes[:, None]) / (total - sizes)[:, None]
    error = np.sqrt((groups - 1) / groups * (d**2).sum(axis=0))
    probability = 0.5 + confidence / 2
    t = np.array(
        [student_t_quantile(probability, degrees_of_freedom(one, least_kurtosis)) for one in d.T]
    )
    inside = (share > 0.0) & (share < 1.0)
    spread = np.where(inside, share * (1.0 - share), 1.0)
    weight = (t * error) ** 2 / spread
    centre = (share + weight / 2) / (1 + weight)
    half = np.sqrt((t * error) ** 2 + weight**2 / 4) / (1 + weight)
    rare = -math.expm1(math.log((1 - confidence) / 2) / groups)
    low = np.where(inside, np.maximum(centre - half, 0.0), np.where(share > 0.0, 1.0 - rare, 0.0))
    high = np.where(inside, np.minimum(centre + half, 1.0), np.where(share > 0.0, 1.0, rare))
    return DistributionBand(share, low, high)
