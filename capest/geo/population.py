"""Where the people of a region live, as a model users are drawn from.

People are shared out among spots: listed places, with a normal kernel around their centre, and
cells of land for everyone else. A user takes a spot by its number of people and gets three tries
for a position in it. A try counts if it is in the region and, with the probability of land there
relative to the spot's, on land. If none does, the user stands at the spot's anchor, mostly the
centre of the place. No loop waits for the right draw, so a position depends on the user's own
uniforms only.

The bias of that: 0.2 % of the users of the whole Earth stand at anchors (China 0.2 %, Indonesia
0.4 %), and 0.01 % in cells of 1/8 degree that hold no land at all: places on atolls, all of whose
people stand at the centre (the Maldives, for one). Places are independent of each other, so
outskirts of one may lie in the middle of another, which makes its users look more rural.

How far to trust it: national totals hold; parts of countries are treated in `rural`; 36 large
cities with their surroundings are off by a factor of 1.4 (root mean square of the logarithm),
London and New York by 1.8, because GeoNames lists boroughs beside their city.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.geo import data
from capest.geo.curve import along_curve
from capest.geo.land import land_at
from capest.geo.land_spots import LandSpots, joined, place_cells, rural_spots
from capest.geo.place_spots import PlaceSpots, place_spots
from capest.geo.population_parameters import PopulationParameters
from capest.geo.region import Region
from capest.geo.settlement_density import kernel_radius, surroundings
from capest.geo.shapes import Border
from capest.geo.sphere import moved, unit_vectors
from capest.geo.split import members, national_split
from capest.geo.uncovered_share import uncovered_uniform
from capest.geo.weighted import guide_table, weighted_places

TRIES = 3
UNIFORMS = 1 + 2 * TRIES
"""Uniforms a draw takes of each user."""


@dataclass(frozen=True)
class PopulationModel:
    """People of a region; build it once with `population_model`.

    Attributes
    ----------
    border : Border
        Of the region.
    cuts_places : bool
        Whether people of a place may live outside the region: of countries they do not.
    parameters : PopulationParameters
    people : float
        Living in the region.
    places : PlaceSpots
    land : LandSpots
    cumulative : float64 array (places + cells,)
        Running share of people, places first; the last entry is 1.
    ground : data.Land
    half_per_km2 : float or None
        Of uncovered people, see `uncovered_share`; ``None`` for everybody.
    """

    border: Border
    cuts_places: bool
    parameters: PopulationParameters
    people: float
    places: PlaceSpots
    land: LandSpots
    cumulative: Any
    ground: data.Land
    half_per_km2: float | None = None

    uniforms_needed = UNIFORMS

    @cached_property
    def guide(self) -> np.ndarray:
        """Where to look for the place of a uniform, see `weighted`."""
        return guide_table(self.cumulative)

    @property
    def people_of_spots(self) -> np.ndarray:
        """People of every spot, places first, float64 array (places + cells,)."""
        return np.concatenate([self.places.people, self.land.people])

    def in_order(self, cell_at: Callable[[np.ndarray], np.ndarray]) -> PopulationModel:
        """Put neighbours on the ground next to each other, in both lists of spots.

        Parameters
        ----------
        cell_at : callable
            Gives the cells of unit vectors (3, n): spots of a cell come together.
        """
        places, land = (_in_order(spots, cell_at) for spots in (self.places, self.land))
        return self.with_spots(places, land)

    def with_spots(self, places: PlaceSpots, land: LandSpots) -> PopulationModel:
        """The same region with other people; somebody must be left."""
        people = np.concatenate([places.people, land.people])
        total = float(people.sum())
        cumulative = np.cumsum(people) / total
        cumulative[-1] = 1.0
        return replace(self, people=total, places=places, land=land, cumulative=cumulative)

    def on(self, xp: Any) -> PopulationModel:
        """Copy the arrays to ``xp``, once instead of at every draw."""
        return replace(
            self,
            border=self.border.on(xp),
            places=_moved_to(self.places, xp),
            land=_moved_to(self.land, xp),
            cumulative=xp.asarray(self.cumulative),
            ground=_moved_to(self.ground, xp),
        )

    def draw(self, uniforms: list[Any], xp: Any = np) -> tuple[Any, Any, Any, Any]:
        """Place users.

        Parameters
        ----------
        uniforms : list of float64 array (n,)
            `UNIFORMS` independent ones or more, in (0, 1).
        xp : module
            ``numpy`` or ``cupy``; the model's arrays belong to it or are copied.

        Returns
        -------
        lat_deg, lon_deg : float64 array (n,)
        surroundings : int8 array (n,)
            Code in `settlement_density.SURROUNDINGS`.
        country : int16 array (n,)
            Index into `data.countries`.
        """
        model = self if xp is np else self.on(xp)
        spot = weighted_places(model.cumulative, self.guide if xp is np else None, uniforms[0], xp)
        in_place = spot < model.places.people.shape[0]
        lat, lon = xp.empty(spot.shape), xp.empty(spot.shape)
        kind = xp.empty(spot.shape, dtype=xp.int8)
        country = xp.empty(spot.shape, dtype=xp.int16)
        for rows, place in ((xp.nonzero(in_place)[0], True), (xp.nonzero(~in_place)[0], False)):
            of_user = [uniform[rows] for uniform in uniforms[1:UNIFORMS]]
            function = _around_places if place else _in_cells
            lat[rows], lon[rows], kind[rows], country[rows] = function(
                model, spot[rows], of_user, xp
            )
        return lat, lon, kind, country


def population_model(
    region: Region, parameters: PopulationParameters | None = None
) -> PopulationModel:
    """Find out where the people of a region live.

    Raises
    ------
    InputError
        If nobody lives there; see `population_if_any`.
    """
    found = population_if_any(region, parameters)
    if found is None:
        raise InputError(f"region: nobody lives in {region.name}; choose one with people")
    return found


def population_if_any(
    region: Region, parameters: PopulationParameters | None = None
) -> PopulationModel | None:
    """Find out where the people of a region live, ``None`` where nobody does.

    Regions made of countries hold their national population, and people of a place belong to
    its country even if the coast at 1:110 million leaves the place at sea. Other regions hold
    the people of any country who are inside.
    """
    parameters = parameters or PopulationParameters()
    split = national_split(parameters)
    places, wide = place_spots(region, split, parameters)
    land = joined(
        [rural_spots(region, split, parameters), place_cells(region, wide, split, parameters)]
    )
    people = np.concatenate([places.people, land.people])
    total = float(people.sum())
    if total <= 0.0:
        return None
    cumulative = np.cumsum(people) / total
    cumulative[-1] = 1.0
    return PopulationModel(
        border=region.shape.border,
        cuts_places=members(region) is None,
        parameters=parameters,
        people=total,
        places=places,
        land=land,
        cumulative=cumulative,
        ground=data.land(),
    )


def _around_places(
    model: PopulationModel, spot: Any, uniforms: list[Any], xp: Any
) -> tuple[Any, Any, Any, Any]:
    places = model.places
    lat0, lon0, sigma, most_land = (
        column[spot]
        for column in (places.lat_deg, places.lon_deg, places.sigma_km, places.most_land)
    )
    lat, lon = places.anchor_lat[spot], places.anchor_lon[spot]
    radius = places.anchor_radius[spot]
    waiting: Any = xp.arange(spot.size)
    for k in range(TRIES):
        first, second = uniforms[2 * k][waiting], uniforms[2 * k + 1][waiting]
        away, bearing = _radius(model, first, xp), 2.0 * xp.pi * second
        at, along = lat0[waiting], lon0[waiting]
        new_lat, new_lon = moved(at, along, away * sigma[waiting], bearing, xp)
        kept = _on_land(model, new_lat, new_lon, most_land[waiting], first, xp)
        if model.cuts_places:
            kept &= model.border.contains(new_lat, new_lon, xp)
        settled = waiting[kept]
        lat[settled], lon[settled], radius[settled] = new_lat[kept], new_lon[kept], away[kept]
        waiting = waiting[~kept]
    kind = surroundings(places.population[spot], radius, model.parameters, xp)
    return lat, lon, kind, places.country[spot]


def _radius(model: PopulationModel, uniform: Any, xp: Any) -> Any:
    if model.half_per_km2 is not None:
        uniform = uncovered_uniform(uniform, model.half_per_km2, model.parameters, xp)
    return kernel_radius(uniform, xp)


def _in_cells(
    model: PopulationModel, cell: Any, uniforms: list[Any], xp: Any
) -> tuple[Any, Any, Any, Any]:
    land = model.land
    spot = cell - model.places.people.shape[0]
    low, high, west, width, most_land = (
        column[spot] for column in (land.low, land.high, land.west, land.width, land.most_land)
    )
    lat, lon = land.anchor_lat[spot], land.anchor_lon[spot]
    waiting: Any = xp.arange(spot.size)
    for k in range(TRIES):
        first, second = uniforms[2 * k][waiting], uniforms[2 * k + 1][waiting]
        new_lat = xp.degrees(xp.arcsin(low[waiting] + first * (high - low)[waiting]))
        new_lon = west[waiting] + second * width[waiting]
        kept = _on_land(model, new_lat, new_lon, most_land[waiting], first, xp)
        check = xp.nonzero(land.check[spot[waiting]])[0]
        kept[check] &= model.border.contains(new_lat[check], new_lon[check], xp)
        settled = waiting[kept]
        lat[settled], lon[settled] = new_lat[kept], new_lon[kept]
        waiting = waiting[~kept]
    return lat, lon, land.surroundings[spot], land.country[spot]


def _on_land(
    model: PopulationModel, lat_deg: Any, lon_deg: Any, most_land: Any, uniform: Any, xp: Any
) -> Any:
    """Keep points with the probability of land there, relative to the most around.

    The lower 27 of the uniform's 53 bits decide; the upper ones already gave the position.
    """
    fraction = land_at(lat_deg, lon_deg, model.ground, xp)
    chance = uniform * 2.0**26
    return (chance - xp.floor(chance)) * most_land < fraction


def _in_order(spots: Any, cell_at: Callable[[np.ndarray], np.ndarray]) -> Any:
    cell = cell_at(unit_vectors(spots.anchor_lat, spots.anchor_lon))
    order = along_curve(spots.anchor_lat, spots.anchor_lon, cell)
    return replace(spots, **{f.name: getattr(spots, f.name)[order] for f in fields(spots)})


def _moved_to(columns: Any, xp: Any) -> Any:
    return replace(
        columns, **{f.name: xp.asarray(getattr(columns, f.name)) for f in fields(columns)}
    )
