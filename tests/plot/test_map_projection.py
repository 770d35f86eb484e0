"""Projections keep areas, go both ways, and agree with published points."""

import numpy as np
import pytest

from capest.geo.sphere import EARTH_RADIUS_KM
from capest.plot.map_projection import EqualEarth, LambertEqualArea, Projection

PROJECTIONS = [
    LambertEqualArea(40.0, -100.0),
    LambertEqualArea(90.0, 0.0),
    LambertEqualArea(-90.0, 30.0),
    LambertEqualArea(0.0, 180.0),
    EqualEarth(0.0),
    EqualEarth(-170.0),
]


def places(count: int = 400) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(1)
    return np.degrees(np.arcsin(rng.uniform(-0.999, 0.999, count))), rng.uniform(-180, 180, count)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=str)
def test_there_and_back(projection: Projection) -> None:
    lat, lon = places()
    back_lat, back_lon = projection.inverse(*projection.forward(lat, lon))
    np.testing.assert_allclose(back_lat, lat, atol=1e-7)
    apart = (back_lon - lon + 180.0) % 360.0 - 180.0
    np.testing.assert_allclose(apart * np.cos(np.radians(lat)), 0.0, atol=1e-7)


@pytest.mark.parametrize("projection", PROJECTIONS, ids=str)
def test_areas_are_kept(projection: Projection) -> None:
    lat, lon = places()
    small = 1e-4

    def at(north: float, east: float) -> tuple[np.ndarray, np.ndarray]:
        return projection.forward(lat + north * small, lon + east * small)

    (x_n, y_n), (x_s, y_s) = at(1.0, 0.0), at(-1.0, 0.0)
    (x_e, y_e), (x_w, y_w) = at(0.0, 1.0), at(0.0, -1.0)
    area = (x_e - x_w) * (y_n - y_s) - (x_n - x_s) * (y_e - y_w)
    on_ground = (2.0 * np.radians(small) * EARTH_RADIUS_KM) ** 2 * np.cos(np.radians(lat))
    # Where a step does not go over the cut of the map, or the opposite point.
    whole = np.hypot(x_e - x_w, y_e - y_w) < 1.0
    assert whole.mean() > 0.99
    np.testing.assert_allclose(area[whole] / on_ground[whole], 1.0, rtol=1e-4)


# Snyder, Map Projections: A Working Manual (1987), numerical examples, pages 332 and 333: a sphere
# of radius 3, the middle at 40° N, 100° W, and the point 20° S, 100° E.
def test_lambert_of_snyder() -> None:
    x, y = LambertEqualArea(40.0, -100.0).forward(np.array([-20.0]), np.array([100.0]))
    assert 3.0 * x[0] / EARTH_RADIUS_KM == pytest.approx(-4.2339303, abs=6e-8)
    assert 3.0 * y[0] / EARTH_RADIUS_KM == pytest.approx(4.0257775, abs=6e-8)


def test_lambert_is_as_far_as_a_chord() -> None:
    # The distance on the map from the middle is the chord, and the direction is the true one.
    projection = LambertEqualArea(0.0, 0.0)
    x, y = projection.forward(np.array([0.0, 60.0, -30.0]), np.array([90.0, 0.0, 0.0]))
    np.testing.assert_allclose(x / EARTH_RADIUS_KM, [np.sqrt(2.0), 0.0, 0.0], atol=1e-12)
    expected = [0.0, 1.0, -2.0 * np.sin(np.radians(15.0))]
    np.testing.assert_allclose(y / EARTH_RADIUS_KM, expected, atol=1e-12)
    # The point opposite to the middle is a circle: it has no place.
    assert np.isnan(projection.forward(np.array([0.0]), np.array([180.0]))[0]).all()
    assert np.isnan(projection.inverse(np.array([2.1 * EARTH_RADIUS_KM]), np.zeros(1))[0]).all()


def test_equal_earth_of_its_authors() -> None:
    # The polynomial at the pole, and the half width of the equator, 2 √3 π / (3 · 1.340264).
    projection = EqualEarth(0.0)
    x, y = projection.forward(np.array([0.0, 90.0]), np.array([180.0 - 1e-9, 0.0]))
    assert x[0] / EARTH_RADIUS_KM == pytest.approx(
        2.0 * np.sqrt(3.0) * np.pi / (3.0 * 1.340264), rel=1e-9
    )
    theta = np.pi / 3.0
    pole = theta * (1.340264 - 0.081106 * theta**2 + 0.000893 * theta**6 + 0.003796 * theta**8)
    assert y[1] / EARTH_RADIUS_KM == pytest.approx(pole, rel=1e-12)
    # Their paper: the equator is 2.05 times as long as the map is high, the pole 0.59 of it.
    assert x[0] / y[1] == pytest.approx(2.05, abs=0.005)
    x_pole, _ = projection.forward(np.array([90.0]), np.array([180.0 - 1e-9]))
    assert x_pole[0] / x[0] == pytest.approx(0.59, abs=0.005)
    assert np.isnan(projection.inverse(np.array([0.9 * x[0]]), np.array([0.9 * y[1]]))[0]).all()


def test_what_is_torn() -> None:
    lat, lon = np.array([10.0, 10.0, 10.0, 10.0]), np.array([170.0, 179.0, -179.0, -170.0])
    whole = EqualEarth(180.0)
    assert not whole.is_torn(lat, lon, *whole.forward(lat, lon)).any()
    cut = EqualEarth(0.0)
    np.testing.assert_array_equal(
        cut.is_torn(lat, lon, *cut.forward(lat, lon)), [False, True, False]
    )
