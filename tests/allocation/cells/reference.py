"""Small random cases, and the strategies written as one reads them."""

import math
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates, CellsAround


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
    return candidates.only(order)


def full_case(seed: int) -> tuple[Candidates, np.ndarray, int | np.ndarray, np.ndarray]:
    """A case with all that an order or preference asks for; every third with room by satellite."""
    pairs, demand, beams = case(seed)
    rng = np.random.default_rng([seed, 1])
    trials = 2 if pairs.cells % 2 == 0 else 1
    own = pairs.cells // trials
    one, other = np.nonzero(np.triu(rng.random((own, own)) < 0.3, 1))
    around = CellsAround(one.astype(np.int32), other.astype(np.int32), own)
    stays = rng.integers(0, 4, len(pairs.cell)).astype(np.float32) * 60.0
    room = rng.integers(0, 4, pairs.satellites) if seed % 3 == 0 else beams
    drawn = rng.integers(0, 5 if seed % 2 else 2**63, pairs.cells).astype(np.uint64)
    return replace(pairs, in_view_s=stays, around=around), demand, room, drawn


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


def demand_first(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    nothing = np.zeros(candidates.cells)
    return matched("demand", "snr-times-sine", candidates, demand, beams, nothing)


def low_spill_first(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    nothing = np.zeros(candidates.cells)
    return matched("demand", "low-spill", candidates, demand, beams, nothing)


def least_loaded(candidates: Candidates, demand: np.ndarray, beams: int) -> list[int]:
    count = np.bincount(candidates.cell, minlength=candidates.cells)
    turn = sorted(range(candidates.cells), key=lambda cell: (count[cell], cell))
    return cells_in_turn(candidates, demand, beams, turn, by_load=True)


def sine_product(candidates: Candidates) -> list[float]:
    """SNR times sine of elevation, as near as a float32 comes."""
    pairs = zip(candidates.snr.tolist(), candidates.elevation_deg.tolist(), strict=True)
    return [float(np.float32(snr * math.sin(math.radians(height)))) for snr, height in pairs]


def demand_around(around: CellsAround, demand: list[int], cell: int) -> float:
    """Mean demand of the cells around one, in its own trial."""
    first_of_trial = cell // around.cells * around.cells
    found = []
    for one, other in zip(around.first.tolist(), around.second.tolist(), strict=True):
        for here, there in ((one, other), (other, one)):
            if here + first_of_trial == cell:
                found.append(demand[there + first_of_trial])
    return sum(found) / len(found) if found else 0.0


def low_spill(candidates: Candidates, demand: list[int]) -> list[float | None]:
    """`sine_product`, ``None`` of pairs whose spot disturbs more people than the cell has.

    Below 0 for the best satellite of a cell that has no other.
    """
    own, around = sine_product(candidates), candidates.around
    if around is None:
        return list(own)
    cell = candidates.cell.tolist()
    rows = []
    for here, value, snr in zip(cell, own, candidates.snr.tolist(), strict=True):
        trial = here // around.cells
        largest = max(v for c, v in zip(cell, own, strict=True) if c // around.cells == trial)
        best = max(v for c, v in zip(cell, own, strict=True) if c == here)
        crowd = math.sqrt((1 + demand_around(around, demand, here)) / (1 + demand[here]))
        may = snr <= 0.1 or value >= 0.23 * max(largest, 0.0) * crowd
        last = float(np.float32(value) - np.float32(2) * np.float32(max(largest, 0.1)))
        rows.append((here, value, may, last if value >= max(best, 0.0) else None))
    served = {here for here, _, may, _ in rows if may}
    return [value if may else (None if here in served else last) for here, value, may, last in rows]


def weights(preference: str, candidates: Candidates, demand: np.ndarray) -> list[float | None]:
    if preference == "low-spill":
        return low_spill(candidates, demand.tolist())
    return {
        "elevation": candidates.elevation_deg.tolist(),
        "least-loaded": candidates.elevation_deg.tolist(),
        "snr": candidates.snr.tolist(),
        "snr-times-sine": sine_product(candidates),
        "longest-in-view": [] if candidates.in_view_s is None else candidates.in_view_s.tolist(),
    }[preference]


def weight_of(weight: list[float | None]) -> list[float]:
    return [value for value in weight if value is not None]


def turn_of(
    order: str, candidates: Candidates, demand: np.ndarray, drawn: np.ndarray, degree: list[int]
) -> list[int]:
    """All cells as they choose; "none" as where loads decide: fewest candidates first."""

    def offer(cell: int) -> float:
        own = candidates.snr[candidates.cell == cell]
        best = max(own.tolist(), default=0.0)
        return math.log(1.0 + best) / demand[cell] if demand[cell] else math.inf

    key: Any = {
        "none": lambda cell: degree[cell],
        "demand": lambda cell: -int(demand[cell]),
        "random": lambda cell: int(drawn[cell]),
        "satisfaction": offer,
    }[order]
    return sorted(range(candidates.cells), key=lambda cell: (key(cell), cell))


def matched(
    order: str,
    preference: str,
    candidates: Candidates,
    demand: np.ndarray,
    room: int | np.ndarray,
    drawn: np.ndarray,
) -> list[int]:
    """An order times a preference, one cell or one pair after the other."""
    weight = weights(preference, candidates, demand)
    rooms = np.broadcast_to(room, candidates.satellites).tolist()
    pairs = [
        (cell, satellite, value)
        for cell, satellite, value in zip(
            candidates.cell.tolist(), candidates.satellite.tolist(), weight, strict=True
        )
        if value is not None and demand[cell] > 0
    ]
    served, load = [-1] * candidates.cells, [0] * candidates.satellites
    by_load = preference == "least-loaded"
    if order == "none" and not by_load:
        for cell, satellite, _ in sorted(pairs, key=lambda pair: (-pair[2], pair[0], pair[1])):
            if served[cell] < 0 and load[satellite] < rooms[satellite]:
                served[cell] = satellite
                load[satellite] += 1
        return served
    degree = [sum(own == cell for own, _, _ in pairs) for cell in range(candidates.cells)]
    may = candidates.only(np.array([value is not None for value in weight], dtype=bool))
    turn = turn_of(order, may, demand, drawn, degree)
    if preference == "low-spill" and (order != "none"):
        asks = {
            own
            for own, value in zip(may.cell.tolist(), weight_of(weight), strict=True)
            if value >= 0
        }
        turn.sort(key=lambda cell: cell not in asks)
    for cell in turn:
        options = [
            (load[satellite] if by_load else 0, -value, satellite)
            for own, satellite, value in pairs
            if own == cell and load[satellite] < rooms[satellite]
        ]
        if options:
            served[cell] = min(options)[2]
            load[served[cell]] += 1
    return served


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
