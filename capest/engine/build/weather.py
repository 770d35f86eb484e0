"""The weather of a scenario's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.physics import weather

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def weather_of(scenario: Scenario, frequency_hz: float) -> weather.WeatherTable | None:
    """Tabulate the weather of a carrier, ``None`` for a clear sky.

    Raises
    ------
    InputError
        If the library it needs is not installed.
    """
    channel = scenario.channel
    place = _place(scenario)
    if place is None:
        return None
    percent = channel.exceeded_percent if channel.weather == "exceeded" else None
    return weather.weather_table(place, frequency_hz, percent)


def weather_losses_db(
    scenario: Scenario, frequency_hz: float, elevation_deg: float
) -> tuple[float, float]:
    """Loss by gas and in total of one elevation, exceeded ``channel.exceeded_percent``.

    Raises
    ------
    InputError
        If the library it needs is not installed.
    """
    place = _place(scenario)
    if place is None:
        return 0.0, 0.0
    gas_db, total_db = weather.losses_db(
        place, frequency_hz, np.array([elevation_deg]), scenario.channel.exceeded_percent
    )
    return float(gas_db[0]), float(total_db[0])


def _place(scenario: Scenario) -> weather.Place | None:
    channel, handset = scenario.channel, scenario.handset
    if channel.weather == "clear":
        return None
    if channel.latitude_deg is None or channel.longitude_deg is None:
        return None
    frequency_hz = scenario.satellite.frequency_ghz * 1e9
    return weather.Place(
        channel.latitude_deg,
        channel.longitude_deg,
        weather.antenna_diameter_m(handset.antenna_gain_dbi, frequency_hz),
        channel.gas_loss,
        channel.tropospheric_scintillation,
    )
