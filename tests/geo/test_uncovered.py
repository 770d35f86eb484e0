"""People without a terrestrial network: published figures, and files against brute force."""

import json

import numpy as np
import pytest
import xarray as xr

from capest.errors import InputError
from capest.geo import region as regions
from capest.geo.coverage import NetworkCoverage, read_coverage
from capest.geo.people_points import points_of
from capest.geo.population import UNIFORMS, population_model
from capest.geo.population_parameters import PopulationParameters
from capest.geo.settlement_density import BEYOND, core_per_km2, kernel_radius
from capest.geo.uncovered import uncovered_by_density, uncovered_by_file
from capest.geo.uncovered_share import (
    uncovered_share,
    uncovered_share_of_places,
    uncovered_uniform,
)

# Percent: of people's time without signal (Opensignal), and of land without a network.
PUBLISHED = {
    ("KR", "people"): 0.22,
    ("JP", "people"): 0.46,
    ("FR", "people"): 2.14,
    ("NZ", "land"): 40.0,
    ("GB", "land"): 9.0,
}
LOW, DEFAULT, HIGH = 0.3, 1.0, 3.0
ASIDE = 400_000


def percent_uncovered(country, of, half_per_km2):
    living = population_model(regions.country((country,)))
    uncovered = uncovered_by_density(living, half_per_km2)
    if of == "people":
        return 100.0 * uncovered.people / living.people
    area = living.land.people / living.land.per_km2
    return 100.0 * area @ uncovered_share(living.land.per_km2, half_per_km2) / area.sum()


@pytest.mark.parametrize(("country", "of"), PUBLISHED)
def test_published_figures_lie_in_the_range_of_the_density(country, of):
    found = [percent_uncovered(country, of, each) for each in (LOW, DEFAULT, HIGH)]
    assert found[0] < PUBLISHED[country, of] < found[2]
    assert 1.0 / 2.6 < found[1] / PUBLISHED[country, of] < 2.6


def test_the_share_falls_with_density():
    per_km2 = np.logspace(-3, 4, 50)
    share = uncovered_share(per_km2, 1.0)
    assert (np.diff(share) < 0.0).all()
    assert uncovered_share(2.5, 2.5) == 0.5
    # Never more than the density itself of them on a square kilometre.
    assert (share * per_km2 < np.minimum(per_km2, 1.0)).all()


@pytest.mark.parametrize("half_per_km2", [0.3, 10.0, 3000.0])
def test_uncovered_people_of_a_place_against_a_sum_over_its_kernel(half_per_km2):
    """Each of many people of a kernel is kept by the density where they live."""
    parameters = PopulationParameters()
    uniform = (np.arange(ASIDE) + 0.5) / ASIDE
    radius = kernel_radius(uniform)
    per_km2 = core_per_km2(parameters) * np.exp(-0.5 * radius**2)
    share = uncovered_share(per_km2, half_per_km2)
    assert uncovered_share_of_places(half_per_km2, parameters) == pytest.approx(
        share.mean(), rel=1e-4
    )
    found = kernel_radius(uncovered_uniform(uniform, half_per_km2, parameters))
    within = np.cumsum(share) / share.sum()
    np.testing.assert_allclose(found, np.interp(uniform, within, radius), atol=2e-3)
    assert found.max() <= kernel_radius(1.0 - 1e-15)
    assert 0.0 < BEYOND < 0.02


@pytest.fixture(scope="module")
def living():
    return population_model(regions.country(("NZ",)))


@pytest.fixture(scope="module")
def uniforms():
    rng = np.random.default_rng(1)
    return [rng.random(ASIDE) for _ in range(UNIFORMS)]


def boxes(lat_deg, lon_deg, weight=None):
    """Share of people in boxes of 2° by 2°, whose borders no town lies on."""
    count, _, _ = np.histogram2d(
        lat_deg, lon_deg % 360.0, bins=[np.arange(-48, -33, 2), np.arange(165, 182, 2)],
        weights=weight,
    )  # fmt: skip
    return count / (len(lat_deg) if weight is None else weight.sum())


def assert_alike(found, expected, several=5.0):
    """Shares of so many users, within some deviations and a hundredth."""
    deviation = np.sqrt(np.maximum(expected, 1e-5) / ASIDE)
    assert (np.abs(found - expected) < several * deviation + 0.01 * expected + 3e-4).all()


