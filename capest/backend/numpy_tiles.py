"""Blocks of neighbouring users, and which satellites they may hear.

A tile is one block of users and one satellite. Blocks are small, so that what a block hears is
little more than what each of its users hears; tiles are many, and are computed many at a time.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from capest.physics.constants import EARTH_RADIUS_M

USERS_PER_BLOCK = 64
"""Always so many, so that matrix products round the same for every user."""

_MARGIN_RAD = 1e-3


def blocks_of_neighbours(position: np.ndarray) -> np.ndarray:
    """Sort users into slabs of latitude, and each slab by longitude.

    Parameters
    ----------
    position : float64 array (3, users)
        At least one user.

    Returns
    -------
    int64 array (blocks, USERS_PER_BLOCK)
        Users; the last one again where a block is not full.
    """
    x, y, z = position
    users = x.size
    blocks = -(-users // USERS_PER_BLOCK)
    longitude, sine = np.arctan2(y, x), z / EARTH_RADIUS_M
    cosine = max(0.1, math.sqrt(max(0.0, 1.0 - float(sine.mean()) ** 2)))
    # As many slabs as make blocks about square.
    height, width = float(np.ptp(sine)) / cosine, float(np.ptp(longitude)) * cosine
    slabs = min(max(1, round(math.sqrt(blocks * height / max(width, 1e-9)))), blocks)
    slab = np.empty(users)
    slab[np.argsort(sine)] = np.arange(users) // (-(-blocks // slabs) * USERS_PER_BLOCK)
    order = np.lexsort((longitude, slab))
    return np.pad(order, (0, blocks * USERS_PER_BLOCK - users), mode="edge").reshape(blocks, -1)


class Horizon:
    """From how far satellites are heard.

    Parameters
    ----------
    position : float64 array (3, satellites)
    lowest_sine : float
        Lowest sine of elevation.
    """

    def __init__(self, position: np.ndarray, lowest_sine: float) -> None:
        radius_m = np.sqrt((position * position).sum(axis=0))
        self._unit = position / radius_m
        lowest = math.asin(max(-1.0, min(1.0, lowest_sine)))
        cosine = np.minimum(EARTH_RADIUS_M / radius_m * math.cos(lowest), 1.0)
        # Angle at the Earth's centre between a user and a satellite at the lowest elevation.
        self._reach = np.arccos(cosine) - lowest + _MARGIN_RAD

    def near(self, position: np.ndarray, satellites: np.ndarray) -> np.ndarray:
        """Which satellites some user of a block may hear; never too few.

        Parameters
        ----------
        position : float64 array (3, blocks, n)
        satellites : int64 array (m,)

        Returns
        -------
        bool array (blocks, m)
        """
        centre = position.sum(axis=2)
        length = np.sqrt((centre * centre).sum(axis=0))
        centre /= np.maximum(length, 1.0)
        cosine = (position * centre[:, :, None]).sum(axis=0).min(axis=1) / EARTH_RADIUS_M
        spread = np.arccos(np.clip(cosine, -1.0, 1.0))
        spread[length < EARTH_RADIUS_M * 1e-3] = math.pi  # all around the Earth
        reach = self._reach[satellites]
        limit = np.cos(spread)[:, None] * np.cos(reach) - np.sin(spread)[:, None] * np.sin(reach)
        limit[spread[:, None] + reach >= math.pi] = -2.0
        return centre.T @ self._unit[:, satellites] >= limit


@dataclass(frozen=True)
class Tiles:
    """Tiles in the order in which they are computed.

    Attributes
    ----------
    block : int64 array (tiles,)
    place : int64 array (tiles,)
        Of the satellite in the list that `tiles_of` was given.
    count : int64 array (tiles,)
        Beams of that satellite.
    number : int64 array (tiles,)
        Rank by block and satellite of the first, the second, ... tile.
    batches : int64 array (batches + 1,)
        First tile of each batch; in a batch tiles are sorted by ``count``, then by block.
    """

    block: np.ndarray
    place: np.ndarray
    count: np.ndarray
    number: np.ndarray
    batches: np.ndarray

    def runs(self, batch: slice) -> list[tuple[int, int]]:
        """First and end of tiles of the same block and count, counted within a batch."""
        return _runs(self.count[batch], self.block[batch])

    def chunks(self, batch: slice, pairs: int) -> Iterator[tuple[slice, int]]:
        """Tiles with the same count of beams, up to so many pairs, and that count."""
        count = self.count[batch]
        for first, end in _runs(count):
            beams = int(count[first])
            step = max(1, pairs // (beams * USERS_PER_BLOCK))
            for start in range(first, end, step):
                yield slice(start, min(start + step, end)), beams


def tiles_of(near: np.ndarray, count: np.ndarray, tiles_per_batch: int) -> Tiles:
    """Tiles of blocks and the satellites near them.

    Parameters
    ----------
    near : bool array (blocks, satellites)
    count : int64 array (satellites,)
        Beams of each satellite, ascending.
    tiles_per_batch : int

    Returns
    -------
    Tiles
        A block meets its satellites in their order, through all batches.
    """
    block, place = np.nonzero(near)
    batches = np.append(np.arange(0, block.size, tiles_per_batch), block.size)
    number = np.lexsort((count[place], np.arange(block.size) // tiles_per_batch))
    block, place = block[number], place[number]
    return Tiles(block, place, count[place], number, batches)


def _runs(*keys: np.ndarray) -> list[tuple[int, int]]:
    """First and end of neighbours that agree in all keys."""
    changed = np.zeros(keys[0].size - 1, dtype=bool)
    for key in keys:
        changed |= key[1:] != key[:-1]
    return list(pairwise([0, *(np.flatnonzero(changed) + 1).tolist(), keys[0].size]))
