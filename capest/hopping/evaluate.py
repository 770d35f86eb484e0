"""What a frame serves: every user with the interference of the beams lit beside its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.hopping.problem import Problem


@dataclass(frozen=True)
class Users:
    """Users and the cells that serve them; leading axes as of `Problem`.

    Attributes
    ----------
    cell : int array (..., users)
    gain : float array (..., users, cells)
        Power received from every cell's lit beam over the noise; 0 from beams on other
        frequencies.
    """

    cell: np.ndarray
    gain: np.ndarray

    @property
    def own(self) -> np.ndarray:
        """Power received from their own cell's beam over the noise, float array (..., users)."""
        return np.take_along_axis(self.gain, self.cell[..., None], axis=-1)[..., 0]

    def membership(self) -> np.ndarray:
        """Whether a user is in a cell, bool array (..., cells, users)."""
        return self.cell[..., None, :] == np.arange(self.gain.shape[-1])[:, None]


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


def problem_of(
    users: Users,
    demand_per_user: float,
    rate_of: Callable[[np.ndarray], np.ndarray],
    beams: int,
    slots: int,
) -> Problem:
    """Sum users up to what a plan is made for.

    Parameters
    ----------
    users : Users
    demand_per_user : float
        Mbit/s.
    rate_of : callable
        Rate of a cell in Mbit/s by the SINR of the user it serves.
    beams, slots : int

    Returns
    -------
    Problem
        Gains are means over the users of a cell, rates those of users that share it equally.
    """
    member = users.membership()
    count = member.sum(axis=-1)
    mean = member / np.maximum(count, 1)[..., None]
    rate = (mean @ rate_of(users.own)[..., None])[..., 0]
    return Problem(count * demand_per_user, rate, mean @ users.gain, rate_of, beams, slots)


def cell_rates(
    lit: np.ndarray, users: Users, rate_of: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Rate of every cell in every slot; its users share the slot's time equally.

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


def evaluate(frame: np.ndarray, problem: Problem, users: Users) -> Outcome:
    """Serve demand by a frame; what a cell wants is there from its first slot on.

    Parameters
    ----------
    frame : bool array (..., slots, cells)
    problem : Problem
    users : Users

    Returns
    -------
    Outcome
    """
    capacity = cell_rates(frame, users, problem.rate_of).mean(axis=-2)
    served = np.minimum(problem.demand, capacity)
    with np.errstate(invalid="ignore", divide="ignore"):
        satisfaction = np.where(problem.demand > 0, served / problem.demand, np.nan)
    return Outcome(served, satisfaction)
