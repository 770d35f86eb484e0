"""Ratios of sums over trials: by hand, beside shares, and how often their intervals cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from capest.statistics.rare_events import share_over_trials
from capest.statistics.ratios import ratio_over_trials
from capest.statistics.trial_sums import PartAndWhole


def test_either_may_be_greater() -> None:
    y, x = np.array([5.0, 8.0, 3.0, 9.0, 4.0, 6.0]), np.array([4.0, 9.0, 3.0, 7.0, 5.0, 5.0])
    found = ratio_over_trials(y, x)
    value = y.sum() / x.sum()
    errors = (y - value * x) / x.mean()
    half = stats.t.ppf(0.975, 5) * errors.std(ddof=1) / math.sqrt(6)
    assert found.value == pytest.approx(value)
    assert (found.low, found.high) == pytest.approx((value - half, value + half))


@pytest.mark.parametrize("dtype", [np.int32, np.float64])
def test_the_whole_over_its_part_is_one_over_the_share(dtype: type) -> None:
    part, whole = np.array([40, 35, 50, 42, 38]), np.array([50, 50, 60, 50, 38])
    sums = PartAndWhole()
    sums.add(part, whole)
    share = share_over_trials(sums)
    found = ratio_over_trials(whole.astype(dtype), part)
    assert found.value == pytest.approx(230 / 205 * 248 / 230)
    assert (found.low, found.high) == pytest.approx((1 / share.high, 1 / share.low))


def test_equal_in_all_trials() -> None:
    calls = np.array([3, 4, 5, 6, 7])
    found = ratio_over_trials(calls, calls.astype(float))
    assert (found.value, math.isnan(found.low), math.isnan(found.high)) == (1.0, True, True)
    assert found.note == "same: equal in all 5 trials"


def test_what_is_not_known() -> None:
    none = np.zeros(5, dtype=int)
    assert math.isnan(ratio_over_trials(np.arange(5), none).value)
    few = ratio_over_trials(np.array([3, 2]), np.array([2, 2]))
    assert (few.value, math.isnan(few.low)) == (1.25, True)
    assert few.note == "not known: 2 trials are too few; about 20 would do"


@pytest.mark.parametrize("share", [0.7, 1.0])
def test_intervals_cover(share: float) -> None:
    """Ratios of counts of trials whose users vary in number.

    With a share below 1 the denominator is a part of the numerator; with 1 both are counts with
    the same mean, and either is greater in half of the trials.
    """
    rng = np.random.default_rng(5)
    covered, rounds, trials = 0, 2000, 20
    for _ in range(rounds):
        users = rng.integers(100, 200, trials)
        whole = rng.poisson(0.6 * users)
        other = rng.binomial(whole, share) if share < 1 else rng.binomial(users, 0.6)
        found = ratio_over_trials(whole, other)
        covered += found.low <= 1 / share <= found.high
    # Five standard errors of so many rounds, and the half percent that 20 trials may be short of.
    assert 0.92 < covered / rounds < 0.975
