"""The beams of a trial and the users on them: aimed at cells, or fixed to their satellites."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.engine.network.scene import NetworkScene
from capest.engine.network.sky import Sky
from capest.physics.constants import EARTH_RADIUS_M

_USERS_AT_ONCE = 2**13
_SATELLITES_AT_ONCE = 64


@dataclass(frozen=True)
class Beams:
    """Beams, sorted by satellite, then colour.

    Attributes
    ----------
    satellite : int64 array (beams,)
        Index into the sky.
    direction : float32 array (3, beams)
        Reduced boresights, see ``backend.numpy_constellation``.
    segment_start : int32 array (satellites · colours + 1,)
    power : float32 array (beams,)
        1, or 0 for a dark beam.
    """

    satellite: np.ndarray
    direction: np.ndarray
    segment_start: np.ndarray
    power: np.ndarray

    def __len__(self) -> int:
        return len(self.satellite)


def earth_fixed(
    scene: NetworkScene, sky: Sky, satellite_of_cell: np.ndarray
) -> tuple[Beams, np.ndarray]:
    """Aim a beam at the centre of every served cell.

    Parameters
    ----------
    scene : NetworkScene
    sky : Sky
    satellite_of_cell : int32 array (cells,)
        -1 for none.

    Returns
    -------
    beams : Beams
    beam_of_cell : int32 array (cells,)
        -1 where a cell is dark.
    """
    colour = scene.ground.colour
    cell = np.flatnonzero(satellite_of_cell >= 0)
    satellite = satellite_of_cell[cell].astype(np.int64)
    order = np.lexsort((cell, colour[cell], satellite))
    cell, satellite = cell[order], satellite[order]
    offset_m = EARTH_RADIUS_M * np.asarray(scene.ground.cells.centre_unit)[cell]
    offset_m = (offset_m - sky.position_m[satellite]).T
    range_m = np.sqrt((offset_m * offset_m).sum(axis=0))
    cosines = (sky.axes[:, :, satellite] * offset_m).sum(axis=1) / range_m
    beam_of_cell = np.full(len(colour), -1, dtype=np.int32)
    beam_of_cell[cell] = np.arange(len(cell), dtype=np.int32)
    return _beams(scene, sky, satellite, colour[cell], cosines), beam_of_cell


def satellite_fixed(scene: NetworkScene, sky: Sky) -> Beams:
    """Give every satellite the layout of the scenario around its nadir."""
    grid, colour = scene.grid, scene.grid_colour
    order = np.argsort(colour, kind="stable")
    uv = grid.uv[order]
    cosines = np.stack([*uv.T, np.sqrt(1.0 - (uv * uv).sum(axis=1))])
    satellite = np.repeat(np.arange(len(sky)), len(order))
    return _beams(
        scene,
        sky,
        satellite,
        np.tile(colour[order], len(sky)),
        np.tile(cosines, (1, len(sky))),
    )


def _beams(
    scene: NetworkScene,
    sky: Sky,
    satellite: np.ndarray,
    colour: np.ndarray,
    cosines: np.ndarray,
) -> Beams:
    colours, ka = scene.scenario.colours, scene.reduced_aperture
    segment = satellite * colours + colour
    return Beams(
        satellite=satellite,
        direction=np.ascontiguousarray(
            cosines * np.array([[ka], [ka], [ka * scene.steering[0]]]), dtype=np.float32
        ),
        segment_start=np.searchsorted(segment, np.arange(len(sky) * colours + 1)).astype(np.int32),
        power=np.ones(len(satellite), dtype=np.float32),
    )


def attach_to_highest(scene: NetworkScene, sky: Sky, position_m: Any, xp: Any) -> Any:
    """Attach users to satellite-fixed beams: the highest satellite, and its nearest beam.

    Parameters
    ----------
    scene : NetworkScene
    sky : Sky
    position_m : float64 array (3, users)
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (users,)
        Beam of `satellite_fixed`; -1 where no satellite stands above the elevation mask, or
        the highest has no cell there: the nearest centre is farther than a hexagon's corner.
    """
    users = position_m.shape[1]
    if not len(sky):
        return xp.full(users, -1, dtype=xp.int32)
    lowest = math.sin(math.radians(scene.scenario.constellation.minimum_elevation_deg))
    corner_squared = scene.scenario.beam_spacing_uv**2 / 3.0
    satellites = xp.asarray(np.ascontiguousarray(sky.position_m.T))
    order = np.argsort(scene.grid_colour, kind="stable")
    uv = xp.asarray(np.ascontiguousarray(scene.grid.uv[order].T))
    axes = xp.asarray(sky.axes)
    found = xp.empty(users, dtype=xp.int32)
    for first in range(0, users, _USERS_AT_ONCE):
        some = position_m[:, first : first + _USERS_AT_ONCE]
        best, sine = _highest(some, satellites, xp)
        offset_m = some - satellites[:, best]
        range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
        across = [(axes[row][:, best] * offset_m).sum(axis=0) / range_m for row in range(2)]
        squared = (across[0][:, None] - uv[0]) ** 2 + (across[1][:, None] - uv[1]) ** 2
        beam = best * len(order) + squared.argmin(axis=1)
        covered = (sine >= lowest) & (squared.min(axis=1) <= corner_squared)
        found[first : first + _USERS_AT_ONCE] = xp.where(covered, beam, -1)
    return found


def _highest(position_m: Any, satellites: Any, xp: Any) -> tuple[Any, Any]:
    """Satellite that stands highest over each user, and the sine of its elevation."""
    best = xp.zeros(position_m.shape[1], dtype=xp.int64)
    best_sine = xp.full(position_m.shape[1], -2.0)
    for first in range(0, satellites.shape[1], _SATELLITES_AT_ONCE):
        offset_m = satellites[:, None, first : first + _SATELLITES_AT_ONCE] - position_m[:, :, None]
        range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
        sine = (offset_m * position_m[:, :, None]).sum(axis=0) / (range_m * EARTH_RADIUS_M)
        here = sine.argmax(axis=1)
        largest = sine.max(axis=1)
        better = largest > best_sine
        best = xp.where(better, here + first, best)
        best_sine = xp.where(better, largest, best_sine)
    return best, best_sine
