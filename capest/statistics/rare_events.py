"""Intervals where few trials decide: means and shares, from 5 contributing trials on.

``docs/statistics.md`` says how often these intervals cover.
"""

from __future__ import annotations

import math
from statistics import NormalDist

from capest.statistics.gamma_quantile import gamma_quantile, largest_share
from capest.statistics.intervals import Interval, mean_interval, ratio_interval
from capest.statistics.student_t import student_t_quantile
from capest.statistics.trial_sums import PartAndWhole, TrialSums

FEWEST_CONTRIBUTING = 5
"""No interval comes from fewer contributing trials: their spread says too little."""

ENOUGH_CONTRIBUTING = 20
"""So many contributing trials give an interval of about half the value to each side; a share
that fewer decide has the gamma interval."""

LARGEST_SKEWNESS = 0.125
"""Student's and Wilson's intervals serve up to this skewness of the mean of all trials."""

MOST_HAVE = 0.9
"""If so many trials have any of the whole of a share, the linearised error counts all of them."""


def why_not_known(contributing: int, trials: int) -> str:
    """Why there is no interval, and how many trials would do; empty where there is one.

    Parameters
    ----------
    contributing : int
        Trials in which there is anything of what a figure measures.
    trials : int
        All trials.

    Returns
    -------
    str
        Such as "not known: 2 of 60 trials had any; about 600 would do".
    """
    if contributing >= FEWEST_CONTRIBUTING or not trials:
        return ""
    if trials == 1:
        return f"n/a: one trial gives no interval; about {ENOUGH_CONTRIBUTING} would do"
    if contributing == 0:
        needed = _two_digits(ENOUGH_CONTRIBUTING / largest_share(0, trials))
        return f"not known: none of {trials:,} trials had any; it takes {needed:,} at least"
    needed = _two_digits(ENOUGH_CONTRIBUTING * trials / contributing)
    if contributing == trials:
        return f"not known: {trials} trials are too few; about {needed:,} would do"
    return f"not known: {contributing} of {trials:,} trials had any; about {needed:,} would do"


def _two_digits(trials: float) -> int:
    step = 10 ** max(0, math.floor(math.log10(trials)) - 1)
    return round(trials / step) * step


def mean_over_trials(sums: TrialSums, *, set_by_scenario: bool = False) -> Interval:
    """Mean of a quantity that is never negative, with its 95 % interval over trials.

    * Fewer than 5 trials with any of it: no interval, a note says why.
    * The mean of all trials has the skewness g = sum(d^3) / sum(d^2)^1.5, d being the deviations
      of trials from it. Up to 0.125 to either side the interval is Student's.
    * Above, few trials hold most of it: from 20 trials on, or where more than a tenth have none,
      the gamma interval of ``gamma_limits``, of what trials have above the least value.
    * Below, where some trials have none, or more than half of them have the greatest value seen,
      few trials lack something of that value. The interval is that of what they lack; no trial
      can lack more than all. Elsewhere it is Student's.
      Where none lacks anything, the limit is that of `ratio_interval` in the same case.

    Parameters
    ----------
    sums : TrialSums
    set_by_scenario : bool
        Without chance: the same in all trials is then the same for ever.

    Returns
    -------
    Interval
    """
    if not sums.count:
        return Interval(math.nan, math.nan, math.nan)
    note = why_not_known(sums.contributing, sums.count)
    if note:
        return Interval(sums.mean, math.nan, math.nan, note)
    if sums.least == sums.most:
        if set_by_scenario:
            return Interval(sums.mean, sums.mean, sums.mean)
        return Interval(sums.mean, sums.mean * (1 - largest_share(0, sums.count)), sums.mean)
    skewness = sums.m3 / sums.m2**1.5
    # Of fewer than 20 trials, nearly all with some of it, the skewness is a matter of chance.
    too_few = sums.count < ENOUGH_CONTRIBUTING and sums.contributing >= MOST_HAVE * sums.count
    few_lack = 2 * sums.at_most > sums.count or sums.contributing < sums.count
    if abs(skewness) <= LARGEST_SKEWNESS or (not few_lack if skewness < 0 else too_few):
        return mean_interval(*sums.moments)
    count, variance = sums.count, sums.count * sums.m2 / (sums.count - 1)
    if skewness > 0:
        total, many = count * (sums.mean - sums.least), min(sums.contributing, count - 1)
        low, high = gamma_limits(total, variance, sums.most - sums.least, many)
        return Interval(sums.mean, sums.least + low / count, sums.least + high / count)
    lacking = count - sums.at_most
    total = count * (sums.most - sums.mean)
    less, more = gamma_limits(total, variance, sums.most - sums.least, lacking)
    more = min(more / count, sums.most * largest_share(lacking, count))
    return Interval(sums.mean, sums.most - more, sums.most - less / count)


def mean_of_any(sums: TrialSums, trials: int) -> Interval:
    """Mean of a quantity of any sign over the trials that have it, with Student's 95 % interval.

    Parameters
    ----------
    sums : TrialSums
        Of the trials that have it.
    trials : int
        All trials.

    Returns
    -------
    Interval
        NaN limits with a note where fewer than 5 trials have any of it.
    """
    value = sums.mean if sums.count else math.nan
    note = why_not_known(sums.contributing, trials)
    if note or not sums.count:
        return Interval(value, math.nan, math.nan, note)
    return mean_interval(*sums.moments)


