"""One satellite with its own layout of beams, as a world."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from capest.engine.build.common import channel_of, services_and_radio
from capest.engine.build.guard_band import guard_band_note
from capest.engine.build.shared_power import shared_power_notes
from capest.engine.layout_cells import LayoutCells
from capest.engine.places import InCells
from capest.engine.space import space_overhead
from capest.engine.world import BeamPlan, FramePlan, Ground, Layout, UserModel, World
from capest.errors import InputError
from capest.extras import lacks
from capest.physics import beam_grid, geometry
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.placement import PlacementSettings, coverage, untiled
from capest.scenario.derived import DEMAND_MBPS
from capest.scenario.layout_fit import LARGEST_NORMAL
from capest.scenario.service_classes import all_are_calls, service_classes

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def build_satellite(scenario: Scenario) -> World:
    """Build the satellite with its beams, its cells and their users, and the radio."""
    satellite = scenario.satellite
    altitude_m = satellite.altitude_km * 1e3
    # Beams beyond the Earth's edge are left out.
    lattice = beam_grid.hexagonal_lattice(scenario.beams.count)[scenario.cells_on_earth()]
    centre_uv = geometry.centre_direction(altitude_m, satellite.elevation_deg)
    layout = layout_around(scenario, lattice, centre_uv)
    ground, coordinates, notes = ground_below(scenario, layout)
    services, radio = services_and_radio(scenario, largest_chord(scenario, layout))
    plan = BeamPlan(
        layout=layout,
        attachment="strongest",
        allocation=scenario.beams.allocation,
        beams_at_once=(
            scenario.beam_count if scenario.beams.allocation == "all-on" else scenario.beams_at_once
        ),
        only_occupied=False,
        assignment="",
        lowest_deg=-90.0,
        lowest_heard_deg=-90.0,
        frame=frame_of(scenario),
    )
    return World(
        seed=scenario.run.seed,
        space=space_overhead(altitude_m),
        ground=ground,
        beams=plan,
        channel=channel_of(scenario, 1),
        radio=radio,
        services=services,
        weather=None,
        layout=layout_coordinates(layout, ground.counted) | coordinates,
        notes=(
            *notes,
            *(() if services is None else services.notes),
            *frame_notes(scenario),
            *guard_band_note(scenario),
            *shared_power_notes(scenario),
        ),
    )


TRAFFIC_OF_CALLS_NOTE = (
    "throughput and traffic served over a frame are what the downlink serves of what is wanted, "
    "also of calls that uplink, delay or a full beam refuse: calls tells how many are carried"
)


def frame_of(scenario: Scenario) -> FramePlan | None:
    """Slots of a trial, and what users want over them; ``None`` for a moment.

    Raises
    ------
    InputError
        If the bound asks for SciPy, and there is none.
    """
    if not scenario.has_frame:
        return None
    beams = scenario.beams
    if beams.bound == "interference" and importlib.util.find_spec("scipy") is None:
        raise InputError(lacks("scipy", 'beams.bound = "interference"'))
    return FramePlan(scenario.slots, beams.slot_ms, scenario.demand_mbps, beams.bound)


def frame_notes(scenario: Scenario) -> tuple[str, ...]:
    """What the user should know of demand and waiting over a frame, one line each."""
    if not scenario.has_frame:
        return ()
    service = scenario.service
    guaranteed = all_are_calls(service.mix, service.downlink_kbps, service.guaranteed)
    calls = any(each.guaranteed for each in service_classes(service, scenario.rules))
    told = (*((TRAFFIC_OF_CALLS_NOTE,) if calls else ()), *_wait_notes(scenario))
    if guaranteed or scenario.users.demand_mbps is not None:
        return told
    who = "every user" if service.mix is None else "every user without guaranteed rate"
    wants = f"{who} wants {DEMAND_MBPS:g} Mbit/s over a frame, as users.demand_mbps is not given"
    return (wants, *told)


def _wait_notes(scenario: Scenario) -> tuple[str, ...]:
    """Say it where cells that take turns are dark for longer than calls may wait, in one line."""
    if scenario.beams.allocation == "all-on":
        return ()
    if scenario.has_constellation and scenario.cells.layout == "earth-fixed":
        cells, why = scenario.cells_at_once, "beams.cells_per_beam"
        if scenario.covers_first:
            why = "one slot of beams.slots where a satellite is full"
    else:
        count = scenario.beams.count if scenario.has_constellation else scenario.beam_count
        cells, why = count, "beams.count over satellite.beams_at_once"
    # One turn of a beam in so many slots, if all have equal shares.
    slots_dark = min(-(-cells // scenario.beams_at_once), scenario.slots) - 1
    dark_ms = slots_dark * scenario.beams.slot_ms
    calls = [each for each in service_classes(scenario.service, scenario.rules) if each.guaranteed]
    short = [each for each in calls if dark_ms > each.delay_budget_ms]
    if not short:
        return ()
    names = " and ".join(f"{each.name} ({each.delay_budget_ms:g} ms)" for each in short)
    return (
        f"a cell that waits for its turn is dark for {dark_ms:g} ms or so ({why}, "
        f"beams.slot_ms), longer than the delay budget of {names}: calls there are refused for "
        "delay",
    )


def layout_around(
    scenario: Scenario, lattice: np.ndarray, centre_uv: tuple[float, float]
) -> Layout:
    """Lay the beams of a satellite out around a direction.

    Parameters
    ----------
    scenario : Scenario
    lattice : int array (beams, 2)
        From ``beam_grid.hexagonal_lattice``.
    centre_uv : (float, float)
        Direction of the centre.
    """
    grid = beam_grid.hexagonal_grid(lattice, scenario.beam_spacing_uv, centre_uv)
    colours = scenario.colours
    colour = beam_grid.reuse_colours(grid.lattice, colours)
    order = np.argsort(colour, kind="stable")
    centre = np.array([*centre_uv, math.sqrt(1.0 - centre_uv[0] ** 2 - centre_uv[1] ** 2)])
    boresight = np.stack([*grid.uv.T, np.sqrt(1.0 - (grid.uv**2).sum(axis=1))])
    return Layout(
        grid=grid,
        colour=colour,
        order=order,
        place=np.argsort(order),
        segment_start=np.searchsorted(colour[order], np.arange(colours + 1)).astype(np.int32),
        centre_direction=centre,
        direction=(boresight - centre[:, None])[:, order],
    )


def ground_below(
    scenario: Scenario, layout: Layout
) -> tuple[Ground, dict[str, np.ndarray], tuple[str, ...]]:
    """Cells of a layout, with their users; where the place is known, coordinates and notes."""
    coordinates: dict[str, np.ndarray] = {}
    notes: tuple[str, ...] = ()
    if scenario.satellite.latitude_deg is not None:
        # Only here: geography loads for a third of a second.
        from capest.engine.build.placed import placed_ground

        placed = placed_ground(scenario, layout)
        coordinates, notes = placed.coordinates, placed.notes
        if placed.users is not None:
            ground = _ground(placed.users, placed.users_per_trial, scenario, layout)
            return ground, coordinates, notes
    satellites = geometry.satellite_overhead(scenario.satellite.altitude_km * 1e3)
    settings, strategy = placement_of(scenario), scenario.users.placement
    # Users who lie in given cells need no map of the ground.
    area = (untiled if strategy == "beam" else coverage)(layout.grid, satellites)
    ground = _ground(InCells(strategy, settings, area), settings.users, scenario, layout)
    return ground, coordinates, notes


def _ground(users: UserModel, per_trial: int, scenario: Scenario, layout: Layout) -> Ground:
    overhead = geometry.satellite_overhead(scenario.satellite.altitude_km * 1e3)
    centres = geometry.ground_point(layout.grid.uv.T, overhead, np).T / EARTH_RADIUS_M
    return Ground(
        users=users,
        users_per_trial=per_trial,
        counted=np.arange(len(layout.colour)) < scenario.beams.statistics_count,
        colour=layout.colour,
        cells=LayoutCells(layout, centres, scenario.run.keep_cells),
        # The satellite stands on the z axis and is never out of reach.
        cap_centre=np.array([0.0, 0.0, 1.0]),
        reach_rad=math.pi,
    )


def placement_of(scenario: Scenario) -> PlacementSettings:
    """Numbers of the placement of users."""
    hotspots, placement = scenario.users.hotspots, scenario.users.placement
    stratified = scenario.users.positions == "stratified"
    if placement == "beam":
        strata = scenario.beams.statistics_count if stratified else 0
        return PlacementSettings(scenario.users_per_trial, strata=strata)
    settings = PlacementSettings(scenario.users_per_trial, across_trials=stratified)
    if placement != "hotspots":
        return settings
    return replace(
        settings,
        hotspots=hotspots.count,
        hotspot_radius_m=hotspots.radius_km * 1e3,
        hotspot_users=scenario.hotspot_users,
    )


def largest_chord(scenario: Scenario, layout: Layout) -> float:
    """Largest chord between a boresight and a user's direction that a trial can meet."""
    grid = layout.grid
    w = np.sqrt(1.0 - (grid.uv**2).sum(axis=1))
    boresight = np.column_stack([grid.uv, w])
    radius = float(np.linalg.norm(boresight - boresight[0], axis=1).max())
    # A cell's corner is spacing/sqrt(3) from its boresight in u-v; the chord is longer by 1/w.
    corner = grid.spacing_uv / math.sqrt(3.0) / float(w.min())
    altitude_m = scenario.satellite.altitude_km * 1e3
    strayed = LARGEST_NORMAL * placement_of(scenario).hotspot_radius_m / altitude_m
    return 2.0 * (radius + corner) + corner + strayed


def layout_coordinates(layout: Layout, counted: np.ndarray) -> dict[str, np.ndarray]:
    """Coordinates of the beams for the result file, one value per beam of the layout."""
    return {
        "cell_u": layout.grid.uv[:, 0],
        "cell_v": layout.grid.uv[:, 1],
        "cell_colour": layout.colour.astype(np.int32),
        "cell_counted": counted.astype(np.int8),
    }
