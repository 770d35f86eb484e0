"""A trial as a problem of search: which satellite lights which cell, on which channel."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates
from capest.backend.cell_search import SearchProblem
from capest.backend.protocol import Kernels, on_host
from capest.engine.assignment import SatellitesInView
from capest.engine.beams import aim_at_cells
from capest.engine.links import Links
from capest.engine.pair_links import pair_links, users_of_cells
from capest.engine.payloads import figures_of
from capest.engine.power import LoweredPower, pfd_reduction_db
from capest.engine.search_needs import call_needs
from capest.engine.search_worth import worth_of
from capest.engine.services.demand import Demand
from capest.engine.sky import Sky
from capest.engine.uplink_of_many import further_loss_db, reversed_snr_db
from capest.engine.users import Users
from capest.engine.world import World

NEAR_SPACINGS = 4.2
"""Cells whose centres are so many spacings of centres apart at most are near each other."""

_CELLS_AT_ONCE = 1024


def search_problem(
    world: World,
    kernels: Kernels,
    sky: Sky,
    view: SatellitesInView,
    users: Users,
    power: LoweredPower,
    downlink: Any,
    links: Links,
    demand: Demand | None,
    trial: int,
    *,
    objective: str = "calls",
    beams_per_cell: int = 1,
    up_interference: Any | None = None,
) -> SearchProblem:
    """Put a trial into the arrays of a search.

    Parameters
    ----------
    world : World
        With Earth-fixed cells.
    kernels : Kernels
    sky, view, users
        Of some trials.
    power : LoweredPower
        Of the start: strengths of satellites are held as it has them.
    downlink : ConstellationDownlink
        From ``links_of_many.constellation_links`` of the start.
    links : Links
        Of the start.
    demand : Demand or None
        What users ask for; ``None`` without services.
    trial : int
        Counted from the first of the sky.
    objective : str
        See `search_worth.OBJECTIVES`.
    beams_per_cell : int
    up_interference : float32 array (users,) or None
        Of all trials' users, in units of the noise; ``None``: none.
    """
    candidates, satellites = of_trial(sky, view, trial)
    first_satellite = int(sky.start[trial])
    of_sky = candidates.satellite.astype(np.int64) + first_satellite
    lights = np.zeros(satellites, dtype=bool)
    lights[candidates.satellite] = True
    found = pair_links(world, kernels, sky, users, downlink, trial, lights)
    own = slice(trial * users.per_trial, (trial + 1) * users.per_trial)
    aim, strength = beams_at(world, sky, candidates.cell.astype(np.int64), of_sky)
    room = figures_of(world, "cells_at_once", sky, world.beams.cells_at_once)
    if isinstance(room, np.ndarray):
        room = room[first_satellite : first_satellite + satellites]
    pattern, start, payload = patterns(world, sky, trial)
    needs = call_needs(world, demand, own)
    held = np.zeros(users.per_trial, dtype=np.float32)
    if up_interference is not None:
        held = on_host(up_interference)[own].astype(np.float32)
    return SearchProblem(
        links=found,
        users=users.per_trial,
        candidate_start=np.searchsorted(
            candidates.cell, np.arange(len(world.ground.colour) + 1)
        ).astype(np.int64),
        candidate_satellite=candidates.satellite,
        candidate_aim=aim,
        candidate_strength=strength,
        candidate_uplink=_uplink_ratio(world, sky, power, of_sky, strength),
        colour=world.ground.colour.astype(np.int32),
        channels=world.radio.colours,
        beams_per_cell=beams_per_cell,
        room=np.broadcast_to(np.asarray(room, dtype=np.int64), satellites).copy(),
        pattern=pattern,
        pattern_start=start,
        payload=payload,
        user_uplink=_further_gain(world, users, links, kernels.xp)[own],
        up_interference=held,
        order=_arrival_order(found.pairs.first, found.pairs.users, demand, own),
        **needs,
        **worth_of(world, objective, needs, found.pairs.first, found.pairs.users),
        **near_cells(world, users, trial),
    )


def of_trial(sky: Sky, view: SatellitesInView, trial: int) -> tuple[Candidates, int]:
    """Candidates of one trial, whose cells and satellites count from 0, and its satellites."""
    candidates, cells = view.candidates, view.in_view.shape[1]
    some = slice(*np.searchsorted(candidates.cell, [trial * cells, (trial + 1) * cells]))
    first, satellites = int(sky.start[trial]), int(sky.start[trial + 1] - sky.start[trial])
    cell = candidates.cell[some] - np.int32(trial * cells)
    satellite = candidates.satellite[some] - np.int32(first)
    order = np.lexsort((satellite, cell))
    own = Candidates(
        cell=cell[order],
        satellite=satellite[order],
        elevation_deg=candidates.elevation_deg[some][order],
        snr=candidates.snr[some][order],
        cells=cells,
        satellites=satellites,
    )
    return own, satellites


def beams_at(
    world: World, sky: Sky, cell: np.ndarray, satellite: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Beams of satellites at the centres of cells.

    Returns
    -------
    aim : float32 array (3, n)
        Reduced boresights, counted from the nadir.
    strength : float32 array (n,)
        Share of the EIRP that the limit of the power-flux density leaves.
    """
    boresights = aim_at_cells(world, sky, cell, satellite)
    ka: Any = world.radio.steering.reduced_aperture
    if world.payloads is not None:
        ka = world.payloads.aperture(sky)[satellite]
    aim = boresights.direction.astype(np.float64)
    aim[2] -= ka * world.radio.steering.axial_weight
    strength = np.ones(len(cell), dtype=np.float32)
    strength *= 10.0 ** (-0.1 * pfd_reduction_db(world, sky, boresights))
    return np.ascontiguousarray(aim.astype(np.float32)), strength


