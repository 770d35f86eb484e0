"""The satellite with the best SINR serves: pairs by falling SNR, wherever there is room.

A handset's antenna is isotropic: it hears the power of every lit beam of every satellite in view,
whichever of them serves it. With P the power it receives from all of them on its channel, N its
noise and S that of the satellite that serves, SINR = S / (N + P - S), which rises with S alone and
so with the SNR S / N. The best SNR is the best SINR, and the order by one is that by the other.
Scan loss and the power limit of a beam at the ground are in the SNR; what a satellite's total power
or the limit out of band take depends on who serves whom and is not.
"""

from __future__ import annotations

import numpy as np

from capest.allocation.cells.candidates import Candidates, best_pairs_first


def assign(
    candidates: Candidates, demand: np.ndarray, beams_at_once: int | np.ndarray
) -> np.ndarray:
    """Take pairs by falling SNR wherever cell and satellite still have room.

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
    return best_pairs_first(candidates, demand, beams_at_once, candidates.snr)
