"""What the sky over the cells of a region takes: climates, tables of weather, rows of curves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.weather import receiver_of
from capest.engine.radio import PlaceLoss
from capest.engine.world import CellWeather
from capest.physics.clear_sky import clear_sky, clear_sky_loss_db
from capest.physics.curve_groups import group_curves
from capest.physics.geomagnetic import ZONES
from capest.physics.propagation import ionospheric_scintillation_db
from capest.physics.sky_table import ENTRIES, NEPER_PER_DB, table_sines
from capest.physics.weather import LOWEST_ELEVATION_DEG
from capest.physics.weather_of_places import (
    ELEVATION_DEG,
    LEVEL_PERCENT,
    ClimateTable,
    climate_table,
)

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

MOST_CLIMATES = 1000
"""Of a region: the tables of so many take some seconds and 7 MB a carrier."""

_FINEST_STEP_DEG = 0.25
_MOST_ROWS = 128
_LARGEST_ERROR_DB = 0.02


@dataclass(frozen=True)
class Climates:
    """Places whose weather stands for that of cells.

    Attributes
    ----------
    places : tuple of (float, float)
        Latitude and longitude in degrees.
    of_cell : int32 array (cells,)
    """

    places: tuple[tuple[float, float], ...]
    of_cell: np.ndarray


def climates_of_cells(latitude_deg: np.ndarray, longitude_deg: np.ndarray) -> Climates:
    """Gather cells in boxes of about equal area, each with the weather of its mean place.

    Boxes have a side of 0.25°, then a fifth more, and so on, until they are few enough.
    """
    step_deg = _FINEST_STEP_DEG
    while True:
        row = np.floor(latitude_deg / step_deg).astype(np.int64)
        across = np.cos(np.radians(np.minimum(np.abs((row + 0.5) * step_deg), 89.0)))
        column = np.floor(longitude_deg * across / step_deg).astype(np.int64)
        found, of_cell = np.unique(row * 10_000 + column, return_inverse=True)
        if len(found) <= MOST_CLIMATES:
            break
        step_deg *= 1.2
    cells = np.bincount(of_cell)
    mean_deg = (np.bincount(of_cell, each) / cells for each in (latitude_deg, longitude_deg))
    places = zip(*(each.tolist() for each in mean_deg), strict=True)
    return Climates(tuple(places), of_cell.astype(np.int32))


def cell_weather(scenario: Scenario, climates: Climates | None) -> CellWeather | None:
    """Weather of the cells, ``None`` for a clear sky."""
    if climates is None:
        return None
    return CellWeather(climates.of_cell, scenario.channel.weather == "random")


def place_loss(
    scenario: Scenario, frequency_hz: float, climates: Climates | None, sky: np.ndarray
) -> tuple[PlaceLoss | None, np.ndarray]:
    """Tabulate what depends on the place, ``None`` where nothing does.

    Parameters
    ----------
    scenario : Scenario
    frequency_hz : float
        Of the carrier.
    climates : Climates or None
        ``None`` for a clear sky.
    sky : float32 array (environments, ENTRIES, 6)
        Under a clear sky, without the ionosphere if anything depends on the place.

    Returns
    -------
    PlaceLoss or None
    sky : float32 array (rows, ENTRIES, 6)
        With rows for curves of the weather.

    Raises
    ------
    InputError
        If the library that the weather needs is not installed.
    """
    if not depends_on_place(scenario):
        return None, sky
    by_latitude = scenario.channel.ionosphere == "by-latitude"
    zones = ZONES if by_latitude else (scenario.channel.ionosphere,) * len(ZONES)
    ionosphere_db = np.array([ionospheric_scintillation_db(frequency_hz, zone) for zone in zones])
    if climates is None:
        no_code = np.zeros((1, 1), dtype=np.uint8)
        return PlaceLoss(ionosphere_db, None, no_code, len(sky)), sky
    channel = scenario.channel
    percent = channel.exceeded_percent if channel.weather == "exceeded" else None
    table = climate_table(climates.places, receiver_of(scenario), frequency_hz, percent)
    code, curves_db = _curves(table, _MOST_ROWS // len(sky) - 1)
    # The ionosphere depends on the place, and stands in its own table.
    in_weather_db = clear_sky_loss_db(
        clear_sky(channel, "middle"), frequency_hz, table_sines(), np, weather=True
    )
    rows = [sky]
    for curve_db in curves_db:
        rows.append(sky.copy())
        rows[-1][:, :, 4] = (curve_db + in_weather_db) * NEPER_PER_DB
    return PlaceLoss(ionosphere_db, table, code, len(sky)), np.concatenate(rows)


def depends_on_place(scenario: Scenario) -> bool:
    """Whether the sky over a region is not the same everywhere."""
    channel = scenario.channel
    return channel.weather != "clear" or channel.ionosphere == "by-latitude"


def _curves(table: ClimateTable, most: int) -> tuple[np.ndarray, np.ndarray]:
    """Code of each climate and level, and curves in dB over the sky table's entries.

    What happens often has the better curve: weights go by the root of the time it takes.
    """
    sine = np.sin(np.radians(ELEVATION_DEG))
    climates, levels, _ = table.scaled_db.shape
    curves_db = table.scaled_db.astype(np.float64) / sine
    often = np.sqrt(LEVEL_PERCENT) if table.has_levels else np.ones(1)
    weight = np.broadcast_to(often, (climates, levels)).ravel()
    groups = group_curves(
        curves_db.reshape(-1, len(sine)), weight, most, largest_error=_LARGEST_ERROR_DB
    )
    entry = np.maximum(np.linspace(0.0, 1.0, ENTRIES), np.sin(np.radians(LOWEST_ELEVATION_DEG)))
    elevation_deg = np.degrees(np.arcsin(entry))
    rows_db = [np.interp(elevation_deg, ELEVATION_DEG, mean * sine) / entry for mean in groups.mean]
    code = (1 + groups.of_curve).reshape(climates, levels).astype(np.uint8)
    return code, np.array(rows_db)
