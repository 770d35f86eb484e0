"""Which satellites cells see, and which of them lights which cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.allocation.cells import ORDERS, PREFERENCES, STRATEGIES
from capest.allocation.cells.candidates import Candidates
from capest.allocation.cells.coverage import cover
from capest.allocation.cells.limits.scan import within_scan
from capest.allocation.cells.match import match
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.payloads import figures_of
from capest.engine.sky import Sky, elevation_of, pairs_above
from capest.engine.time_in_view import time_in_view_s
from capest.engine.world import World
from capest.orbits.visibility import largest_earth_angle_rad
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.sky_table import ENTRIES
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

_PAIRS_AT_ONCE = 2**22
"""Pairs of cell and satellite looked at together: 32 MiB of float64."""

_WORDS = 4
"""Random words of an entity, one a cell."""


@dataclass(frozen=True)
class SatellitesInView:
    """What the centres of cells see, trial by trial.

    Attributes
    ----------
    candidates : Candidates
        Pairs that may serve each other; none where cells are those of a satellite's beams. The
        cells of trial t are those of the region, counted from t · cells; satellites are indices
        into the sky.
    in_view : int64 array (trials, cells)
        Satellites above the elevation mask.
    above_horizon : bool array (trials, cells)
        There is one above the horizon, or above the elevation below which none is heard.
    """

    candidates: Candidates
    in_view: np.ndarray
    above_horizon: np.ndarray

    @property
    def may_be_served(self) -> np.ndarray:
        """Cells with a satellite that may serve them, bool array (trials, cells)."""
        pairs = self.candidates
        found = np.bincount(pairs.cell, minlength=pairs.cells) > 0
        return found.reshape(self.in_view.shape)


def view_of_cells(world: World, sky: Sky) -> SatellitesInView:
    """Find the satellites that may serve each cell.

    A satellite must stand at the elevation mask or higher, still do so after the shortest time of
    service, and its antenna must reach the cell.
    """
    centres = world.ground.cells.centre_unit
    in_view = np.zeros((sky.trials, len(centres)), dtype=np.int64)
    above_horizon = np.zeros(in_view.shape, dtype=bool)
    # The pairs of one trial fill the cache: those of several are no faster together.
    parts = [
        _pairs_of_trial(world, sky, trial, centres, in_view[trial], above_horizon[trial])
        for trial in range(1 if sky.is_same else sky.trials)
    ]
    if sky.is_same:
        in_view[1:], above_horizon[1:] = in_view[0], above_horizon[0]
        parts = _repeated(parts[0], sky, len(centres))
    cell, satellite, sine, range_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    radius_m = np.linalg.norm(sky.position_m, axis=1)[satellite]
    if (reached := reached_by_antennas(world, sky, satellite, sine, radius_m)) is not None:
        cell, satellite, sine, range_m, radius_m = (
            column[reached] for column in (cell, satellite, sine, range_m, radius_m)
        )
    clear = world.radio.sky[0, np.rint(sine * (ENTRIES - 1)).astype(np.int64), 4]
    power = beam_power(world, sky, satellite, sine, range_m, radius_m)
    snr = world.radio.gain_at_one_metre * power * np.exp(-clear) / (range_m * range_m)
    candidates = Candidates(
        cell=cell.astype(np.int32),
        satellite=satellite.astype(np.int32),
        elevation_deg=np.degrees(np.arcsin(np.minimum(sine, 1.0))).astype(np.float32),
        snr=snr.astype(np.float32),
        cells=in_view.size,
        satellites=len(sky),
        in_view_s=_in_view_s(world, sky, cell, satellite),
        around=world.beams.around,
    )
    return SatellitesInView(candidates, in_view, above_horizon)


def reached_by_antennas(
    world: World, sky: Sky, satellite: np.ndarray, sine: np.ndarray, radius_m: np.ndarray
) -> np.ndarray | None:
    """Pairs within the largest scan of their satellite, bool array (pairs,); ``None`` for all.

    Parameters as of `beam_power`.
    """
    largest: Any = figures_of(world, "largest_scan_sine", sky, world.beams.largest_scan_sine)
    if np.min(largest, initial=1.0) >= 1.0:
        return None
    if isinstance(largest, np.ndarray):
        largest = largest[satellite]
    found: np.ndarray = within_scan(sine, radius_m, largest)
    return found


def _in_view_s(
    world: World, sky: Sky, cell: np.ndarray, satellite: np.ndarray
) -> np.ndarray | None:
    """Time that pairs, by ascending trial, stay in view; ``None`` where no strategy asks."""
    preference = world.beams.preference
    if not preference or not PREFERENCES.constant(preference, "LOOKS_AHEAD", default=False):
        return None
    cells = len(world.ground.colour)
    bounds = np.searchsorted(cell, np.arange(sky.trials + 1) * cells)
    parts = [
        time_in_view_s(world, sky, trial, cell[some] - trial * cells, satellite[some])
        for trial, some in enumerate(map(slice, bounds[:-1].tolist(), bounds[1:].tolist()))
    ]
    return np.concatenate(parts)


def _repeated(pairs: tuple[np.ndarray, ...], sky: Sky, cells: int) -> list[tuple[np.ndarray, ...]]:
    """Pairs of every trial, from those of the first."""
    cell, satellite, sine, range_m = pairs
    return [
        (cell + trial * cells, satellite + sky.start[trial], sine, range_m)
        for trial in range(sky.trials)
    ]


def _pairs_of_trial(
    world: World,
    sky: Sky,
    trial: int,
    centres: np.ndarray,
    in_view: np.ndarray,
    above_horizon: np.ndarray,
) -> tuple[np.ndarray, ...]:
    """Cell, satellite, sine and range of each pair of a trial; fills the last two arguments."""
    lowest_deg = world.beams.lowest_deg
    near = above_mask_somewhere(world, sky, trial)
    position_m = sky.position_m[near]
    later_m = None if sky.later_m is None else sky.later_m[near]
    step = max(1, _PAIRS_AT_ONCE // max(len(near), 1))
    parts = []
    for first in range(0, len(centres), step):
        some = centres[first : first + step]
        pairs = pairs_above(some, position_m, lowest_deg)
        in_view[first : first + step] = np.bincount(pairs[0], minlength=len(some))
        if later_m is not None:
            stay = np.zeros((len(some), len(near)), dtype=bool)
            stay[pairs_above(some, later_m, lowest_deg)[:2]] = True
            kept = stay[pairs[:2]]
            pairs = tuple(column[kept] for column in pairs)  # type: ignore[assignment]
        cell, satellite, sine, range_m = pairs
        parts.append((cell + (first + trial * len(centres)), near[satellite], sine, range_m))
    satellites_m = sky.position_m[sky.start[trial] : sky.start[trial + 1]]
    above_horizon[:] = _above_horizon(world, satellites_m, centres, in_view)
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _above_horizon(
    world: World, position_m: np.ndarray, centres: np.ndarray, in_view: np.ndarray
) -> np.ndarray:
    """Cells with any satellite above the horizon; only those with none in view are looked at."""
    found = in_view > 0
    lowest = math.sin(math.radians(world.beams.lowest_heard_deg))
    blind = np.flatnonzero(~found)
    step = max(1, _PAIRS_AT_ONCE // max(len(position_m), 1))
    for first in range(0, len(blind), step):
        some = blind[first : first + step]
        found[some] = (elevation_of(centres[some], position_m)[0] >= lowest).any(axis=1)
    return found


def beam_power(
    world: World,
    sky: Sky,
    satellite: np.ndarray,
    sine: np.ndarray,
    range_m: np.ndarray,
    radius_m: np.ndarray,
) -> np.ndarray:
    """Share of the EIRP that a beam aimed at a cell has: scan loss, and the limit at the ground.

    Parameters
    ----------
    world : World
    sky : Sky
    satellite : int64 array (pairs,)
        Of the sky.
    sine : float64 array (pairs,)
        Of the satellite's elevation at the cell.
    range_m, radius_m : float64 array (pairs,)
        From the satellite to the cell, and to the Earth's centre.

    Returns
    -------
    float64 array (pairs,)
    """
    radio = world.radio
    power = np.ones(len(sine))
    if radio.steering.element_exponent != 0.0:
        # Law of sines: the angle at the satellite between the cell and the Earth's centre.
        off_nadir_sine_squared = (EARTH_RADIUS_M / radius_m) ** 2 * (1.0 - sine * sine)
        power = (1.0 - off_nadir_sine_squared) ** (0.5 * radio.steering.element_exponent)
    limit_dbw = figures_of(world, "pfd_dbw_per_m2_mhz", sky, radio.limits.pfd_dbw_per_m2_mhz)
    if isinstance(limit_dbw, np.ndarray):
        limit_dbw = limit_dbw[satellite]
        power = power * 10.0 ** (0.1 * figures_of(world, "eirp_db", sky, 0.0)[satellite])
    if limit_dbw is not None:
        most = 10.0 ** (0.1 * (limit_dbw - radio.eirp_density_dbw_per_mhz))
        power = np.minimum(power, most * 4.0 * math.pi * range_m**2)
    return power


def above_mask_somewhere(world: World, sky: Sky, trial: int) -> np.ndarray:
    """Satellites of a trial that may stand above the mask in the region, int64 array (n,)."""
    some = slice(sky.start[trial], sky.start[trial + 1])
    position_m = sky.position_m[some]
    radius_m = np.linalg.norm(position_m, axis=1)
    reach = world.ground.reach_rad + largest_earth_angle_rad(radius_m, world.beams.lowest_deg)
    cosine = (position_m * world.ground.cap_centre).sum(axis=1) / radius_m
    return np.flatnonzero(np.arccos(np.clip(cosine, -1.0, 1.0)) <= reach) + sky.start[trial]


def assign(
    world: World,
    sky: Sky,
    view: SatellitesInView,
    users_of_cell: np.ndarray,
    draws: Draws | None = None,
    room: int | np.ndarray | None = None,
) -> np.ndarray:
    """Let the scenario's strategy decide.

    Parameters
    ----------
    world : World
    sky : Sky
    view : SatellitesInView
    users_of_cell : int64 array (trials, cells)
    draws : Draws, optional
        For an order of cells that is drawn.
    room : int or int64 array (satellites,), optional
        Cells that each satellite may take; ``None``: all that it holds.

    Returns
    -------
    int32 array (trials, cells)
        Satellite of the sky that serves each cell, -1 for none.
    """
    # Where coverage comes first, cells where nobody asks wait for what others leave.
    only_asking = world.beams.only_occupied or world.beams.covers_first
    demand = users_of_cell if only_asking else np.maximum(users_of_cell, 1)
    name = world.beams.assignment
    if room is None:
        room = room_of_satellites(world, sky)
        if world.beams.covers_first:
            # Cells share the time of beams only where they must, see `cover_cells`.
            room = figures_of(world, "beams_at_once", sky, world.beams.beams_at_once)
    if world.beams.order:
        # Trials have neither cells nor satellites in common: all can be assigned at once.
        drawn = _drawn(world, draws, demand.shape[1])
        matched: np.ndarray = match(
            world.beams.order, world.beams.preference, view.candidates, demand.ravel(), room, drawn
        )
        return matched.reshape(demand.shape)
    strategy = STRATEGIES.find(name)
    if not STRATEGIES.constant(name, "ONE_BY_ONE", default=False):
        together: np.ndarray = strategy(view.candidates, demand.ravel(), room)
        return together.reshape(demand.shape)
    cells = demand.shape[1]
    found = np.empty(demand.shape, dtype=np.int32)
    for trial, of_cells in enumerate(demand):
        some = slice(*np.searchsorted(view.candidates.cell, [trial * cells, (trial + 1) * cells]))
        found[trial] = strategy(_some(view.candidates, some, trial * cells, cells), of_cells, room)
    return found


def cover_cells(
    world: World,
    sky: Sky,
    view: SatellitesInView,
    users_of_cell: np.ndarray,
    satellite_of_cell: np.ndarray,
) -> np.ndarray:
    """Light those cells, too, that satellites light in turn, if coverage comes first.

    Cells whose users ask are lit first, as many as can be; then those where nobody does, if they
    are to be lit. Who asks stays lit, but may change its satellite for them.

    Parameters
    ----------
    world : World
    sky : Sky
    view : SatellitesInView
    users_of_cell : int64 array (trials, cells)
    satellite_of_cell : int32 array (trials, cells)
        From `assign`.

    Returns
    -------
    int32 array (trials, cells)
    """
    if not world.beams.covers_first:
        return satellite_of_cell
    plan, found = world.beams, satellite_of_cell.ravel()
    at_once = figures_of(world, "beams_at_once", sky, plan.beams_at_once)
    turns = plan.cells_at_once // plan.beams_at_once
    demands = (
        [users_of_cell] if plan.only_occupied else [users_of_cell, np.maximum(users_of_cell, 1)]
    )
    for demand in demands:
        found = cover(view.candidates, demand.ravel(), found, at_once, turns)
    return found.reshape(users_of_cell.shape)


def room_of_satellites(world: World, sky: Sky) -> int | np.ndarray:
    """Cells that each satellite of a sky holds: int, or int array (satellites,) of payloads."""
    found: int | np.ndarray = figures_of(world, "cells_at_once", sky, world.beams.cells_at_once)
    return found


def _drawn(world: World, draws: Draws | None, cells: int) -> np.ndarray | None:
    """Random numbers of the cells of all trials, uint64 array; ``None`` where none are asked for.

    The host draws them, as satellites and cells are its own.
    """
    if not ORDERS.constant(world.beams.order, "DRAWS", default=False):
        return None
    if draws is None:
        raise ValueError("this order of cells is drawn")
    own = Draws(NumpyKernels(), draws.seed, draws.first_trial, draws.trials)
    words: np.ndarray = own.words(Purpose.CELL_ORDER, -(-cells // _WORDS))
    return words.reshape(draws.trials, -1)[:, :cells].ravel()


def _some(candidates: Candidates, some: slice, first_cell: int, cells: int) -> Candidates:
    """Candidates of one trial, whose cells count from 0."""
    own = candidates.only(some)
    return replace(own, cell=own.cell - np.int32(first_cell), cells=cells)
