"""Which satellites cells see, and which of them serves which cell."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.allocation.cells import STRATEGIES
from capest.allocation.cells.candidates import Candidates
from capest.engine.network.scene import NetworkScene
from capest.engine.network.sky import Sky, elevation_of, pairs_above
from capest.orbits.visibility import largest_earth_angle_rad
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.sky_table import ENTRIES

_PAIRS_AT_ONCE = 2**22
"""Pairs of cell and satellite looked at together: 32 MiB of float64."""


@dataclass(frozen=True)
class View:
    """What the centres of cells see.

    Attributes
    ----------
    candidates : Candidates
        Pairs that may serve each other; satellites are indices into the sky.
    in_view : int64 array (cells,)
        Satellites above the elevation mask.
    above_horizon : bool array (cells,)
        There is one above the horizon, or above the elevation below which none is heard.
    """

    candidates: Candidates
    in_view: np.ndarray
    above_horizon: np.ndarray


def view_of_cells(scene: NetworkScene, sky: Sky) -> View:
    """Find the satellites that may serve each cell.

    A satellite must stand at the elevation mask or higher, and still do so after the shortest
    time of service.
    """
    centres = np.asarray(scene.ground.cells.centre_unit)
    near = above_mask_somewhere(scene, sky)
    position_m = sky.position_m[near]
    later_m = None if sky.later_m is None else sky.later_m[near]
    lowest_deg = scene.scenario.constellation.minimum_elevation_deg
    step = max(1, _PAIRS_AT_ONCE // max(len(near), 1))
    in_view = np.zeros(len(centres), dtype=np.int64)
    parts = []
    for first in range(0, len(centres), step):
        some = centres[first : first + step]
        pairs = pairs_above(some, position_m, lowest_deg)
        in_view[first : first + step] = np.bincount(pairs[0], minlength=len(some))
        if later_m is not None:
            stay = np.zeros((len(some), len(near)), dtype=bool)
            stay[pairs_above(some, later_m, lowest_deg)[:2]] = True
            kept = stay[pairs[:2]]
            pairs = tuple(column[kept] for column in pairs)
        cell, satellite, sine, range_m = pairs
        parts.append((cell + first, near[satellite], sine, range_m))
    cell, satellite, sine, range_m = (np.concatenate(column) for column in zip(*parts, strict=True))
    clear = scene.sky[0, np.rint(sine * (ENTRIES - 1)).astype(np.int64), 4]
    radius_m = np.linalg.norm(sky.position_m, axis=1)[satellite]
    power = beam_power(scene, sine, range_m, radius_m)
    snr = scene.gain_at_one_metre * power * np.exp(-clear) / (range_m * range_m)
    candidates = Candidates(
        cell=cell.astype(np.int32),
        satellite=satellite.astype(np.int32),
        elevation_deg=np.degrees(np.arcsin(np.minimum(sine, 1.0))).astype(np.float32),
        snr=snr.astype(np.float32),
        cells=len(centres),
        satellites=len(sky),
    )
    return View(candidates, in_view, _above_horizon(scene, sky, centres, in_view))


def _above_horizon(
    scene: NetworkScene, sky: Sky, centres: np.ndarray, in_view: np.ndarray
) -> np.ndarray:
    """Cells with any satellite above the horizon; only those with none in view are looked at."""
    found = in_view > 0
    lowest = math.sin(math.radians(scene.scenario.constellation.cull_elevation_deg))
    blind = np.flatnonzero(~found)
    step = max(1, _PAIRS_AT_ONCE // max(len(sky), 1))
    for first in range(0, len(blind), step):
        some = blind[first : first + step]
        found[some] = (elevation_of(centres[some], sky.position_m)[0] >= lowest).any(axis=1)
    return found


def beam_power(
    scene: NetworkScene, sine: np.ndarray, range_m: np.ndarray, radius_m: np.ndarray
) -> np.ndarray:
    """Share of its EIRP that a beam aimed at a cell has: scan loss, and the limit at the ground.

    Parameters
    ----------
    scene : NetworkScene
    sine : float64 array (pairs,)
        Of the satellite's elevation at the cell.
    range_m, radius_m : float64 array (pairs,)
        From the satellite to the cell, and to the Earth's centre.

    Returns
    -------
    float64 array (pairs,)
    """
    satellite = scene.scenario.satellite
    # Law of sines: the angle at the satellite between the cell and the Earth's centre.
    off_nadir_sine_squared = (EARTH_RADIUS_M / radius_m) ** 2 * (1.0 - sine * sine)
    power = (1.0 - off_nadir_sine_squared) ** (0.5 * scene.steering[1])
    if satellite.pfd_limit_dbw_per_m2_mhz is not None:
        most = 10.0 ** (
            0.1 * (satellite.pfd_limit_dbw_per_m2_mhz - satellite.eirp_density_dbw_per_mhz)
        )
        power = np.minimum(power, most * 4.0 * math.pi * range_m**2)
    return power


def above_mask_somewhere(scene: NetworkScene, sky: Sky) -> np.ndarray:
    """Satellites that may stand above the elevation mask in the region, int64 array (n,)."""
    radius_m = np.linalg.norm(sky.position_m, axis=1)
    cap = scene.ground.region.cap
    mask_deg = scene.scenario.constellation.minimum_elevation_deg
    reach = scene.ground.reach_rad + largest_earth_angle_rad(radius_m, mask_deg)
    cosine = (sky.position_m * cap.centre).sum(axis=1) / radius_m
    return np.flatnonzero(np.arccos(np.clip(cosine, -1.0, 1.0)) <= reach)


def assign(scene: NetworkScene, view: View, users_of_cell: np.ndarray) -> np.ndarray:
    """Let the scenario's strategy decide.

    Parameters
    ----------
    scene : NetworkScene
    view : View
    users_of_cell : int64 array (cells,)

    Returns
    -------
    int32 array (cells,)
        Satellite of the sky that serves each cell, -1 for none.
    """
    settings = scene.scenario.cells
    demand = users_of_cell if settings.lit == "occupied" else np.maximum(users_of_cell, 1)
    return STRATEGIES[settings.assignment](view.candidates, demand, scene.scenario.beams_at_once)
