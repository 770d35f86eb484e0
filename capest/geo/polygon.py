"""Sets of polygons on the sphere: which points are inside, and what parallels run inside.

Edges are straight lines of latitude against longitude (RFC 7946, 3.1.1). A point is inside if a
walk from it to the west meets an odd number of edges, so holes need no mark, and polygons that
only touch can share one set. Rings that reach beyond ±180° are stored twice, 360° apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
class _Bands:
    """Edges by band of latitude.

    Attributes
    ----------
    south, north, height : float
        Where bands begin and end, and how high each is, degrees.
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
    first: np.ndarray
    count: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    offset: np.ndarray
    slope: np.ndarray


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
    def _bands(self) -> _Bands:
        return _bands(*self._edges[:4])

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """Tell for points, float arrays (n,), whether they are inside; bool array (n,)."""
        bands = self._bands
        # The topmost parallel counts as just below itself, so that the pole can be inside.
        lat = xp.where(lat_deg == bands.north, np.nextafter(bands.north, -90.0), lat_deg)
        lon = wrapped(lon_deg)
        band = xp.floor((lat - bands.south) / bands.height).astype(xp.int64)
        within = (lat >= bands.south) & (lat < bands.north)
        band = xp.clip(band, 0, len(bands.count) - 1)
        first, count = xp.asarray(bands.first)[band], xp.asarray(bands.count)[band]
        count = xp.where(within, count, 0)
        columns = [xp.asarray(v) for v in (bands.lower, bands.upper, bands.offset, bands.slope)]
        inside = xp.zeros(lat.shape, dtype=bool)
        for k in range(int(bands.count.max())):
            edge = xp.where(count > k, first + k, 0)
            lower, upper, offset, slope = (column[edge] for column in columns)
            met = (count > k) & (lat >= lower) & (lat < upper) & (lon >= offset + slope * lat)
            inside ^= met
        return inside

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


def _bands(lower: np.ndarray, upper: np.ndarray, offset: np.ndarray, slope: np.ndarray) -> _Bands:
    bands = int(min(_MAX_BANDS, max(1, len(lower))))
    south, north = float(lower.min()), float(upper.max())
    height = (north - south) / bands
    first = np.clip(np.floor((lower - south) / height), 0, bands - 1).astype(np.int64)
    last = np.clip(np.floor((upper - south) / height), 0, bands - 1).astype(np.int64)
    edge, band = expand(first, last - first + 1)
    order = edge[np.argsort(band, kind="stable")]
    count = np.bincount(band, minlength=bands)
    return _Bands(
        south, north, height, np.cumsum(count) - count, count,
        lower[order], upper[order], offset[order], slope[order],
    )  # fmt: skip
