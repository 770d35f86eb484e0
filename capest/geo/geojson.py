"""Polygons of a GeoJSON file (RFC 7946): Polygon, MultiPolygon, Feature, FeatureCollection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.geo.polygon import PolygonSet, Ring, unrolled

_RIGHT = "Polygon, MultiPolygon, or a Feature or FeatureCollection of these"


def read_polygons(path: str | Path) -> PolygonSet:
    """Read the polygons of a file.

    An edge that spans more than 180° of longitude crosses the date line; cutting there (RFC
    7946, 3.1.9) works too. Polygons must not overlap.

    Raises
    ------
    InputError
        With the file and where in it the fault is.
    """
    check_regular(path)
    try:
        document = json.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; expected GeoJSON") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: line {error.lineno}, column {error.colno}: is not JSON: {error.msg}"
        ) from None
    rings: list[Ring] = []
    holes: list[bool] = []
    for where, polygon in _polygons(document, "", str(path)):
        if not isinstance(polygon, list) or not polygon:
            raise InputError(f"{path}: {where}: expected a list of rings, an outline first")
        for number, points in enumerate(polygon):
            rings.append(_ring(points, f"{path}: {where}[{number}]"))
            holes.append(number > 0)
    if not rings:
        raise InputError(f"{path}: holds no polygon; expected {_RIGHT}")
    return PolygonSet(tuple(rings), tuple(holes), (0,) * len(rings))


def _polygons(node: Any, where: str, path: str) -> Iterator[tuple[str, Any]]:
    """Coordinates of every polygon below a node, and their place in the file."""
    kind = node.get("type") if isinstance(node, dict) else None
    prefix = f"{where}." if where else ""
    if kind == "FeatureCollection":
        features = node.get("features")
        if not isinstance(features, list):
            raise InputError(f"{path}: {prefix}features: expected a list")
        for number, feature in enumerate(features):
            yield from _polygons(feature, f"{prefix}features[{number}]", path)
    elif kind == "Feature":
        yield from _polygons(node.get("geometry"), f"{prefix}geometry", path)
    elif kind == "Polygon":
        yield f"{prefix}coordinates", node.get("coordinates")
    elif kind == "MultiPolygon":
        parts = node.get("coordinates")
        if not isinstance(parts, list):
            raise InputError(f"{path}: {prefix}coordinates: expected a list of polygons")
        for number, part in enumerate(parts):
            yield f"{prefix}coordinates[{number}]", part
    else:
        found = f"type {kind!r}" if kind else "no GeoJSON type"
        raise InputError(f"{path}: {where or 'file'}: {found}; expected {_RIGHT}")


def _ring(points: Any, where: str) -> Ring:
    try:
        pairs = [(float(point[0]), float(point[1])) for point in points]
    except (TypeError, ValueError, IndexError, KeyError):
        raise InputError(f"{where}: expected positions [longitude, latitude]") from None
    corners = np.array(pairs)
    if len(corners) < 4 or (corners[0] != corners[-1]).any():
        raise InputError(f"{where}: expected at least 4 positions, the last equal to the first")
    lon, lat = corners.T
    wrong = ~((np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0))
    if wrong.any():
        k = int(np.argmax(wrong))
        raise InputError(
            f"{where}[{k}]: [{lon[k]:g}, {lat[k]:g}]: expected longitude within ±180 and then "
            "latitude within ±90"
        )
    try:
        ring = unrolled(lat, lon)
    except ValueError:
        raise InputError(
            f"{where}: goes round a pole; close it along longitude ±180 and latitude ±90"
        ) from None
    if np.ptp(ring[0]) == 0.0 or np.ptp(ring[1]) == 0.0:
        raise InputError(f"{where}: has no area")
    return ring
