"""The geostationary orbit against Kepler's law and published look angles."""

import math

import numpy as np
import pytest

from capest.geo.sphere import unit_vectors
from capest.orbits.constants import EARTH_ROTATION_RAD_PER_S, GEOSTATIONARY_RADIUS_M
from capest.orbits.geostationary import positions_m
from capest.orbits.visibility import largest_earth_angle_rad
from capest.physics.constants import EARTH_RADIUS_M
from tests.orbits.orbit_positions import sin_elevation


def test_the_radius_turns_with_the_earth() -> None:
    radius_m = (3.986004418e14 / EARTH_ROTATION_RAD_PER_S**2) ** (1 / 3)
    assert pytest.approx(radius_m, abs=10.0) == GEOSTATIONARY_RADIUS_M


def test_slots() -> None:
    found = positions_m([0.0, 90.0, -100.5, 180.0])
    assert found.shape == (4, 3)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 42_164_170.0, rtol=1e-15)
    assert not found[:, 2].any()
    longitude_deg = np.degrees(np.arctan2(found[:, 1], found[:, 0]))
    np.testing.assert_allclose(longitude_deg, [0.0, 90.0, -100.5, 180.0], atol=1e-12)
    assert positions_m(10.0).shape == (1, 3)


@pytest.mark.parametrize("latitude_deg", [0.0, 22.5, 40.0, 60.0])
@pytest.mark.parametrize("longitude_deg", [80.0, 110.5, 135.0])
def test_elevations(latitude_deg: float, longitude_deg: float) -> None:
    # tan e = (cos γ - R/r) / sin γ with cos γ = cos φ cos Δλ (Maral and Bousquet, Satellite
    # Communications Systems, chapter 2).
    unit = unit_vectors(latitude_deg, longitude_deg)
    found = math.asin(sin_elevation(positions_m(110.5), unit)[0])
    cosine = math.cos(math.radians(latitude_deg)) * math.cos(math.radians(longitude_deg - 110.5))
    rise = cosine - EARTH_RADIUS_M / GEOSTATIONARY_RADIUS_M
    expected = math.atan2(rise, math.sqrt(1 - cosine**2))
    assert found == pytest.approx(expected, abs=1e-7)


def test_the_end_of_coverage() -> None:
    # Known to every operator: nothing is seen beyond 81.3° from the sub-satellite point.
    assert math.degrees(largest_earth_angle_rad(42_164_170.0, 0.0)) == pytest.approx(81.3, abs=0.02)
