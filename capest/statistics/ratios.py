"""The ratio of two sums over trials, of which either may be the greater one."""

from __future__ import annotations

import math

import numpy as np

from capest.statistics.intervals import Interval, mean_interval
from capest.statistics.paired import why_no_pairs
from capest.statistics.rare_events import share_over_trials, why_not_known
from capest.statistics.trial_sums import PartAndWhole


def ratio_over_trials(
    numerator: np.ndarray, denominator: np.ndarray, confidence: float = 0.95
) -> Interval:
    """Ratio of two sums over trials with its interval, from pairs of the same trial.

    * Equal in all trials: no interval, a note says so.
    * Where no trial has more of the denominator than of the numerator, the denominator is a part
      of it: the limits are one over those of that share, `rare_events.share_over_trials`.
    * Elsewhere the ratio is linearised: with R = sum(y) / sum(x) trial k moves it by
      (y_k - R x_k) / mean(x), of which Student's interval is taken.

    Parameters
    ----------
    numerator, denominator : array (trials,)
        Not negative.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        NaN if no trial has any of the denominator; NaN limits with a note where fewer than 5
        trials have any.

    References
    ----------
    Cochran (1977), "Sampling Techniques", 3rd ed., ch. 6 (linearised variance of a ratio).
    """
    trials, total = len(denominator), float(denominator.sum())
    if not total > 0:
        return Interval(math.nan, math.nan, math.nan)
    value = float(numerator.sum()) / total
    if note := why_not_known(int(np.count_nonzero(denominator)), trials):
        return Interval(value, math.nan, math.nan, note)
    if np.array_equal(numerator, denominator):
        return Interval(value, math.nan, math.nan, why_no_pairs(0, trials))
    if (denominator <= numerator).all():
        return _inverse(value, denominator, numerator, confidence)
    errors = (numerator - value * denominator) / (total / trials)
    half = mean_interval(trials, 0.0, float(errors @ errors), confidence).high
    return Interval(value, value - half, value + half)


def _inverse(value: float, part: np.ndarray, whole: np.ndarray, confidence: float) -> Interval:
    """One over a share, whose limits change places."""
    if part.dtype.kind != whole.dtype.kind:
        part, whole = part.astype(np.float64), whole.astype(np.float64)
    sums = PartAndWhole()
    sums.add(part, whole)
    share = share_over_trials(sums, confidence)
    if share.note:
        return Interval(value, math.nan, math.nan, share.note)
    return Interval(value, 1.0 / share.high, 1.0 / share.low if share.low > 0 else math.inf)
