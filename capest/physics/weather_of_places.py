"""Gas, rain, cloud and scintillation of many places at once, Recommendation ITU-R P.618.

The cells of a country have hundreds of climates. The package ``itur`` reads its maps for an array
of places nearly as fast as for one, all but gas, which costs it half a millisecond a value: gas is
asked for straight up and for few percentages of time.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.physics.weather import LARGEST_PERCENT, LOWEST_ELEVATION_DEG, SMALLEST_PERCENT
from capest.physics.weather_library import library_version

STEP_DEG = 2.5
ELEVATION_DEG = np.arange(LOWEST_ELEVATION_DEG, 90.0 + STEP_DEG, STEP_DEG)
"""Elevations of a table."""

LEVELS = 48
SPAN = math.log10(LARGEST_PERCENT / SMALLEST_PERCENT)
"""Decades between the least and the largest percentage of time."""

LEVEL_PERCENT = SMALLEST_PERCENT * 10.0 ** np.linspace(0.0, SPAN, LEVELS)
"""Percentages of time of a table with levels."""

_GAS_PERCENT = np.geomspace(1.0, LARGEST_PERCENT, 6)
"""Gas below 1 % of the time is that of 1 %, as P.618 has it; between these it is interpolated."""

_FARTHEST_LATITUDE_DEG = 88.5
"""The library's maps have gaps beyond."""

_APERTURE_EFFICIENCY = 0.5


@dataclass(frozen=True)
class Receiver:
    """What of the weather counts for a receiver, wherever it is.

    Attributes
    ----------
    antenna_diameter_m : float
        Averages the scintillation.
    gas, scintillation : bool
        Whether these parts of the loss count; rain and cloud always do.
    """

    antenna_diameter_m: float
    gas: bool
    scintillation: bool


@dataclass(frozen=True, eq=False)
class ClimateTable:
    """Loss over place, percentage of time and elevation.

    Attributes
    ----------
    scaled_db : float32 array (places, levels, elevations)
        Loss times the sine of the elevation, which is smooth, for `ELEVATION_DEG`.
    has_levels : bool
        Levels are `LEVEL_PERCENT`; else there is one.
    """

    scaled_db: np.ndarray
    has_levels: bool


# Both directions of a link often share a carrier, and a client gets many scenarios of a region.
@lru_cache(maxsize=4)
def climate_table(
    places: tuple[tuple[float, float], ...],
    receiver: Receiver,
    frequency_hz: float,
    exceeded_percent: float | None = None,
) -> ClimateTable:
    """Tabulate the loss of some places for one percentage of time, or for all.

    Parameters
    ----------
    places : tuple of (float, float)
        Latitude and longitude in degrees.
    receiver : Receiver
    frequency_hz : float
    exceeded_percent : float, optional

    Returns
    -------
    ClimateTable

    Raises
    ------
    InputError
        If the library is not installed, or its maps have no value somewhere.
    """
    library_version()
    percent = LEVEL_PERCENT if exceeded_percent is None else np.array([exceeded_percent])
    latitude_deg, longitude_deg = np.array(places, dtype=np.float64).reshape(-1, 2).T
    latitude_deg = np.clip(latitude_deg, -_FARTHEST_LATITUDE_DEG, _FARTHEST_LATITUDE_DEG)
    with warnings.catch_warnings():
        # Of ranges: rain is extrapolated from 5 to 50 %, where it hardly counts.
        warnings.simplefilter("ignore")
        scaled_db = _without_gas_db(latitude_deg, longitude_deg, receiver, frequency_hz, percent)
        scaled_db *= np.sin(np.radians(ELEVATION_DEG))
        if receiver.gas:
            zenith_db = _zenith_gas_db(latitude_deg, longitude_deg, frequency_hz, percent)
            scaled_db += zenith_db[:, :, None]
    if not np.isfinite(scaled_db).all():
        place = int(np.argmin(np.isfinite(scaled_db).all(axis=(1, 2))))
        raise InputError(
            "channel.weather: the maps of the ITU-R have a gap at "
            f"{latitude_deg[place]:.4g}, {longitude_deg[place]:.4g}; take a region without it"
        )
    return ClimateTable(scaled_db.astype(np.float32), exceeded_percent is None)


