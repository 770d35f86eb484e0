"""How much of a spot is land."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.geo import data
from capest.geo.sphere import wrapped


def land_at(lat_deg: Any, lon_deg: Any, land: data.Land | None = None, xp: Any = np) -> Any:
    """Land fraction of the cell of 1/8 degree (14 km) that holds each point.

    Parameters
    ----------
    lat_deg, lon_deg : float array (n,)
    land : data.Land, optional
        With arrays of ``xp``; read if left out, for NumPy.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float32 array (n,)
        0 is sea, 1 is land.
    """
    land = data.land() if land is None else land
    rows, columns = land.level.shape
    row = ((lat_deg + 90.0) * (rows / 180.0)).astype(xp.int32)
    column = ((wrapped(lon_deg) + 180.0) * (columns / 360.0)).astype(xp.int32)
    level = land.level[xp.clip(row, 0, rows - 1), xp.minimum(column, columns - 1)]
    return land.fraction[level]
