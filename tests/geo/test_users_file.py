"""Users from files: where they are, and one clear line for every fault."""

import gzip
import zipfile
from pathlib import Path

import netCDF4
import numpy as np
import pytest
import xarray as xr

from capest.errors import InputError
from capest.geo.country_names import find_country
from capest.geo.people_units import km2_of_unit
from capest.geo.points import UNIFORMS
from capest.geo.sphere import box_area_km2
from capest.geo.users_file import read_users
from capest.geo.users_grid import read_grid
from capest.geo.users_table import read_points
from tests.geo.uniforms import uniforms


def written(folder: Path, text: str) -> Path:
    path = folder / "users.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_points_are_drawn_by_weight(tmp_path: Path) -> None:
    path = written(
        tmp_path, "name,Lat, lon,weight\nBeijing,39.9,116.4,3\nsea,0,-140,1\n\nnobody,1,1,0\n"
    )
    model = read_points(path, "urban")
    lat, lon, kind, owner = model.draw(uniforms(40_000, count=UNIFORMS))
    first = lat == 39.9
    assert first.mean() == pytest.approx(0.75, abs=0.01)
    np.testing.assert_allclose(lon[first], 116.4, rtol=1e-12)
    assert set(owner[first]) == {find_country("CN")}
    assert set(zip(lat[~first], lon[~first], owner[~first], strict=True)) == {(0.0, -140.0, -1)}
    assert set(kind) == {2}
    assert model.people == 4.0
    assert [a.dtype for a in (lat, kind, owner)] == [np.float64, np.int8, np.int16]


