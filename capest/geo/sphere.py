"""Latitude and longitude, distances and areas on a sphere of 6371 km.

Latitudes are those of maps (geodetic, WGS 84), taken as latitudes on the sphere, as maps on a
sphere usually do. Against the geocentric latitude of the ellipsoid a point is off by at most
0.19° (21 km, at 45°), along its meridian and nearly the same for all neighbours, so distances and
directions within a region hardly change.

Areas are on the sphere too. Its surface is that of the ellipsoid to 3 · 10⁻⁶, but an element of
area between the same latitudes and longitudes is 0.45 % larger than on the ellipsoid at the
equator, equal at 35° and 0.9 % smaller at the poles.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M

EARTH_RADIUS_KM = EARTH_RADIUS_M / 1e3
EARTH_AREA_KM2 = 4.0 * math.pi * EARTH_RADIUS_KM**2


def wrapped(lon_deg: Any, xp: Any = np) -> Any:
    """Longitude in [-180, 180)."""
    # NumPy's remainder takes six times as long.
    return lon_deg - 360.0 * xp.floor((lon_deg + 180.0) / 360.0)


def unit_vectors(lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
    """Earth-centred directions of points.

    Parameters
    ----------
    lat_deg, lon_deg : float array (n,)
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (3, n)
        x to 0° N 0° E, y to 90° E, z to the north pole; times 6 371 000 it is a position in m.
    """
    lat, lon = xp.radians(lat_deg), xp.radians(lon_deg)
    across = xp.cos(lat)
    return xp.stack([across * xp.cos(lon), across * xp.sin(lon), xp.sin(lat)])


def lat_lon(vectors: Any, xp: Any = np) -> tuple[Any, Any]:
    """Latitude and longitude of Earth-centred vectors of any length.

    Parameters
    ----------
    vectors : float array (3, n)
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    lat_deg, lon_deg : float array (n,)
        Longitude in [-180, 180).
    """
    x, y, z = vectors
    lat = xp.degrees(xp.arctan2(z, xp.hypot(x, y)))
    return lat, wrapped(xp.degrees(xp.arctan2(y, x)))


def great_circle_km(
    lat1_deg: Any, lon1_deg: Any, lat2_deg: Any, lon2_deg: Any, xp: Any = np
) -> Any:
    """Distance along the surface, km; the haversine formula, exact to rounding when near."""
    lat1, lat2 = xp.radians(lat1_deg), xp.radians(lat2_deg)
    by_lat = xp.sin(0.5 * (lat2 - lat1))
    by_lon = xp.sin(0.5 * xp.radians(lon2_deg - lon1_deg))
    half_chord = xp.sqrt(by_lat * by_lat + xp.cos(lat1) * xp.cos(lat2) * by_lon * by_lon)
    return 2.0 * EARTH_RADIUS_KM * xp.arcsin(xp.minimum(half_chord, 1.0))


def moved(
    lat_deg: Any, lon_deg: Any, distance_km: Any, bearing: Any, xp: Any = np
) -> tuple[Any, Any]:
    """Go from points along great circles.

    Parameters
    ----------
    lat_deg, lon_deg : float array (n,)
    distance_km : float array (n,)
    bearing : float array (n,)
        Radians, clockwise from north.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    lat_deg, lon_deg : float array (n,)
    """
    lat, angle = xp.radians(lat_deg), distance_km / EARTH_RADIUS_KM
    sin_lat, cos_lat = xp.sin(lat), xp.cos(lat)
    along, up = xp.sin(angle), xp.cos(angle)
    north = along * xp.cos(bearing)
    outward = up * cos_lat - north * sin_lat
    east = along * xp.sin(bearing)
    new_lat = xp.arctan2(up * sin_lat + north * cos_lat, xp.hypot(outward, east))
    return xp.degrees(new_lat), wrapped(lon_deg + xp.degrees(xp.arctan2(east, outward)))


def box_area_km2(south_deg: Any, north_deg: Any, width_deg: Any, xp: Any = np) -> Any:
    """Area between two parallels over a width of longitudes."""
    height = xp.sin(xp.radians(north_deg)) - xp.sin(xp.radians(south_deg))
    return EARTH_RADIUS_KM**2 * xp.radians(width_deg) * height


def cap_area_km2(radius_km: float) -> float:
    """Area within a distance along the surface of a point."""
    return 0.5 * EARTH_AREA_KM2 * (1.0 - math.cos(min(radius_km / EARTH_RADIUS_KM, math.pi)))


def cap_radius_km(area_km2: float) -> float:
    """Radius along the surface of the cap of an area."""
    return EARTH_RADIUS_KM * math.acos(1.0 - 2.0 * area_km2 / EARTH_AREA_KM2)


def ring_area_km2(lat_deg: np.ndarray, lon_deg: np.ndarray) -> float:
    """Signed area of a closed ring, positive counter-clockwise.

    Edges are straight lines of latitude against longitude, as in GeoJSON (RFC 7946, 3.1.1) and
    in the test for points inside, not great circles: the area is exactly that of the points
    inside. Along such an edge the mean of sin(lat) is sin(m) · sin(d/2)/(d/2), with m the middle
    and d the difference of its latitudes. Where every edge lies on a meridian or on the equator
    this is the spherical excess.

    Parameters
    ----------
    lat_deg, lon_deg : float array (n,)
        Corners, longitude without jumps; the last corner repeats the first.
    """
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    difference = np.diff(lat)
    mean_sine = np.sin(lat[:-1] + 0.5 * difference) * np.sinc(difference / (2.0 * np.pi))
    return float(-(EARTH_RADIUS_KM**2) * np.sum(np.diff(lon) * mean_sine))
