"""Hopping in proportion to demand."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.apart import keep_apart
from capest.allocation.slots.frames import lay_out
from capest.allocation.slots.problem import FrameProblem
from capest.allocation.slots.visits import proportional_shares, whole_visits
from capest.sampling.draws import Draws

KNOWS_DEMAND = True


def light(problem: FrameProblem, draws: Draws) -> np.ndarray:
    """Light every cell for a share of the slots proportional to its demand, at most all of them.

    Cells that interfere are lit in different slots as far as can be.

    Parameters
    ----------
    problem : FrameProblem
    draws : Draws
        Not used.

    Returns
    -------
    bool array (..., slots, cells)
    """
    shares = proportional_shares(problem.demand, problem.beams)
    lit = lay_out(whole_visits(shares, problem.slots), problem.slots)
    return keep_apart(lit, problem.gain)
