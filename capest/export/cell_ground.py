"""Where the cells of a result are on the Earth: outlines, and the cell at a place."""

from __future__ import annotations

import tomllib
from typing import Protocol

import numpy as np

from capest.errors import InputError
from capest.export.source import ExportSource
from capest.geo.cell_outlines import FEWEST, CellOutlines, hexagon_outlines, lattice_outlines
from capest.geo.fibonacci import lattice_points, nearest_point
from capest.geo.footprint import footprint
from capest.geo.sphere import EARTH_AREA_KM2, unit_vectors
from capest.geo.standpoint import Standpoint, standpoint
from capest.geo.tiling import cells_of_lattice, nearest_cell
from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice

_TOLERANCE = 1e-6
"""Of unit vectors and direction cosines: 6 m on the ground."""


class CellGround(Protocol):
    """Cells with a place on the Earth."""

    def outlines(self) -> CellOutlines:
        """Outlines of all cells, in the order of the file."""

    def cell_at(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
        """Place of the cell that holds each point, int array (n,); -1 for none."""


class LatticeGround:
    """Cells of a region: those of the points of the spherical Fibonacci lattice.

    Parameters
    ----------
    index : int64 array (cells,)
        Points, ascending.
    count : int
        Points of the whole lattice.
    """

    def __init__(self, index: np.ndarray, count: int) -> None:
        self._cells = cells_of_lattice(index, count)

    def outlines(self) -> CellOutlines:
        """Voronoi cells."""
        return lattice_outlines(self._cells.lattice_index, self._cells.lattice_count)

    def cell_at(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
        """Cell of the nearest point."""
        return nearest_cell(unit_vectors(lat_deg, lon_deg), self._cells)


class BeamGround:
    """Beams of one satellite over a known place: hexagons of its layout, on the ground.

    Parameters
    ----------
    over : Standpoint
    uv : float64 array (beams, 2)
    spacing_uv : float
    """

    def __init__(self, over: Standpoint, uv: np.ndarray, spacing_uv: float) -> None:
        self._over = over
        grid = hexagonal_grid(hexagonal_lattice(len(uv)), spacing_uv, (uv[0, 0], uv[0, 1]))
        if np.abs(grid.uv - uv).max() > _TOLERANCE:
            raise ValueError("beams are no hexagonal layout")
        self._grid = grid

    def outlines(self) -> CellOutlines:
        """Hexagons."""
        return hexagon_outlines(self._over, self._grid.uv, self._grid.spacing_uv)

    def cell_at(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
        """Beam whose hexagon holds each point."""
        found: np.ndarray = footprint(self._over, self._grid).cell_at(
            unit_vectors(lat_deg, lon_deg)
        )
        return found


def cell_ground(source: ExportSource) -> CellGround:
    """Find where the cells of a result are.

    Raises
    ------
    InputError
        They have no place on the Earth, or none that can be drawn; the message says why.
    """
    names, where = source.stored.names, f"{source.path}: cells"
    if "cell" not in source.stored.sizes:
        raise InputError(f"{where}: the file has no values of cells; export tables of it as .csv")
    if "cell_latitude" not in names:
        raise InputError(
            f"{where} have no place on the Earth: satellite.latitude_deg and longitude_deg give "
            "beams of one satellite one; export them as .csv or .parquet"
        )
    try:
        return _of_beams(source) if "cell_u" in names else _of_lattice(source)
    except (ValueError, KeyError, tomllib.TOMLDecodeError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where} have no outline: {error}; export them as .csv") from error


def _of_lattice(source: ExportSource) -> LatticeGround:
    area_km2 = float(source.values("cell_area")[0])
    count = round(EARTH_AREA_KM2 / area_km2)
    if count < FEWEST:
        raise ValueError(f"so few ({count}) cover the Earth that they are no polygons")
    centre = unit_vectors(source.values("cell_latitude"), source.values("cell_longitude"))
    index = nearest_point(centre, count)
    if np.abs(lattice_points(index, count) - centre).max() > _TOLERANCE:
        raise ValueError("their centres are not those of this version's cells")
    if np.any(np.diff(index) <= 0):
        raise ValueError("they are not in the order of this version's cells")
    return LatticeGround(index, count)


def _of_beams(source: ExportSource) -> BeamGround:
    from capest.scenario.load import load_scenario

    scenario = load_scenario(tomllib.loads(str(source.stored.attributes["scenario_toml"])))
    satellite = scenario.satellite
    if satellite.latitude_deg is None or satellite.longitude_deg is None:
        raise ValueError("the scenario does not say where the satellite is")
    over = standpoint(
        satellite.latitude_deg,
        satellite.longitude_deg,
        satellite.altitude_km * 1e3,
        satellite.elevation_deg,
        satellite.azimuth_deg,
    )
    uv = np.stack([source.values("cell_u"), source.values("cell_v")], axis=1)
    return BeamGround(over, uv.astype(np.float64), scenario.beam_spacing_uv)
