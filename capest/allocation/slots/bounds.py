"""What no plan of beam hopping can exceed."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np

from capest.allocation.slots.evaluate import cell_rates
from capest.allocation.slots.problem import Problem
from capest.errors import InputError

MOST_SETS = 5000
"""Sets of cells lit together, up to which `with_interference` takes them all into account."""


def fluid(problem: Problem) -> np.ndarray:
    """Most traffic served if beams could be split at will and did not disturb each other.

    The largest sum of min(demand, share · rate) with shares of at most 1 that add up to at most
    the beams: a fractional knapsack (Dantzig, Operations Research 5, 1957), filled by falling
    rate, each cell up to its demand.

    Parameters
    ----------
    problem : Problem

    Returns
    -------
    float array (...)
        Mbit/s.
    """
    order = np.argsort(-problem.rate, axis=-1, kind="stable")
    rate = np.take_along_axis(problem.rate, order, axis=-1)
    wanted = np.minimum(np.take_along_axis(problem.need, order, axis=-1), 1.0)
    before = np.cumsum(wanted, axis=-1) - wanted
    share = np.clip(problem.beams - before, 0.0, wanted)
    return (share * rate).sum(axis=-1)


def with_interference(problem: Problem) -> float:
    """Most traffic served in a frame of endless length, interference and all; needs SciPy.

    Takes every set of cells that can be lit together with the rates they then have, and the
    best shares of time for all of these sets: no frame serves more, and long ones come near.

    Parameters
    ----------
    problem : Problem
        One, without leading axes.

    Returns
    -------
    float
        Mbit/s.

    Raises
    ------
    InputError
        If there are more than `MOST_SETS` sets, or SciPy is not installed.
    """
    cells = problem.cells
    sets = check_sets(cells, problem.beams)
    lit = np.zeros((sets, cells), dtype=bool)
    together = np.array(list(combinations(range(cells), problem.beams)))
    np.put_along_axis(lit, together, True, axis=-1)
    rates = cell_rates(lit, problem.users, problem.rate_of)
    # Variables: share of time of every set, served traffic of every cell.
    limits = np.hstack([-rates.T, np.eye(cells)])
    ranges = [(0.0, 1.0)] * sets + [(0.0, float(one)) for one in problem.demand]
    cost = np.append(np.zeros(sets), -np.ones(cells))
    all_time = np.append(np.ones(sets), np.zeros(cells))[None]
    return _solve(cost, ranges, A_ub=limits, b_ub=np.zeros(cells), A_eq=all_time, b_eq=[1.0])


def check_sets(cells: int, beams: int) -> int:
    """Count the sets of cells that can be lit together.

    Raises
    ------
    InputError
        If there are more than `MOST_SETS`.
    """
    sets = math.comb(cells, beams)
    if sets > MOST_SETS:
        raise InputError(
            f"{cells} cells can be lit {beams} at a time in {sets} ways, more than the "
            f"{MOST_SETS} that the bound with interference takes into account"
        )
    return sets


def _solve(cost: np.ndarray, ranges: list[tuple[float, float]], **limits: Any) -> float:
    """Largest value of what has negative cost."""
    try:
        from scipy.optimize import linprog
    except ImportError as error:
        raise InputError('this bound needs SciPy: pip install "capest[solve]"') from error
    found = linprog(cost, bounds=ranges, method="highs", **limits)
    if not found.success:
        raise RuntimeError(f"HiGHS: {found.message}")
    return float(-found.fun)
