"""Magnetic latitude, and the zones of TR 38.811 clause 6.6.6.1 by it."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

_DIPOLE_NT = (-1450.9, 4652.5, -29404.8)
"""Dipole of the International Geomagnetic Reference Field, 13th generation, epoch 2020:
coefficients g11, h11 and g10."""

NORTH_POLE = -np.array(_DIPOLE_NT) / np.linalg.norm(_DIPOLE_NT)
"""Where the dipole's axis leaves the Earth in the north, a unit vector: 80.6° N, 72.7° W."""

ZONES = ("equatorial", "middle", "high")
"""Zones by their number."""

_EQUATORIAL_SINE = math.sin(math.radians(20.0))
_HIGH_SINE = math.sin(math.radians(60.0))


def magnetic_zone(unit: Any, xp: Any) -> Any:
    """Zone of places by the latitude that the Earth's dipole gives them.

    The field's own equator is up to 10° away from the dipole's.

    Parameters
    ----------
    unit : float64 array (3, n)
        Unit vectors from the Earth's centre.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (n,)
        Number in `ZONES`: up to 20° from the magnetic equator, up to 60°, beyond.
    """
    x, y, z = (float(component) for component in NORTH_POLE)
    sine = xp.abs(unit[0] * x + unit[1] * y + unit[2] * z)
    return (sine > _EQUATORIAL_SINE).astype(xp.int64) + (sine > _HIGH_SINE)
