"""Histogram axes: the bins over users and beams that blocks count into.

Counts are integers, so histograms of different blocks merge exactly and in any order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np


class Counter(Protocol):
    """What `HistogramAxis.count` needs of a backend (see ``backend.protocol.Kernels``)."""

    @property
    def xp(self) -> Any:
        """Array module of the values."""

    def count_values(
        self,
        values: Any,
        weight: Any | None,
        *,
        low: float,
        inverse_step: float,
        bins: int,
        logarithmic: bool,
    ) -> Any:
        """Return how many values lie in each bin."""


@dataclass(frozen=True)
class HistogramAxis:
    """Equal bins of one quantity, on a linear or a decadic logarithmic scale.

    Attributes
    ----------
    name : str
        The quantity; also the stem of the variables' names in a result file.
    units : str
        Units of the quantity.
    long_name : str
        One line for people.
    population : {"user", "beam", "trial"}
        What is counted.
    low, step : float
        Lower edge of the first regular bin and bin width (in decades if ``logarithmic``).
    regular_bins : int
        Number of regular bins; two more hold what lies outside.
    logarithmic : bool
        Bins are equal in log10 of the value.
    """

    name: str
    units: str
    long_name: str
    population: str
    low: float
    step: float
    regular_bins: int
    logarithmic: bool = False

    @property
    def bins(self) -> int:
        """Number of bins with the two open ones."""
        return self.regular_bins + 2

    def edges(self) -> np.ndarray:
        """Return the ``regular_bins + 1`` finite edges in the quantity's own units."""
        grid = self.low + self.step * np.arange(self.regular_bins + 1)
        return 10.0**grid if self.logarithmic else grid

    def count(self, values: Any, counter: Counter, weight: Any | None = None) -> Any:
        """Count values into the bins.

        Parameters
        ----------
        values : array (n,)
            Values in ``units``; infinities and (on a logarithmic axis) zero are legal.
        counter : Counter
            The backend that owns ``values``.
        weight : int32 array (n,), optional
            How often each value counts; once if not given.

        Returns
        -------
        int64 array (bins,)
        """
        return counter.count_values(
            values.astype(counter.xp.float64, copy=False),
            weight,
            low=self.low,
            inverse_step=1.0 / self.step,
            bins=self.bins,
            logarithmic=self.logarithmic,
        )
