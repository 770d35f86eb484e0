"""Sets of polygons on the sphere: which points are inside, and what parallels run inside.

Edges are straight lines of latitude against longitude (RFC 7946, 3.1.1). A point is inside if a
walk from it to the west meets an odd number of edges, so holes need no mark, and polygons that
only touch can share one set. Rings that reach beyond ±180° are stored twice, 360° apart.

Why not shapely, which reads and joins the polygons of a file (`geojson`, `union`): users are drawn
by workers, on a GPU too, and a draw asks for each position whether it is inside. So `EdgeBands`
has to stay, as arrays for NumPy and CuPy, and shapely would stand beside it. What that would bring
where a run is prepared, tried with shapely 2.2 (processor time, medians):

* the same points inside, of 300,000 random ones in China, the United States, Russia, Fiji, South
  Africa and all countries; on a border the two rules differ;
* 300,000 points in China in 50 ms instead of 93, in all countries 243 instead of 597; 20,000
  points in China, about as many as cells are looked for, in 3.2 instead of 3.1;
* spans of 2,880 parallels in 39 ms instead of 0.2, in all countries 920 instead of 12;
* cells and users of China found in 0.59 s instead of 0.58 with points by shapely, in 0.75 with
  spans too; of the United States 0.74 and 1.01 instead of 0.64; of the Earth 2.8 and 4.9 instead
  of 2.6;
* 0.013 s and 4 MB to import it, for every run;
* two outlines of the 1:110 million map, of Sudan and North Korea, to be mended first;
* the same cells and users, people of a cell to 10⁻⁸; but where a file follows a country's border,
  2 of 7,053 cells differ: pieces 10⁻¹³ degrees wide between the two come and go with the rounding.

About 20 lines would go and 40 come.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from capest.geo.spans import Spans, expand, make_spans
from capest.geo.sphere import ring_area_km2, wrapped

Ring = tuple[np.ndarray, np.ndarray]
"""Latitudes and longitudes of a closed ring, float64 arrays (n,)."""

_MAX_BANDS = 4096


def unrolled(lat_deg: np.ndarray, lon_deg: np.ndarray) -> Ring:
    """Take the jumps out of a ring's longitudes.

    A step of more than 180° and less than 360° is taken the short way round, across the date
    line. A step of exactly 360° is meant as it is: along ±180°, or along a pole.

    Returns
    -------
    lat_deg, lon_deg : float64 array (n,)

    Raises
    ------
    ValueError
        If the ring goes round a pole.
    """
    step = np.diff(lon_deg)
    turns = np.where(np.abs(step) < 360.0, -np.rint(step / 360.0), 0.0)
    lon = lon_deg + 360.0 * np.concatenate([[0.0], np.cumsum(turns)])
    if abs(lon[-1] - lon[0]) > 180.0:
        raise ValueError("the ring goes round a pole")
    return lat_deg, lon - 360.0 * np.floor((lon.min() + 180.0) / 360.0)


@dataclass(frozen=True)
class EdgeBands:
    """Edges by band of latitude, as arrays alone: they tell inside from outside on a GPU too.

    Attributes
    ----------
    south, north, height : float
        Where bands begin and end, and how high each is, degrees.
    most : int
        Edges of the band with most of them.
    first, count : int64 array (bands,)
        Edges of a band, in the arrays below.
    lower, upper : float64 array (edges,)
        Latitudes between which an edge counts, the upper one excluded.
    offset, slope : float64 array (edges,)
        The edge's longitude is ``offset + slope · latitude``.
    """

    south: float
    north: float
    height: float
    most: int
    first: Any
    count: Any
    lower: Any
    upper: Any
    offset: Any
    slope: Any

    def on(self, xp: Any) -> EdgeBands:
        """Copy the arrays to ``xp``."""
        names = ("first", "count", "lower", "upper", "offset", "slope")
        return replace(self, **{name: xp.asarray(getattr(self, name)) for name in names})

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """Tell for points, arrays (n,) of ``xp``, whether they are inside; bool array (n,)."""
        # The topmost parallel counts as just below itself, so that the pole can be inside.
        lat = xp.where(lat_deg == self.north, np.nextafter(self.north, -90.0), lat_deg)
        lon = wrapped(lon_deg)
        band = xp.floor((lat - self.south) / self.height).astype(xp.int64)
        within = (lat >= self.south) & (lat < self.north)
        band = xp.clip(band, 0, len(self.count) - 1)
        first, count = self.first[band], xp.where(within, self.count[band], 0)
        inside = xp.zeros(lat.shape, dtype=bool)
        for k in range(self.most):
            edge = xp.where(count > k, first + k, 0)
            lower, upper = self.lower[edge], self.upper[edge]
            west = self.offset[edge] + self.slope[edge] * lat
            inside ^= (count > k) & (lat >= lower) & (lat < upper) & (lon >= west)
        return inside


@dataclass(frozen=True)
class PolygonSet:
    """Polygons that do not overlap.

    Attributes
    ----------
    rings : tuple of Ring
        Outlines and holes as `unrolled` gives them, in any order and orientation.
    holes : tuple of bool
        Which rings are holes; used for the area only.
    labels : tuple of int
        Which area a ring belongs to, for `spans`.
    """

    rings: tuple[Ring, ...]
    holes: tuple[bool, ...]
    labels: tuple[int, ...]

    @cached_property
    def area_km2(self) -> float:
        """Area without the holes."""
        size = np.abs([ring_area_km2(lat, lon) for lat, lon in self.rings])
        return float(np.where(self.holes, -size, size).sum())

    @cached_property
    def _edges(self) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        return _edges(self.rings, self.labels)

    @cached_property
    def bands(self) -> EdgeBands:
        """What tells which points are inside."""
        return _bands(*self._edges[:4])

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """Pieces inside, of parallels in ascending order, labelled by area."""
        lower, upper, offset, slope, label = self._edges
        first = np.searchsorted(lat_deg, lower, side="left")
        count = np.searchsorted(lat_deg, upper, side="left") - first
        edge, row = expand(first, count)
        lon = offset[edge] + slope[edge] * lat_deg[row]
        order = np.lexsort((lon, row, label[edge]))
        row, lon, owner = row[order], lon[order], label[edge[order]]
        west, east = np.clip(lon[0::2], -180.0, 180.0), np.clip(lon[1::2], -180.0, 180.0)
        return make_spans(row[0::2], west, east, owner[0::2])


def _edges(
    rings: Sequence[Ring], labels: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Lower and upper latitude, offset, slope and label of all edges that climb."""
    pieces = []
    for (lat, lon), label in zip(rings, labels, strict=True):
        # Points and spans are looked for in [-180, 180): show a ring there once per turn.
        for shift in (0.0, -360.0) if lon.max() > 180.0 else (0.0,):
            down = lat[:-1] > lat[1:]
            lower, upper = np.where(down, lat[1:], lat[:-1]), np.where(down, lat[:-1], lat[1:])
            at_lower = np.where(down, lon[1:], lon[:-1]) + shift
            at_upper = np.where(down, lon[:-1], lon[1:]) + shift
            climbs = upper > lower
            slope = (at_upper - at_lower)[climbs] / (upper - lower)[climbs]
            offset = at_lower[climbs] - slope * lower[climbs]
            owner = np.full(len(slope), label)
            pieces.append((lower[climbs], upper[climbs], offset, slope, owner))
    lower, upper, offset, slope, owner = (
        np.concatenate(column) for column in zip(*pieces, strict=True)
    )
    return lower, upper, offset, slope, owner


def _bands(
    lower: np.ndarray, upper: np.ndarray, offset: np.ndarray, slope: np.ndarray
) -> EdgeBands:
    bands = int(min(_MAX_BANDS, max(1, len(lower))))
    south, north = float(lower.min()), float(upper.max())
    height = (north - south) / bands
    first = np.clip(np.floor((lower - south) / height), 0, bands - 1).astype(np.int64)
    last = np.clip(np.floor((upper - south) / height), 0, bands - 1).astype(np.int64)
    edge, band = expand(first, last - first + 1)
    order = edge[np.argsort(band, kind="stable")]
    count = np.bincount(band, minlength=bands)
    return EdgeBands(
        south, north, height, int(count.max()), np.cumsum(count) - count, count,
        lower[order], upper[order], offset[order], slope[order],
    )  # fmt: skip
