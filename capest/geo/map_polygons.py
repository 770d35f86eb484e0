"""Outlines on the sphere as polygons of latitude and longitude, as GeoJSON (RFC 7946) has them.

Rings go counter-clockwise (3.1.6), and what crosses the antimeridian is cut there (3.1.9). Sides of
cells are great circles and those of GeoJSON straight lines of latitude against longitude: long
sides have points between their corners. A cell around a pole reaches along it from -180° to 180°.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from capest.geo.cell_outlines import CellOutlines
from capest.geo.sphere import lat_lon, wrapped

LongitudeLatitude = list[list[float]]
"""A ring: places of longitude and latitude, degrees; the last is the first."""

DECIMALS = 5
"""Of a degree: about a metre."""

_LONGEST_SIDE_DEG = 0.5
"""Between points of a side, along it and in longitude: half a degree, 70 m off its great circle."""

_MOST_PIECES = 360

_FEWEST_PLACES = 4
"""Of a ring: slivers that rounding makes a line are no part."""


def map_polygons(outlines: CellOutlines) -> Iterator[list[LongitudeLatitude]]:
    """Yield the polygons of every cell: one, or the parts that the antimeridian makes of it.

    Parameters
    ----------
    outlines : CellOutlines

    Yields
    ------
    list of ring
        No polygon has a hole.
    """
    centre_lat, centre_lon = lat_lon(outlines.centre.T)
    for number, corners in enumerate(outlines.corners.tolist()):
        corner = outlines.corner[number, :corners]
        lat, lon = lat_lon(_with_points_between(corner).T)
        # The longitudes without jumps, beginning near the centre's.
        lon = np.degrees(np.unwrap(np.radians(np.append(lon, lon[0]))))
        lat = np.append(lat, lat[0])
        lon += 360.0 * np.round((centre_lon[number] - lon.mean()) / 360.0)
        if abs(lon[-1] - lon[0]) > 180.0:
            yield [_around_pole(lon[:-1], lat[:-1], math.copysign(90.0, centre_lat[number]))]
            continue
        if lon.min() >= -180.0 and lon.max() <= 180.0:
            yield [_ring(lon[:-1], lat[:-1])]
            continue
        yield _cut(lon, lat)


def _with_points_between(corner: np.ndarray) -> np.ndarray:
    """A ring with points on its long sides, unit vectors (n, 3)."""
    following = np.roll(corner, -1, axis=0)
    cosine = np.clip(np.sum(corner * following, axis=1), -1.0, 1.0)
    _, lon = lat_lon(corner.T)
    turn = np.abs((np.roll(lon, -1) - lon + 180.0) % 360.0 - 180.0)
    long = np.maximum(np.degrees(np.arccos(cosine)), turn)
    pieces = np.clip(np.ceil(long / _LONGEST_SIDE_DEG), 1, _MOST_PIECES).astype(np.int64)
    if pieces.max() == 1:
        return corner
    side = np.repeat(np.arange(len(corner)), pieces)
    along = (np.arange(len(side)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[side]
    points = corner[side] * (1.0 - along)[:, None] + following[side] * along[:, None]
    return points / np.linalg.norm(points, axis=1, keepdims=True)


def _cut(lon: np.ndarray, lat: np.ndarray) -> list[LongitudeLatitude]:
    """Parts of a polygon that leaves [-180°, 180°], each moved into it."""
    import shapely

    whole = shapely.make_valid(shapely.Polygon(np.column_stack([lon, lat])))
    found = []
    for turns in (-1.0, 0.0, 1.0):
        world = shapely.box(360.0 * turns - 180.0, -90.0, 360.0 * turns + 180.0, 90.0)
        for part in shapely.get_parts(shapely.intersection(whole, world)):
            if part.geom_type == "Polygon":
                ring = np.array(shapely.geometry.polygon.orient(part).exterior.coords)
                found.append(_ring(ring[:-1, 0] - 360.0 * turns, ring[:-1, 1]))
    return [ring for ring in found if len(ring) >= _FEWEST_PLACES]


def _around_pole(lon: np.ndarray, lat: np.ndarray, pole: float) -> LongitudeLatitude:
    """A ring around a pole, from -180° to 180° and along the pole back."""
    lon = wrapped(lon)
    order = np.argsort(lon)
    lon, lat = lon[order], lat[order]
    end = np.interp(180.0, [lon[-1], lon[0] + 360.0], [lat[-1], lat[0]])
    lon = np.concatenate([[-180.0], lon, [180.0, 180.0, -180.0]])
    lat = np.concatenate([[end], lat, [end, pole, pole]])
    # To the east the north pole lies on the left, where the inside belongs.
    return _ring(lon, lat) if pole > 0.0 else _ring(lon[::-1], lat[::-1])


def _ring(lon: np.ndarray, lat: np.ndarray) -> LongitudeLatitude:
    places = np.round(np.column_stack([lon, lat]), DECIMALS) + 0.0
    kept = np.any(places != np.roll(places, 1, axis=0), axis=1)
    found: LongitudeLatitude = places[kept].tolist()
    return [*found, found[0]] if found else []