def share_over_trials(sums: PartAndWhole, confidence: float = 0.95) -> Interval:
    """Ratio of two sums over trials, 0 <= part <= whole, with its interval.

    Trials without any of the whole say nothing of the share: they are not counted where they are
    more than a tenth. A part that 1 to 4 trials have has no interval either; one that no trial has
    keeps its limit, which rests on the number of trials alone. Else, with z the rarer of the part
    and of the rest:

    * No z at all: the limit away from the value is that of `ratio_interval`.
    * z in less than nine tenths of the trials, and in fewer than 20 or with g = sum(d^3) /
      sum(d^2)^1.5 beyond 0.125 to either side, d being the deviations of z from its share of the
      whole: the gamma interval of ``gamma_limits``, and no more than if z were all of the largest
      trial in the greatest share of trials that agrees with the number of trials that have any.
    * Else Wilson's interval, `ratio_interval`.

    Parameters
    ----------
    sums : PartAndWhole
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    Interval
        Limits within 0..1; NaN with a note from fewer than 5 trials.
    """
    part, whole, trials = sums.part, sums.whole, sums.trials
    value = part / whole if whole else math.nan
    note = why_not_known(trials, sums.all_trials)
    if not note and sums.with_part > 0 and 2 * part <= whole:
        note = why_not_known(sums.with_part, sums.all_trials)
    if note or not whole:
        return Interval(value, math.nan, math.nan, note)
    rest = 2 * part > whole
    rare, seen_in = (whole - part, sums.with_rest) if rest else (part, sums.with_part)
    squares, cubes = _deviations(sums)
    few = seen_in < ENOUGH_CONTRIBUTING or abs(cubes) > LARGEST_SKEWNESS * squares**1.5
    if not rare or not squares or not few or seen_in >= MOST_HAVE * trials:
        count = sums.all_trials if trials >= MOST_HAVE * sums.all_trials else trials
        return ratio_interval(count, (part, whole), sums.squares, confidence)
    variance = trials / (trials - 1) * squares
    most = sums.most_rest if rest else sums.most_part
    less, more = (
        limit / whole for limit in gamma_limits(rare, variance, most, seen_in, confidence)
    )
    tail = (1 - confidence) / 2
    all_of_the_largest = largest_share(seen_in, trials, tail) * sums.most_whole * trials / whole
    more = min(more, all_of_the_largest, 1.0)
    return Interval(value, 1.0 - more, 1.0 - less) if rest else Interval(value, less, more)


def within_share(found: Interval) -> Interval:
    """Move limits into 0..1, where the value lies."""
    if math.isnan(found.low):
        return found
    return Interval(found.value, max(found.low, 0.0), min(found.high, 1.0), found.note)


def _deviations(sums: PartAndWhole) -> tuple[float, float]:
    """Sums of squares and cubes of d = part - share * whole, from whole numbers: none cancel."""
    (yy, yn, nn), (yyy, yyn, ynn, nnn) = sums.squares, sums.cubes
    part, whole = sums.part, sums.whole
    squares = whole**2 * yy - 2 * part * whole * yn + part**2 * nn
    cubes = whole**3 * yyy - 3 * whole**2 * part * yyn + 3 * whole * part**2 * ynn - part**3 * nnn
    return squares / whole**2, cubes / whole**3


def gamma_limits(
    total: float, variance: float, most: float, contributing: int, confidence: float = 0.95
) -> tuple[float, float]:
    """Limits of the expected total of independent amounts of which few are not zero.

    A gamma variable with the mean and the variance of the total gives the lower limit; for the
    upper one both have one more contribution, as large as the largest seen: for equal
    amounts these are the exact limits of a Poisson count. The amounts differ, and how much is
    known from the contributing ones alone, so the variance is taken as many times greater as the
    square of Student's t, with one degree less than they are, exceeds the normal distribution's.

    Parameters
    ----------
    total, variance : float
        Sum of the amounts, and estimated variance of this sum.
    most : float
        Largest amount.
    contributing : int
        Number of amounts that are not zero.
    confidence : float
        Nominal coverage, 0..1.

    Returns
    -------
    low, high : float

    References
    ----------
    Fay and Feuer (1997), "Confidence intervals for directly standardized rates: a method based on
    the gamma distribution", Statistics in Medicine 16(7), 791-801.
    """
    degrees = max(1, contributing - 1)
    below = 0.5 + confidence / 2
    variance *= (student_t_quantile(below, degrees) / NormalDist().inv_cdf(below)) ** 2
    low = variance / total * gamma_quantile(1 - below, total * total / variance)
    more, spread = total + most, variance + most * most
    high = spread / more * gamma_quantile(below, more * more / spread)
    return low, high


def least_kurtosis(contributing: int, trials: int) -> float:
    """Excess kurtosis that `quantile_interval` takes at least, for what few trials have.

    Parameters
    ----------
    contributing, trials : int
        Trials that add to the distribution, and all.

    Returns
    -------
    float
        3 where fewer than 50 trials, and not nearly all, contribute: trials of very different
        sizes then stand against each other, and so few show too little of their spread. Else 0.
    """
    few = contributing < 50 and contributing < MOST_HAVE * trials
    return 3.0 if few else 0.0
