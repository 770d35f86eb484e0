"""Antenna pattern of every pair of a block of directions and beams; shared by the NumPy kernels."""

from __future__ import annotations

import numpy as np

PAIRS_PER_BLOCK = 96 * 2**10
"""About this many pairs make a block: its handful of arrays then share 2 MiB of cache."""

# Up to this reduced distance from the layout's centre |a|² - 2ab + |b|² keeps the gain within
# 0.01 dB down to 40 dB under its peak; beyond, its terms are too large for their difference.
_LARGEST_FOR_PRODUCT = 50.0


class BeamPattern:
    """Pattern of TR 38.811 clause 6.4.1 between beams and whatever direction is asked for.

    It is read from a table over the reduced chord |direction - beam|, by linear interpolation.
    Distances are counted in steps of the table.

    Parameters
    ----------
    beam_direction : float32 array (3, beams)
        Reduced boresights: direction cosines minus those of the layout's centre, times
        wavenumber and aperture radius.
    amplitude : float32 array (n, 2)
        From ``antenna.amplitude_table``.
    amplitude_step : float
        Step of that table in the reduced chord.
    """

    def __init__(
        self, beam_direction: np.ndarray, amplitude: np.ndarray, amplitude_step: float
    ) -> None:
        self._scale = np.float32(1.0 / amplitude_step)
        self._beam = beam_direction * self._scale
        # |a - b|² as a product of matrices: rows (-2 b, 1, |b|²) times columns (a, |a|², 1).
        self._matrix = np.empty((beam_direction.shape[1], 5), dtype=np.float32)
        self._matrix[:, :3] = -2.0 * self._beam.T
        self._matrix[:, 3] = 1.0
        self._matrix[:, 4] = (self._beam * self._beam).sum(axis=0)
        self._distance = np.sqrt((beam_direction * beam_direction).sum(axis=0))
        self._value = np.ascontiguousarray(amplitude[:, 0])
        self._slope = np.ascontiguousarray(amplitude[:, 1])

    def columns(self, *shape: int) -> np.ndarray:
        """Make room for directions: float32 array (..., 5, n) for a shape (..., n)."""
        columns = np.zeros((*shape[:-1], 5, shape[-1]), dtype=np.float32)
        columns[..., 4, :] = 1.0
        return columns

    def put(self, direction: np.ndarray, columns: np.ndarray) -> None:
        """Write reduced directions, float32 array (..., 3, n), into columns (..., 5, n)."""
        cosines = columns[..., :3, :]
        np.multiply(direction, self._scale, out=cosines)
        columns[..., 3, :] = (cosines * cosines).sum(axis=-2)

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
        squared, scratch = work
        # Decided by the beams alone, so that a direction's bits do not depend on the others.
        if self._distance[low:high].max() <= _LARGEST_FOR_PRODUCT:
            np.matmul(self._matrix[low:high], columns, out=squared)
            np.abs(squared, out=squared)  # rounding may leave a tiny negative square
        else:
            _squared_differences(self._beam[:, low:high], columns, squared, scratch)
        return _pattern(squared, scratch, self._value, self._slope, index)


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


def _pattern(
    squared: np.ndarray,
    scratch: np.ndarray,
    value: np.ndarray,
    slope: np.ndarray,
    index: np.ndarray,
) -> np.ndarray:
    """Antenna pattern of every pair of a block, in place of its squared distance in steps."""
    position = squared
    np.sqrt(position, out=position)
    np.copyto(index, position, casting="unsafe")
    np.floor(position, out=scratch)
    position -= scratch
    # Beyond the table "clip" reads its last entry, whose slope is zero.
    np.take(slope, index, out=scratch, mode="clip")
    position *= scratch
    np.take(value, index, out=scratch, mode="clip")
    position += scratch
    position *= position
    return position
