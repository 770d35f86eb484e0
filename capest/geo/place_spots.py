"""Places with people in a region, and where around them they live."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.geo import data
from capest.geo.cover import fitting_step_deg
from capest.geo.land import land_at
from capest.geo.population_parameters import PopulationParameters
from capest.geo.region import Region
from capest.geo.settlement_density import REACH, kernel_points, sigma_km
from capest.geo.sphere import EARTH_RADIUS_KM, moved, unit_vectors
from capest.geo.split import NationalSplit, members

_POINTS_OF_PLACE = 128
_WHOLE_SHARE = 0.95


@dataclass(frozen=True)
class PlaceSpots:
    """Places with people in the region; all arrays (places,).

    Attributes
    ----------
    people : float64
        Living in the region.
    country : int16
    lat_deg, lon_deg : float64
        Centre.
    sigma_km, population : float64
        Size and population of the whole place, see `sized_population`.
    most_land : float32
        Land fraction at the centre; where there is as much, a draw is always kept.
    anchor_lat, anchor_lon, anchor_radius : float64
        Where users go whom no draw suits: the centre, or the point of the place nearest to it
        that is in the region; its distance from the centre in standard deviations.
    """

    people: np.ndarray
    country: np.ndarray
    lat_deg: np.ndarray
    lon_deg: np.ndarray
    sigma_km: np.ndarray
    population: np.ndarray
    most_land: np.ndarray
    anchor_lat: np.ndarray
    anchor_lon: np.ndarray
    anchor_radius: np.ndarray


def place_spots(
    region: Region, split: NationalSplit, parameters: PopulationParameters
) -> tuple[PlaceSpots, np.ndarray]:
    """Places of the region's countries; of another region, those that reach into it.

    Returns
    -------
    spots : PlaceSpots
    wide : int64 array (k,)
        Indices into `data.places` of places left out, because the region cuts them and they are
        large against its cells: their people are best drawn from cells.
    """
    places, countries = data.places(), members(region)
    population = sized_population(split)
    sigma = sigma_km(population, parameters)
    wide = np.empty(0, dtype=np.int64)
    if countries is not None:
        chosen = np.nonzero(np.isin(places.country, countries))[0]
        share, radius = np.ones(len(chosen)), np.zeros(len(chosen))
        lat, lon = places.lat_deg[chosen], places.lon_deg[chosen]
    else:
        near = _near(region, sigma)
        share, lat, lon, radius = _within(region, near, sigma[near])
        cell_km = np.radians(fitting_step_deg(region)) * EARTH_RADIUS_KM
        is_wide = (share < _WHOLE_SHARE) & (sigma[near] > 2.0 * cell_km)
        kept = (share > 0.0) & ~is_wide
        chosen, wide, share = near[kept], near[is_wide], share[kept]
        lat, lon, radius = lat[kept], lon[kept], radius[kept]
    country = places.country[chosen]
    spots = PlaceSpots(
        people=share * places.population[chosen] * split.scale[country],
        country=country.astype(np.int16),
        lat_deg=places.lat_deg[chosen],
        lon_deg=places.lon_deg[chosen],
        sigma_km=sigma[chosen],
        population=population[chosen],
        most_land=land_at(places.lat_deg[chosen], places.lon_deg[chosen]),
        anchor_lat=lat,
        anchor_lon=lon,
        anchor_radius=radius,
    )
    return spots, wide


def sized_population(split: NationalSplit) -> np.ndarray:
    """Population that gives places their size, float64 array (places,).

    As listed, but scaled up where a country's places stand for all of it.
    """
    places = data.places()
    return places.population * np.maximum(split.scale, 1.0)[places.country]


def _near(region: Region, sigma: np.ndarray) -> np.ndarray:
    """Places that may reach into the region's cap."""
    places = data.places()
    toward = region.cap.centre @ unit_vectors(places.lat_deg, places.lon_deg)
    angle = np.arccos(np.clip(toward, -1.0, 1.0))
    return np.nonzero(angle <= region.cap.radius + REACH * sigma / EARTH_RADIUS_KM)[0]


def _within(
    region: Region, chosen: np.ndarray, sigma: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Share of each place in the region, and its innermost point there."""
    places = data.places()
    radius, bearing = kernel_points(_POINTS_OF_PLACE - 1)
    radius, bearing = np.append(0.0, radius), np.append(0.0, bearing)
    shape = (len(chosen), _POINTS_OF_PLACE)
    lat, lon = moved(
        np.repeat(places.lat_deg[chosen], _POINTS_OF_PLACE),
        np.repeat(places.lon_deg[chosen], _POINTS_OF_PLACE),
        (sigma[:, None] * radius).ravel(),
        np.tile(bearing, len(chosen)),
    )
    inside = region.contains(lat, lon).reshape(shape)
    first = np.argmax(inside, axis=1)
    rows = np.arange(len(chosen))
    return (
        inside.mean(axis=1),
        lat.reshape(shape)[rows, first],
        lon.reshape(shape)[rows, first],
        radius[first],
    )
