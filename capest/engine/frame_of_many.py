"""A frame under many satellites: each lights the cells it holds in turn, as it plans for itself."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.bounds.fluid import most_traffic
from capest.allocation.slots.frames import longest_gaps
from capest.allocation.slots.problem import ServedFrame, ServedUsers
from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.played_frames import PlayedFrames, rate_by_sinr, served_in_slots, wanted_mbps
from capest.engine.power import LoweredPower
from capest.engine.satellite_turns import UsersOfBeams, light_in_turn, room_of
from capest.engine.sky import Sky
from capest.engine.slots_of_many import SlotLinksOfMany, slot_links_of_many
from capest.engine.users import Users
from capest.engine.world import FramePlan, World
from capest.sampling.draws import Draws


def play_frame_of_many(
    world: World,
    kernels: Kernels,
    draws: Draws,
    sky: Sky,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    links: Links,
    plan: FramePlan,
    most_share: np.ndarray | None = None,
) -> PlayedFrames:
    """Plan the frames of some trials and serve their users.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    sky, users, beams, power, links
        Of a moment in which all beams are lit.
    plan : FramePlan
    most_share : float64 array (trials, users), optional
        See `PlayedFrames`.
    """
    xp = kernels.xp
    wanted = wanted_mbps(world, plan, draws, users.per_trial, xp)
    of_slots = slot_links_of_many(world, kernels, sky, users, beams, power)
    own, carrier = of_slots.own, on_host(links.carrier).astype(np.float64)

    def of_beams() -> UsersOfBeams:
        directions = _directions(world, sky, beams, own.ravel(), on_host(users.position_m))
        rate_of = rate_by_sinr(world.radio.link)
        return UsersOfBeams(own.ravel(), wanted.ravel(), carrier, directions, rate_of)

    lit = light_in_turn(world, draws, sky, beams, plan.slots, of_beams)
    found = of_slots.in_slots(lit)
    dense = _by_trial(beams, lit)
    share = dense.mean(axis=1)
    gap_ms = np.where(share > 0.0, longest_gaps(dense) * plan.slot_ms, np.inf)
    # Who has no beam stands in a cell behind the others, and gets nothing.
    cell = np.where(own >= 0, own - beams.start[:-1, None], beams.most)
    problem = ServedFrame(ServedUsers(cell, wanted, beams.most + 1), plan.slots)
    return PlayedFrames(
        lit=xp.asarray(dense.reshape(dense.shape[0] * plan.slots, beams.most).astype(np.uint8)),
        share=xp.asarray(share),
        gap_ms=xp.asarray(gap_ms),
        links=found,
        efficiency=found.mean_over_slots(found.efficiency, xp),
        problem=problem,
        of_slots=of_slots,
        left=served_in_slots(of_slots, found, problem, most_share),
        bound_mbps=_bound(world, plan, sky, users, beams, of_slots, wanted, carrier),
        most_share=most_share,
    )


def _by_trial(beams: Beams, lit: np.ndarray) -> np.ndarray:
    """What is lit, by trial and place in it, bool array (trials, slots, beams of a trial)."""
    count = np.diff(beams.start)
    trial = np.repeat(np.arange(len(count)), count)
    found = np.zeros((len(count), len(lit), beams.most), dtype=bool)
    found[trial, :, np.arange(len(beams)) - beams.start[trial]] = lit.T
    return found


def _directions(
    world: World, sky: Sky, beams: Beams, own: np.ndarray, position_m: np.ndarray
) -> np.ndarray:
    """Reduced directions of users from their own satellites, float32 array (3, users)."""
    steering = world.radio.steering
    ka: Any = steering.reduced_aperture
    found = np.zeros(position_m.shape, dtype=np.float32)
    there = np.flatnonzero(own >= 0)
    satellite = beams.satellite[own[there]]
    offset_m = position_m[:, there] - sky.position_m[satellite].T
    range_m = np.sqrt((offset_m * offset_m).sum(axis=0))
    cosines = (sky.axes[:, :, satellite] * offset_m).sum(axis=1) / range_m
    if world.payloads is not None:
        ka = world.payloads.aperture(sky)[satellite]
    ka = np.broadcast_to(ka, len(there))
    found[:, there] = cosines * np.stack([ka, ka, ka * steering.axial_weight])
    return found


def _bound(
    world: World,
    plan: FramePlan,
    sky: Sky,
    users: Users,
    beams: Beams,
    of_slots: SlotLinksOfMany,
    wanted: np.ndarray,
    carrier: np.ndarray,
) -> np.ndarray | None:
    """Most traffic of users that count, float64 array (trials,): no satellite disturbs another."""
    if plan.bound == "none":
        return None
    own = of_slots.own
    rate: Any = rate_by_sinr(world.radio.link)(carrier).reshape(own.shape)
    rate = np.where(own >= 0, rate, 0.0)
    if users.counted is not None:
        wanted = wanted * on_host(users.counted).reshape(own.shape)
    # Behind the last beam stands one for those who have none.
    room = np.append(room_of(world, sky, beams), 0)[own].astype(np.float64)
    satellite = np.append(beams.satellite, -1)[own]
    return most_traffic(rate, wanted, own, satellite, room)
