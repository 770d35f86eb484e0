"""Cells around a region: which they are, and that their ground is found again."""

import numpy as np
import pytest

from capest.geo import region
from capest.geo.colouring import reuse_colours
from capest.geo.cover import cover, fitting_step_deg
from capest.geo.fibonacci import lattice_points, nearest_point
from capest.geo.guard_cells import even_cells, ground_of, with_guard
from capest.geo.sphere import EARTH_RADIUS_KM, unit_vectors
from capest.geo.tiling import cells, hexagon_area_km2, spacing_rad

REGIONS = {
    "box": region.box(40.0, 5.0, 46.0, 15.0),
    "date line": region.circle(-10.0, 179.5, 900.0),
    "pole": region.circle(88.0, 30.0, 700.0),
    "both poles": region.box(-90.0, -60.0, 90.0, 60.0),
}
WIDTHS_KM = {"box": 80.0, "date line": 150.0, "pole": 150.0, "both poles": 900.0}


def tiling_of(name):
    return cells(REGIONS[name], hexagon_area_km2(WIDTHS_KM[name]), touching=True)


@pytest.mark.parametrize("guard", [0.5, 1.7])
@pytest.mark.parametrize("name", REGIONS)
def test_every_cell_of_the_earth_that_is_near_is_there_and_no_other(name, guard):
    tiling = tiling_of(name)
    guard_km = guard * WIDTHS_KM[name]
    found, given = with_guard(tiling, guard_km)
    # Brute force: all points of the lattice against all cells of the region.
    count = tiling.lattice_count
    every = lattice_points(np.arange(count), count)
    angle = np.arccos(np.clip(np.asarray(tiling.centre_unit) @ every, -1.0, 1.0)).min(axis=0)
    width_km = spacing_rad(tiling) * EARTH_RADIUS_KM
    near = EARTH_RADIUS_KM * angle <= width_km + guard_km
    np.testing.assert_array_equal(found.lattice_index, np.flatnonzero(near))
    np.testing.assert_array_equal(np.asarray(found.lattice_index)[given], tiling.lattice_index)
    assert (~given).sum() > 0


def test_half_a_width_takes_every_neighbour():
    """All cells that share a side with the region's, and few others."""
    tiling = tiling_of("box")
    found, given = with_guard(tiling, 40.0)
    # Points on the sides: those whose nearest centre changes within a hundredth of a width.
    rng = np.random.default_rng(1)
    lat, lon = rng.uniform(38.0, 48.0, 200_000), rng.uniform(2.0, 18.0, 200_000)
    here = nearest_point(unit_vectors(lat, lon), tiling.lattice_count)
    inside, beyond = np.isin(here, tiling.lattice_index), []
    for north, east in ((0.01, 0.0), (-0.01, 0.0), (0.0, 0.01), (0.0, -0.01)):
        there = nearest_point(unit_vectors(lat + north, lon + east), tiling.lattice_count)
        beyond.append(there[inside & ~np.isin(there, tiling.lattice_index)])
    neighbours = np.unique(np.concatenate(beyond))
    around = np.asarray(found.lattice_index)[~given]
    assert np.isin(neighbours, around).all()
    assert len(around) <= 1.25 * len(neighbours)


@pytest.mark.parametrize("name", REGIONS)
def test_the_ground_of_guard_cells_is_covered_once(name):
    found, given = with_guard(tiling_of(name), WIDTHS_KM[name])
    ground = ground_of(found, ~given, "around")
    step_deg = fitting_step_deg(ground)
    covered = cover(ground.shape.spans, step_deg, ground.bounds.south, ground.bounds.north)
    rng = np.random.default_rng(2)
    lat = np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, 200_000)))
    lon = rng.uniform(-180.0, 180.0, 200_000)
    chosen = np.asarray(found.lattice_index)[~given]
    inside = np.isin(nearest_point(unit_vectors(lat, lon), found.lattice_count), chosen)
    np.testing.assert_array_equal(ground.contains(lat, lon), inside)
    # Of area: cells of latitude and longitude weighed with their covered share.
    south = covered.cell // round(360.0 / step_deg) * step_deg - 90.0
    height = np.sin(np.radians(south + step_deg)) - np.sin(np.radians(south))
    km2 = (covered.share * np.radians(step_deg) * height).sum() * EARTH_RADIUS_KM**2
    assert km2 == pytest.approx(ground.area_km2, rel=0.02)
    assert ground.contains(covered.anchor_lat, covered.anchor_lon).mean() > 0.999
    if name == "both poles":
        return  # its cap is all but a hole smaller than a cell
    angle = np.arccos(np.clip(ground.cap.centre @ unit_vectors(lat, lon)[:, inside], -1.0, 1.0))
    assert angle.max() <= ground.cap.radius


@pytest.mark.parametrize("name", REGIONS)
def test_users_are_even_over_guard_cells(name):
    found, given = with_guard(tiling_of(name), WIDTHS_KM[name])
    rng = np.random.default_rng(3)
    model = even_cells(found, ~given)
    assert model.people == pytest.approx((~given).sum() * found.area_km2)
    lat, lon, _, _ = model.draw(list(rng.uniform(size=(3, 100_000))))
    chosen = np.asarray(found.lattice_index)[~given]
    inside = np.isin(nearest_point(unit_vectors(lat, lon), found.lattice_count), chosen)
    assert inside.all()
    # Against points of the whole sphere, kept where a guard cell is: coarse boxes of the ground.
    sphere_lat = np.degrees(np.arcsin(rng.uniform(-1.0, 1.0, 1_500_000)))
    sphere_lon = rng.uniform(-180.0, 180.0, 1_500_000)
    vectors = unit_vectors(sphere_lat, sphere_lon)
    kept = np.isin(nearest_point(vectors, found.lattice_count), chosen)
    edges = [np.quantile(sphere_lat[kept], np.linspace(0.0, 1.0, 7)), np.linspace(-180, 180, 13)]
    edges[0][[0, -1]] = -90.0, 90.0
    truth, _, _ = np.histogram2d(sphere_lat[kept], sphere_lon[kept], edges)
    seen, _, _ = np.histogram2d(lat, lon, edges)
    share, one = truth / kept.sum(), seen / len(lat)
    sigma = np.sqrt(share * (1.0 - share) * (1.0 / kept.sum() + 1.0 / len(lat)))
    # Areas of cells differ by a per cent or two, and each has equally many users.
    assert (abs(one - share) <= 5.0 * sigma + 0.02 * share + 1e-4).all()


@pytest.mark.parametrize("colours", [3, 4, 7])
def test_the_region_keeps_its_colours_beside_guard_cells(colours):
    tiling = tiling_of("box")
    found, given = with_guard(tiling, 80.0)
    colour = reuse_colours(found, colours, first=given)
    np.testing.assert_array_equal(colour[given], reuse_colours(tiling, colours))
    share = np.bincount(colour[~given], minlength=colours) * colours / (~given).sum()
    assert (abs(share - 1.0) < 0.25).all()
    alone = reuse_colours(found, colours)
    near = neighbours_alike(found, colour)
    assert near <= neighbours_alike(found, alone) + 0.02


def neighbours_alike(tiling, colour):
    """Share of pairs of neighbours that have one colour."""
    from capest.geo.colouring import cell_pairs

    first, second, _ = cell_pairs(tiling, 1.2)
    return (colour[first] == colour[second]).mean()
