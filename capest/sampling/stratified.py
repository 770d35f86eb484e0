"""Positions in cells that share out the cell among the beams: fewer trials for the same interval.

User k of every counted beam stands at another place of its cell, so that together they cover the
cell evenly: the points of a lattice, shifted as a whole by a random vector (Cranley and
Patterson, 1976) and dealt out to the beams in random order, anew for every trial and every k. Hence

* each user is uniform in its cell, as with random positions;
* the users of one beam are independent of each other, as with random positions;
* trials are independent of each other.

What depends on the users of one beam alone has the distribution it has with random positions. Only
users of different beams know of each other, which is where the gain comes from. (Dealt out in the
same order for every k, two users of a beam would stand at the same distance in all beams, and
figures of beams would vary more than with random positions.)
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose

_ROOT = math.sqrt(0.75)


def stratified_offsets_uv(
    spacing_uv: float, beams: int, per_beam: int, strata: int, draws: Draws
) -> Any:
    """Places of users relative to the boresights of their cells.

    Parameters
    ----------
    spacing_uv : float
        Distance of neighbouring boresights.
    beams, per_beam : int
        Users of a trial are ordered by beam.
    strata : int
        Number of beams that share a cell out, the first ones; the others go on in the same way.
    draws : Draws

    Returns
    -------
    float64 array (2, trials · beams · per_beam)
        Direction cosines.
    """
    xp, trials = draws.xp, draws.trials
    deal, *shifts = (
        column.reshape(trials, beams, per_beam)
        for column in draws.uniforms(Purpose.PLACEMENT, beams * per_beam, 3)
    )
    point = xp.broadcast_to(xp.arange(beams)[:, None], deal.shape).copy()
    point[:, :strata] = deal[:, :strata].argsort(axis=1)
    first, second = (
        (number % strata / strata + shift[:, :1]) % 1.0
        for number, shift in zip((point, point * lattice_step(strata)), shifts, strict=True)
    )
    return _into_cell(first.ravel(), second.ravel(), xp) * spacing_uv


def _into_cell(first: Any, second: Any, xp: Any) -> Any:
    """Move points, given in steps to two neighbours, by whole steps into the cell around 0.

    Cells tile the plane, so this keeps a uniform density uniform.
    """
    nearest_x, nearest_y = first + 0.5 * second, _ROOT * second
    for i, j in ((1, 0), (0, 1), (1, 1)):
        x, y = (first - i) + 0.5 * (second - j), _ROOT * (second - j)
        nearer = x * x + y * y < nearest_x * nearest_x + nearest_y * nearest_y
        nearest_x, nearest_y = xp.where(nearer, x, nearest_x), xp.where(nearer, y, nearest_y)
    return xp.stack([nearest_x, nearest_y])


@lru_cache(maxsize=8)
def lattice_step(points: int) -> int:
    """Choose h so that the points (k, k h mod n) / n of a hexagonal cell keep apart best.

    Parameters
    ----------
    points : int
        n, at least 1. For 7, 19, 37, ... the best lattice is hexagonal itself.

    Returns
    -------
    int
    """
    return max(range(points), key=lambda step: (_shortest_squared(step, points), -step))


def _shortest_squared(step: int, points: int) -> int:
    """Squared length of the shortest vector between points, in n-ths of a cell (Gauss)."""
    a, b = (1, step), (0, points)
    if _product(a, a) > _product(b, b):
        a, b = b, a
    while True:
        factor = round(_product(a, b) / _product(a, a))
        b = (b[0] - factor * a[0], b[1] - factor * a[1])
        if _product(b, b) >= _product(a, a):
            return _product(a, a) // 2
        a, b = b, a


def _product(a: tuple[int, int], b: tuple[int, int]) -> int:
    """Twice the scalar product of two whole-numbered vectors in steps to two neighbours."""
    return 2 * (a[0] * b[0] + a[1] * b[1]) + a[0] * b[1] + a[1] * b[0]
