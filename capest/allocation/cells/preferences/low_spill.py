"""The largest SNR times sine of elevation, without beams that disturb more people than they serve.

A beam aimed at a cell lights a spot whose area is the inverse of SNR times sine (`snr_times_sine`):
from a satellite twice as high it is four times as large, from one near the horizon longer still.
What falls beside the cell is interference of those around, and where many live around a cell with
few callers, the beam costs more calls than it carries. So a satellite serves a cell only if

    SNR · sin(e) >= 0.2 · (the largest in the trial) · sqrt((1 + around) / (1 + own)),

with the demand of the cell and the mean demand of the cells around it; the best satellite of a cell
may serve it always, so that no place is forgotten. Factor and root are measured: over China with
100,000 callers, 0.2 and 1/2 carry the most of 0.15 to 0.4 and 1/4 to 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates, largest_of
from capest.allocation.cells.preferences import snr_times_sine

LOOKS_AROUND = True
LEAVES_OUT = True

SHARE = 0.2
"""Of the largest product in a trial, below which a beam spills too much where all cells are alike."""


def weight(candidates: Candidates, demand: Any, xp: Any = np) -> Any:
    """Product of each pair, NaN where it may not serve, float32 array (n,).

    Where nobody knows which cells lie around each other, every pair may serve.
    """
    product = snr_times_sine.weight(candidates, demand, xp)
    if candidates.around is None:
        return product
    around = candidates.around.mean_demand(demand, xp)
    cells = candidates.around.cells
    trial = candidates.cell // cells
    largest = largest_of(trial, product, candidates.cells // max(cells, 1), xp)[trial]
    best = largest_of(candidates.cell, product, candidates.cells, xp)[candidates.cell]
    crowd = xp.sqrt((1.0 + around) / (1.0 + demand))[candidates.cell]
    least = xp.minimum(SHARE * largest * crowd, best)
    return xp.where(product >= least, product, xp.float32(xp.nan))
