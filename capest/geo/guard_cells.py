"""Cells around those of a region: what is near enough to interfere, and the ground it covers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.geo.fibonacci import lattice_points, nearest_point
from capest.geo.region import Region
from capest.geo.shapes import Bounds
from capest.geo.spans import Spans, around, expand
from capest.geo.sphere import EARTH_AREA_KM2, EARTH_RADIUS_KM, lat_lon, moved, unit_vectors, wrapped
from capest.geo.tiling import Cells, between, cells_of_lattice, spacing_rad

_BEARINGS = 24
_PROBES = (0.6, 0.8, 1.0)
"""Spacings from a cell's centre, in `_BEARINGS` directions: every neighbour holds one of these."""

_CORNER = 0.85
"""Spacings from a centre to beyond the farthest corner of its cell: of a square it is at 0.66."""

_SAMPLES = 16
"""Of a parallel through a cell; its ends lie between two of them, and are found by bisection."""
_BISECTIONS = 12

_AT_ONCE = 2**15
_PAIRS_AT_ONCE = 2**21


def with_guard(tiling: Cells, guard_km: float) -> tuple[Cells, np.ndarray]:
    """Add the cells that lie around some.

    Parameters
    ----------
    tiling : Cells
    guard_km : float
        Cells count as near whose centre is at most a cell's width and this from one of those
        given: so far apart are the edges of cells of a width, in the direction of the centres.

    Returns
    -------
    tiling : Cells
        With those around.
    given : bool array (cells,)
        Those that were given.
    """
    count, known = tiling.lattice_count, np.asarray(tiling.lattice_index)
    reach_rad = min(spacing_rad(tiling) + guard_km / EARTH_RADIUS_KM, math.pi)
    added = _near(known[_at_edge(tiling)], reach_rad, count)
    index = np.union1d(known, added)
    return cells_of_lattice(index, count), np.isin(index, known)


def _at_edge(tiling: Cells) -> np.ndarray:
    """Cells with a neighbour that is none of them, bool array (cells,).

    Of all the cells, one at the edge is nearest to whatever lies outside.
    """
    spacing_km = spacing_rad(tiling) * EARTH_RADIUS_KM
    bearing = 2.0 * np.pi * np.arange(_BEARINGS) / _BEARINGS
    found = np.zeros(len(tiling.lat_deg), dtype=bool)
    for probe in _PROBES:
        for first in range(0, len(found), _AT_ONCE):
            some = slice(first, first + _AT_ONCE)
            lat, lon = moved(
                np.repeat(tiling.lat_deg[some], _BEARINGS),
                np.repeat(tiling.lon_deg[some], _BEARINGS),
                probe * spacing_km,
                np.tile(bearing, len(tiling.lat_deg[some])),
            )
            of_lattice = nearest_point(unit_vectors(lat, lon), tiling.lattice_count)
            outside = ~np.isin(of_lattice, tiling.lattice_index)
            found[some] |= outside.reshape(-1, _BEARINGS).any(axis=1)
    return found


