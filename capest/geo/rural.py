"""Where rural people live: those of a country who are in no listed place.

Spread evenly over their country's land they would fill deserts, tundra and forest. So most of
them (`PopulationParameters.rural_near_places`) live around places: per km² of land as the sum of
the square roots of the populations of their country's places within some 100 km. With that
share at 0.95 and, for comparison, at 0 (evenly), this part of all people of a country lives in

===============================  =====  =====  =======================================
where                            0.95   0      published
===============================  =====  =====  =======================================
China west of Heihe–Tengchong    11 %   30 %   6 % (2015)
Alaska, of the United States     0.4 %  5 %    0.22 % (census of 2020)
Russia east of 60° E             24 %   35 %   about 25 % (Rosstat's three districts)
Egypt west of 28.5° E            2 %    20 %   under 1 % (New Valley and Matrouh)
===============================  =====  =====  =======================================

Over 49 parts of countries, islands and provinces mostly, compared with their censuses around
2020, the model is off by a factor of 1.7 (root mean square of the logarithm; half of them by less
than 1.33), against 3.5 if rural people are spread evenly. It holds too few people on islands and
in provinces of villages, too many in deserts and around capitals.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from capest.geo import data
from capest.geo.countries import polygons_of
from capest.geo.cover import COARSE_DEG, Cover, cover
from capest.geo.population_parameters import PopulationParameters
from capest.geo.settlement_density import kernel_points
from capest.geo.sphere import moved

_POINTS_OF_PLACE = 64


def rural_people_per_km2(
    found: Cover, rural_people: np.ndarray, parameters: PopulationParameters
) -> np.ndarray:
    """Rural people per km² of land in cells.

    Parameters
    ----------
    found : Cover
        Cells of any size.
    rural_people : float64 array (countries,)
        Rural people of each country, in all of it.
    parameters : PopulationParameters

    Returns
    -------
    float64 array (n,)
        One for each entry of ``found``.
    """
    indices = tuple(int(index) for index in np.unique(found.country))
    if not indices:
        return np.empty(0)
    key, relative = _relative_density(
        indices, parameters.rural_near_places, parameters.rural_reach_km
    )
    wanted = found.coarse_key
    at = np.minimum(np.searchsorted(key, wanted), len(key) - 1)
    return np.where(key[at] == wanted, relative[at], 0.0) * rural_people[found.country]


@lru_cache(maxsize=8)
def _relative_density(
    indices: tuple[int, ...], near_places: float, reach_km: float
) -> tuple[np.ndarray, np.ndarray]:
    """Share of a country's rural people per km² of land in each of its cells of 1/4 degree.

    Returns
    -------
    key : int64 array (n,)
        `Cover.coarse_key`, ascending.
    density : float64 array (n,)
        Per km²; times land it sums to 1 for each country.
    """
    areas = polygons_of(indices)
    assert areas is not None
    found = cover(areas.spans, COARSE_DEG)
    key, land = found.coarse_key, found.land_km2
    countries = len(data.countries().alpha2)
    land_of = np.bincount(found.country, land, countries)
    even = 1.0 / np.maximum(land_of, 1e-9)[found.country]
    if near_places <= 0.0:
        return key, even
    around = _places_around(key, indices, reach_km)
    total = np.bincount(found.country, around * land, countries)[found.country]
    near = np.where(total > 0.0, around / np.where(total > 0.0, total, 1.0), even)
    return key, (1.0 - near_places) * even + near_places * near


def _places_around(key: np.ndarray, indices: tuple[int, ...], reach_km: float) -> np.ndarray:
    """Square roots of the population of places of the same country, per unit of a cell's area."""
    places = data.places()
    own = np.nonzero(np.isin(places.country, indices))[0]
    radius, bearing = kernel_points(_POINTS_OF_PLACE)
    lat, lon = moved(
        np.repeat(places.lat_deg[own], _POINTS_OF_PLACE),
        np.repeat(places.lon_deg[own], _POINTS_OF_PLACE),
        np.tile(radius * reach_km, len(own)),
        np.tile(bearing, len(own)),
    )
    columns = round(360.0 / COARSE_DEG)
    row = np.clip(((lat + 90.0) / COARSE_DEG).astype(np.int64), 0, columns // 2 - 1)
    column = np.minimum(((lon + 180.0) / COARSE_DEG).astype(np.int64), columns - 1)
    country = np.repeat(places.country[own], _POINTS_OF_PLACE)
    hit = country * (columns * columns // 2) + row * columns + column
    at = np.minimum(np.searchsorted(key, hit), len(key) - 1)
    weight = np.repeat(np.sqrt(places.population[own]), _POINTS_OF_PLACE)
    known = key[at] == hit
    weight_in = np.bincount(at[known], weight[known], minlength=len(key))
    south = key % (columns * columns // 2) // columns * COARSE_DEG - 90.0
    return weight_in / np.cos(np.radians(south + 0.5 * COARSE_DEG))
