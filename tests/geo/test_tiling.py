"""Cells: as large as they should be, and the nearest one is the nearest."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import SphericalVoronoi, cKDTree

from capest.errors import InputError
from capest.geo.fibonacci import lattice_part, lattice_points, nearest_point
from capest.geo.region import box, circle, country, whole_earth
from capest.geo.sphere import EARTH_AREA_KM2, unit_vectors
from capest.geo.tiling import cells, hexagon_area_km2, nearest_cell


def directions(count: int, seed: int = 1) -> np.ndarray:
    """Unit vectors (3, count), a quarter of them crowded at the poles."""
    vectors = np.random.default_rng(seed).normal(size=(3, count))
    vectors[:2, : count // 4] *= np.geomspace(1e-6, 0.3, count // 4)
    return vectors / np.linalg.norm(vectors, axis=0)


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 20, 61, 500, 4999, 100_000, 510_064, 3_000_000])
def test_nearest_is_that_of_brute_force(count: int) -> None:
    vectors = directions(100_000)
    points = lattice_points(np.arange(count), count).T
    best, _ = cKDTree(points).query(vectors.T)
    found = nearest_point(vectors, count)
    distance = np.linalg.norm(points[found] - vectors.T, axis=1)
    # Equal up to ties.
    np.testing.assert_allclose(distance, best, rtol=1e-9, atol=1e-12)


def test_nearest_at_the_poles_and_at_the_points_themselves() -> None:
    poles = np.array([[0.0, 0.0], [0.0, 0.0], [1.0, -1.0]])
    np.testing.assert_array_equal(nearest_point(poles, 1000), [0, 999])
    index = np.arange(20_000)
    np.testing.assert_array_equal(nearest_point(lattice_points(index, 20_000), 20_000), index)


@pytest.mark.parametrize(("count", "spread"), [(500, 0.011), (5000, 0.004), (20_000, 0.002)])
def test_areas_are_nearly_equal(count: int, spread: float) -> None:
    voronoi = SphericalVoronoi(lattice_points(np.arange(count), count).T)
    area = voronoi.calculate_areas() * count / (4.0 * np.pi)
    assert area.std() < spread
    assert np.abs(area - 1.0).max() < 0.065
    assert np.sort(np.abs(area - 1.0))[: int(0.98 * count)].max() < 0.03
    sides = np.array([len(corners) for corners in voronoi.regions])
    assert (sides == 6).mean() > 0.8
    assert set(sides) <= {5, 6, 7}


def test_the_whole_earth_is_covered() -> None:
    tiling = cells(whole_earth(), 50_000.0)
    assert len(tiling.lat_deg) == round(EARTH_AREA_KM2 / 50_000.0)
    assert tiling.area_km2 == pytest.approx(50_000.0, rel=1e-4)
    assert tiling.centre_unit.shape == (len(tiling.lat_deg), 3)
    np.testing.assert_allclose(
        tiling.centre_unit.T, unit_vectors(tiling.lat_deg, tiling.lon_deg), atol=1e-12
    )
    found = nearest_cell(directions(10_000), tiling)
    assert found.dtype == np.int32
    assert found.min() >= 0


@pytest.mark.parametrize(
    "region",
    [
        country("CN"), country("FJ"), country("AQ"), box(-10.0, 170.0, 10.0, -170.0),
        circle(90.0, 0.0, 500.0), circle(48.0, 2.0, 300.0),
    ],
    ids=lambda region: region.name,
)  # fmt: skip
def test_cells_of_a_region(region) -> None:  # type: ignore[no-untyped-def]
    tiling = cells(region, 1000.0)
    assert region.contains(tiling.lat_deg, tiling.lon_deg).all()
    expected = region.area_km2 / tiling.area_km2
    # The number of lattice points inside is off by some part of those along the border.
    assert len(tiling.lat_deg) == pytest.approx(expected, abs=2.0 * np.sqrt(expected))
    everywhere = cells(whole_earth(), 1000.0)
    inside = region.contains(everywhere.lat_deg, everywhere.lon_deg)
    np.testing.assert_array_equal(tiling.lattice_index, np.nonzero(inside)[0])
    vectors = np.concatenate(
        [directions(20_000), unit_vectors(tiling.lat_deg + 0.1, tiling.lon_deg + 0.1)], axis=1
    )
    vectors /= np.linalg.norm(vectors, axis=0)
    found = nearest_cell(vectors, tiling)
    _, expected_index = cKDTree(everywhere.centre_unit).query(vectors.T)
    mine = found >= 0
    np.testing.assert_array_equal(tiling.lattice_index[found[mine]], expected_index[mine])
    assert not np.isin(expected_index[~mine], tiling.lattice_index).any()
    # Where all are near, points are read from a table instead of computed.
    away = cKDTree(tiling.centre_unit).query(vectors.T)[0]
    near = away < 3.0 * np.sqrt(tiling.area_km2) / 6371.0
    assert tiling.near is not None
    again = nearest_cell(vectors[:, near], tiling)
    np.testing.assert_array_equal(again, found[near])
    assert (again < 0).any()


def test_points_are_read_from_a_table_that_holds_all() -> None:
    count = 5000
    vectors = directions(3000)
    expected = nearest_point(vectors, count)
    # A table of nonsense shows when it is read.
    part = lattice_part(1000, 3000, count)
    nonsense = replace(part, unit=-part.unit)
    inside = (expected > 1400) & (expected < 2600)
    assert inside.sum() > 300
    some = np.ascontiguousarray(vectors[:, inside])
    np.testing.assert_array_equal(nearest_point(some, count, part=part), expected[inside])
    assert (nearest_point(some, count, part=nonsense) != expected[inside]).all()
    np.testing.assert_array_equal(nearest_point(vectors, count, part=nonsense), expected)
    assert nearest_point(vectors[:, :0], count, part=part).shape == (0,)


def test_tables_do_not_travel() -> None:
    tiling = cells(country("LU"), 100.0)
    assert tiling.near is not None
    again = pickle.loads(pickle.dumps(tiling))
    assert "near" in vars(tiling)
    assert "near" not in vars(again)
    np.testing.assert_array_equal(again.near.cell, tiling.near.cell)


@pytest.mark.parametrize("region", [country("CN"), circle(40.0, 116.0, 30.0), country("LU")])
def test_touching_cells_serve_everyone_inside(region) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(4)
    south, west, north, east = region.bounds
    lat, lon = rng.uniform(south, north, 50_000), rng.uniform(west, east, 50_000)
    inside = region.contains(lat, lon)
    vectors = unit_vectors(lat[inside], lon[inside])
    plain, touching = cells(region, 200.0), cells(region, 200.0, touching=True)
    assert np.isin(plain.lattice_index, touching.lattice_index).all()
    assert (nearest_cell(vectors, touching) < 0).mean() < 2e-3
    assert (nearest_cell(vectors, touching) < 0).sum() < (nearest_cell(vectors, plain) < 0).sum()


def test_a_region_smaller_than_a_cell() -> None:
    region = circle(48.0, 2.0, 1.0)
    with pytest.raises(InputError, match="no cell has its centre in the circle of 1 km"):
        cells(region, 10_000.0)
    assert len(cells(region, 10_000.0, touching=True).lat_deg) == 1


@pytest.mark.parametrize("area_km2", [0.0, -1.0, float("nan"), 1e12])
def test_areas_out_of_range(area_km2: float) -> None:
    with pytest.raises(InputError, match="expected more than 0"):
        cells(whole_earth(), area_km2)


def test_too_many_cells_are_refused() -> None:
    with pytest.raises(InputError, match=r"more than 20,000,000 cells in the Earth"):
        cells(whole_earth(), 1.0)


def test_width_of_a_hexagon() -> None:
    side = 24.0 / np.sqrt(3.0)
    assert hexagon_area_km2(24.0) == pytest.approx(1.5 * np.sqrt(3.0) * side**2)
