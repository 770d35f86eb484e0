"""Which satellites a point on the ground sees; the ground is the sphere of `EARTH_RADIUS_M`."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M


def ground_units(latitude_deg: Any, longitude_deg: Any, xp: Any = np) -> Any:
    """Earth-fixed unit vectors of points on the ground.

    Parameters
    ----------
    latitude_deg, longitude_deg : float or array (points,)
        Broadcast against each other.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (points, 3)
    """
    latitude = xp.radians(xp.asarray(latitude_deg, dtype=xp.float64))
    longitude = xp.radians(xp.asarray(longitude_deg, dtype=xp.float64))
    x, y = xp.cos(latitude) * xp.cos(longitude), xp.cos(latitude) * xp.sin(longitude)
    z = xp.broadcast_to(xp.sin(latitude), x.shape)
    return xp.stack([x, y, z], axis=-1).reshape(-1, 3)


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


def sin_elevation(satellite_m: Any, ground_unit: Any, xp: Any = np) -> Any:
    """Sine of the elevation of satellites seen from one point.

    Parameters
    ----------
    satellite_m : float array (satellites, 3)
        Earth-fixed positions.
    ground_unit : float array (3,)
        Earth-fixed unit vector of the point.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (satellites,)
    """
    x, y, z = (float(value) for value in ground_unit)
    dx = satellite_m[:, 0] - EARTH_RADIUS_M * x
    dy = satellite_m[:, 1] - EARTH_RADIUS_M * y
    dz = satellite_m[:, 2] - EARTH_RADIUS_M * z
    return (x * dx + y * dy + z * dz) / xp.sqrt(dx * dx + dy * dy + dz * dz)


def visible(satellite_m: Any, ground_unit: Any, elevation_deg: float, xp: Any = np) -> Any:
    """Which satellites stand at an elevation or higher.

    Parameters
    ----------
    satellite_m : float array (satellites, 3)
        Earth-fixed positions.
    ground_unit : float array (3,)
        Earth-fixed unit vector of the point.
    elevation_deg : float
        Lowest elevation in view.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    bool array (satellites,)
    """
    height_m = _height_m(satellite_m, ground_unit)
    return height_m >= _lowest_height_m(satellite_m, elevation_deg, xp)


def in_view_counts(satellite_m: Any, ground_unit: Any, elevation_deg: float, xp: Any = np) -> Any:
    """Number of satellites each point sees; memory for one point at a time.

    Parameters
    ----------
    satellite_m : float array (satellites, 3)
        Earth-fixed positions.
    ground_unit : float array (points, 3)
        Earth-fixed unit vectors of the points.
    elevation_deg : float
        Lowest elevation in view.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (points,)
    """
    lowest_m = _lowest_height_m(satellite_m, elevation_deg, xp)
    counts = xp.zeros(len(ground_unit), dtype=xp.int64)
    for index, unit in enumerate(ground_unit):
        counts[index] = xp.count_nonzero(_height_m(satellite_m, unit) >= lowest_m)
    return counts


def _height_m(satellite_m: Any, ground_unit: Any) -> Any:
    """Distance of satellites from the Earth's centre along a point's vertical."""
    x, y, z = (float(value) for value in ground_unit)
    return satellite_m[:, 0] * x + satellite_m[:, 1] * y + satellite_m[:, 2] * z


def _lowest_height_m(satellite_m: Any, elevation_deg: float, xp: Any) -> Any:
    """Distance along the vertical at which a satellite stands just at an elevation.

    r · cos(largest Earth angle), without inverse functions:
    R cos² e + sin e · √(r² - R² cos² e).
    """
    x, y, z = satellite_m[:, 0], satellite_m[:, 1], satellite_m[:, 2]
    cosine, sine = math.cos(math.radians(elevation_deg)), math.sin(math.radians(elevation_deg))
    horizontal_m = EARTH_RADIUS_M * cosine
    return horizontal_m * cosine + sine * xp.sqrt(x * x + y * y + z * z - horizontal_m**2)
