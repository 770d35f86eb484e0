"""An order of places in which neighbours on the ground are mostly neighbours in the list."""

from __future__ import annotations

import numpy as np

from capest.geo.sphere import wrapped

_BITS = 16


def along_curve(lat_deg: np.ndarray, lon_deg: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Order points along Morton's curve over latitude and longitude (Morton, 1966).

    Parameters
    ----------
    lat_deg, lon_deg : float64 array (n,)
    cell : int array (n,)
        Cell of each point, -1 for none: those of a cell come together.

    Returns
    -------
    int64 array (n,)
        Numbers of the points.
    """
    key = np.zeros(len(lat_deg), dtype=np.int64)
    row = np.clip((lat_deg + 90.0) / 360.0 * 2**_BITS, 0, 2**_BITS - 1).astype(np.int64)
    column = np.clip((wrapped(lon_deg) + 180.0) / 360.0 * 2**_BITS, 0, 2**_BITS - 1)
    for bit in range(_BITS):
        for axis, place in enumerate((column.astype(np.int64), row)):
            key |= (place >> bit & 1) << (2 * bit + axis)
    first = np.full(cell.max(initial=-1) + 2, key.max(initial=0))
    np.minimum.at(first, cell + 1, key)
    return np.lexsort((key, cell, first[cell + 1]))
