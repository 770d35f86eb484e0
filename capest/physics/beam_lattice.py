"""Cells of the hexagonal lattice; no arrays, so that loading a scenario stays light."""

from __future__ import annotations

import math

_RING_STEPS = ((-1, 1), (-1, 0), (0, -1), (1, -1), (1, 0), (0, 1))


def hexagonal_cells(count: int) -> list[tuple[int, int]]:
    """Axial coordinates of the centre cell and its full rings.

    Parameters
    ----------
    count : int
        A centred hexagonal number: 1, 7, 19, 37, 61, ...

    Returns
    -------
    list of tuple of int
        Cell (i, j) lies at i·(1, 0) + j·(1/2, sqrt(3)/2); centre first, then ring by ring.

    Raises
    ------
    ValueError
        If ``count`` is not a centred hexagonal number.
    """
    rings = round((math.sqrt(12 * max(count, 1) - 3) - 3) / 6)
    if 3 * rings * (rings + 1) + 1 != count:
        raise ValueError(f"{count} is not a centred hexagonal number")
    cells = [(0, 0)]
    for ring in range(1, rings + 1):
        i, j = ring, 0
        for step_i, step_j in _RING_STEPS:
            for _ in range(ring):
                cells.append((i, j))
                i, j = i + step_i, j + step_j
    return cells
