"""Coast lines and borders, and cities with their names, that maps are drawn with.

Borders are those that Natural Earth draws, de facto; see ``data/SOURCES.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from capest.geo import data

CREDIT = "coast and borders: Natural Earth 1:50m, as the source draws them"
"""What a picture with these lines says under it."""

_STEPS_PER_DEGREE = 100.0
_NONE = -1


@dataclass(frozen=True)
class MapLines:
    """Lines of a map of the Earth, one after another.

    Attributes
    ----------
    lat_deg, lon_deg : float64 array (points,)
        To 0.01°; longitude in [-180, 180], with a jump where a line crosses the date line.
    line : int64 array (points,)
        Line that each point is of, ascending; lines do not join here.
    side : int64 array (lines, 2)
        Countries on both sides, indices into ``data.countries``; -1 for the sea, and a number below
        that for a land that has no country there.
    """

    lat_deg: np.ndarray
    lon_deg: np.ndarray
    line: np.ndarray
    side: np.ndarray

    @property
    def is_coast(self) -> np.ndarray:
        """Lines with the sea, or a lake, on one side; bool array (lines,)."""
        found: np.ndarray = self.side[:, 1] == _NONE
        return found

    def around(self, countries: tuple[int, ...]) -> np.ndarray:
        """Lines with one side in some countries and the other outside; bool array (lines,).

        Parameters
        ----------
        countries : tuple of int
            Indices into ``data.countries``.
        """
        inside = np.isin(self.side, countries)
        found: np.ndarray = inside[:, 0] != inside[:, 1]
        return found

    def chosen(self, lines: np.ndarray) -> MapLines:
        """The same with some lines only.

        Parameters
        ----------
        lines : bool array (lines,)
        """
        points = lines[self.line]
        number = np.cumsum(lines) - 1
        return MapLines(
            self.lat_deg[points],
            self.lon_deg[points],
            number[self.line[points]],
            self.side[lines],
        )


@dataclass(frozen=True)
class Cities:
    """Cities that a map may name, the largest first.

    Attributes
    ----------
    name : tuple of str
        As GeoNames writes it.
    lat_deg, lon_deg : float64 array (cities,)
        To 0.01°.
    people : float64 array (cities,)
        In whole thousands.
    """

    name: tuple[str, ...]
    lat_deg: np.ndarray
    lon_deg: np.ndarray
    people: np.ndarray


@cache
def map_lines() -> MapLines:
    """Read the lines."""
    stored = data.read("coast")
    # Steps go on from the last point of the line before.
    lat, lon = (
        np.cumsum(stored[name].astype(np.int64)) / _STEPS_PER_DEGREE
        for name in ("lat_step", "lon_step")
    )
    size = stored["size"].astype(np.int64)
    return MapLines(lat, lon, np.repeat(np.arange(len(size)), size), stored["side"].T.astype(int))


@cache
def cities() -> Cities:
    """Read the cities."""
    stored = data.read("cities")
    return Cities(
        tuple(stored["name"].tobytes().decode().split("\n")),
        stored["lat_1e2"] / 1e2,
        stored["lon_1e2"] / 1e2,
        stored["thousands"] * 1e3,
    )
