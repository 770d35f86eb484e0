"""What a beam loses that is aimed at a cell: EIRP and G/T by its angle off the nadir."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.assignment import view_of_cells
from capest.engine.build import build
from capest.engine.trial import compute
from capest.engine.world import World
from capest.physics.constants import EARTH_RADIUS_M
from capest.scenario.load import load_scenario
from capest.scenario.presets import load_preset

from .small import quantile, small_scenario
from .small_network import network_scenario, network_world
from .test_assignment import sky_of
from .test_uplink_of_many import CALLS, play

LOSS = {"satellite__steering_loss_exponent": 1.3}
STILL = {"channel__line_of_sight": "always", "channel__shadow_fading": False}


def scan_cosine(elevation_deg: float, altitude_km: float) -> float:
    """Cosine of the angle at the satellite between the user and the nadir, by the law of sines."""
    sine = EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_km * 1e3)
    return math.sqrt(1.0 - (sine * math.cos(math.radians(elevation_deg))) ** 2)


def test_it_is_2_8_db_at_a_mask_of_30_degrees() -> None:
    assert -13.0 * math.log10(scan_cosine(30.0, 600.0)) == pytest.approx(2.8, abs=0.05)
    assert -13.0 * math.log10(scan_cosine(30.0, 508.0)) == pytest.approx(2.9, abs=0.1)


def seen_from_aside(elevation_deg: float, **changes: Any) -> World:
    """One geostationary satellite, low over a small cell around the equator, without fading."""
    altitude_km = 35_786.0
    sine = EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_km * 1e3)
    nadir_deg = math.degrees(math.asin(sine * math.cos(math.radians(elevation_deg))))
    away_deg = 90.0 - elevation_deg - nadir_deg
    return network_world(
        constellation={"shells": None, "geostationary": f"{away_deg:.6f}"},
        constellation__minimum_elevation_deg=5.0,
        region={"kind": "circle", "latitude_deg": 0.0, "longitude_deg": 0.0, "radius_km": 10.0},
        cells__diameter_km=20.0,
        users__placement="uniform",
        **{**STILL, **changes},
    )


@pytest.mark.parametrize("exponent", [1.3, 10.0])
def test_one_beam_loses_what_the_cosine_says(exponent: float) -> None:
    """A geostationary satellite that stands 20 degrees above the ground is 8.1 degrees aside."""
    found = [
        quantile(compute(seen_from_aside(20.0, satellite__steering_loss_exponent=e),
                         NumpyKernels(), 0, 2), "snr_db", 0.5)
        for e in (0.0, exponent)
    ]  # fmt: skip
    expected_db = -10.0 * exponent * math.log10(scan_cosine(20.0, 35_786.0))
    assert found[0] - found[1] == pytest.approx(expected_db, abs=0.011)


def links_of(**changes: Any) -> Any:
    return play(**CALLS, **STILL, uplink__interference="load", **changes)


def test_every_user_loses_it_in_both_directions() -> None:
    """SNR of each, down and up, by the cosine of where it stands; who serves it stays."""
    free, lossy = links_of(), links_of(**LOSS)
    np.testing.assert_array_equal(free.links.serving, lossy.links.serving)
    there = free.links.serving >= 0
    down_db = 10.0 * np.log10(free.links.unlimited[there] / lossy.links.unlimited[there])
    own = (free.served.settled.own_snr[there], lossy.served.settled.own_snr[there])
    np.testing.assert_allclose(10.0 * np.log10(own[0] / own[1]), down_db, atol=1e-4)
    # Centres of cells stand above the mask of 20 degrees, some users on a rim a little lower;
    # another one stands below its satellite.
    lowest_db = -13.0 * math.log10(scan_cosine(20.0, 600.0))
    assert 0.8 * lowest_db < down_db.max() <= lowest_db + 0.1
    assert 0.0 <= down_db.min() < 0.3


def test_what_disturbs_loses_it_too() -> None:
    """Carrier and interference in the downlink are those of elements, as an array has them."""
    kernel = {}
    for name, changes in {
        "dish": LOSS, "free": {}, "array": {"satellite__antenna": "array"},
    }.items():  # fmt: skip
        world = network_world(**STILL, **changes)
        kernel[name] = world.radio.steering
    assert kernel["dish"].element_exponent == kernel["array"].element_exponent == 1.3
    assert (kernel["dish"].axial_weight, kernel["array"].axial_weight) == (1.0, 0.0)
    assert kernel["free"].element_exponent == 0.0
    free, lossy = (
        compute(network_world(**STILL, cells__lit="all", **changes), NumpyKernels(), 0, 4)
        for changes in ({}, LOSS)
    )
    for share in (0.1, 0.5):
        snr_db = quantile(free, "snr_db", share) - quantile(lossy, "snr_db", share)
        sir_db = quantile(free, "sir_db", share) - quantile(lossy, "sir_db", share)
        assert snr_db > 0.3
        # Beams disturb from about where the served one comes from, so both lose alike.
        assert abs(sir_db) < 0.3 * snr_db


def test_assignments_see_it() -> None:
    plain = view_of_cells(network_world(), sky := sky_of(network_world())).candidates
    steered = view_of_cells(network_world(**LOSS), sky).candidates
    radius_m = np.linalg.norm(sky.position_m[plain.satellite], axis=1)
    away = (EARTH_RADIUS_M / radius_m) * np.cos(np.radians(plain.elevation_deg))
    np.testing.assert_allclose(steered.snr / plain.snr, (1.0 - away**2) ** 0.65, rtol=1e-3)


def test_beams_of_a_layout_have_none() -> None:
    fixed = {"cells__layout": "satellite-fixed", "beams__count": 19}
    assert network_world(**fixed, rules="0.3").radio.steering.element_exponent == 0.0
    assert build(small_scenario(rules="0.3")).radio.steering.element_exponent == 0.0


def test_an_array_loses_it_once() -> None:
    array = network_world(satellite__antenna="array", rules="0.3")
    assert array.radio.steering.element_exponent == 1.3
    flat = network_world(satellite__antenna="array", satellite__element_exponent=0.0, rules="0.3")
    assert flat.radio.steering.element_exponent == 0.0


def test_rules_switch_it_on() -> None:
    found = [network_scenario(rules=rules).satellite for rules in ("0.2", "0.3")]
    assert [each.steering_loss_exponent for each in found] == [0.0, 1.3]


@pytest.mark.parametrize("name", ["starlink-dtc-calibrated", "ast-bluebird-calibrated", "beidou-3"])
def test_satellites_whose_eirp_holds_over_the_field_have_none(name: str) -> None:
    raw = {
        "rules": "0.2",
        "satellite": {"preset": name},
        "beams": {"count": 1, "statistics_count": 1},
    }
    assert load_scenario(raw | {"rules": "0.3"}).satellite.steering_loss_exponent == 0.0
    assert load_preset(name).figures_of_rules["steering_loss_exponent"].source
