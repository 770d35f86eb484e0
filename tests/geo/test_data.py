"""The shipped data is what its sources say."""

from pathlib import Path

import numpy as np
import pytest

from capest.geo import data
from capest.geo.countries import country_at, outlines, polygons_of
from capest.geo.country_names import find_country
from capest.geo.land import land_at
from capest.geo.sphere import box_area_km2

FOLDER = Path(data.__file__).parent


def test_the_data_is_small_and_names_its_sources() -> None:
    archives = sorted(path.name for path in FOLDER.glob("*.npz"))
    of_maps = {"cities.npz", "coast.npz"}
    assert set(archives) == of_maps | {
        "countries.npz", "land.npz", "places.npz", "polygons.npz"
    }  # fmt: skip
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) < 800e3
    words = (FOLDER / "SOURCES.md").read_text(encoding="utf-8")
    for word in ("GeoNames", "CC BY 4.0", "Natural Earth", "public domain", "GLOBE", "MIT", "ISC"):
        assert word in words


# World Bank, total population in 2019 (SP.POP.TOTL), in millions.
@pytest.mark.parametrize(
    ("code", "millions"),
    [
        ("CN", 1407.7), ("IN", 1383.1), ("US", 328.3), ("ID", 269.6), ("BR", 211.8),
        ("NG", 203.3), ("DE", 83.1), ("JP", 126.6), ("LU", 0.62), ("FJ", 0.918), ("HK", 7.5),
    ],
)  # fmt: skip
def test_national_populations(code: str, millions: float) -> None:
    found = data.countries().population[find_country(code)] / 1e6
    assert found == pytest.approx(millions, rel=0.04)


def test_the_world_has_the_population_of_2019() -> None:
    # 7.76 · 10⁹ in mid 2019, United Nations, World Population Prospects 2022.
    assert data.countries().population.sum() == pytest.approx(7.76e9, rel=0.02)
    # Metropolitan France without its overseas departments: 64.8 million (INSEE, 2019).
    assert data.countries().population[find_country("FR")] == pytest.approx(64.8e6, rel=0.005)


def test_places_are_sorted_and_on_earth() -> None:
    places = data.places()
    assert (np.diff(places.country) >= 0).all()
    same = np.diff(places.country) == 0
    assert (np.diff(places.population)[same] <= 0.0).all()
    assert np.abs(places.lat_deg).max() < 90.0
    assert np.abs(places.lon_deg).max() <= 180.0
    assert places.population.min() > 0.0
    # 3.93 · 10⁹ in GeoNames' cities15000.
    assert places.population.sum() == pytest.approx(3.93e9, rel=0.01)


def test_land_is_29_percent_of_the_surface() -> None:
    land = data.land().fraction[data.land().level]
    south = -90.0 + np.arange(land.shape[0]) / 8.0
    area = box_area_km2(south, south + 0.125, 360.0)
    assert np.average(land.mean(axis=1), weights=area) == pytest.approx(0.29, abs=0.003)


@pytest.mark.parametrize(
    ("lat", "lon", "land"),
    [
        (40.0, 116.0, 1.0),  # near Beijing
        (0.0, -140.0, 0.0),  # Pacific
        (-85.0, 0.0, 1.0),  # Antarctica
        (89.9, 10.0, 0.0),  # Arctic Ocean
        (-25.0, 134.0, 1.0),  # Australia
        (90.0, 0.0, 0.0),
        (23.0, 180.0, 0.0),
        (68.5, -180.0, 1.0),  # Chukotka, on the date line
        (68.5, 540.0, 1.0),
    ],
)
def test_land_at_known_points(lat: float, lon: float, land: float) -> None:
    assert land_at(np.array([lat]), np.array([lon]))[0] == pytest.approx(land, abs=0.05)


# Published total or land area, km² (CIA World Factbook); see SOURCES.md for the tolerance that
# outlines at 1:110 million allow.
@pytest.mark.parametrize(
    ("code", "km2", "tolerance"),
    [
        ("CN", 9_596_960, 0.03), ("US", 9_833_517, 0.04), ("RU", 17_098_242, 0.02),
        ("BR", 8_515_770, 0.01), ("AU", 7_741_220, 0.02), ("CA", 9_984_670, 0.01),
        ("DE", 357_022, 0.01), ("FR", 551_500, 0.02), ("ZA", 1_219_090, 0.01),
        ("JP", 377_915, 0.08), ("ID", 1_904_569, 0.05), ("NO", 323_802, 0.02),
        ("GF", 83_534, 0.03), ("LS", 30_355, 0.10), ("OM", 309_500, 0.01),
    ],
)  # fmt: skip
def test_areas_of_countries(code: str, km2: float, tolerance: float) -> None:
    polygons = polygons_of((find_country(code),))
    assert polygons is not None
    assert polygons.area_km2 == pytest.approx(km2, rel=tolerance)


def test_country_at_known_points() -> None:
    known = {
        "CN": (39.9, 116.4), "JP": (36.0, 138.5), "US": (19.6, -155.5), "ZA": (-29.0, 24.0),
        "LS": (-29.5, 28.2), "GF": (4.0, -53.0), "FR": (47.0, 2.5), "SJ": (78.5, 16.0),
        "XK": (42.6, 20.9), "AQ": (-90.0, 0.0), "RU": (67.0, -175.0), "AU": (-25.0, 134.0),
    }  # fmt: skip
    lat, lon = np.array(list(known.values())).T
    found = [data.countries().alpha2[index] for index in country_at(lat, lon)]
    assert found == list(known)
    assert country_at(np.array([0.0]), np.array([-140.0]))[0] == -1


def test_only_south_africa_has_a_hole() -> None:
    _, holes, owners = outlines()
    assert [owner for hole, owner in zip(holes, owners, strict=True) if hole] == [
        find_country("ZA")
    ]
