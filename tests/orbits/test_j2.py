"""Secular drift against published orbits and against SGP4."""

import math

import numpy as np
import pytest

from capest.orbits.constants import DAY_S, EQUATORIAL_RADIUS_M
from capest.orbits.j2 import (
    argument_of_latitude_rate_rad_per_s,
    mean_motion_rad_per_s,
    raan_rate_rad_per_s,
)


def raan_deg_per_day(altitude_km: float, inclination_deg: float) -> float:
    """Drift, the altitude counted above the equator as the published figures do."""
    axis_m = EQUATORIAL_RADIUS_M + 1e3 * altitude_km
    return math.degrees(raan_rate_rad_per_s(axis_m, math.radians(inclination_deg))) * DAY_S


# The mean Sun moves 360° in a tropical year; altitudes and inclinations of sun-synchronous orbits
# as mission tables print them.
@pytest.mark.parametrize(
    ("altitude_km", "inclination_deg"), [(500, 97.40), (600, 97.79), (700, 98.19), (800, 98.60)]
)
def test_sun_synchronous_orbits(altitude_km: float, inclination_deg: float) -> None:
    rate = raan_deg_per_day(altitude_km, inclination_deg)
    assert rate == pytest.approx(360 / 365.2422, rel=2e-3)


def test_sun_synchronous_rule_of_thumb() -> None:
    # cos i = -(a / 12,352 km)^(7/2) (Capderou, Satellites: Orbits and Missions).
    axis_m = np.linspace(6.6e6, 12e6, 30)
    inclination = np.arccos(-((axis_m / 12_352e3) ** 3.5))
    rate_deg = np.degrees(raan_rate_rad_per_s(axis_m, inclination)) * DAY_S
    np.testing.assert_allclose(rate_deg, 360 / 365.2422, rtol=1e-3)


def test_space_station() -> None:
    assert raan_deg_per_day(415, 51.64) == pytest.approx(-5.0, abs=0.05)


def test_signs_and_special_inclinations() -> None:
    axis_m = 7e6
    assert raan_rate_rad_per_s(axis_m, math.radians(30)) < 0
    assert raan_rate_rad_per_s(axis_m, math.radians(120)) > 0
    assert raan_rate_rad_per_s(axis_m, math.pi / 2) == pytest.approx(0.0, abs=1e-20)
    # 3 - 4 sin² i vanishes at 60°: there the satellite keeps Kepler's time from node to node.
    rate = argument_of_latitude_rate_rad_per_s(axis_m, math.pi / 3)
    assert rate == pytest.approx(mean_motion_rad_per_s(axis_m), rel=1e-15)


@pytest.mark.parametrize(
    ("axis_km", "period_s"),
    # Geostationary: a sidereal day; GPS: half of one (IS-GPS-200: a = 26,559.7 km).
    [(42_164.17, 86_164.09), (26_561.75, 43_082.05)],
)
def test_kepler(axis_km: float, period_s: float) -> None:
    found = 2 * math.pi / mean_motion_rad_per_s(1e3 * axis_km)
    assert found == pytest.approx(period_s, rel=1e-6)


@pytest.mark.parametrize("inclination_deg", [30.0, 53.0, 70.0, 85.0, 97.8])
@pytest.mark.parametrize("altitude_km", [550.0, 1145.0])
def test_against_sgp4_over_a_day(altitude_km: float, inclination_deg: float) -> None:
    api = pytest.importorskip("sgp4.api")
    axis_m = EQUATORIAL_RADIUS_M + 1e3 * altitude_km
    inclination = math.radians(inclination_deg)
    n = mean_motion_rad_per_s(axis_m)
    # SGP4 wants the anomalistic mean motion (Kozai), in radians a minute.
    factor = 1.0826e-3 * (EQUATORIAL_RADIUS_M / axis_m) ** 2
    kozai = 60 * n * (1 + 0.75 * factor * (2 - 3 * math.sin(inclination) ** 2))
    satellite = api.Satrec()
    satellite.sgp4init(
        api.WGS72, "i", 1, 27_000.0, 0, 0, 0, 1e-6, 0.0, inclination, 0.0, kozai, 1.0
    )
    minutes = np.arange(1441) / 1440
    error, r, v = satellite.sgp4_array(
        np.full(1441, satellite.jdsatepoch), satellite.jdsatepochF + minutes
    )
    assert not error.any()
    h = np.cross(r, v)
    node = np.stack([-h[:, 1], h[:, 0], np.zeros(len(h))], axis=1)
    node /= np.linalg.norm(node, axis=1)[:, None]
    ahead = np.cross(h, node) / np.linalg.norm(h, axis=1)[:, None]
    seconds = minutes * DAY_S
    latitude = np.unwrap(np.arctan2((r * ahead).sum(axis=1), (r * node).sum(axis=1)))
    raan = np.unwrap(np.arctan2(node[:, 1], node[:, 0]))
    rate = argument_of_latitude_rate_rad_per_s(axis_m, inclination)
    drift = raan_rate_rad_per_s(axis_m, inclination)
    # SGP4's terms of second order (J2², J4) and the short-period waves leave some 5·10⁻³ of the
    # terms of first order.
    tolerance = 1e-2 * 1.5 * n * factor
    assert np.polyfit(seconds, latitude, 1)[0] == pytest.approx(rate, abs=tolerance)
    assert np.polyfit(seconds, raan, 1)[0] == pytest.approx(drift, abs=tolerance)
    assert abs(rate - n) > 20 * tolerance  # the comparison sees the J2 term
