"""Blocks, or pieces of blocks, whose trials are computed at once.

The first blocks of a run have one trial each, and a trial of few users costs little beside the
hundred array operations it takes. What a trial has of its own is cut apart afterwards; what is
counted or summed over trials is so for each part.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine.services.outcome import call_histogram
from capest.statistics.block import BlockResult
from capest.statistics.histograms import HistogramAxis


@dataclass(frozen=True)
class Parts:
    """Consecutive trials, cut into parts.

    Where there are several, arrays are on the host, and values lie in the order of trials.

    Attributes
    ----------
    trials : tuple of int
        Of each part, 1 or more.
    """

    trials: tuple[int, ...]

    def count(
        self, axis: HistogramAxis, values: Any, kernels: Kernels, weight: Any | None, trial: Any
    ) -> Any:
        """Count values into bins.

        Parameters
        ----------
        axis : HistogramAxis
        values : array (n,)
        kernels : Kernels
        weight : int array (n,), optional
            How often each value counts.
        trial : int array (n,)
            From 0 on, ascending.

        Returns
        -------
        int64 array (bins,), or (parts, bins) of several parts
        """
        if self._is_one:
            return axis.count(values, kernels, weight)
        return np.stack(
            [
                axis.count(values[rows], kernels, None if weight is None else weight[rows])
                for rows in self._rows(trial)
            ]
        )

    def total(self, values: Any, trial: Any) -> Any:
        """Sum of values (n,), a scalar or (parts,); ``trial`` as of `count`."""
        if self._is_one:
            return values.sum()
        return np.array([values[rows].sum() for rows in self._rows(trial)])

    def total_of_trials(self, values: Any) -> Any:
        """Sum over trials of an array (trials, ...), (...) or (parts, ...)."""
        return values.sum(axis=0) if self._is_one else np.add.reduceat(values, self._ends[:-1])

    def cut(self, found: BlockResult) -> list[BlockResult]:
        """Results of each part, with what is counted of its trials on the host."""
        if self._is_one:
            return [_with_calls(found)]
        first = found.first_trial
        return [
            _with_calls(
                BlockResult(
                    first + int(start),
                    {name: values[start:end] for name, values in found.trial.items()},
                    {name: values[start:end] for name, values in found.trial_cell.items()},
                    {name: counts[part] for name, counts in found.histograms.items()},
                    {name: sums[part] for name, sums in found.cell.items()},
                )
            )
            for part, (start, end) in enumerate(itertools.pairwise(self._ends))
        ]

    @property
    def _is_one(self) -> bool:
        return len(self.trials) == 1

    @property
    def _ends(self) -> np.ndarray:
        """First trial of every part, and the number of all trials."""
        return np.cumsum([0, *self.trials])

    def _rows(self, trial: np.ndarray) -> list[slice]:
        """Where the values of each part are."""
        ends = np.searchsorted(trial, self._ends)
        return [slice(start, end) for start, end in itertools.pairwise(ends)]


def _with_calls(block: BlockResult) -> BlockResult:
    return replace(block, histograms=block.histograms | call_histogram(block.trial))
