"""Range over stated assumptions: ends, none, Monte Carlo part, histogram, against known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from capest.statistics.answer_histogram import MOST_BINS, answer_histogram
from capest.statistics.answer_range import (
    answer_range,
    most_of_nearly_none,
    samples_for_ends,
    samples_to_enclose,
    share_with_none,
)
from capest.statistics.monte_carlo_part import monte_carlo_part
from tests.statistics.known_answers import ISHIGAMI, LINEAR, STEP, Known, samples_of

REPETITIONS = 200


def test_numbers_of_samples_are_those_of_wilks() -> None:
    # Published: 93 for 95 % with 95 % confidence, two-sided (Wilks 1941).
    assert samples_to_enclose() == 93
    # What smallest and largest enclose is the share of a beta variable (n - 1, 2).
    for share in (0.5, 0.9, 0.99):
        needed = samples_to_enclose(share)
        assert stats.beta.sf(share, needed - 1, 2) >= 0.95 > stats.beta.sf(share, needed - 2, 2)
    assert samples_for_ends() == 72
    values = np.arange(72.0)
    assert math.isfinite(answer_range(values).low.low)
    assert math.isfinite(answer_range(values).high.high)
    assert math.isinf(answer_range(values[1:]).low.low)


def test_too_few_samples_say_what_they_do_not() -> None:
    assert "72 would" in answer_range(np.arange(71.0)).note
    assert "93 would" in answer_range(np.arange(92.0)).note
    assert answer_range(np.arange(93.0)).note == ""


@pytest.mark.parametrize("known", [LINEAR, ISHIGAMI, STEP], ids=lambda known: known.name)
def test_ends_of_the_range_are_covered(known: Known) -> None:
    covered = np.zeros(3)
    for _, answers in samples_of(known, 256, REPETITIONS):
        found = answer_range(answers)
        for end, p in enumerate((0.05, 0.5, 0.95)):
            interval = (found.low, found.median, found.high)[end]
            covered[end] += interval.low <= known.quantile(p) <= interval.high
    print(known.name, covered / REPETITIONS)
    assert (covered >= 0.93 * REPETITIONS).all()


def test_ends_of_a_linear_model_are_met_within_their_stated_error() -> None:
    ends = np.array(
        [
            (found.low.value, found.high.value)
            for _, answers in samples_of(LINEAR, 256, REPETITIONS)
            for found in [answer_range(answers)]
        ]
    )
    truth = [LINEAR.quantile(0.05), LINEAR.quantile(0.95)]
    # Order statistics are off by less than one rank of 256 on average.
    assert ends.mean(axis=0) == pytest.approx(truth, abs=0.06 * np.sqrt(LINEAR.variance))


def test_the_share_of_samples_with_none_is_covered_on_a_step() -> None:
    covered = 0
    for _, answers in samples_of(STEP, 256, REPETITIONS):
        found = share_with_none(answers, STEP.centre)
        covered += found.low <= STEP.none <= found.high
    assert covered >= 0.93 * REPETITIONS


@pytest.mark.parametrize(("seen", "count"), [(0, 93), (1, 93), (40, 256), (256, 256)])
def test_limits_of_a_share_are_those_of_clopper_and_pearson(seen: int, count: int) -> None:
    answers = np.where(np.arange(count) < seen, 1.0, 300.0)
    found = share_with_none(answers, 100.0)
    exact = stats.binomtest(seen, count).proportion_ci(method="exact")
    assert (found.value, found.low, found.high) == pytest.approx(
        (seen / count, exact.low, exact.high), abs=1e-9
    )


def test_nearly_none_is_a_hundredth_of_the_answer_at_stated_values() -> None:
    answers = np.array([0.0, 400.0, 401.0, -math.inf, math.inf])
    assert share_with_none(answers, 40_000.0).value == 3 / 5
    assert share_with_none(answers, 0.0).value == 2 / 5
    for reference in (math.nan, -3.0, math.inf):
        assert share_with_none(answers, reference).note
    assert share_with_none(answers[:0], 1.0).note


@pytest.mark.parametrize("spread", [0.0, 0.5])
@pytest.mark.parametrize("noise", [0.05, 0.7])
def test_the_monte_carlo_part_is_covered(noise: float, spread: float) -> None:
    """Errors of the variance noise^2 on average, in every sample another one."""
    random = np.random.default_rng([int(100 * noise), int(10 * spread)])
    repetitions, pairs = 400, 16
    covered = np.zeros(3)
    for _ in range(repetitions):
        expected = random.normal(size=256)
        error = noise * np.sqrt(1 + spread * random.uniform(-1, 1, 256))
        answers = expected + error * random.normal(size=256)
        again = (expected + error * random.normal(size=256))[:pairs]
        found = monte_carlo_part(answers[:pairs], again, answers)
        truths = (noise**2, noise, noise**2 / (1 + noise**2))
        parts = (found.variance, found.standard_error, found.share)
        covered += [one.low <= truth <= one.high for one, truth in zip(parts, truths, strict=True)]
        assert found.variance.value == pytest.approx(np.mean((again - answers[:pairs]) ** 2) / 2)
    print(noise, spread, covered / repetitions)
    assert (covered >= 0.93 * repetitions).all()


def test_a_monte_carlo_part_that_is_not_known_says_so() -> None:
    answers = np.arange(100.0)
    none = monte_carlo_part(answers[:0], answers[:0], answers)
    assert "twice" in none.variance.note
    same = monte_carlo_part(answers[:16], answers[:16], answers)
    assert same.variance.value == 0
    assert "none of 16" in same.variance.note
    assert math.isnan(same.share.high)
    constant = monte_carlo_part(np.zeros(16), np.arange(16.0), np.zeros(100))
    assert "all answers are equal" in constant.share.note
    # Whole numbers that all differ by one: no spread of the differences, but an interval.
    ones = monte_carlo_part(np.zeros(16), np.ones(16), answers)
    assert ones.variance.low < 0.5 < ones.variance.high


def test_every_answer_is_in_one_bin() -> None:
    random = np.random.default_rng(3)
    for answers in (
        random.normal(40_000, 5_000, 256),
        random.lognormal(0, 2, 1000),
        np.concatenate([np.zeros(100), random.uniform(5, 6, 156)]),
        np.array([7.0, 7.0, -math.inf, math.inf]),
        np.full(50, -0.25),
        np.array([1e-300, 3e-300, 9e-300]),
        np.zeros(9),
    ):
        none_up_to = most_of_nearly_none(float(np.median(answers)))
        found = answer_histogram(answers, none_up_to)
        assert found.counts.sum() + found.none + found.endless == len(answers)
        assert found.none == np.count_nonzero((answers <= none_up_to) | np.isneginf(answers))
        assert len(found.counts) + 1 <= MOST_BINS
        some = answers[np.isfinite(answers) & ~(answers <= none_up_to)]
        if len(some):
            assert found.edges[0] <= some.min()
            assert some.max() <= found.edges[-1]
            assert len(found.edges) == len(found.counts) + 1
    assert list(answer_histogram(np.array([10.1, 11.9, 13.0])).edges) == [10.0, 12.5, 15.0]


def test_failed_samples_are_not_hidden() -> None:
    for function in (answer_range, answer_histogram):
        with pytest.raises(ValueError, match="left out"):
            function(np.array([1.0, math.nan]))
