"""Quantiles of gamma and beta distributions, from the incomplete gamma and beta functions."""

from __future__ import annotations

import math

from capest.statistics.student_t import incomplete_beta

_LARGE_SHAPE = 1e4
"""From here on the cube of a gamma variable's third root is normal to seven digits."""


def gamma_quantile(probability: float, shape: float) -> float:
    """Return the value that a gamma variable of scale 1 stays below with a given probability.

    The distribution function P(shape, x) is inverted by Newton's method in log x, kept within a
    bracket; for shapes above 10,000 by the normal distribution of the third root (Wilson and
    Hilferty).

    Parameters
    ----------
    probability : float
        0 < probability < 1.
    shape : float
        > 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Arguments out of range.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 8.2, 8.7.1 and 8.9.2.
    Wilson and Hilferty (1931), "The distribution of chi-square", PNAS 17(12), 684-688.
    """
    if not 0 < probability < 1 or not 0 < shape < math.inf:
        raise ValueError(f"no gamma quantile for probability {probability}, shape {shape}")
    if shape > _LARGE_SHAPE:
        from statistics import NormalDist

        z = NormalDist().inv_cdf(probability)
        return shape * (1 - 1 / (9 * shape) + z / math.sqrt(9 * shape)) ** 3
    # P(a, x) <= x^a / Gamma(a + 1) bounds the quantile from below, so nothing lies under it.
    low = (math.log(probability) + math.lgamma(shape + 1)) / shape
    if low < -700.0:
        return 0.0
    high = max(low, math.log(shape + 1.0)) + 1.0
    while incomplete_gamma(shape, math.exp(high)) < probability:
        high += 1.0
    place = 0.5 * (low + high)
    for _ in range(200):
        x = math.exp(place)
        excess = incomplete_gamma(shape, x) - probability
        low, high = (place, high) if excess < 0 else (low, place)
        slope = math.exp(shape * place - x - math.lgamma(shape))  # of P in log x
        newton = place - excess / slope if slope > 0 else math.nan
        if abs(newton - place) <= 1e-14 * max(1.0, abs(place)):
            break
        place = newton if low < newton < high else 0.5 * (low + high)
    return math.exp(place)


def incomplete_gamma(shape: float, x: float) -> float:
    """Regularised lower incomplete gamma function P(shape, x).

    Parameters
    ----------
    shape : float
        > 0.
    x : float
        >= 0.

    References
    ----------
    DLMF 8.7.1 (series, x < shape + 1) and 8.9.2 (continued fraction, beyond).
    """
    if x <= 0.0:
        return 0.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        n = shape
        while term > 1e-17 * total:
            n += 1.0
            term *= x / n
            total += term
        return min(1.0, front * total)
    # Modified Lentz method.
    tiny = 1e-300
    b = x + 1.0 - shape
    c, d = 1.0 / tiny, 1.0 / b
    value = d
    for n in range(1, 100_000):
        a = -n * (n - shape)
        b += 2.0
        d = 1.0 / ((a * d + b) or tiny)
        c = (b + a / c) or tiny
        step = c * d
        value *= step
        if abs(step - 1.0) < 1e-16:
            break
    return max(0.0, 1.0 - front * value)


def largest_share(count: int, trials: int, tail: float = 0.025) -> float:
    """Upper limit of a probability of which ``count`` of ``trials`` were seen.

    Parameters
    ----------
    count, trials : int
        0 <= count <= trials, trials >= 1.
    tail : float
        Probability to see so few where the share is the limit.

    Returns
    -------
    float
        1 where all were seen; 1 - tail^(1 / trials) where none was.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    """
    if count >= trials:
        return 1.0
    if count == 0:
        return -math.expm1(math.log(tail) / trials)
    low, high = count / trials, 1.0
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        # P(at most count of trials) = I_(1-p)(trials - count, count + 1).
        if incomplete_beta(1.0 - middle, middle, trials - count, count + 1) > tail:
            low = middle
        else:
            high = middle
    return high
