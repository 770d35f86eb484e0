"""Random problems of beam hopping."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.problem import Problem, Users, problem_of


def shannon(sinr: np.ndarray) -> np.ndarray:
    return 10.0 * np.log2(1.0 + sinr)


def of_cells(
    demand: list[float], rate: list[float], gain: np.ndarray, beams: int, slots: int
) -> Problem:
    """One user in every cell."""
    users = Users(np.arange(len(demand)), gain)
    return Problem(np.array(demand), np.array(rate), gain, shannon, beams, slots, users)


def draw(
    seed: int, *, cells: int, beams: int, slots: int, users: int = 0, disturbed: bool = True
) -> Problem:
    """Users crowd in some cells, others may be empty; beams next to each other disturb."""
    generator = np.random.default_rng(seed)
    users = users or 3 * cells
    weight = generator.gamma(0.5, size=cells) + 1e-3
    cell = generator.choice(cells, size=users, p=weight / weight.sum())
    distance = np.abs(cell[:, None] - np.arange(cells))
    gain = generator.gamma(2.0, 10.0, size=(users, 1)) * generator.uniform(
        0.3, 1.0, size=(users, cells)
    )
    gain = gain * np.where(distance == 0, 1.0, 0.3**distance if disturbed else 0.0)
    found = Users(cell, gain)
    return problem_of(found, generator.uniform(0.1, 5.0), shannon, beams, slots)


def uniforms(seed: int, problem: Problem) -> np.ndarray:
    return np.random.default_rng(seed + 1).uniform(size=(problem.slots, problem.cells))
