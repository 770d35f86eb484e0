"""Polygons of a GeoJSON file (RFC 7946), whatever collections and features hold them."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.geo.outline import Reading, fault, is_simple, readings
from capest.geo.polygon import PolygonSet, Ring
from capest.geo.union import checked, united

_RIGHT = "Polygon, MultiPolygon, or a Feature, FeatureCollection or GeometryCollection of these"
_NO_AREA = ("Point", "MultiPoint", "LineString", "MultiLineString")
_SHOWN = 3
"""Rings named in a note, at most."""


@dataclass
class _Skipped:
    """What holds no area: how many of each kind, and the first in words."""

    count: Counter[str] = field(default_factory=Counter)
    first: str = ""

    def add(self, kind: str, words: str) -> None:
        self.count[kind] += 1
        self.first = self.first or words


def read_polygons(path: str | Path) -> tuple[PolygonSet, tuple[str, ...]]:
    """Read the polygons of a file; where they overlap, their union counts.

    Edges are straight lines of latitude against longitude; see `outline` for those that span
    more than 180° of longitude. Geometries without area are skipped.

    Returns
    -------
    polygons : PolygonSet
    notes : tuple of str
        What was skipped and which side of the Earth was taken, one line each.

    Raises
    ------
    InputError
        With the file and where in it the fault is.
    """
    document = _document(path)
    _check_crs(document, path)
    skipped = _Skipped()
    rings: list[list[Ring]] = []
    shapes, short, wide = [], [], []
    for where, polygon in _polygons(document, "", str(path), skipped):
        if not isinstance(polygon, list) or not polygon:
            raise InputError(f"{path}: {where}: expected a list of rings, an outline first")
        found, shape = _polygon(polygon, f"{path}: {where}")
        rings.append([reading.ring for reading in found])
        shapes.append(shape)
        if found[0].is_short:
            short.append(f"{where} is {found[0]}")
        elif found[0].is_wide:
            wide.append(f"{where} is {found[0]}")
    if not rings:
        first = f": {skipped.first}" if skipped.first else ""
        raise InputError(f"{path}: holds no polygon{first}; expected {_RIGHT}")
    notes = []
    if skipped.count:
        kinds = ", ".join(f"{count} {kind}" for kind, count in skipped.count.items())
        notes.append(f"{path}: skipped, because only polygons have an area: {kinds}")
    if wide:
        notes.append(
            f"{path}: {_some(wide)}: edges are straight in longitude, as written (RFC 7946, 3.1.1)"
        )
    if short:
        notes.append(
            f"{path}: {_some(short)}: an edge of over 180° is taken the short way; polygons cut at "
            "±180 leave no doubt (RFC 7946, 3.1.9)"
        )
    return united(shapes, rings), tuple(notes)


def _some(words: Sequence[str]) -> str:
    more = len(words) - _SHOWN
    return ", ".join(words[:_SHOWN]) + (f" and {more} more like it" if more > 0 else "")


def _document(path: str | Path) -> Any:
    check_regular(path)
    try:
        text = Path(path).read_text(encoding="utf-8-sig")
        return json.loads(text, object_pairs_hook=lambda pairs: _once(pairs, path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; expected GeoJSON") from None
    except RecursionError:
        raise InputError(f"{path}: is nested too deeply; expected GeoJSON") from None
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: line {error.lineno}, column {error.colno}: is not JSON: {error.msg}"
        ) from None


def _once(pairs: Sequence[tuple[str, Any]], path: str | Path) -> dict[str, Any]:
    """An object of JSON, of which every key may stand once."""
    found = dict(pairs)
    if len(found) < len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, count in counts.items() if count > 1)
        raise InputError(f"{path}: {twice!r} stands more than once in an object of JSON")
    return found


def _check_crs(document: Any, path: str | Path) -> None:
    """Refuse coordinates of another reference system than longitude and latitude of WGS 84."""
    crs = document.get("crs") if isinstance(document, dict) else None
    if crs is not None and not re.search(r"CRS:?84\b|EPSG:+4326\b", json.dumps(crs)):
        name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else crs
        raise InputError(
            f"{path}: crs = {name!r}: expected longitudes and latitudes in degrees, as RFC "
            "7946 has them without a crs; convert the file"
        )


def _polygons(node: Any, where: str, path: str, skipped: _Skipped) -> Iterator[tuple[str, Any]]:
    """Coordinates of every polygon below a node, and their place in the file."""
    kind = node.get("type") if isinstance(node, dict) else None
    prefix = f"{where}." if where else ""
    if kind in ("FeatureCollection", "GeometryCollection"):
        name = "features" if kind == "FeatureCollection" else "geometries"
        members = node.get(name)
        if not isinstance(members, list):
            raise InputError(f"{path}: {prefix}{name}: expected a list")
        for number, member in enumerate(members):
            yield from _polygons(member, f"{prefix}{name}[{number}]", path, skipped)
    elif kind == "Feature":
        if node.get("geometry") is None:
            skipped.add("null geometry", f"{prefix}geometry: no GeoJSON type")
        else:
            yield from _polygons(node["geometry"], f"{prefix}geometry", path, skipped)
    elif kind in ("Polygon", "MultiPolygon") and node.get("coordinates") == []:
        skipped.add(f"empty {kind}", f"{where or 'file'}: no coordinates")
    elif kind == "Polygon":
        yield f"{prefix}coordinates", node.get("coordinates")
    elif kind == "MultiPolygon":
        parts = node.get("coordinates")
        if not isinstance(parts, list):
            raise InputError(f"{path}: {prefix}coordinates: expected a list of polygons")
        for number, part in enumerate(parts):
            yield f"{prefix}coordinates[{number}]", part
    elif kind in _NO_AREA:
        skipped.add(str(kind), f"{where or 'file'}: type {kind!r}")
    else:
        found = f"type {kind!r}" if kind else "no GeoJSON type"
        raise InputError(f"{path}: {where or 'file'}: {found}; expected {_RIGHT}")


def _polygon(rings: Sequence[Any], where: str) -> tuple[list[Reading], Any]:
    """Readings of an outline and its holes, and the polygon they make."""
    outline = _readings(rings[0], f"{where}[0]", False)[0]
    found = [outline]
    for number, points in enumerate(rings[1:], 1):
        likely = _readings(points, f"{where}[{number}]", True)
        found.append(next((each for each in likely if _fits(each, outline)), likely[0]))
    try:
        return found, checked([reading.ring for reading in found])
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None


def _fits(hole: Reading, outline: Reading) -> bool:
    try:
        checked([outline.ring, hole.ring])
    except ValueError:
        return False
    return True


def _readings(points: Any, where: str, is_hole: bool) -> list[Reading]:
    try:
        found = readings(*_positions(points, where), is_hole)
    except ValueError as error:
        raise InputError(f"{where}: {error}") from None
    ring = found[0].ring
    if not is_simple(ring):
        raise InputError(f"{where}: {fault(ring)}")
    return found


def _positions(points: Any, where: str) -> Ring:
    try:
        corners = np.array([_position(point) for point in points])
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where}: expected positions [longitude, latitude]") from None
    if len(corners) < 4 or not _closed(corners):
        raise InputError(f"{where}: expected at least 4 positions, the last equal to the first")
    lon, lat = corners.T
    wrong = ~((np.abs(lat) <= 90.0) & (np.abs(lon) <= 360.0))
    if wrong.any():
        k = int(np.argmax(wrong))
        raise InputError(
            f"{where}[{k}]: [{lon[k]:g}, {lat[k]:g}]: expected longitude within ±180 and then "
            "latitude within ±90"
        )
    if np.ptp(lat) == 0.0 or np.ptp(lon) == 0.0:
        raise InputError(f"{where}: has no area")
    return lat, lon


def _position(point: Any) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) < 2:
        raise TypeError
    if not all(type(number) in (int, float) for number in point[:2]):
        raise TypeError
    return float(point[0]), float(point[1])


def _closed(corners: np.ndarray) -> bool:
    """Whether the last position is the first, perhaps a turn further."""
    along, up = np.abs(corners[-1] - corners[0])
    return bool(up == 0.0 and along in (0.0, 360.0))
