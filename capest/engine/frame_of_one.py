"""A frame of one satellite: which beams of its layout are lit when, and what its users are served.

A frame is planned trial by trial, on the host: plans compare and sort cells. All that is per user
and slot comes from the kernels of a moment (`engine.slots`).
"""

from __future__ import annotations

import numpy as np

from capest.allocation.bounds.fluid import fluid
from capest.allocation.bounds.with_interference import with_interference
from capest.allocation.slots import STRATEGIES
from capest.allocation.slots import problem as slots
from capest.allocation.slots.frames import longest_gaps
from capest.backend.protocol import Kernels, on_host
from capest.engine.links import Links
from capest.engine.played_frames import PlayedFrames, rate_by_sinr, served_in_slots, wanted_mbps
from capest.engine.slots import SlotLinks, slot_links
from capest.engine.users import Users
from capest.engine.world import FramePlan, World
from capest.sampling.draws import Draws


def play_frame_of_one(
    world: World,
    kernels: Kernels,
    draws: Draws,
    users: Users,
    links: Links,
    plan: FramePlan,
    lit: np.ndarray | None = None,
    most_share: np.ndarray | None = None,
) -> PlayedFrames:
    """Plan the frames of some trials of one satellite and serve its users.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    users : Users
    links : Links
        In a moment in which all beams are lit.
    plan : FramePlan
    lit : bool array (trials, slots, cells), optional
        From `plan_frame`, if it was asked before.
    most_share : float64 array (trials, users), optional
        See `PlayedFrames`.
    """
    layout = world.beams.fixed_layout
    xp, problem = kernels.xp, problem_of(world, kernels, draws, users, links)
    of_slots = problem.links
    assert isinstance(of_slots, SlotLinks)
    if lit is None:
        lit = plan_frame(world, draws, problem)
    found = of_slots.in_slots(lit)
    share = lit.mean(axis=1)[:, layout.order]
    gap_ms = longest_gaps(lit)[:, layout.order] * plan.slot_ms
    return PlayedFrames(
        lit=found.attached.lit,
        share=xp.asarray(share),
        gap_ms=xp.asarray(np.where(share > 0.0, gap_ms, np.inf)),
        links=found,
        efficiency=found.mean_over_slots(found.efficiency, xp),
        problem=problem,
        of_slots=of_slots,
        left=served_in_slots(of_slots, found, problem, most_share),
        bound_mbps=_bound(plan, problem),
        most_share=most_share,
    )


def problem_of(
    world: World, kernels: Kernels, draws: Draws, users: Users, links: Links
) -> slots.FrameProblem:
    """Put together what plans of some trials are made for; arguments as of `play_frame_of_one`."""
    plan = world.beams.frame
    if plan is None:
        raise ValueError("a moment has no plan")
    of_slots = slot_links(world, kernels, users, links)
    demand = wanted_mbps(world, plan, draws, users.per_trial, kernels.xp)
    rate_of = rate_by_sinr(world.radio.link)
    wanting = slots.FrameUsers(of_slots.cell, demand, of_slots.powers())
    lattice, beams = of_slots.layout.grid.lattice, world.beams.beams_at_once
    return slots.FrameProblem(lattice, beams, plan.slots, wanting, rate_of, of_slots)


def plan_frame(world: World, draws: Draws, problem: slots.FrameProblem) -> np.ndarray:
    """Light cells by the allocation of the world, bool array (trials, slots, cells)."""
    lit = STRATEGIES.find(world.beams.allocation)(problem, draws)
    if lit is None:
        return np.ones((draws.trials, problem.slots, problem.cells), dtype=bool)
    return on_host(lit)


def _bound(plan: FramePlan, problem: slots.FrameProblem) -> np.ndarray | None:
    if plan.bound == "none":
        return None
    if plan.bound == "fluid":
        return fluid(problem)
    trials = range(len(problem.demand))
    return np.array([with_interference(problem.one(trial)) for trial in trials])
