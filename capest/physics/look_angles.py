"""Which way a satellite's beams point over real ground, from look angles; no arrays.

An antenna on the ground is pointed by two angles, the elevation of the satellite and its azimuth,
clockwise from north. Those of the centre of a layout of beams, with the point below the satellite,
say where the centre is.
"""

from __future__ import annotations

import math

from capest.physics.constants import EARTH_RADIUS_M


def earth_angle_deg(altitude_m: float, elevation_deg: float) -> float:
    """Angle at the Earth's centre between a satellite and who sees it at an elevation.

    The angles of the triangle of satellite, user and Earth's centre add up to 180°; the sine of the
    one at the satellite is R/(R+h) times the cosine of the elevation.
    """
    elevation = math.radians(elevation_deg)
    nadir = math.asin(EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_m) * math.cos(elevation))
    return 90.0 - elevation_deg - math.degrees(nadir)


def pole_is_beyond(latitude_deg: float, earth_angle: float) -> bool:
    """Tell whether the centre may lie beyond a pole: some azimuths then have two centres or none.

    Parameters
    ----------
    latitude_deg : float
        Of the point below the satellite.
    earth_angle : float
        Degrees from there to the centre.
    """
    return earth_angle > 1e-9 and abs(latitude_deg) + earth_angle >= 90.0


def bearing_of_centre_deg(latitude_deg: float, earth_angle: float, azimuth_deg: float) -> float:
    """Direction from the point below a satellite to who sees the satellite at an azimuth.

    Napier's analogies in the triangle of the pole, the point below and the centre (Todhunter,
    Spherical Trigonometry, articles 52 and 54): two sides and the angle opposite one are known.

    Parameters
    ----------
    latitude_deg : float
        Of the point below the satellite.
    earth_angle : float
        Degrees from there to the centre, see `pole_is_beyond`.
    azimuth_deg : float
        Of the satellite, from the centre.

    Returns
    -------
    float
        Degrees clockwise from north.
    """
    azimuth = math.remainder(math.radians(azimuth_deg), 2.0 * math.pi)
    away, from_pole = math.radians(earth_angle), math.radians(90.0 - latitude_deg)
    at_centre = abs(azimuth)
    at_pole = 0.0
    if away > 0.0:
        sine = math.sin(away) * math.sin(at_centre) / math.sin(from_pole)
        at_pole = math.asin(min(1.0, sine))
    half = 0.5 * (at_centre - at_pole)
    at_satellite = 2.0 * math.atan2(
        math.sin(0.5 * (from_pole - away)) * math.cos(half),
        math.sin(0.5 * (from_pole + away)) * math.sin(half),
    )
    # Who sees the satellite in the east stands west of it.
    return math.degrees(math.copysign(at_satellite, -azimuth)) % 360.0


def place_at_deg(
    latitude_deg: float, longitude_deg: float, bearing_deg: float, earth_angle: float
) -> tuple[float, float]:
    """Latitude and longitude of the point that lies some way off in a direction.

    The cosine and sine rules in the triangle of the pole and both points.

    Parameters
    ----------
    latitude_deg, longitude_deg : float
        Of the point at which the way starts.
    bearing_deg : float
        Clockwise from north.
    earth_angle : float
        Length of the way in degrees of a great circle.
    """
    start, bearing, away = (math.radians(x) for x in (latitude_deg, bearing_deg, earth_angle))
    sine = math.sin(start) * math.cos(away) + math.cos(start) * math.sin(away) * math.cos(bearing)
    east = math.sin(bearing) * math.sin(away) * math.cos(start)
    turn = math.atan2(east, math.cos(away) - math.sin(start) * sine)
    longitude = math.remainder(longitude_deg + math.degrees(turn), 360.0)
    return math.degrees(math.asin(max(-1.0, min(1.0, sine)))), longitude