def climate_loss_db(
    table: ClimateTable, place: Any, percent: Any | None, sin_elevation: Any, xp: Any
) -> Any:
    """Read losses off a table, interpolated over percentage of time and elevation.

    Parameters
    ----------
    table : ClimateTable
    place : int array (n,)
    percent : float array (n,) or None
        For a table with levels.
    sin_elevation : float array (n,)
        Below `weather.LOWEST_ELEVATION_DEG` the loss there stands.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (n,)
    """
    lowest = math.sin(math.radians(LOWEST_ELEVATION_DEG))
    sine = xp.clip(sin_elevation, lowest, 1.0)
    column = (xp.degrees(xp.arcsin(sine)) - LOWEST_ELEVATION_DEG) / STEP_DEG
    left = xp.clip(column.astype(xp.int64), 0, len(ELEVATION_DEG) - 2)
    row = xp.zeros(sine.shape) if percent is None else level_of(percent, xp)
    levels = table.scaled_db.shape[1]
    below = xp.minimum(row.astype(xp.int64), max(levels - 2, 0))
    above = xp.minimum(below + 1, levels - 1)
    scaled, share = xp.asarray(table.scaled_db), column - left
    first, second = (
        scaled[place, level, left] * (1.0 - share) + scaled[place, level, left + 1] * share
        for level in (below, above)
    )
    return (first + (second - first) * (row - below)) / sine


def level_of(percent: Any, xp: Any) -> Any:
    """Place of percentages of time among `LEVEL_PERCENT`, float64, from 0 to the last."""
    decades = xp.log10(xp.clip(percent, SMALLEST_PERCENT, LARGEST_PERCENT) / SMALLEST_PERCENT)
    return xp.clip(decades * ((LEVELS - 1) / SPAN), 0.0, LEVELS - 1.0)


def _without_gas_db(
    latitude_deg: np.ndarray,
    longitude_deg: np.ndarray,
    receiver: Receiver,
    frequency_hz: float,
    percent: np.ndarray,
) -> np.ndarray:
    """Rain, cloud and scintillation, float64 array (places, levels, elevations)."""
    import itur

    shape = (len(latitude_deg), len(ELEVATION_DEG))
    height_km = itur.topographic_altitude(latitude_deg, longitude_deg).value
    of_place = {
        "hs": height_km,
        "T": itur.surface_mean_temperature(latitude_deg, longitude_deg).value,
        "P": itur.standard_pressure(height_km).value,
    }
    # One value for each pair of place and elevation: the library takes no axes of one.
    lat, lon, *known = (
        np.repeat(np.asarray(each, np.float64).reshape(-1, 1), shape[1], axis=1)
        for each in (latitude_deg, longitude_deg, *of_place.values())
    )
    elevation_deg = np.broadcast_to(ELEVATION_DEG, shape).copy()
    losses = [
        itur.atmospheric_attenuation_slant_path(
            lat,
            lon,
            frequency_hz / 1e9,
            elevation_deg,
            level,
            receiver.antenna_diameter_m,
            **dict(zip(of_place, known, strict=True)),
            eta=_APERTURE_EFFICIENCY,
            # Water vapour is for gas alone.
            rho=0.0,
            V_t=0.0,
            include_gas=False,
            include_scintillation=receiver.scintillation,
        ).value
        for level in percent
    ]
    return np.stack([np.asarray(loss, np.float64).reshape(shape) for loss in losses], axis=1)


def _zenith_gas_db(
    latitude_deg: np.ndarray, longitude_deg: np.ndarray, frequency_hz: float, percent: np.ndarray
) -> np.ndarray:
    """Gas straight up, float64 array (places, levels); elsewhere P.676 divides by the sine."""
    import itur

    wanted = np.maximum(percent, _GAS_PERCENT[0])
    asked = _GAS_PERCENT if len(np.unique(wanted)) > len(_GAS_PERCENT) else np.unique(wanted)
    zenith_db = np.stack(
        [
            itur.atmospheric_attenuation_slant_path(
                latitude_deg,
                longitude_deg,
                frequency_hz / 1e9,
                90.0,
                level,
                1.0,
                include_rain=False,
                include_clouds=False,
                include_scintillation=False,
            ).value.reshape(-1)
            for level in asked
        ],
        axis=1,
    )
    column = np.interp(np.log(wanted), np.log(asked), np.arange(len(asked)))
    left = np.minimum(column.astype(np.int64), max(len(asked) - 2, 0))
    right = np.minimum(left + 1, len(asked) - 1)
    return zenith_db[:, left] + (zenith_db[:, right] - zenith_db[:, left]) * (column - left)
