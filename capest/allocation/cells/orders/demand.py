"""The cell with the most demand chooses first."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates


def turn(candidates: Candidates, demand: Any, drawn: Any = None, xp: Any = np) -> Any:
    """Cells by falling demand; ties: lower cell.

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
    return xp.argsort(-demand, kind="stable")
