"""Differences of two runs: what is equal, what few trials decide, and groups of other lengths."""

import math

import numpy as np
import pytest
from scipy import stats

from capest.statistics.growing_blocks import group_of_trials
from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import Interval, quantile_interval
from capest.statistics.order_statistics import order_statistic
from capest.statistics.paired import (
    difference_of_two_shares,
    mean_difference,
    share_difference,
)
from capest.statistics.paired_quantiles import order_difference, quantile_difference
from capest.statistics.rare_events import share_over_trials
from capest.statistics.trial_groups import common_groups
from capest.statistics.trial_sums import PartAndWhole
from capest.statistics.two_intervals import of_two_intervals, together, unpaired_difference

AXIS = HistogramAxis("x", "dB", "a test axis", "user", -10.0, 0.05, 400)


def counts(random, groups, shift, users=400):
    values = random.normal(shift, 1, (groups, users))
    index = np.clip((values - AXIS.low) // AXIS.step + 1, 0, AXIS.bins - 1).astype(int)
    return np.stack([np.bincount(row, minlength=AXIS.bins) for row in index])


@pytest.mark.parametrize("confidence", [0.95, 0.99999])
def test_a_mean_of_pairs_is_student_s(confidence):
    random = np.random.default_rng(1)
    reference = random.normal(100, 10, 60)
    values = reference + random.normal(2, 1, 60)
    found = mean_difference(values, reference, confidence)
    low, high = stats.ttest_rel(values, reference).confidence_interval(confidence)
    assert (found.difference.low, found.difference.high) == pytest.approx((low, high))
    assert found.percent.value == pytest.approx(100 * (values.mean() / reference.mean() - 1))
    assert found.percent.low < found.percent.value < found.percent.high


def test_swapping_both_turns_the_sign():
    random = np.random.default_rng(2)
    a, b = random.poisson(3, 200), random.poisson(2, 200)
    there, back = mean_difference(a, b).difference, mean_difference(b, a).difference
    assert (there.value, there.low, there.high) == pytest.approx(
        (-back.value, -back.high, -back.low)
    )
    whole = a + random.poisson(5, 200)
    there = share_difference(a, whole, b, whole + b).difference
    back = share_difference(b, whole + b, a, whole).difference
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    x, y = counts(random, 20, 0.0), counts(random, 20, 0.3)
    there = quantile_difference(x, y, AXIS, 0.3).difference
    back = quantile_difference(y, x, AXIS, 0.3).difference
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_what_is_equal_in_all_trials_says_so():
    values = np.random.default_rng(3).poisson(20, 100)
    whole = values + 5
    for found in (
        mean_difference(values, values),
        share_difference(values, whole, values, whole),
        order_difference(values, values, 0.5),
    ):
        assert found.difference.value == 0.0
        assert math.isnan(found.difference.low)
        assert found.difference.note == "same: equal in all 100 trials"
    pooled = counts(np.random.default_rng(3), 20, 0.0)
    assert quantile_difference(pooled, pooled, AXIS, 0.5).difference.note.startswith("same")


def test_few_trials_that_differ_give_no_interval():
    values = np.full(60, 7)
    other = values.copy()
    other[:4] = 9
    found = mean_difference(other, values).difference
    assert found.note == "not known: 4 of 60 trials differ; about 300 would do"
    assert math.isnan(found.low)
    other[:5] = 9
    found = mean_difference(other, values).difference
    assert not found.note
    # Five rises and no fall: the sign test says 1 in 16.
    assert found.low < 0.05
    other[:20] = 9
    assert mean_difference(other, values).difference.low > 0
    assert mean_difference(np.array([3]), np.array([2])).difference.note.startswith(
        "n/a: one trial"
    )


def test_nothing_to_compare():
    nothing = np.zeros((20, AXIS.bins), int)
    pooled = counts(np.random.default_rng(4), 20, 0.0)
    assert math.isnan(quantile_difference(nothing, pooled, AXIS, 0.5).difference.value)
    outside = nothing.copy()
    outside[:, 0] = 5
    assert quantile_difference(outside, pooled, AXIS, 0.5).difference.note.endswith("the bins")
    no_users = np.zeros(30, int)
    assert math.isnan(share_difference(no_users, no_users, no_users, no_users + 1).difference.value)


@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_one_run_known_exactly_leaves_woodruff_s_interval_of_the_other(confidence):
    random = np.random.default_rng(5)
    pooled = counts(random, 30, 1.0)
    exact = np.zeros((30, AXIS.bins), int)
    exact[:, 100:140] = 1000
    for p in (0.1, 0.5, 0.9):
        alone = quantile_interval(pooled, AXIS, p, confidence)
        found = quantile_difference(pooled, exact, AXIS, p, confidence=confidence).difference
        shift = found.value - alone.value
        assert found.low == pytest.approx(alone.low + shift, abs=0.02)
        assert found.high == pytest.approx(alone.high + shift, abs=0.02)


@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_falls_that_no_trial_has_leave_the_exact_limits_of_rises(confidence):
    """Of 4,000 trials 40 have one more: the gamma limits of Fay and Feuer, with scipy's chi2."""
    reference = np.random.default_rng(6).poisson(20, 4000)
    values = reference + (np.arange(4000) % 100 == 0)
    tail = (1 - confidence) / 2
    variance = 40 * 0.99 * (stats.t.isf(tail, 39) / stats.norm.isf(tail)) ** 2
    low = variance / 80 * stats.chi2.ppf(tail, 3200 / variance)
    high = (variance + 1) / 82 * stats.chi2.isf(tail, 2 * 41**2 / (variance + 1))
    # None falls: as far down as the exact limit of what is never seen.
    low = 40 - math.hypot(40 - low, -math.log(tail))
    for found in (
        mean_difference(values, reference, confidence),
        share_difference(values, reference + 50, reference, reference + 50, confidence),
    ):
        scale = 40 / found.difference.value
        assert (scale * found.difference.low, scale * found.difference.high) == pytest.approx(
            (low, high), rel=0.01
        )


@pytest.mark.parametrize("confidence", [0.95, 0.999])
def test_quantiles_of_trials_have_wider_limits_the_surer_they_are(confidence):
    """One run known exactly: limits are order statistics of the other."""
    values = np.random.default_rng(7).normal(0, 1, 1000)
    known = 5.0 + 1e-9 * np.arange(1000)
    alone = order_statistic(values, 0.5, confidence)
    found = order_difference(values, known, 0.5, confidence).difference
    shift = found.value - alone.value
    assert (found.low, found.high) == pytest.approx(
        (alone.low + shift, alone.high + shift), abs=1e-3
    )


def test_a_share_at_its_end_is_not_known_exactly():
    """Limits by hand: the rule for what no trial shows, and Zou and Donner's of a difference."""
    random = np.random.default_rng(8)
    whole = np.full(40, 1000)
    part = random.binomial(1000, 0.925, 40)
    rare = 1.0 - 0.025 ** (1 / 40)
    alone = share_over_trials(sums(part, whole))
    up = share_difference(whole, whole, part, whole)
    assert not up.paired
    assert up.difference.value == pytest.approx(1.0 - part.mean() / 1000)
    below = math.hypot(rare, alone.high - alone.value)
    assert up.difference.low == pytest.approx(up.difference.value - below)
    # No share is above 1: to that side all that is not known is the other share.
    assert up.difference.high == pytest.approx(1.0 - alone.low)
    down = share_difference(part, whole, whole, whole).difference
    assert (down.low, down.high) == pytest.approx((-up.difference.high, -up.difference.low))
    # All against none: neither end is certain after 40 trials.
    lost = share_difference(0 * whole, whole, whole, whole)
    assert (lost.difference.value, lost.difference.low) == (-1.0, -1.0)
    assert lost.difference.high == pytest.approx(-1.0 + math.sqrt(2.0) * rare)
    assert (lost.percent.value, lost.percent.low) == (-100.0, -100.0)
    assert lost.percent.high == pytest.approx(100.0 * (rare / (1.0 - rare) - 1.0))
    # Users of other numbers, all of them served: zero is likely, not certain.
    same = share_difference(whole, whole, whole + 1, whole + 1).difference
    assert (same.value, same.low, same.high) == pytest.approx((0.0, -rare, rare))


def test_every_trial_counts_where_pairs_say_nothing():
    long, short = np.full(400, 10), np.full(40, 1000)
    part = np.random.default_rng(9).binomial(1000, 0.925, 40)
    found = difference_of_two_shares(long, long, part, short).difference
    rare = 1.0 - 0.025 ** (1 / 400)
    alone = share_over_trials(sums(part, short))
    assert found.low == pytest.approx(found.value - math.hypot(rare, alone.high - alone.value))


def sums(part, whole):
    found = PartAndWhole()
    found.add(part, whole)
    return found


def test_what_is_the_same_is_so_however_few_have_any():
    part, whole = np.zeros(20, int), np.zeros(20, int)
    part[3], whole[3:6] = 4, 9
    assert share_difference(part, whole, part, whole).difference.note.startswith("same")


def test_two_intervals():
    found = of_two_intervals(Interval(5.0, 4.0, 8.0), Interval(1.0, -1.0, 1.5))
    assert found.low == pytest.approx(4.0 - math.hypot(1.0, 0.5))
    assert found.high == pytest.approx(4.0 + math.hypot(3.0, 2.0))
    alike = together(Interval(5.0, 4.0, 8.0), Interval(1.0, -1.0, 1.5), 0.0).difference
    assert (alike.low, alike.high) == pytest.approx((found.low, found.high), abs=1e-3)
    assert of_two_intervals(Interval(1, -math.inf, 2), Interval(0, -1, 1)).low == -math.inf
    # Two that move as one, by as much to either side.
    moved = together(Interval(5.0, 4.0, 8.0), Interval(2.0, 1.0, 5.0), 1.0).difference
    assert (moved.low, moved.high) == pytest.approx((3.0, 3.0))
    skewed = together(Interval(5.0, 4.0, 8.0), Interval(2.0, 1.0, 3.0), 1.0).difference
    assert (skewed.low, skewed.high) == pytest.approx((3.0, 5.0))
    without = unpaired_difference(Interval(1, math.nan, math.nan, "why"), Interval(0, -1, 1))
    assert without.difference.note == "why"
    assert not without.paired


def test_equal_blocks_have_equal_groups():
    groups = common_groups(group_of_trials(1000, 50), group_of_trials(1000, 50))
    assert (groups.groups, groups.enough) == (20, True)
    pooled = counts(np.random.default_rng(6), 20, 0.0)
    np.testing.assert_array_equal(groups.joined(pooled), pooled)


def test_blocks_of_other_lengths_are_joined():
    """Blocks of 50 and of 25: two of the short ones are one of the long ones."""
    groups = common_groups(group_of_trials(1000, 50), group_of_trials(1000, 25))
    assert (groups.groups, groups.enough) == (20, True)
    np.testing.assert_array_equal(groups.of_reference, np.arange(40) // 2)
    # 60 blocks of 50 in 50 groups, and 40 of 75: what both hold is cut in the same places twice.
    assert not common_groups(group_of_trials(3000, 50), group_of_trials(3000, 75)).enough


def test_a_longer_run_keeps_the_groups_that_both_have():
    long, short = group_of_trials(3000, 50), group_of_trials(2000, 50)
    groups = common_groups(long, short)
    # Groups 10 to 39 have one block in both; 0 to 9 have a second one in the longer run.
    assert groups.groups == 30
    np.testing.assert_array_equal(groups.of_values[10:40], np.arange(30))
    assert set(groups.of_values[[0, 9, 45]]) == {-1}
    # Blocks beyond 50 fill all groups of the longer run again: all are used.
    assert common_groups(group_of_trials(2000, 10), group_of_trials(200, 10)).groups == 50
