"""The largest SNR times sine of elevation, without beams that disturb more people than they serve.

A beam aimed at a cell lights a spot whose area is the inverse of SNR times sine (`snr_times_sine`):
from a satellite twice as high it is four times as large, from one near the horizon longer still.
What falls beside the cell is interference of those around, and where many live around a cell with
few callers, the beam costs more calls than it carries. So a satellite serves a cell only if

    SNR · sin(e) >= 0.23 · (the largest in the trial) · sqrt((1 + around) / (1 + own)),

with the demand of the cell and the mean demand of the cells around it. So it may if its signal is
no stronger than a tenth of the noise, which is what decides there, and if its spot covers half a
cell at most: narrow beams within wide cells spill little, however far the satellite. Of a cell
that has no such satellite the best may serve, so that no place is forgotten: with the room that
other cells leave.

Factor and root are measured: over China with 100,000 callers, 0.2 and 1/2 carry the most of 0.15 to
0.4 and 1/4 to 1; with 0.23 a lower mask costs no calls at a pole either.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.cells.candidates import Candidates, largest_of
from capest.allocation.cells.preferences import snr_times_sine

LOOKS_AROUND = True
LEAVES_OUT = True

NOISE_SHARE = 0.1
"""Largest SNR of a signal that is nobody's disturbance."""

SPOT_CELLS = 0.5
"""Part of a cell that a spot may always cover, whoever lives around."""

SHARE = 0.23
"""Of the largest product in a trial, below which a beam spills too much among equal cells."""


def weight(candidates: Candidates, demand: Any, xp: Any = np) -> Any:
    """Product of each pair, float32 array (n,); NaN where it may not serve.

    Below 0 where it may with the room that others leave. Where nobody knows which cells lie around
    each other, every pair may serve.
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
    within = candidates.around.product_of_cell / SPOT_CELLS
    may = (product >= SHARE * largest * crowd) | (product >= within)
    may |= candidates.snr <= NOISE_SHARE
    served = xp.zeros(candidates.cells, dtype=bool)
    served[candidates.cell[may]] = True
    last = (product >= best) & ~served[candidates.cell]
    left = xp.where(last, product - 2.0 * xp.maximum(largest, NOISE_SHARE), xp.nan)
    return xp.where(may, product, left).astype(xp.float32)
