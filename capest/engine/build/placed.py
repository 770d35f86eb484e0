"""One satellite over a place: who lives in the cells of its beams, and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.people import settled_people
from capest.engine.build.region import active_users, country_codes, placed_in
from capest.engine.build.residents import residents_of_cells
from capest.engine.build.uncovered import uncovered_of
from capest.engine.places import BelowSatellite
from capest.engine.world import Layout
from capest.errors import InputError
from capest.geo.footprint import FootprintShape, footprint
from capest.geo.points import PointsModel, only, pieces
from capest.geo.population import PopulationModel, population_if_any
from capest.geo.region import Region
from capest.geo.sphere import unit_vectors
from capest.geo.standpoint import standpoint
from capest.geo.users_file import read_users
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import satellite_overhead
from capest.sampling.placement import cell_areas_m2
from capest.scenario.paths import shown_path

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_FAR_KM = 300.0
"""From the nearest cell: the weather there may be another climate's."""

_PIECES_OF_CELL = 8
"""Pieces of a file's cell are so many times narrower than the cell of a beam: users stand up to
half a piece beyond the border."""


@dataclass(frozen=True)
class Placed:
    """What a place adds to a satellite.

    Attributes
    ----------
    users : BelowSatellite or None
        ``None`` where users are placed by the layout alone.
    users_per_trial : int
    coordinates : dict of str to array
        Of the cells, for the result file.
    notes : tuple of str
    """

    users: BelowSatellite | None
    users_per_trial: int
    coordinates: dict[str, np.ndarray]
    notes: tuple[str, ...]


def placed_ground(scenario: Scenario, layout: Layout) -> Placed:
    """Find the ground below the cells of a satellite, and its people.

    Raises
    ------
    InputError
        For a file that cannot be read, and cells without people.
    """
    satellite = scenario.satellite
    if satellite.latitude_deg is None or satellite.longitude_deg is None:
        raise ValueError("nobody knows where this satellite stands")
    over = standpoint(
        satellite.latitude_deg,
        satellite.longitude_deg,
        satellite.altitude_km * 1e3,
        satellite.elevation_deg,
        satellite.azimuth_deg,
    )
    area_km2 = cell_areas_m2(layout.grid, satellite_overhead(satellite.altitude_km * 1e3)) / 1e6
    shape = FootprintShape(footprint(over, layout.grid), layout.grid, float(area_km2.sum()))
    latitude, longitude = over.ground_at(layout.grid.uv.T)
    coordinates = {
        "cell_latitude": latitude,
        "cell_longitude": longitude,
        "cell_area": area_km2,
        "cell_country": country_codes(latitude, longitude),
    }
    placement = scenario.users.placement
    notes = _weather_elsewhere(scenario, latitude, longitude)
    if placement not in ("population", "uncovered", "file"):
        return Placed(None, scenario.users_per_trial, coordinates, notes)
    region = Region("the cells of the satellite's beams", shape)
    model: PopulationModel | PointsModel
    if placement != "file":
        living = population_if_any(region)
        if living is None:
            raise InputError(
                f"users.placement = {placement}: nobody lives in {region.name}, which lie "
                f"{_reach(region)}; place the satellite elsewhere (satellite.latitude_deg, "
                "longitude_deg, azimuth_deg)"
            )
        model = living
        if placement == "uncovered":
            uncovered = uncovered_of(scenario, living, region.name)
            model, notes = uncovered.people, notes + uncovered.notes
        # A rounding at the border may put the anchor of a spot beside all cells.
        cell, people = settled_people(model, shape.border.cell_at)
        coordinates["cell_people"] = np.bincount(cell, people, minlength=len(area_km2))
        coordinates["cell_residents"] = residents_of_cells(
            model, shape.border.cell_at, len(area_km2)
        )
    else:
        model, of_file = _of_file(scenario, shape, region)
        notes += of_file
    users = scenario.users_per_trial
    if scenario.users.devices_per_person is not None:
        users = active_users(scenario, region.name, model.people)
    below = BelowSatellite(placed_in(scenario, model, users, shape.border.cell_at), over)
    return Placed(below, users, coordinates, notes)


def _weather_elsewhere(
    scenario: Scenario, latitude_deg: np.ndarray, longitude_deg: np.ndarray
) -> tuple[str, ...]:
    """Say it where weather and ionosphere are those of a place far from all cells."""
    channel = scenario.channel
    if channel.latitude_deg is None or channel.longitude_deg is None:
        return ()  # weather is that of the middle of the cells
    place = unit_vectors(np.array([channel.latitude_deg]), np.array([channel.longitude_deg]))
    cosine = place[:, 0] @ unit_vectors(latitude_deg, longitude_deg)
    away_km = float(np.arccos(np.clip(cosine, -1.0, 1.0)).min()) * EARTH_RADIUS_M / 1e3
    if away_km < _FAR_KM:
        return ()
    return (
        "weather and ionosphere are those of channel.latitude_deg, longitude_deg, "
        f"{away_km:,.0f} km from the nearest cell of the satellite",
    )


def _of_file(
    scenario: Scenario, shape: FootprintShape, region: Region
) -> tuple[PointsModel, tuple[str, ...]]:
    """Users of a file who stand in the cells, and what the user should know of it."""
    path = shown_path(scenario.users.file)
    model = read_users(path, scenario.users.file_variable, scenario.users.file_units)
    near = _near(model, region)
    if near.any():
        fine = pieces(only(model, near), shape.cell_deg / _PIECES_OF_CELL)
        inside = _inside(fine, shape)
        if inside.any():
            found = only(fine, inside)
            left_out = 1.0 - found.people / model.people
            if left_out < 1e-9:
                return found, model.notes
            told = f"{path}: {left_out:.2%} of the weight lies outside {region.name}, left out"
            return found, (*model.notes, told)
    raise InputError(
        f"users.file = {path}: nobody in it stands in {region.name}, which lie {_reach(region)}"
    )


def _near(model: PointsModel, region: Region) -> np.ndarray:
    """Tell which cells or points of a file may reach into a region, bool array (n,)."""
    toward = region.cap.centre @ unit_vectors(model.lat_deg, model.lon_deg)
    reach = region.cap.radius + np.radians(0.5 * np.hypot(model.height_deg, model.width_deg))
    near: np.ndarray = np.arccos(np.clip(toward, -1.0, 1.0)) <= reach
    return near


def _inside(model: PointsModel, shape: FootprintShape) -> np.ndarray:
    """Tell which pieces lie in the cells, by their middles; all of a piece sees the satellite."""
    footprint_of = shape.border
    inside: np.ndarray = footprint_of.contains(model.lat_deg, model.lon_deg)
    for north in (-0.5, 0.5):
        for east in (-0.5, 0.5):
            corner = unit_vectors(
                model.lat_deg + north * model.height_deg, model.lon_deg + east * model.width_deg
            )
            inside &= footprint_of.standpoint.view_of(corner).sin_elevation > 0.0
    return inside


def _reach(region: Region) -> str:
    """Say between which parallels and meridians a region lies."""
    south, west, north, east = region.bounds
    return f"from {south:.1f} to {north:.1f}° N and {west:.1f} to {east:.1f}° E"
