"""Most traffic that beams can serve beside each other, in a frame of endless length."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np

from capest.allocation.slots.problem import FrameProblem
from capest.errors import InputError
from capest.extras import lacks

MOST_SETS = 5000
"""Sets of cells lit together, up to which `with_interference` takes them all into account."""

WITHIN = 1e-9
"""How much of the bound it may exceed the largest traffic there is."""

_ADDED = 60
"""Plans of a slot that join a linear program at a time, at most."""


def with_interference(problem: FrameProblem) -> float:
    """Most traffic served in a frame of endless length, interference and all; needs SciPy.

    A plan of a slot is a set of cells that are lit together and for each of them the user that has
    its time. The bound takes the best shares of time for all such plans, every user up to its own
    demand: whatever rule shares the time of cells, no frame serves more.

    The linear program has far more plans than it needs: plans join it as long as they are worth
    more than their time costs, at the prices that its solution sets on users' traffic (column
    generation; Dantzig and Wolfe, Operations Research 8, 1960). At any prices the demand that is
    not bought plus the time of the best plan is a bound (duality), so what is returned is one, and
    it is within `WITHIN` of the largest traffic.

    Parameters
    ----------
    problem : FrameProblem
        One: leading axes of length 1, if any.

    Returns
    -------
    float
        Mbit/s.

    Raises
    ------
    InputError
        If there are more than `MOST_SETS` sets, or SciPy is not installed.
    """
    check_sets(problem.cells, problem.beams)
    cell = problem.users.cell.reshape(-1)
    order = np.argsort(cell, kind="stable")
    rates = _rates_of_sets(problem)[:, order]
    demand, scale = problem.users.demand.reshape(-1)[order], float(rates.max())
    if scale == 0.0:
        return 0.0
    rates, demand = rates / scale, demand / scale
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    plans, price = np.empty((0, len(demand))), np.ones(len(demand))
    bound, reached = math.inf, 0.0
    while True:
        worth = price * rates
        of_sets = np.maximum.reduceat(worth, starts, axis=1).sum(axis=1)
        bound = min(bound, float(((1.0 - price) * demand).sum() + of_sets.max()))
        if bound - reached <= WITHIN * bound:
            return bound * scale
        chosen = np.argsort(-of_sets, kind="stable")[:_ADDED]
        new = _plans(rates[chosen], worth[chosen], starts)
        before = len(plans)
        plans = np.unique(np.concatenate([plans, new]), axis=0)
        if len(plans) == before:  # as near as rounding lets the solution come
            return bound * scale
        reached, price = _best_shares(plans, demand)


def _rates_of_sets(problem: FrameProblem) -> np.ndarray:
    """Rate of every user in every set of cells that can be lit, float array (sets, users)."""
    together = np.array(list(combinations(range(problem.cells), problem.beams)))
    lit = np.zeros((len(together), problem.cells), dtype=bool)
    np.put_along_axis(lit, together, True, axis=-1)
    lead = problem.users.cell.shape[:-1]
    return problem.links.rates(lit.reshape(*lead, *lit.shape)).reshape(len(lit), -1)


def _plans(rates: np.ndarray, worth: np.ndarray, starts: np.ndarray) -> np.ndarray:
    """Traffic of plans in which every cell's time goes to the user that is worth most.

    Parameters
    ----------
    rates, worth : float array (plans, users)
        Users cell by cell.
    starts : int array (cells,)
        First user of every cell that has any.

    Returns
    -------
    float array (plans, users)
        The rate of those chosen, 0 of all others.
    """
    plans = np.zeros(rates.shape)
    row = np.arange(len(rates))
    for first, end in zip(starts, [*starts[1:], rates.shape[1]], strict=True):
        user = first + worth[:, first:end].argmax(axis=1)
        plans[row, user] = rates[row, user]
    return plans


def _best_shares(plans: np.ndarray, demand: np.ndarray) -> tuple[float, np.ndarray]:
    """Most traffic by shares of time for some plans, and the price of every user's traffic.

    Parameters
    ----------
    plans : float array (plans, users)
    demand : float array (users,)

    Returns
    -------
    most : float
    price : float array (users,)
        By how much the most rises with what could be served of a user, 0 to 1.
    """
    try:
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, eye_array, hstack, vstack
    except ImportError as error:
        raise InputError(lacks("scipy", "this bound")) from error
    count, users = plans.shape
    # Variables: share of time of every plan, served traffic of every user.
    served = hstack([csr_array(-plans.T), eye_array(users)])
    all_time = csr_array(np.append(np.ones(count), np.zeros(users))[None])
    found = linprog(
        np.append(np.zeros(count), -np.ones(users)),
        A_ub=vstack([served, all_time]),
        b_ub=np.append(np.zeros(users), 1.0),
        bounds=[(0.0, None)] * count + [(0.0, float(one)) for one in demand],
        method="highs",
    )
    if not found.success:
        raise RuntimeError(f"HiGHS: {found.message}")
    return -found.fun, np.clip(-found.ineqlin.marginals[:users], 0.0, 1.0)


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
