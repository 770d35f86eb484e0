"""Values of cells by zones of latitude: means by area and by people, and the extreme cells."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.geo.sphere import EARTH_RADIUS_KM

_STEPS_DEG = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
_MOST_ZONES = 24


@dataclass(frozen=True)
class Zones:
    """Zones of latitude with cells in them, from south to north.

    Attributes
    ----------
    middle_deg : float64 array (zones,)
    width_deg : float
    zone : int64 array (cells,)
        Of each cell.
    """

    middle_deg: np.ndarray
    width_deg: float
    zone: np.ndarray

    def mean(self, values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        """Weighted mean of each zone; NaN where all weights are zero.

        Parameters
        ----------
        values, weight : float64 array (cells,)
        """
        zones = len(self.middle_deg)
        whole = np.bincount(self.zone, weight, minlength=zones)
        part = np.bincount(self.zone, weight * values, minlength=zones)
        return np.divide(part, whole, out=np.full(zones, np.nan), where=whole > 0.0)

    def extremes(self, values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Lowest and highest cell of each zone."""
        low, high = np.full((2, len(self.middle_deg)), np.nan)
        low[:], high[:] = np.inf, -np.inf
        np.minimum.at(low, self.zone, values)
        np.maximum.at(high, self.zone, values)
        return low, high


def zones_of(lat_deg: np.ndarray, cell_km2: float) -> Zones:
    """Divide cells into zones, no narrower than a cell.

    Parameters
    ----------
    lat_deg : float64 array (cells,)
    cell_km2 : float
    """
    cell_deg = math.degrees(math.sqrt(cell_km2) / EARTH_RADIUS_KM)
    least = max(float(np.ptp(lat_deg)) / _MOST_ZONES, min(cell_deg, _STEPS_DEG[-1]))
    step = next((each for each in _STEPS_DEG if each >= least), _STEPS_DEG[-1])
    south = np.floor(lat_deg / step) * step
    there, zone = np.unique(south, return_inverse=True)
    # The outermost zones end at the poles.
    middle = 0.5 * (np.maximum(there, -90.0) + np.minimum(there + step, 90.0))
    return Zones(middle, step, zone)
