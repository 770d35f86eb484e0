"""What a plan of beam hopping is made for: demand, rates and who disturbs whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np


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
class Problem:
    """A satellite that can light some beams at a time, for the slots of one frame.

    All arrays may have leading axes (trials, say), for problems that are solved side by side.

    Attributes
    ----------
    demand : float array (..., cells)
        What the users of a cell want, mean over the frame, Mbit/s.
    rate : float array (..., cells)
        What a cell gets in a slot in which it alone is lit, Mbit/s.
    gain : float array (..., cells, cells)
        Power that a cell's users receive from every cell's lit beam, over the noise: first the cell
        that hears, then the cell that is lit; its own on the diagonal.
    rate_of : callable
        Rate in Mbit/s by SINR, array to array; never falls as the SINR rises.
    beams : int
        Beams lit at a time, exactly; at most the cells.
    slots : int
        Slots of the frame.
    users : Users
        Who is in the cells, for strategies that see what a slot has really served.
    """

    demand: np.ndarray
    rate: np.ndarray
    gain: np.ndarray
    rate_of: Callable[[np.ndarray], np.ndarray]
    beams: int
    slots: int
    users: Users

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.demand.shape[-1])

    def one(self, index: int) -> Problem:
        """One of the problems along the first axis."""
        users = Users(self.users.cell[index], self.users.gain[index])
        return replace(
            self,
            demand=self.demand[index],
            rate=self.rate[index],
            gain=self.gain[index],
            users=users,
        )

    @property
    def need(self) -> np.ndarray:
        """Share of the slots that serves a cell's demand undisturbed, (..., cells).

        Infinite where there is demand but no rate.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.demand > 0, self.demand / self.rate, 0.0)


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
    gain = mean @ users.gain
    return Problem(count * demand_per_user, rate, gain, rate_of, beams, slots, users)
