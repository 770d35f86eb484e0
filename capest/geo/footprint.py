"""The ground below the cells of one satellite's layout of beams, as a region of the Earth."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from capest.geo.shapes import OUTLINE_STEP_DEG, Bounds
from capest.geo.spans import Spans, around
from capest.geo.sphere import EARTH_RADIUS_KM, unit_vectors, wrapped
from capest.geo.standpoint import Standpoint
from capest.physics.beam_grid import BeamGrid, cell_corners

_ROOT = math.sqrt(0.75)

_SAMPLES_OF_CELL = 16
"""Points along a parallel in the width of a cell, between which borders are looked for: what is
narrower, the very corners of outer cells, is missed."""

_HALVINGS = 40

_POLAR_DEG = 85.0
"""Where a layout reaches farther north or south, all longitudes are searched."""


@dataclass(frozen=True)
class Footprint:
    """Cells of a layout on the ground; tells which holds a point, for a worker or a GPU.

    Attributes
    ----------
    standpoint : Standpoint
    centre_uv : (float, float)
        Boresight of the centre cell.
    spacing_uv : float
    number : int32 array (2 · rings + 3, 2 · rings + 3)
        Cell of the layout at lattice coordinates (i, j), moved by rings + 1; -1 for none.
    """

    standpoint: Standpoint
    centre_uv: tuple[float, float]
    spacing_uv: float
    number: Any

    def on(self, xp: Any) -> Footprint:
        """Copy the table to ``xp``."""
        return replace(self, number=xp.asarray(self.number))

    def cell_at(self, unit: Any, xp: Any = np) -> Any:
        """Cell of the layout that holds each point, unit vectors (3, n).

        Returns
        -------
        int32 array (n,)
            -1 for none, and where the satellite is below the horizon.
        """
        seen = self.standpoint.view_of(unit, xp)
        across = (seen.direction[1] - self.centre_uv[1]) / (_ROOT * self.spacing_uv)
        along = (seen.direction[0] - self.centre_uv[0]) / self.spacing_uv - 0.5 * across
        # The nearest point of a hexagonal lattice: of three coordinates that add up to zero, the
        # one that rounding moved farthest follows from the others.
        i, j, k = xp.rint(along), xp.rint(across), xp.rint(-along - across)
        off_i, off_j, off_k = xp.abs(i - along), xp.abs(j - across), xp.abs(k + along + across)
        turned_i = (off_i > off_j) & (off_i > off_k)
        turned_j = ~turned_i & (off_j > off_k)
        i, j = xp.where(turned_i, -j - k, i), xp.where(turned_j, -i - k, j)
        most = self.number.shape[0] - 1
        middle = most // 2
        row = xp.clip(i + middle, 0, most).astype(xp.int64)
        column = xp.clip(j + middle, 0, most).astype(xp.int64)
        found = xp.asarray(self.number)[row, column]
        return xp.where(seen.sin_elevation > 0.0, found, -1).astype(xp.int32)

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """See ``shapes.Border``."""
        return self.cell_at(unit_vectors(lat_deg, lon_deg, xp), xp) >= 0


def footprint(standpoint: Standpoint, grid: BeamGrid) -> Footprint:
    """Find the cells of a layout, whose centre comes first, by their place on its lattice."""
    most = int(np.abs(grid.lattice).max()) + 1
    number = np.full((2 * most + 1, 2 * most + 1), -1, dtype=np.int32)
    number[tuple(grid.lattice.T + most)] = np.arange(len(grid.lattice))
    first = grid.uv[0] - grid.spacing_uv * _offset(grid.lattice[0])
    return Footprint(standpoint, (float(first[0]), float(first[1])), grid.spacing_uv, number)


def _offset(lattice: np.ndarray) -> np.ndarray:
    return np.array([lattice[0] + 0.5 * lattice[1], _ROOT * lattice[1]])


@dataclass(frozen=True, eq=False)
class FootprintShape:
    """The cells of a layout together, see ``shapes.Shape``; only the same object is equal.

    Attributes
    ----------
    border : Footprint
    grid : BeamGrid
        Every cell of it lies wholly on the Earth.
    area_km2 : float
    """

    border: Footprint
    grid: BeamGrid
    area_km2: float

    @cached_property
    def bounds(self) -> Bounds:
        """See ``shapes.Shape``."""
        lat, lon = self.outline()
        poles = self.border.contains(np.array([-90.0, 90.0]), np.zeros(2))
        south = -90.0 if poles[0] else float(lat.min())
        north = 90.0 if poles[1] else float(lat.max())
        if max(abs(south), abs(north)) > _POLAR_DEG:
            return Bounds(south, -180.0, north, 180.0)
        # All longitudes but the widest gap.
        east = np.sort(wrapped(lon))
        gap = np.diff(east, append=east[0] + 360.0)
        widest = int(np.argmax(gap))
        west = float(wrapped(east[widest] + gap[widest]))
        return Bounds(south, west, north, west + 360.0 - float(gap[widest]))

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """See ``shapes.Shape``.

        Parallels are sampled finely against the cells, and borders halved between samples.
        """
        bounds = self.bounds
        width = bounds.east - bounds.west
        samples = math.ceil(width * _SAMPLES_OF_CELL / self.cell_deg) + 1
        east_of = np.linspace(0.0, width, samples)
        # A point beyond each end is outside, so that every piece has both its borders.
        east_of = np.concatenate([[-1e-6], east_of, [width + 1e-6]])
        inside = np.zeros((len(lat_deg), len(east_of)), dtype=bool)
        sampled = bounds.west + east_of[1:-1]
        for parallel, each in enumerate(lat_deg.tolist()):
            along = np.full(len(sampled), each)
            inside[parallel, 1:-1] = self.border.contains(along, sampled)
        row, place = np.nonzero(inside[:, 1:] != inside[:, :-1])
        low, high = east_of[place].copy(), east_of[place + 1].copy()
        enters = inside[row, place + 1]
        lat = lat_deg[row]
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            within = self.border.contains(lat, bounds.west + middle)
            before = within != enters
            low, high = np.where(before, middle, low), np.where(before, high, middle)
        edge = np.clip(0.5 * (low + high), 0.0, width)
        west, length = wrapped(bounds.west + edge[0::2]), edge[1::2] - edge[0::2]
        return around(row[0::2], west, length)

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See ``shapes.Shape``; the edges of all cells."""
        corners = cell_corners(self.grid.spacing_uv)
        pieces = max(2, math.ceil(self.cell_deg / OUTLINE_STEP_DEG))
        along = np.arange(pieces)[:, None] / pieces
        edges = [
            (1.0 - along) * corners[side] + along * corners[(side + 1) % 6] for side in range(6)
        ]
        uv = (self.grid.uv[:, None, :] + np.concatenate(edges)).reshape(-1, 2).T
        return self.border.standpoint.ground_at(uv)

    @property
    def cell_deg(self) -> float:
        """Width of a cell of mean area, in degrees of a great circle."""
        mean_km2 = self.area_km2 / len(self.grid.uv)
        return math.degrees(math.sqrt(mean_km2) / EARTH_RADIUS_KM)
