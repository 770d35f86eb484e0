"""Elevation and Earth angle against the plane triangle, and helpers against each other."""

import math

import numpy as np
import pytest

from capest.orbits.positions import positions_m
from capest.orbits.visibility import (
    ground_units,
    in_view_counts,
    largest_earth_angle_rad,
    sin_elevation,
    visible,
)
from capest.orbits.walker import Shell, elements
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import slant_range_m

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


def test_ground_units() -> None:
    found = ground_units([0.0, 90.0, 45.0], [90.0, 10.0, 0.0])
    expected = [[0, 1, 0], [0, 0, 1], [math.sqrt(0.5), 0, math.sqrt(0.5)]]
    np.testing.assert_allclose(found, expected, atol=1e-15)
    grid = ground_units(np.array([[10.0], [20.0]]), np.array([1.0, 2.0, 3.0]))
    assert grid.shape == (6, 3)
    np.testing.assert_array_equal(grid[4], ground_units(20.0, 2.0)[0])


def test_overhead_and_at_the_horizon() -> None:
    up = ground_units(30.0, 40.0)[0]
    north = ground_units(-60.0, 40.0)[0] * -1.0
    satellites_m = np.stack([(EARTH_RADIUS_M + 6e5) * up, EARTH_RADIUS_M * up + 2e6 * north])
    np.testing.assert_allclose(sin_elevation(satellites_m, up), [1.0, 0.0], atol=1e-9)


@pytest.mark.parametrize("elevation_deg", [0.0, 10.0, 25.0, 50.0])
@pytest.mark.parametrize("latitude_deg", [-60.0, 0.0, 40.0])
def test_three_ways_to_be_in_view_agree(latitude_deg: float, elevation_deg: float) -> None:
    longitudes_deg = np.linspace(-180, 180, 12, endpoint=False)
    units = ground_units(latitude_deg, longitudes_deg)
    counts = in_view_counts(SATELLITES_M, units, elevation_deg)
    assert counts.dtype == np.int64
    angle = largest_earth_angle_rad(EARTH_RADIUS_M + 550e3, elevation_deg)
    for unit, count in zip(units, counts, strict=True):
        seen = visible(SATELLITES_M, unit, elevation_deg)
        assert seen.sum() == count
        by_elevation = np.degrees(np.arcsin(sin_elevation(SATELLITES_M, unit))) >= elevation_deg
        np.testing.assert_array_equal(seen, by_elevation)
        away = np.arccos(SATELLITES_M @ unit / np.linalg.norm(SATELLITES_M, axis=1))
        np.testing.assert_array_equal(seen, away <= angle)
    assert counts.sum() > 0 or abs(latitude_deg) == 60.0
