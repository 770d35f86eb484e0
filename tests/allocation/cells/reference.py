"""Small random cases, and the strategies written as one reads them."""

from collections.abc import Iterator
from itertools import product

import numpy as np

from capest.allocation.cells.candidates import Candidates


def case(seed: int) -> tuple[Candidates, np.ndarray, int]:
    """Pairs with many ties, cells without demand or candidates, satellites without pairs."""
    rng = np.random.default_rng(seed)
    cells, satellites = int(rng.integers(1, 30)), int(rng.integers(1, 12))
    share = rng.choice([0.0, 0.1, 0.4, 1.0], p=[0.02, 0.28, 0.5, 0.2])
    cell, satellite = np.nonzero(rng.random((cells, satellites)) < share)
    steps = rng.choice([3, 10_000])
    elevation = rng.integers(-steps // 8, steps, len(cell)) / steps * 90.0
    snr = rng.integers(0, steps, len(cell)) / steps * 4.0
    demand = rng.choice([0, 0, 1, 1, 2, 5, 100, 2**40], cells).astype(np.int64)
    beams = int(rng.choice([1, 1, 2, 3, 5, 40]))
    return pairs_of(cell, satellite, elevation, snr, cells, satellites), demand, beams


def pairs_of(cell, satellite, elevation, snr, cells: int, satellites: int) -> Candidates:  # type: ignore[no-untyped-def]
    return Candidates(
        np.asarray(cell, np.int32), np.asarray(satellite, np.int32),
        np.asarray(elevation, np.float32), np.asarray(snr, np.float32), cells, satellites,
    )  # fmt: skip


def shuffled(candidates: Candidates, seed: int) -> Candidates:
    order = np.random.default_rng(seed).permutation(len(candidates.cell))
    return pairs_of(
        candidates.cell[order], candidates.satellite[order], candidates.elevation_deg[order],
        candidates.snr[order], candidates.cells, candidates.satellites,
    )  # fmt: skip


def listed(candidates: Candidates, weight: np.ndarray) -> list[tuple[int, int, float]]:
    return list(
        zip(candidates.cell.tolist(), candidates.satellite.tolist(), weight.tolist(), strict=True)
    )


def pairs_by_weight(
    candidates: Candidates, demand: np.ndarray, beams: int, weight: np.ndarray
) -> list[int]:
    served, load = [-1] * candidates.cells, [0] * candidates.satellites
    for cell, satellite, _ in sorted(
        listed(candidates, weight), key=lambda pair: (-pair[2], pair[0], pair[1])
    ):
        if demand[cell] > 0 and served[cell] < 0 and load[satellite] < beams:
            served[cell] = satellite
            load[satellite] += 1
    return served


def cells_in_turn(
    candidates: Candidates, demand: np.ndarray, beams: int, turn: list[int], by_load: bool
) -> list[int]:
    served, load = [-1] * candidates.cells, [0] * candidates.satellites
    pairs = listed(candidates, candidates.elevation_deg)
    for cell in turn:
        options = [
            (load[satellite] if by_load else 0, -elevation, satellite)
            for own, satellite, elevation in pairs
            if own == cell and demand[cell] > 0 and load[satellite] < beams
        ]
        if options:
            served[cell] = min(options)[2]
            load[served[cell]] += 1
    return served


def highest_elevation(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    return pairs_by_weight(candidates, demand, beams, candidates.elevation_deg)


def max_sinr(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    return pairs_by_weight(candidates, demand, beams, candidates.snr)


def greedy_demand(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    turn = sorted(range(candidates.cells), key=lambda cell: (-demand[cell], cell))
    return cells_in_turn(candidates, demand, beams, turn, by_load=False)


def least_loaded(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    count = np.bincount(candidates.cell, minlength=candidates.cells)
    turn = sorted(range(candidates.cells), key=lambda cell: (count[cell], cell))
    return cells_in_turn(candidates, demand, beams, turn, by_load=True)


def worth(candidates: Candidates, demand: np.ndarray, served_by: np.ndarray) -> tuple[int, int]:
    """Served demand, and the sum of elevations in hundredths of a degree."""
    elevation = {
        (cell, satellite): round(100.0 * height)
        for cell, satellite, height in listed(candidates, candidates.elevation_deg)
    }
    lit = [(cell, satellite) for cell, satellite in enumerate(served_by) if satellite >= 0]
    return sum(int(demand[cell]) for cell, _ in lit), sum(elevation[pair] for pair in lit)


def every_assignment(candidates: Candidates, demand: np.ndarray, beams: int) -> Iterator[tuple]:
    options: list[list[int]] = [[-1] for _ in range(candidates.cells)]
    for cell, satellite, _ in listed(candidates, candidates.snr):
        if demand[cell] > 0:
            options[cell].append(satellite)
    for served_by in product(*options):
        if all(served_by.count(satellite) <= beams for satellite in range(candidates.satellites)):
            yield served_by
