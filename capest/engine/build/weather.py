"""The weather of a scenario's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.physics import weather
from capest.physics.geomagnetic import ZONES, magnetic_zone
from capest.physics.weather_of_places import Receiver

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


def receiver_of(scenario: Scenario) -> Receiver:
    """What of the weather counts for the users of a scenario."""
    channel, frequency_hz = scenario.channel, scenario.satellite.frequency_ghz * 1e9
    return Receiver(
        weather.antenna_diameter_m(scenario.handset.antenna_gain_dbi, frequency_hz),
        channel.gas_loss,
        channel.tropospheric_scintillation,
    )


def ionosphere_of(scenario: Scenario) -> str:
    """Zone of the ionosphere over the one place that a scenario names."""
    channel = scenario.channel
    if channel.ionosphere != "by-latitude":
        return channel.ionosphere
    latitude, longitude = np.radians(scenario.weather_place_deg or (0.0, 0.0))
    across = np.cos(latitude)
    unit = [across * np.cos(longitude), across * np.sin(longitude), np.sin(latitude)]
    return ZONES[int(magnetic_zone(np.array(unit)[:, None], np)[0])]


def _place(scenario: Scenario) -> weather.Place | None:
    channel = scenario.channel
    if channel.weather == "clear":
        return None
    place_deg = scenario.weather_place_deg
    if place_deg is None:
        return None
    receiver = receiver_of(scenario)
    return weather.Place(
        *place_deg,
        receiver.antenna_diameter_m,
        receiver.gas,
        receiver.scintillation,
    )
