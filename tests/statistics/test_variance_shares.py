"""Shares of variance: first order by ranks, LMG of a regression, against models in closed form."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws
from capest.sampling.latin_hypercube import latin_hypercube
from capest.sampling.named_uniforms import NamedUniforms
from capest.statistics.first_order import share_by_groups, share_by_ranks
from capest.statistics.intervals import Interval
from capest.statistics.lmg_shares import lmg_shares
from capest.statistics.monte_carlo_part import monte_carlo_part
from capest.statistics.rank_regression import StudiedInput, cross_validated_r2, regressors
from capest.statistics.variance_shares import (
    NOT_SEPARABLE,
    InputShare,
    VarianceShares,
    first_order_share,
    first_to_find_out,
    variance_shares,
)
from tests.statistics.known_answers import (
    ISHIGAMI,
    LINEAR,
    NOISE_SHARE,
    SHARES_OF_NOISY_LINE,
    STEP,
    noisy_line,
    samples_of,
)

REPETITIONS = 200
MODELS = {known.name: known for known in (LINEAR, ISHIGAMI, STEP)}


def uniforms(seed: int = 0) -> NamedUniforms:
    return NamedUniforms(Draws(NumpyKernels(), seed, 0, 1))


def inputs_of(values: np.ndarray) -> list[StudiedInput]:
    return [StudiedInput(f"input {number}", each) for number, each in enumerate(values.T)]


def covered(found: list[Interval], truth: float) -> float:
    return float(np.mean([one.low <= truth <= one.high for one in found]))


@cache
def first_orders(model: str, samples: int) -> list[list[Interval]]:
    """By input, of every repetition."""
    random = uniforms()
    found = [
        [first_order_share(one, answers, random) for one in inputs_of(values)]
        for values, answers in samples_of(MODELS[model], samples, REPETITIONS)
    ]
    return [list(each) for each in zip(*found, strict=True)]


@cache
def shares_of_noisy_lines() -> list[VarianceShares]:
    """Of 128 samples, 16 of them answered twice."""
    found = []
    for seed in range(REPETITIONS):
        draws = Draws(NumpyKernels(), seed, 0, 1)
        values = latin_hypercube(draws, 128, LINEAR.names)
        answers, again = noisy_line(values, seed), noisy_line(values[:16], seed + 10_000)
        part = monte_carlo_part(answers[:16], again, answers)
        found.append(variance_shares(inputs_of(values), answers, NamedUniforms(draws), part.share))
    return found


@pytest.mark.parametrize("samples", [93, 256])
@pytest.mark.parametrize("model", MODELS)
def test_first_orders_are_met_and_their_intervals_cover(model: str, samples: int) -> None:
    known = MODELS[model]
    for truth, found in zip(known.first, first_orders(model, samples), strict=True):
        share = covered(found, truth)
        mean = np.mean([one.value for one in found])
        print(model, samples, round(truth, 3), round(float(mean), 3), share)
        assert share >= 0.92
        # Values are limited to 0..1: of an input without effect half of them are 0, the mean of
        # the others is 0.8 standard errors; neighbours of a step are a sample apart.
        error = 0.3 / math.sqrt(samples) if truth else 0.65 / math.sqrt(samples)
        assert mean == pytest.approx(truth, abs=error)


def test_ishigami_has_its_published_shares_of_which_no_regression_knows() -> None:
    # Saltelli et al. (2008), Global Sensitivity Analysis: The Primer: 0.3139, 0.4424, 0.
    assert ISHIGAMI.first == pytest.approx((0.3139, 0.4424, 0.0), abs=5e-5)
    for values, answers in samples_of(ISHIGAMI, 256, 20):
        found = variance_shares(inputs_of(values), answers, uniforms())
        assert found.r2 < 0.5
        assert found.note == NOT_SEPARABLE
        assert all(one.lmg is None for one in found.shares)
        assert found.shares[0].first_order.low > 0
        assert found.shares[1].first_order.low > 0


def test_lmg_shares_of_a_line_with_noise_are_met_and_their_intervals_cover() -> None:
    found = shares_of_noisy_lines()
    assert all(not one.note for one in found)
    for number, truth in enumerate(SHARES_OF_NOISY_LINE):
        lmg = [one.shares[number].lmg for one in found]
        first = [one.shares[number].first_order for one in found]
        print(number, round(truth, 3), covered(lmg, truth), covered(first, truth))
        assert covered(lmg, truth) >= 0.92
        assert covered(first, truth) >= 0.92
        assert np.mean([one.value for one in lmg]) == pytest.approx(truth, abs=0.01)
        # The regression knows more than neighbours do.
        assert np.std([one.value for one in lmg]) < 0.6 * np.std([one.value for one in first])
    # What is left for chance, from pairs, and from the regression's R².
    assert covered([one.most_of_all for one in found], 1 - NOISE_SHARE) >= 0.93
    assert np.mean([one.r2 for one in found]) == pytest.approx(1 - NOISE_SHARE, abs=0.02)


def test_normal_inputs_have_the_share_that_their_ranks_have() -> None:
    """The correlation of a normal variable and its rank is sqrt(3 / pi)."""
    values = []
    for uniform, answers in samples_of(LINEAR, 256, 30):
        found = lmg_shares(regressors(inputs_of(uniform)), answers, 5, uniforms())
        values.append([one.value for one in found])
    truth = np.array(LINEAR.first) * 3 / np.pi
    assert np.mean(values, axis=0) == pytest.approx(truth, abs=0.015)


def test_lmg_is_the_gain_averaged_over_all_orders_of_entry() -> None:
    """Brute force by least squares, of many samples: chance correlations are then small."""
    random = np.random.default_rng(5)
    options = random.integers(0, 3, 20_000)
    values = random.uniform(size=(20_000, 2))
    answers = 3 * values[:, 0] + values[:, 1] + np.array([0.0, 2.0, 0.5])[options]
    answers = answers + random.normal(size=20_000)
    inputs = [*inputs_of(values), StudiedInput("option", options, ordered=False)]
    terms = regressors(inputs)

    def explained(used: tuple[int, ...]) -> float:
        columns = terms.columns[:, np.isin(terms.owner, used)]
        rest = answers - answers.mean()
        rest = rest - columns @ np.linalg.lstsq(columns, rest, rcond=None)[0]
        return 1 - rest.var() / answers.var()

    gained = np.zeros(3)
    orders = list(itertools.permutations(range(3)))
    for order in orders:
        for place, each in enumerate(order):
            gained[each] += explained(order[: place + 1]) - explained(order[:place])
    found = [one.value for one in lmg_shares(terms, answers, 3, uniforms())]
    assert found == pytest.approx(gained / len(orders), abs=0.005)
    assert sum(found) == pytest.approx(explained((0, 1, 2)), abs=0.005)


@pytest.mark.parametrize("effect", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.6, 0.3, 0.1)])
def test_choices_with_few_options(weights: tuple[float, ...], effect: float) -> None:
    random = np.random.default_rng([len(weights), int(10 * effect)])
    share = np.array(weights)
    effects = effect * np.array([0.0, 1.0, -0.5])[: len(weights)]
    between = share @ effects**2 - (share @ effects) ** 2
    truth = between / (between + 1)
    option = np.searchsorted(np.cumsum(share)[:-1], np.linspace(0.001, 0.999, 128))
    found, lmg = [], []
    for _ in range(REPETITIONS):
        values = random.permutation(option)
        answers = effects[values] + random.normal(size=128)
        found.append(share_by_groups(values, answers))
        lmg.append(first_order_share(StudiedInput("a", values, ordered=False), answers, uniforms()))
    limited = [Interval(one.value, max(one.low, 0.0), max(one.high, 0.0)) for one in found]
    print(weights, effect, covered(limited, truth))
    assert covered(limited, truth) >= 0.93
    assert [one.high for one in lmg] == [one.high for one in limited]
    # No bias: chance alone makes groups differ by as much as is taken away.
    values = [one.value for one in found]
    assert np.mean(values) == pytest.approx(truth, abs=4 * np.std(values) / np.sqrt(REPETITIONS))
    if not effect:
        assert np.mean([one.low > 0 for one in found]) <= 0.025


@pytest.mark.parametrize("steps", [12, 40])
def test_whole_numbers_have_the_share_of_their_values(steps: int) -> None:
    """12 values of 128 samples are groups, of 40 values those that are equal stand at random."""
    random = np.random.default_rng(steps)
    values = np.floor(steps * (np.arange(128) + 0.5) / 128)
    truth = values.var() / (values.var() + steps**2 / 12)
    found = []
    for seed in range(REPETITIONS):
        drawn = random.permutation(values)
        answers = drawn + random.normal(0, steps / np.sqrt(12), 128)
        found.append(first_order_share(StudiedInput("n", drawn), answers, uniforms(seed)))
    print(steps, truth, covered(found, truth))
    assert covered(found, truth) >= 0.92


def test_the_ordinary_bootstrap_would_not_cover() -> None:
    """Why the interval is made of terms: a sample drawn twice is its own neighbour."""
    random = np.random.default_rng(0)
    hits = 0
    for values, answers in samples_of(LINEAR, 93, 40):
        again = random.integers(0, 93, (100, 93))
        drawn = [share_by_ranks(values[i, 4], answers[i], np.arange(93)).value for i in again]
        low, high = np.quantile(drawn, [0.025, 0.975])
        hits += low <= 0.0 <= high
    assert hits <= 4


def test_the_share_by_ranks_is_that_of_products_of_neighbours_but_for_the_ends() -> None:
    """Gamboa et al. (2022): the mean product of neighbours, the last one's the first."""
    for values, answers in samples_of(ISHIGAMI, 2000, 3):
        for each in values.T:
            y = answers[np.argsort(each)]
            product = (np.mean(y * np.roll(y, -1)) - y.mean() ** 2) / y.var()
            found = share_by_ranks(each, answers, np.zeros(2000))
            assert found.value == pytest.approx(product, abs=0.01)


