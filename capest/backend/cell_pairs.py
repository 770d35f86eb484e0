"""Links of the users of cells to the satellites that they hear, kept for many assignments."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from capest.backend.arguments import ConstellationDownlink
from capest.physics.constants import EARTH_RADIUS_M

_CELLS_AT_ONCE = 512
_MARGIN_RAD = 1e-3  # as horizon.cpp has it

BYTES_PER_LINK = 16
"""A gain and three direction cosines in single precision."""


@dataclass(frozen=True, kw_only=True)
class CellPairs:
    """Pairs of a cell and a satellite of one trial; users of a cell are neighbours in memory.

    Attributes
    ----------
    first, users : int64 array (cells,)
        First user of each cell, counted from the first of the trial, and how many it has.
    start : int64 array (cells + 1,)
        Pairs of each cell.
    satellite : int32 array (pairs,)
        Counted from the first of the trial, ascending in each cell.
    offset : int64 array (pairs,)
        First link of each pair; it has one of each user of its cell, in their order. Links lie in
        memory satellite by satellite: what one satellite adds is read in one stream.
    """

    first: np.ndarray
    users: np.ndarray
    start: np.ndarray
    satellite: np.ndarray
    offset: np.ndarray

    @property
    def cell(self) -> np.ndarray:
        """Cell of each pair, int64 array (pairs,)."""
        return np.repeat(np.arange(len(self.users)), np.diff(self.start))

    @property
    def count(self) -> np.ndarray:
        """Links of each pair, int64 array (pairs,)."""
        return self.users[self.cell]

    def of(self, cell: np.ndarray, satellite: np.ndarray) -> np.ndarray:
        """Numbers of the pairs of some cells and satellites, -1 for none, int64 array (n,)."""
        width = int(self.satellite.max(initial=0)) + 1
        key = self.cell * width + self.satellite
        wanted = np.asarray(cell, dtype=np.int64) * width + satellite
        found = np.searchsorted(key, wanted)
        there = (found < len(key)) & (np.asarray(satellite) < width)
        there &= np.append(key, -1)[found] == wanted
        return np.where(there, found, -1)


@dataclass(frozen=True, kw_only=True)
class PairLinks:
    """What lies between the users of cells and the satellites of their pairs.

    Attributes
    ----------
    pairs : CellPairs
    gain : float32 array (links,)
        Power received at the peak of a beam of unit power, in units of the user's noise: the
        user's gain, losses on the way and the strength of the satellite. 0 below the lowest
        elevation at which satellites are heard.
    direction : float32 array (3, links)
        Direction of the user from the satellite, reduced and counted from the nadir.
    """

    pairs: CellPairs
    gain: np.ndarray
    direction: np.ndarray


@dataclass(frozen=True, kw_only=True)
class CellUsers:
    """What ``pair_links`` takes.

    Attributes
    ----------
    links : ConstellationDownlink
        Of one trial, on the host; its beams and serving beams are not read.
    pairs : CellPairs
    reduced_aperture : float64 array (payloads,)
    payload : int64 array (satellites,)
        Of each satellite.
    """

    links: ConstellationDownlink
    pairs: CellPairs
    reduced_aperture: np.ndarray
    payload: np.ndarray


def heard_pairs(
    user_m: np.ndarray,
    first: np.ndarray,
    users: np.ndarray,
    satellite_m: np.ndarray,
    lowest_sine: float,
    may_light: np.ndarray,
) -> CellPairs:
    """Find the satellites that somebody of each cell may hear; never too few.

    Parameters
    ----------
    user_m : float64 array (3, users)
        Position, on the sphere.
    first, users : int64 array (cells,)
        See `CellPairs`.
    satellite_m : float64 array (3, satellites)
    lowest_sine : float
        Lowest sine of elevation at which satellites are heard.
    may_light : bool array (satellites,)
        The others are left out.
    """
    cells = len(users)
    occupied = np.flatnonzero(users > 0)
    satellites = np.flatnonzero(may_light)
    radius_m = np.sqrt((satellite_m[:, satellites] ** 2).sum(axis=0))
    unit = satellite_m[:, satellites] / radius_m
    lowest = math.asin(max(-1.0, min(1.0, lowest_sine)))
    # Angle at the Earth's centre between a user and a satellite at the lowest elevation.
    cosine = np.minimum(EARTH_RADIUS_M / radius_m * math.cos(lowest), 1.0)
    reach = np.arccos(cosine) - lowest + _MARGIN_RAD
    cell_of, satellite_of = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    for begin in range(0, len(occupied), _CELLS_AT_ONCE):
        some = occupied[begin : begin + _CELLS_AT_ONCE]
        owner = np.repeat(np.arange(len(some)), users[some])
        start = np.cumsum(users[some]) - users[some]
        number = np.arange(len(owner)) - start[owner] + first[some][owner]
        own = user_m[:, number] / EARTH_RADIUS_M
        centre = np.add.reduceat(own, start, axis=1)
        centre /= np.sqrt((centre * centre).sum(axis=0))
        along = np.minimum.reduceat((own * centre[:, owner]).sum(axis=0), start)
        spread = np.arccos(np.clip(along, -1.0, 1.0))
        limit = np.cos(np.minimum(spread[:, None] + reach, math.pi))
        row, column = np.nonzero(centre.T @ unit >= limit)
        cell_of.append(some[row])
        satellite_of.append(satellites[column])
    cell, satellite = np.concatenate(cell_of), np.concatenate(satellite_of)
    by_satellite = np.argsort(satellite, kind="stable")
    count = users[cell][by_satellite]
    offset = np.empty(len(cell), dtype=np.int64)
    offset[by_satellite] = np.cumsum(count) - count
    return CellPairs(
        first=first,
        users=users,
        start=np.searchsorted(cell, np.arange(cells + 1)).astype(np.int64),
        satellite=satellite.astype(np.int32),
        offset=offset,
    )
