"""Outlines of cells on the ground: Voronoi cells of the lattice, and hexagons of a layout of beams.

A cell of a region is where its point of the spherical Fibonacci lattice is the nearest one. Seen
from the centre of the Earth onto the plane that touches the sphere at the point (gnomonic
projection), great circles are straight lines: the cell is what the half planes of its neighbours
have in common, a convex polygon.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.geo.fibonacci import lattice_points
from capest.geo.sphere import EARTH_RADIUS_KM
from capest.geo.standpoint import Standpoint
from capest.physics.beam_grid import cell_corners
from capest.physics.geometry import ground_point

FEWEST = 32
"""Cells of the whole Earth from which on a cell has an outline: larger ones are no polygons."""

_NEAR = 24
"""Points looked at around each: a cell has at most a third as many neighbours."""

_ALL_STEPS = 34
"""Steps to the first neighbours near a pole; elsewhere they are Fibonacci numbers."""

_AT_ONCE = 1024
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class CellOutlines:
    """Outlines of cells, counter-clockwise as seen from above.

    Attributes
    ----------
    centre : float64 array (cells, 3)
        Unit vectors inside, of the point that the cell belongs to.
    corner : float64 array (cells, most corners, 3)
        Unit vectors of corners; sides are great circles. The last corner of a cell stands in all
        places that it does not need.
    corners : int64 array (cells,)
        How many each has.
    """

    centre: np.ndarray
    corner: np.ndarray
    corners: np.ndarray

    def areas_km2(self) -> np.ndarray:
        """Area of every cell on the sphere, by triangles from its centre."""
        first, second = self.corner, np.roll(self.corner, -1, axis=1)
        centre = self.centre[:, None, :]
        volume = np.einsum(
            "nkc,nkc->nk", np.cross(first, second), np.broadcast_to(centre, first.shape)
        )
        around = 1.0 + np.sum(first * second + first * centre + second * centre, axis=2)
        # Solid angle of a triangle: Van Oosterom and Strackee, IEEE Trans. Biomed. Eng. 30, 1983.
        found: np.ndarray = EARTH_RADIUS_KM**2 * 2.0 * np.arctan2(volume, around).sum(axis=1)
        return found


def lattice_outlines(index: np.ndarray, count: int) -> CellOutlines:
    """Find the Voronoi cells of points of a lattice.

    Parameters
    ----------
    index : int64 array (cells,)
        Points.
    count : int
        Points of the whole lattice, at least `FEWEST`.

    Raises
    ------
    ValueError
        The lattice has too few points.
    """
    if count < FEWEST:
        raise ValueError(f"cells have an outline where the Earth has {FEWEST} or more, not {count}")
    parts = [
        _some_outlines(index[first : first + _AT_ONCE], count)
        for first in range(0, len(index), _AT_ONCE)
    ]
    most = max((part.shape[1] for part, _ in parts), default=0)
    corner = np.concatenate([_filled(part, most) for part, _ in parts] or [np.empty((0, 0, 3))])
    corners = np.concatenate([number for _, number in parts] or [np.empty(0, dtype=np.int64)])
    return CellOutlines(lattice_points(index, count).T, corner, corners)


def hexagon_outlines(over: Standpoint, uv: np.ndarray, spacing_uv: float) -> CellOutlines:
    """Find the ground below the cells of a layout of beams.

    Parameters
    ----------
    over : Standpoint
    uv : float64 array (cells, 2)
        Boresights.
    spacing_uv : float
        Distance of neighbouring boresights.
    """
    around = uv[:, None, :] + cell_corners(spacing_uv)
    corner = ground_point(around.reshape(-1, 2).T, over.satellites, np)
    corner = (corner / np.linalg.norm(corner, axis=0)).T.reshape(len(uv), 6, 3)
    centre = ground_point(uv.T, over.satellites, np)
    centre = (centre / np.linalg.norm(centre, axis=0)).T
    # The satellite's frame may be seen from below: the corners go round the other way then.
    turn = np.sum(np.cross(corner[:, 0], corner[:, 1]) * centre, axis=1)
    corner = np.where((turn < 0.0)[:, None, None], corner[:, ::-1], corner)
    return CellOutlines(centre, corner, np.full(len(uv), 6))


def _some_outlines(index: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Corners of some cells (cells, most, 3), and how many each has."""
    centre = lattice_points(index, count).T
    east, north = _axes(centre)
    near = _neighbours(index, centre, count)
    apart = centre[:, None, :] - near
    # A point x of the plane is on this side of the half plane where x · (centre − near) ≥ 0.
    a = np.sum(near * east[:, None, :], axis=2)
    b = np.sum(near * north[:, None, :], axis=2)
    d = 0.5 * np.sum(apart * apart, axis=2)
    first, second = np.triu_indices(_NEAR, 1)
    determinant = a[:, first] * b[:, second] - a[:, second] * b[:, first]
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (d[:, first] * b[:, second] - d[:, second] * b[:, first]) / determinant
        y = (a[:, first] * d[:, second] - a[:, second] * d[:, first]) / determinant
        inside = np.isfinite(x) & np.isfinite(y)
        for k in range(_NEAR):
            inside &= a[:, k, None] * x + b[:, k, None] * y <= d[:, k, None] * (1.0 + _TOLERANCE)
    number = inside.sum(axis=1)
    most = int(number.max())
    # Corners first, by their angle around the centre.
    angle = np.where(inside, np.arctan2(y, x), np.inf)
    order = np.argsort(angle, axis=1)[:, :most]
    place = np.minimum(np.arange(most), number[:, None] - 1)
    order = np.take_along_axis(order, place, axis=1)
    x, y = (np.take_along_axis(each, order, axis=1) for each in (x, y))
    corner = centre[:, None, :] + x[..., None] * east[:, None] + y[..., None] * north[:, None]
    return corner / np.linalg.norm(corner, axis=2, keepdims=True), number


def _neighbours(index: np.ndarray, centre: np.ndarray, count: int) -> np.ndarray:
    """The nearest points to each, unit vectors (cells, `_NEAR`, 3)."""
    steps = set(range(1, _ALL_STEPS + 1))
    low, high = _ALL_STEPS, _ALL_STEPS + 21
    while low < count:
        steps.add(low)
        low, high = high, low + high
    step = np.array(sorted(steps))
    wanted = index[:, None] + np.concatenate([-step, step])
    there = (wanted >= 0) & (wanted < count)
    points = lattice_points(np.where(there, wanted, 0).ravel(), count).T.reshape(*wanted.shape, 3)
    cosine = np.where(there, np.einsum("nkc,nc->nk", points, centre), -2.0)
    nearest = np.argpartition(-cosine, _NEAR, axis=1)[:, :_NEAR]
    found: np.ndarray = np.take_along_axis(points, nearest[..., None], axis=1)
    return found


def _axes(centre: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unit vectors to the east and to the north; at a pole any two that suit."""
    across = np.hypot(centre[:, 0], centre[:, 1])
    safe = np.where(across > 0.0, across, 1.0)
    cosine = np.where(across > 0.0, centre[:, 0] / safe, 1.0)
    sine = np.where(across > 0.0, centre[:, 1] / safe, 0.0)
    east = np.stack([-sine, cosine, np.zeros(len(centre))], axis=1)
    return east, np.cross(centre, east)


def _filled(corner: np.ndarray, most: int) -> np.ndarray:
    return np.concatenate(
        [corner, np.repeat(corner[:, -1:], most - corner.shape[1], axis=1)], axis=1
    )
