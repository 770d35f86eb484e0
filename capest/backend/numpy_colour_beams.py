"""Beams of one colour in a trial, and their gains towards tiles of users."""

from __future__ import annotations

import numpy as np

from capest.backend.numpy_pattern import PatternTable

# Up to this reduced distance from the nadir |a|² - 2ab + |b|² keeps the gain within 0.01 dB down
# to 40 dB under its peak; beyond, its terms are too large for their difference.
_LARGEST_FOR_PRODUCT = 50.0


class ColourBeams:
    """Beams that share a colour, sorted by satellite.

    Satellites are ordered by how many of these beams they have, so that several of them can be
    computed together, and then by number. This is the order in which interference is summed.

    Parameters
    ----------
    beam : int64 array (beams,)
        The beams, ascending.
    satellite : int64 array (beams,)
        Satellite of each.
    aim : float32 array (3, all beams)
        Reduced boresights, counted from the nadir.
    power : float32 array (all beams,)
    pattern : PatternTable
    by_product : bool
        Distances as a product of matrices, see `may_be_product`.

    Attributes
    ----------
    beam : int64 array (beams,)
    satellite, count, first : int64 array (satellites,)
        Each satellite, how many of the beams it has, and the first of them in ``beam``.
    place : int64 array (beams,)
        Place of each beam's satellite among ``satellite``.
    power : float32 array (beams,)
    aim : float32 array (3, beams)
    """

    def __init__(
        self,
        beam: np.ndarray,
        satellite: np.ndarray,
        aim: np.ndarray,
        power: np.ndarray,
        pattern: PatternTable,
        by_product: bool,
    ) -> None:
        number, first, count = np.unique(satellite, return_index=True, return_counts=True)
        order = np.argsort(count, kind="stable")
        self.beam = beam
        self.satellite, self.count, self.first = number[order], count[order], first[order]
        self.place = np.repeat(np.argsort(order), count)
        self.power = power[beam]
        self.pattern = pattern
        self._by_product = by_product
        self.aim = aim = aim[:, beam]
        if by_product:
            # 1 + |a - b|² is the product of (-2 b, 1, 1 + |b|²) and (a, |a|², 1).
            rows = np.concatenate(
                [-2.0 * aim, np.ones((1, beam.size)), 1.0 + (aim * aim).sum(axis=0)[None]]
            )
            self._rows = np.ascontiguousarray(rows.T, dtype=np.float32)
        else:
            # a - b of each axis is the product of (1, -b) and (a, 1): one rounding, nothing lost.
            self._rows = np.ones((3, beam.size, 2), dtype=np.float32)
            self._rows[:, :, 1] = -aim

    def columns(self, tiles: int, users: int) -> np.ndarray:
        """Make room for directions of tiles, float32 array (5 or 6, tiles, users)."""
        return np.ones((5 if self._by_product else 6, tiles, users), dtype=np.float32)

    def axes_of(self, columns: np.ndarray) -> np.ndarray:
        """Where to write the directions, float32 array (3, tiles, users)."""
        return columns[:3] if self._by_product else columns[::2]

    def complete(self, columns: np.ndarray, scratch: np.ndarray) -> None:
        """Compute the rest of the columns from the directions."""
        if self._by_product:
            squared = np.multiply(columns[0], columns[0], out=columns[3])
            for axis in columns[1:3]:
                squared += np.multiply(axis, axis, out=scratch)

    def gains(self, first: np.ndarray, count: int, columns: np.ndarray, room: Room) -> np.ndarray:
        """Gain of beams towards the users of tiles, relative to the peak.

        Parameters
        ----------
        first : int64 array (tiles,)
            First beam of each tile's satellite, a place in ``beam``.
        count : int
            How many beams each of them has.
        columns : float32 array (5 or 6, tiles, users)
        room : Room
            Holds the result.

        Returns
        -------
        float32 array (tiles, count, users)
        """
        _, tiles, users = columns.shape
        rows = first[:, None] + np.arange(count)
        position, scratch, third, index = room.of(tiles, count, users)
        if self._by_product:
            np.matmul(self._rows.take(rows, axis=0), columns.swapaxes(0, 1), out=position)
        else:
            pairs = columns.reshape(3, 2, tiles, users).swapaxes(1, 2)
            for axis, out in enumerate((position, scratch, third)):
                np.matmul(self._rows[axis].take(rows, axis=0), pairs[axis], out=out)
                out *= out
            position += scratch
            position += third
            position += 1.0
        return self.pattern.gain(position, scratch, index)

    def sums(self, first: np.ndarray, count: int, gains: np.ndarray, out: np.ndarray) -> None:
        """Sum gains (tiles, count, users) over the beams, weighed with their powers."""
        weights = self.power.take(first[:, None] + np.arange(count))
        np.matmul(weights[:, None, :], gains, out=out[:, None, :])


def may_be_product(aim: np.ndarray) -> bool:
    """Whether the beams (3, n) are so near the nadir that squares do not cancel."""
    return float((aim * aim).sum(axis=0).max()) <= _LARGEST_FOR_PRODUCT**2


class Room:
    """Arrays for the pairs of some tiles, to be used again."""

    def __init__(self) -> None:
        self._work = np.empty((3, 0), dtype=np.float32)
        self._index = np.empty(0, dtype=np.int64)

    def of(self, *shape: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Three float32 arrays and one of int64, each of this shape."""
        size = shape[0] * shape[1] * shape[2]
        if self._index.size < size:
            self._work = np.empty((3, size), dtype=np.float32)
            self._index = np.empty(size, dtype=np.int64)
        one, two, three = (part[:size].reshape(shape) for part in self._work)
        return one, two, three, self._index[:size].reshape(shape)
