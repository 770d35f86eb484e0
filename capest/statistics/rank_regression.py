"""Linear regression of answers on the ranks of inputs, and how well it predicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FOLDS = 10
"""Parts of the samples, each of which is predicted from the others."""


@dataclass(frozen=True)
class StudiedInput:
    """Values that one input has in a joint sample.

    Attributes
    ----------
    name : str
    values : float array (samples,)
        Finite; of a choice, the number of the option.
    ordered : bool
        False for options that have no order.
    """

    name: str
    values: np.ndarray
    ordered: bool = True


@dataclass(frozen=True)
class Regressors:
    """Columns of a regression.

    Attributes
    ----------
    columns : float64 array (samples, columns)
        Each of mean 0 and variance 1.
    owner : int array (columns,)
        Number of the input that a column belongs to. An input that does not vary has none.
    """

    columns: np.ndarray
    owner: np.ndarray


def regressors(inputs: Sequence[StudiedInput]) -> Regressors:
    """Columns of the inputs: ranks, equal values having their mean rank.

    Three and more values without an order make a group of columns, one for every value but the
    most frequent, 1 where a sample has it.
    """
    columns, owner = [], []
    for number, one in enumerate(inputs):
        _, group, sizes = np.unique(one.values, return_inverse=True, return_counts=True)
        if len(sizes) == 1:
            continue
        if one.ordered or len(sizes) == 2:
            of_input = [(np.cumsum(sizes) - sizes / 2)[group]]
        else:
            rare = np.delete(np.arange(len(sizes)), np.argmax(sizes))
            of_input = [(group == each).astype(np.float64) for each in rare]
        columns += [(each - each.mean()) / each.std() for each in of_input]
        owner += [number] * len(of_input)
    samples = len(inputs[0].values) if inputs else 0
    stacked = np.stack(columns, axis=1) if columns else np.empty((samples, 0))
    return Regressors(stacked, np.array(owner, dtype=np.int64))


def cross_validated_r2(columns: np.ndarray, answers: np.ndarray, order: np.ndarray) -> float:
    """Share of the variance of answers that a regression predicts in samples it has not seen.

    Parameters
    ----------
    columns : float64 array (samples, columns)
    answers : float array (samples,)
        Not all equal.
    order : float array (samples,)
        Random numbers whose order deals the samples out to ten folds.

    Returns
    -------
    float
        1 less the squared errors of prediction over those of the mean of the other folds; at
        most 1, below 0 where the mean predicts better.

    References
    ----------
    Stone (1974), "Cross-validatory choice and assessment of statistical predictions", Journal of
    the Royal Statistical Society B 36(2), 111-147.
    """
    fold = np.empty(len(answers), dtype=np.int64)
    fold[np.argsort(order, kind="stable")] = np.arange(len(answers)) % FOLDS
    with_mean = np.column_stack([np.ones(len(answers)), columns])
    missed = missed_by_mean = 0.0
    for each in range(min(FOLDS, len(answers))):
        held = fold == each
        slopes = np.linalg.lstsq(with_mean[~held], answers[~held], rcond=None)[0]
        missed += float(((answers[held] - with_mean[held] @ slopes) ** 2).sum())
        missed_by_mean += float(((answers[held] - answers[~held].mean()) ** 2).sum())
    return 1.0 - missed / missed_by_mean
