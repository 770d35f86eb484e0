"""Every cell has a slot of a frame before any has a second one."""

from __future__ import annotations

import numpy as np


def light_everyone(lit: np.ndarray) -> np.ndarray:
    """Give cells that a plan leaves dark a slot of those that are lit most often.

    Later visits go first: the third visits of cells before the second ones, and of equals those in
    earlier slots, then of lower cells. Every slot lights as many cells as before, and a cell that
    is lit at all stays so.

    Parameters
    ----------
    lit : bool array (problems, slots, cells)
        Not changed.

    Returns
    -------
    bool array (problems, slots, cells)
        All cells are lit if there are as many visits as cells; else as many as there are visits.
    """
    dark = np.logical_not(lit.any(axis=1))
    some = np.flatnonzero(dark.any(axis=1))
    if not len(some):
        return lit
    found = lit.copy()
    plan, lost = lit[some], dark[some]
    visit = np.where(plan, np.cumsum(plan, axis=1), 0)
    # The first visit of a cell is its own.
    later = np.where(visit > 1, visit, 0).reshape(len(some), -1)
    order = np.argsort(-later, axis=1, kind="stable")
    spare = (later > 0).sum(axis=1)
    moved = np.minimum(lost.sum(axis=1), spare)
    rank = np.arange(order.shape[1])
    problem, place = np.nonzero(rank < moved[:, None])
    slot, giver = np.divmod(order[problem, place], lit.shape[2])
    taker = np.nonzero(lost & (np.cumsum(lost, axis=1) <= moved[:, None]))[1]
    found[some[problem], slot, giver] = False
    found[some[problem], slot, taker] = True
    return found
