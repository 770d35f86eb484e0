"""The satellites in reach of a region at one moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.engine.network.scene import NetworkScene
from capest.engine.network.space import frames
from capest.orbits.visibility import largest_earth_angle_rad
from capest.physics.constants import EARTH_RADIUS_M


@dataclass(frozen=True)
class Sky:
    """Satellites that anybody in the region may hear, in one trial.

    Attributes
    ----------
    number : int64 array (n,)
        Of each in the constellation.
    position_m : float64 array (n, 3)
    axes : float64 array (3, 3, n)
        Unit vectors u, v and w of each, as components.
    later_m : float64 array (n, 3) or None
        Position after the shortest time a satellite has to stay in view, ``None`` without one.
    """

    number: np.ndarray
    position_m: np.ndarray
    axes: np.ndarray
    later_m: np.ndarray | None

    def __len__(self) -> int:
        return len(self.number)


def sky_at(scene: NetworkScene, seconds: float) -> Sky:
    """Find the satellites in reach of the region.

    Parameters
    ----------
    scene : NetworkScene
    seconds : float
        After the constellation's start.
    """
    constellation = scene.scenario.constellation
    position_m = scene.space.positions_m(seconds)
    radius_m = np.linalg.norm(position_m, axis=1)
    cap = scene.ground.region.cap
    # What may serve is never culled.
    reach_deg = min(constellation.cull_elevation_deg, constellation.minimum_elevation_deg)
    # A satellite that SGP4 knows no position of compares false.
    with np.errstate(invalid="ignore"):
        reach = scene.ground.reach_rad + largest_earth_angle_rad(radius_m, reach_deg)
        cosine = (position_m * cap.centre).sum(axis=1) / radius_m
        near = np.arccos(np.clip(cosine, -1.0, 1.0)) <= reach
    number = np.flatnonzero(near)
    later_m = None
    if constellation.minimum_visibility_s > 0.0:
        later_m = scene.space.positions_m(seconds + constellation.minimum_visibility_s)[number]
    return Sky(number, position_m[number], frames(position_m[number]), later_m)


def elevation_of(centres: np.ndarray, position_m: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine of elevation and range of satellites from points on the ground.

    Parameters
    ----------
    centres : float64 array (points, 3)
        Unit vectors.
    position_m : float64 array (satellites, 3)

    Returns
    -------
    sine, range_m : float64 array (points, satellites)
    """
    return _elevation(_heights_m(centres, position_m), (position_m * position_m).sum(axis=1))


def pairs_above(
    centres: np.ndarray, position_m: np.ndarray, lowest_deg: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of a point on the ground and a satellite that stands at an elevation or higher.

    Parameters
    ----------
    centres : float64 array (points, 3)
        Unit vectors.
    position_m : float64 array (satellites, 3)
    lowest_deg : float

    Returns
    -------
    point, satellite : int64 array (pairs,)
        Ascending.
    sine, range_m : float64 array (pairs,)
        As of `elevation_of`.
    """
    squared = (position_m * position_m).sum(axis=1)
    radius_m = np.sqrt(squared)
    # Who stands lower than this is out of the question; the others are looked at one by one.
    least_m = radius_m * np.cos(largest_earth_angle_rad(radius_m, lowest_deg)) - 1.0
    height_m = _heights_m(centres, position_m)
    place = np.flatnonzero(height_m >= least_m)
    satellite = place % len(position_m)
    sine, range_m = _elevation(height_m.ravel()[place], squared[satellite])
    kept = sine >= math.sin(math.radians(lowest_deg))
    place, satellite = place[kept], satellite[kept]
    return place // len(position_m), satellite, sine[kept], range_m[kept]


def _heights_m(centres: np.ndarray, position_m: np.ndarray) -> np.ndarray:
    """Height of each satellite along each point's vertical, from the Earth's centre."""
    height_m = np.multiply.outer(centres[:, 0], position_m[:, 0])
    for axis in (1, 2):
        height_m += np.multiply.outer(centres[:, axis], position_m[:, axis])
    return height_m


def _elevation(height_m: np.ndarray, squared_m2: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sine of elevation, (h - R) / range, and range² = r² + R² - 2 R h."""
    range_m = np.sqrt(squared_m2 + EARTH_RADIUS_M**2 - 2.0 * EARTH_RADIUS_M * height_m)
    return (height_m - EARTH_RADIUS_M) / range_m, range_m
