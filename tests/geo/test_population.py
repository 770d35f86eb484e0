"""People are where the data puts them, as many as the data says, however they are drawn."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from capest.errors import InputError
from capest.geo import data
from capest.geo.country_names import find_country
from capest.geo.land import land_at
from capest.geo.population import UNIFORMS, PopulationModel, population_model
from capest.geo.population_parameters import PopulationParameters
from capest.geo.region import Region, box, circle, country, geojson, whole_earth
from capest.geo.settlement_density import SURROUNDINGS, kernel_points, kernel_radius, surroundings
from capest.geo.sphere import great_circle_km
from tests.geo.uniforms import uniforms

USERS = 1_000_000
EVENLY = PopulationParameters(rural_near_places=0.0)


@pytest.fixture(scope="module")
def earth() -> PopulationModel:
    return population_model(whole_earth())


@pytest.fixture(scope="module")
def drawn(earth: PopulationModel) -> tuple[np.ndarray, ...]:
    return earth.draw(uniforms(USERS))


def spot_of(model: PopulationModel, first_uniform: np.ndarray) -> np.ndarray:
    return np.minimum(
        np.searchsorted(model.cumulative, first_uniform, side="right"), len(model.cumulative) - 1
    )


def people_of_country(model: PopulationModel) -> np.ndarray:
    spots = (model.places, model.land)
    country, people = (
        np.concatenate([getattr(spot, name) for spot in spots]) for name in ("country", "people")
    )
    return np.bincount(country, people, len(data.countries().alpha2))


def test_every_country_has_its_national_population(earth: PopulationModel) -> None:
    national = data.countries().population
    people = people_of_country(earth)
    has_people = people > 0.0
    np.testing.assert_allclose(people[has_people], national[has_people], rtol=1e-9)
    # Tokelau, Diego Garcia and uninhabited islands have neither a polygon nor a place.
    assert national[~has_people].sum() < 6000
    assert earth.people == pytest.approx(national.sum(), rel=1e-5)


def test_draws_are_shared_out_by_population(
    earth: PopulationModel, drawn: tuple[np.ndarray, ...]
) -> None:
    people = people_of_country(earth)
    found = np.bincount(drawn[3], minlength=len(people))
    expected = USERS * people / earth.people
    large = expected > 20.0
    pooled_found = np.append(found[large], found[~large].sum())
    pooled_expected = np.append(expected[large], expected[~large].sum())
    assert large.sum() > 150
    assert stats.chisquare(pooled_found, pooled_expected).pvalue > 1e-3


@pytest.mark.parametrize("name", ["CN", "LU", "SG", "MV", "AQ", "RU", "FR"])
def test_a_country_holds_its_people_and_no_others(name: str) -> None:
    model = population_model(country(name))
    index = find_country(name)
    assert model.people == pytest.approx(data.countries().population[index], rel=1e-9)
    lat, lon, _, owner = model.draw(uniforms(2000))
    assert (owner == index).all()
    assert np.isfinite(lat).all()
    assert np.isfinite(lon).all()


def test_people_stay_in_or_near_their_country() -> None:
    region = country("CN")
    lat, lon, _, _ = population_model(region).draw(uniforms(200_000))
    # 1.5 % of the people of China's places are off the coarse coast; see SOURCES.md.
    assert region.contains(lat, lon).mean() > 0.985
    south, west, north, east = region.bounds
    assert ((lat > south - 0.5) & (lat < north + 0.5)).all()
    assert ((lon > west - 0.5) & (lon < east + 0.5)).all()


def test_a_user_does_not_depend_on_how_many_are_drawn(earth: PopulationModel) -> None:
    numbers = uniforms(3000)
    together = earth.draw(numbers)
    again = earth.draw(numbers)
    some = np.array([5, 17, 18, 2999])
    alone = earth.draw([number[some] for number in numbers])
    for whole, repeated, part in zip(together, again, alone, strict=True):
        np.testing.assert_array_equal(whole, repeated)
        np.testing.assert_array_equal(whole[some], part)
    first = earth.draw([number[:1] for number in numbers])
    assert first[0][0] == together[0][0]


def test_types_of_a_draw(earth: PopulationModel) -> None:
    lat, lon, kind, owner = earth.draw(uniforms(100, count=UNIFORMS))
    assert [array.dtype for array in (lat, lon, kind, owner)] == [
        np.float64, np.float64, np.int8, np.int16,
    ]  # fmt: skip
    assert PopulationModel.uniforms_needed == UNIFORMS
    assert (np.abs(lat) <= 90.0).all()
    assert ((lon >= -180.0) & (lon < 180.0)).all()


def test_few_users_are_misplaced(earth: PopulationModel, drawn: tuple[np.ndarray, ...]) -> None:
    lat, lon = drawn[:2]
    assert (land_at(lat, lon) == 0.0).mean() < 2e-4
    spot = spot_of(earth, uniforms(USERS)[0])
    anchor_lat = np.concatenate([earth.places.anchor_lat, earth.land.anchor_lat])[spot]
    anchor_lon = np.concatenate([earth.places.anchor_lon, earth.land.anchor_lon])[spot]
    assert ((lat == anchor_lat) & (lon == anchor_lon)).mean() < 3e-3


def test_a_place_spreads_as_its_kernel_says() -> None:
    # Ürümqi is far from any sea; of its users half are within sigma · sqrt(2 ln 2).
    model = population_model(country("CN"))
    places = model.places
    city = int(np.argmin(great_circle_km(43.8, 87.6, places.lat_deg, places.lon_deg)))
    start = model.cumulative[city - 1] if city else 0.0
    numbers = uniforms(20_000)
    numbers[0] = start + (model.cumulative[city] - start) * numbers[0]
    lat, lon, _, _ = model.draw(numbers)
    away = great_circle_km(places.lat_deg[city], places.lon_deg[city], lat, lon)
    scaled = (away / places.sigma_km[city]) ** 2 / 2.0
    cut = 1.0 - np.exp(-4.5)
    assert stats.kstest((1.0 - np.exp(-scaled)) / cut, "uniform").pvalue > 1e-3
    bearing = np.arctan2(lon - places.lon_deg[city], lat - places.lat_deg[city])
    # An ellipse in degrees, but still half of them on either side of both axes.
    assert np.mean(bearing > 0.0) == pytest.approx(0.5, abs=0.015)
    assert places.sigma_km[city] == pytest.approx(
        0.5 * np.sqrt(places.population[city] / (np.pi * 3000.0))
    )


def test_surroundings_are_shares_of_the_kernel() -> None:
    # The density falls as exp(-r²/2) from 6,000 per km²; above a density d lives 1 - d/6000.
    radius = kernel_radius((np.arange(100_000) + 0.5) / 100_000)
    parameters = PopulationParameters()
    cut = 1.0 - np.exp(-4.5)
    for people, expected in (
        (2e6, [0.0389, 0.2, 0.25, 0.5]),
        (2e5, [0.0389, 0.2, 0.75, 0.0]),
        (2e4, [0.0389, 0.95, 0.0, 0.0]),
        (1e3, [1.0, 0.0, 0.0, 0.0]),
    ):
        kind = surroundings(np.full(radius.shape, people), radius, parameters)
        share = np.bincount(kind, minlength=4) / len(kind)
        scale = cut if people > 1e3 else 1.0
        np.testing.assert_allclose(share * scale, expected, atol=2e-4)
    assert SURROUNDINGS == ("rural", "suburban", "urban", "dense-urban")


def test_points_of_a_kernel_have_its_moments() -> None:
    radius, bearing = kernel_points(1000)
    x, y = radius * np.cos(bearing), radius * np.sin(bearing)
    cut = np.exp(-4.5)
    expected = 1.0 - 4.5 * cut / (1.0 - cut)
    assert np.mean(x) == pytest.approx(0.0, abs=0.01)
    assert [np.mean(x * x), np.mean(y * y)] == pytest.approx([expected, expected], abs=0.01)


@pytest.mark.parametrize("name", ["DZ", "KZ"])
def test_rural_people_spread_evenly_are_uniform_by_area(name: str) -> None:
    region = country(name)
    model = population_model(region, EVENLY)
    numbers = uniforms(200_000)
    towns = model.cumulative[len(model.places.people) - 1]
    numbers[0] = towns + (1.0 - towns) * numbers[0]
    lat, lon, kind, _ = model.draw(numbers)
    assert (kind == 0).all()
    assert region.contains(lat, lon).mean() > 0.999
    # Boxes of one degree that are wholly inside and wholly land.
    south, west = (corner.ravel() for corner in np.meshgrid(np.arange(20, 55), np.arange(-9, 88)))
    step = np.linspace(0.01, 0.99, 9)
    at_lat = (south[:, None, None] + step[:, None] + 0.0 * step).ravel()
    at_lon = (west[:, None, None] + step + 0.0 * step[:, None]).ravel()
    whole = region.contains(at_lat, at_lon) & (land_at(at_lat, at_lon) == 1.0)
    whole = whole.reshape(len(south), -1).all(axis=1)
    code = np.floor(lat).astype(int) * 1000 + np.floor(lon).astype(int)
    found = np.array([(code == key).sum() for key in (south * 1000 + west)[whole]])
    area = np.cos(np.radians(south[whole] + 0.5))
    assert whole.sum() > 80
    expected = found.sum() * area / area.sum()
    assert stats.chisquare(found, expected).pvalue > 1e-3


def test_boxes_hold_what_their_halves_hold() -> None:
    whole = population_model(box(45.0, 0.0, 55.0, 15.0)).people
    halves = [population_model(box(45.0, w, 55.0, w + 7.5)).people for w in (0.0, 7.5)]
    assert sum(halves) == pytest.approx(whole, rel=2e-3)


@pytest.mark.parametrize(
    "region",
    [
        box(-20.0, 170.0, 10.0, -170.0), box(66.0, -180.0, 90.0, 180.0),
        circle(-90.0, 0.0, 2000.0), circle(39.9, 116.4, 30.0), circle(39.9, 116.4, 0.5),
        circle(52.0, 5.0, 200.0), box(31.2, 121.4, 31.21, 121.41),
    ],
    ids=lambda region: region.name,
)  # fmt: skip
def test_everyone_is_inside(region: Region) -> None:
    model = population_model(region)
    lat, lon, _, _ = model.draw(uniforms(20_000))
    assert region.contains(lat, lon).all()
    assert len(np.unique(lat)) > 0.95 * len(lat)


def test_a_tiny_region_in_a_city_is_filled_evenly() -> None:
    # In the middle of Beijing the kernel has 6,000 people per km².
    region = circle(39.9075, 116.3972, 1.0)
    model = population_model(region)
    assert model.people / region.area_km2 == pytest.approx(6000.0, rel=0.2)
    lat, lon, _, owner = model.draw(uniforms(5000))
    away = great_circle_km(39.9075, 116.3972, lat, lon)
    assert stats.kstest(away**2, "uniform").pvalue > 1e-3
    assert (owner == find_country("CN")).all()


def test_nobody_lives_in_the_middle_of_the_ocean() -> None:
    with pytest.raises(InputError, match="nobody lives in the box") as caught:
        population_model(box(-40.0, -130.0, -30.0, -110.0))
    assert "\n" not in str(caught.value)


def test_a_model_is_built_from_few_uniforms_per_user(earth: PopulationModel) -> None:
    with pytest.raises(IndexError):
        earth.draw(uniforms(10, count=4))


DRAW_ELSEWHERE = """
import pickle, sys

