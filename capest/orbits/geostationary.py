"""Satellites of the geostationary orbit, given by their longitudes."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.orbits.constants import GEOSTATIONARY_RADIUS_M


def positions_m(longitude_deg: Any, xp: Any = np) -> Any:
    """Earth-fixed positions of geostationary slots (inclination 0), the same at every epoch.

    The radius is 42,164.17 km whatever the radius of the ground, that is 35,793.17 km above the
    sphere of 6371 km (3GPP writes 35,786 km, above the equatorial radius).

    Parameters
    ----------
    longitude_deg : float or array (slots,)
        Positive to the east.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (slots, 3)
    """
    longitude = xp.radians(xp.atleast_1d(xp.asarray(longitude_deg, dtype=xp.float64)))
    position_m = xp.zeros((len(longitude), 3), dtype=xp.float64)
    position_m[:, 0] = GEOSTATIONARY_RADIUS_M * xp.cos(longitude)
    position_m[:, 1] = GEOSTATIONARY_RADIUS_M * xp.sin(longitude)
    return position_m
