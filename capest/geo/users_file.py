"""Users from a file, which is read by its content: a table of points, or a grid of people.

GeoTIFF is not read: its readers bring GDAL. ``gdal_translate -of netCDF in.tif out.nc`` makes a
grid.
"""

from __future__ import annotations

from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import NETCDF
from capest.geo.file_kind import kind_of
from capest.geo.points import PointsModel
from capest.geo.users_grid import read_grid
from capest.geo.users_table import read_points


def read_users(
    path: str | Path, variable: str | None = None, units: str | None = None
) -> PointsModel:
    """Read users from a CSV file or a NetCDF grid, whatever its name ends with.

    Parameters
    ----------
    path : path
    variable : str, optional
        Column of weights of a CSV file, or variable of a grid.
    units : {"per-cell", "per-km2"}, optional
        What the values of a grid are.

    Raises
    ------
    InputError
        With the file, where in it the fault is, and what would be right.
    """
    if kind_of(path) == NETCDF:
        return read_grid(path, variable, units=units)
    if units is not None:
        raise InputError(
            f"users.file_units = {units!r}: is only read with a NetCDF grid, and {path} is text; "
            "remove it"
        )
    return read_points(path, weight=variable)
