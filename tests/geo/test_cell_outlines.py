"""Outlines of cells: whoever is inside has that point nearest, and all of them make the Earth."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from capest.geo.cell_outlines import FEWEST, CellOutlines, hexagon_outlines, lattice_outlines
from capest.geo.fibonacci import lattice_points
from capest.geo.footprint import footprint
from capest.geo.map_polygons import DECIMALS, map_polygons
from capest.geo.sphere import EARTH_AREA_KM2, ring_area_km2, unit_vectors
from capest.geo.standpoint import standpoint
from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.physics.geometry import satellite_overhead
from capest.sampling.placement import cell_areas_m2


def everywhere(points: int) -> tuple[np.ndarray, np.ndarray]:
    """Latitude and longitude of points spread evenly over the Earth, and some at its ends."""
    generator = np.random.default_rng(7)
    lat = np.degrees(np.arcsin(generator.uniform(-1.0, 1.0, points)))
    lon = generator.uniform(-180.0, 180.0, points)
    ends = np.array([[89.99, 12.0], [-89.99, -100.0], [3.0, 179.999], [-48.0, -179.999]])
    return np.append(lat, ends[:, 0]), np.append(lon, ends[:, 1])


def nearest(lat: np.ndarray, lon: np.ndarray, count: int) -> np.ndarray:
    """The nearest point of a lattice, by all distances."""
    return np.argmax(lattice_points(np.arange(count), count).T @ unit_vectors(lat, lon), axis=0)


def inside(outlines: CellOutlines, generator: np.random.Generator, points: int) -> np.ndarray:
    """Random unit vectors inside each cell (cells, points, 3)."""
    sizes = (len(outlines.corners), points, outlines.corner.shape[1])
    weights = generator.dirichlet(np.full(sizes[2], 0.3), size=sizes[:2])
    found = np.einsum("nsk,nkc->nsc", weights, outlines.corner)
    found = 0.999 * found + 0.001 * outlines.centre[:, None, :]
    return found / np.linalg.norm(found, axis=2, keepdims=True)


@pytest.mark.parametrize("count", [FEWEST, 33, 100, 501])
def test_points_inside_have_that_point_nearest_and_areas_add_up(count: int) -> None:
    outlines = lattice_outlines(np.arange(count), count)
    points = inside(outlines, np.random.default_rng(count), 12)
    every = lattice_points(np.arange(count), count)
    found = np.argmax(points.reshape(-1, 3) @ every, axis=1).reshape(count, 12)
    assert np.array_equal(found, np.broadcast_to(np.arange(count)[:, None], found.shape))
    assert outlines.areas_km2().sum() == pytest.approx(EARTH_AREA_KM2, rel=1e-12)


def test_cells_of_a_large_lattice_have_the_area_of_a_cell() -> None:
    """At the pole, near it, and somewhere; areas spread as the page on cells says."""
    count = 513_283
    for first in (0, 40, 150_000, count - 300):
        outlines = lattice_outlines(np.arange(first, first + 300), count)
        areas = outlines.areas_km2() / (EARTH_AREA_KM2 / count)
        assert areas.min() > 0.93
        assert areas.max() < 1.07
    points = inside(outlines, np.random.default_rng(3), 4).reshape(-1, 3)
    some = np.arange(count - 3000, count)
    found = some[np.argmax(points @ lattice_points(some, count), axis=1)].reshape(-1, 4)
    assert np.array_equal(found, np.repeat(np.arange(count - 300, count), 4).reshape(-1, 4))


def test_too_few_cells_have_no_outline() -> None:
    with pytest.raises(ValueError, match="32 or more"):
        lattice_outlines(np.arange(4), 4)


@pytest.mark.parametrize("count", [FEWEST, 642])
def test_polygons_of_a_map_cover_it_once(count: int) -> None:
    """With the poles and the date line: valid, to the left, and where the nearest point is."""
    outlines = lattice_outlines(np.arange(count), count)
    cells = list(map_polygons(outlines))
    rings = [ring for polygons in cells for ring in polygons]
    assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in rings)
    assert all(shapely.LinearRing(ring).is_ccw for ring in rings)
    places = np.concatenate([np.array(ring) for ring in rings])
    assert np.abs(places[:, 0]).max() == 180.0
    assert np.abs(places[:, 1]).max() == 90.0
    assert np.array_equal(places, np.round(places, DECIMALS))
    total = sum(ring_area_km2(*np.array(ring).T[::-1]) for ring in rings)
    assert total == pytest.approx(EARTH_AREA_KM2, rel=1e-9)
    shapes = [shapely.MultiPolygon([shapely.Polygon(ring) for ring in each]) for each in cells]
    assert all(shape.is_valid for shape in shapes)
    lat, lon = everywhere(2000)
    point, cell = shapely.STRtree(shapes).query(shapely.points(lon, lat), predicate="intersects")
    assert len(point) == len(lat)
    # Half a degree of a side is 70 m off its great circle, and a metre is lost by rounding.
    assert np.mean(nearest(lat, lon, count)[point] != cell) < 1e-3
    assert any(len(each) > 1 for each in cells)


@pytest.mark.parametrize(("lat", "lon"), [(52.0, 179.5), (-10.0, 30.0), (88.0, 0.0)])
def test_beams_are_the_hexagons_that_users_are_in(lat: float, lon: float) -> None:
    grid = hexagonal_grid(hexagonal_lattice(19), 0.06, (0.1, 0.0))
    over = standpoint(lat, lon, 600e3, 83.7, 120.0)
    outlines = hexagon_outlines(over, grid.uv, grid.spacing_uv)
    points = inside(outlines, np.random.default_rng(1), 30).reshape(-1, 3)
    found = footprint(over, grid).cell_at(points.T).reshape(19, 30)
    # Sides are straight in u and v, and nearly so on the ground.
    assert np.mean(found == np.arange(19)[:, None]) > 0.99
    area = cell_areas_m2(grid, satellite_overhead(600e3)) / 1e6
    assert outlines.areas_km2() == pytest.approx(area, rel=2e-3)
    assert all(
        shapely.LinearRing(ring).is_ccw for rings in map_polygons(outlines) for ring in rings
    )
