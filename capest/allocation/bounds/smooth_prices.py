"""Prices of satellites' beams from a smooth stand-in for the dual of a transport problem.

The best offer to a cell is replaced by a soft maximum (Nesterov, Mathematical Programming 103,
2005): the sum is smooth, and an accelerated gradient falls to its foot in a few dozen steps, each a
handful of array operations over all offers. Prices are near the best ones, no more: they say which
offers a linear program needs to know.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from capest.allocation.bounds.transport import Offers

_WIDTHS = (3.0, 1.0, 0.3)
"""By how much offers may differ and still share a cell, in units of their values, one by one."""

_STEPS = 60
"""Of each width."""


def likely_shares(offers: Offers, room: np.ndarray, beams_per_cell: int = 1) -> np.ndarray:
    """Share that each offer has of its cell at nearly the best prices, float64 array (n,).

    Parameters
    ----------
    offers : Offers
    room : float64 array (satellites,)
    beams_per_cell : int
    """
    start, row = offers.start, offers.row
    price = np.zeros(len(room))
    share = np.zeros(len(offers))
    for width in _WIDTHS:
        step, ahead, pace = width / np.maximum(room, 1.0), price, 1.0
        for _ in range(_STEPS):
            exponent = (offers.value - ahead[offers.satellite] * offers.time) / width
            # Nothing is an offer too.
            most = np.maximum(np.maximum.reduceat(exponent, start), 0.0)
            part = np.exp(exponent - most[row])
            share = part / (np.add.reduceat(part, start) + np.exp(-most))[row]
            used = np.bincount(offers.satellite, share * offers.time, minlength=len(room))
            lower = np.maximum(ahead - step * (room - beams_per_cell * used), 0.0)
            next_pace = 0.5 * (1.0 + math.sqrt(1.0 + 4.0 * pace * pace))
            ahead = np.maximum(lower + (pace - 1.0) / next_pace * (lower - price), 0.0)
            price, pace = lower, next_pace
    return share
