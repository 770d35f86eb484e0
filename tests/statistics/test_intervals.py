"""Intervals against SciPy, closed forms and their own promise: the share of runs they cover."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from capest.statistics.histograms import HistogramAxis
from capest.statistics.intervals import (
    mean_interval,
    merge_moments,
    quantile_interval,
    ratio_interval,
)
from capest.statistics.student_t import student_t_quantile

LINEAR = HistogramAxis("x", "dB", "a test axis", "user", 0.0, 1.0, 10)
LOGARITHMIC = HistogramAxis("x", "W", "a test axis", "user", -2.0, 0.5, 8, logarithmic=True)


def counts(*rows: dict[int, int], axis: HistogramAxis = LINEAR) -> np.ndarray:
    table = np.zeros((len(rows), axis.bins), np.int64)
    for row, filled in zip(table, rows, strict=True):
        for index, count in filled.items():
            row[index] = count
    return table


@pytest.mark.parametrize("degrees", [1, 2, 3, 7.5, 19, 49, 999, 99_999])
@pytest.mark.parametrize("probability", [1e-6, 0.025, 0.4999, 0.5, 0.6, 0.95, 0.975, 0.9995])
def test_student_t_quantile_is_that_of_scipy(probability, degrees):
    assert student_t_quantile(probability, degrees) == pytest.approx(
        stats.t.ppf(probability, degrees), rel=1e-8, abs=1e-12
    )


def test_student_t_quantile_of_the_printed_table():
    # Abramowitz and Stegun, table 26.10: 95 % two-sided for 1, 10 and 30 degrees of freedom.
    found = [round(student_t_quantile(0.975, degrees), 3) for degrees in (1, 10, 30)]
    assert found == [12.706, 2.228, 2.042]


@pytest.mark.parametrize(("probability", "degrees"), [(0, 5), (1, 5), (0.5, 0), (math.nan, 5)])
def test_student_t_quantile_refuses_nonsense(probability, degrees):
    with pytest.raises(ValueError, match="no t quantile"):
        student_t_quantile(probability, degrees)


def test_merged_moments_are_those_of_the_union_even_far_from_zero():
    sample = np.random.default_rng(1).normal(0, 1, 1000)
    merged = (0, 0.0, 0.0)
    for part in np.split(1e9 + sample, [1, 2, 500, 900]):
        own = (len(part), float(part.mean()), float(((part - part.mean()) ** 2).sum()))
        merged = merge_moments(merged, own)
    assert merged[0] == 1000
    assert merged[1] - 1e9 == pytest.approx(sample.mean(), abs=1e-6)
    assert merged[2] == pytest.approx(((sample - sample.mean()) ** 2).sum(), rel=1e-6)
    assert merge_moments(merged, (0, 0.0, 0.0)) == merged


def test_mean_interval_is_that_of_scipy():
    sample = np.random.default_rng(2).gamma(3, 2, 25)
    found = mean_interval(25, sample.mean(), ((sample - sample.mean()) ** 2).sum())
    low, high = stats.t.interval(0.95, 24, sample.mean(), stats.sem(sample))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)


def test_one_trial_has_no_interval_and_none_has_no_mean():
    assert mean_interval(1, 5.0, 0.0).value == 5.0
    assert math.isnan(mean_interval(1, 5.0, 0.0).low)
    assert math.isnan(mean_interval(0, 0.0, 0.0).value)
    assert math.isnan(ratio_interval(1, (1, 2), (1, 2, 4)).high)
    assert math.isnan(ratio_interval(3, (0, 0), (0, 0, 0)).value)


def test_ratio_interval_solves_wilsons_equation():
    served, users = np.array([3, 5, 2, 8, 6]), np.array([4, 9, 2, 10, 9])
    found = ratio_interval(
        5,
        (served.sum(), users.sum()),
        ((served * served).sum(), (served * users).sum(), (users * users).sum()),
    )
    ratio = served.sum() / users.sum()
    variance = 5 / 4 * ((served - ratio * users) ** 2).sum() / users.sum() ** 2
    size = ratio * (1 - ratio) / variance
    t = stats.t.ppf(0.975, 4)
    assert found.value == pytest.approx(ratio)
    for limit in (found.low, found.high):
        assert (ratio - limit) ** 2 == pytest.approx(t**2 * limit * (1 - limit) / size)
    assert 0 < found.low < ratio < found.high < 1


def test_a_share_seen_without_exception_is_not_certain():
    # Exact binomial limit when all of 60 trials agree: 0.025^(1/60).
    everyone = ratio_interval(60, (600, 600), (6000, 6000, 6000))
    assert (everyone.low, everyone.high) == (pytest.approx(0.025 ** (1 / 60)), 1.0)
    nobody = ratio_interval(60, (0, 600), (0, 0, 6000))
    assert (nobody.low, nobody.high) == (0.0, pytest.approx(1 - 0.025 ** (1 / 60)))


def test_quantile_is_linear_within_its_bin():
    # 10 counts in [4, 5), 30 in [5, 6): the median is a third into the second bin.
    both = counts({5: 5, 6: 15}, {5: 5, 6: 15})
    assert quantile_interval(both, LINEAR, 0.5).value == pytest.approx(5 + 1 / 3)
    assert quantile_interval(both, LINEAR, 0.125).value == pytest.approx(4.5)


def test_quantile_in_a_lonely_bin_is_its_middle():
    # Nothing beside [5, 6): all 30 counts may be one value anywhere in it.
    both = counts({3: 5, 6: 15}, {3: 5, 6: 15})
    found = quantile_interval(both, LINEAR, 0.5)
    assert (found.value, found.low, found.high) == (5.5, 5.0, 6.0)


def test_quantile_is_linear_in_the_logarithm_on_a_logarithmic_axis():
    # Bin 3 is [10^-1, 10^-0.5); its middle in the logarithm is 10^-0.75.
    both = counts({3: 7}, {3: 9}, axis=LOGARITHMIC)
    found = quantile_interval(both, LOGARITHMIC, 0.5)
    assert found.value == pytest.approx(10**-0.75)
    # All is one jump somewhere in the bin: the interval is the bin.
    assert (found.low, found.high) == (pytest.approx(0.1), pytest.approx(10**-0.5))


def test_quantiles_in_open_bins_are_infinite_or_zero():
    last = LINEAR.bins - 1
    outside = counts({0: 50, 5: 10, last: 40}, {0: 50, 5: 10, last: 40})
    assert quantile_interval(outside, LINEAR, 0.25).value == -math.inf
    assert quantile_interval(outside, LINEAR, 0.75).value == math.inf
    on_logarithm = counts({0: 50, 5: 10}, {0: 50, 5: 10}, axis=LOGARITHMIC)
    assert quantile_interval(on_logarithm, LOGARITHMIC, 0.25).value == 0.0


def test_limits_beyond_the_distribution_are_open():
    apart = counts({2: 10}, {9: 10})
    found = quantile_interval(apart, LINEAR, 0.3)
    assert (found.low, found.high) == (-math.inf, math.inf)


def test_quantile_without_counts_or_with_one_group():
    assert math.isnan(quantile_interval(counts({}, {}), LINEAR, 0.5).value)
    one = quantile_interval(counts({3: 4}, {}), LINEAR, 0.5)
    assert one.value == pytest.approx(2.5)
    assert math.isnan(one.low)
    assert math.isnan(one.high)


@pytest.mark.parametrize("p", [0, 1, math.nan])
def test_quantile_refuses_other_probabilities(p):
    with pytest.raises(ValueError, match="no quantile"):
        quantile_interval(counts({3: 4}), LINEAR, p)


def test_quantile_refuses_counts_of_another_axis():
    with pytest.raises(ValueError, match="no quantile"):
        quantile_interval(counts({3: 4}), LOGARITHMIC, 0.5)


def test_woodruff_interval_of_equal_groups_is_the_linearised_formula():
    """Limits read at p -/+ t * sqrt(G / (G - 1) * sum((y - p n)^2)) / N.

    Group g has 500 -/+ 60 of its 1,000 counts below the median: deviations of one size have
    no excess kurtosis, so t has G - 1 degrees of freedom. The counts are uniform over ten bins.
    """
    shift = np.array([12, -12] * 6)
    table = np.zeros((12, LINEAR.bins), np.int64)
    table[:, 1:6], table[:, 6:11] = 100 + shift[:, None], 100 - shift[:, None]
    found = quantile_interval(table, LINEAR, 0.5)
    assert found.value == pytest.approx(5.0)
    half = stats.t.ppf(0.975, 11) * math.sqrt(12 / 11 * (60.0**2 * 12)) / 12_000
    assert found.low == pytest.approx(5 - 10 * half)
    assert found.high == pytest.approx(5 + 10 * half)


def test_an_interval_on_a_jump_holds_the_jump():
    """Three possible values: the median is one of them, somewhere in its bin."""
    random = np.random.default_rng(4)
    table = np.zeros((20, LINEAR.bins), np.int64)
    table[:, [2, 5, 8]] = random.multinomial(1000, [0.3, 0.4, 0.3], 20)
    found = quantile_interval(table, LINEAR, 0.5)
    assert (found.low, found.high) == (4.0, 5.0)
    assert found.low < found.value < found.high


def test_few_groups_that_hold_the_tail_widen_its_interval():
    """One of 20 groups holds the tail: its outlier leaves t few degrees of freedom."""
    table = np.zeros((20, LINEAR.bins), np.int64)
    table[:, 3:5] = 50
    table[0, 3:5], table[0, 6] = 0, 100
    found = quantile_interval(table, LINEAR, 0.9)
    # The quantile lies 0.9 / 0.95 into bins 3 and 4; y - p n is -90 in the first group.
    deviations = np.array([-90.0] + [100 * 0.9 / 0.95 - 90] * 19) / 1900
    squares, fourths = (deviations**2).sum(), (deviations**4).sum()
    degrees = 19 / (1 + (20 * fourths / squares**2 - 3) * 19 / 40)
    half = stats.t.ppf(0.975, degrees) * math.sqrt(19 / 20 * squares)
    assert degrees < 4
    assert found.low == pytest.approx(2 + 2 * (0.9 - half) / 0.95)
    assert found.high == math.inf
