"""Cells choose in an order that every trial draws."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates

DRAWS = True


def turn(candidates: Candidates, demand: Any, drawn: Any, xp: Any = np) -> Any:
    """Cells by rising random number; ties: lower cell.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
    drawn : uint64 array (cells,)
        A random number of each cell.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (cells,)
        All cells, the first that chooses first.
    """
    return xp.argsort(drawn, kind="stable")
