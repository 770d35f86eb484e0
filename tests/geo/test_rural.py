"""Parts of countries against their published population."""

import numpy as np
import pytest

from capest.geo.population import PopulationModel, population_model
from capest.geo.population_parameters import PopulationParameters
from capest.geo.region import country
from capest.geo.sphere import unit_vectors

# Millions: censuses of 2020 (Indonesia, Japan, Philippines, United States) and 2021 (Australia,
# Greece, Italy); boxes are south, west, north, east.
PARTS = {
    ("US", "Alaska"): (0.733, (51, -180, 72, -130)),
    ("JP", "Hokkaido"): (5.22, (41.35, 139.3, 46, 146)),
    ("AU", "Tasmania"): (0.558, (-44, 144, -40.5, 149)),
    ("AU", "Western Australia"): (2.66, (-36, 112, -13, 129)),
    ("AU", "Northern Territory"): (0.233, (-26, 129, -10, 138)),
    ("ID", "Java"): (151.6, (-9, 105, -5.8, 114.6)),
    ("ID", "Sulawesi"): (19.9, (-6, 118.7, 1.8, 125.3)),
    ("ID", "Papua"): (5.4, (-10, 131, 0.5, 141.1)),
    ("ID", "Kalimantan"): (16.6, (-4.3, 108.8, 4.4, 118)),
    ("PH", "Mindanao"): (26.3, (5.5, 121.8, 9.95, 126.7)),
    ("GR", "Crete"): (0.62, (34.8, 23.4, 35.75, 26.4)),
    ("IT", "Sicily"): (4.8, (36.6, 12.3, 38.1, 15.5)),
    ("IT", "Sardinia"): (1.6, (38.8, 8.1, 41.3, 9.9)),
}


def spots(model: PopulationModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.concatenate([model.places.lat_deg, model.land.anchor_lat]),
        np.concatenate([model.places.lon_deg, model.land.anchor_lon]),
        np.concatenate([model.places.people, model.land.people]),
    )


def errors(parameters: PopulationParameters) -> np.ndarray:
    """Logarithms of people in parts of countries over what is published."""
    models = {name: population_model(country(name), parameters) for name, _ in PARTS}
    found = []
    for (name, _), (millions, (south, west, north, east)) in PARTS.items():
        lat, lon, people = spots(models[name])
        inside = (lat >= south) & (lat <= north) & (lon >= west) & (lon <= east)
        found.append(np.log(people[inside].sum() / 1e6 / millions))
    return np.array(found)


def test_parts_of_countries_are_about_right() -> None:
    found = errors(PopulationParameters())
    assert np.sqrt((found**2).mean()) < 0.5
    assert np.median(np.abs(found)) < 0.45


def test_spreading_rural_people_evenly_is_worse() -> None:
    evenly = errors(PopulationParameters(rural_near_places=0.0))
    assert np.sqrt((evenly**2).mean()) > 1.5 * np.sqrt((errors(PopulationParameters()) ** 2).mean())


@pytest.mark.parametrize(("near_places", "share"), [(0.95, (0.88, 0.95)), (0.0, (0.65, 0.75))])
def test_most_chinese_live_east_of_the_line_of_hu_huanyong(
    near_places: float, share: tuple[float, float]
) -> None:
    # 94 % in 2015, east of the great circle from Tengchong to Heihe.
    model = population_model(country("CN"), PopulationParameters(rural_near_places=near_places))
    lat, lon, people = spots(model)
    ends = unit_vectors(np.array([25.02, 50.25]), np.array([98.49, 127.53]))
    east = np.cross(ends[:, 0], ends[:, 1]) @ unit_vectors(lat, lon) < 0.0
    assert share[0] < people[east].sum() / model.people < share[1]


def test_how_rural_people_are_spread_does_not_change_how_many_they_are() -> None:
    even, near = (
        population_model(country("EG"), PopulationParameters(rural_near_places=share))
        for share in (0.0, 0.95)
    )
    assert even.land.people.sum() == pytest.approx(near.land.people.sum())
    assert even.people == pytest.approx(near.people)


def test_the_share_of_listed_places_is_capped() -> None:
    model = population_model(country("AU"))
    # GeoNames' places hold 1.2 times Australia's people.
    assert model.places.people.sum() / model.people == pytest.approx(0.9)
    assert population_model(country("IN")).places.people.sum() / 1.366e9 < 0.3
