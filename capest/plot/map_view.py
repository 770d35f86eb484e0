"""Which part of the Earth a map shows, and on which projection."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.geo.sphere import EARTH_RADIUS_KM, lat_lon, unit_vectors, wrapped
from capest.plot.map_projection import EqualEarth, LambertEqualArea, Projection

_MARGIN = 0.05
"""Of the width or height, around what is shown."""

_WIDEST_DEG = 90.0
"""What reaches farther from its middle is shown on a map of the whole Earth."""

_LONGEST = 3.0
"""Width over height, or height over width, of a map at most: a narrow strip says nothing."""


@dataclass(frozen=True)
class MapView:
    """A part of the Earth on a map.

    Attributes
    ----------
    projection : Projection
    west_km, east_km, south_km, north_km : float
        Its edges on the map.
    """

    projection: Projection
    west_km: float
    east_km: float
    south_km: float
    north_km: float

    @property
    def width_km(self) -> float:
        """From edge to edge."""
        return self.east_km - self.west_km

    @property
    def height_km(self) -> float:
        """From edge to edge."""
        return self.north_km - self.south_km

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """West, east, south and north, as images are placed."""
        return self.west_km, self.east_km, self.south_km, self.north_km

    @property
    def is_whole_earth(self) -> bool:
        """Whether it is a map of all of the Earth, or a piece of one."""
        return isinstance(self.projection, EqualEarth)

    def holds(self, x_km: np.ndarray, y_km: np.ndarray, beyond: float = 0.0) -> np.ndarray:
        """Which points are on it, or a share of its size beyond its edges; bool array (n,)."""
        more_x, more_y = beyond * self.width_km, beyond * self.height_km
        return (
            (x_km >= self.west_km - more_x)
            & (x_km <= self.east_km + more_x)
            & (y_km >= self.south_km - more_y)
            & (y_km <= self.north_km + more_y)
        )

    def grid(self, columns: int) -> tuple[np.ndarray, np.ndarray]:
        """Places of the middles of square pixels.

        Parameters
        ----------
        columns : int

        Returns
        -------
        lat_deg, lon_deg : float64 array (rows, columns)
            From north to south; NaN off the Earth.
        """
        rows = max(1, round(columns * self.height_km / self.width_km))
        x = self.west_km + (np.arange(columns) + 0.5) * self.width_km / columns
        y = self.north_km - (np.arange(rows) + 0.5) * self.height_km / rows
        return self.projection.inverse(*np.meshgrid(x, y))


def view_of(lat_deg: np.ndarray, lon_deg: np.ndarray, cell_km2: float) -> MapView:
    """Find the view that shows cells.

    Parameters
    ----------
    lat_deg, lon_deg : float array (cells,)
        Their middles, one at least.
    cell_km2 : float
        Area of one of them.
    """
    unit = unit_vectors(lat_deg, lon_deg)
    radius_km = math.sqrt(cell_km2 / math.pi)
    middle = unit.mean(axis=1)
    if np.linalg.norm(middle) < 1e-6:
        return _whole(lat_deg, lon_deg, radius_km)
    # Twice: the middle of the paper is the middle of the projection then, nearly.
    for _ in range(2):
        lat, lon = (float(each[0]) for each in lat_lon(middle[:, None]))
        projection = LambertEqualArea(lat, lon)
        x, y = projection.forward(lat_deg, lon_deg)
        reach = np.degrees(np.arccos(np.clip(middle @ unit / np.linalg.norm(middle), -1.0, 1.0)))
        if reach.max() > _WIDEST_DEG or not np.isfinite(x + y).all():
            return _whole(lat_deg, lon_deg, radius_km)
        new = projection.inverse(
            np.array([0.5 * (x.min() + x.max())]), np.array([0.5 * (y.min() + y.max())])
        )
        middle = unit_vectors(*new)[:, 0]
    return _fitting(projection, x, y, radius_km)


def _whole(lat_deg: np.ndarray, lon_deg: np.ndarray, radius_km: float) -> MapView:
    """The Earth, or the piece of its map that is needed, cut where it is emptiest."""
    east = np.sort(wrapped(lon_deg))
    gap = np.diff(east, append=east[0] + 360.0)
    widest = int(np.argmax(gap))
    # Where cells lie all around, the map is cut in the Pacific as people know it.
    cut = east[widest] + 0.5 * gap[widest] if gap[widest] > 30.0 else -180.0
    projection = EqualEarth(float(wrapped(cut + 180.0)))
    x, y = projection.forward(lat_deg, lon_deg)
    return _fitting(projection, x, y, radius_km)


def _fitting(projection: Projection, x: np.ndarray, y: np.ndarray, radius_km: float) -> MapView:
    """The view on a projection with cells at some points, and a margin."""
    sides = []
    spans = [np.ptp(x) + 2.0 * radius_km, np.ptp(y) + 2.0 * radius_km]
    least = max(spans) / _LONGEST
    for values, span in zip((x, y), spans, strict=True):
        half = 0.5 * max(span, least) + _MARGIN * max(spans)
        middle = 0.5 * (float(values.min()) + float(values.max()))
        sides += [middle - half, middle + half]
    edge_x, edge_y = projection.outline()
    # Nothing is shown beyond the edge of the Earth but a thin margin.
    more = 0.01 * EARTH_RADIUS_KM
    west, east = max(sides[0], edge_x.min() - more), min(sides[1], edge_x.max() + more)
    south, north = max(sides[2], edge_y.min() - more), min(sides[3], edge_y.max() + more)
    return MapView(projection, float(west), float(east), float(south), float(north))
