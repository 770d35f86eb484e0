"""What stays the same in all trials of a scenario, worked out once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.radio import (
    Carrier,
    Link,
    UplinkAccess,
    carrier,
    link_constants,
    uplink_access,
    uplink_budget,
    uplink_carrier,
)
from capest.engine.service_constants import Services, services_of
from capest.physics import beam_grid, geometry
from capest.physics.uplink_budget import UplinkBudget
from capest.sampling.placement import Coverage, PlacementSettings, coverage
from capest.scenario.layout_fit import LARGEST_NORMAL

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


@dataclass(frozen=True)
class Beams:
    """Beams in the order of the layout (centre first) and in the order of the kernels.

    Attributes
    ----------
    grid : BeamGrid
        The layout.
    colour : int array (beams,)
        Reuse colour of each beam of the layout.
    statistics : bool array (beams,)
        Beams of the layout whose users count.
    order : int array (beams,)
        Beam of the layout at each place of the kernels' order (sorted by satellite, colour).
    place : int array (beams,)
        The inverse of ``order``.
    segment_start : int32 array (satellites · colours + 1,)
        First place of each satellite and colour.
    direction : float array (3, beams)
        Boresights in the kernels' order, minus the direction of the layout's centre.
    power : float32 array (beams,)
        EIRP density relative to nominal.
    """

    grid: beam_grid.BeamGrid
    colour: np.ndarray
    statistics: np.ndarray
    order: np.ndarray
    place: np.ndarray
    segment_start: np.ndarray
    direction: np.ndarray
    power: np.ndarray


@dataclass(frozen=True)
class Scene:
    """A scenario in numbers, ready for trials; build it with `build_scene`.

    ``uplink`` and ``uplink_access`` are ``None`` where the uplink is not computed; its carrier is
    there for calls too.
    """

    scenario: Scenario
    satellites: geometry.Satellites
    centre_direction: np.ndarray
    beams: Beams
    placement: PlacementSettings
    feeder_range_m: float
    carrier: Carrier
    link: Link
    uplink_carrier: Carrier | None
    uplink: UplinkBudget | None
    uplink_access: UplinkAccess | None
    services: Services | None

    @cached_property
    def coverage(self) -> Coverage:
        """The covered area."""
        return coverage(self.beams.grid, self.satellites)

    @property
    def users_per_trial(self) -> int:
        """Users of one trial."""
        return self.placement.users

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know, one line each."""
        return () if self.services is None else self.services.notes

    def layout(self) -> dict[str, np.ndarray]:
        """Coordinates of the beams for the result file, one value per beam of the layout."""
        return {
            "beam_u": self.beams.grid.uv[:, 0],
            "beam_v": self.beams.grid.uv[:, 1],
            "beam_colour": self.beams.colour.astype(np.int32),
            "beam_statistics": self.beams.statistics.astype(np.int8),
        }


def build_scene(scenario: Scenario) -> Scene:
    """Work out the constants of a scenario.

    Parameters
    ----------
    scenario : Scenario
        Validated.

    Returns
    -------
    Scene
    """
    satellite = scenario.satellite
    altitude_m = satellite.altitude_km * 1e3
    centre_uv = geometry.centre_direction(altitude_m, satellite.elevation_deg)
    lattice = beam_grid.hexagonal_lattice(scenario.beams.count)[scenario.cells_on_earth()]
    grid = beam_grid.hexagonal_grid(lattice, scenario.beam_spacing_uv, centre_uv)
    centre = np.array([*centre_uv, math.sqrt(1.0 - centre_uv[0] ** 2 - centre_uv[1] ** 2)])
    placement = _placement(scenario)
    chord = _largest_chord(grid, placement, altitude_m)
    frequency_hz = satellite.frequency_ghz * 1e9
    link, enabled = link_constants(scenario), scenario.uplink.enabled
    services = services_of(scenario, link.policy, link.bandwidth_mhz)
    calls = services is not None and services.has_calls and services.uplink is not None
    return Scene(
        scenario=scenario,
        satellites=geometry.satellite_overhead(altitude_m),
        centre_direction=centre,
        beams=_beams(scenario, grid, centre),
        placement=placement,
        feeder_range_m=(
            float(geometry.slant_range_m(altitude_m, satellite.gateway_elevation_deg))
            if satellite.payload == "transparent"
            else 0.0
        ),
        carrier=carrier(scenario, frequency_hz, satellite.antenna_diameter_m, chord),
        link=link,
        uplink_carrier=uplink_carrier(scenario, chord) if enabled or calls else None,
        uplink=uplink_budget(scenario) if enabled else None,
        uplink_access=uplink_access(scenario) if enabled else None,
        services=services,
    )


def _placement(scenario: Scenario) -> PlacementSettings:
    hotspots = scenario.users.hotspots
    if scenario.users.placement != "hotspots":
        stratified = scenario.users.positions == "stratified"
        strata = scenario.beams.statistics_count if stratified else 0
        return PlacementSettings(scenario.users_per_trial, strata=strata)
    return PlacementSettings(
        scenario.users_per_trial,
        hotspots.count,
        hotspots.radius_km * 1e3,
        scenario.hotspot_users,
    )


def _beams(scenario: Scenario, grid: beam_grid.BeamGrid, centre: np.ndarray) -> Beams:
    colours = scenario.colours
    colour = beam_grid.reuse_colours(grid.lattice, colours)
    order = np.argsort(colour, kind="stable")
    boresight = np.stack([*grid.uv.T, np.sqrt(1.0 - (grid.uv**2).sum(axis=1))])
    return Beams(
        grid=grid,
        colour=colour,
        statistics=np.arange(len(colour)) < scenario.beams.statistics_count,
        order=order,
        place=np.argsort(order),
        segment_start=np.searchsorted(colour[order], np.arange(colours + 1)).astype(np.int32),
        direction=(boresight - centre[:, None])[:, order],
        power=np.ones(len(colour), dtype=np.float32),
    )


def _largest_chord(
    grid: beam_grid.BeamGrid, placement: PlacementSettings, altitude_m: float
) -> float:
    """Largest chord between a boresight and a user's direction that a trial can meet."""
    w = np.sqrt(1.0 - (grid.uv**2).sum(axis=1))
    boresight = np.column_stack([grid.uv, w])
    radius = float(np.linalg.norm(boresight - boresight[0], axis=1).max())
    # A cell's corner is spacing/sqrt(3) from its boresight in u-v; the chord is longer by 1/w.
    corner = grid.spacing_uv / math.sqrt(3.0) / float(w.min())
    strayed = LARGEST_NORMAL * placement.hotspot_radius_m / altitude_m
    return 2.0 * (radius + corner) + corner + strayed
