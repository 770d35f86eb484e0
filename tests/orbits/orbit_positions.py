"""Positions and elevations for tests, one epoch at a time."""

from __future__ import annotations

import numpy as np

from capest.orbits.elements import CircularOrbits
from capest.orbits.positions import Motion, ground_motion, write_positions_m
from capest.physics.constants import EARTH_RADIUS_M


def moved_m(motion: Motion, seconds: float) -> np.ndarray:
    """Earth-fixed positions at an epoch in a new array (satellites, 3)."""
    position_m = np.full((len(motion.semi_major_axis_m), 3), np.nan)
    write_positions_m(motion, seconds, position_m)
    return position_m


def positions_m(elements: CircularOrbits, seconds: float, gmst_rad: float = 0.0) -> np.ndarray:
    """Earth-fixed positions of orbits at an epoch, (satellites, 3)."""
    return moved_m(ground_motion(elements, gmst_rad), seconds)


def sin_elevation(satellite_m: np.ndarray, ground_unit: np.ndarray) -> np.ndarray:
    """Sine of the elevation of satellites (n, 3) over the horizon of a point (3,)."""
    toward_m = satellite_m - EARTH_RADIUS_M * ground_unit
    return toward_m @ ground_unit / np.linalg.norm(toward_m, axis=1)
