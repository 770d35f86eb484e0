"""Distances and areas against closed forms and known figures."""

import math

import numpy as np
import pytest

from capest.geo.sphere import (
    EARTH_AREA_KM2,
    EARTH_RADIUS_KM,
    box_area_km2,
    cap_area_km2,
    cap_radius_km,
    great_circle_km,
    lat_lon,
    moved,
    ring_area_km2,
    unit_vectors,
    wrapped,
)

QUARTER_KM = 0.5 * math.pi * EARTH_RADIUS_KM


def test_unit_vectors_point_along_the_axes() -> None:
    vectors = unit_vectors(np.array([0.0, 0.0, 90.0, 0.0]), np.array([0.0, 90.0, 37.0, -180.0]))
    expected = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [-1, 0, 0]]).T
    np.testing.assert_allclose(vectors, expected, atol=1e-15)


def test_lat_lon_undoes_unit_vectors() -> None:
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(-90.0, 90.0, 1000), rng.uniform(-180.0, 180.0, 1000)
    found_lat, found_lon = lat_lon(6371e3 * unit_vectors(lat, lon))
    np.testing.assert_allclose(found_lat, lat, atol=1e-12)
    np.testing.assert_allclose(found_lon, lon, atol=1e-9)


def test_longitudes_wrap_into_half_open_range() -> None:
    np.testing.assert_array_equal(
        wrapped(np.array([180.0, -180.0, 190.0, -190.0, 540.0, 0.0])),
        [-180.0, -180.0, -170.0, 170.0, -180.0, 0.0],
    )


@pytest.mark.parametrize(
    ("start", "end", "expected_km"),
    [
        ((0.0, 0.0), (0.0, 90.0), QUARTER_KM),
        ((90.0, 0.0), (-90.0, 123.0), 2.0 * QUARTER_KM),
        ((0.0, 179.5), (0.0, -179.5), math.radians(1.0) * EARTH_RADIUS_KM),
        # Nashville to Los Angeles, the usual example of the haversine formula (6372.8 km there).
        ((36.12, -86.67), (33.94, -118.40), 2887.26 * 6371.0 / 6372.8),
        ((10.0, 20.0), (10.0, 20.0), 0.0),
    ],
)
def test_great_circles(
    start: tuple[float, float], end: tuple[float, float], expected_km: float
) -> None:
    assert great_circle_km(*start, *end) == pytest.approx(expected_km, rel=1e-5, abs=1e-9)


def test_moving_goes_the_distance_in_the_direction() -> None:
    rng = np.random.default_rng(2)
    lat, lon = rng.uniform(-90.0, 90.0, 1000), rng.uniform(-180.0, 180.0, 1000)
    distance, bearing = rng.uniform(0.0, 20_000.0, 1000), rng.uniform(0.0, 2.0 * np.pi, 1000)
    new_lat, new_lon = moved(lat, lon, distance, bearing)
    np.testing.assert_allclose(great_circle_km(lat, lon, new_lat, new_lon), distance, atol=1e-4)
    lat, lon = moved(
        np.zeros(2), np.full(2, 179.0), np.full(2, QUARTER_KM), np.array([0, 0.5 * np.pi])
    )
    np.testing.assert_allclose(lat, [90.0, 0.0], atol=1e-9)
    assert lon[1] == pytest.approx(-91.0)


def test_areas_of_boxes_and_caps() -> None:
    assert box_area_km2(-90.0, 90.0, 360.0) == pytest.approx(EARTH_AREA_KM2)
    assert box_area_km2(0.0, 30.0, 360.0) == pytest.approx(EARTH_AREA_KM2 / 4.0)
    assert cap_area_km2(QUARTER_KM) == pytest.approx(EARTH_AREA_KM2 / 2.0)
    assert cap_area_km2(10.0) == pytest.approx(math.pi * 100.0, rel=1e-6)
    assert cap_radius_km(cap_area_km2(1234.0)) == pytest.approx(1234.0)


def test_area_of_an_octant_and_of_a_box_as_rings() -> None:
    octant = np.array([[0.0, 0.0], [0.0, 90.0], [90.0, 90.0], [90.0, 0.0], [0.0, 0.0]]).T
    assert ring_area_km2(*octant) == pytest.approx(EARTH_AREA_KM2 / 8.0)
    box = np.array([[10.0, 20.0], [10.0, 50.0], [40.0, 50.0], [40.0, 20.0], [10.0, 20.0]]).T
    assert ring_area_km2(*box) == pytest.approx(box_area_km2(10.0, 40.0, 30.0))
    assert ring_area_km2(*box[:, ::-1]) == pytest.approx(-box_area_km2(10.0, 40.0, 30.0))


def test_area_with_slanted_edges_matches_integration() -> None:
    lat, lon = np.array([0.0, 60.0, 20.0, 0.0]), np.array([0.0, 30.0, -40.0, 0.0])
    # By strips of latitude, whose ends lie on the straight edges.
    at = (np.arange(60_000) + 0.5) * 1e-3
    east = at / 2.0
    west = np.where(at < 20.0, -2.0 * at, -40.0 + (at - 20.0) * 70.0 / 40.0)
    strips = np.cos(np.radians(at)) * np.radians(1e-3) * np.radians(east - west)
    assert ring_area_km2(lat, lon) == pytest.approx(EARTH_RADIUS_KM**2 * strips.sum(), rel=1e-6)


def test_how_far_areas_of_the_sphere_are_from_the_ellipsoid() -> None:
    # WGS 84: radii of curvature M and N give the element of area M · N · cos(lat).
    square_of_e = 0.00669437999014
    lat = np.radians([0.0, 35.3, 90.0])
    root = 1.0 - square_of_e * np.sin(lat) ** 2
    ellipsoid = 6378.137**2 * (1.0 - square_of_e) / root**2
    ratio = EARTH_RADIUS_KM**2 / ellipsoid - 1.0
    np.testing.assert_allclose(ratio, [0.0045, 0.0, -0.0090], atol=2e-4)
    assert pytest.approx(510_065_622.0, rel=3e-6) == EARTH_AREA_KM2
