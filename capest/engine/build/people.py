"""Where in a region the users of a scenario are."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.places import People
from capest.errors import InputError
from capest.geo import region as regions
from capest.geo.countries import country_at
from capest.geo.cover import cover, fitting_step_deg
from capest.geo.points import PointsModel, only, points_model
from capest.geo.population import PopulationModel, population_model
from capest.geo.sphere import box_area_km2, unit_vectors, wrapped
from capest.geo.tiling import Cells, nearest_cell
from capest.geo.users_file import read_users
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def people_of(scenario: Scenario, region: regions.Region) -> People:
    """Find out where the users of a scenario may be; of uncovered ones, where everybody is."""
    users = scenario.users
    if users.placement in ("population", "uncovered"):
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


def within(model: PointsModel, tiling: Cells, scenario: Scenario) -> tuple[PointsModel, float]:
    """Keep the points of a file that lie in a cell; and the share of the weight that does not."""
    kept = nearest_cell(unit_vectors(model.lat_deg, model.lon_deg), tiling) >= 0
    if kept.all():
        return model, 0.0
    if not kept.any():
        path = shown_path(scenario.users.file)
        raise InputError(f"users.file = {path}: nobody in it lives in the region")
    inside = only(model, kept)
    return inside, 1.0 - inside.people / model.people


def people_of_cells(model: PopulationModel | PointsModel, tiling: Cells) -> np.ndarray:
    """People per cell, those of a place in the cell of its centre."""
    cell, people = settled_people(model, partial(nearest_cell, tiling=tiling))
    return np.bincount(cell, people, minlength=len(tiling.lat_deg))


def settled_people(
    model: PopulationModel | PointsModel, cell_at: Callable[[np.ndarray], np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """Cell and number of the people of each spot that lies in a cell.

    Parameters
    ----------
    model : PopulationModel or PointsModel
    cell_at : callable
        Gives the cells of unit vectors (3, n), -1 for none.
    """
    if isinstance(model, PopulationModel):
        cell, people = cell_at(settled(model)), model.people_of_spots
    else:
        cell = cell_at(unit_vectors(model.lat_deg, model.lon_deg))
        people = np.diff(model.cumulative, prepend=0.0) * model.people
    return cell[cell >= 0], people[cell >= 0]


def settled(model: PopulationModel) -> np.ndarray:
    """Unit vectors of the centres of places and of the land between them."""
    spots = (model.places, model.land)
    return unit_vectors(
        np.concatenate([spot.anchor_lat for spot in spots]),
        np.concatenate([spot.anchor_lon for spot in spots]),
    )