def test_r2_is_of_samples_that_the_regression_has_not_seen() -> None:
    random = np.random.default_rng(2)
    columns = random.normal(size=(60, 20))
    (order,) = uniforms()("folds", 1, 60)
    noise = random.normal(size=60)
    # 20 columns fit a third of any noise, and predict none of it.
    assert cross_validated_r2(columns, noise, order) < 0.0
    assert cross_validated_r2(columns, columns @ np.arange(20.0), order) == pytest.approx(1.0)
    # Of the two lines y = x and y = 0 with as much noise: 1/2.
    many = random.normal(size=(5000, 1))
    answers = many[:, 0] + random.normal(size=5000)
    (order,) = uniforms()("folds", 1, 5000)
    assert cross_validated_r2(many, answers, order) == pytest.approx(0.5, abs=0.04)


def test_ranks_of_equal_values_are_equal_and_options_make_a_group() -> None:
    inputs = [
        StudiedInput("ranked", np.array([3.0, 1.0, 3.0, 70.0])),
        StudiedInput("same", np.ones(4)),
        StudiedInput("two", np.array([1, 0, 0, 0]), ordered=False),
        StudiedInput("three", np.array([0, 1, 2, 2]), ordered=False),
    ]
    found = regressors(inputs)
    assert list(found.owner) == [0, 2, 3, 3]
    ranks = stats.zscore(stats.rankdata(inputs[0].values))
    assert found.columns[:, 0] == pytest.approx(ranks)
    assert found.columns.mean(axis=0) == pytest.approx(0, abs=1e-12)
    assert found.columns.std(axis=0) == pytest.approx(1)
    assert regressors(inputs[1:2]).columns.shape == (4, 0)


