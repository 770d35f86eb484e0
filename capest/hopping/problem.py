"""What a plan of beam hopping is made for: demand, rates and who disturbs whom."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Problem:
    """A satellite that can light some beams at a time, for the slots of one frame.

    All arrays may have leading axes (trials, say), for problems that are solved side by side.

    Attributes
    ----------
    demand : float array (..., cells)
        What the users of a cell want, mean over the frame, Mbit/s.
    rate : float array (..., cells)
        What a cell gets in a slot in which it alone is lit, Mbit/s.
    gain : float array (..., cells, cells)
        Power that a cell's users receive from every cell's lit beam, over the noise: first the cell
        that hears, then the cell that is lit; its own on the diagonal.
    rate_of : callable
        Rate in Mbit/s by SINR, array to array; never falls as the SINR rises.
    beams : int
        Beams lit at a time, exactly; at most the cells.
    slots : int
        Slots of the frame.
    """

    demand: np.ndarray
    rate: np.ndarray
    gain: np.ndarray
    rate_of: Callable[[np.ndarray], np.ndarray]
    beams: int
    slots: int

    @property
    def cells(self) -> int:
        """Number of cells."""
        return int(self.demand.shape[-1])

    @property
    def need(self) -> np.ndarray:
        """Share of the slots that serves a cell's demand undisturbed, (..., cells).

        Infinite where there is demand but no rate.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(self.demand > 0, self.demand / self.rate, 0.0)
