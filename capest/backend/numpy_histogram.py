"""Counts into bins and by number; the NumPy twin of ``kernels/histogram.cu``."""

from __future__ import annotations

from typing import Any

import numpy as np


def count_values(
    values: np.ndarray,
    weight: np.ndarray | None,
    *,
    low: float,
    inverse_step: float,
    bins: int,
    logarithmic: bool,
) -> np.ndarray:
    """Count values into equal bins; twin of ``count_values`` in ``histogram.cu``."""
    if logarithmic:
        values = np.log10(np.maximum(values, 1e-300))
    position = values - low
    position *= inverse_step
    np.floor(position, out=position)
    position += 1.0
    np.maximum(position, 0.0, out=position)
    np.minimum(position, float(bins - 1), out=position)
    number = position.astype(np.intp)
    if weight is None:
        return np.bincount(number, minlength=bins)
    # Whole numbers below 2**53 add exactly in double precision.
    return np.bincount(number, weight, minlength=bins).astype(np.int64)


def count_numbers(numbers: np.ndarray, size: int) -> np.ndarray:
    """Count each number from 0; twin of ``count_numbers`` in ``histogram.cu``.

    Parameters
    ----------
    numbers : int64 array (n,)
        Below ``size``; negative ones do not count.
    size : int

    Returns
    -------
    int64 array (size,)
    """
    return np.bincount(numbers + 1, minlength=size + 1)[1:]


def select(chosen: np.ndarray, *arrays: Any) -> tuple[None, tuple[Any, ...]]:
    """Leave out of some arrays what is not chosen.

    Parameters
    ----------
    chosen : bool array (n,)
    *arrays : array (n,)

    Returns
    -------
    weight : None
        Every entry that is left counts once.
    arrays : tuple of array (m,)
    """
    kept = np.flatnonzero(chosen)
    if kept.size == chosen.size:
        return None, arrays
    return None, tuple(array.take(kept) for array in arrays)
