"""What one block of trials yields: the unit of statistics and of storage."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class BlockResult:
    """Results of consecutive trials, on the host.

    Attributes
    ----------
    first_trial : int
        Number of the block's first trial.
    trial : dict of str to array (trials,)
        One value per trial and quantity (names in ``quantities``).
    trial_cell : dict of str to array (trials, cells)
        One value per trial, beam and quantity; beams in the order of the layout. Empty for a
        constellation, whose beams come and go.
    histograms : dict of str to int64 array (bins,)
        Counts over the users or beams of the statistics beams, see ``quantities.AXES``.
    cell : dict of str to int64 array (cells,) or (satellites,)
        Sums over the block's trials per cell or satellite.
    """

    first_trial: int
    trial: dict[str, np.ndarray] = field(repr=False)
    trial_cell: dict[str, np.ndarray] = field(repr=False)
    histograms: dict[str, np.ndarray] = field(repr=False)
    cell: dict[str, np.ndarray] = field(repr=False, default_factory=dict)

    @property
    def trials(self) -> int:
        """Number of trials in the block."""
        return len(next(iter(self.trial.values())))
