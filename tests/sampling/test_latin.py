"""Uniforms that share out the unit interval among trials, for each entity by itself."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws
from capest.sampling.latin import PARTS, across_trials
from capest.sampling.streams import Purpose

ENTITIES = 40


def shared(first: int, trials: int, seed: int = 7, entities: int = ENTITIES) -> np.ndarray:
    draws = Draws(NumpyKernels(), seed, first, trials)
    (uniform,) = draws.uniforms(Purpose.PLACEMENT, entities, 1)
    found = across_trials(uniform, Purpose.PLACEMENT_PARTS, entities, draws)
    return found.reshape(trials, entities)


def test_an_entity_is_once_in_every_part_in_31_trials() -> None:
    part = np.floor(PARTS * shared(5 * PARTS, 2 * PARTS)).astype(int)
    for some in (part[:PARTS], part[PARTS:]):
        assert (np.sort(some, axis=0) == np.arange(PARTS)[:, None]).all()
    assert (part[:PARTS] != part[PARTS:]).mean() > 0.9


def test_a_trial_does_not_depend_on_the_others_that_are_computed() -> None:
    together = shared(20, 50)
    alone = np.concatenate([shared(20, 11), shared(31, 1), shared(32, 38)])
    assert (together == alone).all()


def test_pairs_of_trials_and_pairs_of_entities_are_as_with_random_permutations() -> None:
    sets = 300
    part = np.floor(PARTS * shared(0, sets * PARTS)).astype(int).reshape(sets, PARTS, ENTITIES)
    # Two trials of a set: all 31 · 30 pairs of different parts alike.
    for turn, other in ((0, 1), (3, 17)):
        pair = PARTS * part[:, turn] + part[:, other]
        counts = np.bincount(pair.ravel(), minlength=PARTS**2).reshape(PARTS, PARTS)
        assert (np.diagonal(counts) == 0).all()
        expected = sets * ENTITIES / (PARTS * (PARTS - 1))
        off = counts[~np.eye(PARTS, dtype=bool)]
        chi_squared = ((off - expected) ** 2 / expected).sum()
        assert abs(chi_squared - off.size) < 5.0 * np.sqrt(2.0 * off.size)
    # Two entities of a trial: all 31 · 31 pairs of parts alike.
    pair = (PARTS * part[:, :, 0::2] + part[:, :, 1::2]).ravel()
    counts = np.bincount(pair, minlength=PARTS**2)
    expected = pair.size / PARTS**2
    chi_squared = ((counts - expected) ** 2 / expected).sum()
    assert abs(chi_squared - PARTS**2) < 5.0 * np.sqrt(2.0 * PARTS**2) * np.sqrt(2.0)


def test_variance_of_a_share_is_that_of_one_part() -> None:
    """Below 10.5 parts of 31, ten are for sure and the eleventh half the time: variance 1/4."""
    below = shared(0, 400 * PARTS).reshape(400, PARTS, ENTITIES) < 10.5 / PARTS
    of_set = below.sum(axis=1)
    assert set(np.unique(of_set)) == {10, 11}
    assert of_set.mean() == pytest.approx(10.5, abs=5.0 * np.sqrt(0.25 / of_set.size))


def test_users_of_a_trial_are_as_independent_as_ever() -> None:
    """Counts in a part have the binomial's mean square, not the smaller one of shared users."""
    inside = (shared(0, 400 * PARTS) < 0.25).sum(axis=1)
    variance = ENTITIES * 0.25 * 0.75
    spread = (inside - 0.25 * ENTITIES) ** 2
    assert spread.mean() == pytest.approx(variance, abs=5.0 * spread.std() / np.sqrt(spread.size))
