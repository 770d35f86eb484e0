"""Users from files: where they are, and one clear line for every fault."""

from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from capest.errors import InputError
from capest.geo.countries import find_country
from capest.geo.points import UNIFORMS
from capest.geo.sphere import box_area_km2
from capest.geo.users_file import read_grid, read_points
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
        ("lat,longitude\n1,2\n", "line 1: no column lon; expected a header such as lat,lon"),
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


def grid(people: np.ndarray, lat: np.ndarray, lon: np.ndarray, **more: object) -> xr.Dataset:
    return xr.Dataset({"pop": (("lat", "lon"), people), **more}, coords={"lat": lat, "lon": lon})  # type: ignore[arg-type]


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
    dataset = grid(one, LAT, np.arange(4.0), other=(("lat", "lon"), 2.0 * one))
    path = saved(tmp_path, dataset)
    assert read_grid(path, "other").people == 24.0
    with pytest.raises(InputError, match="say which variable holds people per cell: pop, other"):
        read_grid(path)
    with pytest.raises(InputError, match="has no variable people; expected one of: pop, other"):
        read_grid(path, "people")


@pytest.mark.parametrize(
    ("dataset", "message"),
    [
        (grid(-np.ones((3, 4)), LAT, np.arange(4.0)), "variable pop: has negative or infinite"),
        (grid(np.zeros((3, 4)), LAT, np.arange(4.0)), "variable pop: holds nobody"),
        (grid(np.ones((3, 4)), LAT * 10.0, np.arange(4.0)), "variable pop: latitude or longitude"),
        (grid(np.ones((3, 4)), LAT, LON), "variable pop: longitude: expected two or more values"),
        (xr.Dataset({"pop": (("a", "b"), np.ones((2, 2)))}), "none has lat and lon"),
        (
            xr.Dataset(
                {"pop": (("time", "lat", "lon"), np.ones((2, 3, 4)))},
                coords={"lat": LAT, "lon": np.arange(4.0)},
            ),
            "variable pop: has dimensions time, lat, lon; expected lat and lon",
        ),
    ],
)
def test_faults_of_grids(tmp_path: Path, dataset: xr.Dataset, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_grid(saved(tmp_path, dataset))
    assert message in str(caught.value)
    assert "grid.nc" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_netcdf(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_grid(tmp_path / "nothing.nc")
    path = tmp_path / "text.nc"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(InputError, match="is not a NetCDF file"):
        read_grid(path)
