"""The cell whose best satellite satisfies the smallest part of its demand chooses first."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates, largest_of


def turn(candidates: Candidates, demand: Any, drawn: Any = None, xp: Any = np) -> Any:
    """Cells by rising ratio of what their best candidate offers to what they want.

    What a satellite offers is the capacity of its channel at the cell's centre without
    interference, log2(1 + SNR) (Shannon 1948): bandwidth and the rate of a user are the same for
    all cells and change no order. A cell without demand comes last. Ties: lower cell.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
    drawn : optional
        Not read.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (cells,)
        All cells, the first that chooses first.
    """
    best = largest_of(candidates.cell, candidates.snr, candidates.cells, xp)
    offered = xp.log1p(best.astype(xp.float64))
    wanting = demand > 0
    ratio = xp.where(wanting, offered / xp.where(wanting, demand, 1), xp.inf)
    return xp.argsort(ratio, kind="stable")