def patterns(world: World, sky: Sky, trial: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Tables of all payloads one after the other, where each begins, and each satellite's."""
    some = slice(int(sky.start[trial]), int(sky.start[trial + 1]))
    if world.payloads is None:
        table = world.radio.steering.pattern
        payload = np.zeros(some.stop - some.start, dtype=np.int64)
        return np.ascontiguousarray(table), np.array([0, len(table)]), payload
    tables = [each.steering.pattern for each in world.payloads.each]
    start = np.append(0, np.cumsum([len(table) for table in tables]))
    payload = world.payloads.of_satellite[sky.number[some]].astype(np.int64)
    return np.ascontiguousarray(np.concatenate(tables)), start, payload


def _uplink_ratio(
    world: World, sky: Sky, power: LoweredPower, satellite: np.ndarray, strength: np.ndarray
) -> np.ndarray:
    """SNR of the uplink at full power over the carrier of the downlink, float64 array (n,)."""
    services = world.services
    if services is None or services.uplink is None:
        return np.ones(len(satellite))
    one = float(10.0 ** (0.1 * reversed_snr_db(world, services.uplink, np.ones(1), np)[0]))
    figure_db = figures_of(world, "g_over_t_db", sky, 0.0) - figures_of(world, "eirp_db", sky, 0.0)
    taken = strength.astype(np.float64)
    if power.reduction_db:
        taken = taken * power.satellite.astype(np.float64)[satellite]
    ratio: np.ndarray = one / np.maximum(taken, 1e-300)
    if isinstance(figure_db, np.ndarray):
        ratio = ratio * 10.0 ** (0.1 * figure_db[satellite])
    return ratio


def _further_gain(world: World, users: Users, links: Links, xp: Any) -> np.ndarray:
    """What weather and ionosphere leave of the uplink over the downlink, float64 array (users,)."""
    if world.radio.uplink_place_loss is None and world.radio.place_loss is None:
        return np.ones(len(users.trial))
    loss_db = on_host(further_loss_db(world, users, links, xp))
    found: np.ndarray = 10.0 ** (-0.1 * np.broadcast_to(loss_db, len(users.trial)))
    return found


def _arrival_order(
    first: np.ndarray, count: np.ndarray, demand: Demand | None, own: slice
) -> np.ndarray | None:
    """Users of each cell by arrival, counted from its first, int64 array (users,)."""
    if demand is None or demand.arrival is None:
        return None
    arrival = on_host(demand.arrival)[own]
    # As whole numbers, as admission compares them.
    key = np.minimum(np.floor(arrival * 2.0**31), 2.0**31 - 1.0)
    owner = np.repeat(np.arange(len(count)), count)
    begin = (np.cumsum(count) - count)[owner]
    user = np.arange(len(owner)) - begin + first[owner]
    by_arrival = np.lexsort((user, key[user], owner))
    order = np.zeros(len(arrival), dtype=np.int64)
    order[user] = user[by_arrival] - first[owner]
    return order


def near_cells(world: World, users: Users, trial: int) -> dict[str, Any]:
    """Cells with users near each other, as `SearchProblem` has them."""
    centres = world.ground.cells.centre_unit
    _, count = users_of_cells(world, users, trial)
    occupied = np.flatnonzero(count > 0)
    start = np.zeros(len(centres) + 1, dtype=np.int64)
    parts = [np.empty(0, dtype=np.int32)]
    limit = NEAR_SPACINGS * spacing_rad(world)
    cosine = math.cos(min(limit, math.pi))
    own = centres[occupied]
    for begin in range(0, len(occupied), _CELLS_AT_ONCE):
        some = occupied[begin : begin + _CELLS_AT_ONCE]
        along = centres[some] @ own.T
        row, column = np.nonzero((along >= cosine) & (some[:, None] != occupied))
        # Rounded, so that equal distances are in the order of numbers on any machine.
        order = np.lexsort((column, np.round(-along[row, column], 12), row))
        parts.append(occupied[column[order]].astype(np.int32))
        start[some + 1] = np.bincount(row, minlength=len(some))
    return {"near_start": np.cumsum(start), "near": np.concatenate(parts)}


def spacing_rad(world: World) -> float:
    """Distance of neighbouring centres of a hexagonal tiling with the mean area of the cells."""
    cells: Any = world.ground.cells
    return math.sqrt(2.0 / math.sqrt(3.0) * 4.0 * math.pi / cells.tiling.lattice_count)
