"""Frequency colours of Earth-fixed cells: neighbours on different colours, as far as can be.

The cells are a Fibonacci lattice, nearly hexagonal almost everywhere, but it turns from zone to
zone: no formula colours all of it. Cells are coloured one after another, from the middle outward,
each with the colour whose cells nearby disturb it least. So a cell has coloured neighbours, which
leave little choice, and regular patterns grow until they meet a dislocation. Then all are looked
at again.
"""

from __future__ import annotations

import math

import numpy as np

from capest.geo.sphere import EARTH_RADIUS_KM
from capest.geo.tiling import Cells, hexagon_area_km2

_REACH = 2.3
"""Spacings within which cells of one colour count as disturbing each other."""

_STEPS = 3
_PASSES = 3


def reuse_colours(cells: Cells, colours: int) -> np.ndarray:
    """Colour cells for a reuse factor.

    Parameters
    ----------
    cells : Cells
    colours : int

    Returns
    -------
    int32 array (n,)
        0 to ``colours`` - 1. With three colours a few neighbours at dislocations of the lattice
        share one; with four or more hardly any do.
    """
    count = len(cells.lat_deg)
    if colours == 1:
        return np.zeros(count, dtype=np.int32)
    first, second, distance = _near(cells)
    # Interference falls quickly with distance; the sixth power keeps neighbours apart before all.
    weight = distance**-6
    both = np.concatenate([first, second])
    other = np.concatenate([second, first])
    order = np.argsort(both, kind="stable")
    start = np.searchsorted(both[order], np.arange(count + 1)).tolist()
    others, weights = other[order].tolist(), np.tile(weight, 2)[order].tolist()
    colour = [-1] * count
    used = [0] * colours
    unit = np.asarray(cells.centre_unit)
    middle = unit.mean(axis=0)
    outward = np.argsort(-(unit * middle).sum(axis=1), kind="stable").tolist()
    for _ in range(_PASSES):
        for cell in outward:
            cost = [share * 1e-6 / count for share in used]
            for k in range(start[cell], start[cell + 1]):
                taken = colour[others[k]]
                if taken >= 0:
                    cost[taken] += weights[k]
            best = cost.index(min(cost))
            if colour[cell] != best:
                if colour[cell] >= 0:
                    used[colour[cell]] -= 1
                used[best] += 1
                colour[cell] = best
    return np.array(colour, dtype=np.int32)


def _near(cells: Cells) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Pairs of cells within reach, each once, and their distance in spacings.

    Neighbours on a Fibonacci lattice differ in index by Fibonacci numbers, points a few steps away
    by small sums of two consecutive ones.

    Returns
    -------
    first, second : int64 array (pairs,)
    distance : float64 array (pairs,)
    """
    spacing_km = math.sqrt(cells.area_km2 / hexagon_area_km2(1.0))
    reach = _REACH * spacing_km / EARTH_RADIUS_KM
    index = np.asarray(cells.lattice_index)
    unit = np.asarray(cells.centre_unit)
    firsts, seconds, chords = [], [], []
    for step in _index_steps(cells.lattice_count):
        at = np.searchsorted(index, index + step)
        there = np.flatnonzero((at < len(index)) & (np.append(index, -1)[at] == index + step))
        offset = unit[at[there]] - unit[there]
        chord = np.sqrt((offset * offset).sum(axis=1))
        close = chord <= reach
        firsts.append(there[close])
        seconds.append(at[there[close]])
        chords.append(chord[close])
    distance = np.concatenate(chords) * (EARTH_RADIUS_KM / spacing_km)
    return np.concatenate(firsts), np.concatenate(seconds), distance


def _index_steps(count: int) -> list[int]:
    """Positive differences of index between points a few steps apart, for lattices of a size."""
    steps = set()
    one, two = 1, 1
    while one < 4 * math.isqrt(count) + 10:
        for a in range(-_STEPS, _STEPS + 1):
            for b in range(-_STEPS, _STEPS + 1):
                steps.add(abs(a * one + b * two))
        one, two = two, one + two
    return sorted(step for step in steps if 0 < step < count)
