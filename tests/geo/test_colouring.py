"""Reuse colours of Earth-fixed cells: neighbours apart, cells of one colour far, colours even."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull, cKDTree

from capest.errors import InputError
from capest.geo.colouring import cell_pairs, reuse_colours, spacing_rad
from capest.geo.region import box, circle, country, whole_earth
from capest.geo.sphere import EARTH_AREA_KM2
from capest.geo.tiling import Cells, cells, hexagon_area_km2

ALL_COLOURS = [1, 3, 4, 7]


def earth(count: int) -> Cells:
    return cells(whole_earth(), EARTH_AREA_KM2 / count)


def alike(tiling: Cells, colours: int, spacings: float) -> float:
    """Share of the pairs of cells within a distance that have one colour."""
    colour = reuse_colours(tiling, colours)
    first, second, _ = cell_pairs(tiling, spacings)
    return float((colour[first] == colour[second]).mean())


def nearest_alike(tiling: Cells, colours: int) -> np.ndarray:
    """Distance in spacings of each cell to the nearest of its colour."""
    colour = reuse_colours(tiling, colours)
    nearest = np.empty(len(colour))
    for one in range(colours):
        centre = tiling.centre_unit[colour == one]
        nearest[colour == one] = cKDTree(centre).query(centre, k=2)[0][:, 1]
    return nearest / spacing_rad(tiling)


@pytest.mark.parametrize(
    "tiling",
    [
        *(earth(count) for count in (1, 2, 3, 7, 40, 1500)), cells(country("FJ"), 500.0),
        cells(circle(-90.0, 0.0, 900.0), 2000.0), cells(box(10.0, 20.0, 30.0, 50.0), 9000.0),
    ],
    ids=lambda tiling: f"{len(tiling.lat_deg)} of {tiling.lattice_count}",
)  # fmt: skip
@pytest.mark.parametrize("spacings", [1.4, 2.2])
def test_pairs_are_those_of_brute_force(tiling: Cells, spacings: float) -> None:
    centre = tiling.centre_unit
    distance = np.linalg.norm(centre[:, None] - centre[None], axis=2) / spacing_rad(tiling)
    expected = np.nonzero(np.triu(distance < spacings, 1))
    first, second, found = cell_pairs(tiling, spacings)
    np.testing.assert_array_equal(first, expected[0])
    np.testing.assert_array_equal(second, expected[1])
    np.testing.assert_allclose(found, distance[expected], rtol=1e-12)


@pytest.mark.parametrize("count", [*range(1, 30), 60, 137, 500])
@pytest.mark.parametrize("colours", ALL_COLOURS)
def test_any_number_of_cells(count: int, colours: int) -> None:
    colour = reuse_colours(earth(count), colours)
    assert colour.shape == (count,)
    assert colour.dtype == np.int32
    assert colour.min() >= 0
    assert colour.max() < colours
    if count > 3 * colours:
        assert np.ptp(np.bincount(colour, minlength=colours)) <= max(4, 0.05 * count)


def test_one_cell() -> None:
    one = cells(circle(10.0, 20.0, 5.0), 100.0, touching=True)
    for colours in ALL_COLOURS:
        assert (reuse_colours(one, colours) >= 0).all()


@pytest.mark.parametrize("colours", [3, 4, 7])
def test_no_cell_would_gain_by_another_colour(colours: int) -> None:
    tiling = earth(700)
    colour = reuse_colours(tiling, colours)
    first, second, distance = cell_pairs(tiling, 2.2)
    nuisance = np.rint(1000.0 / distance**6) + 3000 * ((distance < 1.4) & (colours > 3))
    table = np.zeros((700, 700))
    table[first, second] = table[second, first] = nuisance
    for cell in range(700):
        suffered = [table[cell, colour == one].sum() for one in range(colours)]
        assert suffered[colour[cell]] == min(suffered)


# Largest shares of one colour among pairs within 1.4 and 1.2 spacings, least mean distance to the
# nearest of one's colour; regular hexagons have 0, 0 and 1.73, 2 and 2.65.
BOUNDS = [
    (earth(6000), 3, 0.066, 0.0095, 1.47), (earth(6000), 4, 0.002, 0.001, 1.75),
    (earth(6000), 7, 0.0, 0.0, 2.25), (cells(country("CN"), 1560.0), 3, 0.073, 0.001, 1.48),
    (cells(country("CN"), 1560.0), 4, 0.0, 0.0, 1.78),
    (cells(country("CN"), 1560.0), 7, 0.0, 0.0, 2.32),
    (cells(box(20.0, 75.0, 50.0, 130.0), hexagon_area_km2(60.0)), 3, 0.06, 0.002, 1.45),
    (cells(country("IN"), 600.0), 3, 0.0, 0.0, 1.58),
    (cells(country("IN"), 600.0), 4, 0.0, 0.0, 1.76),
    (cells(country("IN"), 600.0), 7, 0.0, 0.0, 2.37),
    (cells(country("RU"), 3000.0), 3, 0.102, 0.003, 1.45),
    (cells(country("RU"), 3000.0), 4, 0.0, 0.0, 1.80),
    (cells(country("RU"), 3000.0), 7, 0.0, 0.0, 2.26),
    # All of it where cells are nearly square: one of the two diagonals of each square.
    (cells(box(-20.0, 0.0, 20.0, 40.0), 3000.0), 3, 0.25, 0.0022, 1.32),
    (cells(box(-20.0, 0.0, 20.0, 40.0), 3000.0), 4, 0.0, 0.0, 1.84),
    (cells(box(-20.0, 0.0, 20.0, 40.0), 3000.0), 7, 0.0, 0.0, 2.09),
    (cells(country("AQ"), 3000.0), 3, 0.096, 0.009, 1.43),
    (cells(country("AQ"), 3000.0), 4, 0.001, 0.001, 1.78),
    (cells(country("AQ"), 3000.0), 7, 0.0, 0.0, 2.2),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tiling", "colours", "near", "nearest", "distance"),
    BOUNDS,
    ids=lambda value: str(value.lattice_count) if isinstance(value, Cells) else str(value),
)
def test_neighbours_differ_and_colours_are_far_apart(
    tiling: Cells, colours: int, near: float, nearest: float, distance: float
) -> None:
    assert alike(tiling, colours, 1.4) <= near
    assert alike(tiling, colours, 1.2) <= nearest
    assert nearest_alike(tiling, colours).mean() >= distance
    share = np.bincount(reuse_colours(tiling, colours)) * colours / len(tiling.lat_deg)
    assert np.abs(share - 1.0).max() < 0.02


@pytest.mark.parametrize(("colours", "limit"), [(3, 0.025), (4, 0.0016), (7, 0.0)])
def test_cells_that_share_a_side(colours: int, limit: float) -> None:
    tiling = earth(6000)
    corner = ConvexHull(tiling.centre_unit).simplices
    side = np.unique(np.sort(corner[:, [[0, 1], [1, 2], [0, 2]]].reshape(-1, 2), axis=1), axis=0)
    colour = reuse_colours(tiling, colours)
    assert (colour[side[:, 0]] == colour[side[:, 1]]).mean() <= limit


@pytest.mark.parametrize("colours", [3, 4, 7])
def test_a_region_of_one_ring_has_a_regular_pattern(colours: int) -> None:
    tiling = cells(box(8.0, 70.0, 16.0, 80.0), 100.0)
    within = nearest_alike(tiling, colours)
    assert alike(tiling, colours, 1.4) == 0.0
    assert within.min() > {3: 1.45, 4: 1.7, 7: 2.2}[colours]
    assert np.quantile(within, 0.99) < {3: 1.8, 4: 2.1, 7: 2.8}[colours]


def test_the_date_line_is_no_seam() -> None:
    across = cells(box(-20.0, 160.0, 20.0, -160.0), 3000.0)
    for colours in (4, 7):
        assert alike(across, colours, 1.4) == 0.0
    assert nearest_alike(across, 4).min() > 1.8


@pytest.mark.parametrize("colours", ALL_COLOURS)
def test_the_same_every_time(colours: int) -> None:
    tiling = earth(2000)
    np.testing.assert_array_equal(reuse_colours(tiling, colours), reuse_colours(tiling, colours))


@pytest.mark.parametrize("colours", [-1, 0, 2, 5, 6, 8, 12])
def test_other_numbers_of_colours_are_refused(colours: int) -> None:
    with pytest.raises(InputError, match="expected 1, 3, 4 or 7"):
        reuse_colours(earth(100), colours)
