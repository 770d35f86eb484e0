"""What a ring of a GeoJSON file means where an edge spans more than 180° of longitude.

RFC 7946 says two things. Edges are straight lines of latitude against longitude (3.1.1), so an
edge from -100 to 100 passes 0° and is 200° long. What crosses ±180 should be cut there (3.1.9),
but many files hold an edge from 179 to -179 that is meant 2° long. A ring with such an edge can be
read as written or the short way, and this module decides:

1. If one of the readings crosses itself, it is the other.
2. If the short edges make up less than half of the ring's width in the short reading, the ring is
   drawn in detail across ±180: the short way.
3. If the ring runs counter-clockwise as written, which is how outlines should run (3.1.6): as
   written. Holes should run clockwise.
4. Else, if the edge is longer than 270° as written: the short way, in which it runs as it should,
   unless that makes it a sliver, a hundred times as high as wide.
5. Else as written.

A ring that closes only the other way round the Earth surrounds a pole unless it is an outline as
written, neither a sliver nor drawn in detail across ±180.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.geo.polygon import Ring
from capest.geo.sphere import wrapped

if TYPE_CHECKING:
    import shapely

_LONG_DEG = 270.0
_SLIVER_DEG = 1.0
_SLIVER_RATIO = 100.0
_NEARLY_ROUND_DEG = 350.0
_POLE = "goes round a pole; close it along longitude ±180 and latitude ±90"


@dataclass(frozen=True)
class Reading:
    """A ring without jumps, its western end in [-180, 180).

    Attributes
    ----------
    ring : Ring
    is_short : bool
        Whether an edge is taken the short way and not as written.
    """

    ring: Ring
    is_short: bool = False

    @property
    def width_deg(self) -> float:
        """Extent in longitude."""
        return float(np.ptp(self.ring[1]))

    @property
    def is_wide(self) -> bool:
        """Whether it spans more than half of the longitudes, but not all of them."""
        return 180.0 < self.width_deg < 360.0

    def __str__(self) -> str:
        """Where it lies, for people."""
        west, east = self.ring[1].min(), self.ring[1].max()
        east = east if east <= 180.0 else east - 360.0
        return f"{self.width_deg:g}° wide, from longitude {west:g} east to {east:g}"


def readings(lat_deg: np.ndarray, lon_deg: np.ndarray, is_hole: bool = False) -> list[Reading]:
    """What a closed ring may mean, the likeliest first.

    Parameters
    ----------
    lat_deg, lon_deg : float64 array (n,)
        As written; the last position is the first, or 360° from it.
    is_hole : bool

    Returns
    -------
    list of Reading
        One or two; more than one only of readings that do not cross themselves.

    Raises
    ------
    ValueError
        If the ring surrounds a pole or is wider than 360°, saying so.
    """
    step = np.diff(lon_deg)
    if lon_deg[-1] != lon_deg[0]:
        if np.abs(step).max() <= 180.0:
            raise ValueError(_POLE)
        lon_deg = np.append(lon_deg[:-1], lon_deg[0])
        step = np.diff(lon_deg)
    if np.ptp(lon_deg) > 360.0:
        raise ValueError(f"is {np.ptp(lon_deg):g}° wide; expected at most 360")
    jumps = (np.abs(step) > 180.0) & (np.abs(step) < 360.0)
    written = (lat_deg, _from_west(lon_deg))
    if not jumps.any():
        return [Reading(written)]
    turns = np.where(jumps, -np.sign(step), 0.0)
    if turns.sum() != 0.0:
        return [_only_as_written(written, step, jumps)]
    short = (lat_deg, _from_west(lon_deg + 360.0 * np.concatenate([[0.0], np.cumsum(turns)])))
    found = [Reading(written), Reading(short, True)]
    if _is_short(written, short, step, jumps, is_hole):
        found.reverse()
    return [reading for reading in found if is_simple(reading.ring)] or found[:1]


def is_simple(ring: Ring) -> bool:
    """Whether a ring has an inside, and neither crosses nor touches itself."""
    return bool(_polygon(ring).is_valid)


def fault(ring: Ring) -> str:
    """What is wrong with a ring that is not simple."""
    import shapely

    place = place_of(shapely.is_valid_reason(_polygon(ring)))
    if _on_a_line(ring) or not place:
        return "has no area"
    return f"crosses or touches itself at {place}; expected an outline that does neither"


def _on_a_line(ring: Ring) -> bool:
    across, up = ring[1] - ring[1][0], ring[0] - ring[0][0]
    away = across**2 + up**2
    k = int(np.argmax(away))
    return bool(np.abs(across * up[k] - up * across[k]).max() <= 1e-12 * away[k])


def place_of(reason: str) -> str:
    """Longitude and latitude in a reason of GEOS such as "Self-intersection[5 5]"; or nothing."""
    numbers = reason.partition("[")[2].rstrip("]").split()
    if len(numbers) < 2:
        return ""
    lon, lat = float(wrapped(float(numbers[0]))), float(numbers[1])
    return f"longitude {lon:.6g}, latitude {lat:.6g}"


def _from_west(lon_deg: np.ndarray) -> np.ndarray:
    return lon_deg - 360.0 * np.floor((lon_deg.min() + 180.0) / 360.0)


def _polygon(ring: Ring) -> shapely.Polygon:
    import shapely

    return shapely.Polygon(np.column_stack(ring[::-1]))


def _only_as_written(written: Ring, step: np.ndarray, jumps: np.ndarray) -> Reading:
    """Reading of a ring that the short way would lead round a pole."""
    before, after = np.roll(step, 1)[jumps], np.roll(step, -1)[jumps]
    turns_back = (before * step[jumps] < 0.0) & (after * step[jumps] < 0.0)
    is_detailed = turns_back & (np.abs(step[jumps]) > _NEARLY_ROUND_DEG)
    if np.ptp(written[0]) < _SLIVER_DEG or is_detailed.any() or not is_simple(written):
        raise ValueError(_POLE)
    return Reading(written)


def _is_short(
    written: Ring, short: Ring, step: np.ndarray, jumps: np.ndarray, is_hole: bool
) -> bool:
    """Whether a ring is rather meant the short way."""
    longest = np.abs(step[jumps]).max()
    width = np.ptp(short[1])
    if 360.0 - np.abs(step[jumps]).min() < 0.5 * width:
        return True
    lat, lon = written
    twice_area = np.sum((lon[:-1] - lon[0]) * np.diff(lat) - (lat[:-1] - lat[0]) * np.diff(lon))
    runs_well = (twice_area < 0.0) if is_hole else (twice_area > 0.0)
    is_sliver = np.ptp(lat) > _SLIVER_RATIO * width
    return not runs_well and bool(longest > _LONG_DEG) and not is_sliver
