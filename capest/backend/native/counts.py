"""Callers of the compiled counts."""

from __future__ import annotations

import numpy as np

from capest.backend.native.library import Library, array_of


def count_values(
    library: Library,
    values: np.ndarray,
    weight: np.ndarray | None,
    *,
    low: float,
    inverse_step: float,
    bins: int,
    logarithmic: bool,
) -> np.ndarray:
    """Count values into equal bins; kernel ``count_values`` in ``histogram.cpp``."""
    (n,) = values.shape
    counts = np.zeros(bins, dtype=np.int64)
    library.run(
        "count_values",
        array_of("values", values, np.float64, (n,)),
        None if weight is None else array_of("weight", weight, np.int32, (n,)),
        counts,
        bins,
        int(logarithmic),
        n,
        float(low),
        float(inverse_step),
    )
    return counts


def count_numbers(library: Library, numbers: np.ndarray, size: int) -> np.ndarray:
    """Count each number from 0; kernel ``count_numbers`` in ``histogram.cpp``."""
    (n,) = numbers.shape
    counts = np.zeros(size, dtype=np.int64)
    library.run("count_numbers", array_of("numbers", numbers, np.int64, (n,)), counts, n)
    return counts
