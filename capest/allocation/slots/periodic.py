"""Periodic hopping: all cells in turn, whatever they want."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.problem import Problem


def frame(problem: Problem, uniforms: np.ndarray) -> np.ndarray:
    """Light cells that stand evenly apart in the order of the layout, one further every slot.

    After as many slots as there are cells every cell was lit equally often; in any other number
    of slots visits differ by one at most.

    Parameters
    ----------
    problem : Problem
    uniforms : float array (..., slots, cells)
        Not used.

    Returns
    -------
    bool array (..., slots, cells)
    """
    cells, beams = problem.cells, problem.beams
    first = np.arange(beams) * cells // beams
    lit = np.zeros((problem.slots, cells), dtype=bool)
    slot = np.arange(problem.slots)[:, None]
    lit[slot, (first + slot) % cells] = True
    return np.broadcast_to(lit, (*problem.demand.shape[:-1], *lit.shape))
