"""The whole analysis on plain functions in place of trials, whose range and shares are known."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from capest.scenario.assumed import Assumption
from capest.scenario.figure import NOT_KNOWN, Figure
from capest.statistics.intervals import Interval
from capest.statistics.rank_regression import StudiedInput
from capest.statistics.variance_shares import LEAST_R2, NOT_SEPARABLE
from capest.studies.uncertainty.analysis import JointAnswer, joint_answer
from capest.studies.uncertainty.figures import AskedFigure
from capest.studies.uncertainty.sample_plan import plan_samples
from capest.studies.uncertainty.study_lines import range_lines, share_lines
from capest.studies.uncertainty.study_model import StudiedFigure, Study

SAMPLES = 256


def uniform(key: str, low: float, high: float) -> Assumption:
    return Assumption(key, Figure((low + high) / 2, "", "", NOT_KNOWN, (low, high)), False, "")


def study(
    assumptions: list[Assumption],
    function: Callable[..., np.ndarray],
    seed: int,
    noise: float = 0.0,
    reference: float = math.nan,
) -> JointAnswer:
    """Answers of a function in place of trials, by the plan and the analysis of a study."""
    plan = plan_samples(assumptions, SAMPLES, seed)
    values = np.array(plan.values, dtype=float)
    chance = np.random.default_rng(seed).normal(0.0, noise or 1.0, len(plan.trials)) * (noise > 0)
    every = np.array([one.sample for one in plan.trials])
    answers = function(*values[every].T) + chance
    inputs = [StudiedInput(each.key, values[:, k]) for k, each in enumerate(assumptions)]
    first, second = answers[:SAMPLES], answers[SAMPLES:]
    found = joint_answer(inputs, first, second, seed, reference)
    assert found is not None
    return found


def covered(intervals: list[tuple[float, float, float]]) -> int:
    """How many intervals (low, high) cover a value."""
    return sum(low <= value <= high for low, high, value in intervals)


def least_of(repetitions: int, share: float = 0.95) -> int:
    """Fewest of so many that cover with the share, but once in ten thousand."""
    from scipy.stats import binom

    return int(binom.ppf(1e-4, repetitions, share))


@pytest.fixture(scope="module")
def linear() -> list[JointAnswer]:
    """y = 100 + 8 a + 4 b + 2 c of uniforms in -1..1, and chance of 10 % of the variance."""
    keys = [uniform(key, -1.0, 1.0) for key in ("a", "b", "c")]

    def function(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        return 100.0 + 8.0 * a + 4.0 * b + 2.0 * c

    noise = math.sqrt(_OF_INPUTS * _NOISE / (1 - _NOISE))
    return [study(keys, function, seed, noise, 100.0) for seed in range(REPETITIONS)]


REPETITIONS = 200
_NOISE = 0.1
_OF_INPUTS = (64 + 16 + 4) / 3
_ALL = _OF_INPUTS / (1 - _NOISE)
SHARES = {"a": 64 / 3 / _ALL, "b": 16 / 3 / _ALL, "c": 4 / 3 / _ALL}


def quantiles(function: Callable[..., np.ndarray], noise: float, dims: int) -> list[float]:
    """True 5, 50 and 95 % quantiles of a function of uniforms in -1..1, from a fine sample."""
    random = np.random.default_rng(1)
    count = 4_000_000
    values = function(*random.uniform(-1, 1, (dims, count))) + random.normal(0, noise, count)
    return [float(each) for each in np.quantile(values, [0.05, 0.5, 0.95])]


def test_the_range_of_a_linear_model_is_met(linear: list[JointAnswer]) -> None:
    noise = math.sqrt(_OF_INPUTS * _NOISE / (1 - _NOISE))
    true = quantiles(lambda a, b, c: 100 + 8 * a + 4 * b + 2 * c, noise, 3)
    for end, value in zip(("low", "median", "high"), true, strict=True):
        found = [getattr(one.range, end) for one in linear]
        assert covered([(one.low, one.high, value) for one in found]) >= least_of(REPETITIONS)
        mean = np.mean([one.value for one in found])
        # The order statistic is within half a rank of the quantile.
        spread = np.std([one.value for one in found])
        assert abs(mean - value) < 0.5 * spread


def test_shares_of_a_linear_model_are_met(linear: list[JointAnswer]) -> None:
    for place, true in enumerate(SHARES.values()):
        every = [one.shares.shares[place] for one in linear]
        first = [(one.first_order.low, one.first_order.high, true) for one in every]
        assert covered(first) >= least_of(REPETITIONS, 0.93)
        assert np.mean([one.first_order.value for one in every]) == pytest.approx(true, abs=0.03)
        lmg = [one.lmg for one in every if one.lmg is not None]
        assert len(lmg) == REPETITIONS
        assert covered([(one.low, one.high, true) for one in lmg]) >= least_of(REPETITIONS, 0.93)
    assert {one.first.name for one in linear if one.first} == {"a"}


def test_chance_is_told_apart(linear: list[JointAnswer]) -> None:
    found = [one.monte_carlo.share for one in linear]
    assert covered([(one.low, one.high, _NOISE) for one in found]) >= least_of(REPETITIONS, 0.9)
    assert np.mean([one.value for one in found]) == pytest.approx(_NOISE, abs=0.01)


def test_ishigami_is_not_separable() -> None:
    """Ishigami and Homma (1990): shares of a, b, c alone are 0.3139, 0.4424 and 0."""
    keys = [uniform(key, -math.pi, math.pi) for key in ("a", "b", "c")]

    def function(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        return np.sin(a) + 7.0 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a)

    found = [study(keys, function, seed) for seed in range(40)]
    assert {one.shares.note for one in found} == {NOT_SEPARABLE}
    assert all(one.shares.r2 < LEAST_R2 for one in found)
    assert all(share.lmg is None for one in found for share in one.shares.shares)
    true = quantiles(lambda a, b, c: function(math.pi * a, math.pi * b, math.pi * c), 0.0, 3)
    for end, value in zip(("low", "median", "high"), true, strict=True):
        every = [getattr(one.range, end) for one in found]
        assert covered([(one.low, one.high, value) for one in every]) >= least_of(40)
    for place, share in enumerate((0.3139, 0.4424, 0.0)):
        every = [one.shares.shares[place].first_order for one in found]
        assert covered([(one.low, one.high, share) for one in every]) >= least_of(40, 0.93)
        assert np.mean([one.value for one in every]) == pytest.approx(share, abs=0.06)


def test_a_step_has_its_share_of_none() -> None:
    """None where a is below 0.3, and 50 and more above: the answer falls off a cliff."""
    keys = [uniform("a", 0.0, 1.0), uniform("b", 0.0, 1.0)]

    def function(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.where(a < 0.3, 0.0, 50.0 + 50.0 * b)

    found = [study(keys, function, seed, reference=75.0) for seed in range(40)]
    none = [(one.none.low, one.none.high, 0.3) for one in found]
    assert covered(none) >= least_of(40)
    assert all(one.range.low.value == 0.0 for one in found)
    high = [
        (one.range.high.low, one.range.high.high, 50.0 + 50.0 * (1 - 0.05 / 0.7)) for one in found
    ]
    assert covered(high) >= least_of(40)
    for one in found:
        assert one.histogram.none == round(one.none.value * SAMPLES)
        assert one.histogram.none + one.histogram.counts.sum() == SAMPLES
        assert one.first is not None
        assert one.first.name == "a"


def test_failed_samples_are_left_out() -> None:
    answers = np.arange(100.0)
    answers[[3, 50]] = math.nan
    found = joint_answer([StudiedInput("a", np.arange(100.0))], answers, answers[:16], 1)
    assert found is not None
    assert (found.samples, found.failed, found.range.samples) == (100, 2, 98)
    assert found.monte_carlo.pairs == 15
    nothing = np.full(30, math.nan)
    assert joint_answer([StudiedInput("a", np.arange(30.0))], nothing, nothing[:16], 1) is None


def test_an_assumption_more_changes_no_draw_of_the_others() -> None:
    two = plan_samples([uniform("a", 0, 1), uniform("b", 0, 1)], 50, 3)
    three = plan_samples([uniform("c", 0, 1), uniform("a", 0, 1), uniform("b", 0, 1)], 50, 3)
    np.testing.assert_array_equal(two.uniforms, three.uniforms[:, 1:])
    assert [one.trial for one in two.trials] == list(range(66))
    assert [one.sample for one in two.trials] == [*range(50), *range(16)]


def text_of(found: JointAnswer) -> str:
    asked = StudiedFigure(AskedFigure("calls", "mean"), interval(100.0))
    drawn = Study({}, (), (), (), (asked,), np.empty((SAMPLES, 0)), np.empty(0), np.empty(0))
    lines = [*range_lines(drawn, asked, found, ascii_only=True)]
    return "\n".join([*lines, *share_lines(found, ascii_only=True)])


def interval(value: float) -> Interval:
    return Interval(value, math.nan, math.nan, "not known: 2 trials are too few")


def test_a_range_of_chance_alone_says_so(linear: list[JointAnswer]) -> None:
    keys = [uniform(key, -1.0, 1.0) for key in ("a", "b", "c")]
    chance = study(keys, lambda a, b, c: 100.0 + 0.0 * a, 3, 5.0, 100.0)
    text = text_of(chance)
    words = " ".join(text.split())
    assert "Most of this range is chance, not assumptions" in words
    assert "95 % CI not known: 2 trials are too few, by chance alone" in words
    shown = text.partition("first order)")[2]
    told = [one.name for one in chance.shares.shares if one.first_order.low > 0.0]
    assert all((f"\n  {key} " in shown) == (key in told) for key in "abc")
    assert "Most of this range" not in text_of(linear[0])