def test_without_weights_all_count_the_same(tmp_path: Path) -> None:
    model = read_points(written(tmp_path, "lon,lat\n190,10\n0,20\n"))
    lat, lon, _, _ = model.draw(uniforms(10_000))
    assert (lat == 10.0).mean() == pytest.approx(0.5, abs=0.02)
    assert set(lon) == {-170.0, 0.0}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: no column lat and lon"),
        ("lat,name\n1,2\n", "line 1: no column lon; expected a header such as lat,lon"),
        ("lat,lon,Lat\n1,2,3\n", "line 1: two columns are called lat; expected one lat"),
        ("lat,lon,population\n1,2,5\n1,2,-5\n", "line 3: population '-5': expected a number of 0"),
        ("lat,lon,population\n1,2,\n", "line 2: population '': expected a number of 0 or more"),
        ("lat,lon,pop\n1,2,nan\n", "line 2: pop 'nan': expected a number of 0 or more"),
        ("lat,lon,population\n1,2,0\n", "column population: all are 0"),
        ("lat;lon;pop\n1;2;9,000\n", "line 2: pop '9,000': expected a number of 0 or more"),
        (
            "lat,lon,weight,population\n1,2,3,4\n",
            "line 1: columns weight, population may all be the weight; name one with "
            "users.file_variable",
        ),
        ("lat,lon\n", "has no user"),
        ("lat,lon\n1,2\n95,2\n", "line 3: lat '95': expected a number from -90 to 90"),
        ("lat,lon\n1,x\n", "line 2: lon 'x': expected a number from -360 to 360"),
        ("lat,lon\n1\n", "line 2: lon '': expected a number"),
        ("lat,lon\nnan,1\n", "line 2: lat 'nan': expected a number"),
        ("lat,lon,weight\n1,2,-1\n", "line 2: weight '-1': expected a number of 0 or more"),
        ("lat,lon,weight\n1,2,inf\n", "line 2: weight 'inf': expected a number of 0 or more"),
        ("lat,lon,weight\n1,2,0\n", "column weight: all are 0"),
    ],
)
def test_faults_of_csv_files(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_points(written(tmp_path, text))
    assert message in str(caught.value)
    assert "users.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_other_faults_of_csv_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_points(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="expected rural, suburban, urban, dense-urban"):
        read_points(tmp_path / "nothing.csv", "forest")
    (tmp_path / "binary.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(InputError, match="is not UTF-8 text"):
        read_points(tmp_path / "binary.csv")


def grid(
    people: np.ndarray, lat: np.ndarray, lon: np.ndarray, units: str = "people", **more: object
) -> xr.Dataset:
    attributes = {"units": units} if units else {}
    variables = {"pop": (("lat", "lon"), people, attributes), **more}
    return xr.Dataset(variables, coords={"lat": lat, "lon": lon})  # type: ignore[arg-type]


LAT, LON = np.array([10.5, 9.5, 8.5]), np.array([359.0, 0.0, 1.0, 2.0]) % 360.0


def saved(folder: Path, dataset: xr.Dataset) -> Path:
    path = folder / "grid.nc"
    dataset.to_netcdf(path, engine="netcdf4")
    return path


def test_grids_are_drawn_by_people_and_evenly_within_a_cell(tmp_path: Path) -> None:
    people = np.zeros((3, 4))
    people[0, 1], people[2, 3] = 300.0, 100.0
    people[1, 1] = np.nan
    dataset = grid(people, LAT, np.array([0.0, 1.0, 2.0, 3.0])).transpose("lon", "lat")
    model = read_grid(saved(tmp_path, dataset))
    lat, lon, kind, owner = model.draw(uniforms(40_000, count=UNIFORMS))
    first = lat > 9.5
    assert model.people == 400.0
    assert first.mean() == pytest.approx(0.75, abs=0.01)
    assert (lat[first].min(), lat[first].max()) == pytest.approx((10.0, 11.0), abs=1e-3)
    assert (lon[first].min(), lon[first].max()) == pytest.approx((0.5, 1.5), abs=1e-3)
    assert set(kind) == {0}
    assert set(owner[first]) == {find_country("BJ")}


def test_grids_tell_surroundings_by_density(tmp_path: Path) -> None:
    lat, lon = np.array([0.005, 0.015]), np.array([100.005, 100.015])
    km2 = box_area_km2(0.0, 0.01, 0.01)
    people = km2 * np.array([[200.0, 400.0], [2000.0, 4000.0]])
    model = read_grid(saved(tmp_path, grid(people, lat, lon)))
    assert list(model.surroundings) == [0, 1, 2, 3]


def test_a_variable_is_chosen_by_name(tmp_path: Path) -> None:
    one = np.ones((3, 4))
    twice = (("lat", "lon"), 2.0 * one, {"units": "count"})
    dataset = grid(one, LAT, np.arange(4.0), other=twice)
    path = saved(tmp_path, dataset)
    assert read_grid(path, "other").people == 24.0
    with pytest.raises(InputError, match=r"users\.file_variable, one of: pop, other"):
        read_grid(path)
    with pytest.raises(InputError, match="has no variable people; expected one of: pop, other"):
        read_grid(path, "people")


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (grid(-np.ones((3, 4)), LAT, np.arange(4.0)), "variable pop: has negative or infinite"),
        (grid(np.zeros((3, 4)), LAT, np.arange(4.0)), "variable pop: holds nobody"),
        (grid(np.ones((3, 4)), LAT * 10.0, np.arange(4.0)), "variable pop: latitude or longitude"),
        (
            grid(np.ones((2, 361)), LAT[:2], np.arange(361.0)),
            "variable pop: longitude: cells cover 361°",
        ),
        (
            grid(np.ones((3, 4)), LAT, np.arange(4.0), units=""),
            "has no units, so it may hold people per cell or people per km²; say it with "
            'users.file_units = "per-cell" or "per-km2"',
        ),
        (
            grid(np.ones((3, 4)), LAT, np.arange(4.0), units="km2"),
            "variable pop: units 'km2' are neither people per cell nor people per area; say it",
        ),
        (grid(np.ones((3, 4)), LAT, LON), "variable pop: longitude: expected two or more values"),
        (xr.Dataset({"pop": (("a", "b"), np.ones((2, 2)))}), "none has lat and lon"),
        (
            xr.Dataset(
                {"pop": (("time", "lat", "lon"), np.ones((2, 3, 4)))},
                coords={"lat": LAT, "lon": np.arange(4.0)},
            ),
            "variable pop: has dimensions time, lat, lon; expected lat and lon; choose one time",
        ),
    ],
)
def test_faults_of_grids(tmp_path: Path, dataset: xr.Dataset, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_grid(saved(tmp_path, dataset))
    assert message in str(caught.value)
    assert "grid.nc" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_dimension_without_end_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "grid.nc"
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("lon", 2**31 - 1)
        file.createVariable("lon", "f8", ("lon",), chunksizes=(1000,))
    with pytest.raises(InputError, match=r"grid\.nc: damaged: dimension lon has 2,147,483,647"):
        read_grid(path)


def test_files_that_are_no_netcdf(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_grid(tmp_path / "nothing.nc")
    path = tmp_path / "text.nc"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(InputError, match="is not a NetCDF file"):
        read_grid(path)


CITIES = [
    ("Bigtown", 40.5, -74.5, 9_000_000),
    ("Small", 39.5, -98.5, 50_000),
    ("T", 44, -110, 50_000),
]


def table(header: str, mark: str = ",", rows: list[tuple[object, ...]] | None = None) -> str:
    lines = [mark.join(str(cell) for cell in row) for row in rows or CITIES]
    return "\n".join([header.replace(",", mark), *lines]) + "\n"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (table("city,lat,lon,population"), "population"),
        (table("city,Latitude,LONGITUDE,Pop"), "Pop"),
        (table("city,y,x,pop_2020", ";"), "pop_2020"),
        (table("city,lat,lng,People", "\t"), "People"),
        (table("city,lat,long,total_population", "|"), "total_population"),
        ("\ufeff" + table('"city","lat","lon","count"'), "count"),
        (table("city,lat,lon,users"), "users"),
        (table("city,lat,lon,weight"), ""),
    ],
)
def test_a_column_of_people_is_the_weight(tmp_path: Path, text: str, name: str) -> None:
    model = read_users(written(tmp_path, text))
    assert model.people == 9_100_000
    lat, _, _, _ = model.draw(uniforms(40_000, count=UNIFORMS))
    assert (lat == 40.5).mean() == pytest.approx(9_000_000 / 9_100_000, abs=0.003)
    said = [f"users.csv: column {name} is the weight of its line"] if name else []
    assert [note.rpartition("/")[2] for note in model.notes] == said


