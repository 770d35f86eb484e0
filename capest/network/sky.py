"""The satellites in reach of a region at one moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.network.scene import NetworkScene
from capest.network.space import frames
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

    With the height h of a satellite along a point's vertical: range² = r² + R² - 2 R h, and the
    sine is (h - R) / range.

    Parameters
    ----------
    centres : float64 array (points, 3)
        Unit vectors.
    position_m : float64 array (satellites, 3)

    Returns
    -------
    sine, range_m : float64 array (points, satellites)
    """
    height_m = np.zeros((len(centres), len(position_m)))
    for axis in range(3):
        height_m += np.multiply.outer(centres[:, axis], position_m[:, axis])
    squared = (position_m * position_m).sum(axis=1)
    range_m = np.sqrt(squared + EARTH_RADIUS_M**2 - 2.0 * EARTH_RADIUS_M * height_m)
    return (height_m - EARTH_RADIUS_M) / range_m, range_m
