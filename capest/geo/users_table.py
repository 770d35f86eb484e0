"""Users from a table: points in a CSV file."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.geo.countries import country_at
from capest.geo.points import PointsModel, points_model
from capest.geo.settlement_density import SURROUNDINGS
from capest.geo.sphere import wrapped

LAT_NAMES = ("lat", "latitude", "y")
LON_NAMES = ("lon", "longitude", "lng", "long", "x")
_WEIGHTS = ("weight", "weights")
_PEOPLE = {"population", "pop", "people", "persons", "inhabitants", "residents", *_WEIGHTS}
_COUNTS = {"count", "users", "subscribers"}
_NO_WEIGHT = {
    *("density", "rank", "class", "code", "id", "name", "year", "date", "source", "growth", "rate"),
    *("share", "pct", "percent", "km2"),
}
_DELIMITERS = ",;\t|"
_EXAMPLE = "expected a header such as lat,lon,weight"


@dataclass(frozen=True)
class _Column:
    """A column to read: what it is called, where it stands, and what it may hold."""

    name: str
    at: int
    lowest: float
    highest: float


@dataclass(frozen=True)
class _Header:
    """Which columns are read.

    Attributes
    ----------
    columns : tuple of _Column
        Latitude, longitude and perhaps the weight.
    notes : tuple of str
    """

    columns: tuple[_Column, ...]
    notes: tuple[str, ...]


def read_points(
    path: str | Path, surroundings: str = "rural", weight: str | None = None
) -> PointsModel:
    """Read users from a CSV file with a column of latitudes, one of longitudes, perhaps weights.

    Parameters
    ----------
    path : path
        UTF-8 text, a header in its first line; degrees; columns between commas, semicolons,
        tabs or bars.
    surroundings : {"rural", "suburban", "urban", "dense-urban"}
        What stands around all of them.
    weight : str, optional
        Name of the column of weights; needed if several look like it. Without any, all users
        weigh the same.

    Raises
    ------
    InputError
        With the file, the line, and what would be right.
    """
    if surroundings not in SURROUNDINGS:
        raise InputError(f"surroundings {surroundings!r}: expected {', '.join(SURROUNDINGS)}")
    try:
        with open(path, newline="", encoding="utf-8-sig") as stream:
            first = stream.readline()
            stream.seek(0)
            mark = max(_DELIMITERS, key=first.count)
            lines = csv.reader(stream, delimiter=mark, skipinitialspace=True)
            header = _header(next(lines, []), weight, path)
            rows = np.array(list(_rows(lines, header, mark != ",", path)))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; expected a CSV file") from None
    except csv.Error as error:
        raise InputError(f"{path}: is no CSV file: {error}") from None
    if not len(rows):
        raise InputError(f"{path}: has no user; expected a line 'lat,lon' and a line per user")
    lat, lon = rows.T[:2]
    weights = rows.T[2] if len(header.columns) > 2 else np.ones(len(rows))
    if not (weights > 0.0).any():
        name = header.columns[2].name
        raise InputError(f"{path}: column {name}: all are 0; expected some above")
    kind = np.full(len(lat), SURROUNDINGS.index(surroundings))
    model = points_model(lat, lon, weights, kind, country_at(lat, wrapped(lon)))
    return replace(model, notes=header.notes)


def _header(cells: Sequence[str], weight: str | None, path: str | Path) -> _Header:
    names = [name.strip() for name in cells]
    lat = _axis(names, "lat", LAT_NAMES, path)
    lon = _axis(names, "lon", LON_NAMES, path)
    missing = [name for name, at in (("lat", lat), ("lon", lon)) if at is None]
    if lat is None or lon is None:
        raise InputError(f"{path}: line 1: no column {' and '.join(missing)}; {_EXAMPLE}")
    columns = [_Column(names[lat], lat, -90.0, 90.0), _Column(names[lon], lon, -360.0, 360.0)]
    others = {name: at for at, name in enumerate(names) if name and at not in (lat, lon)}
    chosen, notes = _weight(others, weight, path)
    if chosen is not None:
        columns.append(_Column(chosen, others[chosen], 0.0, math.inf))
    return _Header(tuple(columns), notes)


def _axis(names: Sequence[str], axis: str, wanted: Sequence[str], path: str | Path) -> int | None:
    """Where a column of coordinates stands; the plainest name wins."""
    plain = [name.casefold() for name in names]
    found = next((name for name in wanted if name in plain), None)
    if found is None:
        return None
    if plain.count(found) > 1:
        raise InputError(f"{path}: line 1: two columns are called {found}; expected one {axis}")
    return plain.index(found)


def _weight(
    others: dict[str, int], wanted: str | None, path: str | Path
) -> tuple[str | None, tuple[str, ...]]:
    """Name of the column of weights, if there is one, and what to say of it."""
    if wanted is not None:
        return _named(others, wanted, path), ()
    found = [name for name in others if _looks_like_weight(name)]
    if len(found) > 1:
        raise InputError(
            f"{path}: line 1: columns {', '.join(found)} may all be the weight; name one with "
            "users.file_variable"
        )
    if not found:
        if not others:
            return None, ()
        return None, (
            f"{path}: every line counts alike, as no column is known as a weight: "
            f"{', '.join(others)}; users.file_variable names one",
        )
    if found[0].casefold() in _WEIGHTS:
        return found[0], ()
    return found[0], (f"{path}: column {found[0]} is the weight of its line",)


def _named(others: dict[str, int], wanted: str, path: str | Path) -> str:
    by_plain = {name.casefold(): name for name in others}
    found = wanted if wanted in others else by_plain.get(wanted.strip().casefold())
    if found is None:
        shown = ", ".join(others) or "there is none beside lat and lon"
        raise InputError(f"{path}: line 1: has no column {wanted}; expected one of: {shown}")
    return found


def _looks_like_weight(name: str) -> bool:
    if name.casefold() in _COUNTS:
        return True
    words = set(re.findall(r"[a-z]+", name.casefold()))
    return bool(words & _PEOPLE) and not words & _NO_WEIGHT


def _rows(
    lines: Any, header: _Header, decimal_commas: bool, path: str | Path
) -> Iterator[tuple[float, ...]]:
    for cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        yield tuple(
            _number(cells, column, decimal_commas, f"{path}: line {lines.line_num}")
            for column in header.columns
        )


def _number(cells: Sequence[str], column: _Column, decimal_commas: bool, where: str) -> float:
    text = cells[column.at].strip() if column.at < len(cells) else ""
    lowest, highest = column.lowest, column.highest
    # 9,000 people could be nine thousand or nine.
    is_plain = highest < math.inf or not re.fullmatch(r"\d{1,3}(?:,\d{3})+", text)
    try:
        value = float(text.replace(",", ".") if decimal_commas and is_plain else text)
    except ValueError:
        value = math.nan
    if not lowest <= value <= highest or math.isinf(value):
        right = f"from {lowest:g} to {highest:g}" if highest < math.inf else "of 0 or more"
        raise InputError(f"{where}: {column.name} {text!r}: expected a number {right}")
    return value
