"""The antenna pattern as one would first write it, for the baselines of the benchmark."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import numpy as np

from capest.physics import antenna

_STEP = 0.01
_LARGEST = 200.0


def baseline_name() -> str:
    """Library of the baseline's Bessel function: SciPy where it is installed."""
    return "SciPy j1" if importlib.util.find_spec("scipy") else "NumPy interp"


class ObviousPattern:
    """4 (J1(x)/x)² in double precision on whole arrays.

    With SciPy by its Bessel function; without it by ``numpy.interp`` from a table, which is faster.
    """

    def __init__(self) -> None:
        self._j1: Any = None
        if baseline_name() == "SciPy j1":
            self._j1 = importlib.import_module("scipy.special").j1
        else:
            self._grid = np.arange(0.0, _LARGEST, _STEP)
            self._value = antenna.bessel_amplitude(self._grid)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Gain relative to the peak at reduced distances, float64 array of any shape."""
        if self._j1 is None:
            return np.interp(x, self._grid, self._value) ** 2
        x = np.maximum(x, 1e-9)
        return (2.0 * self._j1(x) / x) ** 2
