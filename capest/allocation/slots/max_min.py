"""Max-min satisfaction: the cell that is worst off gets as much of its demand as can be."""

from __future__ import annotations

import numpy as np

from capest.allocation.slots.apart import keep_apart
from capest.allocation.slots.frames import lay_out
from capest.allocation.slots.problem import Problem
from capest.allocation.slots.shares import fill_lowest


def frame(problem: Problem, uniforms: np.ndarray) -> np.ndarray:
    """Make the least satisfaction of the cells, served over demanded, as large as can be.

    Rates are those of undisturbed cells. Cells without demand are lit only when nobody else can
    be; those with demand but without rate, which nothing helps, are taken for such. Cells that
    disturb each other are lit in different slots as far as can be.

    Parameters
    ----------
    problem : Problem
    uniforms : float array (..., slots, cells)
        Not used.

    Returns
    -------
    bool array (..., slots, cells)
    """
    return keep_apart(lay_out(visits(problem), problem.slots), problem.gain)


def visits(problem: Problem) -> np.ndarray:
    """Visits of every cell in a frame, int64 array (..., cells).

    Satisfaction s takes ceil(s / w) visits of a cell to which one is worth w, at most all slots.
    The largest s that needs no more visits than there are is one of the products of w and
    a number of visits: it is found by bisection among them, and what is left goes to those worst
    off. Exact, but for products within 10⁻⁹ of each other.
    """
    slots, total = problem.slots, problem.beams * problem.slots
    with np.errstate(divide="ignore"):
        worth = np.where(problem.need > 0, 1.0 / (slots * problem.need), np.inf)
    worth = np.where(np.isinf(problem.need), np.inf, worth)
    levels = np.where(np.isinf(worth), 0.0, worth)[..., None] * np.arange(1, slots + 1)
    levels = np.sort(levels.reshape(*worth.shape[:-1], -1), axis=-1)
    # The largest level that can be afforded lies at low, or there is none (-1).
    low = np.full((*worth.shape[:-1], 1), -1)
    high = np.full_like(low, levels.shape[-1])
    for _ in range(int(levels.shape[-1]).bit_length()):
        middle = (low + high) // 2
        level = np.take_along_axis(levels, np.maximum(middle, 0), axis=-1)
        affordable = _visits_for(level, worth, slots).sum(axis=-1, keepdims=True) <= total
        affordable |= middle < 0
        low, high = np.where(affordable, middle, low), np.where(affordable, high, middle)
    level = np.where(low < 0, 0.0, np.take_along_axis(levels, np.maximum(low, 0), axis=-1))
    return fill_lowest(_visits_for(level, worth, slots), worth, total, slots)


def _visits_for(level: np.ndarray, worth: np.ndarray, slots: int) -> np.ndarray:
    """Visits that bring every cell to a level of satisfaction, at most all slots."""
    return np.minimum(np.ceil(level / worth * (1.0 - 1e-9)), slots).astype(np.int64)
