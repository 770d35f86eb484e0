"""Every strategy against its plain reading, and what holds for all of them."""

import numpy as np
import pytest

from capest.allocation.cells import STRATEGIES
from capest.allocation.cells.candidates import Candidates

from . import reference
from .reference import case, every_assignment, pairs_of, shuffled, worth

PLAIN = {
    "highest-elevation": reference.highest_elevation,
    "max-sinr": reference.max_sinr,
    "greedy-demand": reference.greedy_demand,
    "least-loaded": reference.least_loaded,
}
SEEDS = range(150)


def check_legal(
    candidates: Candidates, demand: np.ndarray, beams: int, served_by: np.ndarray
) -> None:
    assert served_by.dtype == np.int32
    assert served_by.shape == (candidates.cells,)
    served = np.flatnonzero(served_by >= 0)
    assert (demand[served] > 0).all()
    assert np.bincount(served_by[served], minlength=1).max(initial=0) <= beams
    known = set(zip(candidates.cell.tolist(), candidates.satellite.tolist(), strict=True))
    assert {(cell, int(served_by[cell])) for cell in served.tolist()} <= known


@pytest.mark.parametrize("name", PLAIN)
def test_as_one_reads_it(name: str) -> None:
    for seed in SEEDS:
        candidates, demand, beams = case(seed)
        found = STRATEGIES[name](candidates, demand, beams)
        assert found.tolist() == PLAIN[name](candidates, demand, beams), seed


@pytest.mark.parametrize("name", STRATEGIES)
def test_limits_hold_and_the_order_of_pairs_does_not_matter(name: str) -> None:
    for seed in SEEDS:
        candidates, demand, beams = case(seed)
        found = STRATEGIES[name](candidates, demand, beams)
        check_legal(candidates, demand, beams, found)
        again = STRATEGIES[name](shuffled(candidates, seed), demand, beams)
        if name != "solved":  # ties of the optimum may fall either way
            np.testing.assert_array_equal(again, found)
        else:
            assert worth(candidates, demand, again) == worth(candidates, demand, found)


def test_nothing_beats_the_solved_assignment() -> None:
    for seed in SEEDS:
        candidates, demand, beams = case(seed)
        best = worth(candidates, demand, STRATEGIES["solved"](candidates, demand, beams))
        for name in PLAIN:
            assert worth(candidates, demand, STRATEGIES[name](candidates, demand, beams)) <= best


def test_the_solved_assignment_is_the_best_of_all() -> None:
    rng = np.random.default_rng(3)
    for _ in range(40):
        cells, satellites = int(rng.integers(1, 6)), int(rng.integers(1, 4))
        cell, satellite = np.nonzero(rng.random((cells, satellites)) < 0.6)
        elevation = rng.uniform(10.0, 90.0, len(cell))
        candidates = pairs_of(cell, satellite, elevation, elevation, cells, satellites)
        demand = rng.integers(0, 4, cells)
        beams = int(rng.integers(1, 3))
        found = STRATEGIES["solved"](candidates, demand, beams)
        best = max(
            worth(candidates, demand, np.array(each))
            for each in every_assignment(candidates, demand, beams)
        )
        assert worth(candidates, demand, found) == best


@pytest.mark.parametrize("name", STRATEGIES)
def test_nothing_to_serve_or_nobody_to_do_it(name: str) -> None:
    empty = pairs_of([], [], [], [], 4, 3)
    assert (STRATEGIES[name](empty, np.ones(4, np.int64), 2) == -1).all()
    one = pairs_of([0, 1, 2], [0, 0, 0], [50.0, 60.0, 70.0], [1.0, 2.0, 3.0], 3, 1)
    assert (STRATEGIES[name](one, np.zeros(3, np.int64), 2) == -1).all()
    lit = STRATEGIES[name](one, np.ones(3, np.int64), 2)
    assert (lit >= 0).sum() == 2
    assert (STRATEGIES[name](one, np.ones(3, np.int64), 50) == 0).all()
