"""What the place of one satellite, and users at places, demand of the keys of a scenario."""

from __future__ import annotations

from collections.abc import Callable

from capest.errors import Problem
from capest.physics.look_angles import earth_angle_deg, pole_is_beyond
from capest.scenario.constellation_rules import (
    PEOPLE,
    devices,
    file_given,
    file_is_read,
    place_is_known,
)

_PLACE = ("satellite.latitude_deg", "satellite.longitude_deg")


def _whole(latitude_deg: float | None, longitude_deg: float | None) -> Problem | None:
    place = dict(zip(_PLACE, (latitude_deg, longitude_deg), strict=True))
    missing = [key for key, value in place.items() if value is None]
    if len(missing) != 1:
        return None
    (given,) = set(_PLACE) - set(missing)
    return Problem(
        missing[0],
        None,
        f"required with {given}: both say over which point the satellite stands",
        "give the point below it in degrees, north and east positive",
    )


def _away_from_poles(
    latitude_deg: float | None, altitude_km: float, elevation_deg: float
) -> Problem | None:
    if latitude_deg is None:
        return None
    away = earth_angle_deg(altitude_km * 1e3, elevation_deg)
    if not pole_is_beyond(latitude_deg, away):
        return None
    return Problem(
        "satellite.latitude_deg",
        latitude_deg,
        f"the centre of the layout, {away:.1f}° away at an elevation of {elevation_deg:g}°, may "
        "lie beyond the pole, where satellite.azimuth_deg does not tell which place is meant",
        f"write at most {90.0 - away:.1f} either way, or a higher satellite.elevation_deg",
    )


def _placement(
    placement: str, latitude_deg: float | None, longitude_deg: float | None
) -> Problem | None:
    if placement not in (*PEOPLE, "file"):
        return None
    if latitude_deg is not None or longitude_deg is not None:
        return None
    return Problem(
        "users.placement",
        placement,
        "needs to know where the satellite stands: satellite.latitude_deg, longitude_deg",
        "give the point below it in degrees, or a constellation, which has a region",
    )


def _weather_place(
    weather: str,
    ionosphere: str,
    latitude_deg: float | None,
    longitude_deg: float | None,
    below_deg: float | None,
) -> Problem | None:
    if below_deg is not None and latitude_deg is None and longitude_deg is None:
        return None  # the middle of the cells is known
    place = {"channel.latitude_deg": latitude_deg, "channel.longitude_deg": longitude_deg}
    missing = [key for key, value in place.items() if value is None]
    reads = f'weather = "{weather}"' if weather != "clear" else 'ionosphere = "by-latitude"'
    if not missing or (weather == "clear" and ionosphere != "by-latitude"):
        return None
    return Problem(
        missing[0],
        None,
        f"required with {reads}: where the users are",
        "give the place in degrees, north and east positive, or with satellite.latitude_deg, "
        "longitude_deg that of the satellite",
    )


PLACED_SATELLITE: tuple[tuple[tuple[str, ...], Callable[..., Problem | None]], ...] = (
    (_PLACE, _whole),
    (
        ("satellite.latitude_deg", "satellite.altitude_km", "satellite.elevation_deg"),
        _away_from_poles,
    ),
    (("users.placement", *_PLACE), _placement),
    (("users.count", "users.devices_per_person", "users.placement"), devices),
    (("users.placement", "users.file"), file_given),
    (("users.placement", "users.file_variable", "users.file_units"), file_is_read),
    (("channel.environment", "users.placement"), place_is_known),
    (
        (
            *("channel.weather", "channel.ionosphere"),
            *("channel.latitude_deg", "channel.longitude_deg", "satellite.latitude_deg"),
        ),
        _weather_place,
    ),
)
"""Rules with the keys they read, for one satellite."""
