"""The cell with the most demand chooses first: serial dictatorship."""

from __future__ import annotations

import numpy as np

from capest.allocation.cells.candidates import (
    Candidates,
    best_first_of_cells,
    deferred_acceptance,
    places,
)

COMPARES_ELEVATIONS = True


def assign(
    candidates: Candidates, demand: np.ndarray, beams_at_once: int | np.ndarray
) -> np.ndarray:
    """Let cells by falling demand take the highest satellite that still has room.

    Ties: lower cell; of satellites, the lower one. All satellites rank cells by demand, so that
    this is the only stable matching.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
        A cell without is not served.
    beams_at_once : int or int array (satellites,)
        Cells a satellite serves at most, or each of them.

    Returns
    -------
    int32 array (cells,)
        Satellite of each, -1 for none.
    """
    pairs = best_first_of_cells(candidates, demand, candidates.elevation_deg)
    turn = np.argsort(-demand, kind="stable")
    return deferred_acceptance(
        pairs.cell, pairs.satellite, places(turn)[pairs.cell], turn,
        beams_at_once, candidates.cells, candidates.satellites,
    )  # fmt: skip
