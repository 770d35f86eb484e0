"""Which satellite serves which Earth-fixed cell; one strategy = one file, one signature.

Every strategy takes the pairs that may serve each other, the demand of the cells and how many cells
a satellite serves at most, and returns the satellite of each cell, int32 array (cells,), -1 for
none. A cell without demand stays dark. Results are whole numbers from comparisons alone: the same
on every machine, whatever the order of the pairs. `STRATEGIES` names them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from capest.allocation.cells import (
    greedy_demand,
    highest_elevation,
    least_loaded,
    max_sinr,
    solved,
)
from capest.allocation.cells.candidates import Candidates

Assignment = Callable[[Candidates, np.ndarray, int], np.ndarray]

STRATEGIES: dict[str, Assignment] = {
    "highest-elevation": highest_elevation.assign,
    "least-loaded": least_loaded.assign,
    "max-sinr": max_sinr.assign,
    "greedy-demand": greedy_demand.assign,
    "solved": solved.assign,
}

ONE_BY_ONE = frozenset({"solved"})
"""Strategies whose choice among equals may change with what is solved together."""
