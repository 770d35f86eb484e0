"""Shares of time and whole visits, dealt out under a limit per cell."""

from __future__ import annotations

import numpy as np


def proportional_shares(weight: np.ndarray, beams: int) -> np.ndarray:
    """Shares of time proportional to weights, at most 1 each, that add up to the beams.

    The share is min(1, level · weight), with the level that makes the sum right (water-filling).
    Where fewer cells than beams have weight, these have share 1 and the others share the rest.

    Parameters
    ----------
    weight : float array (..., cells)
        Not negative.
    beams : int
        At most the cells.

    Returns
    -------
    float array (..., cells)
    """
    cells = weight.shape[-1]
    order = np.argsort(-weight, axis=-1, kind="stable")
    falling = np.take_along_axis(weight, order, axis=-1)
    # With the k heaviest cells at their limit, the others divide beams - k by weight.
    rest = np.flip(np.cumsum(np.flip(falling, -1), axis=-1), -1)
    left = np.maximum(beams - np.arange(cells), 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        level = np.where(rest > 0, left / rest, np.inf)
        fits = np.where(falling > 0, level * falling, np.inf) <= 1.0
    full = np.where(fits.any(axis=-1), np.argmax(fits, axis=-1), (falling > 0).sum(axis=-1))
    full = np.minimum(full, beams)[..., None]
    of_rest = np.take_along_axis(level, np.minimum(full, cells - 1), axis=-1)
    place = np.arange(cells)
    weightless = (beams - full) / np.maximum(cells - full, 1)
    with np.errstate(invalid="ignore"):
        filled = np.where(np.isinf(of_rest), weightless, of_rest * falling)
    shares = np.empty(weight.shape)
    np.put_along_axis(shares, order, np.where(place < full, 1.0, filled), axis=-1)
    return shares


def whole_visits(shares: np.ndarray, slots: int) -> np.ndarray:
    """Visits nearest to shares of the slots: largest remainders are rounded up.

    Parameters
    ----------
    shares : float array (..., cells)
        0 to 1 each; their sum is a whole number of beams.
    slots : int

    Returns
    -------
    int64 array (..., cells)
        0 to ``slots`` each, with the sum beams · slots.
    """
    exact = shares * slots
    # A share that is whole but for rounding is whole.
    visits = np.floor(exact + 1e-9).astype(np.int64)
    total = np.rint(exact.sum(axis=-1)).astype(np.int64)
    missing = (total - visits.sum(axis=-1))[..., None]
    remainder = np.where(visits < slots, exact - visits, -np.inf)
    rank = np.argsort(np.argsort(-remainder, axis=-1, kind="stable"), axis=-1)
    return visits + (rank < missing)


def fill_lowest(visits: np.ndarray, levels: np.ndarray, total: int) -> np.ndarray:
    """Give visits that are left to the cells that are worst off, one each in turn.

    Of cells as badly off those come first that gain least by a visit; those that want nothing
    come last.

    Parameters
    ----------
    visits : int64 array (..., cells)
    levels : float array (..., cells, most + 1)
        How well off a cell is by the number of its visits, which are ``most`` at most; infinite
        for one that wants nothing.
    total : int
        Sum of visits to reach; at most ``most`` times the cells.

    Returns
    -------
    int64 array (..., cells)
    """
    visits, most = visits.copy(), levels.shape[-1] - 1
    missing = total - visits.sum(axis=-1, keepdims=True)
    while (missing > 0).any():
        now, then = (
            np.take_along_axis(levels, np.minimum(one, most)[..., None], axis=-1)[..., 0]
            for one in (visits, visits + 1)
        )
        state = np.where(visits < most, now, np.nan)  # sorts behind everything
        order = np.lexsort((visits, then, state), axis=-1)
        rank = np.argsort(order, axis=-1)
        more = (rank < missing) & (visits < most)
        visits += more
        missing = missing - more.sum(axis=-1, keepdims=True)
    return visits
