"""Reuse colours of Earth-fixed cells: which of them may share a channel.

Where the Fibonacci lattice is regular its cells get the classic pattern of hexagonal cells with 3,
4 or 7 colours (MacDonald, The Cellular Concept, Bell System Technical Journal 58, 1979), a linear
function of two whole numbers: the index of a point, and how often the spiral has wound round the
axis there. A step from a cell to a neighbour changes the index by a Fibonacci number and the
windings by the one before it. The three Fibonacci numbers of the six nearest neighbours grow from
the poles to the equator, ring by ring, and cells are nearly square where they change. With 4
colours, parities of the two numbers, one function suits all rings: modulo 2 three steps in a row
are never alike and never zero in both. With 3 and 7 every ring has a function of its own. A pattern
does not close round the axis: it is cut along a meridian, in the widest gap between the longitudes
of the region. Then single cells change colour, the most gain first, until none gains.

Spacing is the width of a regular hexagon of a cell's area; the lattice's nearest neighbours are at
0.88 to 0.93 spacings. Measured with 3, 4 and 7 colours, of 6,000 and 50,000 cells of the whole
Earth and 6,000 of China:

* cells less than 1.4 spacings apart of one colour: Earth 6.5, 0.17 and 0 %, 4.5, 0.11 and 0 %;
  China 7.1, 0 and 0 %;
* cells that share a side: Earth 2.5, 0.14 and 0 %, 0.9, 0.11 and 0 %;
* mean distance to the nearest cell of one's colour, in spacings: Earth 1.48, 1.76 and 2.27 (50,000:
  1.48, 1.78 and 2.26), China 1.49, 1.79 and 2.33; regular hexagons have √3, 2 and √7.

With 3 colours, among the four cells round a corner of nearly square cells two have one colour: in
regions that lie all in such a ring that is a quarter of the pairs below 1.4 spacings, of cells that
touch at a corner. What is left with 4 lies along the cut of the whole Earth and at the poles.
"""

from __future__ import annotations

import itertools
import math

import numpy as np

from capest.errors import InputError
from capest.geo.fibonacci import GOLDEN
from capest.geo.spans import expand
from capest.geo.tiling import Cells, cells_of_lattice, spacing_rad

NEIGHBOUR_SPACINGS = 1.4
# Cells farther apart than this do not matter to each other's colour.
REACH_SPACINGS = 2.2


def reuse_colours(tiling: Cells, colours: int, first: np.ndarray | None = None) -> np.ndarray:
    """Colour cells so that neighbours differ and cells of one colour lie far apart.

    Depends on the cells alone. Colours are used equally often, to a few per cent in regions of a
    thousand cells and more.

    Parameters
    ----------
    tiling : Cells
    colours : {1, 3, 4, 7}
    first : bool array (n,), optional
        Cells that have their colours as if the others were not there, which go by theirs.

    Returns
    -------
    int32 array (n,)
        Colour of each cell, 0 to ``colours - 1``.

    Raises
    ------
    InputError
        For any other number of colours.
    """
    if colours not in (1, 3, 4, 7):
        raise InputError(f"{colours} reuse colours: expected 1, 3, 4 or 7")
    if colours == 1:
        return np.zeros(len(tiling.lattice_index), dtype=np.int32)
    if first is None or first.all():
        return _coloured(tiling, colours, _cut(tiling.lon_deg)).astype(np.int32)
    index = np.asarray(tiling.lattice_index)[first]
    before = reuse_colours(cells_of_lattice(index, tiling.lattice_count), colours)
    given = np.full(len(first), -1, dtype=np.int64)
    given[first] = before
    return _coloured(tiling, colours, _cut(tiling.lon_deg[first]), given).astype(np.int32)


def _coloured(
    tiling: Cells, colours: int, cut: float, given: np.ndarray | None = None
) -> np.ndarray:
    """Colours, int64 array (n,), of a pattern cut along a meridian; those given stay (-1: none)."""
    first, second, distance = cell_pairs(tiling, REACH_SPACINGS)
    # The nearer, the worse: a power law stands for what one cell radiates into the other. Three
    # colours cannot keep all neighbours apart, so that only nearness counts with them.
    nuisance = np.rint(1000.0 / distance**6).astype(np.int64)
    if colours > 3:
        nuisance[distance < NEIGHBOUR_SPACINGS] += 3000
    colour, stays = _pattern(tiling, colours, cut), np.zeros(len(tiling.lat_deg), dtype=bool)
    if given is not None:
        stays = given >= 0
        colour = np.where(stays, given, colour)
    return _settled(colour, colours, first, second, nuisance, stays)


