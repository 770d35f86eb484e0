"""Cells as polygons and on grids, read back by other readers than ours."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import shapely

from capest.geo.fibonacci import lattice_points
from capest.geo.sphere import EARTH_AREA_KM2, unit_vectors
from tests.export.files import export, make


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return make(tmp_path_factory.mktemp("of-cells"))


def lattice_of(dataset: netCDF4.Dataset) -> tuple[int, np.ndarray]:
    """Points of the whole lattice, and centres of the file's cells (3, cells)."""
    count = round(EARTH_AREA_KM2 / float(dataset["cell_area"][0]))
    return count, unit_vectors(
        np.asarray(dataset["cell_latitude"][:]), np.asarray(dataset["cell_longitude"][:])
    )


def expected(path: Path, name: str, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Value at every place by brute force: of the nearest of all cells of the Earth."""
    with netCDF4.Dataset(path) as dataset:
        dataset.set_auto_mask(False)
        count, centre = lattice_of(dataset)
        every = lattice_points(np.arange(count), count)
        of_cell = np.argmax(centre.T @ every, axis=1)
        values = np.full(count, np.nan)
        counted = dataset["cell_counted"][:] > 0
        values[of_cell[counted]] = dataset[name][:][counted]
    here = unit_vectors(np.repeat(lat, len(lon)), np.tile(lon, len(lat)))
    return values[np.argmax(here.T @ every, axis=1)].reshape(len(lat), len(lon))


def tags_of(path: Path) -> dict[int, tuple[int, ...]]:
    """Numbers of a little-endian TIFF's first directory, as TIFF 6.0 lays it out."""
    content = path.read_bytes()
    order, version, start = struct.unpack("<2sHI", content[:8])
    assert (order, version) == (b"II", 42)
    size = struct.unpack("<H", content[start : start + 2])[0]
    found = {}
    formats = {2: "B", 3: "H", 4: "I", 12: "d"}
    for k in range(size):
        at = start + 2 + 12 * k
        tag, kind, count = struct.unpack("<HHI", content[at : at + 8])
        length = struct.calcsize(f"<{count}{formats[kind]}")
        place = at + 8 if length <= 4 else struct.unpack("<I", content[at + 8 : at + 12])[0]
        found[tag] = struct.unpack(f"<{count}{formats[kind]}", content[place : place + length])
    assert list(found) == sorted(found)
    assert struct.unpack("<I", content[start + 2 + 12 * size :][:4]) == (0,)
    return found


def test_geotiff_has_the_value_of_the_nearest_cell(made: dict[str, Path], tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    target = tmp_path / "calls.tif"
    code, said = export(made["network"], "cell_calls", "-o", target, "--resolution", "1")
    assert code == 0, said
    with image.open(target) as opened:
        values = np.array(opened)
        about = opened.tag_v2[270]
    tags = tags_of(target)
    rows, columns = values.shape
    assert (tags[256], tags[257]) == ((columns,), (rows,))
    assert f"({rows:,} × {columns:,} places)" in said
    step, _, _ = tags[33550]
    assert tags[33550] == (1.0, 1.0, 0.0)
    _, _, _, west, north, _ = tags[33922]
    # OGC 19-008r4: a geographic system, a value is that of an area, EPSG 4326, degrees.
    keys = np.array(tags[34735]).reshape(-1, 4)
    assert keys[0].tolist() == [1, 1, 1, len(keys) - 1]
    assert {row[0]: (row[1], row[2], row[3]) for row in keys[1:].tolist()} == {
        1024: (0, 1, 2),
        1025: (0, 1, 1),
        2048: (0, 1, 4326),
        2054: (0, 1, 9102),
    }
    assert (tags[339], tags[258], tags[259]) == ((3,), (32,), (8,))
    assert bytes(tags[42113]) == b"nan\0"
    assert about.startswith("cell_calls: ")
    lat, lon = north - step * (np.arange(rows) + 0.5), west + step * (np.arange(columns) + 0.5)
    wanted = expected(made["network"], "cell_calls", lat, lon).astype(np.float32)
    # The region crosses the antimeridian: all longitudes.
    assert (west, columns) == (-180.0, 360)
    assert np.array_equal(values, wanted, equal_nan=True)
    assert np.isfinite(values).any()
    # Ours: it is replaced.
    assert export(made["network"], "cell_calls", "-o", target)[0] == 0


def test_a_plain_grid_by_the_conventions(made: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "grid.nc"
    words = (made["network"], "cells", "-o", target, "--resolution", "1")
    code, said = export(*words)
    assert code == 0, said
    with netCDF4.Dataset(target) as grid:
        lat, lon = np.asarray(grid["lat"][:]), np.asarray(grid["lon"][:])
        assert (grid["lat"].units, grid["lon"].standard_name) == ("degrees_north", "longitude")
        assert (grid.Conventions, grid["cell_calls"].grid_mapping) == ("CF-1.11", "crs")
        assert grid["cell_throughput"].units == "Mbit s-1"
        for name in ("cell_calls", "cell_throughput"):
            values = np.ma.filled(grid[name][:], np.nan)
            wanted = expected(made["network"], name, lat, lon).astype(np.float32)
            assert np.array_equal(values, wanted, equal_nan=True)
    assert export(*words)[0] == 0
    # A result is not replaced by a grid.
    assert export(made["network"], "cells", "-o", made["network"])[0] == 2


def test_polygons_hold_their_cells_and_values(made: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "cells.geojson"
    code, said = export(made["network"], "cells", "-o", target)
    assert code == 0, said
    content = json.loads(target.read_text(encoding="utf-8"))
    assert content["type"] == "FeatureCollection"
    assert content["made_by"].startswith("capest ")
    assert content["columns"]["cell_throughput"]["units"] == "Mbit s-1"
    with netCDF4.Dataset(made["network"]) as dataset:
        lat, lon = dataset["cell_latitude"][:], dataset["cell_longitude"][:]
        calls, country = dataset["cell_calls"][:], dataset["cell_country"][:]
    assert len(content["features"]) == len(lat)
    for k, feature in enumerate(content["features"]):
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.is_valid
        assert shape.contains(shapely.Point(lon[k], lat[k]))
        assert np.float32(feature["properties"]["cell_calls"]) == calls[k]
        assert feature["properties"]["cell_country"] == country[k]
        places = shapely.get_coordinates(shape)
        assert np.abs(places[:, 0]).max() <= 180.0
    kinds = {feature["geometry"]["type"] for feature in content["features"]}
    assert kinds == {"Polygon", "MultiPolygon"}
    assert export(made["network"], "cells", "-o", target)[0] == 0


def test_beams_over_a_known_place(made: dict[str, Path], tmp_path: Path) -> None:
    target = tmp_path / "beams.geojson"
    code, said = export(made["placed"], "cells", "-o", target)
    assert code == 0, said
    features = json.loads(target.read_text(encoding="utf-8"))["features"]
    with netCDF4.Dataset(made["placed"]) as dataset:
        lat, lon = dataset["cell_latitude"][:], dataset["cell_longitude"][:]
    assert len(features) == 7
    for k, feature in enumerate(features):
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.contains(shapely.Point(lon[k], lat[k]))
    words = ("cell_area", "-o", tmp_path / "area.nc", "--resolution", "0.1")
    assert export(made["placed"], *words)[0] == 0
    with netCDF4.Dataset(tmp_path / "area.nc") as grid, netCDF4.Dataset(made["placed"]) as dataset:
        values = np.ma.filled(grid["cell_area"][:], np.nan)
        lat, lon = np.asarray(grid["lat"][:]), np.asarray(grid["lon"][:])
        areas = np.asarray(dataset["cell_area"][:])
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    row, column = np.indices(values.shape)
    points = shapely.points(lon[column.ravel()], lat[row.ravel()])
    place, beam = shapely.STRtree(shapes).query(points, predicate="within")
    wanted = np.full(values.size, np.nan)
    wanted[place] = areas[beam]
    same = np.isclose(values.ravel(), wanted, rtol=1e-6, equal_nan=True)
    # Sides are straight in u and v, and nearly so on the map.
    assert np.count_nonzero(~same) <= 0.02 * len(place)
    assert len(place) > 100


@pytest.mark.parametrize("step", ["0", "-1", "nan", "0.7", "1e-9", "200"])
def test_steps_that_make_no_grid(made: dict[str, Path], tmp_path: Path, step: str) -> None:
    target = tmp_path / "x.tif"
    code, said = export(made["network"], "cell_calls", "-o", target, "--resolution", step)
    assert code == 2
    assert "--resolution" in said
    assert "such as" in said
    assert not target.exists()


def test_a_grid_that_is_too_large(made: dict[str, Path], tmp_path: Path) -> None:
    words = (made["network"], "cell_calls", "-o", tmp_path / "x.tif", "--resolution", "0.001")
    code, said = export(*words)
    assert code == 2
    assert "or more fits" in said
