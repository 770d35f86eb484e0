"""Geometry against TR 38.821's delays and trigonometry."""

import numpy as np
import pytest

from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import (
    ground_point,
    one_way_delay_ms,
    satellite_overhead,
    slant_range_m,
    view,
    view_along,
)


@pytest.mark.parametrize(
    ("altitude_m", "round_trip_ms"), [(600e3, 25.77), (35_786e3, 541.46)]
)  # TR 38.821 Table 4.2-2: transparent payload, 10 degrees at both ends
def test_round_trip_delay_of_3gpp(altitude_m: float, round_trip_ms: float) -> None:
    range_m = slant_range_m(altitude_m, 10.0)
    delay_ms = 2.0 * one_way_delay_ms(range_m, range_m)
    assert delay_ms == pytest.approx(round_trip_ms, abs=0.01)


@pytest.mark.parametrize("altitude_m", [300e3, 600e3, 35_786e3])
def test_view_inverts_ground_point(altitude_m: float) -> None:
    satellites = satellite_overhead(altitude_m)
    limit = EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_m)
    angle = np.linspace(0, 6, 25)
    radius = limit * np.linspace(0.0, 0.9999, 25)
    uv = np.stack([radius * np.cos(angle), radius * np.sin(angle)])
    position_m = ground_point(uv, satellites, np)
    assert np.linalg.norm(position_m, axis=0) == pytest.approx(EARTH_RADIUS_M)
    seen = view(position_m, satellites, 0, np)
    np.testing.assert_allclose(seen.direction[:2], uv, atol=1e-9)
    np.testing.assert_allclose((seen.direction**2).sum(axis=0), 1.0)
    # Law of sines: cos(elevation) = (R + h)/R sin(nadir angle).
    np.testing.assert_allclose(np.sqrt(1 - seen.sin_elevation**2), radius / limit, atol=1e-7)
    elevation_deg = np.degrees(np.arcsin(seen.sin_elevation))
    np.testing.assert_allclose(seen.range_m, slant_range_m(altitude_m, elevation_deg), rtol=1e-9)


@pytest.mark.parametrize("altitude_m", [300e3, 600e3, 35_786e3])
def test_view_along_is_the_view_of_the_ground_point(altitude_m: float) -> None:
    satellites = satellite_overhead(altitude_m)
    limit = EARTH_RADIUS_M / (EARTH_RADIUS_M + altitude_m)
    angle = np.linspace(0, 6, 25)
    uv = limit * np.linspace(0.0, 0.9999, 25) * np.stack([np.cos(angle), np.sin(angle)])
    along = view_along(np.stack([*uv, np.zeros(25)]), satellites, np)
    seen = view(ground_point(uv, satellites, np), satellites, 0, np)
    np.testing.assert_allclose(along.direction, seen.direction, atol=1e-9)
    np.testing.assert_allclose(along.range_m, seen.range_m, rtol=1e-9)
    np.testing.assert_allclose(along.sin_elevation, seen.sin_elevation, atol=1e-7)


def test_axes_are_right_handed() -> None:
    u, v, w = satellite_overhead(600e3).axes[0]
    np.testing.assert_array_equal(np.cross(u, v), w)
    assert w.tolist() == [0, 0, -1]
