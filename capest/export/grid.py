"""Values of cells on a grid of latitude and longitude, some rows at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from capest.errors import InputError
from capest.export.cell_ground import CellGround
from capest.geo.map_polygons import map_polygons

RESOLUTION_DEG = 0.1
MOST_PLACES = 2**29
"""Of a grid: 2 GiB of single precision, what a TIFF file may hold with room to spare."""

_FINEST_DEG = 1e-4
_PLACES_AT_ONCE = 2**18


@dataclass(frozen=True)
class CellGrid:
    """A grid over the cells, its edges at whole steps from the antimeridian and the south pole.

    Attributes
    ----------
    ground : CellGround
    step_deg : float
    west_deg, north_deg : float
        Of the grid's corner.
    rows, columns : int
        Rows go from north to south.
    shown : bool array (cells,)
        Cells that count; others are as no cell.
    """

    ground: CellGround
    step_deg: float
    west_deg: float
    north_deg: float
    rows: int
    columns: int
    shown: np.ndarray

    @property
    def latitude_deg(self) -> np.ndarray:
        """Middle of every row."""
        return self.north_deg - self.step_deg * (np.arange(self.rows) + 0.5)

    @property
    def longitude_deg(self) -> np.ndarray:
        """Middle of every column."""
        return self.west_deg + self.step_deg * (np.arange(self.columns) + 0.5)

    @property
    def rows_at_once(self) -> int:
        """Rows of a strip."""
        return max(1, _PLACES_AT_ONCE // self.columns)

    def cells(self) -> Iterator[np.ndarray]:
        """Yield strips from the north: the cell at every place, int array (rows, columns).

        -1 for none.
        """
        lat, lon = self.latitude_deg, self.longitude_deg
        for first in range(0, self.rows, self.rows_at_once):
            some = lat[first : first + self.rows_at_once]
            here = np.repeat(some, self.columns), np.tile(lon, len(some))
            found = self.ground.cell_at(*here)
            found = np.where((found >= 0) & self.shown[found], found, -1)
            yield found.reshape(len(some), self.columns)


def on_grid(values: np.ndarray, cells: np.ndarray) -> np.ndarray:
    """Values of cells at the places of a strip, float32; NaN where no cell is."""
    found: np.ndarray = np.where(cells >= 0, values[cells], np.nan).astype(np.float32)
    return found


def cell_grid(ground: CellGround, shown: np.ndarray, step_deg: float) -> CellGrid:
    """Lay a grid over the cells that count.

    Parameters
    ----------
    ground : CellGround
    shown : bool array (cells,)
    step_deg : float
        Divides 180°.

    Raises
    ------
    InputError
        The step does not divide 180°, or makes too many places.
    """
    steps = round(180.0 / step_deg) if math.isfinite(step_deg) and step_deg >= _FINEST_DEG else 0
    if not steps or abs(steps * step_deg - 180.0) > 1e-6:
        near = [180.0 / max(1, round(180.0 / step_deg) + k) for k in (0, 1)] if steps else [0.1]
        said = " or ".join(f"{each:g}" for each in near)
        raise InputError(
            f"--resolution {step_deg:g}: expected degrees that divide 180, from {_FINEST_DEG:g} "
            f"to 180, such as {said}"
        )
    exact = Fraction(180, steps)
    south, north, west, east = _extent(ground, shown)
    rows = (math.floor((90.0 - north) / exact), math.ceil((90.0 - south) / exact))
    columns = (math.floor((west + 180.0) / exact), math.ceil((east + 180.0) / exact))
    high, wide = max(rows[1] - rows[0], 1), max(columns[1] - columns[0], 1)
    if high * wide > MOST_PLACES:
        least = float(exact) * math.sqrt(high * wide / MOST_PLACES)
        raise InputError(
            f"--resolution {step_deg:g}: makes {high:,} × {wide:,} places; {least:.2g} or more fits"
        )
    return CellGrid(
        ground=ground,
        step_deg=float(exact),
        west_deg=float(columns[0] * exact - 180),
        north_deg=float(90 - rows[0] * exact),
        rows=high,
        columns=wide,
        shown=shown,
    )


def _extent(ground: CellGround, shown: np.ndarray) -> tuple[float, float, float, float]:
    """South, north, west and east; all longitudes where cells cross the antimeridian."""
    rings = (
        ring
        for each, polygons in zip(shown.tolist(), map_polygons(ground.outlines()), strict=True)
        if each
        for ring in polygons
    )
    ends = np.array([np.r_[np.min(ring, axis=0), np.max(ring, axis=0)] for ring in rings])
    if not len(ends):
        raise InputError("no cell counts: nothing to lay a grid over")
    west, south = ends[:, :2].min(axis=0).tolist()
    east, north = ends[:, 2:].max(axis=0).tolist()
    return south, north, west, east
