"""Frames: which cells are lit in which slot, bool arrays (..., slots, cells)."""

from __future__ import annotations

import numpy as np


def lay_out(visits: np.ndarray, slots: int) -> np.ndarray:
    """Spread visits over a frame such that every slot lights the same number of cells.

    All visits stand in a row, cell after cell, and the row is dealt out to the slots in turn: visit
    p falls into slot p mod slots (the wrap-around rule of McNaughton, Management Science 6, 1959).
    A cell with at most as many visits as there are slots never falls into one twice.

    Parameters
    ----------
    visits : int array (..., cells)
        0 to ``slots`` each; their sum is a multiple of ``slots``.
    slots : int

    Returns
    -------
    bool array (..., slots, cells)
    """
    end = np.cumsum(visits, axis=-1)
    start = end - visits
    slot = np.arange(slots)[:, None]
    # How many positions p < end fall into the slot, less those before the start.
    before = (end[..., None, :] - slot + slots - 1) // slots
    before -= (start[..., None, :] - slot + slots - 1) // slots
    return before > 0


def longest_gaps(lit: np.ndarray) -> np.ndarray:
    """Most slots in a row in which a cell is dark, if frame follows frame.

    Parameters
    ----------
    lit : bool array (..., slots, cells)

    Returns
    -------
    int64 array (..., cells)
        All slots for a cell that is never lit.
    """
    slots = lit.shape[-2]
    twice = np.concatenate([lit, lit], axis=-2)
    number = np.arange(1, 2 * slots + 1)[:, None]
    latest = np.maximum.accumulate(np.where(twice, number, 0), axis=-2)
    # The second round has the end of the first before it.
    return np.minimum((number - latest)[..., slots:, :], slots).max(axis=-2)
