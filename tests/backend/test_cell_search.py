"""The compiled search makes the moves of its NumPy twin, and finds what exhaustion finds."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend.cell_search import SearchProblem, SearchResult
from capest.backend.native.cell_search import search_cells as native_search
from capest.backend.native.kernels import NativeKernels
from capest.backend.native.library import library
from capest.backend.numpy_cell_search import search_cells as numpy_search

from .search_problems import plan_of, random_problem, random_start

KINDS: dict[str, dict[str, Any]] = {
    "one beam": {},
    "no other channel": {"channels": 1},
    "two beams": {"beams_per_cell": 2, "channels": 3, "room": 8},
    "classes": {"classes": 3, "worth": True},
    "arrival": {"by_arrival": True, "classes": 2},
    "rates": {"rates": True, "beams_per_cell": 2},
    "crowded": {"room": 1, "spread": 0.05},
}


def assert_rooms(problem: SearchProblem, found: SearchResult) -> None:
    lit = found.candidate[found.candidate >= 0]
    used = np.bincount(problem.candidate_satellite[lit], minlength=len(problem.room))
    assert (used <= problem.room).all()
    assert ((found.candidate >= 0).sum(axis=1) <= problem.beams_per_cell).all()
    cell, _ = np.nonzero(found.candidate >= 0)
    assert (np.searchsorted(problem.candidate_start, lit, side="right") - 1 == cell).all()


def value_of(problem: SearchProblem, candidate: np.ndarray) -> int:
    return numpy_search(problem, candidate, plan_of(problem, 0)).total


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(3))
def test_both_make_the_same_moves(kind: str, seed: int, native_kernels: NativeKernels) -> None:
    problem = random_problem(seed, **KINDS[kind])
    start = random_start(problem, seed)
    for moves, changes in ((0, False), (60, True), (3000, seed != 1)):
        plan = plan_of(problem, moves, may_change_channel=changes)
        twin = numpy_search(problem, start, plan)
        found = native_search(library(), problem, start, plan)
        assert (found.tried, found.accepted) == (twin.tried, twin.accepted)
        np.testing.assert_array_equal(found.candidate, twin.candidate)
        np.testing.assert_array_equal(found.value, twin.value)
        np.testing.assert_array_equal(found.own_channel, twin.own_channel)
        assert_rooms(problem, found)
        assert found.total >= value_of(problem, start)
        # Nothing is left of the beams that were tried.
        assert found.total == value_of(problem, found.candidate)


def test_a_budget_ends_the_search(native_kernels: NativeKernels) -> None:
    problem = random_problem(5, cells=30)
    start = random_start(problem, 5)
    totals = []
    for moves in (0, 50, 500, 5000):
        found = native_search(library(), problem, start, plan_of(problem, moves))
        # The visit of the last cell is finished.
        assert found.tried <= moves + 500
        totals.append(found.total)
    assert totals[-1] > totals[0]


def best_of_all(problem: SearchProblem) -> int:
    """The most that any assignment on the cells' own channels is worth."""
    cells = np.flatnonzero(problem.links.pairs.users)
    options = [[-1, *range(*problem.candidate_start[c : c + 2])] for c in cells]
    best = 0
    for some in itertools.product(*options):
        candidate = np.full((problem.cells, problem.channels), -1, dtype=np.int32)
        candidate[cells, problem.colour[cells]] = some
        lit = [j for j in some if j >= 0]
        used = np.bincount(problem.candidate_satellite[lit], minlength=len(problem.room))
        if (used <= problem.room).all():
            found = native_search(library(), problem, candidate, plan_of(problem, 0))
            best = max(best, found.total)
    return best


def test_groups_of_three_come_to_their_optimum(native_kernels: NativeKernels) -> None:
    found, optimum, equal = 0, 0, 0
    for seed in range(50):
        problem = random_problem(
            seed, cells=3, satellites=6, channels=1, spread=0.06, room=2, noise=0.3
        )
        start = np.full((3, 1), -1, dtype=np.int32)
        plan = plan_of(problem, 400, may_change_channel=False)
        total, best = native_search(library(), problem, start, plan).total, best_of_all(problem)
        assert total <= best
        found, optimum, equal = found + total, optimum + best, equal + (total == best)
    assert optimum > 200
    assert found >= 0.99 * optimum
    assert equal >= 35


