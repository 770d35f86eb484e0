"""Shapes on the sphere; each tells what is inside, its area, its bounds and its outline."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol, Self

import numpy as np

from capest.geo.polygon import EdgeBands, PolygonSet
from capest.geo.spans import Spans, around, expand, make_spans
from capest.geo.sphere import (
    EARTH_AREA_KM2,
    EARTH_RADIUS_KM,
    box_area_km2,
    cap_area_km2,
    great_circle_km,
    moved,
    wrapped,
)

OUTLINE_STEP_DEG = 0.25


class Bounds(NamedTuple):
    """Extent in degrees: -180 ≤ west < 180 and west ≤ east ≤ west + 360."""

    south: float
    west: float
    north: float
    east: float


class Border(Protocol):
    """What tells inside from outside: numbers and arrays alone, for a worker or a GPU."""

    def on(self, xp: Any) -> Border:
        """Copy the arrays to ``xp``."""

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """Tell for points, arrays (n,) of ``xp``, whether they are inside; bool array (n,)."""


class Shape(Protocol):
    """What a region needs of a shape."""

    def __hash__(self) -> int:
        """Equal shapes have the same cells."""

    @property
    def area_km2(self) -> float:
        """Area on the sphere."""

    @property
    def bounds(self) -> Bounds:
        """Smallest extent in latitude and longitude."""

    @property
    def border(self) -> Border:
        """What tells which points are inside."""

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """Pieces inside, of parallels given in ascending order."""

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """Latitudes and longitudes of points along the edge, at most about 1/4 degree apart."""


class _Numbers:
    """A shape of a few numbers, which is its own border."""

    @property
    def border(self) -> Self:
        """See `Shape`."""
        return self

    def on(self, xp: Any) -> Self:
        """See `Border`; there is no array."""
        return self


@dataclass(frozen=True)
class Earth(_Numbers):
    """The whole surface."""

    @property
    def area_km2(self) -> float:
        """See `Shape`."""
        return EARTH_AREA_KM2

    @property
    def bounds(self) -> Bounds:
        """See `Shape`."""
        return Bounds(-90.0, -180.0, 90.0, 180.0)

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """See `Border`."""
        return xp.ones(lat_deg.shape, dtype=bool)

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """See `Shape`."""
        rows = np.arange(len(lat_deg))
        return around(rows, np.full(len(rows), -180.0), np.full(len(rows), 360.0))

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Shape`; both poles stand for the edge."""
        return np.array([-90.0, 90.0]), np.zeros(2)