def test_where_half_live_denser_than_anybody_all_are_uncovered(living, uniforms):
    """In the limit nobody is left out, and users stand where all people's users stand."""
    everybody = uncovered_by_density(living, 1e12)
    assert everybody.people == pytest.approx(living.people, rel=1e-6)
    for found, expected in zip(everybody.draw(uniforms), living.draw(uniforms), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-3)


def test_uncovered_users_are_those_of_all_people_who_are_kept_by_density(living):
    """Everybody is drawn, and kept by a coin: land by its cell, places by their kernel."""
    uncovered = uncovered_by_density(living, 50.0)
    share = np.concatenate(
        [
            np.full(len(living.places.people), uncovered_share_of_places(50.0, living.parameters)),
            uncovered_share(living.land.people / (living.land.people / living.land.per_km2), 50.0),
        ]
    )
    np.testing.assert_allclose(uncovered.people_of_spots, living.people_of_spots * share)
    covered = living.people_of_spots * (1.0 - share)
    assert uncovered.people + covered.sum() == pytest.approx(living.people, rel=1e-12)
    assert 0.05 < uncovered.people / living.people < 0.5


def test_pieces_hold_the_population(living, uniforms):
    pieces = points_of(living)
    assert pieces.people == pytest.approx(living.people, rel=1e-9)
    lat, lon, kind, country = pieces.draw(uniforms)
    expected = living.draw(uniforms)
    assert_alike(boxes(lat, lon), boxes(*expected[:2]))
    kinds = [np.bincount(each, minlength=4) / ASIDE for each in (kind, expected[2])]
    np.testing.assert_allclose(*kinds, atol=0.02)
    assert set(np.unique(country)) == set(np.unique(expected[3]))


# Auckland and the north; the south but for a hole.
COVERED = {
    "type": "MultiPolygon",
    "coordinates": [
        [[[173, -38], [179, -38], [179, -34], [173, -34], [173, -38]]],
        [
            [[166, -48], [173, -48], [173, -43], [166, -43], [166, -48]],
            [[169, -46], [169, -45], [171, -45], [171, -46], [169, -46]],
        ],
    ],
}


def test_polygons_against_people_who_are_asked_one_by_one(living, uniforms, tmp_path):
    path = tmp_path / "covered.geojson"
    path.write_text(json.dumps(COVERED))
    uncovered = uncovered_by_file(living, read_coverage(path))
    lat, lon, _, _ = living.draw(uniforms)
    north = (lat > -38) & (lon % 360 > 173) & (lon % 360 < 179)
    south = (lat < -43) & (lon % 360 < 173)
    hole = (lat > -46) & (lat < -45) & (lon % 360 > 169) & (lon % 360 < 171)
    left = ~(north | (south & ~hole))
    share = left.mean()
    assert 0.2 < share < 0.6
    assert uncovered.people / living.people == pytest.approx(share, rel=0.02)
    found = uncovered.draw(uniforms)
    assert_alike(boxes(*found[:2]), boxes(lat[left], lon[left]), 8.0)


def grid_file(tmp_path, values, **attributes):
    lat, lon = np.arange(-47.5, -33.0, 1.0), np.arange(166.25, 179.0, 0.5)
    path = tmp_path / "covered.nc"
    table = xr.DataArray(
        np.broadcast_to(values, (len(lat), len(lon))).astype(float).copy(),
        dims=("lat", "lon"), coords={"lat": lat, "lon": lon}, attrs=attributes,
    )  # fmt: skip
    xr.Dataset({"covered": table}).to_netcdf(path)
    return path, table


def test_a_grid_against_people_who_are_asked_one_by_one(living, uniforms, tmp_path):
    rng = np.random.default_rng(4)
    path, table = grid_file(tmp_path, rng.random((15, 26)))
    uncovered = uncovered_by_file(living, read_coverage(path))
    lat, lon, _, _ = living.draw(uniforms)
    cell = table.sel(
        lat=xr.DataArray(lat), lon=xr.DataArray(lon % 360.0), method="nearest"
    ).to_numpy()
    beside = (lon % 360.0 > 179.0) | (lat < -48.0) | (lat > -33.0)
    left = rng.random(ASIDE) >= np.where(beside, 0.0, cell)
    assert uncovered.people / living.people == pytest.approx(left.mean(), rel=0.02)
    assert_alike(boxes(*uncovered.draw(uniforms)[:2]), boxes(lat[left], lon[left]), 8.0)


