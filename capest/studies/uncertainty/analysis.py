"""What a joint sample says of a figure: from answers alone, wherever they come from."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend import choose
from capest.sampling.draws import Draws
from capest.sampling.named_uniforms import NamedUniforms
from capest.statistics.answer_histogram import AnswerHistogram, answer_histogram
from capest.statistics.answer_range import (
    AnswerRange,
    answer_range,
    most_of_nearly_none,
    share_with_none,
)
from capest.statistics.intervals import Interval
from capest.statistics.monte_carlo_part import MonteCarloPart, monte_carlo_part
from capest.statistics.rank_regression import StudiedInput
from capest.statistics.variance_shares import (
    FirstToFindOut,
    VarianceShares,
    first_to_find_out,
    variance_shares,
)
from capest.studies.uncertainty.study_model import StudiedFigure, Study

_ENDS = ("", "_low", "_high")


@dataclass(frozen=True)
class JointAnswer:
    """What a joint sample says of one figure.

    Attributes
    ----------
    range : AnswerRange
    none : Interval
        Share of samples with nearly none; NaN of decibels.
    monte_carlo : MonteCarloPart
    histogram : AnswerHistogram
    shares : VarianceShares
    first : FirstToFindOut or None
        What to find out first.
    samples, failed : int
        Samples drawn, and those of them without an answer.
    """

    range: AnswerRange
    none: Interval
    monte_carlo: MonteCarloPart
    histogram: AnswerHistogram
    shares: VarianceShares
    first: FirstToFindOut | None
    samples: int
    failed: int


def joint_answer(
    inputs: Sequence[StudiedInput],
    answers: np.ndarray,
    second: np.ndarray,
    seed: int,
    reference: float = math.nan,
) -> JointAnswer | None:
    """Analyse the answers of a joint sample.

    Parameters
    ----------
    inputs : sequence of StudiedInput
        Values of every assumption.
    answers : float64 array (samples,)
        NaN where a sample has none.
    second : float64 array (repeated,)
        Second answers of the first samples, from other trials.
    seed : int
        Of the resamples.
    reference : float
        Answer at stated values, of which a hundredth is nearly none; NaN where none means nothing.

    Returns
    -------
    JointAnswer or None
        ``None`` where no sample has an answer.
    """
    there = ~np.isnan(answers)
    if not there.any():
        return None
    known = answers[there]
    first = answers[: len(second)]
    pairs = np.isfinite(first) & np.isfinite(second)
    part = monte_carlo_part(first[pairs], second[pairs], known[np.isfinite(known)])
    kept = [StudiedInput(one.name, one.values[there], one.ordered) for one in inputs]
    random = NamedUniforms(Draws(choose.kernels("numpy"), seed, 0, 1))
    shares = variance_shares(kept, known, random, part.share)
    return JointAnswer(
        answer_range(known),
        share_with_none(known, reference),
        part,
        answer_histogram(known, most_of_nearly_none(reference)),
        shares,
        first_to_find_out(shares),
        len(answers),
        int(np.count_nonzero(~there)),
    )


def joint_of(study: Study, found: StudiedFigure) -> JointAnswer | None:
    """Analyse one figure of a study; ``None`` without a joint sample, or without any answer."""
    if not study.samples:
        return None
    reference = found.base.value if found.figure.is_amount else math.nan
    seed = int(study.about.get("seed", 0))
    return joint_answer(inputs_of(study), found.answers, found.second, seed, reference)


def inputs_of(study: Study) -> list[StudiedInput]:
    """Values that every assumption has in the samples of a study."""
    found = []
    for k, assumption in enumerate(study.assumptions):
        ranged = bool((study.options[:, k] < 0).all())
        values = study.values[:, k] if ranged else study.options[:, k].astype(np.float64)
        found.append(StudiedInput(assumption.key, values, ranged))
    return found


def variables_of(study: Study) -> list[tuple[str, str, str, Any]]:
    """Name, units, long name and values of what the file of a study says of its joint sample."""
    found: list[tuple[str, str, str, Any]] = []
    for each in study.figures:
        joint = joint_of(study, each)
        if joint is None:
            continue
        stem, units, name = each.figure.stem, each.figure.units, each.figure.name
        rows: list[tuple[str, str, str, Sequence[Interval] | Interval]] = [
            ("range_low", units, "lower end of the 90 % range of", joint.range.low),
            ("range_median", units, "median over the samples of", joint.range.median),
            ("range_high", units, "upper end of the 90 % range of", joint.range.high),
            ("share_with_none", "1", "share of samples with nearly none of", joint.none),
            (
                "monte_carlo_error",
                units,
                "standard error by chance of one trial of",
                joint.monte_carlo.standard_error,
            ),
            (
                "monte_carlo_share",
                "1",
                "share of the variance by chance of one trial of",
                joint.monte_carlo.share,
            ),
            (
                "first_order_share",
                "1",
                "first-order share, by ranks, of the variance of",
                [one.first_order for one in joint.shares.shares],
            ),
        ]
        lmg = [one.lmg for one in joint.shares.shares]
        if all(one is not None for one in lmg):
            text = "share (LMG, of a regression on ranks) of the variance of"
            rows.append(("lmg_share", "1", text, [one for one in lmg if one is not None]))
        for part, unit, text, intervals in rows:
            for column, end in enumerate(_ENDS):
                limit = ("", "lower limit of the ", "upper limit of the ")[column]
                found.append(
                    (
                        f"{stem}_{part}{end}",
                        unit,
                        f"{limit}{text} {name}",
                        _column(intervals, column),
                    )
                )
        text = f"cross-validated R² of a regression on ranks of {name}"
        found.append((f"{stem}_r2", "1", text, joint.shares.r2))
    return found


def _column(intervals: Sequence[Interval] | Interval, column: int) -> Any:
    if isinstance(intervals, Interval):
        return (intervals.value, intervals.low, intervals.high)[column]
    return [(one.value, one.low, one.high)[column] for one in intervals]
