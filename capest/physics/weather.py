"""Gas, rain, cloud and scintillation of a place by Recommendation ITU-R P.618.

The package ``itur`` (ITU-Rpy) computes; here its answers are tabulated once per scenario, since
one call of it costs as much as thousands of users.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S
from capest.physics.weather_library import library_version

LOWEST_ELEVATION_DEG = 5
"""Lowest elevation at which P.618 holds; below, the loss there stands."""

SMALLEST_PERCENT = 0.001
LARGEST_PERCENT = 50.0
"""Percentages of time for which P.618 gives the total loss."""

_POLE_DEG = 89.99
"""The library's maps have gaps at the poles themselves."""

_LEVELS = 48
_APERTURE_EFFICIENCY = 0.5


@dataclass(frozen=True)
class WeatherTable:
    """Loss over elevation and percentage of time.

    Attributes
    ----------
    scaled_db : float array (levels, 86)
        Loss times the sine of the elevation, which is smooth, for 5°, 6°, ..., 90°.
    exceeded_percent : float or None
        The percentage of a table with one level; ``None`` where levels are equidistant in the
        logarithm of the percentage, from 0.001 to 50 %.
    """

    scaled_db: np.ndarray
    exceeded_percent: float | None


@dataclass(frozen=True)
class Place:
    """Where and with what antenna the sky is looked at.

    Attributes
    ----------
    latitude_deg, longitude_deg : float
    antenna_diameter_m : float
        Averages the scintillation.
    gas, scintillation : bool
        Whether these parts of the loss count; rain and cloud always do.
    polarisation_tilt_deg : float
        Of a linear wave against the horizontal; 45 stands for a circular one.
    """

    latitude_deg: float
    longitude_deg: float
    antenna_diameter_m: float
    gas: bool
    scintillation: bool
    polarisation_tilt_deg: float = 45.0


def antenna_diameter_m(gain_dbi: float, frequency_hz: float) -> float:
    """Diameter of an aperture of 50 % efficiency with that gain."""
    wavelength_m = SPEED_OF_LIGHT_M_PER_S / frequency_hz
    return wavelength_m / math.pi * math.sqrt(10.0 ** (gain_dbi / 10.0) / _APERTURE_EFFICIENCY)


def losses_db(
    place: Place, frequency_hz: float, elevation_deg: Any, exceeded_percent: float
) -> tuple[Any, Any]:
    """Loss exceeded for a percentage of an average year, P.618-13 clause 2.5.

    Gas by P.676, rain by P.618 with P.837 to P.839, cloud by P.840, scintillation by P.618.

    Parameters
    ----------
    place : Place
    frequency_hz : float
    elevation_deg : float array (n,)
    exceeded_percent : float

    Returns
    -------
    gas_db, total_db : float array (n,)

    Raises
    ------
    InputError
        If the library is not installed, or its maps have no value there.
    """
    library_version()
    with warnings.catch_warnings():
        # Of ranges: rain is extrapolated from 5 to 50 %, where it hardly counts.
        warnings.simplefilter("ignore")
        import itur

        gas, *_, total = itur.atmospheric_attenuation_slant_path(
            min(max(place.latitude_deg, -_POLE_DEG), _POLE_DEG),
            place.longitude_deg if abs(place.latitude_deg) < _POLE_DEG else 0.0,
            frequency_hz / 1e9,
            np.maximum(elevation_deg, float(LOWEST_ELEVATION_DEG)),
            exceeded_percent,
            place.antenna_diameter_m,
            eta=_APERTURE_EFFICIENCY,
            tau=place.polarisation_tilt_deg,
            include_gas=place.gas,
            include_scintillation=place.scintillation,
            return_contributions=True,
        )
    # The library drops the axis of an array of one, and gives one number for what is left out.
    shape = np.shape(elevation_deg)
    gas_db, total_db = (
        np.broadcast_to(np.asarray(each.value, np.float64).reshape(-1), shape)
        for each in (gas, total)
    )
    if not np.isfinite(total_db).all():
        raise InputError(
            "channel.latitude_deg and longitude_deg: the maps of the ITU-R have a gap at "
            f"{place.latitude_deg:g}, {place.longitude_deg:g}; write a place some degrees away"
        )
    return gas_db, total_db


# Both directions of a link often share a carrier, and a worker gets many scenarios of a place.
@lru_cache(maxsize=8)
def weather_table(
    place: Place, frequency_hz: float, exceeded_percent: float | None = None
) -> WeatherTable:
    """Tabulate the loss for one percentage of time, or for all.

    Parameters
    ----------
    place : Place
    frequency_hz : float
    exceeded_percent : float, optional

    Returns
    -------
    WeatherTable

    Raises
    ------
    InputError
        If the library is not installed.
    """
    elevation_deg = np.arange(LOWEST_ELEVATION_DEG, 91.0)
    sine = np.sin(np.radians(elevation_deg))
    levels = (
        [exceeded_percent]
        if exceeded_percent is not None
        else 10.0 ** np.linspace(math.log10(SMALLEST_PERCENT), math.log10(LARGEST_PERCENT), _LEVELS)
    )
    scaled = [losses_db(place, frequency_hz, elevation_deg, p)[1] * sine for p in levels]
    return WeatherTable(np.array(scaled), exceeded_percent)


def weather_loss_db(
    table: WeatherTable, sin_elevation: Any, elevation_deg: Any, percent: Any | None, xp: Any
) -> Any:
    """Read the loss of users off the table.

    Parameters
    ----------
    table : WeatherTable
    sin_elevation, elevation_deg : array (users,)
    percent : array (users,) or None
        Percentage of time for which each user's loss is exceeded, for a table with levels.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    array (users,)
    """
    scaled = xp.asarray(table.scaled_db)
    clipped_deg = xp.clip(elevation_deg, float(LOWEST_ELEVATION_DEG), 90.0)
    column = clipped_deg - float(LOWEST_ELEVATION_DEG)
    left = xp.minimum(column.astype(xp.int64), scaled.shape[1] - 2)
    share = column - left
    if percent is None:
        value = _between(scaled[0, left], scaled[0, left + 1], share)
    else:
        span = math.log10(LARGEST_PERCENT / SMALLEST_PERCENT)
        decades = xp.log10(xp.clip(percent, SMALLEST_PERCENT, LARGEST_PERCENT) / SMALLEST_PERCENT)
        row = decades * ((_LEVELS - 1) / span)
        below = xp.minimum(row.astype(xp.int64), _LEVELS - 2)
        value = _between(
            _between(scaled[below, left], scaled[below, left + 1], share),
            _between(scaled[below + 1, left], scaled[below + 1, left + 1], share),
            row - below,
        )
    return value / xp.maximum(sin_elevation, math.sin(math.radians(LOWEST_ELEVATION_DEG)))


def _between(first: Any, second: Any, share: Any) -> Any:
    return first + share * (second - first)
