"""Regions: who is inside, how large they are, and what is said when they make no sense."""

import math
import re

import numpy as np
import pytest

from capest.errors import InputError
from capest.geo import data
from capest.geo.country_names import find_country, split_countries
from capest.geo.region import Region, box, circle, country, whole_earth
from capest.geo.sphere import EARTH_AREA_KM2, great_circle_km, unit_vectors


def inside(region: Region, lat: float, lon: float) -> bool:
    return bool(region.contains(np.array([lat]), np.array([lon]))[0])


def random_points(count: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(3)
    return np.degrees(np.arcsin(rng.uniform(-1, 1, count))), rng.uniform(-180, 180, count)


@pytest.mark.parametrize(
    ("name", "lat", "lon", "expected"),
    [
        ("CN", 39.90, 116.40, True),  # Beijing
        ("CN", 35.68, 139.69, False),  # Tokyo
        ("CN", 43.83, 87.62, True),  # Ürümqi
        ("CN", 19.2, 109.7, True),  # Hainan, a second polygon
        ("US", 21.45, -158.0, True),  # Honolulu's island
        ("US", 64.84, -147.72, True),  # Fairbanks
        ("US", 49.9, -97.1, False),  # Winnipeg
        ("RU", 66.0, -172.0, True),  # Chukotka, beyond the date line
        ("RU", 68.5, 180.0, True),
        ("RU", 55.75, 37.62, True),
        ("FJ", -17.8, 178.0, True),
        ("FJ", -16.2, -179.9, True),  # Taveuni
        ("FJ", -17.8, -178.0 + 360.0 * 2, False),
        ("ZA", -29.5, 28.2, False),  # Lesotho, a hole
        ("ZA", -26.2, 28.05, True),  # Johannesburg
        ("AQ", -90.0, 0.0, True),
        ("AQ", -88.0, -180.0, True),
        ("AQ", -60.0, 0.0, False),
    ],
)
def test_known_points(name: str, lat: float, lon: float, expected: bool) -> None:
    assert inside(country(name), lat, lon) is expected


@pytest.mark.parametrize("name", ["china", "CHN", "cn", " China ", "CHINA"])
def test_a_country_has_many_names(name: str) -> None:
    assert country(name).name == "China"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Chna", "did you mean China \\(CN\\)"),
        ("Untied States", "did you mean United States \\(US\\)"),
        ("Qqqq", "ISO 3166"),
        ("Bermda", "did you mean Bermuda \\(BM\\)$"),
        ("Republic of Zubrowka", "not known: give an ISO 3166 code"),
        ("Atlantis", "not known: give an ISO 3166 code"),
        ("England", "is a part of United Kingdom \\(GB\\)"),
        ("Korea", "several: name one or more of North Korea \\(KP\\), South Korea \\(KR\\)"),
        ("Congo", "Republic of the Congo \\(CG\\), Democratic Republic of the Congo \\(CD\\)"),
        ("Tokelau", "neither a polygon"),
    ],
)
def test_unknown_countries(name: str, expected: str) -> None:
    with pytest.raises(InputError, match=expected) as caught:
        country(name)
    assert "\n" not in str(caught.value)


USED = {
    "GB": ("UK", "uk", "U.K.", "Great Britain", "GBR", "the United Kingdom"),
    "US": ("USA", "U.S.A.", "America", "The United States of America"),
    "CZ": ("Czech Republic", "CZECH REPUBLIC", "the czech republic", "Czechia"),
    "KR": ("Republic of Korea", "Korea, Republic of", "Korea (the Republic of)", "South Korea"),
    "KP": ("North Korea", "DPRK", "Korea (the Democratic People's Republic of)"),
    "MM": ("Burma", "Myanmar", "BUR"),
    "CD": ("Congo-Kinshasa", "DRC", "Zaire", "Congo, Democratic Republic of the"),
    "CG": ("Congo-Brazzaville", "Republic of the Congo", "Republic of Congo"),
    "CI": ("Ivory Coast", "Côte d'Ivoire", "Cote d’Ivoire", "CÔTE D'IVOIRE"),
    "GR": ("EL", "Hellas", "Hellenic Republic"),
    "IR": ("Iran", "Iran, Islamic Republic of", "Islamic Republic of Iran"),
    "NL": ("Holland", "Netherlands", "the Netherlands", "Kingdom of the Netherlands"),
    "RU": ("Russia", "Russian Federation"),
    "TR": ("Turkey", "Türkiye", "TURKIYE"),
    "TW": ("Taiwan", "Taiwan, Province of China", "Republic of China"),
    "CN": ("China", "PRC", "People's Republic of China"),
    "TL": ("East Timor", "Timor-Leste", "Timor Leste"),
    "VA": ("Vatican", "Holy See"),
    "VN": ("Viet Nam", "Vietnam"),
    "ES": ("España", "Kingdom of Spain"),
    "BA": ("Bosnia", "Bosnia & Herzegovina"),
    "KN": ("St. Kitts and Nevis", "Saint Kitts & Nevis"),
    "SZ": ("Swaziland", "Eswatini"),
    "MK": ("Macedonia", "FYROM"),
    "CV": ("Cape Verde", "Cabo Verde"),
    "LA": ("Laos", "Lao PDR"),
    "SY": ("Syria", "Syrian Arab Republic"),
    "PS": ("Palestine", "State of Palestine"),
    "XK": ("Kosovo", "XKX"),
    "HK": ("Hong Kong", "Hong Kong SAR"),
}


@pytest.mark.parametrize("code", USED)
def test_names_that_people_use(code: str) -> None:
    index = data.countries().alpha2.index(code)
    assert [find_country(name) for name in USED[code]] == [index] * len(USED[code])


