"""Search over which satellite lights which cell, and what it leaves out of a trial."""

from __future__ import annotations

import numpy as np

from capest.backend.cell_pairs import BYTES_PER_LINK
from capest.backend.cell_search import SearchPlan, SearchProblem, SearchResult
from capest.backend.host_library import host_library
from capest.backend.native.cell_search import search_cells as native_search
from capest.backend.numpy_cell_search import search_cells as numpy_search
from capest.backend.protocol import Kernels
from capest.engine.power import is_limited
from capest.engine.world import World
from capest.orbits.visibility import largest_earth_angle_rad

_BYTES_PER_USER_AND_CHANNEL = 20
"""Carrier, interference and need in the uplink."""


def search_cells(
    kernels: Kernels,
    problem: SearchProblem,
    start: np.ndarray,
    moves: int,
    *,
    may_change_channel: bool = True,
) -> SearchResult:
    """Improve an assignment by moves that raise the sum of what all cells are worth.

    Cells are visited by falling number of users, so that where most is to be gained is decided
    first, and of equal ones the lower number comes first. Each visit makes the best move of its
    cell: the first improvement would need as many evaluations of the users near it, and gain less.

    Parameters
    ----------
    kernels : Kernels
        Compiled code does it unless the backend is ``numpy``, whose moves are the same.
    problem : SearchProblem
    start : int32 array (cells, channels)
        That lights each cell on each channel, -1 for none.
    moves : int
        Moves tried at most: candidates whose value for the cell's own users is worked out.
    may_change_channel : bool
        Cells may have another channel than their colour.

    Returns
    -------
    SearchResult
        Worth at least as much as the start.
    """
    users = problem.links.pairs.users
    occupied = np.flatnonzero(users > 0)
    order = occupied[np.argsort(-users[occupied], kind="stable")]
    plan = SearchPlan(order=order, moves=moves, may_change_channel=may_change_channel)
    compiled = host_library(kernels)
    if compiled is None:
        return numpy_search(problem, start, plan)
    return native_search(compiled, problem, start, plan)


def bytes_of_search(world: World) -> int:
    """Estimate of the memory that the search of a trial takes: above all, links of users.

    Satellites are taken to be spread evenly over the sphere; a link to those that nobody in the
    region may be served by is not kept.
    """
    altitude_m = world.space.positions_m(0.0)
    radius_m = np.linalg.norm(altitude_m[np.isfinite(altitude_m).all(axis=1)], axis=1)
    heard, may = (
        largest_earth_angle_rad(radius_m, lowest_deg)
        for lowest_deg in (world.beams.lowest_heard_deg, world.beams.lowest_deg)
    )
    reach = np.minimum(heard, world.ground.reach_rad + may)
    seen = float((0.5 * (1.0 - np.cos(np.minimum(reach, np.pi)))).sum())
    users = world.ground.drawn_users
    # Orbits crowd at their highest latitudes, about twice as many as on average.
    links = 2.0 * seen * users * BYTES_PER_LINK
    return int(links + _BYTES_PER_USER_AND_CHANNEL * world.radio.colours * users)


def left_out(world: World) -> tuple[str, ...]:
    """What a search does not see of a trial, one sentence each: the full evaluation does."""
    radio, found = world.radio, []
    if radio.branches == 2:
        found.append("The search hears all interference as a phone with one branch does.")
    if is_limited(world, "rf_power_w"):
        found.append("The search holds what each satellite's power limit leaves as at the start.")
    if radio.limits.out_of_band_pfd_dbw_per_m2_mhz is not None:
        found.append(
            "The search holds what the limit in neighbouring bands leaves as at the start."
        )
    if radio.place_loss is not None or radio.uplink_place_loss is not None:
        found.append("The search takes each user's weather from its satellite at the start.")
    if radio.link.processes is not None:
        found.append("The search does not bound a user's share of the time by HARQ processes.")
    if radio.link.adaptation.mode != 0:
        found.append("The search reads efficiency in steps of 0.25 dB.")
    if world.beams.frame is not None or world.beams.takes_turns:
        found.append("The search lights all beams of a satellite all the time.")
    if world.beams.lowest_heard_deg > world.beams.lowest_deg:
        found.append("The search takes satellites below `cull_elevation_deg` to serve nobody.")
    return (*found, *_left_out_of_services(world))


def _left_out_of_services(world: World) -> list[str]:
    services, found = world.services, []
    if services is None or not services.has_calls:
        if world.radio.link.policy != 0:
            found.append("The search shares the time of a beam equally among its users.")
        return found
    if services.has_rest:
        found.append("The search counts calls, not what they leave to users without a rate.")
    if services.is_adaptive:
        found.append("The search carries calls at their least rate.")
    if services.uplink is not None and services.uplink.budget.p0_dbw is not None:
        found.append("The search takes phones to send with full power.")
    if services.uplink is not None and services.uplink.interference != "off":
        found.append("The search holds interference of the uplink as at the start.")
    return found
