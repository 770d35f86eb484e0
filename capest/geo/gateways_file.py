"""Gateways of a file: CSV with a header, or points of GeoJSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.file_kinds import check_regular

_COLUMNS = ("latitude_deg", "longitude_deg", "antennas")

Place = tuple[float, float, int]


def read_gateways(path: str, check: Callable[[float, float, int], Place]) -> list[Place]:
    """Read places and antennas.

    Parameters
    ----------
    path : str
        CSV with the columns ``latitude_deg``, ``longitude_deg`` and, if not all are 1,
        ``antennas``; or GeoJSON (RFC 7946) of points, with ``antennas`` among their properties.
    check : callable
        Returns a place whose numbers are in range; `InputError` otherwise.

    Raises
    ------
    InputError
        With the file, and the line and column, or the feature, of the fault.
    """
    check_regular(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; save it as UTF-8") from None
    places = (_of_geojson if text.lstrip().startswith("{") else _of_csv)(path, text, check)
    if not places:
        raise InputError(f"{path}: holds no gateway")
    return places


def _of_csv(path: str, text: str, check: Callable[..., Place]) -> list[Place]:
    rows = csv.DictReader(text.splitlines(), skipinitialspace=True)
    header = [name.strip() for name in rows.fieldnames or ()]
    rows.fieldnames = header
    lacking = [name for name in _COLUMNS[:2] if name not in header]
    if lacking:
        raise InputError(
            f"{path}: line 1: there is no column {lacking[0]}; the header must be "
            "latitude_deg,longitude_deg,antennas"
        )
    places = []
    for row in rows:
        where = f"{path}: line {rows.line_num}"
        values = [_number(where, name, row.get(name)) for name in _COLUMNS[:2]]
        antennas = row.get("antennas")
        count = 1 if antennas is None or not antennas.strip() else _whole(where, antennas)
        places.append(_checked(where, check, *values, count))
    return places


def _of_geojson(path: str, text: str, check: Callable[..., Place]) -> list[Place]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: broken GeoJSON: {error.msg} (line {error.lineno}, column {error.colno})"
        ) from None
    features = document.get("features", [document])
    places = []
    for number, feature in enumerate(features if isinstance(features, list) else [None], start=1):
        where = f"{path}: feature {number}"
        geometry = feature.get("geometry") if isinstance(feature, dict) else None
        if not isinstance(geometry, dict) or geometry.get("type") != "Point":
            raise InputError(f"{where}: must be a Feature whose geometry is a Point")
        point = geometry.get("coordinates")
        if not isinstance(point, list) or len(point) < 2 or not all(map(_is_number, point)):
            raise InputError(f"{where}: coordinates must be [longitude, latitude]")
        antennas = (feature.get("properties") or {}).get("antennas", 1)
        if type(antennas) is not int:
            raise InputError(f"{where}: antennas must be a whole number, not {antennas!r}")
        places.append(_checked(where, check, float(point[1]), float(point[0]), antennas))
    return places


def _is_number(value: Any) -> bool:
    return type(value) in (int, float)


def _checked(where: str, check: Callable[..., Place], *values: Any) -> Place:
    try:
        return check(*values)
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _number(where: str, column: str, text: str | None) -> float:
    try:
        return float(text or "")
    except ValueError:
        raise InputError(f"{where}, column {column}: {text!r} must be a number") from None


def _whole(where: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{where}, column antennas: {text!r} must be a whole number") from None
