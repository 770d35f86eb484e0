"""Which satellites a point on the ground sees; the ground is the sphere of `EARTH_RADIUS_M`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M


def largest_earth_angle_rad(radius_m: Any, elevation_deg: float, xp: Any = np) -> Any:
    """Largest angle at the Earth's centre between a user and a satellite in view.

    arccos(R/r · cos e) - e, from the triangle Earth's centre, user, satellite.

    Parameters
    ----------
    radius_m : float or array
        Distance of the satellite from the Earth's centre.
    elevation_deg : float
        Lowest elevation in view.
    xp : module
        ``numpy`` or ``cupy``.
    """
    elevation = math.radians(elevation_deg)
    return xp.arccos(EARTH_RADIUS_M / radius_m * math.cos(elevation)) - elevation
