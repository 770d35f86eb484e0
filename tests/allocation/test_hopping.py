"""Lit beams: how many, how often, and together with whom."""

import math

import numpy as np
import pytest
from scipy import stats

from capest.allocation import LIT_SHARE, STRATEGIES
from capest.backend.numpy_kernels import NumpyKernels
from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.sampling.draws import Draws


def draws(trials: int) -> Draws:
    return Draws(NumpyKernels(), 3, 0, trials)


def test_all_on_lights_everything() -> None:
    assert STRATEGIES["all-on"](hexagonal_lattice(61), 61, draws(5)) is None
    assert LIT_SHARE["all-on"](61, 61) == 1.0


@pytest.mark.parametrize("active", [1, 15, 61])
def test_random_hopping_lights_exactly_k_beams_evenly(active: int) -> None:
    trials = 4000
    lit = STRATEGIES["random"](hexagonal_lattice(61), active, draws(trials))
    assert lit.dtype == np.uint8
    assert (lit.sum(axis=1) == active).all()
    assert LIT_SHARE["random"](61, active) == active / 61
    if active < 61:
        # Counts of beams are hypergeometric over beams: scale the chi-square accordingly.
        expected = trials * active / 61
        statistic = (
            ((lit.sum(axis=0) - expected) ** 2 / expected).sum() / (1 - active / 61) * 60 / 61
        )
        assert 1e-3 < stats.chi2(60).cdf(statistic) < 1 - 1e-3


def test_random_hopping_pairs_beams_evenly() -> None:
    lit = STRATEGIES["random"](np.zeros((9, 2)), 3, draws(20_000)).astype(np.int64)
    together = (lit.T @ lit)[np.triu_indices(9, 1)]
    chance = 3 * 2 / (9 * 8)
    assert np.abs(together / 20_000 - chance).max() < 4.5 * math.sqrt(chance / 20_000)


@pytest.mark.parametrize(("beams", "active"), [(61, 15), (61, 1), (61, 40), (7, 7), (19, 7)])
def test_periodic_takes_turns(beams: int, active: int) -> None:
    lit = STRATEGIES["periodic"](hexagonal_lattice(beams), active, draws(6000))
    assert (lit.sum(axis=1) == active).all()
    patterns, count = np.unique(lit, axis=0, return_counts=True)
    # In a whole cycle every beam has had the same number of turns, and slots come equally often.
    slots = beams // math.gcd(beams, active)
    assert len(patterns) == slots
    assert (patterns.sum(axis=0) == slots * active // beams).all()
    assert LIT_SHARE["periodic"](beams, active) == active / beams
    if slots > 1:
        assert stats.chisquare(count).pvalue > 1e-3


def test_periodic_keeps_neighbours_apart() -> None:
    grid = hexagonal_grid(hexagonal_lattice(61), 1.0, (0.0, 0.0)).uv
    near = np.isclose(np.linalg.norm(grid[:, None] - grid[None], axis=2), 1.0)

    def lit_neighbours(strategy: str) -> float:
        lit = STRATEGIES[strategy](hexagonal_lattice(61), 15, draws(2000)).astype(np.int64)
        return float(((lit @ near) * lit).sum() / lit.sum())

    assert lit_neighbours("periodic") < 0.7 * lit_neighbours("random")
