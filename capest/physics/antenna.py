"""Apertures of beams; the patterns to choose from are in `physics.patterns`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S

_ASYMPTOTIC_FROM = 50.0


def reduced_aperture(frequency_hz: float, diameter_m: float) -> float:
    """Return k·a, wavenumber times aperture radius (TR 38.811 clause 6.4.1)."""
    return math.pi * frequency_hz * diameter_m / SPEED_OF_LIGHT_M_PER_S


def bessel_j1(x: np.ndarray) -> np.ndarray:
    """Bessel function of the first kind and order one.

    Up to 50 by Bessel's integral, (1/pi) ∫ cos(t - x sin t) dt over 0..pi, with the trapezoidal
    rule: the integrand is smooth and periodic, so the error falls like J of order twice the
    number of nodes, far below double precision with the nodes taken here (Trefethen and Weideman,
    SIAM Review 56, 2014). Beyond by Hankel's asymptotic expansion (Abramowitz and Stegun 9.2.5,
    9.2.9 and 9.2.10).

    Parameters
    ----------
    x : float array (n,)
        Arguments, at least 0.

    Returns
    -------
    float array (n,)
    """
    x = np.asarray(x, dtype=np.float64)
    result = np.empty_like(x)
    small = x < _ASYMPTOTIC_FROM
    angle = np.linspace(0.0, math.pi, 81)
    weight = np.full(81, 1.0 / 80.0)
    weight[[0, -1]] *= 0.5
    near = x[small]
    rows = 2**14  # at a time: the integrand has 81 values each
    result[small] = np.concatenate(
        [
            np.cos(angle - near[start : start + rows, None] * np.sin(angle)) @ weight
            for start in range(0, near.size, rows)
        ]
        or [near]
    )
    large = x[~small]
    p, q, term = np.ones_like(large), np.zeros_like(large), np.ones_like(large)
    for order in range(1, 13):
        term = term * (4.0 - (2 * order - 1) ** 2) / (order * 8.0 * large)
        sign = -1.0 if order % 4 in (2, 3) else 1.0
        if order % 2:
            q += sign * term
        else:
            p += sign * term
    phase = large - 0.75 * math.pi
    scale = np.sqrt(2.0 / (math.pi * large))
    result[~small] = scale * (p * np.cos(phase) - q * np.sin(phase))
    return result


def bessel_amplitude(ka_sin_theta: np.ndarray) -> np.ndarray:
    """Field amplitude of a circular aperture relative to boresight, 2 J1(x)/x.

    Its square is the pattern of TR 38.811 clause 6.4.1, 4 (J1(x)/x)^2 with x = k a sin theta.

    Parameters
    ----------
    ka_sin_theta : float array (n,)
        Wavenumber × aperture radius × sine of the angle off boresight, at least 0.

    Returns
    -------
    float array (n,)
        Signed amplitude, 1 on boresight.
    """
    x = np.asarray(ka_sin_theta, dtype=np.float64)
    safe = np.where(x > 1e-6, x, 1.0)
    return np.where(x > 1e-6, 2.0 * bessel_j1(safe) / safe, 1.0)


Pattern = Callable[[np.ndarray], np.ndarray]
"""Amplitude relative to boresight, as a function of the chord between two unit vectors."""


@dataclass(frozen=True)
class Beam:
    """What the pattern of a beam may depend on, see `physics.patterns`.

    Attributes
    ----------
    reduced_aperture : float
        Wavenumber times aperture radius, see `reduced_aperture`.
    hpbw_deg : float
        Half-power beamwidth.
    gain_dbi : float
        On boresight.
    """

    reduced_aperture: float
    hpbw_deg: float
    gain_dbi: float


def dish(ka: float) -> Pattern:
    """Circular aperture that points at its boresight, TR 38.811 clause 6.4.1; zero behind it.

    The chord c between two unit vectors gives sin theta = c sqrt(1 - c²/4).
    """

    def amplitude(chord: np.ndarray) -> np.ndarray:
        sine = chord * np.sqrt(np.clip(1.0 - 0.25 * chord**2, 0.0, None))
        return np.where(chord <= math.sqrt(2.0), bessel_amplitude(ka * sine), 0.0)

    return amplitude


def planar_array(ka: float) -> Pattern:
    """Circular planar array, steered by phases: its factor goes by the distance in u and v.

    The array factor of a uniformly lit circle of radius a is 2 J1(x)/x with x = k·a times the
    distance of direction and boresight in the plane of direction cosines (Balanis, Antenna Theory,
    chapter 6); so a beam steered off the normal is wider in angle.
    """
    return lambda distance: bessel_amplitude(ka * distance)
