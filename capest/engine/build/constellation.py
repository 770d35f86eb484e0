"""A constellation over a region, as a world."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from capest.allocation.bounds.transport import WITHOUT_SCIPY
from capest.allocation.cells import PREFERENCES
from capest.allocation.cells.candidates import CellsAround
from capest.allocation.slots.problem import turns_on_lattice
from capest.engine.build import notes
from capest.engine.build.common import channel_of, services_and_radio
from capest.engine.build.gateways import far_note, gateways_of
from capest.engine.build.guard_band import guard_band_note
from capest.engine.build.payloads import payloads_in, scan_sine
from capest.engine.build.place_loss import cell_weather, climates_of_cells
from capest.engine.build.region import build_region
from capest.engine.build.satellite import frame_notes, frame_of, layout_around
from capest.engine.build.search import search_notes
from capest.engine.build.shared_power import shared_power_notes
from capest.engine.build.space import space_of
from capest.engine.radio import Radio
from capest.engine.space import Space
from capest.engine.world import BeamPlan, Layout, World
from capest.errors import InputError
from capest.geo.colouring import NEIGHBOUR_SPACINGS, cell_pairs, reuse_colours
from capest.geo.tiling import Cells, hexagon_area_km2
from capest.physics.beam_grid import hexagonal_lattice
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.physics.constants import EARTH_RADIUS_M
from capest.sampling.sectors import SECTORS
from capest.sampling.streams import MAX_ENTITIES
from capest.scenario.reading_table import is_read
from capest.scenario.shell_tables import payloads_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_AROUND_SPACINGS = 1.8
"""Cells so near are around each other: those at 1 and at sqrt(3) spacings, not those at 2."""


def build_constellation(scenario: Scenario) -> World:
    """Build the satellites, the region with its cells and people, and the radio."""
    constellation, cells = scenario.constellation, scenario.cells
    space = space_of(constellation, scenario.satellite.altitude_km)
    layout = None
    if cells.layout == "satellite-fixed":
        lattice = hexagonal_lattice(scenario.beams.count)
        layout = layout_around(scenario, lattice, (0.0, 0.0))
        _check_on_earth(layout, space)
    altitude_km = notes.altitudes_km(space.positions_m(0.0))
    diameter_km = cell_diameter_km(scenario, altitude_km)
    region = build_region(scenario, diameter_km)
    climates = None
    if scenario.channel.weather != "clear":
        layout_deg = (region.layout[f"cell_{side}"] for side in ("latitude", "longitude"))
        climates = climates_of_cells(*layout_deg)
    services, radio = services_and_radio(scenario, None, climates)
    order, preference = scenario.assignment_parts or ("", "")
    plan = BeamPlan(
        layout=layout,
        attachment="cell" if layout is None else "highest",
        allocation=scenario.beams.allocation,
        beams_at_once=scenario.beams_at_once,
        only_occupied=cells.lit == "occupied",
        assignment=cells.assignment,
        lowest_deg=constellation.minimum_elevation_deg,
        lowest_heard_deg=constellation.cull_elevation_deg,
        frame=frame_of(scenario),
        cells_at_once=scenario.cells_at_once,
        turn=_turn(scenario, region.tiling, layout),
        covers_first=scenario.covers_first,
        order=order,
        preference=preference,
        around=None
        if layout is not None
        else _around(region.tiling, preference, _product_of_cell(scenario, radio, diameter_km)),
        largest_scan_sine=scan_sine(scenario.satellite.largest_scan_deg),
        beams_per_cell=scenario.beams_per_cell,
        neighbours=_neighbours(region.tiling) if scenario.beams_per_cell > 1 else None,
        moves=scenario.search_moves,
        objective=cells.objective,
        calls_bound=_calls_bound(scenario),
    )
    gateways, of_gateways = gateways_of(scenario)
    of_gateways += far_note(gateways, region.ground, space, plan.lowest_deg)
    of_choices: tuple[str, ...] = ()
    if layout is None:
        of_choices = notes.assignment_note(cells.assignment, altitude_km, cells.preference)
        of_choices += notes.coverage_note(
            *(scenario.covers_first, scenario.most_cells_per_beam, scenario.beams_at_once),
            len(region.tiling.lat_deg),
        )
        # Widths in place of heights: those of different payloads have no spacing in common.
        width_uv = _beam_widths(scenario, space)
        unlike = notes.unlike_beams(altitude_km, width_uv)
        of_choices += notes.cell_width_note(diameter_km, 1.0, altitude_km * width_uv, unlike)
    of_services = () if services is None else services.notes
    of_services += frame_notes(scenario) + guard_band_note(scenario) + shared_power_notes(scenario)
    world = World(
        seed=scenario.run.seed,
        space=space,
        ground=region.ground,
        beams=plan,
        channel=channel_of(scenario, SECTORS),
        radio=radio,
        services=services,
        weather=cell_weather(scenario, climates),
        layout=region.layout | {"satellite_group": space.group},
        notes=region.notes + notes.catalogue_notes(space) + of_choices + of_gateways + of_services,
        gateways=gateways,
        payloads=payloads_in(scenario, space),
    )
    return replace(world, notes=world.notes + search_notes(world))


def _neighbours(tiling: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of cells next to each other, both ways."""
    one, other, _ = cell_pairs(tiling, NEIGHBOUR_SPACINGS)
    return np.concatenate([one, other]), np.concatenate([other, one])


