"""How far an assignment of cells to satellites is from what any could carry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.allocation.bounds.transport import Offers, offers_of, transport_bound
from capest.allocation.cells.candidates import Candidates
from capest.backend.protocol import Kernels, on_host
from capest.engine.links import Links
from capest.engine.lone_links import lone_links
from capest.engine.payloads import figures_of
from capest.engine.played_frames import PlayedFrames
from capest.engine.services.admission import CARRIED, CallLinks, admit
from capest.engine.services.calls_alone import calls_alone
from capest.engine.services.demand import Demand
from capest.engine.services.own_uplink import own_efficiency, own_uplink_snr
from capest.engine.services.settings import Services
from capest.engine.sky import Sky
from capest.engine.uplink import UplinkResult
from capest.engine.users import Users
from capest.engine.world import World

_PARTS = 8
"""Parts of a frame that are told apart: each counts with all the calls of the longest time in it
and with the shortest time."""

_NEXT_TO_WHOLE = 1e-6
"""Calls are whole numbers: a bound that rounding has lowered by less is the number itself."""


@dataclass(frozen=True)
class CellOffers:
    """What the satellites of some trials could carry in which cells if they did not interfere.

    Attributes
    ----------
    offers : Offers
        Cells of trial t count from t · cells, satellites are those of the sky.
    callers : int64 array (trials · cells,)
        Users of each cell whose calls some satellite could carry.
    """

    offers: Offers
    callers: np.ndarray


def calls_bound(
    world: World,
    services: Services,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    candidates: Candidates,
    demand: Demand,
) -> np.ndarray:
    """Most calls that any assignment carries, of users that count, whatever interferes.

    Parameters
    ----------
    world : World
    services : Services
        With calls.
    kernels : Kernels
    sky : Sky
    users : Users
    candidates : Candidates
        Pairs that may serve each other.
    demand : Demand

    Returns
    -------
    int32 array (trials,)
    """
    possible = cell_offers(world, services, kernels, sky, users, candidates, demand)
    offers, cells = possible.offers, len(world.ground.colour)
    beams_per_cell = world.beams.beams_per_cell
    room = np.broadcast_to(_beams_at_once(world, sky), len(sky))
    found = np.empty(sky.trials, dtype=np.int32)
    # One by one: what a trial's bound rounds to depends on no other trial.
    for trial in range(sky.trials):
        some = slice(*np.searchsorted(offers.cell, [trial * cells, (trial + 1) * cells]))
        own = slice(sky.start[trial], sky.start[trial + 1])
        of_trial = Offers(
            offers.cell[some] - trial * cells,
            offers.satellite[some] - sky.start[trial],
            offers.value[some],
            offers.time[some],
        )
        most = None
        if beams_per_cell > 1:
            of_cells = possible.callers[trial * cells : (trial + 1) * cells]
            most = of_cells[of_trial.cell[of_trial.start]].astype(np.float64)
        bound = transport_bound(of_trial, room[own].astype(np.float64), beams_per_cell, most)
        found[trial] = int(np.floor(bound.value + _NEXT_TO_WHOLE))
    return found


def cell_offers(
    world: World,
    services: Services,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    candidates: Candidates,
    demand: Demand,
) -> CellOffers:
    """Work out what every satellite could carry in every cell; arguments as of `calls_bound`."""
    xp, levels = kernels.xp, parts_of_frame(world)
    asks = users.that_count(demand.call)
    cells, satellites, values, times = ([np.empty(0)] for _ in range(4))
    reached = xp.zeros(asks.shape, dtype=bool)
    for lone in lone_links(world, kernels, sky, users, candidates, asks):
        calls, fits = calls_alone(
            world, services, kernels, lone, demand, [longest for _, longest in levels]
        )
        reached[lone.user[fits]] = True
        less = np.zeros(len(lone.pair))
        for of_part, (time, _) in zip(on_host(calls), levels, strict=True):
            value = of_part[lone.beam]
            # A longer time that carries no more is no offer.
            more = np.flatnonzero(value > less)
            pair, less = lone.pair[more], value
            cells.append(candidates.cell[pair])
            satellites.append(candidates.satellite[pair])
            values.append(value[more])
            times.append(np.full(len(pair), time))
    columns = (np.concatenate(each) for each in (cells, satellites, values, times))
    number = users.trial.astype(np.int64) * len(world.ground.colour) + users.cell
    callers = kernels.count_numbers(xp.where(reached, number, -1), candidates.cells)
    return CellOffers(offers_of(*columns), on_host(callers))


def parts_of_frame(world: World) -> list[tuple[float, float]]:
    """Shares of the time for which a cell's beam may be lit, grouped: shortest and longest of each.

    A single one, the whole, where a trial looks at one moment.
    """
    plan = world.beams.frame
    if plan is None or not world.beams.takes_turns:
        return [(1.0, 1.0)]
    ends = np.unique(np.arange(1, _PARTS + 1) * plan.slots // _PARTS)
    ends = ends[ends > 0]
    first = np.append(0, ends[:-1]) + 1
    return [
        (float(a), float(b)) for a, b in zip(first / plan.slots, ends / plan.slots, strict=True)
    ]


def _beams_at_once(world: World, sky: Sky) -> Any:
    """Beams that satellites light at once, int or int array (satellites,)."""
    name = "beams_at_once" if world.beams.takes_turns else "cells_at_once"
    return figures_of(world, name, sky, getattr(world.beams, name))


def calls_without_interference(
    world: World,
    services: Services,
    kernels: Kernels,
    users: Users,
    links: Links,
    up: UplinkResult,
    call_links: CallLinks,
    demand: Demand,
    frame: PlayedFrames | None,
) -> Any:
    """Calls that the same beams would carry if nobody disturbed anybody, of users that count.

    Parameters
    ----------
    world : World
    services : Services
        With calls.
    kernels : Kernels
    users, links, up
        Of the trials.
    call_links : CallLinks
        As they are with interference.
    demand : Demand
    frame : PlayedFrames or None

    Returns
    -------
    int32 array (trials,)
    """
    xp, adaptation = kernels.xp, world.radio.link.adaptation
    if frame is None:
        efficiency = kernels.link_efficiency(links.carrier, adaptation)
    else:
        in_slots = frame.links
        efficiency = kernels.link_efficiency(in_slots.attached.carrier, adaptation)
        efficiency = in_slots.mean_over_slots(efficiency, xp)
    quiet = replace(up, interference=None)
    own_snr = own_uplink_snr(world, services, users, links, quiet, xp)
    up_efficiency, width = own_efficiency(
        world, kernels, users, links, quiet, own_snr, frame, demand, call_links.most_share
    )
    of_calls = replace(
        call_links, efficiency=efficiency, uplink_efficiency=up_efficiency, uplink_width=width
    )
    outcome = admit(services, kernels, of_calls, demand).outcome
    carried = users.that_count(demand.call) & (outcome == CARRIED)
    number = xp.where(carried, users.trial, -1).astype(np.int64)
    return kernels.count_numbers(number, call_links.trials).astype(np.int32)