sys.path.insert(0, sys.argv[1])
for name in ("shapely", "pydantic", "xarray", "dask", "scipy"):
    sys.modules[name] = None
with open(sys.argv[2], "rb") as stream:
    model, uniforms = pickle.load(stream)
sys.stdout.buffer.write(pickle.dumps(model.draw(uniforms)))
"""
SQUARE = """{"type": "Polygon", "coordinates": [[[5, 45], [15, 45], [15, 55], [5, 55], [5, 45]]]}"""


@pytest.mark.parametrize("kind", ["country", "islands", "box", "circle", "geojson"])
def test_a_model_draws_where_there_is_numpy_alone(tmp_path: Path, kind: str) -> None:
    (tmp_path / "square.json").write_text(SQUARE)
    region = {
        "country": lambda: country("CN"),
        "islands": lambda: country(["MV", "FJ"]),
        "box": lambda: box(45.0, 5.0, 55.0, 15.0),
        "circle": lambda: circle(48.0, 11.0, 300.0),
        "geojson": lambda: geojson(tmp_path / "square.json"),
    }[kind]()
    model, drawn_from = population_model(region), uniforms(2000)
    assert not any(isinstance(value, Region) for value in vars(model).values())
    (tmp_path / "model").write_bytes(pickle.dumps((model, drawn_from)))
    top = Path(__file__).parents[2]
    command = [sys.executable, "-c", DRAW_ELSEWHERE, str(top), str(tmp_path / "model")]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for here, there in zip(model.draw(drawn_from), pickle.loads(done.stdout), strict=True):
        assert here.tobytes() == there.tobytes()