def cell_pairs(tiling: Cells, reach_spacings: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of cells whose centres are near each other.

    Parameters
    ----------
    tiling : Cells
    reach_spacings : float
        Distance, in spacings, below which a pair counts.

    Returns
    -------
    first, second : int64 array (pairs,)
        Cells, the first being the lower; by ascending first, then second.
    distance : float64 array (pairs,)
        In spacings, through the Earth.
    """
    centre = tiling.centre_unit
    reach = reach_spacings * spacing_rad(tiling)
    # Cubes with edges of the reach: a cell's partners are in its cube and the 26 around it.
    cube = np.floor((centre + 1.0) / reach).astype(np.int64) + 1
    side = int(cube.max()) + 2
    number = (cube[:, 0] * side + cube[:, 1]) * side + cube[:, 2]
    order = np.argsort(number, kind="stable")
    sorted_number = number[order]
    steps = [
        (dx * side + dy) * side + dz for dx in (-1, 0, 1) for dy in (-1, 0, 1) for dz in (-1, 0, 1)
    ]
    firsts, seconds, distances = [], [], []
    for step in steps[len(steps) // 2 :]:
        start = np.searchsorted(sorted_number, number + step, side="left")
        length = np.searchsorted(sorted_number, number + step, side="right") - start
        one, at = expand(start, length)
        other = order[at]
        distance = np.linalg.norm(centre[one] - centre[other], axis=1) / spacing_rad(tiling)
        near = distance < reach_spacings
        if step == 0:
            near &= one < other
        firsts.append(np.minimum(one[near], other[near]))
        seconds.append(np.maximum(one[near], other[near]))
        distances.append(distance[near])
    first, second = np.concatenate(firsts), np.concatenate(seconds)
    order = np.lexsort((second, first))
    return first[order], second[order], np.concatenate(distances)[order]


def _pattern(tiling: Cells, colours: int, cut: float) -> np.ndarray:
    """Colours of the regular pattern, int64 array (n,)."""
    index, winding = tiling.lattice_index, _winding(tiling, cut)
    if colours == 4:
        return index % 2 + 2 * (winding % 2)
    shorter, longer = _steps(tiling)
    before = longer - shorter
    # Whole numbers a and b with index = a · shorter + b · longer, and the winding likewise.
    sign = longer * before - shorter * shorter
    a = -sign * (shorter * index + longer * winding)
    b = sign * (before * index + shorter * winding)
    return (a + b) % 3 if colours == 3 else (a + 2 * b) % 7


def _cut(lon_deg: np.ndarray) -> float:
    """Middle of the widest gap between any two longitudes, in turns."""
    eastward = np.sort(lon_deg / 360.0 % 1.0)
    gap = np.diff(eastward, append=eastward[0] + 1.0)
    widest = int(gap.argmax())
    return float(eastward[widest] + 0.5 * gap[widest])


def _winding(tiling: Cells, cut: float) -> np.ndarray:
    """Whole turns to add to index / φ for the longitude, counted eastward from a cut; (n,)."""
    turn = tiling.lon_deg / 360.0 % 1.0
    unrolled = cut + (turn - cut) % 1.0
    return np.rint(unrolled - tiling.lattice_index * (GOLDEN - 1.0)).astype(np.int64)


def _steps(tiling: Cells) -> tuple[np.ndarray, np.ndarray]:
    """Index steps to the nearest neighbours: two Fibonacci numbers, the third being their sum.

    Returns
    -------
    shorter, longer : int64 array (n,)
    """
    z, count = tiling.centre_unit[:, 2], tiling.lattice_count
    across2 = 1.0 - z * z
    fibonacci = [0, 1]
    while fibonacci[-1] <= count or len(fibonacci) < 6:
        fibonacci.append(fibonacci[-1] + fibonacci[-2])
    distance2 = []
    for before, step in itertools.pairwise(fibonacci):
        turn = 2.0 * math.pi * (step * (GOLDEN - 1.0) - before)
        distance2.append(turn**2 * across2 + (2.0 * step / count) ** 2 / across2)
    three = np.stack([sum(distance2[at : at + 3]) for at in range(len(distance2) - 2)])
    at = three.argmin(axis=0)
    number = np.array(fibonacci)
    return number[at + 1], number[at + 2]


def _settled(
    colour: np.ndarray,
    colours: int,
    first: np.ndarray,
    second: np.ndarray,
    nuisance: np.ndarray,
    stays: np.ndarray,
) -> np.ndarray:
    """Change colours until no cell alone can lessen the nuisance of pairs of one colour.

    In a round a cell takes its best colour if it gains more than every cell within reach (ties:
    the lower cell). Such cells are out of each other's reach, so that every round lessens the sum.

    Parameters
    ----------
    colour : int64 array (n,)
    colours : int
    first, second : int64 array (pairs,)
    nuisance : int64 array (pairs,)
        Of a pair of one colour.
    stays : bool array (n,)
        Cells that keep their colour.

    Returns
    -------
    int64 array (n,)
    """
    colour, count = colour.copy(), len(colour)
    one, other = np.concatenate([first, second]), np.concatenate([second, first])
    order = np.argsort(one, kind="stable")
    one, other, weight = one[order], other[order], np.tile(nuisance, 2)[order].astype(np.float64)
    paired, start = np.unique(one, return_index=True)
    cell = np.arange(count)
    while len(paired):
        # Sums of whole numbers: exact in float64.
        suffered = np.bincount(one * colours + colour[other], weight, minlength=count * colours)
        suffered = suffered.reshape(count, colours)
        best = suffered.argmin(axis=1)
        gain = (suffered[cell, colour] - suffered[cell, best]).astype(np.int64)
        rank = np.where((gain > 0) & ~stays, gain * count + (count - cell), 0)
        rival = np.zeros(count, dtype=np.int64)
        rival[paired] = np.maximum.reduceat(rank[other], start)
        changing = rank > rival
        if not changing.any():
            break
        colour[changing] = best[changing]
    return colour
