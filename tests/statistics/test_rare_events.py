"""What few trials decide: no interval from fewer than five, and one that covers from five on."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from scipy import stats

from capest.results.figures import interval_text, value_text
from capest.results.open import open_result
from capest.runner.plan import Plan
from capest.runner.stopping import Watch
from capest.scenario.until import parse_until
from capest.statistics.block import BlockResult
from capest.statistics.gamma_quantile import gamma_quantile, largest_share
from capest.statistics.intervals import mean_interval, ratio_interval
from capest.statistics.quantities import AXES
from capest.statistics.rare_events import (
    gamma_limits,
    mean_over_trials,
    share_over_trials,
    why_not_known,
)
from capest.statistics.reduction import Estimate, Reduction
from capest.statistics.refusals import REFUSAL_REASONS
from capest.statistics.trial_sums import PartAndWhole, WholeNumbers, merge, sum_of_products, sums_of
from tests.results import synthetic
from tests.results.test_netcdf import write


def whole_numbers(values):
    found = WholeNumbers()
    found.add(np.asarray(values))
    return found.sums()


def part_and_whole(part, whole):
    found = PartAndWhole()
    found.add(np.asarray(part), np.asarray(whole))
    return found


@pytest.mark.parametrize("shape", [0.02, 0.3, 1, 2.5, 77.3, 9_999, 11_000, 1e6])
@pytest.mark.parametrize("probability", [0.025, 0.5, 0.975])
def test_gamma_quantiles_are_those_of_scipy(shape, probability):
    wanted = stats.gamma.ppf(probability, shape)
    assert gamma_quantile(probability, shape) == pytest.approx(wanted, rel=1e-7, abs=1e-60)


@pytest.mark.parametrize(("probability", "shape"), [(0, 1), (1, 1), (0.5, 0), (0.5, math.inf)])
def test_gamma_quantiles_refuse_nonsense(probability, shape):
    with pytest.raises(ValueError, match="no gamma quantile"):
        gamma_quantile(probability, shape)


@pytest.mark.parametrize(("count", "trials"), [(0, 60), (1, 20), (3, 60), (59, 60), (5, 10**6)])
def test_the_largest_share_is_that_of_clopper_and_pearson(count, trials):
    wanted = stats.beta.ppf(0.975, count + 1, trials - count)
    assert largest_share(count, trials) == pytest.approx(wanted, rel=1e-6)
    assert largest_share(trials, trials) == 1.0


def test_limits_of_equal_amounts_are_the_exact_ones_of_a_poisson_count():
    """Garwood (1936), with the variance of t in place of the normal one."""
    count = 400
    wide = (stats.t.ppf(0.975, count - 1) / stats.norm.ppf(0.975)) ** 2
    low, high = gamma_limits(3.0 * count, 9.0 * count, 3.0, count)
    assert low == pytest.approx(1.5 * wide * stats.chi2.ppf(0.025, 2 * count / wide))
    exact = 3.0 * stats.chi2.ppf([0.025, 0.975], [2 * count, 2 * count + 2]) / 2
    assert (low, high) == pytest.approx(exact, rel=2e-3)


def test_sums_over_blocks_are_those_of_all_trials():
    random = np.random.default_rng(1)
    values = random.poisson(2, 300) * (random.random(300) < 0.4)
    split, real, counted = np.split(values, [10, 50, 51]), None, WholeNumbers()
    for part in split:
        counted.add(part)
        here = sums_of(part.astype(float))
        real = here if real is None else merge(real, here)
    exact = counted.sums()
    mean = values.mean()
    for found in (exact, real):
        assert (found.count, found.contributing) == (300, np.count_nonzero(values))
        assert (found.least, found.most) == (0, values.max())
        assert found.at_most == np.count_nonzero(values == values.max())
        assert found.mean == pytest.approx(mean)
        assert found.m2 == pytest.approx(((values - mean) ** 2).sum())
        assert found.m3 == pytest.approx(((values - mean) ** 3).sum())


def test_products_of_large_counts_are_exact():
    a = np.array([2**24 - 1, 2**24 - 3, 5], np.int64)
    wanted = sum(int(x) ** 3 for x in a)
    assert sum_of_products(a, a, a) == wanted


@pytest.mark.parametrize(
    ("contributing", "trials", "said"),
    [
        (2, 60, "not known: 2 of 60 trials had any; about 600 would do"),
        (4, 1000, "not known: 4 of 1,000 trials had any; about 5,000 would do"),
        (0, 60, "not known: none of 60 trials had any; it takes 340 at least"),
        (3, 3, "not known: 3 trials are too few; about 20 would do"),
        (1, 1, "n/a: one trial gives no interval; about 20 would do"),
        (5, 60, ""),
        (5, 5, ""),
    ],
)
def test_below_five_contributing_trials_it_is_said_why(contributing, trials, said):
    assert why_not_known(contributing, trials) == said
    calls = np.zeros(trials, int)
    calls[:contributing] = 7
    found = mean_over_trials(whole_numbers(calls))
    assert found.value == pytest.approx(7 * contributing / trials)
    assert found.note == said
    assert math.isnan(found.low) == math.isnan(found.high) == bool(said)
    share = share_over_trials(part_and_whole(calls // 2, calls))
    assert share.note == said
    assert math.isnan(share.low) == bool(said)


def test_ordinary_figures_have_the_ordinary_intervals():
    random = np.random.default_rng(2)
    values = random.poisson(40, 500)
    sums = whole_numbers(values)
    assert mean_over_trials(sums) == mean_interval(*sums.moments)
    users = random.poisson(30, 500)
    both = part_and_whole(random.binomial(users, 0.6), users)
    assert share_over_trials(both) == ratio_interval(500, (both.part, both.whole), both.squares)


def test_a_share_that_few_trials_have_rests_on_these_trials():
    """All served in the 5 trials of 60 that have users: that is not 60 times all served."""
    users = np.array([10] * 5 + [0] * 55)
    found = share_over_trials(part_and_whole(users, users))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 5))
    # The mirror image has the mirror's limits.
    served = np.array([10, 9, 9, 3, 10, 10, 9, 8] + [0] * 52)
    users = np.array([10] * 8 + [0] * 52)
    one = share_over_trials(part_and_whole(served, users))
    other = share_over_trials(part_and_whole(users - served, users))
    assert (one.low, one.high) == pytest.approx((1 - other.high, 1 - other.low))


def test_a_part_that_few_trials_have_is_not_known():
    refused = np.array([0] * 57 + [1, 30, 2])
    found = share_over_trials(part_and_whole(refused, np.full(60, 100)))
    assert found.note == "not known: 3 of 60 trials had any; about 400 would do"
    assert math.isnan(found.low)


def test_what_was_the_same_in_all_trials_may_still_be_absent_once():
    found = mean_over_trials(whole_numbers([19] * 60))
    assert (found.low, found.high) == (pytest.approx(19 * 0.025 ** (1 / 60)), 19)
    fixed = mean_over_trials(whole_numbers([19] * 60), set_by_scenario=True)
    assert (fixed.low, fixed.high) == (19, 19)


# --- coverage -------------------------------------------------------------------------------------


def amounts(kind, random, shape):
    """Positive amounts of mean 1."""
    return {
        "equal": lambda: np.ones(shape),
        "normal": lambda: np.maximum(random.normal(1, 0.2, shape), 0.01),
        "exponential": lambda: random.exponential(1, shape),
        "lognormal 0.5": lambda: random.lognormal(-0.125, 0.5, shape),
        "lognormal 1": lambda: random.lognormal(-0.5, 1, shape),
        "poisson": lambda: (1 + random.poisson(3, shape)) / 4,
    }[kind]()


def judged(intervals, truth, expected, fewest=0.925):
    """At most 7 % of all miss; of the printed ones 93 % cover, were there an endless number.

    ``fewest`` leaves the sampling error of 1,000 runs beside it (one standard error is 0.8 %).
    """
    low, high = np.array([(one.low, one.high) for one in intervals]).T
    printed = ~np.isnan(low)
    missed = printed & ~((low <= truth + 1e-12) & (truth - 1e-12 <= high))
    print(f"printed {printed.mean():.2f} missed {missed.mean():.3f}")
    assert missed.mean() <= 0.07
    if expected >= 10:
        assert printed.mean() > 0.9
        assert missed.sum() <= (1 - fewest) * printed.sum()


@pytest.mark.parametrize("trials", [20, 60, 200])
@pytest.mark.parametrize(
    "kind", ["equal", "normal", "exponential", "lognormal 0.5", "lognormal 1", "poisson"]
)
def test_means_that_few_trials_decide(kind, trials):
    random = np.random.default_rng([trials, len(kind)])
    for share in (0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.1, 0.2, 0.5, 0.7):
        there = random.random((1000, trials)) < share
        found = [
            mean_over_trials(sums_of(row)) for row in amounts(kind, random, there.shape) * there
        ]
        for one, row in zip(found, there, strict=True):
            assert math.isnan(one.low) == (row.sum() < 5)
        judged(found, share, share * trials)


@pytest.mark.parametrize("trials", [20, 60, 200])
@pytest.mark.parametrize("varied", [False, True])
def test_counts_that_hardly_ever_fall_short(varied, trials):
    """Nearly every trial has the most there is: what is rare is what they lack."""
    random = np.random.default_rng([trials, varied])
    for rare in (0.005, 0.02, 0.05, 0.1, 0.2):
        short = random.integers(1, 20, (1000, trials)) if varied else np.full((1000, trials), 19)
        lacking = short * (random.random(short.shape) < rare)
        truth = 19 - rare * (10 if varied else 19)
        found = [mean_over_trials(whole_numbers(19 - row)) for row in lacking]
        judged(found, truth, trials)


@pytest.mark.parametrize("trials", [20, 60, 200])
@pytest.mark.parametrize("size", ["equal", "varied"])
def test_shares_that_few_trials_have_any_of(size, trials):
    """Users in few trials only, of whom 80 % are served, a trial's share varying."""
    random = np.random.default_rng([trials, len(size)])
    for share in (0.02, 0.05, 0.1, 0.2, 0.5, 1.0):
        shape = (1000, trials)
        users = (
            np.full(shape, 30)
            if size == "equal"
            else 1 + random.poisson(random.exponential(30, shape))
        )
        users = users * (random.random(shape) < share)
        served = random.binomial(users, random.beta(8, 2, shape))
        found = [
            share_over_trials(part_and_whole(y, n)) for y, n in zip(served, users, strict=True)
        ]
        judged(found, 0.8, share * trials)