@pytest.mark.parametrize("column", ["county", "population_density", "pop_rank", "id"])
def test_other_columns_are_no_weight(tmp_path: Path, column: str) -> None:
    model = read_users(written(tmp_path, table(f"city,lat,lon,{column}")))
    assert model.people == 3.0
    (note,) = model.notes
    assert f"every line counts alike, as no column is known as a weight: city, {column};" in note


def test_a_column_is_chosen_by_name(tmp_path: Path) -> None:
    path = written(tmp_path, "lat,lon,people,Demand\n1,2,3,5\n")
    assert read_users(path, "demand").people == 5.0
    assert read_users(path).people == 3.0
    with pytest.raises(InputError, match="has no column weight; expected one of: people, Demand"):
        read_users(path, "weight")
    with pytest.raises(InputError, match="is only read with a NetCDF grid"):
        read_users(path, units="per-cell")


def test_decimal_commas_between_semicolons(tmp_path: Path) -> None:
    model = read_users(written(tmp_path, "lat;lon;weight\n40,5;-74,25;1,5\n"))
    assert (model.lat_deg[0], model.lon_deg[0], model.people) == (40.5, -74.25, 1.5)


def test_files_are_read_by_their_content(tmp_path: Path) -> None:
    path = saved(tmp_path, grid(np.ones((3, 4)), LAT, np.arange(4.0)))
    assert read_users(path.rename(tmp_path / "grid.csv")).people == 12.0
    text = written(tmp_path, "lat,lon\n1,2\n").rename(tmp_path / "cities.nc")
    assert read_users(text).people == 1.0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (gzip.compress(b"lat,lon\n1,2\n"), "is a gzip archive, which is not read: unpack it"),
        (
            b"II*\x00\x08\x00",
            "GeoTIFF, which is not read: make a NetCDF grid of it: gdal",
        ),
        (b"\x00\x00\x27\x0a" + bytes(96), "is a shapefile, which is not read: write it as CSV"),
        (b"<!DOCTYPE html><html></html>", "is a web page (HTML), which is not read"),
        (b'<?xml version="1.0"?><kml/>', "is XML, such as KML, which is not read"),
        (b'{"type": "FeatureCollection"}', "is JSON, such as GeoJSON, which is not read"),
        (b"SQLite format 3\x00", "GeoPackage, which is not read: write it as CSV"),
        (b"ncols 4\nnrows 3\n", "is an ESRI ASCII grid, which is not read"),
        (b"PAR1", "is a Parquet file, which is not read"),
        (b" \n", "is empty; expected a CSV file, or a NetCDF grid"),
        (b"hello\n", "line 1: no column lat and lon; expected a header such as lat,lon"),
        (b"\xff\xfel\x00a\x00", "is not UTF-8 text"),
    ],
    # Archives hold the time: their bytes would be another name in every process.
    ids=lambda value: value if isinstance(value, str) else "file",
)
def test_other_kinds_of_files_are_named(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "users.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_users(path)
    assert message in str(caught.value)
    assert "users.csv" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("member", "kind"),
    [("xl/workbook.xml", "an Excel file"), ("a.shp", "a zipped shapefile"), ("b", "a zip archive")],
)
def test_archives_are_named_by_what_they_hold(tmp_path: Path, member: str, kind: str) -> None:
    path = tmp_path / "users.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")
    with pytest.raises(InputError, match=f"is {kind}, which is not read"):
        read_users(path)


