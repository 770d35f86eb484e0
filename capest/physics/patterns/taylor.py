"""Taylor's circular aperture, Recommendation ITU-R S.1528-0, recommends 1.4; side lobes -20 dB."""

from __future__ import annotations

import math

import numpy as np

from capest.physics.antenna import Beam, Pattern, bessel_amplitude

SIDE_LOBE_DB = 20.0
"""By which the main lobe is above the first side lobe by design: assumed, as in studies of
mobile-satellite services to unmodified phones at ITU-R Working Party 4C."""

CONTROLLED = 4
"""Taylor's n: the nulls before this one are moved, the others are those of uniform lighting."""

_NULLS = (1.2196698912665045, 2.2331305943815286, 3.2383154841662362, 4.2410628637960699)
"""Zeros of J1 over pi (Abramowitz and Stegun, Table 9.5)."""


def pattern(beam: Beam) -> Pattern:
    """Pattern of an aperture lit less in its outer half; zero behind it, as that of a dish.

    By T. T. Taylor, "Design of circular apertures for narrow beamwidth and low sidelobes", IRE
    Transactions on Antennas and Propagation 8, 1960: with u = k·a sin(theta)/pi the amplitude
    2 J1(pi u)/(pi u) times (1 - u²/z_i²)/(1 - u²/mu_i²) for i = 1 to n - 1, where mu_i are nulls
    of uniform lighting, z_i = s sqrt(A² + (i - 1/2)²), A = arcosh(10^(20 dB/20))/pi and
    s = mu_n/sqrt(A² + (n - 1/2)²).
    """
    ka = beam.reduced_aperture
    moved = moved_nulls()

    def amplitude(chord: np.ndarray) -> np.ndarray:
        sine = chord * np.sqrt(np.clip(1.0 - 0.25 * chord**2, 0.0, None))
        u = ka * sine / math.pi
        # On a null of uniform lighting the quotient is 0/0; beside it, it is right.
        for null in _NULLS:
            u = np.where(np.abs(u - null) < 1e-7, null + 1e-7, u)
        found = bessel_amplitude(math.pi * u)
        for null, new in zip(_NULLS, moved, strict=False):
            found = found * (1.0 - (u / new) ** 2) / (1.0 - (u / null) ** 2)
        return np.where(chord <= math.sqrt(2.0), found, 0.0)

    return amplitude


def moved_nulls() -> tuple[float, ...]:
    """Nulls that lighting moves, as u = k·a sin(theta)/pi."""
    width = math.acosh(10.0 ** (SIDE_LOBE_DB / 20.0)) / math.pi
    stretch = _NULLS[CONTROLLED - 1] / math.hypot(width, CONTROLLED - 0.5)
    return tuple(stretch * math.hypot(width, i - 0.5) for i in range(1, CONTROLLED))
