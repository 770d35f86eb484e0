"""Earth-fixed cells of equal area.

What was weighed:

* H3 has hexagons with a free library, but a dependency, sixteen fixed sizes a factor of 7 in area
  apart, and areas that differ by a factor of 2 within one size.
* A hexagonal grid on an icosahedron with an equal-area projection (Snyder 1992) has exactly equal
  areas, but twelve pentagons, sizes in steps, and hexagons stretched near the edges; the nearest
  centre on the map is not always the nearest on the ground.
* The spherical Fibonacci lattice takes any number of points, has one formula for all of them, and
  finds the nearest in closed form. Cells are the Voronoi cells of its points: 84 to 97 % hexagons
  (500 to 50,000 cells), the rest pentagons and heptagons along rings where the pattern turns;
  areas have a standard deviation of 0.9 % (500 cells) to 0.1 % (50,000) and differ by up to 6 %
  for a few cells at the poles. The nearest neighbour is at 0.88 to 0.93 (at the poles 0.81) of
  the spacing of regular hexagons of the same area.

Taken was the last.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.geo.cover import COARSE_DEG, cover, fitting_step_deg
from capest.geo.fibonacci import LatticePart, lattice_part, lattice_points, nearest_point
from capest.geo.region import Region
from capest.geo.shapes import Shape
from capest.geo.sphere import EARTH_AREA_KM2, EARTH_RADIUS_KM, lat_lon, unit_vectors

MAX_CELLS = 20_000_000

_LONGEST_TABLE = 2**19
"""Points of the lattice that are kept: 14 MiB."""

_POINTS_AT_ONCE = 2**11
"""A processor's cache holds what is computed of so many: all at once takes half as long again."""


@dataclass(frozen=True)
class Cells:
    """Cells of a region.

    Attributes
    ----------
    centre_unit : float64 array (n, 3)
        Earth-centred unit vectors, from north to south.
    lat_deg, lon_deg : float64 array (n,)
    area_km2 : float
        Mean area; the area asked for, rounded so that a whole number covers the Earth.
    lattice_count : int
        Cells of the whole Earth.
    lattice_index : int64 array (n,)
        Which of them these are, ascending.
    """

    centre_unit: Any
    lat_deg: Any
    lon_deg: Any
    area_km2: float
    lattice_count: int
    lattice_index: Any

    @cached_property
    def near(self) -> NearCells | None:
        """Tables to find cells in, for NumPy; ``None`` where they would be long."""
        return _near(self)

    def __getstate__(self) -> dict[str, Any]:
        # Who reads a pickle makes the tables again.
        return {key: value for key, value in self.__dict__.items() if key != "near"}


@dataclass(frozen=True)
class NearCells:
    """What stands between the first cell and the last, and around them, in a lattice.

    Attributes
    ----------
    part : LatticePart
    cell : int32 array (n,)
        Cell at each of its points, -1 for none.
    """

    part: LatticePart
    cell: np.ndarray


def _near(tiling: Cells) -> NearCells | None:
    index, count = tiling.lattice_index, tiling.lattice_count
    # The corners of the mesh around a point are a few rings of the lattice apart.
    margin = 8 * math.isqrt(count) + 8
    first, end = int(index[0]) - margin, int(index[-1]) + margin + 1
    if min(end, count) - max(first, 0) > _LONGEST_TABLE:
        return None
    part = lattice_part(first, end, count)
    cell = np.full(part.unit.shape[1], -1, dtype=np.int32)
    cell[index - part.first] = np.arange(len(index))
    return NearCells(part, cell)


def hexagon_area_km2(width_km: float) -> float:
    """Area of a regular hexagon of a width between opposite sides, the spacing of its lattice."""
    return 0.5 * math.sqrt(3.0) * width_km**2