def test_a_grid_may_run_from_the_north_and_round_the_earth(tmp_path):
    lat, lon = np.arange(80.0, -81.0, -20.0), np.arange(0.0, 360.0, 30.0)
    values = np.arange(len(lat) * len(lon)).reshape(len(lat), -1) / 1000.0
    values[0, 0] = np.nan
    path = tmp_path / "earth.nc"
    xr.Dataset({"share": (("lat", "lon"), values)}, {"lat": lat, "lon": lon}).to_netcdf(path)
    coverage = read_coverage(path)
    # Middles, edges of the last column, beyond the north, and the cell without a value.
    points = np.array([[60.0, 30.0], [-75.0, -16.0], [-75.0, -14.0], [90.5, 0.0], [80.0, 1.0]])
    expected = [values[1, 1], values[-1, -1], values[-1, 0], 0.0, 0.0]
    np.testing.assert_allclose(coverage.covered(*points.T), expected)
    assert coverage.notes == (
        f"{path}: variable share: 1 of 108 cells have no value: there is no terrestrial network",
    )


def test_where_all_are_covered_nobody_is_left(living, tmp_path):
    path, _ = grid_file(tmp_path, 1.0)
    coverage = read_coverage(path)
    chatham = uncovered_by_file(living, coverage)
    assert chatham is None or chatham.people < 0.02 * living.people
    whole = NetworkCoverage(regions.whole_earth(), None, ())
    assert uncovered_by_file(living, whole) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (1.2, "has values from 1.2 to 1.2; expected shares of people who are covered, from 0 to 1"),
        (40.0, "from 0 to 1: divide percent by 100"),
        (-0.1, "has values from -0.1 to -0.1; expected shares"),
    ],
)
def test_shares_that_are_none_are_refused(values, said, tmp_path):
    path, _ = grid_file(tmp_path, values)
    with pytest.raises(InputError, match=said.replace(".", r"\.")):
        read_coverage(path)


@pytest.mark.parametrize("units", ["people", "km-2", "%", "dBm", "degrees"])
def test_units_that_are_none_of_a_share_are_refused(units, tmp_path):
    path, _ = grid_file(tmp_path, 0.5)
    with xr.open_dataset(path) as dataset:
        (name,) = dataset.data_vars
        dataset[name].attrs["units"] = units
        dataset.to_netcdf(other := tmp_path / "other.nc")
    with pytest.raises(InputError, match=f"variable {name}: has units '{units}'; expected shares"):
        read_coverage(other)


@pytest.mark.parametrize("units", ["1", "", "dimensionless", "fraction", "Share of people"])
def test_units_of_a_share_are_read(units, tmp_path):
    path, _ = grid_file(tmp_path, 0.5)
    with xr.open_dataset(path) as dataset:
        (name,) = dataset.data_vars
        dataset[name].attrs["units"] = units
        dataset.to_netcdf(other := tmp_path / "other.nc")
    lat_deg, lon_deg = (dataset[axis].values[:1] for axis in ("lat", "lon"))
    assert read_coverage(other).covered(lat_deg, lon_deg) == [0.5]


def test_files_of_other_kinds_are_refused(tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("lat,lon\n1,2\n")
    with pytest.raises(InputError, match=r"points\.csv: is of another kind, .* expected GeoJSON"):
        read_coverage(table)
    sheet = tmp_path / "covered.tif"
    sheet.write_bytes(b"II*\x00" + bytes(100))
    with pytest.raises(InputError, match="expected GeoJSON polygons of covered area, or a NetCDF"):
        read_coverage(sheet)
    with pytest.raises(InputError, match=r"none\.nc: cannot be read: No such file"):
        read_coverage(tmp_path / "none.nc")
    areas = tmp_path / "covered.geojson"
    areas.write_text(json.dumps(COVERED))
    with pytest.raises(InputError, match="is only read with a NetCDF grid of coverage"):
        read_coverage(areas, "share")
