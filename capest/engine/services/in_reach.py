"""Whose own link would carry the call in an empty network, whatever room there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from capest.allocation.cells import PREFERENCES
from capest.allocation.cells.candidates import Candidates
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams, attach_to_highest, satellite_fixed
from capest.engine.downlink import downlink
from capest.engine.lone_links import lone_links
from capest.engine.power import LoweredPower, is_limited, limit_flux
from capest.engine.services.admission import CARRIED, Needs, needs_of
from capest.engine.services.calls_alone import links_alone
from capest.engine.services.demand import Demand
from capest.engine.services.settings import Services
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World


def callers_in_reach(
    world: World,
    services: Services,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    candidates: Candidates,
    demand: Demand,
    carried: Any,
) -> Any:
    """Find the callers whom a beam of their own would carry if nobody else was there.

    Their beam is lit all the time with its whole EIRP, as far as the limit of the power-flux
    density lets it, and nobody disturbs them: the downlink and the uplink carry the least rate of
    the service within its delay budget. Of beams that are aimed at cells, a cell has the satellite
    that the assignment gives it if nobody asks elsewhere, see `preferred_pairs`; of beams that are
    fixed to satellites, a user has the one that the layout gives it. Draws are those of the trial.

    Parameters
    ----------
    world : World
    services : Services
        With calls.
    kernels : Kernels
    sky : Sky
    users : Users
    candidates : Candidates
        Pairs that may serve each other, where beams are aimed at cells.
    demand : Demand
    carried : bool array (users,)
        Whose calls are carried: they are in reach, and not looked at again.

    Returns
    -------
    bool array (users,)
        False for who asks for no call.
    """
    if world.beams.attachment == "cell":
        return _by_own_satellite(
            world, services, kernels, sky, users, candidates, demand, demand.call & carried
        )
    links = _of_layout(world, kernels, sky, users)
    beams = len(world.beams.fixed_layout.colour) * max(int(np.diff(sky.start).max(initial=0)), 1)
    of_calls = links_alone(world, services, kernels, sky, users, links, demand, beams)
    alone = _has_room(needs_of(services, of_calls, demand, kernels.xp))
    return demand.call & (carried | alone)


def _has_room(needs: Needs) -> Any:
    """Whether an empty beam carries each call, bool array (n,)."""
    fits = needs.outcome == CARRIED
    return fits & (needs.up <= needs.capacity_up) if needs.capacity_up else fits


def _by_own_satellite(
    world: World,
    services: Services,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    candidates: Candidates,
    demand: Demand,
    carried: Any,
) -> Any:
    """Callers whom the satellite carries that their cell prefers; ``carried`` are known to be."""
    reached = carried.copy()
    own = candidates.only(preferred_pairs(world, candidates))
    for lone in lone_links(world, kernels, sky, users, own, demand.call & ~carried):
        of_links = demand.of(lone.user)
        of_calls = links_alone(
            *(world, services, kernels, lone.sky, lone.users, lone.links),
            *(of_links, lone.beams.most),
        )
        fits = _has_room(needs_of(services, of_calls, of_links, kernels.xp))
        reached[lone.user[fits]] = True
    return reached


def preferred_pairs(world: World, candidates: Candidates) -> np.ndarray:
    """Pairs of each cell and the satellite that it has if nobody asks elsewhere, int64 array.

    It is the one that the preference of the assignment ranks first where satellites have room and
    no neighbours count: the strongest where the assignment has no such part.
    """
    alone = replace(candidates, around=None)
    weight = candidates.snr
    if world.beams.preference:
        asks = np.ones(candidates.cells, dtype=np.int64)
        weight = PREFERENCES.find(world.beams.preference)(alone, asks, np)
    order = np.lexsort((candidates.satellite, -weight, candidates.cell))
    first = np.diff(candidates.cell[order], prepend=-1) != 0
    found: np.ndarray = np.sort(order[first])
    return found


def _of_layout(world: World, kernels: Kernels, sky: Sky, users: Users) -> Any:
    """Links of users to the beams that a layout gives them, all lit."""
    layout, xp = world.beams.fixed_layout, kernels.xp
    beams: Beams = satellite_fixed(world, layout, sky)
    of_user = None
    if world.beams.attachment == "highest":
        of_user = attach_to_highest(world, layout, sky, users, xp)
    beams = replace(beams, of_user=of_user, are_fixed=True)
    taken_db = {}
    if is_limited(world, "pfd_dbw_per_m2_mhz"):
        taken_db["pfd_reduction_db"] = limit_flux(world, sky, beams)
    power = LoweredPower(np.ones(len(sky), dtype=np.float32), taken_db)
    return downlink(world, kernels, sky, users, beams, power)
