"""What a frame serves: every user with the interference of the beams lit beside its own.

In every slot the time of a lit cell is shared equally among its users that want more and can be
reached, those with a rate beside the other beams of the slot. A user that gets the rest of its
demand leaves what remains of its share to the others, so users take turns that become ever shorter
(processor sharing), and no time is lost as long as anybody can use it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.allocation.slots.problem import FrameProblem, SharedFrame, SharingUsers

SLOTS_AND_USERS = 2**20
"""Pairs of a slot and a user of a problem that are worked out at once: bounds the memory."""


@dataclass(frozen=True)
class FrameOutcome:
    """What a frame serves.

    Attributes
    ----------
    served : float array (..., cells)
        Mbit/s, mean over the frame.
    satisfaction : float array (..., cells)
        Served over demanded; NaN where nothing is.
    """

    served: np.ndarray
    satisfaction: np.ndarray

    @property
    def total(self) -> np.ndarray:
        """Traffic served in all cells, float array (...), Mbit/s."""
        return self.served.sum(axis=-1)

    @property
    def least_satisfaction(self) -> np.ndarray:
        """Satisfaction of the cell that is worst off, float array (...); 1 without any demand."""
        return np.where(np.isnan(self.satisfaction), 1.0, self.satisfaction).min(axis=-1)


def serve_slot(rate: np.ndarray, left: np.ndarray, users: SharingUsers) -> np.ndarray:
    """Share the time of every lit cell in one slot, and tell what demand is left after it.

    A user has the time min(what its demand takes, level), with the one level of its cell that uses
    up the slot, if anybody can (water-filling). Exact: users whose demand takes no more than an
    equal share of the time are served, until none of those left is.

    Parameters
    ----------
    rate : float array (..., users)
        While it has the whole time of its beam, Mbit/s; 0 where it is not reached.
    left : float array (..., users)
        Demand not served yet, Mbit/s over the time of one slot.
    users : SharingUsers

    Returns
    -------
    float array (..., users)
        Demand left, as ``left``.
    """
    cells = users.cells
    after = left.copy().reshape(-1)
    wanting = np.flatnonzero((rate > 0.0) & (left > 0.0))
    problem = wanting // left.shape[-1]
    cell = problem * cells + users.cell.reshape(-1)[wanting]
    speed, wanted = rate.reshape(-1)[wanting], after[wanting]
    time = wanted / speed
    free = np.ones(after.size // left.shape[-1] * cells)
    waiting = np.ones(len(wanting), dtype=bool)
    while True:
        level = free / np.maximum(np.bincount(cell[waiting], minlength=len(free)), 1)
        content = waiting & (time <= level[cell])
        if not content.any():
            break
        free -= np.bincount(cell[content], time[content], len(free))
        waiting &= ~content
    # Rounding may leave a little less than no time.
    part = np.maximum(wanted - speed * np.maximum(level[cell], 0.0), 0.0)
    after[wanting] = np.where(waiting, part, 0.0)
    return after.reshape(left.shape)


def evaluate(frame: np.ndarray, problem: FrameProblem) -> FrameOutcome:
    """Serve demand by a frame; what a user wants is there from the first slot on.

    Parameters
    ----------
    frame : bool array (..., slots, cells)
    problem : FrameProblem

    Returns
    -------
    FrameOutcome
    """
    users = problem.users
    left = users.demand * float(problem.slots)
    step = max(1, SLOTS_AND_USERS // users.cell.shape[-1])
    for first in range(0, problem.slots, step):
        rates = problem.links.rates(frame[..., first : first + step, :])
        left = serve_slots(rates, left, users)
    return outcome(problem, left)


def serve(rates: np.ndarray, problem: SharedFrame) -> np.ndarray:
    """Serve demand slot by slot, and tell what is left of it after the frame.

    Parameters
    ----------
    rates : float array (..., slots, users)
        As of `serve_slot`, of all slots.
    problem : SharedFrame

    Returns
    -------
    float array (..., users)
        Mbit/s over the time of one slot.
    """
    return serve_slots(rates, problem.users.demand * float(problem.slots), problem.users)


def serve_slots(rates: np.ndarray, left: np.ndarray, users: SharingUsers) -> np.ndarray:
    """Demand left after some slots, one after the other; as `serve_slot`, rates of each slot."""
    for slot in range(rates.shape[-2]):
        left = serve_slot(rates[..., slot, :], left, users)
    return left


def served_mbps(problem: SharedFrame, left: np.ndarray) -> np.ndarray:
    """What every user was served, mean over the frame, float array (..., users).

    Exactly nothing where all demand is left: that is not a matter of rounding.
    """
    demand = problem.users.demand
    return np.where(left == demand * float(problem.slots), 0.0, demand - left / problem.slots)


def outcome(problem: SharedFrame, left: np.ndarray) -> FrameOutcome:
    """What was served when so much demand is left, in Mbit/s over the time of one slot."""
    users, demand = problem.users, problem.demand
    served = users.by_cell(served_mbps(problem, left))
    with np.errstate(invalid="ignore", divide="ignore"):
        satisfaction = np.where(demand > 0, served / demand, np.nan)
    return FrameOutcome(served, satisfaction)
