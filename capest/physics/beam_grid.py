"""Hexagonal beam layout in the u-v plane and its frequency colouring (TR 38.821 clause 6.1.1.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.physics.beam_lattice import hexagonal_cells


@dataclass(frozen=True)
class BeamGrid:
    """Boresights on a hexagonal grid, centre first, then ring by ring.

    Attributes
    ----------
    lattice : int array (beams, 2)
        Axial coordinates on the hexagonal lattice.
    uv : float array (beams, 2)
        Direction cosines of the boresights in the satellite's frame.
    spacing_uv : float
        Distance of neighbouring boresights in the u-v plane.
    """

    lattice: np.ndarray
    uv: np.ndarray
    spacing_uv: float


def hexagonal_lattice(count: int) -> np.ndarray:
    """Axial coordinates of the centre cell and its full rings, int array (count, 2).

    Raises
    ------
    ValueError
        If ``count`` is not a centred hexagonal number.
    """
    return np.array(hexagonal_cells(count), dtype=np.int64)


def hexagonal_grid(
    lattice: np.ndarray, spacing_uv: float, centre_uv: tuple[float, float]
) -> BeamGrid:
    """Lay beams out hexagonally in the u-v plane around a central boresight.

    Source: TR 38.821 Tables 6.1.1.1-4 and 6.1.1.1-6.

    Parameters
    ----------
    lattice : int array (beams, 2)
        Axial coordinates, from `hexagonal_lattice`.
    spacing_uv : float
        Distance of neighbouring boresights.
    centre_uv : tuple of float
        Boresight of the centre cell.
    """
    i, j = lattice[:, 0], lattice[:, 1]
    offset = spacing_uv * np.stack([i + 0.5 * j, math.sqrt(0.75) * j], axis=1)
    return BeamGrid(lattice, offset + np.asarray(centre_uv), spacing_uv)


def reuse_colours(lattice: np.ndarray, colours: int) -> np.ndarray:
    """Colour hexagonal cells so that cells of one colour lie as far apart as can be.

    The classic cellular reuse patterns with clusters of 1, 3, 4 and 7 cells
    (MacDonald, Bell System Technical Journal 58, 1979); three colours are option 2 and
    four (two frequencies × two polarisations) option 3 of TR 38.821 Table 6.1.1.1-5.

    Parameters
    ----------
    lattice : int array (beams, 2)
        Axial coordinates.
    colours : {1, 3, 4, 7}

    Returns
    -------
    int array (beams,)
        Colour of each cell, 0 to ``colours - 1``.

    Raises
    ------
    ValueError
        For any other number of colours.
    """
    i, j = lattice[:, 0], lattice[:, 1]
    if colours == 1:
        return np.zeros(len(lattice), dtype=np.int64)
    if colours == 3:
        return (i - j) % 3
    if colours == 4:
        return (i % 2) + 2 * (j % 2)
    if colours == 7:
        return (i + 3 * j) % 7
    raise ValueError(f"no hexagonal reuse pattern with {colours} colours")


def cell_corners(spacing_uv: float) -> np.ndarray:
    """Corners of a cell of the grid relative to its boresight, float array (6, 2)."""
    angle = np.radians(30.0 + 60.0 * np.arange(6))
    return spacing_uv / math.sqrt(3.0) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
