"""Weather of a constellation's cells, against the library, place by place."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.build.place_loss import MOST_CLIMATES, climates_of_cells
from capest.engine.memory import compute_block
from capest.engine.place_loss import over_users, with_weather
from capest.engine.trial import compute
from capest.engine.uplink_of_many import further_loss_db
from capest.engine.users import draw_users
from capest.geo.sphere import unit_vectors
from capest.physics import weather
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.sky_table import ENTRIES, NEPER_PER_DB
from capest.physics.weather_of_places import climate_loss_db
from capest.sampling.draws import Draws

from .small import quantile, small_scenario
from .small_network import below_one, coupling_db, network_scenario

pytest.importorskip("itur")

KA = {
    "satellite__preset": "tr38821-set1-leo600-ka", "handset__preset": "3gpp-vsat",
    "carrier__bandwidth_mhz": 400.0, "channel__line_of_sight": "always",
    "channel__shadow_fading": False,
}  # fmt: skip
DISH_DB = 39.7
ALOFT_KM = 35_786.0
SINGAPORE, ZURICH, ICELAND = (1.3, 103.8), (47.4, 8.5), (64.1, -21.9)


def elevation_deg(place: tuple[float, float], slot_deg: float) -> float:
    user = unit_vectors(np.array([place[0]]), np.array([place[1]]))[:, 0] * EARTH_RADIUS_M
    satellite = unit_vectors(np.array([0.0]), np.array([slot_deg]))[:, 0]
    way = satellite * (EARTH_RADIUS_M + ALOFT_KM * 1e3) - user
    return float(np.degrees(np.arcsin(way @ user / np.linalg.norm(way) / EARTH_RADIUS_M)))


def library_db(
    place: tuple[float, float], elevation: float, percent: float, frequency_ghz: float = 20.0
) -> float:
    diameter_m = weather.antenna_diameter_m(DISH_DB, 20e9)
    receiver = weather.Place(*place, diameter_m, True, True)
    return float(
        weather.losses_db(receiver, frequency_ghz * 1e9, np.array([elevation]), percent)[1][0]
    )


@pytest.mark.parametrize(
    ("place", "slot_deg", "percent"),
    [(SINGAPORE, 95.0, 0.1), (SINGAPORE, 60.0, 1.0), (ZURICH, 8.5, 0.01), (ICELAND, -21.9, 1.0)],
)
def test_a_constellation_of_one_has_the_loss_of_the_library(
    place: tuple[float, float], slot_deg: float, percent: float
) -> None:
    slot = f"{slot_deg:g}"
    nothing = {"gas_loss": False, "tropospheric_scintillation": False}
    without = coupling_db(below_one(place, slot=slot, **nothing))
    scenario = below_one(place, slot=slot, weather="exceeded", exceeded_percent=percent)
    expected = library_db(place, elevation_deg(place, slot_deg), percent)
    # Bins of the distribution are 0.1 dB wide; within 2 % between tabulated elevations.
    found = coupling_db(scenario) - without
    assert found == pytest.approx(expected, rel=0.02, abs=0.06)


def test_one_satellite_and_a_constellation_of_one_have_the_same_weather() -> None:
    # At the zenith, where both can stand, over the equator.
    place = (0.0, 103.8)
    weathers = {"weather": "random"}, {"gas_loss": False, "tropospheric_scintillation": False}
    many = [below_one(place, **each).replace(users__count=1) for each in weathers]
    one = [
        small_scenario(
            **KA,
            beams__count=1,
            beams__statistics_count=1,
            beams__spacing_uv=1e-4,
            users__per_beam=1,
            channel__latitude_deg=place[0],
            channel__longitude_deg=place[1],
            **{f"channel__{key}": value for key, value in each.items()},
        )
        for each in weathers
    ]
    trials = 600
    rain, clear = (
        [compute_block(build(each[number]), NumpyKernels(), 0, trials) for each in (one, many)]
        for number in (0, 1)
    )
    for share in (0.3, 0.8, 0.95):
        error = 4.0 * np.sqrt(share * (1.0 - share) / trials)
        for block, plain in zip(rain, clear, strict=True):
            found = quantile(block, "coupling_loss_db", share)
            found -= quantile(plain, "coupling_loss_db", 0.5)
            low, high = (
                library_db(place, 90.0, min(50.0, 100.0 * (1.0 - share + side * error)))
                for side in (1.0, -1.0)
            )
            # 4 % right at the zenith, where P.618 turns sharply.
            assert 0.96 * low - 0.1 <= found <= 1.04 * high + 0.1


@cache
def wide() -> Any:
    """A world in random weather over a country's worth of climates, with its users."""
    world = build(
        network_scenario(
            **KA,
            channel__weather="random",
            region__south_deg=20.0,
            cells__diameter_km=150.0,
            users__count=2000,
            users__placement="uniform",
        )
    )
    draws = Draws(NumpyKernels(), 1, 0, 3)
    return world, with_weather(world, draws, draw_users(world, draws))


