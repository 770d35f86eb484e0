"""Quantiles of Student's t distribution, from the incomplete beta function."""

from __future__ import annotations

import math


def student_t_quantile(probability: float, degrees: float) -> float:
    """Return the value that Student's t stays below with a given probability.

    The distribution function is 1 - I_x(degrees / 2, 1/2) / 2 with x = degrees /
    (degrees + t^2) (Abramowitz and Stegun 26.7.1); it is inverted by Newton's method kept within
    a bracket.

    Parameters
    ----------
    probability : float
        0 < probability < 1.
    degrees : float
        Degrees of freedom, > 0.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Arguments out of range.
    """
    if not 0 < probability < 1 or not degrees > 0:
        raise ValueError(f"no t quantile for probability {probability}, {degrees} degrees")
    if probability == 0.5:
        return 0.0
    # Twice the probability beyond the quantile, on the side where it is small.
    both_tails = 2 * min(probability, 1 - probability)
    log_scale = (
        math.lgamma((degrees + 1) / 2)
        - math.lgamma(degrees / 2)
        - 0.5 * math.log(degrees * math.pi)
    )
    low, high, t = 0.0, math.inf, 1.0
    for _ in range(200):
        square = t * t
        whole = degrees + square
        excess = incomplete_beta(degrees / whole, square / whole, degrees / 2, 0.5) - both_tails
        low, high = (t, high) if excess > 0 else (low, t)
        density = math.exp(log_scale - (degrees + 1) / 2 * math.log1p(square / degrees))
        newton = t + excess / (2 * density)
        if abs(newton - t) <= 1e-14 * t:
            break
        if low < newton < high:
            t = newton
        else:
            t = 2 * t if math.isinf(high) else 0.5 * (low + high)
    return math.copysign(t, probability - 0.5)


def incomplete_beta(x: float, rest: float, a: float, b: float) -> float:
    """Regularised incomplete beta function I_x(a, b); ``rest`` is 1 - x without rounding.

    Continued fraction DLMF 8.17.22 on the side where it converges fast, and the reflection
    I_x(a, b) = 1 - I_(1-x)(b, a) (DLMF 8.17.4) on the other.
    """
    if x <= 0 or rest <= 0:
        return 0.0 if x <= 0 else 1.0
    if x > (a + 1) / (a + b + 2):
        return 1.0 - incomplete_beta(rest, x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(rest)
    )
    return front / a / _beta_fraction(x, a, b)


def _beta_fraction(x: float, a: float, b: float) -> float:
    """Evaluate 1 + d1/(1 + d2/(1 + ...)) of DLMF 8.17.22 by the modified Lentz method."""
    tiny = 1e-300
    value = c = 1.0
    d = 0.0
    for n in range(1, 100_000):
        m = n // 2
        if n % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / ((1.0 + term * d) or tiny)
        c = (1.0 + term / c) or tiny
        step = c * d
        value *= step
        if abs(step - 1.0) < 1e-16:
            break
    return value