def test_a_full_satellite_gives_up_a_beam(native_kernels: NativeKernels) -> None:
    """Cell 1 has satellite 0 alone, which cell 0 holds though satellite 1 is as good for it."""
    problem = random_problem(1, cells=2, satellites=2, channels=2, room=1, spread=0.5)
    pairs = problem.links.pairs
    assert (pairs.users > 0).all()
    problem = replace(
        problem,
        candidate_start=np.array([0, 2, 3]),
        candidate_satellite=np.array([0, 1, 0], dtype=np.int32),
        candidate_aim=np.zeros((3, 3), dtype=np.float32),
        candidate_strength=np.ones(3, dtype=np.float32),
        candidate_uplink=np.ones(3),
        colour=np.array([0, 1], dtype=np.int32),
        call_class=np.zeros(problem.users, dtype=np.int8),
        links=replace(
            problem.links,
            gain=np.full(len(problem.links.gain), 100.0, dtype=np.float32),
            direction=np.zeros_like(problem.links.direction),
        ),
    )
    start = np.array([[0, -1], [-1, -1]], dtype=np.int32)
    for found in (
        native_search(library(), problem, start, plan_of(problem, 50, may_change_channel=False)),
        numpy_search(problem, start, plan_of(problem, 50, may_change_channel=False)),
    ):
        np.testing.assert_array_equal(found.candidate, [[1, -1], [-1, 2]])
        assert (found.value > 0).all()


def test_another_channel_lets_two_cells_be_lit(native_kernels: NativeKernels) -> None:
    """Two cells at one place on one colour: each drowns the other, on two channels neither does."""
    problem = random_problem(1, cells=2, satellites=2, channels=2, room=2, spread=0.5)
    problem = replace(
        problem,
        candidate_start=np.array([0, 1, 2]),
        candidate_satellite=np.array([0, 1], dtype=np.int32),
        candidate_aim=np.zeros((3, 2), dtype=np.float32),
        candidate_strength=np.ones(2, dtype=np.float32),
        candidate_uplink=np.ones(2),
        colour=np.array([0, 0], dtype=np.int32),
        call_class=np.zeros(problem.users, dtype=np.int8),
        near_start=np.array([0, 1, 2]),
        near=np.array([1, 0], dtype=np.int32),
        threshold=np.array([2.0, 2.1, 2.2, 2.3, 2.4, 2.5], dtype=np.float32),
        links=replace(
            problem.links,
            gain=np.full(len(problem.links.gain), 100.0, dtype=np.float32),
            direction=np.zeros_like(problem.links.direction),
        ),
    )
    start = np.full((2, 2), -1, dtype=np.int32)
    fixed = native_search(
        library(), problem, start, plan_of(problem, 200, may_change_channel=False)
    )
    free = native_search(library(), problem, start, plan_of(problem, 200))
    assert (fixed.value > 0).sum() == 1
    assert (free.value > 0).all()
    assert free.total > fixed.total


def test_more_beams_than_channels_are_refused() -> None:
    with pytest.raises(ValueError, match="beams_per_cell = 3: 1 to 2 are possible"):
        random_problem(1, channels=2, beams_per_cell=3)


def test_pairs_are_found_by_cell_and_satellite() -> None:
    pairs = random_problem(1).links.pairs
    found = pairs.of(pairs.cell, pairs.satellite)
    np.testing.assert_array_equal(found, np.arange(len(pairs.satellite)))
    known = set(zip(pairs.cell.tolist(), pairs.satellite.tolist(), strict=True))
    others = [(c, s) for c in range(12) for s in range(7) if (c, s) not in known]
    assert (pairs.of(*np.array(others).T) == -1).all()
