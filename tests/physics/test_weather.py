"""Weather against the validation examples of the ITU, and the table against the library."""

import importlib.metadata
import math

import numpy as np
import pytest

from capest.errors import InputError
from capest.physics import weather
from capest.physics.weather_library import library_version

pytest.importorskip("itur")

# A 1 m aperture of 65 % efficiency averages scintillation like this one of 50 %.
DIAMETER_M = math.sqrt(0.65 / 0.5)


@pytest.mark.parametrize(
    (
        *("latitude_deg", "longitude_deg", "tilt_deg", "frequency_ghz", "elevation_deg"),
        *("percent", "gas_db", "total_db"),
    ),
    [  # ITU-R Study Group 3, CG-3M3J-13 validation examples of P.618-13, sheet A_total
        (51.5, -0.14, 0, 14.25, 31.07699124, 1, 0.226874038, 1.212790721),
        (51.5, -0.14, 0, 14.25, 31.07699124, 0.1, 0.226874038, 2.901523272),
        (51.5, -0.14, 0, 29, 31.07699124, 0.01, 0.837659939, 26.07175081),
        (41.9, 12.49, 0, 14.25, 40.232036, 1, 0.189480858, 1.104001525),
        (41.9, 12.49, 0, 29, 40.232036, 0.1, 0.706966165, 12.47579603),
        (33.94, 18.43, 0, 29, 46.35969261, 1, 0.665977674, 3.379707728),
        (22.9, -43.23, 0, 14.25, 22.27833468, 1, 0.41148401, 2.744154515),
        (25.78, -80.22, 0, 29, 52.67898486, 1, 0.900282957, 9.640182885),
        (28.717, 77.3, 90, 29, 48.24117054, 0.01, 1.158466274, 56.66860081),
        (3.133, 101.7, 90, 29, 85.80459566, 0.1, 0.778114483, 52.02324991),
    ],
)
def test_validation_examples(
    latitude_deg: float,
    longitude_deg: float,
    tilt_deg: float,
    frequency_ghz: float,
    elevation_deg: float,
    percent: float,
    gas_db: float,
    total_db: float,
) -> None:
    place = weather.Place(latitude_deg, longitude_deg, DIAMETER_M, True, True, tilt_deg)
    gas, total = weather.losses_db(place, frequency_ghz * 1e9, np.array([elevation_deg]), percent)
    assert gas == pytest.approx([gas_db], rel=2e-3)
    assert total == pytest.approx([total_db], rel=3e-4)


def test_the_table_reads_like_the_library() -> None:
    place = weather.Place(39.9, 116.4, 0.6, True, True)
    table = weather.weather_table(place, 20e9)
    rng = np.random.default_rng(1)
    elevation_deg = rng.uniform(2.0, 90.0, 200)
    percent = 10.0 ** rng.uniform(-3.0, math.log10(50.0), 200)
    sine = np.sin(np.radians(elevation_deg))
    got = weather.weather_loss_db(table, sine, elevation_deg, percent, np)
    lowest = np.maximum(elevation_deg, 5.0)
    expected = [
        weather.losses_db(place, 20e9, np.array([e]), p)[1][0]
        for e, p in zip(lowest, percent, strict=True)
    ]
    # P.618 turns sharply in the last degree under the zenith: 2 % there, a tenth of it elsewhere.
    np.testing.assert_allclose(got, expected, rtol=0.02)
    below = elevation_deg < 88.0
    np.testing.assert_allclose(got[below], np.array(expected)[below], rtol=0.004)
    one = weather.weather_table(place, 20e9, 0.5)
    reading = weather.weather_loss_db(one, sine[:5], elevation_deg[:5], None, np)
    direct = weather.losses_db(place, 20e9, lowest[:5], 0.5)[1]
    np.testing.assert_allclose(reading, direct, rtol=0.004)


def test_outside_the_range_the_end_holds() -> None:
    place = weather.Place(39.9, 116.4, 0.6, True, True)
    table = weather.weather_table(place, 20e9)
    angle = np.full(4, 30.0)
    sine = np.sin(np.radians(angle))
    percent = np.array([1e-9, 0.001, 50.0, 99.9])
    loss_db = weather.weather_loss_db(table, sine, angle, percent, np)
    assert loss_db[0] == loss_db[1] > loss_db[2] == loss_db[3] > 0.0


@pytest.mark.parametrize("latitude_deg", [-90.0, 90.0])
@pytest.mark.parametrize("longitude_deg", [-180.0, 360.0])
def test_there_is_weather_everywhere(latitude_deg: float, longitude_deg: float) -> None:
    place = weather.Place(latitude_deg, longitude_deg, 0.6, True, True)
    assert (weather.losses_db(place, 20e9, np.array([5.0, 90.0]), 0.001)[1] > 0.0).all()


def test_a_gap_of_the_maps_is_one_line() -> None:
    place = weather.Place(89.0, 180.0, 0.6, True, True)
    with pytest.raises(InputError, match="have a gap at 89, 180"):
        weather.losses_db(place, 20e9, np.array([30.0]), 1.0)


@pytest.mark.parametrize(("gas", "scintillation"), [(False, True), (True, False), (False, False)])
def test_parts_can_be_left_out(gas: bool, scintillation: bool) -> None:
    elevation_deg = np.array([20.0, 60.0])
    whole, part = (
        weather.losses_db(weather.Place(1.3, 103.8, 0.6, *counts), 20e9, elevation_deg, 1.0)
        for counts in ((True, True), (gas, scintillation))
    )
    assert (part[1] < whole[1]).all()
    np.testing.assert_array_equal(part[0], whole[0] if gas else np.zeros(2))


def test_without_the_library_one_line_says_what_to_install(monkeypatch) -> None:
    def missing(name: str) -> str:
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "version", missing)
    with pytest.raises(InputError, match=r'pip install "capest\[itu\]"'):
        library_version()


def test_a_table_costs_no_more_calls_than_levels(monkeypatch) -> None:
    # What the table is for: a call of the library costs as much as thousands of users.
    calls = []
    original = weather.losses_db
    monkeypatch.setattr(
        weather, "losses_db", lambda *arguments: calls.append(1) or original(*arguments)
    )
    place = weather.Place(0.0, 0.0, 0.6, True, True)
    weather.weather_table.__wrapped__(place, 30e9)
    assert len(calls) == 48
