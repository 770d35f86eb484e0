"""Users from a grid of people on latitude and longitude in a NetCDF file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import open_netcdf
from capest.geo.countries import country_at
from capest.geo.people_units import km2_per_value
from capest.geo.points import PointsModel, points_model
from capest.geo.population_parameters import PopulationParameters
from capest.geo.settlement_density import DENSE_URBAN, RURAL, SUBURBAN, URBAN
from capest.geo.sphere import box_area_km2, wrapped
from capest.geo.users_table import LAT_NAMES, LON_NAMES

_AXES = {"lat": LAT_NAMES, "lon": LON_NAMES}
_DEGREES = {"lat": "north", "lon": "east"}


@dataclass(frozen=True)
class GridOfFile:
    """A variable on latitude and longitude.

    Attributes
    ----------
    name, where : str
        Of the variable; file and variable for messages.
    lat_deg : float64 array (n,)
    lon_deg : float64 array (m,)
    values : float64 array (n, m)
        NaN where there is none.
    """

    name: str
    where: str
    lat_deg: np.ndarray
    lon_deg: np.ndarray
    values: np.ndarray

    @cached_property
    def steps_deg(self) -> tuple[float, float]:
        """Height and width of cells.

        Raises
        ------
        InputError
            If cells differ, or overlap around the Earth.
        """
        height = _step(self.lat_deg, f"{self.where}: latitude")
        width = _step(self.lon_deg, f"{self.where}: longitude")
        if width * len(self.lon_deg) > 360.0 + 0.5 * width:
            raise InputError(
                f"{self.where}: longitude: cells cover {width * len(self.lon_deg):g}°, so the same "
                "place counts twice; leave out the last column"
            )
        return height, width

    def at(self, lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
        """Values of the cells that points lie in; 0 beside all of them and where there is none."""
        height, width = self.steps_deg
        north = 1.0 if self.lat_deg[1] > self.lat_deg[0] else -1.0
        row = np.floor((lat_deg - self.lat_deg[0]) * north / height + 0.5).astype(np.int64)
        east = 1.0 if self.lon_deg[1] > self.lon_deg[0] else -1.0
        first = self.lon_deg[0] - 0.5 * width * east
        column = np.floor(((lon_deg - first) * east % 360.0) / width).astype(np.int64)
        inside = (row >= 0) & (row < len(self.lat_deg)) & (column < len(self.lon_deg))
        values = self.values[np.where(inside, row, 0), np.where(inside, column, 0)]
        return np.where(inside & ~np.isnan(values), values, 0.0)


def read_grid(
    path: str | Path,
    variable: str | None = None,
    parameters: PopulationParameters | None = None,
    units: str | None = None,
) -> PointsModel:
    """Read a population grid from a NetCDF file: people on latitude and longitude.

    Users are uniform in a cell. What stands around them follows from the people per km² of their
    cell alone, with the limits of `PopulationParameters`, so it needs cells of about 1 km.

    Parameters
    ----------
    path : path
    variable : str, optional
        Which; needed if several have latitude and longitude.
    parameters : PopulationParameters, optional
    units : {"per-cell", "per-km2"}, optional
        What the values are; needed if neither the attribute ``units`` nor a name says it.

    Raises
    ------
    InputError
        With the file, the variable, and what would be right.
    """
    grid, attributes = read_values(path, variable, "people")
    lat, lon, where = grid.lat_deg, grid.lon_deg, grid.where
    missing = np.isnan(grid.values)
    values = np.where(missing, 0.0, grid.values)
    if not np.isfinite(values).all() or values.min() < 0.0:
        raise InputError(
            f"{where}: has negative or infinite values; expected people, and missing ones marked "
            "by _FillValue"
        )
    if values.max() <= 0.0:
        raise InputError(f"{where}: holds nobody; expected people per cell or per km²")
    height, width = grid.steps_deg
    km2, notes = km2_per_value(grid.name, attributes, units, where)
    row, column = np.nonzero(values)
    lat, lon, people = lat[row], lon[column], values[row, column]
    if km2 > 0.0:
        people = people / km2 * _area_km2(lat, height, width)
    model = _grid_model(lat, lon, height, width, people, parameters or PopulationParameters())
    if missing.any():
        count = f"{missing.sum():,} of {missing.size:,} cells"
        notes += (f"{where}: {count} have no value: nobody lives there",)
    return replace(model, notes=notes)


def read_values(
    path: str | Path, variable: str | None, what: str
) -> tuple[GridOfFile, dict[str, Any]]:
    """Read a variable on latitude and longitude, and its attributes.

    Parameters
    ----------
    path : path
    variable : str or None
        Which; needed if several have latitude and longitude.
    what : str
        It holds, for messages.

    Raises
    ------
    InputError
        With the file, the variable, and what would be right.
    """
    if not Path(path).is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        # No time is read, and an odd one is no reason to refuse a grid.
        dataset = open_netcdf(path, decode_times=False)
    except (OSError, ValueError):
        raise InputError(f"{path}: is not a NetCDF file") from None
    with dataset:
        name = _chosen(dataset, variable, what, path)
        where = f"{path}: variable {name}"
        lat, lon, values = _columns(dataset[name], where)
        attributes = dict(dataset[name].attrs)
    return GridOfFile(name, where, lat, lon, values), attributes


def _columns(array: Any, where: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Latitudes (n,), longitudes (m,) and values (n, m) of a variable."""
    names = [_axis(array, axis) for axis in ("lat", "lon")]
    longer = [str(name) for name, size in array.sizes.items() if name not in names and size > 1]
    if None in names or longer:
        shown = ", ".join(map(str, array.dims)) or "none"
        first = f"; choose one {longer[0]} first" if longer and None not in names else ""
        raise InputError(f"{where}: has dimensions {shown}; expected lat and lon{first}")
    extra = [name for name in array.dims if name not in names]
    array = array.squeeze(extra, drop=True).transpose(*names)
    lat, lon = (array[axis].values.astype(np.float64) for axis in names)
    if not (np.abs(lat).max() <= 90.0 and np.abs(lon).max() <= 360.0):
        raise InputError(f"{where}: latitude or longitude is out of range; expected degrees")
    return lat, lon, array.values.astype(np.float64)


