"""Cells of latitude and longitude that areas cover, and how much of each."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.geo.land import land_at
from capest.geo.region import Region
from capest.geo.spans import Spans, expand, make_spans
from capest.geo.sphere import box_area_km2

COARSE_DEG = 0.25
_PARALLELS = 4
"""Parallels of a cell along which borders are followed; between meridians they are exact."""

_ROWS_OF_REGION = 16
_HALVINGS = 8


@dataclass(frozen=True)
class Cover:
    """Cells, one entry for each cell and area in it, sorted by area and cell.

    Attributes
    ----------
    step_deg : float
        Side of a cell.
    cell : int64 array (n,)
        Row · columns + column, from 90° S, 180° W.
    country : int64 array (n,)
        Label of the area: the index of a country.
    share : float64 array (n,)
        Covered share of the cell.
    land_km2 : float64 array (n,)
        Covered land.
    south, north, west, east : float64 array (n,)
        Around the covered part, degrees.
    anchor_lat, anchor_lon : float64 array (n,)
        A covered point, the middle of the longest covered piece.
    """

    step_deg: float
    cell: np.ndarray
    country: np.ndarray
    share: np.ndarray
    land_km2: np.ndarray
    south: np.ndarray
    north: np.ndarray
    west: np.ndarray
    east: np.ndarray
    anchor_lat: np.ndarray
    anchor_lon: np.ndarray

    @property
    def coarse_key(self) -> np.ndarray:
        """Country and cell of `COARSE_DEG`, as one number: int64 array (n,)."""
        columns, coarse = round(360.0 / self.step_deg), round(360.0 / COARSE_DEG)
        ratio = round(COARSE_DEG / self.step_deg)
        row, column = np.divmod(self.cell, columns)
        parent = row // ratio * coarse + column // ratio
        return self.country * (coarse * coarse // 2) + parent


def fitting_step_deg(region: Region) -> float:
    """Side of the cells for a region: 1/4 degree, halved until it has 16 rows of them."""
    height = region.bounds.north - region.bounds.south
    halvings = math.ceil(math.log2(COARSE_DEG * _ROWS_OF_REGION / height))
    return COARSE_DEG / 2 ** min(max(halvings, 0), _HALVINGS)


def cover(
    spans_at: Callable[[np.ndarray], Spans],
    step_deg: float,
    south: float = -90.0,
    north: float = 90.0,
) -> Cover:
    """Find the cells that areas cover.

    Parameters
    ----------
    spans_at : callable
        Gives the labelled pieces of parallels inside; see `PolygonSet.spans`.
    step_deg : float
        Side of a cell, a part of a degree that divides 180.
    south, north : float
        Between which parallels to look.
    """
    fine = step_deg / _PARALLELS
    first = math.floor((south + 90.0) / fine)
    last = min(math.ceil((north + 90.0) / fine), round(180.0 / fine))
    lat = -90.0 + fine * (np.arange(first, last) + 0.5)
    pieces = _in_cells(spans_at(lat), step_deg)
    column = np.floor((0.5 * (pieces.west + pieces.east) + 180.0) / step_deg).astype(np.int64)
    row = (first + pieces.row) // _PARALLELS
    columns = round(360.0 / step_deg)
    cell = row * columns + column
    width = pieces.east - pieces.west
    order = np.lexsort((width, cell, pieces.label))
    start = np.nonzero(_changes(pieces.label[order]) | _changes(cell[order]))[0]
    if not len(start):
        return nothing_covered(step_deg)
    longest = order[np.append(start[1:], len(order)) - 1]
    middle = 0.5 * (pieces.west + pieces.east)
    share = np.add.reduceat(width[order], start) / (step_deg * _PARALLELS)
    cell, country = cell[longest], pieces.label[longest]
    return Cover(
        step_deg=step_deg,
        cell=cell,
        country=country,
        share=share,
        land_km2=share * _land_km2(cell, step_deg),
        south=np.minimum.reduceat(lat[pieces.row[order]], start) - 0.5 * fine,
        north=np.maximum.reduceat(lat[pieces.row[order]], start) + 0.5 * fine,
        west=np.minimum.reduceat(pieces.west[order], start),
        east=np.maximum.reduceat(pieces.east[order], start),
        anchor_lat=lat[pieces.row[longest]],
        anchor_lon=middle[longest],
    )


def nothing_covered(step_deg: float) -> Cover:
    """No cell at all."""
    none = np.empty(0, dtype=np.int64)
    return Cover(step_deg, none, none, *(np.empty(0) for _ in range(8)))


def _in_cells(spans: Spans, step_deg: float) -> Spans:
    """Cut spans at the meridians between cells."""
    first = np.floor((spans.west + 180.0) / step_deg).astype(np.int64)
    last = np.ceil((spans.east + 180.0) / step_deg).astype(np.int64) - 1
    span, column = expand(first, last - first + 1)
    west = np.maximum(spans.west[span], column * step_deg - 180.0)
    east = np.minimum(spans.east[span], (column + 1) * step_deg - 180.0)
    return make_spans(spans.row[span], west, east, spans.label[span])


def _land_km2(cell: np.ndarray, step_deg: float) -> np.ndarray:
    """Land of whole cells."""
    row, column = np.divmod(cell, round(360.0 / step_deg))
    south, west = row * step_deg - 90.0, column * step_deg - 180.0
    quarters = [
        land_at(south + north * step_deg, west + east * step_deg)
        for north in (0.25, 0.75)
        for east in (0.25, 0.75)
    ]
    return np.mean(quarters, axis=0) * box_area_km2(south, south + step_deg, step_deg)


def _changes(values: np.ndarray) -> np.ndarray:
    return np.concatenate([[True], values[1:] != values[:-1]]) if len(values) else values > 0
