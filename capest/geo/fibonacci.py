"""The spherical Fibonacci lattice: evenly spread points, and the nearest one in closed form.

Point i of n has z = 1 - (2 i + 1) / n and longitude 2 π frac(i / φ), φ being the golden ratio.
The nearest point follows from the local grid that two consecutive Fibonacci numbers span
(Keinert, Innmann, Sänger and Stamminger, Spherical Fibonacci Mapping, ACM Transactions on Graphics
34 (6), 2015): the nearest is a corner of the grid's mesh that holds the point asked for.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

GOLDEN = 0.5 * (1.0 + math.sqrt(5.0))


def lattice_points(index: Any, count: int, xp: Any = np) -> Any:
    """Unit vectors of points, float64 array (3, n).

    Parameters
    ----------
    index : array (n,)
        From 0, next to the north pole, to ``count`` - 1.
    count : int
        Points of the whole lattice.
    xp : module
        ``numpy`` or ``cupy``.
    """
    z = 1.0 - (2.0 * index + 1.0) / count
    angle = 2.0 * math.pi * _fraction(index * (GOLDEN - 1.0), xp)
    across = xp.sqrt(1.0 - z * z)
    return xp.stack([across * xp.cos(angle), across * xp.sin(angle), z])


def nearest_point(vectors: Any, count: int, xp: Any = np) -> Any:
    """Index of the nearest point of the lattice.

    Parameters
    ----------
    vectors : float64 array (3, n)
        Unit vectors.
    count : int
        Points of the whole lattice.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int64 array (n,)
    """
    x, y, z = vectors
    flatness = xp.maximum(math.sqrt(5.0) * math.pi * count * (1.0 - z * z), 1e-300)
    order = xp.maximum(2.0, xp.floor(xp.log(flatness) / math.log(GOLDEN + 1.0)))
    near = GOLDEN**order / math.sqrt(5.0)
    steps = [xp.rint(near), xp.rint(near * GOLDEN)]
    # What one step of each Fibonacci number adds to the longitude and to z.
    turn_a, turn_b = (
        2.0 * math.pi * (_fraction((step + 1.0) * (GOLDEN - 1.0), xp) - (GOLDEN - 1.0))
        for step in steps
    )
    drop_a, drop_b = (-2.0 * step / count for step in steps)
    determinant = turn_a * drop_b - turn_b * drop_a
    lon, height = xp.arctan2(y, x), z - (1.0 - 1.0 / count)
    corner_a = xp.floor((drop_b * lon - turn_b * height) / determinant)
    corner_b = xp.floor((turn_a * height - drop_a * lon) / determinant)
    best = xp.full(z.shape, -2.0)
    found = xp.zeros(z.shape)
    for a in (0.0, 1.0):
        for b in (0.0, 1.0):
            index = steps[0] * (corner_a + a) + steps[1] * (corner_b + b)
            index = xp.clip(index, 0.0, count - 1.0)
            cosine = (lattice_points(index, count, xp) * vectors).sum(axis=0)
            found = xp.where(cosine > best, index, found)
            best = xp.maximum(cosine, best)
    return found.astype(xp.int64)


def _fraction(value: Any, xp: Any) -> Any:
    return value - xp.floor(value)