@pytest.mark.parametrize("trials", [20, 60, 200])
def test_shares_whose_part_is_rare(trials):
    """All trials have 1,000 users; in few of them some, by trial from none to all, are refused."""
    random = np.random.default_rng(trials)
    for rare in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5):
        share = random.random((1000, trials))
        part = random.binomial(1000, share) * (random.random(share.shape) < rare)
        users = np.full(trials, 1000)
        found = [share_over_trials(part_and_whole(1000 - y, users)) for y in part]
        judged(found, 1 - rare / 2, trials)


def test_the_interval_of_student_covers_less():
    """Of what 2 % of trials have: this is what the gamma interval and the rule keep away."""
    random = np.random.default_rng(7)
    covered = []
    for trials in (20, 60, 200):
        rows = (random.random((2000, trials)) < 0.02) * amounts(
            "exponential", random, (2000, trials)
        )
        found = [mean_interval(*sums_of(row).moments) for row in rows]
        covered.append(np.mean([one.low <= 0.02 <= one.high for one in found]))
    assert covered[0] < 0.4
    assert covered[1] < 0.75
    assert covered[2] < 0.93


USERS = AXES["sinr_db"]


@pytest.mark.parametrize(("trials", "block"), [(20, 1), (60, 3), (200, 10)])
def test_quantiles_over_users_that_few_trials_have(trials, block):
    """Half of the variance is common to the users of a trial; sizes are geometric."""
    random = np.random.default_rng(trials)
    for expected in (2, 5, 10, 18):
        share = expected / trials
        found = {"p05": [], "p50": [], "p95": []}
        for _ in range(400):
            size = random.geometric(1 / 20, trials) * (random.random(trials) < share)
            reduction = Reduction()
            for index, first in enumerate(range(0, trials, block)):
                here = size[first : first + block]
                effect = np.repeat(random.normal(0, math.sqrt(0.5), len(here)), here)
                values = effect + random.normal(0, math.sqrt(0.5), len(effect))
                bins = (values - USERS.low) // USERS.step + 1
                counts = np.bincount(bins.astype(int), minlength=USERS.bins)
                trial = {"throughput": here.astype(float), "lit_users": here, "users": here + 1}
                reduction.add(index, BlockResult(first, trial, {}, {"sinr_db": counts}))
            for statistic, intervals in found.items():
                one = reduction.interval("sinr_db", statistic)
                assert bool(one.note) == (np.count_nonzero(size) < 5)
                intervals.append(one)
        for statistic, p in (("p05", 0.05), ("p50", 0.5), ("p95", 0.95)):
            # 400 runs: a standard error of 1.3 %.
            judged(found[statistic], stats.norm.ppf(p), expected, fewest=0.91)


