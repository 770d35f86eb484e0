"""A frame of slots: which beams of one satellite are lit when, and what its users are served.

A frame is planned trial by trial, on the host: plans compare and sort cells. All that is per user
and slot comes from the kernels of a moment (`engine.slots`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.allocation.bounds.fluid import fluid
from capest.allocation.bounds.with_interference import with_interference
from capest.allocation.slots import STRATEGIES
from capest.allocation.slots import problem as slots
from capest.allocation.slots.evaluate import FrameOutcome, outcome, serve, served_mbps
from capest.allocation.slots.frames import longest_gaps
from capest.backend.numpy_throughput import link_efficiency
from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.services.demand import draw_demand
from capest.engine.slots import InSlots, SlotLinks, slot_links
from capest.engine.users import Users
from capest.engine.world import FramePlan, World
from capest.sampling.draws import Draws


@dataclass(frozen=True)
class PlayedFrames:
    """The frames of some trials, planned and played.

    Attributes
    ----------
    lit : uint8 array (trials · slots, beams)
        Of the backend, beams in the kernels' order.
    share : float64 array (trials, beams)
        Share of the slots in which a beam is lit; of the backend.
    gap_ms : float64 array (trials, beams)
        Longest time for which a beam is dark, frame after frame; infinite for one that never is
        lit. Of the backend.
    links : InSlots
    efficiency : float32 array (users,)
        Of the downlink, mean over the frame: zero while a user's beam is dark.
    problem : Problem
        On the host.
    left : float64 array (trials, users)
        Demand that is left, Mbit/s over the time of one slot; on the host.
    bound_mbps : float64 array (trials,) or None
        What no plan can exceed, of all cells.
    """

    lit: Any
    share: Any
    gap_ms: Any
    links: InSlots
    efficiency: Any
    problem: slots.FrameProblem
    left: np.ndarray
    bound_mbps: np.ndarray | None

    def lighting(self, beams: Beams) -> Beams:
        """Beams as the frames light them."""
        return replace(beams, lit=self.lit, slots=self.problem.slots, lit_share=self.share)

    def lit_together(self, xp: Any) -> Any:
        """Share of each beam's lit slots in which another one is lit too; 0 of one always dark.

        Returns
        -------
        float64 array (trials, beams, beams)
            Of the first beam, with the second.
        """
        trials, beams = self.share.shape
        lit = self.lit.reshape(trials, -1, beams).astype(xp.float64)
        both = lit.transpose(0, 2, 1) @ lit
        return both / xp.maximum(lit.sum(axis=1), 1.0)[:, :, None]

    @property
    def outcome(self) -> FrameOutcome:
        """What cells are served, on the host."""
        return outcome(self.problem, self.left)

    @property
    def served_mbps(self) -> np.ndarray:
        """What every user is served, mean over the frame, float64 array (trials, users)."""
        return served_mbps(self.problem, self.left)

    def links_of(self, links: Links) -> Links:
        """Links of all pairs of a user and a slot, from those of users."""
        pairs = self.links.attached
        return replace(
            links.of(self.links.user), carrier=pairs.carrier, interference=pairs.interference
        )

    def efficiency_with(self, kernels: Kernels, factor: Any) -> Any:
        """Mean efficiencies over the frame if carriers were other ones, float32 array (users,).

        Parameters
        ----------
        kernels : Kernels
        factor : float array (users,)
            By which the carrier of each user is multiplied, in all slots.
        """
        xp, pairs = kernels.xp, self.links.attached
        carrier = (pairs.carrier * factor[self.links.user]).astype(xp.float32)
        sinr = carrier / (pairs.interference + np.float32(1.0))
        efficiency = kernels.link_efficiency(sinr, pairs.adaptation)
        return self.links.mean_over_slots(efficiency, xp)


def play_frame(
    world: World,
    kernels: Kernels,
    draws: Draws,
    users: Users,
    links: Links,
    lit: np.ndarray | None = None,
) -> PlayedFrames | None:
    """Plan the frames of some trials and serve their users.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    users : Users
    links : Links
        In a moment in which all beams are lit.
    lit : bool array (trials, slots, cells), optional
        From `plan_frame`, if it was asked before.

    Returns
    -------
    PlayedFrames or None
        ``None`` where trials look at one moment.
    """
    plan = world.beams.frame
    if plan is None:
        return None
    layout = world.beams.fixed_layout
    xp, problem = kernels.xp, problem_of(world, kernels, draws, users, links)
    of_slots = problem.links
    assert isinstance(of_slots, SlotLinks)
    if lit is None:
        lit = plan_frame(world, draws, problem)
    found = of_slots.in_slots(lit)
    dense = found.dense(found.efficiency, xp)
    share = lit.mean(axis=1)[:, layout.order]
    gap_ms = longest_gaps(lit)[:, layout.order] * plan.slot_ms
    return PlayedFrames(
        lit=found.attached.lit,
        share=xp.asarray(share),
        gap_ms=xp.asarray(np.where(share > 0.0, gap_ms, np.inf)),
        links=found,
        efficiency=found.mean_over_slots(found.efficiency, xp),
        problem=problem,
        left=serve(of_slots.rates_of(dense), problem),
        bound_mbps=_bound(plan, problem),
    )


def wanted_mbps(world: World, plan: FramePlan, draws: Draws, users: int, xp: Any) -> np.ndarray:
    """What every user wants, float64 array (trials, users), on the host.

    A call wants its rate and who has no guaranteed rate what the plan says; idle users want
    nothing. Without services every user wants what the plan says.
    """
    shape = (draws.trials, users)
    if world.services is None:
        return np.full(shape, plan.demand_mbps)
    demand = draw_demand(world.services, draws, users, xp)
    wanted = demand.call * demand.down_mbps + demand.best_effort * plan.demand_mbps
    return on_host(wanted).astype(np.float64).reshape(shape)


def problem_of(
    world: World, kernels: Kernels, draws: Draws, users: Users, links: Links
) -> slots.FrameProblem:
    """Put together what plans of some trials are made for; arguments as of `play_frame`."""
    plan, link = world.beams.frame, world.radio.link
    if plan is None:
        raise ValueError("a moment has no plan")
    of_slots = slot_links(world, kernels, users, links)
    demand = wanted_mbps(world, plan, draws, users.per_trial, kernels.xp)

    def rate_of(sinr: np.ndarray) -> np.ndarray:
        efficiency = link_efficiency(sinr.astype(np.float32), link.adaptation)
        return efficiency.astype(np.float64) * link.bandwidth_mhz

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


def rest_mbps(frame: PlayedFrames, wants: np.ndarray, time: np.ndarray) -> np.ndarray:
    """What cells serve to some of their users in a part of their time, float64 (trials, cells).

    Parameters
    ----------
    frame : PlayedFrames
    wants : float array (trials, users)
        Mbit/s, mean over the frame.
    time : float array (trials, cells)
        Share of its lit time that every cell has for them.
    """
    problem, of_slots = frame.problem, frame.problem.links
    assert isinstance(of_slots, SlotLinks)
    users = replace(problem.users, demand=wants)
    xp = of_slots.kernels.xp
    rates = of_slots.rates_of(frame.links.dense(frame.links.efficiency, xp))
    rates *= np.take_along_axis(time, users.cell, axis=1)[:, None, :]
    of_some = replace(problem, users=users)
    return outcome(of_some, serve(rates, of_some)).served
