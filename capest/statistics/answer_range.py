"""Range of an answer over a joint sample of stated assumptions.

The range holds the middle 90 % of the answers that the stated assumptions give. It is no
confidence interval: how likely an answer is rests on ranges that people have stated. What has an
interval, of 95 %, are its ends: of so many samples they are known so well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.statistics.gamma_quantile import largest_share
from capest.statistics.intervals import Interval
from capest.statistics.order_statistics import order_statistic

RANGE_NAME = "90 % range over the stated assumptions"
"""What the range is called wherever it stands."""

_TAIL = 0.05
"""Share of the answers beyond either end."""

NEARLY_NONE = 0.01
"""An answer of at most this share of the answer at the stated values is nearly none."""


@dataclass(frozen=True)
class AnswerRange:
    """Quantiles of the answers of a joint sample.

    Attributes
    ----------
    low, median, high : Interval
        5, 50 and 95 % quantile, each with its 95 % interval.
    samples : int
        Answers that they are of.
    note : str
        What so few samples do not say; empty where there are enough.
    """

    low: Interval
    median: Interval
    high: Interval
    samples: int
    note: str = ""


def answer_range(answers: np.ndarray) -> AnswerRange:
    """Range of the answers of a joint sample, with how well its ends are known.

    Ends are order statistics with limits that hold for any distribution, from independent
    samples. Those of a Latin hypercube are known at least as well, but for terms of 1 / samples.

    Parameters
    ----------
    answers : array (samples,)
        One a sample, without NaN; infinities are legal.

    Returns
    -------
    AnswerRange
        Limits are infinite where no sample is far enough out, a note says so.

    Raises
    ------
    ValueError
        NaN among the answers.

    References
    ----------
    `order_statistics.order_statistic`. Wilks (1941), "Determination of sample sizes for setting
    tolerance limits", Annals of Mathematical Statistics 12(1), 91-96. JCGM 101:2008, 7.2.
    """
    answers = np.asarray(answers, dtype=np.float64)
    if np.isnan(answers).any():
        raise ValueError("answers of failed samples are to be left out")
    low, median, high = (order_statistic(answers, p) for p in (_TAIL, 0.5, 1 - _TAIL))
    return AnswerRange(low, median, high, len(answers), why_too_few(len(answers)))


def why_too_few(samples: int) -> str:
    """What so few samples do not say of the range, and how many would; empty where they do.

    Parameters
    ----------
    samples : int

    Returns
    -------
    str
    """
    ends, enclosing = samples_for_ends(), samples_to_enclose()
    if samples < ends:
        return f"{samples} samples give the ends no limits outwards; {ends} would"
    if samples < enclosing:
        return (
            f"{samples} samples do not enclose 95 % of the answers with 95 % confidence; "
            f"{enclosing} would"
        )
    return ""


def samples_for_ends(confidence: float = 0.95) -> int:
    """Fewest samples that give both ends of the range finite limits.

    Returns
    -------
    int
        Smallest n with 0.95^n <= (1 - confidence) / 2: 72 for 95 %.
    """
    return math.ceil(math.log((1 - confidence) / 2) / math.log(1 - _TAIL))


def samples_to_enclose(share: float = 0.95, confidence: float = 0.95) -> int:
    """Fewest samples whose smallest and largest enclose a share of all answers.

    Parameters
    ----------
    share, confidence : float
        0 < share < 1, 0 < confidence < 1.

    Returns
    -------
    int
        Smallest n with 1 - n share^(n - 1) + (n - 1) share^n >= confidence: 93 for 95 and 95 %.

    References
    ----------
    Wilks (1941), Annals of Mathematical Statistics 12(1), 91-96.
    """
    count = 2
    while 1 - count * share ** (count - 1) + (count - 1) * share**count < confidence:
        count += 1
    return count


def share_with_none(answers: np.ndarray, reference: float, confidence: float = 0.95) -> Interval:
    """Share of samples with (nearly) none: at most a hundredth of the answer at stated values.

    Parameters
    ----------
    answers : array (samples,)
        Amounts that are never negative: calls, throughputs.
    reference : float
        Answer with every assumption at its stated value. Where that is 0, samples with exactly
        none count.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        Limits of Clopper and Pearson, within 0..1; NaN with a note without samples, or where the
        reference is no amount.

    References
    ----------
    Clopper and Pearson (1934), Biometrika 26(4), 404-413.
    """
    most, count = most_of_nearly_none(reference), len(answers)
    if not count or math.isnan(most):
        note = "n/a: no samples" if not count else "n/a: the answer at stated values is no amount"
        return Interval(math.nan, math.nan, math.nan, note)
    seen, tail = int(np.count_nonzero(np.asarray(answers) <= most)), (1 - confidence) / 2
    low = 1.0 - largest_share(count - seen, count, tail)
    return Interval(seen / count, low, largest_share(seen, count, tail))


def most_of_nearly_none(reference: float) -> float:
    """Largest answer that is nearly none; NaN where the reference is no finite amount."""
    return NEARLY_NONE * reference if 0 <= reference < math.inf else math.nan
