"""One of many places by its share of the weight: what a search finds, with a guide table.

A guide table says for equal steps of the running share where the search may begin (Chen and Asau,
On generating random variates from an empirical distribution, AIIE Transactions 6 (2), 1974): most
places are found at once, and all of them are those of the search.
"""

from __future__ import annotations

from typing import Any

import numpy as np

_STEPS = 4
"""Places looked at one after the other before the rest is searched for."""


def guide_table(cumulative: np.ndarray) -> np.ndarray:
    """First place of each of equal steps.

    Parameters
    ----------
    cumulative : float64 array (n,)
        Running share of weight; the last entry is 1.

    Returns
    -------
    int64 array (power of two,)
    """
    steps = 2 ** int(len(cumulative) - 1).bit_length()
    return np.searchsorted(cumulative, np.arange(steps) / steps, side="right")


def weighted_places(cumulative: Any, guide: np.ndarray | None, uniform: Any, xp: Any = np) -> Any:
    """First place whose running share is above each uniform.

    Parameters
    ----------
    cumulative : float64 array (n,)
    guide : int64 array (steps,) or None
        From `guide_table`; ``None``: search, as on a GPU.
    uniform : float64 array (users,)
        Below 1.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (users,)
    """
    if guide is None:
        return xp.searchsorted(cumulative, uniform, side="right")
    # A power of two: the product is exact, and no step begins behind its place.
    place = guide.take((uniform * len(guide)).astype(np.int64))
    open_users = np.flatnonzero(cumulative.take(place) <= uniform)
    for _ in range(_STEPS):
        place[open_users] += 1
        open_users = open_users[cumulative.take(place[open_users]) <= uniform[open_users]]
    place[open_users] = np.searchsorted(cumulative, uniform[open_users], side="right")
    return place
