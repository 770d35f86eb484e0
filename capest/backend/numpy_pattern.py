"""Antenna pattern of many pairs of a direction and a beam; shared by the NumPy kernels."""

from __future__ import annotations

import numpy as np

from capest.physics.pattern_table import FIRST_ENTRY, STEPS_PER_OCTAVE_LOG2

PAIRS_PER_BLOCK = 96 * 2**10
"""About this many pairs make a block: its handful of arrays then share 2 MiB of cache."""

# Up to this reduced distance from the layout's centre |a|² - 2ab + |b|² keeps the gain within
# 0.01 dB down to 40 dB under its peak; beyond, its terms are too large for their difference.
_LARGEST_FOR_PRODUCT = 50.0

_SHIFT = 23 - STEPS_PER_OCTAVE_LOG2


class PatternTable:
    """Reads gains from a table, many at a time.

    Parameters
    ----------
    lines : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    """

    def __init__(self, lines: np.ndarray) -> None:
        # What the bits of a position say is the place itself, without a subtraction per pair. Of
        # what lies below the first entry only the last octave is ever touched: positions that
        # rounding left under 1.
        self._intercept, self._slope = np.zeros((2, FIRST_ENTRY + len(lines)), dtype=np.float32)
        self._intercept[FIRST_ENTRY:], self._slope[FIRST_ENTRY:] = lines.T
        below = slice(FIRST_ENTRY - 2**STEPS_PER_OCTAVE_LOG2, FIRST_ENTRY)
        self._intercept[below], self._slope[below] = lines[0]

    def gain(self, position: np.ndarray, scratch: np.ndarray, index: np.ndarray) -> np.ndarray:
        """Gain relative to the peak, in place of the position.

        Parameters
        ----------
        position : float32 array
            1 + the squared distance of a direction and a beam, both reduced.
        scratch : float32 array
        index : int64 array
            Overwritten; both of the shape of ``position``.
        """
        np.right_shift(position.view(np.int32), _SHIFT, out=index)
        # Beyond the table "clip" reads its last entry, whose slope is zero.
        position *= self._slope.take(index, out=scratch, mode="clip")
        position += self._intercept.take(index, out=scratch, mode="clip")
        return position

    def between(self, direction: np.ndarray, aim: np.ndarray) -> np.ndarray:
        """Gain in reduced directions of one beam each, float32 arrays (3, n)."""
        apart = direction - aim
        position = np.float32(1.0) + (apart * apart).sum(axis=0)
        return self.gain(position, np.empty_like(position), np.empty(position.size, dtype=np.int64))


class BeamPattern:
    """Pattern of TR 38.811 clause 6.4.1 between beams and whatever direction is asked for.

    Parameters
    ----------
    beam_direction : float32 array (3, beams)
        Reduced boresights: direction cosines minus those of the layout's centre, times
        wavenumber and aperture radius.
    lines : float32 array (n, 2)
        From ``pattern_table.pattern_table``.
    """

    def __init__(self, beam_direction: np.ndarray, lines: np.ndarray) -> None:
        self._beam = beam_direction
        # 1 + |a - b|² as a product of matrices: rows (-2 b, 1, 1 + |b|²) times (a, |a|², 1).
        squared = (beam_direction * beam_direction).sum(axis=0)
        self._matrix = np.ones((beam_direction.shape[1], 5), dtype=np.float32)
        self._matrix[:, :3] = -2.0 * beam_direction.T
        self._matrix[:, 4] += squared
        self._distance = np.sqrt(squared)
        self._table = PatternTable(lines)

    def columns(self, *shape: int) -> np.ndarray:
        """Make room for directions: float32 array (..., 5, n) for a shape (..., n)."""
        columns = np.zeros((*shape[:-1], 5, shape[-1]), dtype=np.float32)
        columns[..., 4, :] = 1.0
        return columns

    def put(self, direction: np.ndarray, columns: np.ndarray) -> None:
        """Write reduced directions, float32 array (..., 3, n), into columns (..., 5, n)."""
        columns[..., :3, :] = direction
        columns[..., 3, :] = (direction * direction).sum(axis=-2)

    def gain(
        self, low: int, high: int, columns: np.ndarray, work: np.ndarray, index: np.ndarray
    ) -> np.ndarray:
        """Gain of some beams towards some directions, relative to the peak.

        Parameters
        ----------
        low, high : int
            The beams: from ``low`` to before ``high``.
        columns : float32 array (..., 5, n)
            The directions, from `put`.
        work : float32 array (2, ..., high - low, n)
            Overwritten; holds the result.
        index : int64 array (..., high - low, n)
            Overwritten.

        Returns
        -------
        float32 array (..., high - low, n)
            The first half of ``work``.
        """
        position, scratch = work
        # Decided by the beams alone, so that a direction's bits do not depend on the others.
        if self._distance[low:high].max() <= _LARGEST_FOR_PRODUCT:
            np.matmul(self._matrix[low:high], columns, out=position)
        else:
            _squared_differences(self._beam[:, low:high], columns, position, scratch)
            position += 1.0
        return self._table.gain(position, scratch, index)


def _squared_differences(
    beam: np.ndarray, columns: np.ndarray, squared: np.ndarray, scratch: np.ndarray
) -> None:
    """Squared distance of every pair of a block without cancellation, into ``squared``."""
    np.subtract(columns[..., 0:1, :], beam[0][:, None], out=squared)
    squared *= squared
    for axis in (1, 2):
        np.subtract(columns[..., axis : axis + 1, :], beam[axis][:, None], out=scratch)
        scratch *= scratch
        squared += scratch