def cells(
    region: Region, area_km2: float, touching: bool = False, settled: np.ndarray | None = None
) -> Cells:
    """Cut a region into cells.

    Parameters
    ----------
    region : Region
    area_km2 : float
        Of a cell.
    touching : bool
        Take also cells that overlap the region while their centre is outside, so that those
        inside near the border have a cell. They are found with a grid of a quarter of a cell's
        width, which misses slivers: of people inside, less than 1 in 1000 have none.
    settled : float64 array (3, n), optional
        Unit vectors of places that shall lie in a cell even where the region's coarse outline
        leaves them out (coasts, islands).

    Raises
    ------
    InputError
        If the area is out of range, or no cell's centre is inside.
    """
    if not 0.0 < area_km2 <= EARTH_AREA_KM2:
        raise InputError(f"cell area {area_km2:g} km²: expected more than 0, up to 510,064,472")
    count = max(1, round(EARTH_AREA_KM2 / area_km2))
    if region.area_km2 / area_km2 > MAX_CELLS:
        raise InputError(
            f"cell area {area_km2:g} km²: makes more than {MAX_CELLS:,} cells in {region.name}; "
            f"expected {region.area_km2 / MAX_CELLS:.3g} km² or more"
        )
    index = between(region.bounds.south, region.bounds.north, count)
    lat, lon = lat_lon(lattice_points(index, count))
    index = index[region.contains(lat, lon)]
    if touching and len(index) < count:
        index = np.union1d(index, _touched(region.shape, fitting_step_deg(region), count))
    if settled is not None and len(index) < count:
        index = np.union1d(index, nearest_point(settled, count))
    if not len(index):
        raise InputError(
            f"cell area {area_km2:g} km²: no cell has its centre in {region.name} "
            f"({region.area_km2:.3g} km²); choose a smaller cells.diameter_km"
        )
    return cells_of_lattice(index, count)


def cells_of_lattice(index: np.ndarray, count: int) -> Cells:
    """Cells by their numbers, ascending, of so many on the whole Earth."""
    centre = lattice_points(index, count)
    lat, lon = lat_lon(centre)
    return Cells(np.ascontiguousarray(centre.T), lat, lon, EARTH_AREA_KM2 / count, count, index)


def spacing_rad(tiling: Cells) -> float:
    """Width of a regular hexagon of a cell's area, on the unit sphere."""
    return math.sqrt(2.0 / math.sqrt(3.0) * 4.0 * math.pi / tiling.lattice_count)


def nearest_cell(vectors: Any, tiling: Cells, xp: Any = np) -> Any:
    """Cell that holds each point.

    Parameters
    ----------
    vectors : float64 array (3, n)
        Unit vectors.
    tiling : Cells
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (n,)
        -1 where the nearest centre of the whole Earth's cells is not one of these.
    """
    near = tiling.near if xp is np else None
    if near is not None:
        found = np.empty(vectors.shape[1], dtype=np.int32)
        for first in range(0, len(found), _POINTS_AT_ONCE):
            some = slice(first, first + _POINTS_AT_ONCE)
            wanted = nearest_point(vectors[:, some], tiling.lattice_count, part=near.part)
            place = wanted - near.part.first
            outside = (place < 0) | (place >= len(near.cell))
            found[some] = np.where(outside, -1, near.cell.take(place, mode="clip"))
        return found
    wanted = nearest_point(vectors, tiling.lattice_count, xp)
    known = xp.asarray(tiling.lattice_index)
    at = xp.minimum(xp.searchsorted(known, wanted), known.shape[0] - 1)
    return xp.where(known[at] == wanted, at, -1).astype(xp.int32)


def between(south_deg: float, north_deg: float, count: int) -> np.ndarray:
    """Points of the lattice between two parallels, int64 array (n,)."""
    low, high = (math.sin(math.radians(lat)) for lat in (south_deg, north_deg))
    first = math.floor(0.5 * count * (1.0 - high) - 0.5)
    last = math.ceil(0.5 * count * (1.0 - low) - 0.5)
    return np.arange(max(first, 0), min(last, count - 1) + 1)


# Points of a sweep, and runs of a notebook, ask for the same cells again and again.
@lru_cache(maxsize=8)
def _touched(shape: Shape, most_step_deg: float, count: int) -> np.ndarray:
    """Points of the lattice whose cell holds a point of a fine grid of a shape."""
    width_deg = math.degrees(math.sqrt(EARTH_AREA_KM2 / count) / EARTH_RADIUS_KM)
    halvings = max(0, math.ceil(math.log2(COARSE_DEG / (0.25 * width_deg))))
    step_deg = min(most_step_deg, COARSE_DEG / 2**halvings)
    found = cover(shape.spans, step_deg, shape.bounds.south, shape.bounds.north)
    inside = unit_vectors(found.anchor_lat, found.anchor_lon)
    return np.unique(nearest_point(inside, count))
