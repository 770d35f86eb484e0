"""Cells with people in a region: rural ones, and those of places that reach far beyond it."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace

import numpy as np

from capest.geo import data
from capest.geo.countries import polygons_of
from capest.geo.cover import Cover, cover, fitting_step_deg, nothing_covered
from capest.geo.land import land_at
from capest.geo.place_spots import sized_population
from capest.geo.population_parameters import PopulationParameters
from capest.geo.region import Region
from capest.geo.rural import rural_people_per_km2
from capest.geo.settlement_density import REACH, RURAL, sigma_km, surroundings
from capest.geo.shapes import Earth
from capest.geo.spans import Spans, common
from capest.geo.sphere import great_circle_km
from capest.geo.split import NationalSplit, members


@dataclass(frozen=True)
class LandSpots:
    """Cells with people in the region; all arrays (cells,).

    Attributes
    ----------
    people : float64
    per_km2 : float64
        People per km² of land.
    country : int16
    surroundings : int8
        Code in `settlement_density.SURROUNDINGS`.
    low, high : float64
        Sine of the latitude of the southern and northern edge.
    west, width : float64
        Degrees.
    check : bool
        Draws may fall outside the region.
    most_land : float32
        Highest land fraction in the cell, at which a draw is always kept.
    anchor_lat, anchor_lon : float64
        A point inside, where users go whom no draw suits.
    """

    people: np.ndarray
    per_km2: np.ndarray
    country: np.ndarray
    surroundings: np.ndarray
    low: np.ndarray
    high: np.ndarray
    west: np.ndarray
    width: np.ndarray
    check: np.ndarray
    most_land: np.ndarray
    anchor_lat: np.ndarray
    anchor_lon: np.ndarray


def rural_spots(
    region: Region, split: NationalSplit, parameters: PopulationParameters
) -> LandSpots:
    """Cells of land of the region with their rural people."""
    countries = members(region)
    everyone = tuple(range(len(split.rural)))
    areas = polygons_of(everyone if countries is None else countries)
    step_deg = fitting_step_deg(region)
    if areas is None:
        found = nothing_covered(step_deg)
    elif countries is not None:
        found = cover(areas.spans, step_deg)
    else:

        def shared(lat_deg: np.ndarray) -> Spans:
            return common(areas.spans(lat_deg), region.shape.spans(lat_deg))

        found = cover(shared, step_deg, region.bounds.south, region.bounds.north)
    people = rural_people_per_km2(found, split.rural, parameters) * found.land_km2
    if countries is not None:
        # Along borders fine cells differ a little from those the density is made of.
        total = np.bincount(found.country, people, len(split.rural))
        people *= (split.rural / np.where(total > 0.0, total, 1.0))[found.country]
    spots = _spots(found, people, np.full(len(people), RURAL, dtype=np.int8))
    if countries is None:
        return spots
    whole = _wholly_covered(found)[people > 0.0] | isinstance(region.shape, Earth)
    return replace(spots, check=~whole)


def place_cells(
    region: Region, wide: np.ndarray, split: NationalSplit, parameters: PopulationParameters
) -> LandSpots:
    """Cells of a region with the people of places much larger than the cells.

    Parameters
    ----------
    region : Region
    wide : int64 array (k,)
        Indices into `data.places`.
    split : NationalSplit
    parameters : PopulationParameters
    """
    places = data.places()
    step_deg, bounds = fitting_step_deg(region), region.bounds
    found = nothing_covered(step_deg)
    if len(wide):
        found = cover(region.shape.spans, step_deg, bounds.south, bounds.north)
    parts = [_spots(found, np.zeros(len(found.cell)), np.zeros(len(found.cell), dtype=np.int8))]
    size = sized_population(split)
    for place in wide:
        population, country = size[place], places.country[place]
        sigma = float(sigma_km(population, parameters))
        away_km = great_circle_km(
            places.lat_deg[place], places.lon_deg[place], found.anchor_lat, found.anchor_lon
        )
        radius = away_km / sigma
        people = places.population[place] * split.scale[country] * np.exp(-0.5 * radius**2)
        people *= (radius < REACH) / (2.0 * math.pi * sigma**2) * found.land_km2
        owner = np.full(len(people), country)
        kind = surroundings(np.full(len(people), population), radius, parameters)
        parts.append(_spots(found, people, kind, owner))
    return joined(parts)


def _wholly_covered(found: Cover) -> np.ndarray:
    """Tell which cells the areas together cover wholly, bool array (n,)."""
    _, which = np.unique(found.cell, return_inverse=True)
    return np.bincount(which, found.share, 1)[which] > 1.0 - 1e-9


def joined(parts: list[LandSpots]) -> LandSpots:
    """Put cells of several sources one after the other."""
    names = [field.name for field in fields(LandSpots)]
    return LandSpots(*(np.concatenate([getattr(p, name) for p in parts]) for name in names))


def _spots(
    found: Cover, people: np.ndarray, kind: np.ndarray, country: np.ndarray | None = None
) -> LandSpots:
    kept = np.nonzero(people > 0.0)[0]
    country = found.country if country is None else country
    south, north = found.south[kept], found.north[kept]
    west, width = found.west[kept], (found.east - found.west)[kept]
    within = [
        land_at(south + a * (north - south), west + b * width)
        for a in (0.1, 0.5, 0.9)
        for b in (0.1, 0.5, 0.9)
    ]
    return LandSpots(
        people=people[kept],
        per_km2=people[kept] / found.land_km2[kept],
        country=country[kept].astype(np.int16),
        surroundings=kind[kept],
        low=np.sin(np.radians(south)),
        high=np.sin(np.radians(north)),
        west=west,
        width=width,
        check=np.ones(len(kept), dtype=bool),
        most_land=np.max(within, axis=0),
        anchor_lat=found.anchor_lat[kept],
        anchor_lon=found.anchor_lon[kept],
    )
