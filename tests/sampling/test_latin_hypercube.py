"""Joint samples of named inputs: each shares out its range, and none knows of the others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws
from capest.sampling.latin_hypercube import latin_hypercube
from capest.sampling.named_uniforms import MOST_ROWS, NamedUniforms, number_of

NAMES = ("satellite.eirp_dbw", "users.loss_db", "satellite.pattern", "uplink.power_dbm")


def draws(seed: int = 7) -> Draws:
    return Draws(NumpyKernels(), seed, 0, 1)


@pytest.mark.parametrize("samples", [1, 2, 93, 256, 1000])
def test_each_input_has_one_sample_in_every_part(samples: int) -> None:
    found = latin_hypercube(draws(), samples, NAMES)
    assert found.shape == (samples, 4)
    assert found.dtype == np.float64
    assert ((found > 0) & (found < 1)).all()
    part = np.floor(samples * found).astype(int)
    assert (np.sort(part, axis=0) == np.arange(samples)[:, None]).all()


def test_an_input_does_not_depend_on_the_others_nor_on_the_trials_of_the_draws() -> None:
    together = latin_hypercube(draws(), 100, NAMES)
    for column, name in enumerate(NAMES):
        alone = latin_hypercube(Draws(NumpyKernels(), 7, 5, 9), 100, [name])
        assert (alone[:, 0] == together[:, column]).all()
    turned = latin_hypercube(draws(), 100, NAMES[::-1])
    assert (turned == together[:, ::-1]).all()


def test_other_seeds_and_other_names_are_other_draws() -> None:
    here, there = (latin_hypercube(draws(seed), 100, NAMES) for seed in (7, 8))
    assert (here != there).mean() > 0.99
    assert len({tuple(column) for column in here.T}) == 4


def test_a_name_has_the_first_bits_of_its_sha_256() -> None:
    # FIPS 180-2, appendix B.1: SHA-256 of "abc" starts ba7816bf 8f01cfea.
    assert number_of("abc", 64) == 0xBA7816BF8F01CFEA
    assert number_of("abc") == 0xBA7816BF8F01CFEA >> 21


def test_places_in_a_part_and_orders_are_uniform_and_independent() -> None:
    names = [f"input {number}" for number in range(60)]
    samples = 500
    found = latin_hypercube(draws(), samples, names)
    place = (samples * found) % 1.0
    assert stats.kstest(place.ravel(), "uniform").pvalue > 1e-3
    # Ranks of two random orders have a correlation of variance 1 / (n - 1).
    for values in (found, place):
        off = np.corrcoef(values.T)[np.triu_indices(60, 1)] * np.sqrt(samples - 1)
        assert abs(np.mean(off**2) - 1) < 5 * np.sqrt(2 / off.size)
        assert np.abs(off).max() < 5
    # Neighbours in the sample are as far apart as in a random order.
    turns = np.corrcoef(found[1:].ravel(), found[:-1].ravel())[0, 1]
    assert abs(turns) < 5 / np.sqrt(found.size)


def test_a_sum_of_the_inputs_has_a_far_smaller_error_than_with_independent_samples() -> None:
    names = NAMES[:3]
    means = [latin_hypercube(draws(seed), 50, names).sum(axis=1).mean() for seed in range(200)]
    independent = np.sqrt(3 / 12 / 50)
    # Of one input the variance of a mean is 1 / (12 N^3), Stein (1987): that of the places alone.
    assert np.std(means) == pytest.approx(independent / 50, rel=5 / np.sqrt(400))
    assert np.mean(means) == pytest.approx(1.5, abs=5 * independent / 50 / np.sqrt(200))


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="samples, not 0"):
        latin_hypercube(draws(), 0, NAMES)
    with pytest.raises(ValueError, match="one name: a, a"):
        latin_hypercube(draws(), 5, ["a", "a"])
    with pytest.raises(ValueError, match="rows"):
        NamedUniforms(draws())("a", MOST_ROWS + 1, 1)


def test_rows_of_a_name_depend_on_their_number_alone() -> None:
    random = NamedUniforms(draws())
    rows = random("folds", 6, 40)
    assert (random("folds", 2, 30) == rows[:2, :30]).all()
    assert (random("other", 6, 40) != rows).all()
    many = random("folds", MOST_ROWS, 50)
    assert len(np.unique(many)) == many.size
    assert stats.kstest(many.ravel(), "uniform").pvalue > 1e-3