def test_what_cannot_be_said_is_said_in_words() -> None:
    values = latin_hypercube(Draws(NumpyKernels(), 1, 0, 1), 100, ["a", "b"])
    inputs = inputs_of(values)
    equal = variance_shares(inputs, np.full(100, 7.0), uniforms())
    assert "all answers are equal" in equal.note
    assert [one.first_order.high for one in equal.shares] == [0.0, 0.0]
    assert equal.r2 == 0.0
    endless = np.where(np.arange(100) < 3, -math.inf, 1.0)
    assert "3 of 100 answers are infinite" in variance_shares(inputs, endless, uniforms()).note
    few = [StudiedInput(one.name, one.values[:19]) for one in inputs]
    assert "it takes 20" in variance_shares(few, values[:19, 0], uniforms()).note
    for found in (equal, variance_shares(inputs, endless, uniforms())):
        assert first_to_find_out(found) is None
    with pytest.raises(ValueError, match="left out"):
        variance_shares(inputs, np.full(100, math.nan), uniforms())
    many = [*inputs, StudiedInput("each", np.arange(100), ordered=False)]
    found = variance_shares(many, values[:, 0], uniforms())
    assert "same value" in found.shares[2].first_order.note
    assert found.note == NOT_SEPARABLE


def test_inputs_that_do_not_vary_and_answers_of_few_values_have_shares() -> None:
    values = latin_hypercube(Draws(NumpyKernels(), 1, 0, 1), 100, ["a", "b"])
    inputs = [*inputs_of(values), StudiedInput("same", np.zeros(100))]
    for answers in (np.floor(3 * values[:, 0]), (values[:, 0] > 0.99) * 1.0, 1e-200 * values[:, 0]):
        found = variance_shares(inputs, answers, uniforms())
        for one in found.shares:
            ends = [one.first_order] if one.lmg is None else [one.first_order, one.lmg]
            assert all(0 <= each.low <= each.value <= each.high <= 1 for each in ends)
        assert found.shares[2].first_order.high == 0.0


