"""Shares of the variance of answers that assumptions have, from one joint sample."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

import numpy as np

from capest.statistics.first_order import has_groups, share_by_groups, share_by_ranks
from capest.statistics.intervals import Interval
from capest.statistics.lmg_shares import lmg_shares
from capest.statistics.rank_regression import StudiedInput, cross_validated_r2, regressors
from capest.statistics.two_intervals import of_two_intervals

LEAST_R2 = 0.7
"""Cross-validated R² from which on the shares of a regression are shares of the answer."""

NOT_SEPARABLE = "not separable at this budget"

FEWEST_SAMPLES = 20
"""Fewer give no shares: the error of a share of 0 is 1 / sqrt(samples), 0.22 of 20."""


@dataclass(frozen=True)
class InputShare:
    """Shares of variance of one input.

    Attributes
    ----------
    name : str
    first_order : Interval
        What of the variance of answers goes where this input alone is known, within 0..1.
    lmg : Interval or None
        Share of the regression on ranks; none where it predicts too little.
    """

    name: str
    first_order: Interval
    lmg: Interval | None


@dataclass(frozen=True)
class VarianceShares:
    """Shares of variance of all inputs.

    Attributes
    ----------
    shares : tuple of InputShare
        In the order of the inputs.
    r2 : float
        Cross-validated R² of the regression on ranks; 0 without a regression, where all answers
        are equal or columns are half as many as samples.
    samples : int
        Answers that they are of.
    note : str
        Why there are no LMG shares, or none at all; empty where there are.
    most_of_all : Interval or None
        What the shares of all inputs together can be at most, 1 less the Monte Carlo share; none
        where that was not measured.
    """

    shares: tuple[InputShare, ...]
    r2: float
    samples: int
    note: str
    most_of_all: Interval | None = None


@dataclass(frozen=True)
class FirstToFindOut:
    """The input whose value, once known, is expected to take most of the variance away.

    Attributes
    ----------
    name : str
    share : Interval
        Its first-order share.
    not_told_apart : tuple of str
        Inputs that may have as large a share, largest first.
    """

    name: str
    share: Interval
    not_told_apart: tuple[str, ...]


def variance_shares(
    inputs: Sequence[StudiedInput],
    answers: np.ndarray,
    random: Callable[[str, int, int], np.ndarray],
    monte_carlo_share: Interval | None = None,
) -> VarianceShares:
    """First-order shares always; LMG shares where a regression on ranks predicts the answers.

    The regression takes ranks of the inputs and the answers as they are: a share of the variance
    of ranks of answers would be no share of the answers' variance.

    Parameters
    ----------
    inputs : sequence of StudiedInput
        Independent of each other.
    answers : array (samples,)
        One a sample, without NaN.
    random : function of name, rows, count to float64 array (rows, count)
        Uniforms (`sampling.named_uniforms.NamedUniforms`) for ties, folds and resamples.
    monte_carlo_share : Interval, optional
        Share of the variance that other trials of the same samples make
        (`monte_carlo_part.MonteCarloPart.share`).

    Returns
    -------
    VarianceShares
        Shares of 0 where all answers are equal. NaN with a note where some are infinite, or
        where samples are fewer than 20.

    Raises
    ------
    ValueError
        NaN among the answers.

    References
    ----------
    `first_order`, `lmg_shares`. The threshold of 0.7 is assumed: a rule of thumb.
    """
    answers = np.asarray(answers, dtype=np.float64)
    if np.isnan(answers).any():
        raise ValueError("answers of failed samples are to be left out")
    most = None if monte_carlo_share is None else _rest_of(monte_carlo_share)
    if note := _why_no_shares(answers):
        value = math.nan if note.startswith("not known") else 0.0
        unknown = Interval(value, value, value, note)
        shares = tuple(InputShare(one.name, unknown, None) for one in inputs)
        return VarianceShares(shares, 0.0, len(answers), note, most)
    # Of no unit: squares neither vanish nor overflow.
    answers = answers / np.abs(answers).max()
    shares = tuple(
        InputShare(one.name, first_order_share(one, answers, random), None) for one in inputs
    )
    terms = regressors(inputs)
    (order,) = random("folds", 1, len(answers))
    too_many = 2 * terms.columns.shape[1] >= len(answers)
    r2 = 0.0 if too_many else cross_validated_r2(terms.columns, answers, order)
    if r2 < LEAST_R2:
        return VarianceShares(shares, r2, len(answers), NOT_SEPARABLE, most)
    lmg = lmg_shares(terms, answers, len(inputs), random)
    both = tuple(replace(one, lmg=share) for one, share in zip(shares, lmg, strict=True))
    return VarianceShares(both, r2, len(answers), "", most)


def first_order_share(
    one: StudiedInput, answers: np.ndarray, random: Callable[[str, int, int], np.ndarray]
) -> Interval:
    """First-order share of an input, within 0..1.

    Inputs without order, and such of few values, are taken by groups, all others by ranks.
    """
    values = np.asarray(one.values)
    if not one.ordered or has_groups(values):
        if len(values) < len(np.unique(values)) + 2:
            note = "not known: hardly two samples have the same value"
            return Interval(math.nan, math.nan, math.nan, note)
        found = share_by_groups(values, answers)
    else:
        (ties,) = random(f"ties of {one.name}", 1, len(values))
        found = share_by_ranks(values, answers, ties)
    value, low, high = (min(max(end, 0.0), 1.0) for end in (found.value, found.low, found.high))
    return Interval(value, low, high)


def first_to_find_out(found: VarianceShares) -> FirstToFindOut | None:
    """The input of the largest first-order share among those whose interval excludes 0.

    Of many inputs without effect some have an interval of 95 % above 0: here it is that much wider
    that with 95 % confidence none has.

    Returns
    -------
    FirstToFindOut or None
        None where no interval excludes 0.

    References
    ----------
    Saltelli (2002), "Sensitivity analysis for importance assessment", Risk Analysis 22(3), 579-590
    (factors prioritisation). Dunn (1961), "Multiple comparisons among means", JASA 56(293), 52-64.
    Whether two are told apart: `two_intervals.of_two_intervals`.
    """
    one_of_many = NormalDist().inv_cdf(1 - 0.025 / max(1, len(found.shares)))
    wider = one_of_many / NormalDist().inv_cdf(0.975)
    sure = [one for one in found.shares if _least(one.first_order, wider) > 0]
    if not sure:
        return None
    first = max(sure, key=lambda one: one.first_order.value)
    others = [
        one
        for one in found.shares
        if one is not first and not of_two_intervals(first.first_order, one.first_order).low > 0
    ]
    others.sort(key=lambda one: -one.first_order.value)
    return FirstToFindOut(first.name, first.first_order, tuple(one.name for one in others))


def _least(share: Interval, wider: float) -> float:
    """Lower limit of an interval that much wider; 0 where it was cut off there."""
    return share.value - wider * (share.value - share.low) if share.low > 0 else 0.0


def _why_no_shares(answers: np.ndarray) -> str:
    if len(answers) < FEWEST_SAMPLES:
        return f"not known: {len(answers)} samples are too few; it takes {FEWEST_SAMPLES} at least"
    if infinite := int(np.isinf(answers).sum()):
        return f"not known: {infinite} of {len(answers)} answers are infinite"
    return "n/a: all answers are equal" if answers.min() == answers.max() else ""


def _rest_of(share: Interval) -> Interval:
    return Interval(1 - share.value, 1 - share.high, 1 - share.low, share.note)
