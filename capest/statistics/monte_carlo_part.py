"""How much of the spread of answers is Monte Carlo error, from samples that are answered twice."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from capest.statistics.intervals import Interval
from capest.statistics.rare_events import FEWEST_CONTRIBUTING, gamma_limits
from capest.statistics.two_intervals import of_two_intervals


@dataclass(frozen=True)
class MonteCarloPart:
    """What another trial of the same sample changes.

    Attributes
    ----------
    variance : Interval
        Of one answer of a sample about the sample's own expectation, mean over samples.
    standard_error : Interval
        Its root, in the units of the answer.
    share : Interval
        Of the variance of all answers, 0..1. The first-order shares of the assumptions and of
        their interactions sum to at most the rest.
    pairs : int
        Samples that were answered twice.
    """

    variance: Interval
    standard_error: Interval
    share: Interval
    pairs: int


def monte_carlo_part(
    first: np.ndarray, second: np.ndarray, answers: np.ndarray, confidence: float = 0.95
) -> MonteCarloPart:
    """Variance within samples, from pairs of independent trials of the same sample.

    Half the squared difference of a pair has the variance within as its expectation, whatever
    that is in each sample. The interval is the gamma interval of amounts that are never negative,
    `rare_events.gamma_limits`; that of the share is made of it and of the interval of the variance
    of all answers, in logarithms.

    Parameters
    ----------
    first, second : array (pairs,)
        Answers of the same samples by independent trials, finite.
    answers : array (samples,)
        One answer each of all samples, finite.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    MonteCarloPart
        NaN limits with a note from fewer than 5 pairs that differ; a share of NaN where all
        answers are equal.

    References
    ----------
    Searle, Casella and McCulloch (1992), "Variance Components", ch. 3 (mean square within). Fay
    and Feuer (1997), Statistics in Medicine 16(7), 791-801. Zou and Donner (2008), Statistics in
    Medicine 27(10), 1693-1702.
    """
    halves = (np.asarray(second, float) - np.asarray(first, float)) ** 2 / 2
    within = _variance_within(halves, confidence)
    error = _each(within, math.sqrt)
    share = _share(within, np.asarray(answers, float), confidence)
    return MonteCarloPart(within, error, share, len(halves))


def _variance_within(halves: np.ndarray, confidence: float) -> Interval:
    pairs, differ = len(halves), int(np.count_nonzero(halves))
    if not pairs:
        return Interval(math.nan, math.nan, math.nan, "not known: no sample was answered twice")
    value = float(halves.mean())
    if differ < FEWEST_CONTRIBUTING:
        which = f"{differ} of {pairs}" if differ else f"none of {pairs}"
        note = f"not known: {which} samples had another answer the second time"
        return Interval(value, math.nan, math.nan, note)
    # Of normal errors half a squared difference has the variance 2 value^2: few pairs may show
    # less by chance.
    spread = pairs * max(float(halves.var(ddof=1)), 2 * value**2)
    low, high = gamma_limits(pairs * value, spread, float(halves.max()), differ, confidence)
    return Interval(value, low / pairs, high / pairs)


def _share(within: Interval, answers: np.ndarray, confidence: float) -> Interval:
    """Share of a variance of that of all answers, within 0..1."""
    count = len(answers)
    whole = float(answers.var(ddof=1)) if count > 1 else 0.0
    if not whole > 0:
        note = within.note or "n/a: all answers are equal"
        return Interval(math.nan, math.nan, math.nan, note)
    value = min(1.0, within.value / whole)
    if within.note:
        return Interval(value, math.nan, math.nan, within.note)
    fourth = float(((answers - answers.mean()) ** 4).mean()) / float(answers.var()) ** 2
    # Variance of the logarithm of a sample variance, (kurtosis - (n - 3) / (n - 1)) / n.
    error = math.sqrt(max(0.0, fourth - (count - 3) / (count - 1)) / count)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * error
    middle = math.log(whole)
    found = of_two_intervals(
        _each(within, lambda end: math.log(end) if end > 0 else -math.inf),
        Interval(middle, middle - half, middle + half),
    )
    low, high = (min(1.0, math.exp(end)) for end in (found.low, found.high))
    return Interval(value, low, high)


def _each(found: Interval, of: Callable[[float], float]) -> Interval:
    return Interval(of(found.value), of(found.low), of(found.high), found.note)
