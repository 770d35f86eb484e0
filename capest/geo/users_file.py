"""Users from a file: points in a CSV file, or a population grid in a NetCDF file.

GeoTIFF is not read: its readers bring GDAL. ``gdal_translate -of netCDF in.tif out.nc`` makes a
grid this module reads.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.geo.countries import country_at
from capest.geo.kernel import DENSE_URBAN, RURAL, SUBURBAN, SURROUNDINGS, URBAN
from capest.geo.points import PointsModel, points_model
from capest.geo.settings import PopulationSettings
from capest.geo.sphere import box_area_km2, wrapped

_AXES = {"lat": ("lat", "latitude", "y"), "lon": ("lon", "longitude", "x")}


def read_points(path: str | Path, surroundings: str = "rural") -> PointsModel:
    """Read users from a CSV file with columns ``lat``, ``lon`` and, if wanted, ``weight``.

    Parameters
    ----------
    path : path
        UTF-8 text, a header in its first line; degrees; other columns are ignored.
    surroundings : {"rural", "suburban", "urban", "dense-urban"}
        What stands around all of them.

    Raises
    ------
    InputError
        With the file, the line, and what would be right.
    """
    if surroundings not in SURROUNDINGS:
        raise InputError(f"surroundings {surroundings!r}: expected {', '.join(SURROUNDINGS)}")
    check_regular(path)
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            rows = np.array(list(_rows(csv.reader(stream), path)))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; expected a CSV file") from None
    if not len(rows):
        raise InputError(f"{path}: has no user; expected a line 'lat,lon' and a line per user")
    lat, lon, weight = rows.T
    if not (weight > 0.0).any():
        raise InputError(f"{path}: column weight: all are 0; expected some above")
    kind = np.full(len(lat), SURROUNDINGS.index(surroundings))
    return points_model(lat, lon, weight, kind, country_at(lat, wrapped(lon)))


def _rows(lines: Any, path: str | Path) -> Iterator[tuple[float, float, float]]:
    header = [name.strip().casefold() for name in next(lines, [])]
    missing = [name for name in ("lat", "lon") if name not in header]
    if missing:
        raise InputError(
            f"{path}: line 1: no column {' and '.join(missing)}; expected a header such as "
            "lat,lon,weight"
        )
    columns = [("lat", 90.0), ("lon", 360.0), ("weight", math.inf)]
    at = [(name, header.index(name), limit) for name, limit in columns if name in header]
    for cells in lines:
        if not cells:
            continue
        values = []
        for name, column, limit in at:
            text = cells[column].strip() if column < len(cells) else ""
            lowest = 0.0 if name == "weight" else -limit
            values.append(_number(text, lowest, limit, f"{path}: line {lines.line_num}: {name}"))
        yield values[0], values[1], values[2] if len(values) > 2 else 1.0


def _number(text: str, lowest: float, highest: float, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not lowest <= value <= highest or math.isinf(value):
        right = f"from {lowest:g} to {highest:g}" if highest < math.inf else "of 0 or more"
        raise InputError(f"{where} {text!r}: expected a number {right}")
    return value


def read_grid(
    path: str | Path, variable: str | None = None, settings: PopulationSettings | None = None
) -> PointsModel:
    """Read a population grid from a NetCDF file: people per cell on latitude and longitude.

    Users are uniform in a cell. What stands around them follows from the people per km² of their
    cell alone, with the limits of `PopulationSettings`, so it needs cells of about 1 km.

    Parameters
    ----------
    path : path
    variable : str, optional
        Which; needed if several have latitude and longitude.
    settings : PopulationSettings, optional

    Raises
    ------
    InputError
        With the file, the variable, and what would be right.
    """
    import xarray as xr

    check_regular(path)
    if not Path(path).is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        dataset = xr.open_dataset(path, engine="netcdf4")
    except (OSError, ValueError):
        raise InputError(f"{path}: is not a NetCDF file") from None
    with dataset:
        name = _chosen(dataset, variable, path)
        where = f"{path}: variable {name}"
        array = dataset[name].squeeze(drop=True)
        names = [_axis(array, axis) for axis in ("lat", "lon")]
        if None in names or array.ndim != 2:
            raise InputError(
                f"{where}: has dimensions {', '.join(map(str, dataset[name].dims))}; expected "
                "lat and lon"
            )
        array = array.transpose(*names)
        lat, lon = (array[axis].values.astype(np.float64) for axis in names)
        people = np.nan_to_num(array.values.astype(np.float64), nan=0.0)
    if np.abs(lat).max() > 90.0 or np.abs(lon).max() > 360.0:
        raise InputError(f"{where}: latitude or longitude is out of range; expected degrees")
    if not np.isfinite(people).all() or people.min() < 0.0:
        raise InputError(f"{where}: has negative or infinite values; expected people per cell")
    if people.max() <= 0.0:
        raise InputError(f"{where}: holds nobody; expected people per cell")
    height, width = _step(lat, f"{where}: latitude"), _step(lon, f"{where}: longitude")
    row, column = np.nonzero(people)
    return _grid_model(
        lat[row], lon[column], height, width, people[row, column], settings or PopulationSettings()
    )


def _grid_model(
    lat: np.ndarray, lon: np.ndarray, height: float, width: float, people: np.ndarray,
    settings: PopulationSettings,
) -> PointsModel:  # fmt: skip
    half = 0.5 * height
    south, north = np.maximum(lat - half, -90.0), np.minimum(lat + half, 90.0)
    per_km2 = people / box_area_km2(south, north, width)
    kind = np.full(len(lat), RURAL)
    kind[per_km2 >= settings.suburban_per_km2] = SUBURBAN
    kind[per_km2 >= settings.urban_per_km2] = URBAN
    kind[per_km2 >= settings.dense_urban_per_km2] = DENSE_URBAN
    country = country_at(lat, wrapped(lon))
    size = np.ones(len(lat))
    return points_model(lat, lon, people, kind, country, height * size, width * size)


def _chosen(dataset: Any, variable: str | None, path: str | Path) -> str:
    """Name of the variable to read."""
    fitting = [
        str(name)
        for name, array in dataset.data_vars.items()
        if _axis(array, "lat") is not None and _axis(array, "lon") is not None
    ]
    shown = ", ".join(fitting) or "none has lat and lon"
    if variable is None and len(fitting) == 1:
        return fitting[0]
    if variable is None:
        raise InputError(f"{path}: say which variable holds people per cell: {shown}")
    if variable not in dataset.data_vars:
        raise InputError(f"{path}: has no variable {variable}; expected one of: {shown}")
    return variable


def _axis(array: Any, axis: str) -> str | None:
    """Dimension of an array that is its latitude or longitude, if it has values."""
    for dimension in array.dims:
        if str(dimension).casefold() in _AXES[axis] and dimension in array.coords:
            return str(dimension)
    return None


def _step(values: np.ndarray, where: str) -> float:
    steps = np.diff(values)
    if not len(steps) or steps[0] == 0.0 or not np.allclose(steps, steps.mean(), rtol=1e-2):
        raise InputError(f"{where}: expected two or more values at even steps")
    return abs(float(steps.mean()))