def test_users_of_a_cell_share_a_moment_and_others_do_not() -> None:
    _, users = wide()
    percent, inside = users.surroundings.weather_percent, users.cell >= 0
    key = users.trial[inside] * 1_000_000 + users.cell[inside]
    _, first, own = np.unique(key, return_index=True, return_inverse=True)
    assert (percent[inside] == percent[inside][first][own]).all()
    assert len(np.unique(percent[inside])) == len(first)


def test_the_own_link_has_the_table_s_loss_and_others_nearly() -> None:
    world, users = wide()
    loss, table = world.radio.place_loss, world.radio.sky
    rng = np.random.default_rng(3)
    own = np.sin(np.radians(rng.uniform(25.0, 85.0, len(users.trial))))
    other = np.sin(np.arcsin(own) + np.radians(rng.uniform(-15.0, 5.0, len(own))))
    over = over_users(world, loss, table, users, own, np)
    percent = users.surroundings.weather_percent
    place = world.weather.climate[np.maximum(users.cell, 0)]
    often = percent > 0.1
    for sine, largest_db, rms_db in ((own, 1e-3, 1e-3), (other, 1.5, 0.06)):
        entry = np.rint(sine * (ENTRIES - 1)).astype(int)
        found = table[over.row, entry, 4] / NEPER_PER_DB - 10.0 * np.log10(over.factor)
        expected = climate_loss_db(loss.weather, place, percent, sine, np)
        error = (found - expected)[often]
        assert np.abs(error).max() < largest_db
        assert np.sqrt((error**2).mean()) < rms_db
    # Weather is worth the accuracy.
    assert expected[percent < 1.0].mean() > 3.0


def test_rain_takes_throughput_in_ka_band_and_none_in_s_band() -> None:
    changes = {"channel__weather": "exceeded", "channel__exceeded_percent": 0.5}
    lost_db, kept = [], []
    for band in (KA, {}):
        rain, clear = (
            compute_block(build(network_scenario(**band, **each)), NumpyKernels(), 0, 20)
            for each in (changes, {})
        )
        lost_db.append(quantile(clear, "snr_db", 0.5) - quantile(rain, "snr_db", 0.5))
        kept.append(rain.trial["throughput"].sum() / clear.trial["throughput"].sum())
    assert lost_db[0] > 2.0 > 0.2 > lost_db[1] > 0.0
    assert kept[0] < 0.8 < 0.98 < kept[1] < 1.0


def test_calls_lose_more_on_a_higher_carrier() -> None:
    scenario = below_one(SINGAPORE, weather="exceeded", exceeded_percent=1.0).replace(
        service__preset="video-call-480p"
    )
    world = build(scenario)
    draws = Draws(NumpyKernels(), 1, 0, 2)
    users = with_weather(world, draws, draw_users(world, draws))

    class Up:
        sin_elevation = np.full(len(users.trial), 0.7)

    uplink_ghz = scenario.satellite.uplink_frequency_ghz
    assert uplink_ghz > 25.0
    elevation = float(np.degrees(np.arcsin(0.7)))
    up, down = (library_db(SINGAPORE, elevation, 1.0, ghz) for ghz in (uplink_ghz, 20.0))
    found = further_loss_db(world, users, Up, np)
    np.testing.assert_allclose(found, up - down, rtol=0.02)
    assert up - down > 5.0


def test_a_fixed_ionosphere_and_weather_add_up() -> None:
    # Weather is of cells; the ionosphere written for all stays on top, here below 6 GHz.
    changes = {"weather": "exceeded", "exceeded_percent": 1.0}
    with_both, rain = (
        coupling_db(below_one(SINGAPORE, "tr38821-set1-geo-s", ionosphere=each, **changes))
        for each in ("equatorial", "middle")
    )
    assert with_both - rain == pytest.approx(2.2, abs=0.06)


def test_cells_share_climates_where_there_are_many() -> None:
    rng = np.random.default_rng(1)
    few = climates_of_cells(np.array([10.05, 10.1, 20.0]), np.array([5.0, 5.02, -170.0]))
    assert few.of_cell.tolist() == [0, 0, 1]
    np.testing.assert_allclose(few.places, [(10.075, 5.01), (20.0, -170.0)])
    latitude_deg, longitude_deg = (
        rng.uniform(-89.0, 89.0, 20_000),
        rng.uniform(-180.0, 180.0, 20_000),
    )
    many = climates_of_cells(latitude_deg, longitude_deg)
    assert MOST_CLIMATES / 4 < len(many.places) <= MOST_CLIMATES
    places = np.array(many.places)[many.of_cell]
    # Boxes of 700 km for the whole Earth, then.
    apart = unit_vectors(latitude_deg, longitude_deg) - unit_vectors(*places.T)
    assert np.linalg.norm(apart, axis=0).max() * EARTH_RADIUS_M < 800e3


def test_trials_of_two_seeds_have_their_own_weather() -> None:
    world = build(network_scenario(**KA, channel__weather="random"))
    draws = [Draws(NumpyKernels(), seed, 0, 2) for seed in (1, 2)]
    first, second = (
        with_weather(world, each, draw_users(world, each)).surroundings.weather_percent
        for each in draws
    )
    assert not np.isin(first, second).any()
    assert compute(world, NumpyKernels(), 0, 2).trial["throughput"].min() > 0.0
