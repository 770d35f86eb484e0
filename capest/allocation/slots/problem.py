"""What a plan of beam hopping is made for: users, their demand and the power of every beam."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class FrameUsers:
    """Users and the cells that serve them; leading axes as of `FrameProblem`.

    Attributes
    ----------
    cell : int array (..., users)
    demand : float array (..., users)
        Mean over the frame, Mbit/s.
    gain : float array (..., users, cells)
        Power received from every cell's lit beam over the noise; 0 from beams on other
        frequencies.
    """

    cell: np.ndarray
    demand: np.ndarray
    gain: np.ndarray

    @cached_property
    def own(self) -> np.ndarray:
        """Power received from their own cell's beam over the noise, float array (..., users)."""
        return np.take_along_axis(self.gain, self.cell[..., None], axis=-1)[..., 0]

    @cached_property
    def member(self) -> np.ndarray:
        """Whether a user is in a cell, bool array (..., cells, users)."""
        return self.cell[..., None, :] == np.arange(self.gain.shape[-1])[:, None]

    @cached_property
    def number(self) -> np.ndarray:
        """Cell of each user among those of all problems, int array (problems · users,)."""
        of_problems = self.cell.reshape(-1, self.cell.shape[-1])
        return (of_problems + np.arange(len(of_problems))[:, None] * self.gain.shape[-1]).ravel()

    def by_cell(self, values: np.ndarray) -> np.ndarray:
        """Sum of what the users of a cell have, (..., users) to (..., cells).

        In the order of the users, so that what is alike has the same sum in every cell.
        """
        shape = (*self.cell.shape[:-1], self.gain.shape[-1])
        weights = np.broadcast_to(values, self.cell.shape).ravel()
        return np.bincount(self.number, weights, minlength=math.prod(shape)).reshape(shape)

    def rows_by_cell(self) -> np.ndarray:
        """Sum of the gains of the users of every cell, float array (..., cells, cells)."""
        cells = self.gain.shape[-1]
        found = np.zeros((self.number.size // self.cell.shape[-1] * cells, cells))
        order = np.argsort(self.number, kind="stable")
        there, first = np.unique(self.number[order], return_index=True)
        if len(there):
            found[there] = np.add.reduceat(self.gain.reshape(-1, cells)[order], first, axis=0)
        return found.reshape(*self.cell.shape[:-1], cells, cells)


class FrameLinks(Protocol):
    """What users receive, whichever cells are lit beside their own."""

    def rates(self, lit: np.ndarray) -> np.ndarray:
        """Rate of every user in every slot while it has the whole time of its beam.

        Parameters
        ----------
        lit : bool array (..., slots, cells)

        Returns
        -------
        float array (..., slots, users)
            Mbit/s; 0 where the user's cell is dark or the user cannot be reached.
        """

    def of_trial(self, index: int) -> FrameLinks:
        """Those of one of the problems along the first axis, which stays."""


@dataclass(frozen=True)
class Frame:
    """The cells of a satellite that can light some of them at a time, for the slots of one frame.

    Attributes
    ----------
    lattice : int array (cells, 2)
        Axial coordinates of the hexagonal layout.
    beams : int
        Cells lit at a time, exactly; at most all.
    slots : int
    """

    lattice: np.ndarray
    beams: int
    slots: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return len(self.lattice)


@dataclass(frozen=True)
class FrameProblem(Frame):
    """A frame and the users it is for.

    All arrays of users may have leading axes (trials, say), for problems that are solved side by
    side.

    Attributes
    ----------
    users : FrameUsers
    rate_of : callable
        Rate in Mbit/s of a user that has a beam's whole time, by its SINR, array to array; never
        falls as the SINR rises, and is 0 where the user cannot be reached.
    links : FrameLinks
        What users have beside each other, for strategies that see what a slot has really served.
    """

    users: FrameUsers
    rate_of: Callable[[np.ndarray], np.ndarray]
    links: FrameLinks

    @cached_property
    def rate(self) -> np.ndarray:
        """Rate of every user while its cell alone is lit, (..., users), Mbit/s."""
        return self.rate_of(self.users.own)

    @cached_property
    def demand(self) -> np.ndarray:
        """What the users of a cell want, mean over the frame, (..., cells), Mbit/s."""
        return self.users.by_cell(self.users.demand)

    @cached_property
    def gain(self) -> np.ndarray:
        """Mean power that a cell's users receive from every cell's lit beam, over the noise.

        (..., cells, cells): first the cell of the users, then the cell that is lit; its own on the
        diagonal.
        """
        count = self.users.by_cell(np.ones(self.users.cell.shape))
        return self.users.rows_by_cell() / np.maximum(count, 1.0)[..., None]

    def one(self, index: int) -> FrameProblem:
        """One of the problems along the first axis, which stays."""
        own, users = slice(index, index + 1), self.users
        of_one = FrameUsers(users.cell[own], users.demand[own], users.gain[own])
        return replace(self, users=of_one, links=self.links.of_trial(index))
