"""Cells that interfere are lit in different slots; every cell keeps its visits."""

from __future__ import annotations

import math

import numpy as np

ROUNDS = 128
"""Meetings of every slot with another at most; more of them bring next to nothing (64 slots)."""

_WORTH_IT = 1e-9
"""Least saving of an exchange, relative to the strongest interference: rounding moves nothing."""


def keep_apart(frame: np.ndarray, gain: np.ndarray) -> np.ndarray:
    """Exchange cells between slots as long as that lowers what users receive from other beams.

    Two slots exchange a cell each: the one that gains most by leaving its slot, and the one that
    then fits best in its place. Every slot lights as many cells as before and every cell is lit as
    often. In a round all slots meet in pairs, and with so many rounds as there are slots every
    slot met every other. All trials are worked on at once, and no chance is in it.

    Parameters
    ----------
    frame : bool array (..., slots, cells)
        Not changed.
    gain : float array (..., cells, cells)
        As in `Problem`: first the cell that hears, then the cell that is lit.

    Returns
    -------
    bool array (..., slots, cells)
        What all lit cells hear, summed over slots, is never more than in ``frame``.
    """
    lit, slots = frame.copy(), frame.shape[-2]
    interference = _interference(gain)
    heard = lit.astype(np.float64) @ interference
    unchanged = 0
    for number in range(ROUNDS):
        moved = _meet(lit, heard, interference, *_pairs(slots, number))
        unchanged = 0 if moved else unchanged + 1
        if unchanged == slots:  # nobody finds anything any more
            break
    return lit


def _interference(gain: np.ndarray) -> np.ndarray:
    """What two cells hear of each other, in parts of the most, symmetric, (..., cells, cells)."""
    both = gain + np.swapaxes(gain, -1, -2)
    both = both * ~np.eye(gain.shape[-1], dtype=bool)
    most = both.max(axis=(-1, -2), keepdims=True)
    return np.divide(both, most, out=np.zeros_like(both), where=most > 0)


def _pairs(slots: int, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Who meets whom in a round: slots whose numbers have the sum of the round, modulo the slots.

    The sums go in steps of the golden section, nearly: slots near each other are alike at first,
    and in a long frame there are fewer rounds than sums.
    """
    one = np.arange(slots)
    other = (number * _step(slots) - one) % slots
    return one[one < other], other[one < other]


def _step(slots: int) -> int:
    """Step by which so many rounds reach every sum once."""
    step = max(1, round(0.618 * slots))
    while math.gcd(step, slots) > 1:
        step += 1
    return step


def _meet(
    lit: np.ndarray,
    heard: np.ndarray,
    interference: np.ndarray,
    first: np.ndarray,
    second: np.ndarray,
) -> bool:
    """Let pairs of slots exchange a cell each where that helps; changes ``lit`` and ``heard``.

    Parameters
    ----------
    lit : bool array (..., slots, cells)
    heard : float array (..., slots, cells)
        What a cell hears of those lit, and they of it.
    interference : float array (..., cells, cells)
    first, second : int64 array (pairs,)

    Returns
    -------
    bool
        Whether anything was exchanged.
    """
    if not len(first):
        return False
    one, two = lit[..., first, :], lit[..., second, :]
    more = heard[..., second, :] - heard[..., first, :]
    by_leaving = np.where(one & ~two, more, np.inf)
    leaves = by_leaving.argmin(axis=-1)[..., None]
    of_leaving = np.take_along_axis(interference, leaves, axis=-2)
    # The two do not meet: in either slot one has gone when the other comes.
    by_coming = np.where(two & ~one, -more - 2.0 * of_leaving, np.inf)
    comes = by_coming.argmin(axis=-1)[..., None]
    change = np.take_along_axis(by_leaving, leaves, -1) + np.take_along_axis(by_coming, comes, -1)
    helps = change < -_WORTH_IT
    for slot, gone, new in ((one, leaves, comes), (two, comes, leaves)):
        np.put_along_axis(slot, gone, np.take_along_axis(slot, gone, -1) & ~helps, -1)
        np.put_along_axis(slot, new, np.take_along_axis(slot, new, -1) | helps, -1)
    lit[..., first, :], lit[..., second, :] = one, two
    moved = np.take_along_axis(interference, comes, axis=-2) - of_leaving
    moved = np.where(helps, moved, 0.0)
    heard[..., first, :] += moved
    heard[..., second, :] -= moved
    return bool(helps.any())
