"""The region a constellation serves: its cells, and where users are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.guard import guard_of
from capest.engine.build.people import people_of, people_of_cells, settled, within
from capest.engine.build.residents import residents_of_cells
from capest.engine.build.uncovered import uncovered_of
from capest.engine.places import InRegion, People
from capest.engine.region_cells import RegionCells
from capest.engine.world import Ground
from capest.errors import InputError
from capest.geo import data
from capest.geo import region as regions
from capest.geo.colouring import reuse_colours
from capest.geo.countries import country_at
from capest.geo.country_names import split_countries
from capest.geo.points import PointsModel
from capest.geo.population import PopulationModel
from capest.geo.tiling import Cells, cells, hexagon_area_km2, nearest_cell, spacing_rad
from capest.scenario.limits import USERS_PER_TRIAL_LIMIT
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

BEYOND_CAP_RAD = math.radians(2.0)
"""Users of a region may live a little outside its coarse outline."""


@dataclass(frozen=True)
class PopulatedRegion:
    """A region with its cells and its people.

    Attributes
    ----------
    ground : Ground
    tiling : Cells
        Of the region, and around it.
    layout : dict of str to array
        Coordinates of the cells for the result file.
    notes : tuple of str
        What the user should know of it, one line each.
    """

    ground: Ground
    tiling: Cells
    layout: dict[str, np.ndarray]
    notes: tuple[str, ...]


def build_region(scenario: Scenario, diameter_km: float) -> PopulatedRegion:
    """Cut the region of a scenario into cells and find out where its users are.

    Parameters
    ----------
    scenario : Scenario
    diameter_km : float
        Of a cell.

    Raises
    ------
    InputError
        For a country nobody knows, a file that cannot be read, or a region without people.
    """
    region = region_of(scenario)
    model = people_of(scenario, region)
    tiling = cells(
        region,
        hexagon_area_km2(diameter_km),
        touching=True,
        settled=settled(model) if isinstance(model, PopulationModel) else None,
    )
    notes, everybody = region.notes, model
    if scenario.users.placement == "uncovered" and isinstance(model, PopulationModel):
        uncovered = uncovered_of(scenario, model, region.name)
        model, notes = uncovered.people, notes + uncovered.notes
    if scenario.users.placement == "file" and isinstance(model, PointsModel):
        notes += model.notes
        model, share = within(model, tiling, scenario)
        if share > 0.0:
            notes += (
                f"{shown_path(scenario.users.file)}: {share:.2%} of the weight lies in no cell of "
                f"{region.name} and is left out",
            )
    users = scenario.users.count or active_users(scenario, region.name, model.people)
    guard = guard_of(scenario, region, tiling, people=model, users=users, everybody=everybody)
    tiling, counted = guard.tiling, guard.counted
    colour = reuse_colours(tiling, scenario.colours, first=counted)
    cell_at = partial(nearest_cell, tiling=tiling)
    around = guard.people
    if around is not None and scenario.users.positions == "stratified":
        around = around.in_order(cell_at)
    placed = placed_in(scenario, model, users, cell_at)
    ground = Ground(
        users=replace(placed, guard=around, guard_users=guard.users),
        users_per_trial=users,
        guard_users=guard.users,
        counted=counted,
        colour=colour,
        cells=RegionCells(tiling, counted, scenario.run.keep_cells),
        cap_centre=region.cap.centre,
        reach_rad=_reach_rad(region, tiling),
    )
    coordinates: dict[str, np.ndarray] = {}
    if scenario.users.placement in ("population", "uncovered"):
        sources = [
            (each, own)
            for each, own in ((model, counted), (guard.people, ~counted))
            if isinstance(each, PopulationModel | PointsModel)
        ]
        # Users of the region count in no guard cell, nor those of guard cells in the region.
        coordinates = {
            "cell_people": np.sum([people_of_cells(each, tiling) for each, _ in sources], axis=0),
            "cell_residents": np.sum(
                [residents_of_cells(each, cell_at, len(own)) * own for each, own in sources],
                axis=0,
            ),
        }
    layout = _layout(ground, tiling, coordinates)
    return PopulatedRegion(ground, tiling, layout, notes + guard.notes)


def placed_in(
    scenario: Scenario, model: People, users: int, cell_at: Callable[[np.ndarray], np.ndarray]
) -> InRegion:
    """Place so many users of a trial among people; ``cell_at`` gives the cells of unit vectors."""
    by_place = scenario.channel.environment == "by-place"
    hotspots = scenario.users.hotspots
    clustered = round(users * hotspots.share) if scenario.users.placement == "hotspots" else 0
    stratified = scenario.users.positions == "stratified"
    return InRegion(
        model.in_order(cell_at) if stratified else model,
        users,
        by_place,
        hotspots=min(hotspots.count, clustered),
        hotspot_users=clustered,
        hotspot_radius_km=hotspots.radius_km,
        across_trials=stratified,
    )


def _layout(ground: Ground, tiling: Cells, people: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {
        "cell_latitude": np.asarray(tiling.lat_deg),
        "cell_longitude": np.asarray(tiling.lon_deg),
        "cell_area": np.full(len(tiling.lat_deg), tiling.area_km2),
        **people,
        "cell_colour": ground.colour.astype(np.int32),
        "cell_counted": ground.counted.astype(np.int8),
        "cell_country": country_codes(tiling.lat_deg, tiling.lon_deg),
    }


def country_codes(lat_deg: np.ndarray, lon_deg: np.ndarray) -> np.ndarray:
    """ISO 3166 alpha-2 codes of the countries that points lie in, "--" for none."""
    codes = np.array([*data.countries().alpha2, "--"])
    return codes[country_at(lat_deg, lon_deg)]


def _reach_rad(region: regions.Region, tiling: Cells) -> float:
    cosine = np.asarray(tiling.centre_unit) @ region.cap.centre
    farthest = float(np.arccos(np.clip(cosine, -1.0, 1.0)).max())
    return max(region.cap.radius + BEYOND_CAP_RAD, farthest + spacing_rad(tiling))


def active_users(scenario: Scenario, where: str, people: float) -> int:
    """Users of a trial: devices in use at a moment, of the people somewhere."""
    users = scenario.users
    per_device = users.activity_factor
    keys = "users.devices_per_person × activity_factor"
    if users.erlang_per_device is not None:
        per_device = users.erlang_per_device / scenario.mean_activity
        keys = "users.devices_per_person × erlang_per_device / service.activity"
    count = round(people * (users.devices_per_person or 0.0) * per_device)
    if not 1 <= count <= USERS_PER_TRIAL_LIMIT:
        raise InputError(
            f"{keys}: makes {count:,} users at a time of the {people:,.0f} people of {where}; "
            f"at least 1 and at most {USERS_PER_TRIAL_LIMIT:,} are possible"
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
