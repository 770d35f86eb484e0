"""Histogram of the answers of a joint sample, with round edges."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

MOST_BINS = 20
"""With the one of samples that have nearly none."""

_ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
"""Widths of bins, times powers of ten."""


@dataclass(frozen=True)
class AnswerHistogram:
    """How many samples have which answer.

    Attributes
    ----------
    edges : float64 array (bins + 1,)
        Of the regular bins, whole multiples of one round width. Empty where no answer is in one.
    counts : int64 array (bins,)
        Answers from an edge up to the next one, the last one with its upper edge. Nearly none do
        not count here, even where the first bin begins below them.
    none : int
        Answers that are nearly none, or -inf.
    endless : int
        Answers of +inf.
    """

    edges: np.ndarray
    counts: np.ndarray
    none: int
    endless: int = 0


def answer_histogram(answers: np.ndarray, nearly_none: float = -math.inf) -> AnswerHistogram:
    """Count answers into at most 20 bins, one of which is of nearly none.

    The width is that of Freedman and Diaconis, 2 IQR / n^(1/3), taken up to the next round one.

    Parameters
    ----------
    answers : array (samples,)
        Without NaN.
    nearly_none : float
        Answers up to here have a bin of their own (`answer_range.most_of_nearly_none`); NaN: none.

    Returns
    -------
    AnswerHistogram

    Raises
    ------
    ValueError
        NaN among the answers.

    References
    ----------
    Freedman and Diaconis (1981), "On the histogram as a density estimator: L2 theory",
    Zeitschrift für Wahrscheinlichkeitstheorie 57, 453-476.
    """
    answers = np.asarray(answers, dtype=np.float64)
    if np.isnan(answers).any():
        raise ValueError("answers of failed samples are to be left out")
    is_none = np.isneginf(answers) | (answers <= nearly_none)
    is_endless = np.isposinf(answers)
    some = answers[~is_none & ~is_endless]
    none, endless = int(is_none.sum()), int(is_endless.sum())
    if not len(some):
        return AnswerHistogram(np.empty(0), np.empty(0, dtype=np.int64), none, endless)
    edges = _round_edges(some)
    # Rounding may lay an outer edge a hair within the values.
    counts, _ = np.histogram(np.clip(some, edges[0], edges[-1]), edges)
    return AnswerHistogram(edges, counts.astype(np.int64), none, endless)


def _round_edges(values: np.ndarray) -> np.ndarray:
    low, high = float(values.min()), float(values.max())
    if low == high:
        step = _round_up(abs(low) / 10 or 1.0)
        first = math.floor(low / step)
        return np.array([first, first + 1]) * step
    lower, upper = np.quantile(values, [0.25, 0.75])
    wanted = 2 * float(upper - lower) / len(values) ** (1 / 3)
    step = _round_up(max(wanted, (high - low) / (MOST_BINS - 1)))
    while _bins(low, high, step) > MOST_BINS - 1:
        step = _round_up(step * 1.01)
    return (math.floor(low / step) + np.arange(_bins(low, high, step) + 1)) * step


def _bins(low: float, high: float, step: float) -> int:
    return max(1, math.ceil(high / step) - math.floor(low / step))


def _round_up(width: float) -> float:
    """Smallest of 1, 2, 2.5, 5 times a power of ten that is no less, but for rounding."""
    power = 10.0 ** math.floor(math.log10(width))
    return next(each for each in _ROUND if each * power >= width * (1 - 1e-12)) * power
