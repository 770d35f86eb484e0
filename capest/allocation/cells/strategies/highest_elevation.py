"""The highest satellite serves: pairs by falling elevation, wherever there is room."""

from __future__ import annotations

import numpy as np

from capest.allocation.cells.candidates import Candidates, best_pairs_first

COMPARES_ELEVATIONS = True


def assign(
    candidates: Candidates, demand: np.ndarray, beams_at_once: int | np.ndarray
) -> np.ndarray:
    """Take pairs by falling elevation wherever cell and satellite still have room.

    Ties: lower cell, then lower satellite.

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
    return best_pairs_first(candidates, demand, beams_at_once, candidates.elevation_deg)
