"""How many people of each country live in listed places, and how many do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.geo import data
from capest.geo.countries import outlines
from capest.geo.population_parameters import PopulationParameters
from capest.geo.region import Region
from capest.geo.shapes import Earth


@dataclass(frozen=True)
class NationalSplit:
    """People of each country, in listed places and elsewhere.

    Attributes
    ----------
    rural : float64 array (countries,)
        Of those in no listed place.
    scale : float64 array (countries,)
        By which the listed population of a place is multiplied.
    """

    rural: np.ndarray
    scale: np.ndarray


def national_split(parameters: PopulationParameters) -> NationalSplit:
    """Split national populations.

    Places count as listed, but are scaled down together where they hold more than
    `PopulationParameters.city_share_cap` of their country's people. Countries without a polygon
    have no rural people: their places are scaled up to the national population. Without polygon
    and place (Tokelau, a few uninhabited islands) a country has no people at all.
    """
    listed, places = data.countries(), data.places()
    national = listed.population.astype(np.float64)
    in_places = np.bincount(places.country, places.population, len(national))
    drawn = np.isin(np.arange(len(national)), outlines()[2])
    capped = np.minimum(in_places, parameters.city_share_cap * national)
    city = np.where(drawn, capped, np.where(in_places > 0.0, national, 0.0))
    scale = city / np.where(in_places > 0.0, in_places, 1.0)
    return NationalSplit(np.where(drawn, national - city, 0.0), scale)


def members(region: Region) -> tuple[int, ...] | None:
    """Countries a region consists of, all of them for the whole Earth, else None."""
    if isinstance(region.shape, Earth):
        return tuple(range(len(data.countries().alpha2)))
    return region.countries
