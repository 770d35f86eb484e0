"""Cells of a region for which values are summed, of each trial or of all trials together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.engine.beams import Beams
from capest.engine.world import World


@dataclass(frozen=True)
class Places:
    """The cells for which values are summed: those of each trial, or of all trials together.

    Attributes
    ----------
    rows, cells : int
        A row is a trial, or all of them if there is one.
    """

    rows: int
    cells: int

    @property
    def size(self) -> int:
        """How many there are."""
        return self.rows * self.cells

    def number(self, trial: Any, cell: Any, xp: Any) -> Any:
        """Number of each user's or beam's place, int64 array; beyond all places without a cell."""
        found = cell.astype(xp.int64)
        if self.rows > 1:
            found += trial.astype(xp.int64) * self.cells
        return xp.where(cell >= 0, found, self.size)

    def shaped(self, values: Any) -> Any:
        """Values of all places as an array (rows, cells, ...)."""
        return values.reshape(self.rows, self.cells, *values.shape[1:])


def sums_of(number: Any, values: Any | None, size: int, weight: Any | None, xp: Any) -> Any:
    """Sums of whole numbers by number, int64 array (size,)."""
    if values is None:
        values = xp.ones(len(number)) if weight is None else weight.astype(xp.float64)
    elif weight is not None:
        values = values * weight
    # Whole numbers below 2**53 add exactly in double precision, in any order.
    sums = xp.zeros(size)
    xp.add.at(sums, number, values)
    return sums.astype(xp.int64)


def places_of(world: World, trials: int, kept: bool) -> Places:
    """Places of a world's cells: of each trial, or of all together, which takes less memory."""
    return Places(trials if kept else 1, len(world.ground.colour))


def counted_places(world: World, beams: Beams, most: int) -> np.ndarray:
    """Beams that count, by trial and number in it, bool array (trials, most)."""
    counts = beams.that_count(world.ground.counted)
    trial = np.repeat(np.arange(len(beams.start) - 1), np.diff(beams.start))
    found = np.zeros((len(beams.start) - 1, most), dtype=bool)
    found[trial, np.arange(len(beams)) - beams.start[trial]] = counts
    return found
