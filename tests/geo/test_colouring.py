"""Reuse colours of Earth-fixed cells: neighbours apart, colours even."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from capest.geo import region
from capest.geo.colouring import reuse_colours
from capest.geo.tiling import cells, hexagon_area_km2


@pytest.fixture(scope="module")
def tiling():
    return cells(region.box(20.0, 75.0, 50.0, 130.0), hexagon_area_km2(60.0))


@pytest.mark.parametrize(
    ("colours", "worst_conflicts", "nearest"),
    # Share of neighbouring pairs of one colour; mean distance to the nearest cell of the own colour
    # in spacings, of which a regular lattice has the square root of the colours.
    [(3, 0.06, 1.45), (4, 0.01, 1.6), (7, 0.0, 2.1)],
)
def test_neighbours_are_apart(tiling, colours, worst_conflicts, nearest) -> None:
    colour = reuse_colours(tiling, colours)
    assert set(colour) == set(range(colours))
    unit = np.asarray(tiling.centre_unit)
    pairs = cKDTree(unit).query_pairs(1.35 * 60.0 / 6371.0, output_type="ndarray")
    assert len(pairs) > 2.8 * len(unit)
    assert np.mean(colour[pairs[:, 0]] == colour[pairs[:, 1]]) <= worst_conflicts
    away = [
        cKDTree(unit[colour == each]).query(unit[colour == each], k=2)[0][:, 1]
        for each in range(colours)
    ]
    assert np.concatenate(away).mean() * 6371.0 / 60.0 > nearest
    shares = np.bincount(colour) / len(colour)
    np.testing.assert_allclose(shares, 1.0 / colours, rtol=0.06)


def test_one_colour_and_one_cell() -> None:
    one = cells(region.circle(10.0, 20.0, 5.0), 100.0, touching=True)
    assert (reuse_colours(one, 1) == 0).all()
    assert (reuse_colours(one, 4) >= 0).all()


def test_colours_are_the_same_every_time(tiling) -> None:
    np.testing.assert_array_equal(reuse_colours(tiling, 3), reuse_colours(tiling, 3))
