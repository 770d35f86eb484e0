"""What a plan of beam hopping is made for: users, their demand and the power of every beam."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

import numpy as np

from capest.physics.beam_grid import reuse_colours


@dataclass(frozen=True)
class SharingUsers(ABC):
    """Users who share the beams of cells; leading axes as of `FrameProblem`.

    Attributes
    ----------
    cell : int array (..., users)
    demand : float array (..., users)
        Mean over the frame, Mbit/s.
    """

    cell: np.ndarray
    demand: np.ndarray

    @property
    @abstractmethod
    def cells(self) -> int:
        """Number of cells."""

    @cached_property
    def number(self) -> np.ndarray:
        """Cell of each user among those of all problems, int array (problems · users,)."""
        of_problems = self.cell.reshape(-1, self.cell.shape[-1])
        return (of_problems + np.arange(len(of_problems))[:, None] * self.cells).ravel()

    def by_cell(self, values: np.ndarray) -> np.ndarray:
        """Sum of what the users of a cell have, (..., users) to (..., cells).

        In the order of the users, so that what is alike has the same sum in every cell.
        """
        shape = (*self.cell.shape[:-1], self.cells)
        weights = np.broadcast_to(values, self.cell.shape).ravel()
        return np.bincount(self.number, weights, minlength=math.prod(shape)).reshape(shape)


@dataclass(frozen=True)
class FrameUsers(SharingUsers):
    """Users with what they receive from every cell.

    Attributes
    ----------
    gain : float array (..., users, cells)
        Power received from every cell's lit beam over the noise; 0 from beams on other
        frequencies.
    """

    gain: np.ndarray

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.gain.shape[-1])

    @cached_property
    def own(self) -> np.ndarray:
        """Power received from their own cell's beam over the noise, float array (..., users)."""
        return np.take_along_axis(self.gain, self.cell[..., None], axis=-1)[..., 0]

    @cached_property
    def member(self) -> np.ndarray:
        """Whether a user is in a cell, bool array (..., cells, users)."""
        return self.cell[..., None, :] == np.arange(self.cells)[:, None]

    @cached_property
    def mean_gain(self) -> np.ndarray:
        """Mean power that a cell's users receive from every cell's lit beam, (..., cells, cells).

        First the cell of the users, then the cell that is lit.
        """
        count = self.by_cell(np.ones(self.cell.shape))
        return self.rows_by_cell() / np.maximum(count, 1.0)[..., None]

    def rows_by_cell(self) -> np.ndarray:
        """Sum of the gains of the users of every cell, float array (..., cells, cells)."""
        cells = self.cells
        found = np.zeros((self.number.size // self.cell.shape[-1] * cells, cells))
        order = np.argsort(self.number, kind="stable")
        there, first = np.unique(self.number[order], return_index=True)
        if len(there):
            found[there] = np.add.reduceat(self.gain.reshape(-1, cells)[order], first, axis=0)
        return found.reshape(*self.cell.shape[:-1], cells, cells)

    def of_trial(self, index: int) -> FrameUsers:
        """Those of one of the problems along the first axis, which stays."""
        own = slice(index, index + 1)
        return FrameUsers(self.cell[own], self.demand[own], self.gain[own])


@dataclass(frozen=True)
class MeanUsers(SharingUsers):
    """Users of whom only their own carrier is known, and means over cells beside it.

    Attributes
    ----------
    own : float array (..., users)
        Power received from their own cell's beam over the noise.
    mean_gain : float array (..., cells, cells)
        As of `FrameUsers`.
    """

    own: np.ndarray
    mean_gain: np.ndarray

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.mean_gain.shape[-1])

    def of_trial(self, index: int) -> MeanUsers:
        """Those of one of the problems along the first axis, which stays."""
        own = slice(index, index + 1)
        return MeanUsers(self.cell[own], self.demand[own], self.own[own], self.mean_gain[own])


@dataclass(frozen=True)
class ServedUsers(SharingUsers):
    """Users of whom nothing but their cell and demand is known.

    Attributes
    ----------
    count : int
        Of cells.
    """

    count: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return self.count


class SharedFrame(Protocol):
    """Slots of a frame, and the users who share what is lit in them."""

    @property
    def users(self) -> SharingUsers:
        """Who shares cells."""

    @property
    def slots(self) -> int:
        """Number of slots."""

    @property
    def demand(self) -> np.ndarray:
        """What the users of a cell want, mean over the frame, (..., cells), Mbit/s."""


@dataclass(frozen=True)
class ServedFrame:
    """A frame that is planned elsewhere; see `SharedFrame`.

    Attributes
    ----------
    users : SharingUsers
    slots : int
    """

    users: SharingUsers
    slots: int

    @cached_property
    def demand(self) -> np.ndarray:
        """What the users of a cell want, mean over the frame, (..., cells), Mbit/s."""
        return self.users.by_cell(self.users.demand)


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
        Axial coordinates of the hexagonal layout; of no meaning where there is a ``turn``.
    beams : int
        Cells lit at a time, exactly; at most all.
    slots : int
    turn : int array (..., cells) or None
        Place of each cell in the circle in which cells get their turn, where they are of no
        layout. May have leading axes (satellites, say), for frames that are planned side by side.
    """

    lattice: np.ndarray
    beams: int
    slots: int
    turn: np.ndarray | None = field(default=None, kw_only=True)

    @property
    def cells(self) -> int:
        """Number of cells."""
        return len(self.lattice) if self.turn is None else int(self.turn.shape[-1])

    @property
    def circle(self) -> np.ndarray:
        """Place of each cell in a circle whose neighbours lie apart, int array (..., cells)."""
        return turns_on_lattice(self.lattice, self.beams) if self.turn is None else self.turn


def turns_on_lattice(lattice: np.ndarray, beams: int) -> np.ndarray:
    """Put the cells of a layout into a circle in which those lit together rarely touch.

    They are ordered by the colours of the reuse pattern with the most colours that still has
    ``beams`` cells in each.

    Returns
    -------
    int array (cells,)
        Place of each cell.
    """
    cells = len(lattice)
    colours = max(count for count in (1, 3, 4, 7) if count == 1 or beams * count <= cells)
    return np.argsort(np.argsort(reuse_colours(lattice, colours), kind="stable"))


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

    users: FrameUsers | MeanUsers
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
        return self.users.mean_gain

    def one(self, index: int) -> FrameProblem:
        """One of the problems along the first axis, which stays."""
        turn = None if self.turn is None else self.turn[index : index + 1]
        users, links = self.users.of_trial(index), self.links.of_trial(index)
        return replace(self, users=users, links=links, turn=turn)