def test_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        read_users(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="cannot be read: Is a directory"):
        read_users(tmp_path)


@pytest.mark.parametrize(
    ("units", "km2"),
    [
        *((unit, 0.0) for unit in ("1", "people", "Persons", "count", "number of people")),
        *((unit, 0.0) for unit in ("people per cell", "persons/pixel", "population count")),
        *((unit, 1.0) for unit in ("km-2", "1/km2", "people.km-2", "people/km^2", "km^-2")),
        *((unit, 1.0) for unit in ("persons per square kilometer", "Persons per sq. km", "/km²")),
        *((unit, 1.0) for unit in ("inhabitants km⁻²", "people per km2", "1 km**-2")),
        *((unit, 1e-6) for unit in ("m-2", "people m^-2", "1/m2", "persons per square metre")),
        *((unit, 0.01) for unit in ("people/ha", "persons per hectare", "ha-1")),
        ("people per square mile", 2.589988110336),
    ],
)
def test_units_of_people(units: str, km2: float) -> None:
    assert km2_of_unit(units) == km2


@pytest.mark.parametrize("units", ["km2", "m", "K", "people per household", "kg m-2", "degrees"])
def test_units_of_anything_else(units: str) -> None:
    with pytest.raises(ValueError, match=units.split()[0]):
        km2_of_unit(units)


@pytest.mark.parametrize(("units", "factor"), [("km-2", 1.0), ("persons m-2", 1e6), ("", 1.0)])
def test_a_density_is_multiplied_with_the_area(tmp_path: Path, units: str, factor: float) -> None:
    lat, lon = np.arange(0.5, 80.0), np.arange(4.0)
    path = saved(tmp_path, grid(np.full((80, 4), 3.0), lat, lon, units))
    model = read_users(path, units=None if units else "per-km2")
    area = 6371.0**2 * np.radians(4.0) * np.sin(np.radians(80.0))
    assert model.people == pytest.approx(3.0 * factor * area, rel=1e-9)
    drawn, _, _, _ = model.draw(uniforms(40_000, count=UNIFORMS))
    south = np.sin(np.radians(40.0)) / np.sin(np.radians(80.0))
    assert (drawn < 40.0).mean() == pytest.approx(south, abs=0.01)
    assert read_users(path, units="per-cell").people == 3.0 * 320


def test_a_name_may_say_what_the_values_are(tmp_path: Path) -> None:
    dataset = grid(np.ones((3, 4)), LAT, np.arange(4.0), units="").rename(pop="people")
    model = read_users(saved(tmp_path, dataset))
    assert model.people == 12.0
    (note,) = model.notes
    assert note.endswith("by its name it holds people per cell (users.file_units)")


def test_missing_values_turned_axes_and_one_time(tmp_path: Path) -> None:
    people = np.ones((1, 3, 4))
    people[0, 0, 0] = np.nan
    dataset = xr.Dataset(
        {"pop": (("time", "latitude", "longitude"), people, {"units": "people"})},
        coords={"time": [2020], "latitude": LAT, "longitude": [356.5, 357.5, 358.5, 359.5]},
    )
    model = read_users(saved(tmp_path, dataset))
    assert model.people == 11.0
    assert set(model.lon_deg) == {-3.5, -2.5, -1.5, -0.5}
    (note,) = model.notes
    assert note.endswith("1 of 12 cells have no value: nobody lives there")
