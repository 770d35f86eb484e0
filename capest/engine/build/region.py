"""The region a constellation serves: its cells, and where users are drawn."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.engine.places import InRegion, People
from capest.engine.region_cells import RegionCells
from capest.engine.world import Ground
from capest.errors import InputError
from capest.geo import data
from capest.geo import region as regions
from capest.geo.colouring import reuse_colours, spacing_rad
from capest.geo.countries import country_at
from capest.geo.country_names import split_countries
from capest.geo.cover import cover, fitting_step_deg
from capest.geo.points import PointsModel, only, points_model
from capest.geo.population import PopulationModel, population_model
from capest.geo.sphere import box_area_km2, unit_vectors, wrapped
from capest.geo.tiling import Cells, cells, hexagon_area_km2, nearest_cell
from capest.geo.users_file import read_users
from capest.scenario.limits import USERS_PER_TRIAL_LIMIT
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

BEYOND_CAP_RAD = math.radians(2.0)
"""Users of a region may live a little outside its coarse outline."""


@dataclass(frozen=True)
class Region:
    """A region with its cells and its people.

    Attributes
    ----------
    ground : Ground
    layout : dict of str to array
        Coordinates of the cells for the result file.
    notes : tuple of str
        What the user should know of it, one line each.
    """

    ground: Ground
    layout: dict[str, np.ndarray]
    notes: tuple[str, ...]


def build_region(scenario: Scenario) -> Region:
    """Cut the region of a scenario into cells and find out where its users are.

    Raises
    ------
    InputError
        For a country nobody knows, a file that cannot be read, or a region without people.
    """
    region = region_of(scenario)
    model = _users(scenario, region)
    tiling = cells(
        region,
        hexagon_area_km2(scenario.cell_diameter_km),
        touching=True,
        settled=_settled(model) if isinstance(model, PopulationModel) else None,
    )
    notes = region.notes
    if scenario.users.placement == "file":
        notes += model.notes if isinstance(model, PointsModel) else ()
        model, share = _within(model, tiling, scenario)
        if share > 0.0:
            notes += (
                f"{shown_path(scenario.users.file)}: {share:.2%} of the weight lies in no cell of "
                f"{region.name} and is left out",
            )
    users = scenario.users.count or _active_users(scenario, region, model.people)
    colour = reuse_colours(tiling, scenario.colours)
    ground = Ground(
        users=_placed(scenario, model, users),
        users_per_trial=users,
        counted=np.ones(len(colour), dtype=bool),
        colour=colour,
        cells=RegionCells(tiling),
        cap_centre=region.cap.centre,
        reach_rad=_reach_rad(region, tiling),
    )
    people = _people(model, tiling) if isinstance(model, PopulationModel) else None
    return Region(ground, _layout(tiling, colour, people), notes)


def _placed(scenario: Scenario, model: People, users: int) -> InRegion:
    by_place = scenario.channel.environment == "by-place"
    hotspots = scenario.users.hotspots
    clustered = round(users * hotspots.share) if scenario.users.placement == "hotspots" else 0
    return InRegion(
        model,
        users,
        by_place,
        hotspots=min(hotspots.count, clustered),
        hotspot_users=clustered,
        hotspot_radius_km=hotspots.radius_km,
    )


def _layout(tiling: Cells, colour: np.ndarray, people: np.ndarray | None) -> dict[str, np.ndarray]:
    codes = np.array([*data.countries().alpha2, "--"])
    country = country_at(tiling.lat_deg, tiling.lon_deg).astype(np.int16)
    return {
        "cell_latitude": np.asarray(tiling.lat_deg),
        "cell_longitude": np.asarray(tiling.lon_deg),
        "cell_area": np.full(len(tiling.lat_deg), tiling.area_km2),
        **({} if people is None else {"cell_people": people}),
        "cell_colour": colour.astype(np.int32),
        "cell_country": codes[country],
    }


def _within(model: Any, tiling: Cells, scenario: Scenario) -> tuple[Any, float]:
    """Keep the points of a file that lie in a cell; and the share of the weight that does not."""
    kept = nearest_cell(unit_vectors(model.lat_deg, model.lon_deg), tiling) >= 0
    if kept.all():
        return model, 0.0
    if not kept.any():
        path = shown_path(scenario.users.file)
        raise InputError(f"users.file = {path}: nobody in it lives in the region")
    inside = only(model, kept)
    return inside, 1.0 - inside.people / model.people


def _people(model: PopulationModel, tiling: Cells) -> np.ndarray:
    """People per cell, those of a place in the cell of its centre."""
    people = np.concatenate([model.places.people, model.land.people])
    return np.bincount(nearest_cell(_settled(model), tiling), people, minlength=len(tiling.lat_deg))


def _settled(model: PopulationModel) -> np.ndarray:
    """Unit vectors of the centres of places and of the land between them."""
    spots = (model.places, model.land)
    return unit_vectors(
        np.concatenate([spot.anchor_lat for spot in spots]),
        np.concatenate([spot.anchor_lon for spot in spots]),
    )


def _reach_rad(region: regions.Region, tiling: Cells) -> float:
    cosine = np.asarray(tiling.centre_unit) @ region.cap.centre
    farthest = float(np.arccos(np.clip(cosine, -1.0, 1.0)).max())
    return max(region.cap.radius + BEYOND_CAP_RAD, farthest + spacing_rad(tiling))


def _active_users(scenario: Scenario, region: regions.Region, people: float) -> int:
    """Devices in use at a moment, of the people of a region."""
    users = scenario.users
    count = round(people * (users.devices_per_person or 0.0) * users.activity_factor)
    if not 1 <= count <= USERS_PER_TRIAL_LIMIT:
        raise InputError(
            f"users.devices_per_person × activity_factor: makes {count:,} users at a time of the "
            f"{people:,.0f} people of {region.name}; at least 1 and at most "
            f"{USERS_PER_TRIAL_LIMIT:,} are possible"
        )
    return count


def region_of(scenario: Scenario) -> regions.Region:
    """Find the region that a scenario names."""
    wanted = scenario.region
    if wanted.kind == "country":
        return regions.country(split_countries(str(wanted.country)))
    if wanted.kind == "box":
        south, west, north, east = (
            float(value or 0.0)
            for value in (wanted.south_deg, wanted.west_deg, wanted.north_deg, wanted.east_deg)
        )
        return regions.box(south, west, north, east)
    if wanted.kind == "circle":
        return regions.circle(
            float(wanted.latitude_deg or 0.0),
            float(wanted.longitude_deg or 0.0),
            float(wanted.radius_km or 0.0),
        )
    if wanted.kind == "geojson":
        return regions.geojson(shown_path(wanted.file))
    return regions.whole_earth()


def _users(scenario: Scenario, region: regions.Region) -> People:
    users = scenario.users
    if users.placement == "population":
        return population_model(region)
    if users.placement == "file":
        return read_users(shown_path(users.file), users.file_variable, users.file_units)
    return uniform_model(region)


def uniform_model(region: regions.Region) -> People:
    """Users uniform by area over a region, land or sea.

    Drawn from cells of a grid of latitude and longitude, each weighed with the area of the
    region in it and cut to the rectangle around that part.
    """
    bounds = region.bounds
    found = cover(region.shape.spans, fitting_step_deg(region), bounds.south, bounds.north)
    south = found.cell // round(360.0 / found.step_deg) * found.step_deg - 90.0
    cell_km2 = box_area_km2(south, south + found.step_deg, found.step_deg)
    middle_lat, middle_lon = 0.5 * (found.south + found.north), 0.5 * (found.west + found.east)
    return points_model(
        middle_lat,
        wrapped(middle_lon),
        found.share * cell_km2,
        np.zeros(len(middle_lat)),
        country_at(middle_lat, wrapped(middle_lon)),
        found.north - found.south,
        found.east - found.west,
    )