def _grid_model(
    lat: np.ndarray, lon: np.ndarray, height: float, width: float, people: np.ndarray,
    parameters: PopulationParameters,
) -> PointsModel:  # fmt: skip
    per_km2 = people / _area_km2(lat, height, width)
    kind = np.full(len(lat), RURAL)
    kind[per_km2 >= parameters.suburban_per_km2] = SUBURBAN
    kind[per_km2 >= parameters.urban_per_km2] = URBAN
    kind[per_km2 >= parameters.dense_urban_per_km2] = DENSE_URBAN
    country = country_at(lat, wrapped(lon))
    size = np.ones(len(lat))
    return points_model(lat, lon, people, kind, country, height * size, width * size)


def _area_km2(lat: np.ndarray, height: float, width: float) -> np.ndarray:
    """Area of cells around latitudes (n,)."""
    south, north = np.maximum(lat - 0.5 * height, -90.0), np.minimum(lat + 0.5 * height, 90.0)
    return np.asarray(box_area_km2(south, north, width))


def _chosen(dataset: Any, variable: str | None, what: str, path: str | Path) -> str:
    """Name of the variable to read."""
    fitting = [
        str(name)
        for name, array in dataset.data_vars.items()
        if array.dtype.kind in "iuf"
        and _axis(array, "lat") is not None
        and _axis(array, "lon") is not None
    ]
    shown = ", ".join(fitting) or "none has lat and lon"
    if variable is not None and variable not in dataset.data_vars:
        raise InputError(f"{path}: has no variable {variable}; expected one of: {shown}")
    if variable is not None:
        if dataset[variable].dtype.kind not in "iuf":
            raise InputError(f"{path}: variable {variable}: holds no numbers; take one of: {shown}")
        return variable
    if not fitting:
        raise InputError(f"{path}: holds no grid of {what}: of its variables none has lat and lon")
    if len(fitting) > 1:
        raise InputError(
            f"{path}: has several variables on lat and lon; say which holds {what} with "
            f"users.file_variable, one of: {shown}"
        )
    return fitting[0]


def _axis(array: Any, axis: str) -> str | None:
    """Dimension of an array that is its latitude or longitude, if it has values."""
    for dimension in array.dims:
        if dimension not in array.coords:
            continue
        attributes = array.coords[dimension].attrs
        units = str(attributes.get("units", "degrees")).casefold()
        if str(attributes.get("standard_name")) == _AXES[axis][1]:
            return str(dimension)
        if units.startswith("degree") and units.endswith(_DEGREES[axis]):
            return str(dimension)
        # A map projection has x and y too, in metres.
        if str(dimension).casefold() in _AXES[axis] and units.startswith("deg"):
            return str(dimension)
    return None


def _step(values: np.ndarray, where: str) -> float:
    steps = np.diff(values)
    if not len(steps) or steps[0] == 0.0 or not np.allclose(steps, steps.mean(), rtol=1e-2):
        raise InputError(f"{where}: expected two or more values at even steps")
    return abs(float(steps.mean()))