# --- what is shown --------------------------------------------------------------------------------


def rare_blocks(trials, block_trials, contributing):
    """Blocks of a run in which few trials have any users, calls or throughput."""
    for index, block in synthetic.blocks(trials, block_trials):
        first = block.first_trial
        some = np.arange(first, first + block.trials) < contributing
        trial = {
            name: values * some if name not in ("users", "calls_offered") else values
            for name, values in block.trial.items()
        }
        trial["calls"] = np.where(some, trial["calls"] + 1, 0).astype(np.int32)
        trial["calls_offered"] = trial["calls"] + 40
        trial["calls_refused"] = trial["calls_offered"] - trial["calls"]
        for reason in REFUSAL_REASONS:
            trial[f"calls_refused_{reason}"] = trial["calls_refused"] * (reason == "beam")
        histograms = {name: counts * some.any() for name, counts in block.histograms.items()}
        yield index, BlockResult(first, trial, block.trial_cell, histograms)


@pytest.mark.parametrize(
    ("contributing", "said"),
    [
        (0, "not known: none of 60 trials had any; it takes 340 at least"),
        (2, "not known: 2 of 60 trials had any; about 600 would do"),
    ],
)
def test_the_words_reach_every_view_of_a_result(contributing, said, tmp_path):
    path = tmp_path / "rare.nc"
    write(path, rare_blocks(60, 3, contributing), trials=60, block_trials=3)
    with open_result(path) as dataset:
        estimates = {(each.metric, each.statistic): each for each in dataset.capest.estimates()}
        summary = dataset.capest.summary()
        any_quantile = dataset.capest.quantile("sinr_db", 0.3)
    for figure in (("calls", "mean"), ("calls", "p50"), ("sinr_db", "p50"), ("throughput", "mean")):
        assert estimates[figure].note == said
        assert math.isnan(estimates[figure].low)
        assert math.isnan(estimates[figure].high)
    assert estimates["served_share", "mean"].note == said
    assert estimates["users", "mean"].note == ""
    assert any_quantile.note == said
    shown = repr(summary)
    lines = shown.splitlines()
    assert f"; how sure is {said}" in " ".join(lines[1:4])
    assert "±0" not in next(line for line in lines if line.startswith("calls at once  "))
    assert "not known" in next(line for line in lines if line.startswith("SINR, dB"))
    assert f"{said[:1].upper()}{said[1:]} (" in " ".join(lines)
    assert max(map(len, lines)) <= 80
    content = json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    one = next(
        e for e in content["estimates"] if (e["metric"], e["statistic"]) == ("calls", "mean")
    )
    assert (one["ci95"], one["note"]) == ([None, None], said)
    assert said in summary._repr_html_()