def test_every_code_and_name_finds_its_country() -> None:
    listed = data.countries()
    for index, words in enumerate(zip(listed.alpha2, listed.alpha3, listed.name, strict=True)):
        assert [find_country(word) for word in words] == [index] * 3


def test_other_names_neither_collide_nor_hide_a_code() -> None:
    codes = data.countries().alpha2
    for owners, names in data.other_names():
        assert set(owners) <= set(codes)
        if len(owners) == 1:
            for name in names:
                if not name.startswith("/"):
                    assert codes[find_country(name)] == owners[0], name


def test_names_with_commas_stay_together() -> None:
    text = "FR, Korea, Republic of, Bonaire, Sint Eustatius and Saba,US"
    assert split_countries(text) == [
        "FR", "Korea, Republic of", "Bonaire, Sint Eustatius and Saba", "US",
    ]  # fmt: skip
    assert split_countries("China, Hong Kong") == ["China", "Hong Kong"]


def test_names_with_accents_and_those_of_natural_earth() -> None:
    assert country("curacao").name == country("CW").name
    assert country("United States of America").name == "United States"
    assert country("reunion").name == country("RE").name


def test_several_countries_are_their_union() -> None:
    both = country(["DE", "FR", "de"])
    lat, lon = random_points(200_000)
    either = country("DE").contains(lat, lon) | country("FR").contains(lat, lon)
    np.testing.assert_array_equal(both.contains(lat, lon), either)
    assert both.area_km2 == pytest.approx(country("DE").area_km2 + country("FR").area_km2)
    assert both.countries is not None
    assert len(both.countries) == 2


def test_a_country_too_small_for_the_map_is_a_circle_and_says_so() -> None:
    region = country("SG")
    assert region.area_km2 == pytest.approx(693.0, rel=0.05)
    assert inside(region, 1.29, 103.85)
    (note,) = region.notes
    assert "Singapore" in note
    assert "circle" in note
    assert not country("CN").notes


@pytest.mark.parametrize(
    "region",
    [
        country("CN"), country(["RU", "FJ"]), country("AQ"), country("US"), country("ZA"),
        box(-20.0, 170.0, 10.0, -170.0), box(60.0, -180.0, 90.0, 180.0), box(-30, -90, 70, 120),
        circle(10.0, 179.0, 900.0), circle(88.0, 0.0, 900.0), circle(0.0, 0.0, 15_000.0),
        whole_earth(), country("CL"),
    ],
    ids=lambda region: region.name,
)  # fmt: skip
def test_area_bounds_and_cap_fit_the_points_inside(region: Region) -> None:
    lat, lon = random_points(400_000)
    found = region.contains(lat, lon)
    share = region.area_km2 / EARTH_AREA_KM2
    assert found.mean() == pytest.approx(share, abs=4.0 * math.sqrt(share / len(lat)) + 1e-9)
    south, west, north, east = region.bounds
    assert (lat[found] >= south).all()
    assert (lat[found] <= north).all()
    assert ((lon[found] - west) % 360.0 <= east - west + 1e-9).all()
    angle = np.arccos(np.clip(region.cap.centre @ unit_vectors(lat[found], lon[found]), -1, 1))
    assert angle.max() <= region.cap.radius
    assert np.linalg.norm(region.cap.centre) == pytest.approx(1.0)


def test_caps_are_hardly_larger_than_needed() -> None:
    # Opposite corners of a square box are a diameter of the smallest cap.
    region = box(-5.0, 175.0, 5.0, -175.0)
    half_km = great_circle_km(-5.0, 175.0, 5.0, -175.0) / 2.0
    assert math.degrees(region.cap.radius) - math.degrees(half_km / 6371.0) < 0.4
    assert country("CN").cap.radius < math.radians(25.0)


def test_bounds_across_the_date_line_are_narrow() -> None:
    south, west, north, east = country("FJ").bounds
    assert east - west < 5.0
    assert 170.0 < west < 180.0 < east
    assert country("RU").bounds.east - country("RU").bounds.west < 175.0
    assert (south, north) == (pytest.approx(-18.3, abs=0.1), pytest.approx(-16.0, abs=0.1))


def test_boxes_across_the_date_line() -> None:
    region = box(-10.0, 170.0, 10.0, -170.0)
    assert inside(region, 0.0, 180.0)
    assert inside(region, 0.0, -175.0)
    assert inside(region, 0.0, 175.0)
    assert not inside(region, 0.0, 0.0)
    assert region.area_km2 == pytest.approx(box(-10.0, 0.0, 10.0, 20.0).area_km2)
    assert box(-90.0, -180.0, 90.0, 180.0).area_km2 == pytest.approx(EARTH_AREA_KM2)


def test_a_tiny_circle() -> None:
    region = circle(39.9, 116.4, 0.05)
    assert inside(region, 39.9, 116.4)
    assert not inside(region, 39.9006, 116.4)
    assert region.area_km2 == pytest.approx(math.pi * 0.0025)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: box(10.0, 0.0, 10.0, 5.0), "south 10 and north 10"),
        (lambda: box(-91.0, 0.0, 10.0, 5.0), "-90 ≤ south"),
        (lambda: box(0.0, 5.0, 10.0, 5.0), "two different longitudes"),
        (lambda: box(0.0, math.nan, 10.0, 5.0), "two different longitudes"),
        (lambda: circle(95.0, 0.0, 10.0), "latitude within"),
        (lambda: circle(0.0, 0.0, 0.0), "radius 0 km"),
        (lambda: circle(0.0, 0.0, math.nan), "radius nan km"),
        (lambda: country([]), "no country given"),
    ],
)
def test_regions_that_make_no_sense(make: object, message: str) -> None:
    with pytest.raises(InputError, match=re.escape(message)):
        make()  # type: ignore[operator]
