"""Beam layout and colouring against TR 38.821 and the geometry of the hexagonal lattice."""

import math

import numpy as np
import pytest

from capest.physics.beam_grid import (
    cell_corners,
    hexagonal_grid,
    hexagonal_lattice,
    reuse_colours,
)
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.physics.geometry import centre_direction


@pytest.mark.parametrize(
    ("hpbw_deg", "printed"),
    [  # TR 38.821 Table 6.1.1.1-6
        (0.4011, 0.0061),
        (0.7353, 0.0111),
        (0.1765, 0.0027),
        (0.4412, 0.0067),
        (4.4127, 0.0668),
        (8.832, 0.1334),
        (1.7647, 0.0267),
    ],
)
def test_adjacent_beam_spacing(hpbw_deg: float, printed: float) -> None:
    # The formula gives 0.06668 for 4.4127 degrees: the printed 0.0668 is rounded up.
    assert spacing_from_hpbw(hpbw_deg) == pytest.approx(printed, abs=1.3e-4)


def test_centre_of_the_geo_layout() -> None:
    # TR 38.821 Table 6.1.1.1-6: u, v = (0.107, 0) for 45 degrees, (0, 0) for 90 degrees.
    assert centre_direction(35_786e3, 45.0)[0] == pytest.approx(0.107, abs=5e-4)
    assert centre_direction(600e3, 90.0)[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("count", [1, 7, 19, 37, 61, 91, 127, 1261])
def test_full_rings_of_distinct_cells(count: int) -> None:
    lattice = hexagonal_lattice(count)
    assert len({tuple(cell) for cell in lattice.tolist()}) == count
    # Distance on the lattice in steps never falls from one beam to the next: ring by ring.
    i, j = lattice.T
    ring = (np.abs(i) + np.abs(j) + np.abs(i + j)) // 2
    assert (np.diff(ring) >= 0).all()
    assert np.bincount(ring)[1:].tolist() == [6 * r for r in range(1, ring.max() + 1)]


@pytest.mark.parametrize("count", [0, 2, 60, 62, -1])
def test_other_counts_are_refused(count: int) -> None:
    with pytest.raises(ValueError, match="not a centred hexagonal number"):
        hexagonal_lattice(count)


def test_every_inner_beam_has_six_neighbours_at_the_spacing() -> None:
    grid = hexagonal_grid(hexagonal_lattice(61), 0.0668, (0.1, 0.0))
    distance = np.linalg.norm(grid.uv[:, None] - grid.uv[None], axis=2)
    near = np.isclose(distance, 0.0668, rtol=1e-9)
    assert (near[:37].sum(axis=1) == 6).all()
    assert (distance[~np.eye(61, dtype=bool)] > 0.0668 * (1 - 1e-9)).all()
    assert grid.uv[0].tolist() == [0.1, 0.0]


@pytest.mark.parametrize("colours", [1, 3, 4, 7])
def test_cochannel_distance_is_the_root_of_the_cluster_size(colours: int) -> None:
    # MacDonald 1979: D / R = sqrt(3 N), with R the cell's circumradius: D = sqrt(N) spacings.
    grid = hexagonal_grid(hexagonal_lattice(271), 1.0, (0.0, 0.0))
    colour = reuse_colours(grid.lattice, colours)
    assert set(colour.tolist()) == set(range(colours))
    for one in range(colours):
        members = grid.uv[colour == one]
        distance = np.linalg.norm(members[:, None] - members[None], axis=2)
        np.fill_diagonal(distance, np.inf)
        assert distance.min() == pytest.approx(math.sqrt(colours))


def test_corners_of_a_cell_touch_three_cells() -> None:
    grid = hexagonal_grid(hexagonal_lattice(7), 1.0, (0.0, 0.0))
    for corner in cell_corners(1.0):
        distance = np.sort(np.linalg.norm(grid.uv - corner, axis=1))
        assert distance[:3] == pytest.approx([1 / math.sqrt(3)] * 3)
