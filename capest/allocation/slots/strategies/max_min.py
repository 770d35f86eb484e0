"""Max-min satisfaction: the cell that is worst off gets as much of its demand as can be."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.apart import keep_apart
from capest.allocation.slots.evaluate import outcome, serve_slot
from capest.allocation.slots.frames import lay_out
from capest.allocation.slots.problem import FrameProblem
from capest.allocation.slots.visits import fill_lowest
from capest.sampling.draws import Draws

KNOWS_DEMAND = True

_ALIKE = 1e-9
"""Levels of satisfaction that differ by no more than this share are one."""


def light(problem: FrameProblem, draws: Draws) -> np.ndarray:
    """Make the least satisfaction of the cells, served over demanded, as large as can be.

    Rates are those without interference. Cells in which nobody who wants anything can be reached
    are lit only when no other cell can be. Cells that interfere are lit in different
    slots as far as can be.

    Parameters
    ----------
    problem : FrameProblem
    draws : Draws
        Not used.

    Returns
    -------
    bool array (..., slots, cells)
    """
    return keep_apart(lay_out(visits(problem), problem.slots), problem.gain)


def visits(problem: FrameProblem) -> np.ndarray:
    """Visits of every cell in a frame, int64 array (..., cells).

    A level takes as many visits of a cell as bring it there, at most all slots. The largest level
    that needs no more visits than there are is one of those in the table: it is found by
    bisection among them, and what is left goes to those worst off. Exact, but for levels within
    10⁻⁹ of each other.
    """
    total = problem.beams * problem.slots
    reached = levels(problem)
    every = np.where(np.isinf(reached), 0.0, reached)
    every = np.sort(every.reshape(*every.shape[:-2], -1), axis=-1)
    # The largest level that can be afforded lies at low; level 0 needs no visits.
    low = np.zeros((*every.shape[:-1], 1), dtype=np.int64)
    high = np.full_like(low, every.shape[-1])
    for _ in range(int(every.shape[-1]).bit_length()):
        middle = (low + high) // 2
        level = np.take_along_axis(every, middle, axis=-1)
        affordable = _visits_for(level, reached).sum(axis=-1, keepdims=True) <= total
        low, high = np.where(affordable, middle, low), np.where(affordable, high, middle)
    level = np.take_along_axis(every, low, axis=-1)
    return fill_lowest(_visits_for(level, reached), reached, total)


def levels(problem: FrameProblem) -> np.ndarray:
    """Satisfaction of every cell by the number of its visits, without interference.

    A cell that gains no more by visits counts as satisfied, whoever in it cannot be reached: above
    1, by its visits over its demand, so that visits nobody needs are shared in proportion.

    Parameters
    ----------
    problem : FrameProblem

    Returns
    -------
    float array (..., cells, slots + 1)
        Never falls with the visits; infinite for a cell in which nobody can be served.
    """
    users, slots = problem.users, problem.slots
    reachable = problem.rate > 0
    time = np.divide(users.demand, problem.rate, out=np.zeros(users.demand.shape), where=reachable)
    needed = users.by_cell(time)[..., None] * slots
    left = users.demand * float(slots)
    found = [outcome(problem, left).satisfaction]
    for _ in range(slots):
        left = serve_slot(problem.rate, left, users)
        found.append(outcome(problem, left).satisfaction)
    visits = np.arange(slots + 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        weight = problem.demand / problem.demand.max(axis=-1, keepdims=True)
        beyond = 1.0 + visits / weight[..., None]
    table = np.where(visits >= needed * (1.0 - _ALIKE), beyond, np.stack(found, axis=-1))
    return np.where(needed > 0, table, np.inf)


def _visits_for(level: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """Visits that bring every cell to a level, at most all slots, int64 array (..., cells).

    Parameters
    ----------
    level : float array (..., 1)
    reached : float array (..., cells, slots + 1)
        From `levels`.
    """
    below = (reached < level[..., None] * (1.0 - _ALIKE)).sum(axis=-1)
    return np.minimum(below, reached.shape[-1] - 1)
