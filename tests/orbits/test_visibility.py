"""The largest Earth angle against the plane triangle and against elevations."""

import math

import numpy as np
import pytest

from capest.geo.sphere import unit_vectors
from capest.orbits.visibility import largest_earth_angle_rad
from capest.orbits.walker import Shell, elements
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import slant_range_m
from tests.orbits.orbit_positions import positions_m, sin_elevation

SATELLITES_M = positions_m(elements(Shell("a", 550.0, 53.0, 72, 22, 17)), 1000.0)


@pytest.mark.parametrize("altitude_km", [300.0, 600.0, 1145.0, 35_793.0])
@pytest.mark.parametrize("elevation_deg", [0.0, 10.0, 30.0, 60.0, 90.0])
def test_largest_earth_angle(altitude_km: float, elevation_deg: float) -> None:
    # Law of cosines with the slant range of TR 38.811, equation 6.6-3.
    radius_m = EARTH_RADIUS_M + 1e3 * altitude_km
    d = slant_range_m(1e3 * altitude_km, elevation_deg)
    cosine = (EARTH_RADIUS_M**2 + radius_m**2 - d**2) / (2 * EARTH_RADIUS_M * radius_m)
    expected = math.acos(min(cosine, 1.0))
    found = largest_earth_angle_rad(radius_m, elevation_deg)
    assert found == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("elevation_deg", [0.0, 10.0, 25.0, 50.0])
@pytest.mark.parametrize("latitude_deg", [-60.0, 0.0, 40.0])
def test_a_satellite_in_view_is_within_the_angle(latitude_deg: float, elevation_deg: float) -> None:
    angle = largest_earth_angle_rad(EARTH_RADIUS_M + 550e3, elevation_deg)
    in_view = 0
    for longitude_deg in np.linspace(-180.0, 180.0, 12, endpoint=False):
        unit = unit_vectors(latitude_deg, longitude_deg)
        seen = np.degrees(np.arcsin(sin_elevation(SATELLITES_M, unit))) >= elevation_deg
        away = np.arccos(SATELLITES_M @ unit / np.linalg.norm(SATELLITES_M, axis=1))
        np.testing.assert_array_equal(seen, away <= angle)
        in_view += seen.sum()
    assert in_view > 0 or abs(latitude_deg) == 60.0
