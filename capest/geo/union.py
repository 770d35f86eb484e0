"""The union of polygons that may overlap, as a set that may not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.geo.outline import place_of
from capest.geo.polygon import PolygonSet, Ring

if TYPE_CHECKING:
    import shapely

_FAULTS = {
    "Hole lies outside shell": "a hole lies outside its outline",
    "Holes are nested": "a hole lies in another",
    "Duplicate Rings": "a ring stands twice",
}
_OF_RINGS = "two of its rings cross, or run along each other"


def checked(rings: Sequence[Ring]) -> shapely.Polygon:
    """Make a polygon of simple rings, outline first; holes may lie a turn of 360° away.

    Raises
    ------
    ValueError
        Saying how its rings stand to each other, and where.
    """
    import shapely

    outline, *holes = (np.column_stack(ring[::-1]) for ring in rings)
    polygon = shapely.Polygon(outline, [beside(hole, outline) for hole in holes])
    reason = shapely.is_valid_reason(polygon) if holes else "Valid Geometry"
    kind = reason.partition("[")[0]
    if kind == "Valid Geometry":
        return polygon
    if kind == "Interior is disconnected":
        return shapely.make_valid(polygon)
    place = place_of(reason)
    raise ValueError(_FAULTS.get(kind, _OF_RINGS) + (f", at {place}" if place else ""))


def beside(hole: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """Positions (n, 2) of a hole, by whole turns as near to its outline as can be."""
    away = np.ptp(outline[:, 0]) / 2 + outline[:, 0].min() - hole[:, 0].min()
    away -= np.ptp(hole[:, 0]) / 2
    return hole + np.array([360.0 * np.rint(away / 360.0), 0.0])


def united(polygons: Sequence[shapely.Polygon], rings: Sequence[Sequence[Ring]]) -> PolygonSet:
    """Set of polygons; overlaps count once.

    Parameters
    ----------
    polygons : sequence of shapely.Polygon
        Longitudes without jumps, western ends in [-180, 180).
    rings : sequence of sequence of Ring
        Their outlines and holes, kept as they are if nothing overlaps.
    """
    parts = _on_the_map(polygons)
    if _overlap(parts):
        import shapely

        found = [p for p in shapely.get_parts(shapely.union_all(parts)) if p.area > 0.0]
        rings = [[_ring(line) for line in (p.exterior, *p.interiors)] for p in found]
    listed = [ring for polygon in rings for ring in polygon]
    holes = [number > 0 for polygon in rings for number in range(len(polygon))]
    return PolygonSet(tuple(listed), tuple(holes), (0,) * len(listed))


def _on_the_map(polygons: Sequence[Any]) -> list[Any]:
    """Cut polygons at ±180, so that the same place has the same longitude in all of them."""
    import shapely

    parts = []
    for polygon in polygons:
        west, south, east, north = polygon.bounds
        if east <= 180.0:
            parts.append(polygon)
            continue
        parts.append(shapely.intersection(polygon, shapely.box(west, south, 180.0, north)))
        beyond = shapely.intersection(polygon, shapely.box(180.0, south, east, north))
        parts.append(shapely.transform(beyond, lambda at: at - [360.0, 0.0]))
    return parts


def _overlap(parts: Sequence[Any]) -> bool:
    """Whether the insides of any two share an area."""
    import shapely

    one, other = shapely.STRtree(parts).query(parts, predicate="intersects")
    later = np.nonzero(one < other)[0]
    array = np.array(parts, dtype=object)
    return bool(shapely.relate_pattern(array[one[later]], array[other[later]], "T********").any())


def _ring(line: Any) -> Ring:
    lon, lat = np.array(line.coords).T[:2]
    return lat, lon
