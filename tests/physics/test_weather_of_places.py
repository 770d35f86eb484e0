"""The table of many places against the library, asked one place at a time."""

import numpy as np
import pytest

from capest.errors import InputError
from capest.physics import weather
from capest.physics.weather_of_places import (
    LEVEL_PERCENT,
    Receiver,
    climate_loss_db,
    climate_table,
)

pytest.importorskip("itur")

PLACES = ((1.3, 103.8), (47.4, 8.5), (31.2, 121.5), (-3.1, -60.0), (64.1, -21.9))
DISH = Receiver(0.6, gas=True, scintillation=True)


def asked_db(place, receiver, frequency_hz, elevation_deg, percent):
    of_library = weather.Place(
        *place, receiver.antenna_diameter_m, receiver.gas, receiver.scintillation
    )
    return weather.losses_db(of_library, frequency_hz, np.atleast_1d(elevation_deg), percent)[1]


@pytest.mark.parametrize(
    "receiver", [DISH, Receiver(0.1, gas=False, scintillation=True), Receiver(2.0, True, False)]
)
def test_one_percentage_is_that_of_the_library(receiver: Receiver) -> None:
    table = climate_table(PLACES, receiver, 20e9, 0.5)
    for number, place in enumerate(PLACES):
        elevation_deg = np.array([5.0, 10.0, 27.5, 50.0, 90.0])
        found = climate_loss_db(
            table, np.full(5, number), None, np.sin(np.radians(elevation_deg)), np
        )
        expected = asked_db(place, receiver, 20e9, elevation_deg, 0.5)
        np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("frequency_hz", [2e9, 20e9, 30e9])
def test_levels_are_interpolated_within_two_percent(frequency_hz: float) -> None:
    table = climate_table(PLACES, DISH, frequency_hz)
    rng = np.random.default_rng(1)
    relative = []
    for _ in range(25):
        number, percent = rng.integers(len(PLACES)), 10.0 ** rng.uniform(-3.0, 1.69)
        elevation_deg = rng.uniform(5.0, 87.0, 3)
        sine = np.sin(np.radians(elevation_deg))
        found = climate_loss_db(table, np.full(3, number), np.full(3, percent), sine, np)
        expected = asked_db(PLACES[number], DISH, frequency_hz, elevation_deg, percent)
        relative.append(found / expected - 1.0)
    assert np.abs(relative).max() < 0.02
    assert np.std(relative) < 0.005


def test_outside_the_range_the_end_holds() -> None:
    table = climate_table(PLACES, DISH, 20e9)
    percent = np.array([1e-9, LEVEL_PERCENT[0], LEVEL_PERCENT[-1], 99.0])
    place, sine = np.ones(4, dtype=int), np.full(4, 0.5)
    loss_db = climate_loss_db(table, place, percent, sine, np)
    assert loss_db[0] == loss_db[1] > loss_db[2] == loss_db[3] > 0.0
    low = climate_loss_db(table, place[:3], percent[:3], -sine[:3], np)
    at_5_deg = climate_loss_db(
        table, place[:3], percent[:3], np.full(3, np.sin(np.radians(5.0))), np
    )
    assert (low == at_5_deg).all()


def test_rain_counts_in_ka_band_and_hardly_in_s_band() -> None:
    # Of 1 % of the time at 30°, over Singapore: what a budget adds at 20 GHz, and can leave out
    # at 2 GHz.
    sine = np.full(1, 0.5)
    phone, dish = Receiver(0.05, True, True), DISH
    losses_db = [
        float(
            climate_loss_db(climate_table(PLACES, each, hz, 1.0), np.zeros(1, int), None, sine, np)[
                0
            ]
        )
        for each, hz in ((phone, 2e9), (dish, 20e9))
    ]
    assert losses_db[0] < 0.5
    assert losses_db[1] > 10.0


def test_there_is_weather_at_the_poles() -> None:
    table = climate_table(((90.0, 0.0), (-90.0, 180.0), (0.0, -180.0)), DISH, 20e9, 1.0)
    assert (table.scaled_db > 0.0).all()


def test_a_gap_of_the_maps_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    from capest.physics import weather_of_places

    monkeypatch.setattr(weather_of_places, "_FARTHEST_LATITUDE_DEG", 90.0)
    with pytest.raises(InputError, match=r"channel.weather: .* have a gap at 89, 180"):
        climate_table(((47.0, 8.0), (89.0, 180.0)), DISH, 20e9, 1.0)
