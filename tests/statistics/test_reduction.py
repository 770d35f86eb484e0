"""Reduction: totals against whole-sample computations, groups, and memory."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from scipy import stats

from capest.scenario.service_classes import guaranteed_services
from capest.statistics.quantities import AXES, QUANTITIES, SHARES, quantity
from capest.statistics.quantity import QUANTILES, Quantity, When
from capest.statistics.reduction import GROUPS, Reduction
from capest.statistics.refusals import REFUSAL_REASONS
from tests.results import synthetic

TRIALS, BLOCK_TRIALS = 237, 4

OF_REFUSED = tuple(f"refused_{reason}_share" for reason in REFUSAL_REASONS)


@pytest.fixture(scope="module")
def blocks():
    return list(synthetic.blocks(TRIALS, BLOCK_TRIALS))


@pytest.fixture(scope="module")
def reduction(blocks):
    found = Reduction()
    for index, block in blocks:
        found.add(index, block)
    return found


def per_trial(blocks, name):
    return np.concatenate([block.trial[name] for _, block in blocks])


def test_mean_throughput_is_that_of_all_trials_at_once(blocks, reduction):
    sample = per_trial(blocks, "throughput")
    found = reduction.interval("throughput", "mean")
    low, high = stats.t.interval(0.95, TRIALS - 1, sample.mean(), stats.sem(sample))
    assert (found.value, found.low, found.high) == pytest.approx((sample.mean(), low, high))


@pytest.mark.parametrize("name", ["users", "lit_beams"])
def test_means_of_integers_are_those_of_all_trials_at_once(blocks, reduction, name):
    sample = per_trial(blocks, name)
    found = reduction.interval(name, "mean")
    low, high = stats.t.interval(0.95, TRIALS - 1, sample.mean(), stats.sem(sample))
    assert (found.value, found.low, found.high) == pytest.approx((sample.mean(), low, high))


def test_served_share_is_a_ratio_of_sums(blocks, reduction):
    served, users = per_trial(blocks, "served_users"), per_trial(blocks, "lit_users")
    found = reduction.interval("served_share", "mean")
    ratio = served.sum() / users.sum()
    error = math.sqrt(TRIALS / (TRIALS - 1) * ((served - ratio * users) ** 2).sum()) / users.sum()
    t, size = stats.t.ppf(0.975, TRIALS - 1), ratio * (1 - ratio) / error**2
    assert found.value == pytest.approx(ratio)
    for limit in (found.low, found.high):
        assert (ratio - limit) ** 2 == pytest.approx(t**2 * limit * (1 - limit) / size)


def test_shares_of_the_reasons_add_up_to_all_refused(blocks, reduction):
    assert sum(reduction.interval(name, "mean").value for name in OF_REFUSED) == pytest.approx(1.0)
    for reason, name in zip(REFUSAL_REASONS, OF_REFUSED, strict=True):
        part, whole = (per_trial(blocks, f"calls_refused{end}") for end in (f"_{reason}", ""))
        assert reduction.interval(name, "mean").value == pytest.approx(part.sum() / whole.sum())


def test_calls_have_quantiles_over_trials_and_a_mean(blocks, reduction):
    calls = per_trial(blocks, "calls")
    assert reduction.interval("calls", "mean").value == pytest.approx(calls.mean())
    for statistic, p in QUANTILES.items():
        found, exact = (
            reduction.interval("calls", statistic),
            np.quantile(calls, p, method="inverted_cdf"),
        )
        assert found.value == pytest.approx(exact, rel=0.002)
        assert found.low <= exact <= found.high


def test_counts_are_kept_and_blocks_go_round_the_groups(blocks, reduction):
    for metric in AXES:
        total = sum(block.histograms[metric] for _, block in blocks)
        assert np.array_equal(reduction.group_counts(metric).sum(axis=0), total)
    seventh = sum(b.histograms["sinr_db"] for i, b in blocks if i % GROUPS == 7)
    assert np.array_equal(reduction.group_counts("sinr_db")[7], seventh)
    trials = Counter()
    for index, block in blocks:
        trials[index % GROUPS] += block.trials
    assert reduction.group_trials.tolist() == [trials[g] for g in range(GROUPS)]


@pytest.mark.parametrize("count", [1, 20, 49, 50, 51, 149, 1000])
def test_groups_differ_by_at_most_one_block(count):
    reduction, one = Reduction(), synthetic.block(0, 1)
    for index in range(count):
        reduction.add(index, one)
    assert len(reduction.group_trials) == min(count, GROUPS)
    assert np.ptp(reduction.group_trials) <= 1


def test_order_of_blocks_does_not_matter_to_counts_and_integers(blocks, reduction):
    backwards, shares = Reduction(), {row.name for row in SHARES}
    for index, block in reversed(blocks):
        backwards.add(index, block)
    for one, other in zip(reduction.estimates(), backwards.estimates(), strict=True):
        if (
            one.statistic == "mean"
            and quantity(one.metric).dtype == "f8"
            and one.metric not in shares
        ):
            assert other.value == pytest.approx(one.value, rel=1e-12)
        else:
            assert other == one


def test_integer_moments_do_not_cancel():
    """Counts near 2**20 that differ by one: sum of squares minus square of sum would be noise."""
    one = synthetic.block(0, 2)
    reduction = Reduction()
    for index in range(40):
        one.trial["users"][:] = (2**20 - 1, 2**20)
        reduction.add(index, one)
    found = reduction.interval("users", "mean")
    error = math.sqrt(80 * 0.25 / 79 / 80)
    assert found.value == 2**20 - 0.5
    assert found.high - found.value == pytest.approx(stats.t.ppf(0.975, 79) * error, rel=1e-9)


_NOT_MADE_UP = {
    *(When.CONSTELLATION, When.FRAME, When.BOUND, When.LOAD, When.KEPT_CELLS, When.REFINED),
    *(When.MINIMUM, When.REACH),
}
"""Made-up blocks are those of one satellite at moments."""


def _is_made_up(row: Quantity) -> bool:
    return not _NOT_MADE_UP & {each.when for each in row.when}


def test_estimates_are_complete_and_in_the_units_of_the_schema(reduction):
    table = synthetic.table()
    found = reduction.estimates()
    wanted = [(metric, statistic) for metric in AXES for statistic in QUANTILES]
    rows = [row for row in QUANTITIES if _is_made_up(row)]
    means = []
    for row in rows:
        if row.mean and row.is_family:
            means += sorted(row.of_service(each).name for each in guaranteed_services())
        elif row.mean:
            means.append(row.name)
    means += [row.name for row in rows if row.share]
    wanted += [(metric, "mean") for metric in means]
    assert [(one.metric, one.statistic) for one in found] == wanted
    for one in found:
        stem = "mean" if one.statistic == "mean" else "quantile"
        assert table[f"{one.metric}_{stem}"].units == one.units
        assert one.low <= one.value <= one.high


def test_quantiles_are_those_of_the_sample_to_a_bin(blocks, reduction):
    counts = sum(block.histograms["sinr_db"] for _, block in blocks)
    axis = AXES["sinr_db"]
    middles = axis.low + axis.step * (np.arange(axis.bins) - 0.5)
    sample = np.repeat(middles, counts)
    for statistic, p in QUANTILES.items():
        found = reduction.interval("sinr_db", statistic)
        assert found.value == pytest.approx(np.quantile(sample, p), abs=axis.step)


def test_nothing_added_means_no_figures_and_unknown_ones_are_refused():
    empty = Reduction()
    assert empty.trials == 0
    assert all(math.isnan(one.value) for one in empty.estimates())
    with pytest.raises(KeyError):
        empty.interval("throughput", "p50")
    with pytest.raises(KeyError):
        empty.interval("sinr_db", "mean")
    with pytest.raises(KeyError):
        empty.interval("uplink_sinr_db", "p50")


def test_one_block_gives_values_without_intervals_of_quantiles():
    reduction = Reduction()
    reduction.add(0, synthetic.block(0, 5))
    assert math.isfinite(reduction.interval("sinr_db", "p50").value)
    assert math.isnan(reduction.interval("sinr_db", "p50").low)
    assert math.isfinite(reduction.interval("throughput", "mean").low)
