"""Launcher of the counting kernels in ``histogram.cu``."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.cuda_launcher import COMMON_OPTIONS, NULL, CudaLauncher

_COUNT_BYTES = 4
MOST_BINS = 24 * 1024 // _COUNT_BYTES
"""So that eight blocks find room beside each other on a multiprocessor."""

_PROGRAM = ("histogram.cu", COMMON_OPTIONS)


class CudaHistogramKernels(CudaLauncher):
    """Counts of users and beams; only these leave the device."""

    def count_values(
        self,
        values: Any,
        weight: Any | None,
        *,
        low: float,
        inverse_step: float,
        bins: int,
        logarithmic: bool,
    ) -> Any:
        """Count values into equal bins; kernel ``count_values`` in ``histogram.cu``."""
        if bins > MOST_BINS:
            raise ValueError(f"bins = {bins}: the kernel takes at most {MOST_BINS}")
        (n,) = values.shape
        counts = self.xp.zeros(bins, dtype=np.int64)
        arguments = (
            self._array("values", values, np.float64, (n,)),
            NULL if weight is None else self._array("weight", weight, np.int32, (n,)),
            counts,
            np.float64(low),
            np.float64(inverse_step),
            np.int32(bins),
            np.int32(logarithmic),
            np.int64(n),
        )
        self._launch(_PROGRAM, "count_values", n, arguments, _COUNT_BYTES * bins)
        return counts

    def count_numbers(self, numbers: Any, size: int) -> Any:
        """Count each number from 0; kernel ``count_numbers`` in ``histogram.cu``."""
        (n,) = numbers.shape
        counts = self.xp.zeros(size, dtype=np.int64)
        arguments = (self._array("numbers", numbers, np.int64, (n,)), counts, np.int64(n))
        self._launch(_PROGRAM, "count_numbers", n, arguments)
        return counts

    def select(self, chosen: Any, *arrays: Any) -> tuple[Any, tuple[Any, ...]]:
        """Weigh entries of some arrays, 1 if chosen and 0 if not.

        Leaving some out, as the NumPy twin does, would make the host wait to learn how many.

        Parameters
        ----------
        chosen : bool array (n,)
        *arrays : array (n,)

        Returns
        -------
        weight : int32 array (n,)
        arrays : tuple of array (n,)
            As they were.
        """
        return chosen.astype(self.xp.int32), arrays
