"""The satellite with the best signal, which is the one with the best SINR.

A handset's antenna is isotropic: it hears the power of every lit beam of every satellite in view,
whichever of them serves it. With P the power it receives from all of them on its channel, N its
noise and S that of the satellite that serves, SINR = S / (N + P - S), which rises with S alone and
so with the SNR S / N. The best SNR is the best SINR, and the order by one is that by the other.
Scan loss and the power limit of a beam at the ground are in the SNR; what a satellite's total power
or the limit out of band take depends on who serves whom and is not.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates


def weight(candidates: Candidates, demand: Any = None, xp: Any = np) -> Any:
    """SNR of each pair at the cell's centre, linear, float32 array (n,)."""
    return candidates.snr