def test_shares_of_an_input_do_not_depend_on_the_others() -> None:
    ((values, answers),) = samples_of(LINEAR, 93, 1)
    inputs = inputs_of(values)
    all_of_them = variance_shares(inputs, answers, uniforms())
    assert variance_shares(inputs, answers, uniforms()) == all_of_them
    some = variance_shares(inputs[3:1:-1], answers, uniforms())
    assert [one.first_order for one in some.shares] == [
        one.first_order for one in all_of_them.shares[3:1:-1]
    ]


def test_what_to_find_out_first() -> None:
    found = [first_to_find_out(one) for one in shares_of_noisy_lines()]
    names = [one.name for one in found if one]
    assert len(names) == REPETITIONS
    assert names.count("input 0") >= 0.9 * REPETITIONS
    told_apart = [one for one in found if one and "input 4" not in one.not_told_apart]
    assert len(told_apart) >= 0.9 * REPETITIONS
    # The one that is first in truth is named, or is among those that are not told apart.
    among = [one for one in found if one and "input 0" in (one.name, *one.not_told_apart)]
    assert len(among) >= 0.98 * REPETITIONS


@pytest.mark.parametrize(
    ("shares", "name", "others"),
    [
        ([(0.5, 0.4, 0.6), (0.1, 0.0, 0.2)], "0", ()),
        ([(0.3, 0.2, 0.4), (0.5, 0.4, 0.6), (0.4, 0.3, 0.5)], "1", ("2",)),
        ([(0.9, 0.0, 1.0), (0.1, 0.05, 0.2)], "1", ("0",)),
        ([(0.1, 0.0, 0.2), (0.0, 0.0, 0.1)], None, ()),
    ],
)
def test_the_first_is_the_largest_whose_interval_excludes_zero(shares, name, others) -> None:
    all_of_them = tuple(InputShare(str(n), Interval(*one), None) for n, one in enumerate(shares))
    found = first_to_find_out(VarianceShares(all_of_them, 0.0, 100, ""))
    assert (found and found.name) == name
    assert not found or found.not_told_apart == others


def test_of_many_inputs_without_effect_none_is_to_be_found_out_first() -> None:
    random = uniforms()
    named = 0
    for seed in range(REPETITIONS):
        answers = np.random.default_rng(seed).normal(size=93)
        values = np.random.default_rng(seed + REPETITIONS).random((93, 25))
        shares = [first_order_share(one, answers, random) for one in inputs_of(values)]
        all_of_them = tuple(InputShare(str(n), one, None) for n, one in enumerate(shares))
        named += first_to_find_out(VarianceShares(all_of_them, 0.0, 93, "")) is not None
    print(named / REPETITIONS)
    assert named <= 0.05 * REPETITIONS
