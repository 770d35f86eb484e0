"""What users on the ground see of the only satellite there is."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.engine.fading import sector_of
from capest.engine.sky import Sky
from capest.physics.constants import EARTH_RADIUS_M
from capest.physics.geometry import View


def ground_view(sky: Sky, trial: Any, position_m: Any, xp: Any) -> tuple[View, Any]:
    """See the satellite from the ground; of no meaning in trials without it.

    Parameters
    ----------
    sky : Sky
        With one satellite in a trial at most.
    trial : int32 array (users,)
    position_m : float64 array (3, users)
        On the sphere.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    View
    sector : int64 array (users,)
        Sector of azimuth in which the satellite stands, see ``fading.sector_of``.
    """
    if not len(sky):
        nothing = xp.zeros(position_m.shape[1])
        view = View(xp.zeros(position_m.shape), nothing + 1.0, nothing)
        return view, nothing.astype(xp.int64)
    satellite_m, axes = _of_users(sky, trial, xp)
    x, y, z = (user - satellite for user, satellite in zip(position_m, satellite_m, strict=True))
    range_m = xp.sqrt(x * x + y * y + z * z)
    direction = xp.empty(position_m.shape)
    for (along_x, along_y, along_z), component in zip(axes, direction, strict=True):
        component[:] = (along_x * x + along_y * y + along_z * z) / range_m
    rise_m = -(x * position_m[0] + y * position_m[1] + z * position_m[2])
    sector = sector_of(position_m / EARTH_RADIUS_M, (-x, -y, -z), xp)
    return View(direction, range_m, rise_m / (range_m * EARTH_RADIUS_M)), sector


def _of_users(sky: Sky, trial: Any, xp: Any) -> tuple[Any, Any]:
    """Position and axes of each user's satellite: numbers for all where it stands still."""
    if sky.is_same:
        return sky.position_m[0].tolist(), sky.axes[:, :, 0].tolist()
    row = xp.asarray(sky.first)[trial]
    position_m = xp.asarray(np.ascontiguousarray(sky.position_m.T))
    return position_m[:, row], xp.asarray(sky.axes)[:, :, row]
