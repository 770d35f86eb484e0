"""Quantiles over trials: order statistics, with limits that hold for any distribution."""

from __future__ import annotations

import math

import numpy as np

from capest.statistics.intervals import Interval
from capest.statistics.student_t import incomplete_beta


def order_statistic(values: np.ndarray, p: float, confidence: float = 0.95) -> Interval:
    """Quantile of independent values, one of them itself, with its interval.

    The value is the smallest one that at least the share p of all does not exceed. How many of n
    values do not exceed the true quantile is binomial, whatever their distribution: the limits
    are the values of rank l, the largest with P(B < l) <= (1 - confidence) / 2, and u, the
    smallest with P(B >= u) <= (1 - confidence) / 2, B being binomial (n, p). Where several
    values are equal the interval covers more often than it has to.

    Parameters
    ----------
    values : array (n,)
        One value a trial.
    p : float
        0 < p < 1.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        -inf and inf where there is no such rank: no value of the sample is that far out. NaN
        limits for fewer than two values; all NaN without any.

    Raises
    ------
    ValueError
        p out of range.

    References
    ----------
    Conover (1999), "Practical Nonparametric Statistics", 3rd ed., ch. 3.2. Hyndman and Fan
    (1996), The American Statistician 50(4), 361-365, definition 1 (the value).
    """
    if not 0 < p < 1:
        raise ValueError(f"no quantile {p}")
    count = len(values)
    if not count:
        return Interval(math.nan, math.nan, math.nan)
    tail = (1 - confidence) / 2
    # A hair less than p n: 0.05 * 20 must be rank 1, in floating-point numbers, too.
    rank = max(1, math.ceil(p * count - 1e-9))
    lower, upper = _largest_below(count, p, tail), count - _largest_below(count, 1 - p, tail) + 1
    ranks = sorted({rank, *(each for each in (lower, upper) if 1 <= each <= count)})
    placed = np.partition(values, [each - 1 for each in ranks])
    value = float(placed[rank - 1])
    if count < 2:
        return Interval(value, math.nan, math.nan)
    low = float(placed[lower - 1]) if lower >= 1 else -math.inf
    high = float(placed[upper - 1]) if upper <= count else math.inf
    return Interval(value, low, high)


def _largest_below(count: int, p: float, tail: float) -> int:
    """Largest l from 0 to count with P(B < l) <= tail, B binomial (count, p)."""
    low, high = 0, count + 1
    while high - low > 1:
        middle = (low + high) // 2
        # P(B <= middle - 1) = I_(1-p)(count - middle + 1, middle).
        if incomplete_beta(1 - p, p, count - middle + 1, middle) <= tail:
            low = middle
        else:
            high = middle
    return low