def _near(index: np.ndarray, reach_rad: float, count: int) -> np.ndarray:
    """Points of the lattice at most so far from some of its points, int64 array (n,)."""
    if not len(index):
        return index
    centre = lattice_points(index, count)
    latitude, _ = lat_lon(centre)
    reach_deg = math.degrees(reach_rad)
    band = between(
        max(latitude.min() - reach_deg, -90.0), min(latitude.max() + reach_deg, 90.0), count
    )
    z = 1.0 - (2.0 * band + 1.0) / count
    least = math.cos(reach_rad)
    # Between the parallels of a cell's reach: the lattice is sorted from north to south.
    north = np.sin(np.radians(np.minimum(latitude + reach_deg, 90.0)))
    south = np.sin(np.radians(np.maximum(latitude - reach_deg, -90.0)))
    first = np.searchsorted(-z, -north - 1e-12, side="left")
    length = np.searchsorted(-z, -south + 1e-12, side="right") - first
    near = np.zeros(len(band), dtype=bool)
    vectors = lattice_points(band, count)
    step = max(1, _PAIRS_AT_ONCE // int(length.max(initial=1)))
    for start in range(0, len(index), step):
        some = slice(start, start + step)
        owner, at = expand(first[some], length[some])
        cosine = (centre[:, some][:, owner] * vectors[:, at]).sum(axis=0)
        near[at[cosine >= least]] = True
    return band[near]


def ground_of(tiling: Cells, chosen: np.ndarray, name: str) -> Region:
    """Ground of some cells as a region, such as to draw users from; no country is its member.

    Parameters
    ----------
    tiling : Cells
    chosen : bool array (cells,)
        At least one.
    name : str
        For messages.
    """
    index = np.asarray(tiling.lattice_index)[chosen]
    return Region(name, CellsShape(cells_of_lattice(index, tiling.lattice_count)))


@dataclass(frozen=True)
class CellsBorder:
    """Border of cells: the lattice's nearest points tell which points are inside.

    Attributes
    ----------
    lattice_count : int
    lattice_index : int64 array (n,)
        Ascending.
    """

    lattice_count: int
    lattice_index: Any

    def on(self, xp: Any) -> CellsBorder:
        """See `shapes.Border`."""
        return CellsBorder(self.lattice_count, xp.asarray(self.lattice_index))

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """See `shapes.Border`."""
        of_lattice = nearest_point(unit_vectors(lat_deg, lon_deg, xp), self.lattice_count, xp)
        known = xp.asarray(self.lattice_index)
        at = xp.minimum(xp.searchsorted(known, of_lattice), known.shape[0] - 1)
        return known[at] == of_lattice


@dataclass(frozen=True, eq=False)
class CellsShape:
    """The ground of some cells; see `shapes.Shape`. Only the same object is equal."""

    tiling: Cells

    @property
    def area_km2(self) -> float:
        """See `shapes.Shape`."""
        return len(self.tiling.lattice_index) * EARTH_AREA_KM2 / self.tiling.lattice_count

    @property
    def bounds(self) -> Bounds:
        """See `shapes.Shape`; all longitudes, as nothing asks for fewer."""
        corner_deg = math.degrees(_CORNER * spacing_rad(self.tiling))
        south, north = self.tiling.lat_deg.min(), self.tiling.lat_deg.max()
        return Bounds(
            max(float(south) - corner_deg, -90.0),
            -180.0,
            min(float(north) + corner_deg, 90.0),
            180.0,
        )

    @property
    def border(self) -> CellsBorder:
        """See `shapes.Shape`."""
        return CellsBorder(self.tiling.lattice_count, self.tiling.lattice_index)

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """See `shapes.Shape`."""
        parts = [
            self._spans_of(slice(first, first + _AT_ONCE // _SAMPLES), lat_deg)
            for first in range(0, len(self.tiling.lat_deg), _AT_ONCE // _SAMPLES)
        ]
        row, west, width = (np.concatenate(column) for column in zip(*parts, strict=True))
        return around(row, west, width)

    def _spans_of(self, some: slice, lat_deg: np.ndarray) -> tuple[np.ndarray, ...]:
        """Row, western end and width of the pieces of some cells."""
        tiling, corner = self.tiling, _CORNER * spacing_rad(self.tiling)
        middle, corner_deg = tiling.lat_deg[some], math.degrees(corner)
        first = np.searchsorted(lat_deg, middle - corner_deg)
        cell, row = expand(first, np.searchsorted(lat_deg, middle + corner_deg) - first)
        # The farthest meridian that a circle around the centre touches; near a pole, all.
        ratio = math.sin(corner) / np.maximum(np.cos(np.radians(middle[cell])), 1e-12)
        polar = np.abs(middle[cell]) + corner_deg >= 90.0
        half_deg = np.where(polar, 180.0, np.degrees(np.arcsin(np.minimum(ratio, 1.0))))
        step_deg = 2.0 * half_deg / _SAMPLES
        from_deg = tiling.lon_deg[some][cell] - half_deg
        lon = from_deg[:, None] + step_deg[:, None] * (np.arange(_SAMPLES) + 0.5)
        lat = np.broadcast_to(lat_deg[row][:, None], lon.shape)
        found = nearest_point(unit_vectors(lat.ravel(), lon.ravel()), tiling.lattice_count)
        inside = found.reshape(lon.shape) == tiling.lattice_index[some][cell][:, None]
        # One piece for each row of samples inside: a cell round a pole may have two of a parallel.
        edge = np.diff(np.pad(inside, ((0, 0), (1, 1))).astype(np.int8), axis=1)
        piece, start = np.nonzero(edge == 1)
        _, end = np.nonzero(edge == -1)
        index, lat = tiling.lattice_index[some][cell][piece], lat_deg[row][piece]
        first_deg, width_deg = from_deg[piece], step_deg[piece]
        west = self._end(index, lat, first_deg + width_deg * (start + 0.5), -width_deg, start == 0)
        east = self._end(
            index, lat, first_deg + width_deg * (end - 0.5), width_deg, end == _SAMPLES
        )
        return row[piece], wrapped(west), east - west

    def _end(
        self,
        index: np.ndarray,
        lat_deg: np.ndarray,
        inside_deg: np.ndarray,
        step_deg: np.ndarray,
        is_last: np.ndarray,
    ) -> np.ndarray:
        """Where cells end between a longitude inside and one a step away; half a step if last."""
        inside, outside = inside_deg, inside_deg + step_deg
        for _ in range(_BISECTIONS):
            middle = 0.5 * (inside + outside)
            found = nearest_point(unit_vectors(lat_deg, middle), self.tiling.lattice_count)
            inside = np.where(found == index, middle, inside)
            outside = np.where(found == index, outside, middle)
        return np.where(is_last, inside_deg + 0.5 * step_deg, inside)

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `shapes.Shape`; points around every centre, beyond its cell."""
        far_km = _CORNER * spacing_rad(self.tiling) * EARTH_RADIUS_KM
        bearing = np.tile(2.0 * np.pi * np.arange(6) / 6, len(self.tiling.lat_deg))
        lat, lon = np.repeat(self.tiling.lat_deg, 6), np.repeat(self.tiling.lon_deg, 6)
        return moved(lat, lon, far_km, bearing)


@dataclass(frozen=True)
class EvenCells:
    """Users uniform by area over cells of the lattice; draws like `population.PopulationModel`.

    Attributes
    ----------
    people : float
        Area, km².
    lattice_count : int
    lattice_index : int64 array (n,)
    """

    people: float
    lattice_count: int
    lattice_index: Any

    uniforms_needed = 3

    def in_order(self, cell_at: Callable[[np.ndarray], np.ndarray]) -> EvenCells:
        """See `population.PopulationModel.in_order`; one cell comes after the other already."""
        return self

    def draw(self, uniforms: list[Any], xp: Any = np) -> tuple[Any, Any, Any, Any]:
        """Place users; see `population.PopulationModel.draw`.

        In longitude and sine of latitude, which keep areas, points of the lattice differ by whole
        steps. So what a point anywhere on a cell's parallel is away from its nearest is uniform
        over a cell, and one uniform chooses which.
        """
        count, known = self.lattice_count, xp.asarray(self.lattice_index)
        at = xp.minimum(xp.floor(uniforms[0] * len(known)).astype(xp.int64), len(known) - 1)
        index = known[at]
        middle = lattice_points(index, count, xp)
        centre_lat, centre_lon = lat_lon(middle, xp)
        sine = xp.clip(middle[2] + (2.0 * uniforms[1] - 1.0) / count, -1.0, 1.0)
        longitude = 360.0 * uniforms[2]
        across = xp.degrees(xp.arcsin(sine))
        nearest = nearest_point(unit_vectors(across, longitude, xp), count, xp)
        there = lattice_points(nearest, count, xp)
        _, there_lon = lat_lon(there, xp)
        sine = xp.clip(middle[2] + sine - there[2], -1.0, 1.0)
        lat, lon = xp.degrees(xp.arcsin(sine)), wrapped(centre_lon + longitude - there_lon)
        # Beside a pole cells differ from one to the next.
        same = nearest_point(unit_vectors(lat, lon, xp), count, xp) == index
        lat, lon = xp.where(same, lat, centre_lat), xp.where(same, lon, centre_lon)
        kind = xp.zeros(len(index), dtype=xp.int8)
        return lat, lon, kind, xp.full(len(index), -1, dtype=xp.int16)


def even_cells(tiling: Cells, chosen: np.ndarray) -> EvenCells:
    """Users uniform over some cells, bool array (cells,), at least one."""
    index = np.asarray(tiling.lattice_index)[chosen]
    return EvenCells(len(index) * tiling.area_km2, tiling.lattice_count, index)
