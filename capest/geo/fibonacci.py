"""The spherical Fibonacci lattice: evenly spread points, and the nearest one in closed form.

Point i of n has z = 1 - (2 i + 1) / n and longitude 2 π frac(i / φ), φ being the golden ratio.
The nearest point follows from the local grid that two consecutive Fibonacci numbers span
(Keinert, Innmann, Sänger and Stamminger, Spherical Fibonacci Mapping, ACM Transactions on Graphics
34 (6), 2015): the nearest is a corner of the grid's mesh that holds the point asked for.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
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


@dataclass(frozen=True)
class LatticePart:
    """Consecutive points of a lattice, computed once.

    Attributes
    ----------
    first : int
        Index of the first.
    unit : float64 array (3, n)
        From `lattice_points`.
    """

    first: int
    unit: np.ndarray

    def holds(self, lowest: float, highest: float) -> bool:
        """Whether points from one index to another are among them."""
        return self.first <= lowest and highest < self.first + self.unit.shape[1]


def lattice_part(first: int, end: int, count: int) -> LatticePart:
    """Compute the points from one index to before another, as far as the lattice has them."""
    first, end = max(first, 0), min(end, count)
    return LatticePart(first, lattice_points(np.arange(first, end), count))


def nearest_point(vectors: Any, count: int, xp: Any = np, part: LatticePart | None = None) -> Any:
    """Index of the nearest point of the lattice.

    Parameters
    ----------
    vectors : float64 array (3, n)
        Unit vectors.
    count : int
        Points of the whole lattice.
    xp : module
        ``numpy`` or ``cupy``.
    part : LatticePart, optional
        For NumPy: points are read from it if it holds all that come into question.

    Returns
    -------
    int64 array (n,)
    """
    x, y, z = vectors
    mesh = xp.asarray(_meshes(count))
    flatness = xp.maximum(math.sqrt(5.0) * math.pi * count * (1.0 - z * z), 1e-300)
    order = xp.maximum(2.0, xp.floor(xp.log(flatness) / math.log(GOLDEN + 1.0))).astype(xp.int64)
    step_a, step_b, turn_a, turn_b, drop_a, drop_b, determinant = (row.take(order) for row in mesh)
    lon, height = xp.arctan2(y, x), z - (1.0 - 1.0 / count)
    corner_a = xp.floor((drop_b * lon - turn_b * height) / determinant)
    corner_b = xp.floor((turn_a * height - drop_a * lon) / determinant)
    first = step_a * corner_a + step_b * corner_b
    corners = [
        xp.clip(corner, 0.0, count - 1.0)
        for corner in (first, first + step_b, first + step_a, first + step_a + step_b)
    ]
    if part is not None and z.size and not part.holds(corners[0].min(), corners[3].max()):
        part = None
    best = xp.full(z.shape, -2.0)
    found = xp.zeros(z.shape)
    for index in corners:
        if part is None:
            unit = lattice_points(index, count, xp)
        else:
            place = (index - part.first).astype(np.int64)
            unit = [axis.take(place) for axis in part.unit]
        cosine = unit[0] * x
        cosine += unit[1] * y
        cosine += unit[2] * z
        # Whole numbers: found exactly, and faster than by a choice for each.
        found += (cosine > best) * (index - found)
        best = xp.maximum(cosine, best)
    return found.astype(xp.int64)


@lru_cache(maxsize=8)
def _meshes(count: int) -> np.ndarray:
    """Local grids of a lattice, by the order of their Fibonacci numbers, float64 array (7, orders).

    Two numbers, what one step of each adds to the longitude and to z, and the determinant.
    """
    last = math.log(math.sqrt(5.0) * math.pi * count + 1.0) / math.log(GOLDEN + 1.0)
    near = GOLDEN ** np.arange(max(2.0, last) + 2.0) / math.sqrt(5.0)
    steps = np.rint(near), np.rint(near * GOLDEN)
    turn_a, turn_b = (
        2.0 * math.pi * (_fraction((step + 1.0) * (GOLDEN - 1.0), np) - (GOLDEN - 1.0))
        for step in steps
    )
    drop_a, drop_b = (-2.0 * step / count for step in steps)
    determinant = turn_a * drop_b - turn_b * drop_a
    return np.stack([*steps, turn_a, turn_b, drop_a, drop_b, determinant])


def _fraction(value: Any, xp: Any) -> Any:
    return value - xp.floor(value)
