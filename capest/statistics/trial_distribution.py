"""A distribution function of values that trials have one each, with its pointwise interval."""

from __future__ import annotations

import math

import numpy as np

from capest.statistics.distribution_band import DistributionBand
from capest.statistics.student_t import incomplete_beta

_MOST_POINTS = 200
"""Limits of more would take seconds and show nothing new."""


def band_of_trials(
    values: np.ndarray, confidence: float = 0.95
) -> tuple[np.ndarray, DistributionBand]:
    """Distribution function of independent values, one a trial, with exact binomial limits.

    Parameters
    ----------
    values : array (n,)
        NaN is left out.
    confidence : float
        Nominal coverage at each value, 0..1; it is kept or exceeded.

    Returns
    -------
    float64 array (points,), DistributionBand
        Values that occur, at most 200 of them, evenly by rank, and the share at or below each.

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
    if count < 2:
        nothing = np.full(len(places), math.nan)
        return places, DistributionBand(share, nothing, nothing)
    tail = (1 - confidence) / 2
    low = np.array([_lower_limit(int(rank), count, tail) for rank in ranks])
    high = np.array([1.0 - _lower_limit(count - int(rank), count, tail) for rank in ranks])
    return places, DistributionBand(share, low, high)


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
