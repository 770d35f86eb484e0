"""Coverage first: as many cells as can be have a satellite that lights them in its turn.

A satellite that lights K cells at a time lights up to K · slots of them in a frame. A cell that
asks is dark only where no assignment lights it and all those that are lit: the assignment ends as a
maximum matching of cells and satellites with that much room.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.allocation.cells.augmenting import augment
from capest.allocation.cells.candidates import Candidates, best_pairs_first, wanted_pairs

_STEP = 4
"""Room grows by one part in so many at a time: cells share time where they must, evenly."""

_LOSSES_DB = (1.0, 2.0, 3.0, 6.0, 10.0, np.inf)
"""What cells that change their satellite may lose against their best one, first little."""


def cover(
    candidates: Candidates,
    demand: np.ndarray,
    served_by: np.ndarray,
    at_once: int | np.ndarray,
    turns: int,
) -> np.ndarray:
    """Light cells that an assignment leaves dark, and none less.

    Cells that are left share the time of satellites: every satellite's room grows from what it
    lights at a time, by a quarter a step, up to what it lights in a frame, and in each step cells
    that are left take the satellites with room by falling SNR. For those left at the end, others
    change their satellite along augmenting paths, the shortest and those of cells with least demand
    first: at first only for satellites nearly as strong as their best, then for any. Ties: lower
    cell. Only cells that are left then are looked at one by one.

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
    while len(left):
        found = _filled(candidates, demand, found, room)
        left = left[found[left] < 0]
        if (room >= most).all():
            break
        room = np.minimum(room + np.maximum(room // _STEP, 1), most)
    if not len(left):
        return found
    choices = _choices(candidates, demand)
    for loss_db in _LOSSES_DB:
        found = _augmented(choices, demand, left, found, most, loss_db)
        left = left[found[left] < 0]
    return found


@dataclass(frozen=True)
class _Choices:
    """Satellites of each cell that asks.

    Attributes
    ----------
    satellite : int32 array (n,)
        By ascending cell, its best satellite first.
    loss_db : float32 array (n,)
        SNR of the best of the cell over that of each.
    first : int64 array (cells + 1,)
        Where those of each cell begin.
    """

    satellite: np.ndarray
    loss_db: np.ndarray
    first: np.ndarray


def _choices(candidates: Candidates, demand: np.ndarray) -> _Choices:
    chosen = wanted_pairs(candidates, demand)
    cell, snr = candidates.cell[chosen], candidates.snr[chosen]
    order = np.lexsort((-snr, cell))
    cell, snr = cell[order], snr[order].astype(np.float64)
    first = np.searchsorted(cell, np.arange(candidates.cells + 1))
    best = np.maximum(snr[first[cell]], 1e-300)
    loss_db = -10.0 * np.log10(np.maximum(snr / best, 1e-300))
    return _Choices(candidates.satellite[chosen[order]], loss_db.astype(np.float32), first)


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
    choices: _Choices,
    demand: np.ndarray,
    left: np.ndarray,
    served_by: np.ndarray,
    room: np.ndarray,
    loss_db: float,
) -> np.ndarray:
    """Let cells in along augmenting paths of satellites that are weaker by ``loss_db`` at most."""
    by_satellite = np.lexsort((demand, served_by))
    first = np.searchsorted(served_by[by_satellite], np.arange(len(room) + 1))
    near = np.concatenate([[0], np.cumsum(choices.loss_db <= loss_db)])
    # Those of a cell are its first ones.
    end = choices.first[:-1] + np.diff(near[choices.first])
    held: dict[int, list[int]] = {}

    def held_by(satellite: int) -> list[int]:
        if satellite not in held:
            own = by_satellite[first[satellite] : first[satellite + 1]]
            held[satellite] = own.tolist()
        return held[satellite]

    def choices_of(cell: int) -> list[int]:
        found: list[int] = choices.satellite[choices.first[cell] : end[cell]].tolist()
        return found

    found = served_by.tolist()
    augment(left.tolist(), found, choices_of, held_by, room.tolist())
    return np.array(found, dtype=np.int32)
