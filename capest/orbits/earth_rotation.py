"""The Earth's rotation: dates, Greenwich mean sidereal time, inertial to Earth-fixed axes.

UTC stands for UT1, which is at most 0.9 s away (0.4 km on the ground). Precession and nutation
since the epoch and the motion of the poles (some 15 m) are left out.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np

from capest.orbits.constants import DAY_S

_JULIAN_DAY_OF_ORDINAL_0 = 1_721_424.5
_J2000 = 2_451_545.0
_DAYS_PER_CENTURY = 36_525.0


class JulianDate(NamedTuple):
    """A moment in two parts, so that a fraction of a microsecond survives.

    Attributes
    ----------
    day : float
        Julian date of a midnight, a whole number and a half.
    fraction : float
        Of a day, from 0 to 1.
    """

    day: float
    fraction: float


def julian_date(utc: datetime) -> JulianDate:
    """Julian date of a moment; one without a time zone counts as UTC."""
    if utc.tzinfo is not None:
        utc = utc.astimezone(UTC)
    seconds = utc.hour * 3600 + utc.minute * 60 + utc.second + utc.microsecond * 1e-6
    return JulianDate(utc.toordinal() + _JULIAN_DAY_OF_ORDINAL_0, seconds / DAY_S)


def later(date: JulianDate, seconds: float) -> JulianDate:
    """Return the moment some seconds after a date; leap seconds are not counted."""
    fraction = date.fraction + seconds / DAY_S
    whole = math.floor(fraction)
    return JulianDate(date.day + whole, fraction - whole)


def gmst_rad(date: JulianDate) -> float:
    """Greenwich mean sidereal time, IAU 1982 (Aoki et al., 1982; Vallado, 4th ed., eq. 3-47).

    With T in centuries of UT1 since J2000.0, in seconds of time:
    67310.54841 + (876600 h + 8640184.812866) T + 0.093104 T² - 6.2·10⁻⁶ T³. The 876600 hours a
    century are a whole turn a day, so only the fraction of the day counts of them.

    Parameters
    ----------
    date : JulianDate
        UT1, or UTC in its place.

    Returns
    -------
    float
        From 0 to 2π.
    """
    days = (date.day - _J2000) + date.fraction
    turn_s = (math.fmod(date.day - _J2000, 1.0) + date.fraction) * DAY_S
    t = days / _DAYS_PER_CENTURY
    seconds = 67310.54841 + turn_s + t * (8640184.812866 + t * (0.093104 - t * 6.2e-6))
    return 2.0 * math.pi * ((seconds / DAY_S) % 1.0)


def rotated(vector: Any, angle_rad: float, xp: Any = np) -> Any:
    """Components of vectors in axes turned eastward about the z axis.

    Turns true-of-date inertial positions into Earth-fixed ones where the angle is the sidereal
    time (Vallado, rotation ROT3).

    Parameters
    ----------
    vector : float array (n, 3)
    angle_rad : float
        By how much the axes are turned.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float array (n, 3)
    """
    cosine, sine = math.cos(angle_rad), math.sin(angle_rad)
    x, y = vector[:, 0], vector[:, 1]
    result = xp.empty_like(vector)
    result[:, 0] = x * cosine + y * sine
    result[:, 1] = y * cosine - x * sine
    result[:, 2] = vector[:, 2]
    return result
