"""Coverage first: as many cells as can be have a satellite that lights them in its turn.

A satellite that lights K cells at a time lights up to K · slots of them in a frame. A cell that
asks is dark only where no assignment lights it and all those that are lit: the assignment ends as a
maximum matching of cells and satellites with that much room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.allocation.cells.augmenting import augment
from capest.allocation.cells.candidates import (
    Candidates,
    Pairs,
    best_first_of_cells,
    best_pairs_first,
)

_STEP = 4
"""Room grows by one part in so many at a time: cells share time where they must, evenly."""


def cover(
    candidates: Candidates,
    demand: np.ndarray,
    served_by: np.ndarray,
    at_once: int | np.ndarray,
    turns: int,
) -> np.ndarray:
    """Light cells that an assignment leaves dark, and none less.

    Every satellite's room grows from what it lights at a time, by a quarter a step, up to what it
    lights in a frame, as long as a cell is left. In each step cells that are left take the
    satellites with room by falling SNR; for those still left, others change their satellite along
    augmenting paths, cells with most demand first. Ties: lower cell. Only cells that are left are
    looked at one by one.

    Parameters
    ----------
    candidates : Candidates
    demand : int64 array (cells,)
        A cell without asks for nothing.
    served_by : int32 array (cells,)
        The assignment to begin with, of at most ``at_once`` cells a satellite; -1 for none.
    at_once : int or int array (satellites,)
        Cells that a satellite lights at a time.
    turns : int
        How often in a frame.

    Returns
    -------
    int32 array (cells,)
        Satellite of each, -1 for none: a maximum matching with room ``at_once`` · ``turns``.
    """
    found = served_by.copy()
    room = np.broadcast_to(at_once, candidates.satellites).astype(np.int64)
    most = room * turns
    left = _left(candidates, demand, found)
    if not len(left):
        return found
    pairs = best_first_of_cells(candidates, demand, candidates.snr)
    first = np.searchsorted(pairs.cell, np.arange(candidates.cells + 1))
    while len(left):
        found = _filled(candidates, demand, found, room)
        found = _augmented(_Choices(pairs, first), demand, found, room)
        left = left[found[left] < 0]
        if (room >= most).all():
            break
        room = np.minimum(room + np.maximum(room // _STEP, 1), most)
    return found


@dataclass(frozen=True)
class _Choices:
    """Satellites of each cell.

    Attributes
    ----------
    pairs : Pairs
        By ascending cell, its best satellite first.
    first : int64 array (cells + 1,)
        Where those of each cell begin.
    """

    pairs: Pairs
    first: np.ndarray

    def of(self, cell: int) -> list[int]:
        """Satellites that may serve a cell, best first."""
        found: list[int] = self.pairs.satellite[self.first[cell] : self.first[cell + 1]].tolist()
        return found


def _left(candidates: Candidates, demand: np.ndarray, served_by: np.ndarray) -> np.ndarray:
    """Cells that ask, have a candidate and no satellite, most demand first, int64 array (n,)."""
    has_one = np.bincount(candidates.cell, minlength=candidates.cells) > 0
    cells = np.flatnonzero((demand > 0) & (served_by < 0) & has_one)
    return cells[np.argsort(-demand[cells], kind="stable")]


def _loads(served_by: np.ndarray, satellites: int) -> np.ndarray:
    """Cells that each satellite holds, int64 array (satellites,)."""
    return np.bincount(served_by[served_by >= 0], minlength=satellites)


def _filled(
    candidates: Candidates, demand: np.ndarray, served_by: np.ndarray, room: np.ndarray
) -> np.ndarray:
    """Let cells without a satellite take those that have room, by falling SNR."""
    wants = np.where(served_by < 0, demand, 0)
    free = room - _loads(served_by, candidates.satellites)
    some = (wants[candidates.cell] > 0) & (free[candidates.satellite] > 0)
    if not some.any():
        return served_by
    open_pairs = Candidates(
        candidates.cell[some],
        candidates.satellite[some],
        candidates.elevation_deg[some],
        candidates.snr[some],
        candidates.cells,
        candidates.satellites,
    )
    more = best_pairs_first(open_pairs, wants, free, open_pairs.snr)
    return np.where(served_by < 0, more, served_by)


def _augmented(
    choices: _Choices, demand: np.ndarray, served_by: np.ndarray, room: np.ndarray
) -> np.ndarray:
    """Let cells in along augmenting paths, with satellites that hold ``room`` cells at most."""
    waiting = np.flatnonzero((served_by < 0) & (np.diff(choices.first) > 0))
    if not len(waiting):
        return served_by
    waiting = waiting[np.argsort(-demand[waiting], kind="stable")]
    by_satellite = np.argsort(served_by, kind="stable")
    first = np.searchsorted(served_by[by_satellite], np.arange(len(room) + 1))
    held: dict[int, list[int]] = {}

    def held_by(satellite: int) -> list[int]:
        if satellite not in held:
            own = by_satellite[first[satellite] : first[satellite + 1]]
            held[satellite] = own.tolist()
        return held[satellite]

    found = served_by.tolist()
    augment(waiting.tolist(), found, choices.of, held_by, room.tolist())
    return np.array(found, dtype=np.int32)
