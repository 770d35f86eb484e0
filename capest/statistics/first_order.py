"""First-order shares of variance, of every input from one sample.

The share of an input is what is left of 1 when the variance of answers at (nearly) the same value
of this input is divided by the variance of all answers. Of a continuous input the samples at nearly
the same value are neighbours in the order of its values; of an input with few values, groups.
"""

from __future__ import annotations

import math

import numpy as np

from capest.statistics.intervals import Interval, degrees_of_freedom
from capest.statistics.student_t import student_t_quantile

LEAST_OF_A_VALUE = 8
"""Samples that the values of an input have on average, where it is taken by groups."""


def has_groups(values: np.ndarray) -> bool:
    """Whether an input has few values, each with many samples."""
    return len(values) >= LEAST_OF_A_VALUE * len(np.unique(values))


def share_by_ranks(
    values: np.ndarray, answers: np.ndarray, ties: np.ndarray, confidence: float = 0.95
) -> Interval:
    """First-order share of an input, from neighbours in the order of its values.

    With answers y in that order, D = sum((y_(i+1) - y_i)^2) / (2 (n - 1)) and the sample variance
    V, the share is 1 - D / V. That is the estimator of Gamboa, Gremaud, Klein and Lagnoux but for
    terms of 1 / n: theirs takes the products of neighbours, and the first for a neighbour of the
    last.

    The ordinary bootstrap fails here: a sample that is drawn twice is its own neighbour. The
    interval comes from the terms of the linearised share, each of which knows its two neighbours:
    the sum of their variance and of twice the covariance of terms next to each other.

    Parameters
    ----------
    values, answers : float array (n,)
        Finite; the answers not all equal, n >= 4.
    ties : float array (n,)
        Order of samples with equal values.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        Not limited to 0..1.

    References
    ----------
    Gamboa, Gremaud, Klein and Lagnoux (2022), "Global sensitivity analysis: a novel generation of
    mighty estimators based on rank statistics", Bernoulli 28(4), 2345-2374. von Neumann (1941),
    Annals of Mathematical Statistics 12(4), 367-395 (ratio of differences). Newey and West (1987),
    Econometrica 55(3), 703-708 (one lag). Dalitz, Arning and Goebbels (2024), "A simple bias
    reduction for Chatterjee's correlation" (the ordinary bootstrap covers nearly never).
    """
    y = answers[np.lexsort((ties, values))]
    y = y - y.mean()
    count = len(y)
    squares = np.diff(y) ** 2 / 2
    variance = float(y @ y) / (count - 1)
    rest = float(squares.mean()) / variance
    # A term of the sum belongs to a pair; half of each sample's square to each of its pairs.
    terms = (squares - rest * (y[1:] ** 2 + y[:-1] ** 2) / 2) / variance
    terms = terms - terms.mean()
    spread = float(terms @ terms + 2 * (terms[1:] @ terms[:-1])) / (count - 1)
    t = student_t_quantile(0.5 + confidence / 2, degrees_of_freedom(terms, 0.0))
    half = t * math.sqrt(max(spread, rest**2) / (count - 3))
    # Of answers that are noise about an effect the error is the rest over sqrt(n) at least; at the
    # lower limit, where the rest is larger, by that of the limit.
    least = min(t / math.sqrt(count - 3), 0.99)
    low = min(1 - rest - half, (1 - rest - least) / (1 - least))
    return Interval(1 - rest, low, 1 - rest + half)


def share_by_groups(values: np.ndarray, answers: np.ndarray, confidence: float = 0.95) -> Interval:
    """First-order share of an input with few values, from the groups of samples that have each.

    With D the mean square within groups, over n - k degrees of freedom for k values, the share is
    1 - D / V (Kelley's epsilon squared: without its bias the variance between groups would be too
    large by that of their means). The interval is that of the root of the uncorrected ratio, whose
    error hardly depends on its value where this is near 0; the same correction moves its limits.

    Parameters
    ----------
    values, answers : float array (n,)
        The answers not all equal; n of at least k + 2.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        Not limited to 0..1; all zero where the input has one value only.

    References
    ----------
    Kelley (1935), "An unbiased correlation ratio measure", PNAS 21(9), 554-559. Fisher (1921),
    Metron 1, 3-32 (error of a correlation, (1 - r^2) / sqrt(n), the least that is taken).
    """
    _, group, sizes = np.unique(values, return_inverse=True, return_counts=True)
    count, groups = len(answers), len(sizes)
    if groups == 1:
        return Interval(0.0, 0.0, 0.0)
    y = answers - answers.mean()
    within = (y - (np.bincount(group, y) / sizes)[group]) ** 2
    total = float(y @ y)
    rest = float(within.sum()) / total
    terms = (within - rest * y**2) * (count / total)
    error = float(np.sqrt(terms @ terms)) / math.sqrt(count * (count - groups))
    root = math.sqrt(max(0.0, 1 - rest))
    error = max(error / (2 * root) if root > 0 else 0.0, rest / math.sqrt(count - groups))
    half = student_t_quantile(0.5 + confidence / 2, degrees_of_freedom(terms, 0.0)) * error
    value, low, high = (
        1 - (1 - max(0.0, end) ** 2) * (count - 1) / (count - groups)
        for end in (root, root - half, root + half)
    )
    return Interval(value, low, high)
