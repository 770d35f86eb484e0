"""Differences of two runs with common draws: trial k of one against trial k of the other.

A trial depends on the scenario, the seed and its number alone, so equal trials of two scenarios
with one seed see the same users, positions and fades as far as both draw them. What they have in
common cancels in the difference, whose interval is then far narrower than those of the two. Pairs
are independent of each other whatever they have in common, so the interval holds in any case.

Differences are value less reference; relative ones are in percent of the reference.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from capest.statistics.intervals import Interval, mean_interval
from capest.statistics.rare_events import (
    ENOUGH_CONTRIBUTING,
    FEWEST_CONTRIBUTING,
    LARGEST_SKEWNESS,
    MOST_HAVE,
    gamma_limits,
    share_over_trials,
    why_not_known,
)
from capest.statistics.trial_sums import PartAndWhole
from capest.statistics.two_intervals import (
    UNKNOWN,
    Compared,
    of_two_intervals,
    together,
    unpaired_difference,
    without_limits,
)


def mean_difference(
    values: np.ndarray, reference: np.ndarray, confidence: float = 0.95
) -> Compared:
    """Difference of two means over the same trials.

    The interval is that of the mean of d = value - reference, of every trial:

    * Equal in all trials: no interval, a note says so. Fewer than 5 trials differ: none, too.
    * The mean has the skewness g = sum(e^3) / sum(e^2)^1.5, e being deviations from it. Up to 0.125
      to either side the interval is Student's.
    * Beyond, where trials that agree are more than a tenth: rises and falls are rare events of
      their own; each total has the gamma interval of `rare_events.gamma_limits`, and the limits of
      their difference are those of `of_two_intervals`.
    * Beyond, elsewhere: Student's of fewer than 20 trials, else the gamma interval of what lies
      above the least d (below the greatest).

    The relative difference is that of a ratio of sums, linearised: with r = sum(value) /
    sum(reference) its error is the mean of (value - r reference) / mean(reference) over trials that
    have any of either. Where few of those differ, it is the difference over the reference's mean.

    Parameters
    ----------
    values, reference : array (trials,)
        Trial by trial with the same numbers.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Compared

    References
    ----------
    Student (1908), Biometrika 6(1), 1-25, section IX (pairs). Fay and Feuer (1997), Statistics in
    Medicine 16(7), 791-801. Cochran (1977), "Sampling Techniques", 3rd ed., ch. 6.
    """
    a, b = (each.astype(np.float64) for each in (values, reference))
    d = a - b
    trials = len(d)
    if not trials:
        return Compared(UNKNOWN, UNKNOWN)
    base = float(b.mean())
    value = float(d.mean())
    percent = 100.0 * value / base if base > 0 else math.nan
    if note := why_no_pairs(int(np.count_nonzero(d)), trials):
        return without_limits(value, percent, note)
    difference = _mean_of_pairs(d, d, confidence)
    if not base > 0:
        return Compared(difference, UNKNOWN)
    any_of_either = (a != 0) | (b != 0)
    few_differ = np.count_nonzero(d) < MOST_HAVE * np.count_nonzero(any_of_either)
    if few_differ and abs(_skewness(d)) > LARGEST_SKEWNESS:
        return Compared(difference, _scaled(difference, 100.0 / base))
    error = 100.0 * (a - (1 + value / base) * b) / base
    used = any_of_either if any_of_either.sum() < MOST_HAVE * trials else slice(None)
    half = _student(error[used] * (len(error[used]) / trials), confidence)
    return Compared(difference, Interval(percent, percent - half, percent + half))


def share_difference(
    part: np.ndarray,
    whole: np.ndarray,
    reference_part: np.ndarray,
    reference_whole: np.ndarray,
    confidence: float = 0.95,
) -> Compared:
    """Difference of two shares, ratios of sums over the same trials, 0 <= part <= whole.

    Both ratios are linearised: with R = sum(y) / sum(n), trial k moves R by
    u_k = (y_k - R n_k) / mean(n), and the difference by z_k = u_k - u_k of the reference. Trials
    that have none of either whole do not count where they are more than a tenth.

    * Equal in all trials, or fewer than 5 trials differ, or have any of a whole: no interval.
    * One share is 0 or 1 in all trials: nothing shows how far it varies with the other, so it is
      the difference of two independent shares, `difference_of_two_shares`. Pairs would take the
      share that no trial left for known exactly.
    * Skewness of the mean of z up to 0.125 to either side, or fewer than 20 trials: Student's
      interval of z.
    * Beyond, where the wholes are the same: rises and falls of the part as in `mean_difference`.
    * Beyond, elsewhere: `two_intervals.together` with the intervals of the two shares, which few
      trials may decide, and the correlation of the u_k.

    Parameters
    ----------
    part, whole, reference_part, reference_whole : integer array (trials,)
        Trial by trial with the same numbers.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Compared
        Limits within -1..1.

    References
    ----------
    Cochran (1977), "Sampling Techniques", 3rd ed., ch. 6.
    """
    trials = len(whole)
    if not trials or not whole.any() or not reference_whole.any():
        return Compared(UNKNOWN, UNKNOWN)
    some = (whole > 0) | (reference_whole > 0)
    kept = some if some.sum() < MOST_HAVE * trials else slice(None)
    y, n, y0, n0 = (
        each[kept].astype(np.float64) for each in (part, whole, reference_part, reference_whole)
    )
    share, base = float(y.sum() / n.sum()), float(y0.sum() / n0.sum())
    value, percent = share - base, (100.0 * (share / base - 1) if base > 0 else math.nan)
    fewest = min(int(np.count_nonzero(whole)), int(np.count_nonzero(reference_whole)))
    differ = int(np.count_nonzero((y != y0) | (n != n0)))
    note = why_no_pairs(differ, trials)
    if not note.startswith("same"):
        note = why_not_known(fewest, trials) or note
    if note:
        return without_limits(value, percent, note)
    if is_at_an_end(y, n) or is_at_an_end(y0, n0):
        return difference_of_two_shares(part, whole, reference_part, reference_whole, confidence)
    u, u0 = (y - share * n) / n.mean(), (y0 - base * n0) / n0.mean()
    z = u - u0
    too_few = len(z) < ENOUGH_CONTRIBUTING and differ >= MOST_HAVE * len(z)
    straight = too_few or abs(_skewness(z)) <= LARGEST_SKEWNESS
    if straight:
        half = _student(z, confidence)
        found = Interval(value, value - half, value + half)
    elif np.array_equal(n, n0):
        found = _mean_of_pairs(z + value, (y - y0) / n.mean(), confidence)
    else:
        ours = _share(part, whole, confidence)
        theirs = _share(reference_part, reference_whole, confidence)
        if note := ours.note or theirs.note:
            return without_limits(value, percent, note)
        found = together(ours, theirs, _correlation(u, u0)).difference
    found = Interval(value, max(found.low, -1.0), min(found.high, 1.0), found.note)
    if not base > 0 or found.note:
        return Compared(found, UNKNOWN)
    if not straight:
        return Compared(found, _scaled(found, 100.0 / base))
    half = _student(100.0 * (u - (share / base) * u0) / base, confidence)
    return Compared(found, Interval(percent, percent - half, percent + half))


def is_at_an_end(part: np.ndarray, whole: np.ndarray) -> bool:
    """Tell whether a share is 0, or 1, in every trial that has any of the whole."""
    return not part.any() or bool((part >= whole).all())


def difference_of_two_shares(
    part: np.ndarray,
    whole: np.ndarray,
    reference_part: np.ndarray,
    reference_whole: np.ndarray,
    confidence: float = 0.95,
) -> Compared:
    """Difference of the shares of two independent runs, each with all of its trials.

    Parameters
    ----------
    part, whole : integer array (trials,)
        Trial by trial, 0 <= part <= whole.
    reference_part, reference_whole : integer array (reference trials,)
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Compared
        By `two_intervals.unpaired_difference`, limits within -1..1.
    """
    found = unpaired_difference(
        _share(part, whole, confidence), _share(reference_part, reference_whole, confidence)
    )
    one = found.difference
    if one.note:
        return found
    within = Interval(one.value, max(one.low, -1.0), min(one.high, 1.0))
    return replace(found, difference=within)


def why_no_pairs(differ: int, trials: int) -> str:
    """Why the difference has no interval; empty where it has one.

    Parameters
    ----------
    differ : int
        Trials that are not equal in both runs.
    trials : int
        All pairs.

    Returns
    -------
    str
        "same: ..." where none differs; else as `rare_events.why_not_known`.
    """
    if not differ and trials >= FEWEST_CONTRIBUTING:
        return f"same: equal in all {trials:,} trials"
    return why_not_known(differ, trials).replace("had any", "differ")


def _mean_of_pairs(estimates: np.ndarray, amounts: np.ndarray, confidence: float) -> Interval:
    """Interval of the mean of pairs, see `mean_difference`.

    ``amounts`` is zero where a pair agrees, and has the mean of ``estimates``, from which Student's
    interval comes.
    """
    count, value = len(estimates), float(estimates.mean())
    contributing = int(np.count_nonzero(amounts))
    skewness = _skewness(estimates)
    few_agree = contributing >= MOST_HAVE * count
    too_few = count < ENOUGH_CONTRIBUTING and few_agree
    if abs(skewness) <= LARGEST_SKEWNESS or too_few:
        half = _student(estimates, confidence)
        return Interval(value, value - half, value + half)
    if not few_agree:
        largest = float(np.abs(amounts).max())
        rises, falls = (
            _total(np.maximum(each, 0.0), largest, confidence) for each in (amounts, -amounts)
        )
        return _scaled(of_two_intervals(rises, falls), 1.0 / count)
    if skewness > 0:
        least = float(estimates.min())
        above = _total(estimates - least, float(estimates.max()) - least, confidence)
        return Interval(value, least + above.low / count, least + above.high / count)
    most = float(estimates.max())
    below = _total(most - estimates, most - float(estimates.min()), confidence)
    return Interval(value, most - below.high / count, most - below.low / count)


def _total(amounts: np.ndarray, largest: float, confidence: float) -> Interval:
    """Gamma interval of the expected total of amounts >= 0 of which few are not zero.

    Of none at all: up to the exact limit of a Poisson count of amounts as large as the largest.
    """
    total, seen = float(amounts.sum()), int(np.count_nonzero(amounts))
    if not seen:
        # None is seen in so few samples where the expected count is that.
        return Interval(0.0, 0.0, -math.log((1 - confidence) / 2) * largest)
    deviations = amounts - amounts.mean()
    variance = len(amounts) / (len(amounts) - 1) * float(deviations @ deviations)
    low, high = gamma_limits(total, variance, float(amounts.max()), seen, confidence)
    return Interval(total, low, high)


def _student(errors: np.ndarray, confidence: float) -> float:
    """Half width of Student's interval of a mean, from values or from their errors."""
    count, mean = len(errors), float(errors.mean())
    deviations = errors - mean
    return mean_interval(count, mean, float(deviations @ deviations), confidence).high - mean


def _skewness(values: np.ndarray) -> float:
    """Skewness of the mean: sum(d^3) / sum(d^2)^1.5; 0 where nothing varies."""
    d = values - values.mean()
    squares = float(d @ d)
    return float(np.sum(d**3)) / squares**1.5 if squares > 0 else 0.0


def _correlation(u: np.ndarray, v: np.ndarray) -> float:
    spread = math.sqrt(float(u @ u) * float(v @ v))
    return max(-1.0, min(1.0, float(u @ v) / spread)) if spread > 0 else 0.0


def _share(part: np.ndarray, whole: np.ndarray, confidence: float) -> Interval:
    sums = PartAndWhole()
    sums.add(part, whole)
    return share_over_trials(sums, confidence)


def _scaled(found: Interval, factor: float) -> Interval:
    return Interval(found.value * factor, found.low * factor, found.high * factor, found.note)
