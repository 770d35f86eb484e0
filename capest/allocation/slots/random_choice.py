"""Random hopping: a fresh random choice of cells in every slot."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.frames import lowest
from capest.allocation.slots.problem import Problem


def frame(problem: Problem, uniforms: np.ndarray) -> np.ndarray:
    """Light the cells with the lowest uniforms, every choice equally likely.

    Parameters
    ----------
    problem : Problem
    uniforms : float array (..., slots, cells)
        Independent, in (0, 1).

    Returns
    -------
    bool array (..., slots, cells)
    """
    return lowest(uniforms, problem.beams)
