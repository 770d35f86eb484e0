"""Secular drift of circular orbits around an oblate Earth (first order in J2)."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.orbits.constants import (
    EQUATORIAL_RADIUS_M,
    GRAVITATIONAL_PARAMETER_M3_PER_S2,
    J2,
)


def mean_motion_rad_per_s(semi_major_axis_m: Any, xp: Any = np) -> Any:
    """Kepler's third law, n = √(μ/a³)."""
    return xp.sqrt(GRAVITATIONAL_PARAMETER_M3_PER_S2 / semi_major_axis_m**3)


def raan_rate_rad_per_s(semi_major_axis_m: Any, inclination_rad: Any, xp: Any = np) -> Any:
    """Drift of the ascending node.

    dΩ/dt = -3/2 · n · J2 · (Rₑ/a)² · cos i (Kozai, 1959; Vallado, chapter 9), for e = 0.

    Parameters
    ----------
    semi_major_axis_m, inclination_rad : float or array
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float or array
        Positive to the east.
    """
    return -1.5 * _oblateness(semi_major_axis_m, xp) * xp.cos(inclination_rad)


def argument_of_latitude_rate_rad_per_s(
    semi_major_axis_m: Any, inclination_rad: Any, xp: Any = np
) -> Any:
    """Rate of the angle from the ascending node, perigee drift and mean anomaly together.

    For e = 0 (Kozai, 1959; Vallado, chapter 9):

    - dω/dt = 3/4 · n · J2 · (Rₑ/a)² · (4 - 5 sin² i)
    - dM/dt = n + 3/4 · n · J2 · (Rₑ/a)² · (2 - 3 sin² i)

    Only their sum has a meaning for a circular orbit: n + 3/2 · n · J2 · (Rₑ/a)² · (3 - 4 sin² i).
    """
    sine = xp.sin(inclination_rad)
    secular = 1.5 * _oblateness(semi_major_axis_m, xp) * (3.0 - 4.0 * sine * sine)
    return mean_motion_rad_per_s(semi_major_axis_m, xp) + secular


def _oblateness(semi_major_axis_m: Any, xp: Any) -> Any:
    """n · J2 · (Rₑ/a)², in rad/s."""
    ratio = EQUATORIAL_RADIUS_M / semi_major_axis_m
    return mean_motion_rad_per_s(semi_major_axis_m, xp) * J2 * ratio * ratio
