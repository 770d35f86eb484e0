"""Where a terrestrial network is, from a file: polygons of covered area, or a grid of shares."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import NETCDF, check_regular, kind_by_content
from capest.geo.geojson import read_polygons
from capest.geo.region import Region
from capest.geo.shapes import Areas
from capest.geo.users_grid import GridOfFile, read_values

_SHARE = re.compile(
    r"1|1\.0|-|none|dimensionless|unitless|.*\b(fractions?|shares?|ratios?|proportions?|probability)\b.*"
)
"""Units of what has none, and words that say so."""


@dataclass(frozen=True)
class NetworkCoverage:
    """Where there is a terrestrial network.

    Attributes
    ----------
    areas : Region or None
        Covered areas.
    grid : GridOfFile or None
        Shares of cells that are covered, ``None`` with areas.
    notes : tuple of str
        What the user should know of the file, one line each.
    """

    areas: Region | None
    grid: GridOfFile | None
    notes: tuple[str, ...]

    def covered(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
        """Share of the people around points that have a terrestrial network.

        Returns
        -------
        float64 array (n,)
            0 or 1 by areas; by a grid the value of the cell, 0 beside all cells and where it has
            none.
        """
        if self.areas is not None:
            return self.areas.contains(lat_deg, lon_deg).astype(np.float64)
        if self.grid is None:
            raise ValueError("neither areas nor a grid")
        return self.grid.at(lat_deg, lon_deg)


def read_coverage(path: str | Path, variable: str | None = None) -> NetworkCoverage:
    """Read covered areas from a GeoJSON file, or a grid of covered shares from a NetCDF file.

    Parameters
    ----------
    path : path
    variable : str, optional
        Of a grid, where several have latitude and longitude.

    Raises
    ------
    InputError
        With the file, where in it the fault is, and what would be right.
    """
    if _is_grid(path):
        return _grid_of(path, variable)
    if variable is not None:
        raise InputError(
            f"users.file_variable = {variable!r}: is only read with a NetCDF grid of coverage, and "
            f"{path} is text; remove it"
        )
    polygons, notes = read_polygons(path)
    return NetworkCoverage(Region(Path(path).name, Areas(polygons)), None, notes)


def _is_grid(path: str | Path) -> bool:
    check_regular(path)
    try:
        with open(path, "rb") as stream:
            head = stream.read(4096)
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    found = kind_by_content(path, head)
    if found is None and head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return False
    if found is not None and found.family == NETCDF:
        return True
    name = "of another kind" if found is None else found.name
    raise InputError(
        f"{path}: is {name}, which is not read: expected GeoJSON polygons of covered area, or a "
        "NetCDF grid of covered shares"
    )


def _grid_of(path: str | Path, variable: str | None) -> NetworkCoverage:
    grid, attributes = read_values(path, variable, "the covered share")
    _check_units(attributes, grid.where)
    missing = np.isnan(grid.values)
    known = grid.values[~missing]
    if known.size and not (known.min() >= 0.0 and known.max() <= 1.0):
        in_percent = known.min() >= 0.0 and known.max() <= 100.0
        raise InputError(
            f"{grid.where}: has values from {known.min():g} to {known.max():g}; expected shares of "
            f"people who are covered, from 0 to 1{': divide percent by 100' if in_percent else ''}"
        )
    notes: tuple[str, ...] = ()
    if missing.any():
        count = f"{missing.sum():,} of {missing.size:,} cells"
        notes = (f"{grid.where}: {count} have no value: there is no terrestrial network",)
    _ = grid.steps_deg  # uneven ones are refused at once
    return NetworkCoverage(None, grid, notes)


def _check_units(attributes: Mapping[str, Any], where: str) -> None:
    """Refuse units that are none of a share; without any, values alone tell."""
    units = str(attributes.get("units", "")).strip()
    if not units or _SHARE.fullmatch(units.casefold()):
        return
    percent = units.casefold() in ("%", "percent", "per cent")
    divide = 'divide percent by 100 and write units = "1"'
    other = 'choose another variable (users.file_variable), or write units = "1"'
    raise InputError(
        f"{where}: has units {units!r}; expected shares of people who are covered, from 0 to 1: "
        f"{divide if percent else other}"
    )