def test_from_five_trials_on_there_is_an_interval(tmp_path):
    path = tmp_path / "five.nc"
    write(path, rare_blocks(60, 3, 5), trials=60, block_trials=3)
    with open_result(path) as dataset:
        estimates = {(each.metric, each.statistic): each for each in dataset.capest.estimates()}
    for figure in (("calls", "mean"), ("throughput", "mean"), ("served_share", "mean")):
        found = estimates[figure]
        assert found.low < found.value < found.high
        assert found.note == ""


def test_a_result_without_notes_is_shown_as_it_was():
    old = Estimate("calls", "mean", 3.0, math.nan, math.nan, "1")
    assert interval_text(old) == "n/a"


def test_a_count_of_one_trial_is_shown_exactly():
    found = Estimate("calls", "mean", 39_708.0, math.nan, math.nan, "1", why_not_known(1, 1))
    assert (value_text(found), interval_text(found)) == ("39,708", "n/a")
    few = Estimate("calls", "mean", 3.0, math.nan, math.nan, "1", why_not_known(3, 60))
    assert (value_text(few), interval_text(few)) == ("3", "not known")


def test_a_rule_about_what_few_trials_have_is_never_fulfilled_and_says_so():
    from capest.runner.until_text import as_plain, outcome_lines, running_text

    for contributing in (0, 4):
        watch = Watch(parse_until("calls.mean±1000"), Plan(300, 10))
        for _, block in rare_blocks(300, 10, contributing):
            assert watch.end is None
            watch.add(block)
        end = watch.end
        assert end is not None
        assert end.trials == 300
        assert not end.holds
        assert not math.isnan(end.expected_trials)
        said = why_not_known(contributing, 300)
        assert outcome_lines(end)[1] == f"calls.mean is {said}"
        assert "nan" not in " ".join(outcome_lines(end)) + running_text(end)
        assert as_plain(end)["conditions"][0]["note"] == said
    relative = Watch(parse_until("calls.mean±5%"), Plan(300, 10))
    for _, block in rare_blocks(300, 10, 0):
        relative.add(block)
    assert not relative.end.holds
    assert "nan" not in running_text(relative.end)
