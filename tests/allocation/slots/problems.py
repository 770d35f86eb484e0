"""Random problems of beam hopping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.allocation.slots import STRATEGIES
from capest.allocation.slots.problem import FrameProblem, FrameUsers
from capest.backend.numpy_kernels import NumpyKernels
from capest.physics.beam_grid import hexagonal_lattice
from capest.sampling.draws import Draws

HOPPING = [name for name in STRATEGIES.names() if name != "all-on"]
"""Strategies that light as many cells as they are asked for."""

Rate = Callable[[np.ndarray], np.ndarray]


def shannon(sinr: np.ndarray) -> np.ndarray:
    return 10.0 * np.log2(1.0 + sinr)


def stepped(sinr: np.ndarray) -> np.ndarray:
    """Steps, as those of link adaptation, and nobody reached below the first."""
    return np.array([0.0, 3.0, 8.0, 20.0, 40.0])[np.searchsorted([4.0, 10.0, 20.0, 40.0], sinr)]


@dataclass(frozen=True)
class Dense:
    """Links from the powers of all users and cells."""

    users: FrameUsers
    rate_of: Rate

    def rates(self, lit: np.ndarray) -> np.ndarray:
        own = self.users.own[..., None, :]
        received = lit.astype(np.float64) @ np.swapaxes(self.users.gain, -1, -2)
        is_lit = np.take_along_axis(lit, self.users.cell[..., None, :], axis=-1)
        interference = np.maximum(received - own, 0.0)
        return np.where(is_lit, self.rate_of(own / (1.0 + interference)), 0.0)

    def of_trial(self, index: int) -> Dense:
        users, own = self.users, slice(index, index + 1)
        return Dense(FrameUsers(users.cell[own], users.demand[own], users.gain[own]), self.rate_of)


def problem_of(users: FrameUsers, rate_of: Rate, beams: int, slots: int) -> FrameProblem:
    """Cells in rings, as many as have a beam."""
    rings, cells = 1, users.gain.shape[-1]
    while 3 * rings * (rings + 1) + 1 < cells:
        rings += 1
    lattice = hexagonal_lattice(3 * rings * (rings + 1) + 1)[:cells]
    return FrameProblem(lattice, beams, slots, users, rate_of, Dense(users, rate_of))


def of_cells(
    demand: list[float], gain: np.ndarray, beams: int, slots: int, rate_of: Rate = shannon
) -> FrameProblem:
    """One user in every cell."""
    users = FrameUsers(np.arange(len(demand)), np.array(demand), gain)
    return problem_of(users, rate_of, beams, slots)


def draw(
    seed: int,
    *,
    cells: int,
    beams: int,
    slots: int,
    users: int = 0,
    disturbed: bool = True,
    rate_of: Rate = shannon,
    alike: bool = False,
) -> FrameProblem:
    """Users crowd in some cells, others may be empty; beams next to each other disturb.

    Users want different amounts of traffic, or are ``alike``.
    """
    generator = np.random.default_rng(seed)
    users = users or 3 * cells
    weight = generator.gamma(0.5, size=cells) + 1e-3
    cell = generator.choice(cells, size=users, p=weight / weight.sum())
    distance = np.abs(cell[:, None] - np.arange(cells))
    gain = generator.gamma(2.0, 10.0, size=(users, 1)) * generator.uniform(
        0.3, 1.0, size=(users, cells)
    )
    gain = gain * np.where(distance == 0, 1.0, 0.3**distance if disturbed else 0.0)
    demand = np.full(users, generator.uniform(0.1, 5.0))
    if not alike:
        demand *= generator.gamma(1.0, size=users)
    return problem_of(FrameUsers(cell, demand, gain), rate_of, beams, slots)


def draws(seed: int, trials: int = 1) -> Draws:
    return Draws(NumpyKernels(), seed, 0, trials)


def plan(name: str, problem: FrameProblem, seed: int = 1) -> np.ndarray:
    """Frame of a strategy for one problem, bool array (slots, cells)."""
    lit = STRATEGIES.find(name)(problem, draws(seed))
    return np.asarray(lit).reshape(problem.slots, problem.cells)
