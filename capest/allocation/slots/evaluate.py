"""What a frame serves: every user with the interference of the beams lit beside its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.allocation.slots.problem import Problem, Users

SLOTS_AND_USERS = 2**20
"""Pairs of a slot and a user of a problem that are worked out at once: bounds the memory."""


@dataclass(frozen=True)
class Outcome:
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


def cell_rates(
    lit: np.ndarray, users: Users, rate_of: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Rate of every cell in every slot; its users share the slot's time equally.

    The share of a user that cannot be reached is lost. So interference never raises a cell's rate,
    as it would if those it silences made room for others, and bounds hold.

    Parameters
    ----------
    lit : bool array (..., slots, cells)
    users : Users
    rate_of : callable

    Returns
    -------
    float array (..., slots, cells)
        Mbit/s; 0 where dark or without users.
    """
    own = users.own[..., None]
    received = users.gain @ np.swapaxes(lit, -1, -2).astype(np.float64)  # (..., users, slots)
    # Read only where the own beam is lit; never less than nothing, whatever rounding does.
    interference = np.maximum(received - own, 0.0)
    rate = rate_of(own / (1.0 + interference))
    member = users.membership()
    mean = member / np.maximum(member.sum(axis=-1), 1)[..., None]
    return np.swapaxes(mean @ rate, -1, -2) * lit


def evaluate(frame: np.ndarray, problem: Problem) -> Outcome:
    """Serve demand by a frame; what a cell wants is there from its first slot on.

    Parameters
    ----------
    frame : bool array (..., slots, cells)
    problem : Problem

    Returns
    -------
    Outcome
    """
    total = np.zeros(problem.demand.shape)
    step = max(1, SLOTS_AND_USERS // problem.users.cell.shape[-1])
    for first in range(0, problem.slots, step):
        part = frame[..., first : first + step, :]
        total += cell_rates(part, problem.users, problem.rate_of).sum(axis=-2)
    served = np.minimum(problem.demand, total / problem.slots)
    with np.errstate(invalid="ignore", divide="ignore"):
        satisfaction = np.where(problem.demand > 0, served / problem.demand, np.nan)
    return Outcome(served, satisfaction)
