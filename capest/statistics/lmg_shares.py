"""Shapley (LMG) shares of the variance that a linear regression explains, of independent inputs.

Inputs enter a regression one after the other, and each gains some of the variance. The LMG share of
an input is its gain, averaged over all orders of entry: Shapley's value of a game whose players
are the inputs and whose payoff is R². Where inputs are independent the gain is the same in every
order: the variance of the input's own term. The inputs of a joint sample are independent because
they are drawn so; only by chance do their columns have correlations. Averaging over orders would
take these for real, and gives the variance of strong inputs to weak ones: with 25 inputs and 93
samples the largest share then comes out 0.07 too small.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist

import numpy as np

from capest.statistics.intervals import Interval
from capest.statistics.rank_regression import Regressors

RESAMPLES = 200
"""Bootstrap samples for the intervals."""

_RIDGE = 1e-10
"""Added to variances: a column that a resample leaves constant then gains nothing."""


def lmg_shares(
    regressors: Regressors,
    answers: np.ndarray,
    inputs: int,
    random: Callable[[str, int, int], np.ndarray],
    confidence: float = 0.95,
) -> list[Interval]:
    """LMG share of every input, with intervals of the bootstrap.

    The share is the variance of an input's term over the sum of all terms' and the residual
    variance, less what the errors of the slopes add to it. For the interval whole samples are
    drawn again with replacement: limits are those of the root of the uncorrected share, value -/+
    z times its standard deviation over the resamples, and the same correction moves them. A share
    is a square: its root has a nearly constant error, and of an input without effect resampled
    shares are never 0.

    Parameters
    ----------
    regressors : Regressors
    answers : float array (samples,)
        Not all equal; more samples than twice the columns.
    inputs : int
        Number of inputs, also those without a column.
    random : function of name, rows, count to float64 array (rows, count)
        Uniforms (`sampling.named_uniforms.NamedUniforms`).
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    list of Interval
        One for each input, within 0..1.

    References
    ----------
    Lindeman, Merenda and Gold (1980), "Introduction to Bivariate and Multivariate Analysis",
    119-127. Groemping (2006), "Relative importance for linear regression in R: the package
    relaimpo", Journal of Statistical Software 17(1) (groups of columns; bootstrap). Owen and Prieur
    (2017), "On Shapley value for measuring importance of dependent inputs", SIAM/ASA Journal on
    Uncertainty Quantification 5(1), 986-1002. Efron and Tibshirani (1993), "An Introduction to the
    Bootstrap", ch. 9.
    """
    samples = len(answers)
    weights = np.ones((RESAMPLES + 1, samples))
    drawn = np.floor(random("bootstrap of shares", RESAMPLES, samples) * samples).astype(np.int64)
    for row, each in zip(weights[1:], drawn, strict=True):
        row[:] = np.bincount(each, minlength=samples)
    covariances = _covariances(regressors.columns, answers, weights)
    of_owner = (regressors.owner[:, None] == np.arange(inputs)).astype(np.float64)
    shares, bias = _of_terms(covariances, of_owner, samples)
    roots = np.sqrt(shares)
    half = NormalDist().inv_cdf(0.5 + confidence / 2) * roots[1:].std(axis=0, ddof=1)
    found = zip(roots[0], roots[0] - half, roots[0] + half, bias, strict=True)
    return [_without(more, *ends) for *ends, more in found]


def _without(bias: float, *roots: float) -> Interval:
    value, low, high = (float(np.clip(max(end, 0.0) ** 2 - bias, 0.0, 1.0)) for end in roots)
    return Interval(value, low, high)


def _covariances(columns: np.ndarray, answers: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Covariances of columns and, last, of answers, (resamples, columns + 1, columns + 1)."""
    scaled = (answers - answers.mean()) / answers.std()
    table = np.column_stack([columns, scaled])
    samples, width = table.shape
    means = weights @ table / samples
    products = (table[:, :, None] * table[:, None, :]).reshape(samples, -1)
    squares = (weights @ products / samples).reshape(-1, width, width)
    return squares - means[:, :, None] * means[:, None, :]


def _of_terms(
    covariances: np.ndarray, of_owner: np.ndarray, samples: int
) -> tuple[np.ndarray, np.ndarray]:
    """Uncorrected shares of the inputs (resamples, inputs), and the bias of the first row's."""
    columns = len(of_owner)
    of_columns = covariances[:, :-1, :-1]
    inverse = np.linalg.inv(of_columns + _RIDGE * np.eye(columns))
    slopes = (inverse @ covariances[:, :-1, -1:])[..., 0]
    # Of one input alone: columns of different inputs have no common variance.
    own = of_columns * (of_owner @ of_owner.T)
    terms = (slopes * (own @ slopes[..., None])[..., 0]) @ of_owner
    residual = covariances[:, -1, -1] - (slopes * covariances[:, :-1, -1]).sum(axis=1)
    variance = np.maximum(residual, 0.0) * samples / (samples - 1 - columns)
    whole = np.maximum(terms.sum(axis=1) + variance, _RIDGE)
    of_slopes = np.einsum("ij,ij->i", own[0], inverse[0]) @ of_owner
    return np.maximum(terms, 0.0) / whole[:, None], of_slopes * variance[0] / samples / whole[0]
