"""Lit beams: how many, how often, and together with whom."""

import math
from typing import get_args

import numpy as np
import pytest
from scipy import stats

from capest.allocation.slots import STRATEGIES, knows_demand
from capest.allocation.slots.problem import Frame
from capest.backend.numpy_kernels import NumpyKernels
from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.sampling.draws import Draws
from capest.scenario.model import fields


def slots(name: str, lattice: np.ndarray, beams: int, trials: int) -> np.ndarray:
    """One slot of many trials, as a run has it, bool array (trials, cells)."""
    draws = Draws(NumpyKernels(), 3, 0, trials)
    lit = STRATEGIES.find(name)(Frame(lattice, beams, slots=1), draws)
    assert lit.shape == (trials, 1, len(lattice))
    return np.asarray(lit[:, 0])


def test_strategies_are_the_files_of_a_folder() -> None:
    without = [name for name in STRATEGIES.names() if not knows_demand(name)]
    assert without == ["all-on", "periodic", "random"]
    with_demand = [name for name in STRATEGIES.names() if knows_demand(name)]
    assert with_demand == ["interference-aware", "max-min", "proportional"]
    # All of them are what a run can be asked for.
    choices = get_args(fields()["beams.allocation"].annotation)
    assert sorted(choices) == sorted([*without, *with_demand])


def test_all_on_lights_everything() -> None:
    draws = Draws(NumpyKernels(), 3, 0, 5)
    assert STRATEGIES.find("all-on")(Frame(hexagonal_lattice(61), 61, slots=1), draws) is None


@pytest.mark.parametrize("active", [1, 15, 61])
def test_random_lights_exactly_k_beams_evenly(active: int) -> None:
    trials = 4000
    lit = slots("random", hexagonal_lattice(61), active, trials)
    assert (lit.sum(axis=1) == active).all()
    if active < 61:
        # Counts of beams are hypergeometric over beams: scale the chi-square accordingly.
        expected = trials * active / 61
        statistic = (
            ((lit.sum(axis=0) - expected) ** 2 / expected).sum() / (1 - active / 61) * 60 / 61
        )
        assert 1e-3 < stats.chi2(60).cdf(statistic) < 1 - 1e-3


def test_random_pairs_beams_evenly() -> None:
    lit = slots("random", np.zeros((9, 2)), 3, 20_000).astype(np.int64)
    together = (lit.T @ lit)[np.triu_indices(9, 1)]
    chance = 3 * 2 / (9 * 8)
    assert np.abs(together / 20_000 - chance).max() < 4.5 * math.sqrt(chance / 20_000)


@pytest.mark.parametrize(("beams", "active"), [(61, 15), (61, 1), (61, 40), (7, 7), (19, 7)])
def test_periodic_takes_turns(beams: int, active: int) -> None:
    lit = slots("periodic", hexagonal_lattice(beams), active, 6000)
    assert (lit.sum(axis=1) == active).all()
    patterns, count = np.unique(lit, axis=0, return_counts=True)
    # In a whole cycle every beam has had the same number of turns, and slots come equally often.
    cycle = beams // math.gcd(beams, active)
    assert len(patterns) == cycle
    assert (patterns.sum(axis=0) == cycle * active // beams).all()
    if cycle > 1:
        assert stats.chisquare(count).pvalue > 1e-3


def test_periodic_keeps_neighbours_apart() -> None:
    grid = hexagonal_grid(hexagonal_lattice(61), 1.0, (0.0, 0.0)).uv
    near = np.isclose(np.linalg.norm(grid[:, None] - grid[None], axis=2), 1.0)

    def lit_neighbours(name: str) -> float:
        lit = slots(name, hexagonal_lattice(61), 15, 2000).astype(np.int64)
        return float(((lit @ near) * lit).sum() / lit.sum())

    assert lit_neighbours("periodic") < 0.7 * lit_neighbours("random")


@pytest.mark.parametrize("name", ["random", "periodic"])
def test_the_slot_of_a_run_is_the_first_of_a_frame(name: str) -> None:
    lattice = hexagonal_lattice(19)
    one = slots(name, lattice, 5, 40)
    frame = STRATEGIES.find(name)(Frame(lattice, 5, slots=8), Draws(NumpyKernels(), 3, 0, 40))
    assert (frame[:, 0] == one).all()
