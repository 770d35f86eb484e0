"""Coverage first lights as many cells as any assignment can."""

from itertools import product

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from capest.allocation.cells import STRATEGIES
from capest.allocation.cells.candidates import Candidates
from capest.allocation.cells.coverage import cover

from .reference import case, pairs_of, shuffled


def lit(served_by: np.ndarray) -> int:
    return int((served_by >= 0).sum())


def check(candidates: Candidates, demand: np.ndarray, served_by: np.ndarray, room) -> None:  # type: ignore[no-untyped-def]
    pairs = set(zip(candidates.cell.tolist(), candidates.satellite.tolist(), strict=True))
    there = np.flatnonzero(served_by >= 0)
    assert all((cell, served_by[cell]) in pairs for cell in there.tolist())
    assert (demand[there] > 0).all()
    loads = np.bincount(served_by[there], minlength=candidates.satellites)
    assert (loads <= np.broadcast_to(room, len(loads))).all()


def most_lit(candidates: Candidates, demand: np.ndarray, room: np.ndarray) -> int:
    """Cells of a maximum matching, each satellite as often as it has room."""
    pairs = np.zeros((candidates.cells, candidates.satellites), dtype=bool)
    asks = demand[candidates.cell] > 0
    pairs[candidates.cell[asks], candidates.satellite[asks]] = True
    copies = csr_matrix(np.repeat(pairs, room, axis=1))
    return int((maximum_bipartite_matching(copies, perm_type="column") >= 0).sum())


@pytest.mark.parametrize("seed", range(150))
def test_as_many_cells_as_a_maximum_matching(seed: int) -> None:
    candidates, demand, beams = case(seed)
    rng = np.random.default_rng(seed)
    at_once = rng.integers(1, 4, candidates.satellites) if seed % 2 else min(beams, 3)
    turns = int(rng.choice([1, 1, 2, 3, 9]))
    room = np.broadcast_to(at_once, candidates.satellites) * turns
    for name in ("highest-elevation", "greedy-demand", "least-loaded", "max-sinr"):
        begun = STRATEGIES.find(name)(candidates, demand, at_once)
        found = cover(candidates, demand, begun, at_once, turns)
        assert found.dtype == np.int32
        check(candidates, demand, found, room)
        assert lit(found) == most_lit(candidates, demand, room)
        # Who was lit stays lit.
        assert (found[begun >= 0] >= 0).all()
        again = cover(shuffled(candidates, seed), demand, begun, at_once, turns)
        assert (again == found).all()


def test_as_many_as_the_best_of_all_assignments() -> None:
    rng = np.random.default_rng(5)
    for _ in range(60):
        cells, satellites, turns = rng.integers(1, 6), rng.integers(1, 4), int(rng.integers(1, 3))
        cell, satellite = np.nonzero(rng.random((cells, satellites)) < 0.5)
        weight = rng.random(len(cell))
        candidates = pairs_of(cell, satellite, weight, weight, int(cells), int(satellites))
        demand = rng.integers(0, 3, cells)
        choices = [
            [-1, *satellite[cell == k].tolist()] if demand[k] else [-1] for k in range(cells)
        ]
        best = max(
            sum(one >= 0 for one in way)
            for way in product(*choices)
            if all(way.count(one) <= turns for one in range(satellites))
        )
        begun = STRATEGIES.find("max-sinr")(candidates, demand, 1)
        assert lit(cover(candidates, demand, begun, 1, turns)) == best


def test_cells_share_time_only_where_they_must() -> None:
    # Four cells see both satellites, the best is the same of all: two beams each are enough.
    cell, satellite = np.divmod(np.arange(8), 2)
    snr = np.where(satellite == 0, 2.0, 1.0)
    candidates = pairs_of(cell, satellite, snr, snr, 4, 2)
    begun = np.full(4, -1, dtype=np.int32)
    found = cover(candidates, np.ones(4, dtype=np.int64), begun, 2, 64)
    assert np.bincount(found).tolist() == [2, 2]


def test_a_cell_moves_for_another() -> None:
    # Cell 1 sees satellite 0 alone, which cell 0 has; cell 0 sees satellite 1 too.
    candidates = pairs_of([0, 0, 1], [0, 1, 0], [3, 2, 1], [3, 2, 1], 2, 2)
    begun = np.array([0, -1], dtype=np.int32)
    assert cover(candidates, np.array([5, 1]), begun, 1, 1).tolist() == [1, 0]


def test_what_is_solved_together_does_not_matter() -> None:
    one, demand, _ = case(3)
    other, more, _ = case(8)
    both = pairs_of(
        np.concatenate([one.cell, other.cell + one.cells]),
        np.concatenate([one.satellite, other.satellite + one.satellites]),
        np.concatenate([one.elevation_deg, other.elevation_deg]),
        np.concatenate([one.snr, other.snr]),
        one.cells + other.cells,
        one.satellites + other.satellites,
    )
    parts = []
    for candidates, wants in ((one, demand), (other, more)):
        begun = STRATEGIES.find("max-sinr")(candidates, wants, 1)
        parts.append(cover(candidates, wants, begun, 1, 2))
    begun = STRATEGIES.find("max-sinr")(both, np.concatenate([demand, more]), 1)
    found = cover(both, np.concatenate([demand, more]), begun, 1, 2)
    parts[1] = np.where(parts[1] >= 0, parts[1] + one.satellites, -1)
    assert (found == np.concatenate(parts)).all()
