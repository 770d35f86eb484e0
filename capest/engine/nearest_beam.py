"""The nearest beam of a hexagonal layout, looked up instead of searched."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.engine.world import Layout


class NearestBeam:
    """Finds the nearest of the beams that a layout fixes to its satellite.

    Three boresights of the lattice form the triangle that holds a direction, and the nearest of
    all is one of them. A direction in the cell of no beam may lie within the circle around a
    neighbour's cell; that neighbour is then the second nearest of the lattice, and of the
    triangle too.

    Parameters
    ----------
    layout : Layout
    xp : module
        ``numpy`` or ``cupy``.
    """

    def __init__(self, layout: Layout, xp: Any) -> None:
        lattice, uv = layout.grid.lattice[layout.order], layout.grid.uv[layout.order]
        self._xp = xp
        self._spacing = layout.grid.spacing_uv
        # Where the lattice has its origin in the u-v plane.
        i, j = layout.grid.lattice[0]
        self._origin = layout.grid.uv[0] - self._spacing * np.array([i + 0.5 * j, 0.75**0.5 * j])
        # A ring of two places without a beam surrounds the layout.
        self._low = lattice.min(axis=0) - 2
        rows, self._width = (lattice.max(axis=0) + 3 - self._low).tolist()
        self._last = np.array([rows, self._width]) - 2
        at = (lattice - self._low) @ [self._width, 1]
        place = np.full(rows * self._width, len(lattice), dtype=np.int32)
        place[at] = np.arange(len(lattice))
        centre = np.full((2, len(place)), np.inf)
        centre[:, at] = uv.T
        self._place, self._centre = xp.asarray(place), xp.asarray(centre)

    def __call__(self, u: Any, v: Any) -> tuple[Any, Any]:
        """Find the nearest beam.

        Parameters
        ----------
        u, v : float64 array (users,)
            Direction cosines along the satellite's axes.

        Returns
        -------
        place : int32 array (users,)
            Beam in the kernels' order, the first of several at the same distance. Where none is
            within a hexagon's corner of the direction, it is any.
        distance_squared : float64 array (users,)
            From its boresight in the u-v plane; infinite or beyond the corner where none is near.
        """
        xp = self._xp
        along_j = (v - self._origin[1]) * (1.0 / (0.75**0.5 * self._spacing)) - self._low[1]
        along_i = (u - self._origin[0]) * (1.0 / self._spacing) - self._low[0]
        along_i -= 0.5 * (along_j + self._low[1])
        i = xp.clip(xp.floor(along_i), 0.0, float(self._last[0]))
        j = xp.clip(xp.floor(along_j), 0.0, float(self._last[1]))
        corner = (i * self._width + j).astype(xp.int64)
        upper = (along_i - i) + (along_j - j) >= 1.0
        best, least = self._from(corner + 1, u, v)
        for vertex in (corner + self._width, corner + upper * (self._width + 1)):
            place, squared = self._from(vertex, u, v)
            nearer = (squared < least) | ((squared == least) & (place < best))
            # Faster than a choice for each, which no processor foresees.
            best += nearer * (place - best)
            least = xp.minimum(squared, least)
        return best, least

    def _from(self, vertex: Any, u: Any, v: Any) -> tuple[Any, Any]:
        """Beam at a point of the lattice, and its squared distance."""
        across, down = u - self._centre[0].take(vertex), v - self._centre[1].take(vertex)
        return self._place.take(vertex), across * across + down * down
