"""Random words, uniforms and normals: by position, and with the right distributions."""

import numpy as np
import pytest
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.numpy_philox import middle_of_interval
from capest.sampling.draws import Draws, normal, normal_pair
from capest.sampling.streams import Purpose

MASK = 2**64 - 1


def philox4x64_10(counter: list[int], key: list[int]) -> list[int]:
    """Philox written out in Python integers from Salmon et al. 2011."""
    c, k = list(counter), list(key)
    for _ in range(10):
        low = 0xD2E7470EE14C6C93 * c[0]
        high = 0xCA5A826395121157 * c[2]
        c = [(high >> 64) ^ c[1] ^ k[0], high & MASK, (low >> 64) ^ c[3] ^ k[1], low & MASK]
        k = [(k[0] + 0x9E3779B97F4A7C15) & MASK, (k[1] + 0xBB67AE8584CAA73B) & MASK]
    return c


def test_the_written_out_generator_gives_the_published_vectors() -> None:
    # Random123 known-answer tests, philox4x64 with 10 rounds.
    zero = philox4x64_10([0] * 4, [0] * 2)
    assert [f"{word:016x}" for word in zero] == [
        "16554d9eca36314c", "db20fe9d672d0fdc", "d7e772cee186176b", "7e68b68aec7ba23b",
    ]  # fmt: skip
    ones = philox4x64_10([MASK] * 4, [MASK] * 2)
    assert [f"{word:016x}" for word in ones] == [
        "87b092c3013fe90b", "438c3c67be8d0224", "9cc7d7c69cd777b6", "a09caebf594f0ba0",
    ]  # fmt: skip


@pytest.mark.parametrize("first_trial", [0, 1, 12_345, 2**43, 2**44 - 2])
@pytest.mark.parametrize("entities", [1, 7, 2**20])
def test_words_by_position(first_trial: int, entities: int) -> None:
    seed, purpose, trials = 2**64 - 1, 3, 2
    words = NumpyKernels().philox_words(
        seed=seed, purpose=purpose, first_trial=first_trial, trials=trials, entities=entities
    )
    assert words.shape == (trials, entities, 4)
    for trial in range(trials):
        for entity in {0, entities // 2, entities - 1}:
            position = (first_trial + trial) * 2**20 + entity
            counter = [position & MASK, position >> 64, 0, 0]
            assert words[trial, entity].tolist() == philox4x64_10(counter, [seed, purpose])


def test_draws_do_not_depend_on_how_trials_and_entities_are_cut() -> None:
    kernels = NumpyKernels()
    whole = Draws(kernels, 5, 10, 8).words(Purpose.SHADOWING, 100)
    for trial in range(8):
        part = Draws(kernels, 5, 10 + trial, 1).words(Purpose.SHADOWING, 60)
        np.testing.assert_array_equal(part[0], whole[trial, :60])


@pytest.mark.parametrize("count", [1, 3, 4])
def test_uniforms_are_the_words_in_the_middle_of_their_interval(count: int) -> None:
    draws = Draws(NumpyKernels(), 5, 10, 3)
    words = draws.words(Purpose.SHADOWING, 100).reshape(-1, 4)
    uniforms = draws.uniforms(Purpose.SHADOWING, 100, count)
    assert len(uniforms) == count
    for column, values in enumerate(uniforms):
        expected = ((words[:, column] >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53
        np.testing.assert_array_equal(values, expected)


def test_uniforms_stay_inside_the_open_interval() -> None:
    # What NumPy's generator makes of the first and of the last word.
    low, high = middle_of_interval(np.array([0.0, 1.0 - 2.0**-53]))
    assert 0.0 < low < 1e-15
    assert 1.0 - 1e-15 < high < 1.0


def test_normals_are_those_of_box_and_muller() -> None:
    radius_u, angle_u = np.random.default_rng(1).uniform(size=(2, 1000))
    angle_u[:4] = [0.5, 0.25, 0.75, 2.0**-54]
    radius, angle = np.sqrt(-2.0 * np.log(radius_u)), 2.0 * np.pi * angle_u
    one, other = normal_pair(radius_u, angle_u, np)
    np.testing.assert_allclose(one, radius * np.cos(angle), atol=1e-14)
    np.testing.assert_allclose(other, radius * np.sin(angle), atol=1e-14)
    np.testing.assert_allclose(normal(radius_u, angle_u, np), one, atol=1e-14)


def test_distributions() -> None:
    draws = Draws(NumpyKernels(), 7, 0, 40)
    for values in draws.uniforms(Purpose.PLACEMENT, 2500, 4):
        assert stats.kstest(values, "uniform").pvalue > 1e-3
    assert stats.kstest(draws.normals(Purpose.SHADOWING, 2500), "norm").pvalue > 1e-3


def test_words_of_an_entity_and_purposes_are_uncorrelated() -> None:
    draws = Draws(NumpyKernels(), 7, 0, 40)
    columns = draws.uniforms(Purpose.PLACEMENT, 2500, 4)
    columns += draws.uniforms(Purpose.LINE_OF_SIGHT, 2500, 4)
    correlation = np.corrcoef(columns) - np.eye(8)
    assert np.abs(correlation).max() < 4.5 / np.sqrt(100_000)


def test_purposes_are_never_renumbered() -> None:
    assert {purpose.name: int(purpose) for purpose in Purpose} == {
        "PLACEMENT": 0,
        "LINE_OF_SIGHT": 1,
        "SHADOWING": 2,
        "BEAM_HOPPING": 3,
        "HOTSPOT_CENTRES": 4,
        "HOTSPOT_OFFSETS": 5,
        "WHEREABOUTS": 6,
        "WEATHER": 7,
        "PLACEMENT_FURTHER": 8,
        "SKY_FIRST_SECTORS": 9,
        "SKY_OTHER_SECTORS": 10,
        "EPOCH": 11,
        "SERVICE": 12,
        "RECEIVE_BRANCHES": 17,
        "CALL_EVENTS": 13,
        "WEATHER_OF_PLACES": 14,
        "PLACEMENT_PARTS": 15,
        "HOTSPOT_PARTS": 16,
        "CELL_ORDER": 18,
        "ASSUMPTIONS": 19,
        "RESAMPLES": 20,
    }
