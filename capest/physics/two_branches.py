"""Two receive branches of a phone: maximum-ratio combining that rejects interference.

A wave reaches the two branches of an antenna by a channel vector h of two complex numbers. Its
squared length is the power summed over the branches, its direction a point s on the Poincaré
sphere: h h^H = P (I + s·σ) / 2 with the Pauli matrices σ. Noise of unit power in each branch and
the waves of other satellites have the covariance

    R = a I + b·σ,   a = 1 + Σ P_j / 2,   b = Σ P_j s_j / 2,

and the weights of least mean square error, R⁻¹h, give a wave of unit power from s_0 the SINR
(Winters, "Optimum combining in digital mobile radio with cochannel interference", IEEE JSAC 2(4),
1984)

    G = h^H R⁻¹ h = (a − b·s_0) / (a² − |b|²).

All beams of one satellite and polarisation come over one path and share one channel vector (cf.
arXiv:1211.5903). No weights tell them apart: their power I_own goes with the carrier C, and
SINR = C G / (1 + I_own G) = C / (1/G + I_own). So what is left of the other satellites counts as an
interference of

    1/G − 1 = (A + b·s_0 + A² − |b|²) / (1 + A − b·s_0),   A = a − 1,

beside I_own. The other polarisation of a satellite is the opposite point: -s.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

BRANCHES = 2
"""Most branches that are combined."""

WAVE_POINTS = 1024
"""Points of the sphere that waves come from, a power of two."""


@cache
def wave_points() -> np.ndarray:
    """Return points spread evenly over the sphere: a Fibonacci lattice, float32 (3, WAVE_POINTS).

    González, "Measurement of areas on a sphere using Fibonacci and latitude-longitude lattices",
    Mathematical Geosciences 42, 2010.
    """
    number = np.arange(WAVE_POINTS)
    height = (2.0 * number + 1.0) / WAVE_POINTS - 1.0
    across = np.sqrt(1.0 - height * height)
    turn = number * math.pi * (3.0 - math.sqrt(5.0))
    points = np.stack([across * np.cos(turn), across * np.sin(turn), height]).astype(np.float32)
    points.flags.writeable = False
    return points


def combining_gain_db(branches: int) -> float:
    """Gain of branches of equal mean power over one of them, against noise alone."""
    return 10.0 * math.log10(branches)


def left_interference(total: Any, moment: Any, own: Any, xp: Any) -> Any:
    """What combining leaves of other satellites, 1/G − 1, in units of a branch's noise.

    Parameters
    ----------
    total : float array (...)
        Σ P_j over the waves of others, each summed over the branches, in units of the noise.
    moment : float array (3, ...)
        Σ P_j s_j.
    own : float array (3, ...)
        The point s_0 of the wave that is wanted.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (...)
    """
    half = 0.5 * total
    x, y, z = 0.5 * moment
    along = x * own[0] + y * own[1] + z * own[2]
    length = xp.sqrt(x * x + y * y + z * z)
    # No sum of vectors is longer than that of their lengths, but for rounding.
    parallel = xp.maximum(half + along, 0.0)
    across = xp.maximum(half - along, 0.0)
    spread = xp.maximum(half - length, 0.0) * (half + length)
    return (parallel + spread) / (1.0 + across)
