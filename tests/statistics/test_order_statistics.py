"""Quantiles over trials are values of trials, with limits from the binomial distribution."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from capest.results.open import open_result
from capest.statistics.order_statistics import order_statistic
from capest.statistics.quantity import QUANTILES
from tests.results import synthetic
from tests.results.test_netcdf import write


@pytest.mark.parametrize("count", [2, 5, 19, 20, 60, 200, 1000, 12_345])
@pytest.mark.parametrize("p", [0.05, 0.5, 0.9, 0.95])
def test_ranks_are_those_of_the_binomial_distribution(count, p):
    values = np.random.default_rng(count).permutation(count) + 1
    found = order_statistic(values, p)
    assert found.value == np.quantile(values, p, method="inverted_cdf")
    low, high = stats.binom.ppf(0.025, count, p), stats.binom.ppf(0.975, count, p) + 1
    assert found.low == (low if low >= 1 else -math.inf)
    assert found.high == (high if high <= count else math.inf)


@pytest.mark.parametrize("p", [0, 1, math.nan])
def test_other_probabilities_are_refused(p):
    with pytest.raises(ValueError, match="no quantile"):
        order_statistic(np.ones(3), p)


def test_of_one_trial_it_is_its_value():
    for p in QUANTILES.values():
        found = order_statistic(np.array([39_708]), p)
        assert found.value == 39_708
        assert math.isnan(found.low)
    assert math.isnan(order_statistic(np.array([]), 0.5).value)


@pytest.mark.parametrize("trials", [20, 60, 200])
@pytest.mark.parametrize("rare", [1.0, 0.3, 0.02])
def test_limits_hold_for_any_distribution(rare, trials):
    random = np.random.default_rng([trials, int(100 * rare)])
    shape = (1500, trials)
    values = random.poisson(random.gamma(2, 10, shape)) * (random.random(shape) < rare)
    many = random.poisson(random.gamma(2, 10, 10**6)) * (random.random(10**6) < rare)
    for p in QUANTILES.values():
        truth = np.quantile(many, p, method="inverted_cdf")
        found = [order_statistic(row, p) for row in values]
        assert np.mean([one.low <= truth <= one.high for one in found]) >= 0.94


def test_a_result_gives_the_trials_themselves(tmp_path):
    """Also for one trial, and for quantiles that are not stored."""
    for trials in (1, 90):
        path = tmp_path / f"{trials}.nc"
        write(path, trials=trials, block_trials=4)
        calls = synthetic.block(0, trials).trial["calls"]
        with open_result(path) as dataset:
            found = {(e.metric, e.statistic): e for e in dataset.capest.estimates()}
            for statistic, p in QUANTILES.items():
                wanted = np.quantile(calls, p, method="inverted_cdf")
                assert found["calls", statistic].value == wanted
            third = dataset.capest.quantile("calls", 0.3)
            assert third.value == np.quantile(calls, 0.3, method="inverted_cdf")
        if trials > 1:
            wanted = order_statistic(calls, 0.5)
            median = found["calls", "p50"]
            assert (median.low, median.high) == (wanted.low, wanted.high)