@dataclass(frozen=True)
class Box(_Numbers):
    """Between two parallels and, going east, two meridians; edges belong to it.

    Attributes
    ----------
    south, west, north, width : float
        Degrees; west in [-180, 180), width up to 360.
    """

    south: float
    west: float
    north: float
    width: float

    @property
    def area_km2(self) -> float:
        """See `Shape`."""
        return float(box_area_km2(self.south, self.north, self.width))

    @property
    def bounds(self) -> Bounds:
        """See `Shape`."""
        return Bounds(self.south, self.west, self.north, self.west + self.width)

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """See `Border`."""
        east_of = (lon_deg - self.west) % 360.0
        return (lat_deg >= self.south) & (lat_deg <= self.north) & (east_of <= self.width)

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """See `Shape`."""
        rows = np.nonzero((lat_deg >= self.south) & (lat_deg <= self.north))[0]
        return around(rows, np.full(len(rows), self.west), np.full(len(rows), self.width))

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Shape`."""
        south, west, north, east = self.bounds
        corners = np.array([south, south, north, north, south])
        return dense(corners, np.array([west, east, east, west, west]))


@dataclass(frozen=True)
class Circle(_Numbers):
    """Within a distance along the surface of a point."""

    lat_deg: float
    lon_deg: float
    radius_km: float

    @property
    def area_km2(self) -> float:
        """See `Shape`."""
        return cap_area_km2(self.radius_km)

    @property
    def bounds(self) -> Bounds:
        """See `Shape`."""
        angle = math.degrees(self.radius_km / EARTH_RADIUS_KM)
        south, north = self.lat_deg - angle, self.lat_deg + angle
        if south <= -90.0 or north >= 90.0:
            return Bounds(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
        # Widest where the circle touches a meridian: sin(half) = sin(angle) / cos(lat).
        ratio = math.sin(math.radians(angle)) / math.cos(math.radians(self.lat_deg))
        half = math.degrees(math.asin(min(ratio, 1.0)))
        west = float(wrapped(self.lon_deg - half))
        return Bounds(south, west, north, west + 2.0 * half)

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """See `Border`."""
        away = great_circle_km(self.lat_deg, self.lon_deg, lat_deg, lon_deg, xp)
        return away <= self.radius_km

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """See `Shape`."""
        lat, centre = np.radians(lat_deg), math.radians(self.lat_deg)
        reach = math.cos(self.radius_km / EARTH_RADIUS_KM) - np.sin(lat) * math.sin(centre)
        scale = np.maximum(np.cos(lat) * math.cos(centre), 1e-15)
        half = np.degrees(np.arccos(np.clip(reach / scale, -1.0, 1.0)))
        rows = np.nonzero(half > 0.0)[0]
        return around(rows, wrapped(self.lon_deg - half[rows]), 2.0 * half[rows])

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Shape`."""
        bearing = np.linspace(0.0, 2.0 * np.pi, 1440)
        far = np.full(1440, self.radius_km)
        return moved(np.full(1440, self.lat_deg), np.full(1440, self.lon_deg), far, bearing)


@dataclass(frozen=True)
class AreasBorder:
    """Border of `Areas`; polygons that are none are ``None``."""

    bands: EdgeBands | None
    circles: tuple[Circle, ...]

    def on(self, xp: Any) -> AreasBorder:
        """See `Border`."""
        return replace(self, bands=self.bands.on(xp) if self.bands else None)

    def contains(self, lat_deg: Any, lon_deg: Any, xp: Any = np) -> Any:
        """See `Border`."""
        inside = xp.zeros(lat_deg.shape, dtype=bool)
        if self.bands:
            inside = self.bands.contains(lat_deg, lon_deg, xp)
        for circle in self.circles:
            inside = inside | circle.contains(lat_deg, lon_deg, xp)
        return inside


@dataclass(frozen=True, eq=False)
class Areas:
    """Polygons and circles together; taken not to overlap. Only the same object is equal."""

    polygons: PolygonSet | None
    circles: tuple[Circle, ...] = ()

    @property
    def area_km2(self) -> float:
        """See `Shape`."""
        drawn = self.polygons.area_km2 if self.polygons else 0.0
        return drawn + sum(circle.area_km2 for circle in self.circles)

    @property
    def bounds(self) -> Bounds:
        """See `Shape`."""
        extents = [circle.bounds for circle in self.circles]
        for lat, lon in self.polygons.rings if self.polygons else ():
            extents.append(Bounds(lat.min(), lon.min(), lat.max(), lon.max()))
        return together(extents)

    @cached_property
    def border(self) -> AreasBorder:
        """See `Shape`."""
        return AreasBorder(self.polygons.bands if self.polygons else None, self.circles)

    def spans(self, lat_deg: np.ndarray) -> Spans:
        """See `Shape`."""
        parts = [self.polygons.spans(lat_deg)] if self.polygons else []
        parts += [circle.spans(lat_deg) for circle in self.circles]
        return make_spans(
            *(np.concatenate([getattr(p, k) for p in parts]) for k in ("row", "west", "east"))
        )

    def outline(self) -> tuple[np.ndarray, np.ndarray]:
        """See `Shape`."""
        parts = [dense(*ring) for ring in (self.polygons.rings if self.polygons else ())]
        parts += [circle.outline() for circle in self.circles]
        lat, lon = zip(*parts, strict=True)
        return np.concatenate(lat), np.concatenate(lon)


def dense(lat_deg: np.ndarray, lon_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Add points on the edges of a ring until they are `OUTLINE_STEP_DEG` apart or less."""
    longest = np.maximum(np.abs(np.diff(lat_deg)), np.abs(np.diff(lon_deg)))
    pieces = np.maximum(1, np.ceil(longest / OUTLINE_STEP_DEG)).astype(np.int64)
    edge, piece = expand(np.zeros_like(pieces), pieces)
    along = piece / pieces[edge]
    lat = lat_deg[edge] + along * np.diff(lat_deg)[edge]
    return lat, lon_deg[edge] + along * np.diff(lon_deg)[edge]


def together(extents: list[Bounds]) -> Bounds:
    """Smallest bounds of several: all longitudes but the widest gap."""
    south = min(extent.south for extent in extents)
    north = max(extent.north for extent in extents)
    pieces = sorted((extent.west, extent.east) for extent in extents)
    pieces += [(west + 360.0, east + 360.0) for west, east in pieces]
    # What lies beyond 180° may reach over the western ends.
    reached = max(pieces[0][1], max(east for _, east in pieces) - 720.0)
    gap, after = 0.0, pieces[0][0]
    for west, east in pieces[1:]:
        if west - reached > gap:
            gap, after = west - reached, west
        reached = max(reached, east)
    west = float(wrapped(after))
    return Bounds(float(south), west, float(north), west + 360.0 - gap)
