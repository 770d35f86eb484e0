"""Frames of slots that were played: which beams were lit when, and what users were served."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from capest.allocation.slots.evaluate import FrameOutcome, outcome, serve_slots, served_mbps
from capest.allocation.slots.problem import ServedFrame, SharedFrame
from capest.backend.numpy_throughput import link_efficiency
from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams
from capest.engine.links import Links
from capest.engine.radio import Link
from capest.engine.services.demand import draw_demand
from capest.engine.slots import InSlots
from capest.engine.world import FramePlan, World
from capest.sampling.draws import Draws


class LinksOfSlots(Protocol):
    """Links of users in slots; see ``slots.SlotLinks`` and ``slots_of_many.SlotLinksOfMany``."""

    @property
    def kernels(self) -> Kernels:
        """Backend."""

    def rates_of(self, efficiency: Any) -> np.ndarray:
        """Rates on the host from efficiencies, Mbit/s, float64 array of the same shape."""


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
    problem : SharedFrame
        Who shares the beams, and what they want; on the host. Its cells are those of one
        satellite's layout, in its order; or under many the beams of a trial, and behind them one
        for users without a beam.
    of_slots : LinksOfSlots
    left : float64 array (trials, users)
        Demand that is left, Mbit/s over the time of one slot; on the host.
    bound_mbps : float64 array (trials,) or None
        What no plan can exceed, of all cells.
    most_share : float64 array (trials, users) or None
        Of the time in which a user can be served; on the host. ``None``: all of it.
    """

    lit: Any
    share: Any
    gap_ms: Any
    links: InSlots
    efficiency: Any
    problem: SharedFrame
    of_slots: LinksOfSlots
    left: np.ndarray
    bound_mbps: np.ndarray | None
    most_share: np.ndarray | None = None

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

    def own(self, of_beams: Any, user_trial: Any, serving: Any, xp: Any) -> Any:
        """What each user's beam has, of values (trials, beams); anything where there is no beam."""
        if not of_beams.shape[1]:
            return xp.zeros(serving.shape, dtype=of_beams.dtype)
        return of_beams[user_trial, serving]

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


def wanted_mbps(world: World, plan: FramePlan, draws: Draws, users: int, xp: Any) -> np.ndarray:
    """What every user wants, float64 array (trials, users), on the host.

    A call wants its rate, the higher of two, on average over its pauses, and who has no guaranteed
    rate what the plan says; idle users want nothing. Without services every user wants what the
    plan says.
    """
    shape = (draws.trials, users)
    if world.services is None:
        return np.full(shape, plan.demand_mbps)
    demand = draw_demand(world.services, draws, users, xp)
    wanted = demand.wanted_mbps
    of_calls = demand.call * (demand.down_mbps if wanted is None else wanted[0])
    if demand.talk_share is not None:
        of_calls = of_calls * demand.talk_share
    of_all = of_calls + demand.best_effort * plan.demand_mbps
    return on_host(of_all).astype(np.float64).reshape(shape)


def rate_by_sinr(link: Link) -> Callable[[np.ndarray], np.ndarray]:
    """Rate in Mbit/s of a user that has a beam's whole time, by its SINR, on the host."""

    def rate_of(sinr: np.ndarray) -> np.ndarray:
        efficiency = link_efficiency(sinr.astype(np.float32), link.adaptation)
        return efficiency.astype(np.float64) * link.bandwidth_mhz

    return rate_of


def served_in_slots(
    of_slots: LinksOfSlots,
    found: InSlots,
    problem: SharedFrame,
    most_share: np.ndarray | None,
    time: np.ndarray | None = None,
) -> np.ndarray:
    """Serve demand slot by slot, and tell what is left of it after the frame.

    Parameters
    ----------
    of_slots : LinksOfSlots
    found : InSlots
    problem : SharedFrame
    most_share : float64 array (trials, users) or None
        See `PlayedFrames`: what a user wants beyond it in its lit slots is left.
    time : float array (trials, cells), optional
        Share of its lit time that every cell has for these users.

    Returns
    -------
    float64 array (trials, users)
        Mbit/s over the time of one slot.
    """
    xp, users = of_slots.kernels.xp, problem.users
    wanted = left = users.demand * float(problem.slots)
    if most_share is not None:
        over_frame = on_host(found.sum_over_slots(found.efficiency, xp)).reshape(wanted.shape)
        left = np.minimum(wanted, of_slots.rates_of(over_frame) * most_share)
    beyond = wanted - left
    share = None if time is None else np.take_along_axis(time, users.cell, axis=1)[:, None, :]
    for efficiency in found.in_turn(found.efficiency, xp):
        rates = of_slots.rates_of(efficiency)
        left = serve_slots(rates if share is None else rates * share, left, users)
    return left if most_share is None else left + beyond


def rest_mbps(
    frame: PlayedFrames,
    wants: np.ndarray,
    time: np.ndarray,
    counted: np.ndarray | None = None,
) -> np.ndarray:
    """What cells serve to some of their users in a part of their time, float64 (trials, cells).

    Parameters
    ----------
    frame : PlayedFrames
    wants : float array (trials, users)
        Mbit/s, mean over the frame.
    time : float array (trials, cells)
        Share of its lit time that every cell has for them.
    counted : bool array (trials, users), optional
        Whose traffic is meant, of all who share it.
    """
    users = replace(frame.problem.users, demand=wants)
    of_some = ServedFrame(users, frame.problem.slots)
    left = served_in_slots(frame.of_slots, frame.links, of_some, frame.most_share, time)
    served = served_mbps(of_some, left)
    return users.by_cell(served if counted is None else served * counted)
