"""Which beams of some trials are lit, and which beam each user has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from capest.allocation.slots import STRATEGIES
from capest.allocation.slots.problem import Frame
from capest.backend.protocol import Kernels, on_host
from capest.engine.aimed_beams import aim, on_own_channel
from capest.engine.assignment import SatellitesInView, assign, cover_cells
from capest.engine.attach import attach
from capest.engine.beams import Beams, attach_to_highest, satellite_fixed
from capest.engine.further_beams import with_further_beams
from capest.engine.satellite_turns import at_once_of, light_in_turn, lit_part
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import Layout, World
from capest.sampling.draws import Draws


def light_beams(
    world: World,
    kernels: Kernels,
    sky: Sky,
    view: SatellitesInView,
    users: Users,
    draws: Draws,
) -> Beams:
    """Light the beams of some trials and give users theirs.

    Parameters
    ----------
    world : World
    kernels : Kernels
    sky : Sky
    view : SatellitesInView
    users : Users
    draws : Draws
    """
    if world.beams.attachment == "cell":
        return _aimed(world, kernels, sky, view, users, draws)
    if world.beams.attachment == "strongest":
        return _fixed(world, world.beams.fixed_layout, sky, draws)
    return _of_highest(world, kernels, sky, users, draws)


def _of_highest(world: World, kernels: Kernels, sky: Sky, users: Users, draws: Draws) -> Beams:
    """Layouts around the nadirs of all satellites, each user on the one that stands highest."""
    layout, xp = world.beams.fixed_layout, kernels.xp
    beams = satellite_fixed(world, layout, sky)
    own = attach_to_highest(world, layout, sky, users, xp)
    if world.beams.only_occupied:
        number = xp.where(own >= 0, beams.first_of(users.trial, xp) + own, -1)
        beams.power[:] = on_host(kernels.count_numbers(number, len(beams))) > 0
    beams = replace(beams, are_fixed=True)
    if not world.beams.takes_turns:
        return replace(beams, of_user=own)
    if world.beams.frame is not None:
        return replace(_in_turn(world, sky, beams), of_user=own)
    lit = light_in_turn(world, draws, sky, beams, slots=1)[0]
    beams.power[~lit] = 0.0
    number = beams.first_of(users.trial, xp) + xp.maximum(own, 0)
    dark = ~xp.asarray(np.append(lit, False))[number]
    return replace(beams, of_user=xp.where(dark, -1, own).astype(xp.int32))


def _fixed(world: World, layout: Layout, sky: Sky, draws: Draws) -> Beams:
    """Beams of one satellite, lit by an allocation; all of them where a frame is still planned."""
    xp, plan, beams = draws.xp, world.beams, len(layout.colour)
    active, lit = plan.beams_at_once, None
    if plan.frame is None:
        lit = STRATEGIES.find(plan.allocation)(Frame(layout.grid.lattice, active, slots=1), draws)
    if lit is not None:
        lit = xp.ascontiguousarray(lit[:, 0, xp.asarray(layout.order)], dtype=xp.uint8)
    lit_share = 1.0 if lit is None else active / beams
    if world.radio.limits.are_set:
        # What power is left is found by boresights and by who is lit.
        known = satellite_fixed(world, layout, sky)
        if lit is not None:
            known.power[:] = on_host(lit).ravel()
        if plan.frame is not None:
            # Over a frame beams have their power for a share of the slots.
            known.power[:] = active / beams
        return replace(known, lit=lit, lit_share=lit_share, are_fixed=True)
    return Beams(
        start=np.arange(sky.trials + 1) * beams,
        satellite=np.repeat(np.arange(len(sky)), beams),
        direction=None,
        segment_start=None,
        power=np.ones(sky.trials * beams, dtype=np.float32),
        lit=lit,
        lit_share=lit_share,
        of_user=None,
        are_fixed=True,
    )


def _aimed(
    world: World,
    kernels: Kernels,
    sky: Sky,
    view: SatellitesInView,
    users: Users,
    draws: Draws,
) -> Beams:
    """Beams aimed at the cells of a region, as the assignment says."""
    xp, cells = kernels.xp, len(world.ground.colour)
    inside = users.cell >= 0
    number = xp.where(inside, users.trial.astype(xp.int64) * cells + users.cell, -1)
    users_of_cell = on_host(kernels.count_numbers(number, sky.trials * cells))
    users_of_cell = users_of_cell.reshape(sky.trials, cells)
    satellite_of_cell = assign(world, sky, view, users_of_cell, draws)
    satellite_of_cell = cover_cells(world, sky, view, users_of_cell, satellite_of_cell)
    satellite = on_own_channel(world, satellite_of_cell)
    if world.beams.beams_per_cell > 1:
        satellite = with_further_beams(world, kernels, sky, view, draws, users_of_cell, satellite)
    aimed = aim(world, sky, satellite)
    if world.beams.takes_turns and world.beams.frame is None:
        # Of a moment, cells that it is not the turn of are dark.
        beams = aimed.beams
        dark = np.flatnonzero(~light_in_turn(world, draws, sky, beams, slots=1)[0])
        trial = np.searchsorted(beams.start, dark, side="right") - 1
        satellite_of_cell[trial, beams.cells_aimed_at[dark]] = -1
        aimed = aim(world, sky, on_own_channel(world, satellite_of_cell))
    elif world.beams.takes_turns:
        aimed = replace(aimed, beams=_in_turn(world, sky, aimed.beams))
    return attach(world, kernels, draws, sky, users, aimed)


def _in_turn(world: World, sky: Sky, beams: Beams) -> Beams:
    """Beams of which some are going to be lit at a time, in a frame that is still planned."""
    at_once = at_once_of(world, sky, beams)
    return replace(beams, at_once=at_once, lit_part=lit_part(world, sky, beams))
