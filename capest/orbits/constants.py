"""Constants of the Earth's gravity and rotation.

The ground of capest is a sphere of 6371 km (``physics.constants.EARTH_RADIUS_M``) and altitudes
count from it. The oblateness term J2 belongs to the equatorial radius below, which is used for
nothing else.
"""

import math

GRAVITATIONAL_PARAMETER_M3_PER_S2 = 3.986004418e14
"""Earth's gravitational constant, atmosphere included (WGS 84)."""

EQUATORIAL_RADIUS_M = 6_378_137.0
"""Semi-major axis of WGS 84; the radius J2 refers to."""

J2 = 1.08262668e-3
"""Second zonal harmonic (EGM96)."""

DAY_S = 86_400.0
"""Seconds in a day of universal time."""

EARTH_ROTATION_RAD_PER_S = 2.0 * math.pi * 1.002737909350795 / DAY_S
"""Rate of Greenwich mean sidereal time: 1.002737909350795 turns a day (Aoki et al., 1982)."""

GEOSTATIONARY_RADIUS_M = 42_164_170.0
"""Radius of the circular orbit that turns with the Earth, 42,164.17 km."""