def _beam_widths(scenario: Scenario, space: Space) -> np.ndarray:
    """Width of each satellite's beams in direction cosines, (satellites,), of known position."""
    own = [each.hpbw_deg for each in payloads_of(scenario)] + [scenario.satellite.hpbw_deg]
    known = np.isfinite(space.positions_m(0.0)).all(axis=1)
    found: np.ndarray = np.array(list(map(spacing_from_hpbw, own)))[space.table[known]]
    return found


def cell_diameter_km(scenario: Scenario, altitude_km: np.ndarray) -> float:
    """Width of a cell, given or that of the narrowest beam straight below its satellite.

    Parameters
    ----------
    scenario : Scenario
    altitude_km : float64 array (satellites,)
        At ``constellation.start``, of those whose position is known; asked for a catalogue alone.

    Raises
    ------
    InputError
        If no satellite of a catalogue has a position.
    """
    known_km = scenario.cell_diameter_km
    if known_km is not None:
        return known_km
    if not altitude_km.size:
        raise InputError(
            "cells.diameter_km: no satellite of the catalogue has a position at "
            "constellation.start that would say how wide cells are; write it"
        )
    # To the metre: all machines find the same cells.
    return scenario.beam_spacing_uv * round(float(altitude_km.min()), 3)


def _turn(scenario: Scenario, tiling: Cells, layout: Layout | None) -> np.ndarray | None:
    """Order in which those cells that are next to each other lie apart, see `BeamPlan`.

    Raises
    ------
    InputError
        For more cells and slots than a trial has random numbers.
    """
    if scenario.beams.allocation == "all-on":
        return None
    if layout is not None:
        return turns_on_lattice(layout.grid.lattice, scenario.beams_at_once)
    cells = len(tiling.lat_deg)
    if cells * scenario.slots > MAX_ENTITIES:
        raise InputError(
            f"beams.slots = {scenario.slots}: the {cells:,} cells of the region in so many slots "
            f"are more than the {MAX_ENTITIES:,} random numbers of a trial; write at most "
            f"{MAX_ENTITIES // cells:,}"
        )
    colours = max(count for count in (1, 3, 4, 7) if count <= scenario.most_cells_per_beam)
    return reuse_colours(tiling, colours)


def _product_of_cell(scenario: Scenario, radio: Radio, diameter_km: float) -> float:
    """SNR times sine of elevation of a beam whose spot, to half its power, is as large as a cell.

    A spot's area is π/4 · (range · width)² / sin(e): the product of both has no range in it.
    """
    width_rad = 2.0 * math.asin(min(scenario.beam_spacing_uv / math.sqrt(3.0), 1.0))
    area_m2 = 1e6 * hexagon_area_km2(diameter_km)
    return float(radio.gain_at_one_metre * 0.25 * math.pi * width_rad**2 / area_m2)


def _around(tiling: Cells, preference: str, product_of_cell: float) -> CellsAround | None:
    """Cells around each other, if the preference asks: the two rings of a hexagonal lattice."""
    if not preference or not PREFERENCES.constant(preference, "LOOKS_AROUND", default=False):
        return None
    first, second, _ = cell_pairs(tiling, _AROUND_SPACINGS)
    return CellsAround(
        first.astype(np.int32), second.astype(np.int32), len(tiling.lat_deg), product_of_cell
    )


def _calls_bound(scenario: Scenario) -> Literal["none", "interference-free"]:
    """Return what no assignment can exceed, if it is asked for where satellites light cells.

    Raises
    ------
    InputError
        If it asks for SciPy, and there is none.
    """
    if not is_read("cells.bound", dict(scenario.items())) or scenario.cells.bound == "none":
        return "none"
    if importlib.util.find_spec("scipy") is None:
        raise InputError(WITHOUT_SCIPY)
    return scenario.cells.bound


def _check_on_earth(layout: Layout, space: Space) -> None:
    """Refuse a layout of satellite-fixed beams that reaches beyond the Earth's edge."""
    highest_m = float(np.nanmax(np.linalg.norm(space.positions_m(0.0), axis=1)))
    edge = EARTH_RADIUS_M / highest_m
    reach = float(np.linalg.norm(layout.grid.uv, axis=1).max())
    if reach >= edge:
        raise InputError(
            f"beams.count and beams.spacing_uv: the layout reaches {reach:.3g} from the nadir; "
            f"seen from the highest satellite the Earth ends at {edge:.3g} (sines of angles); "
            "fewer or closer beams"
        )
