"""Outlines of GeoJSON files: what overlaps counts once, what crosses itself is refused.

Right areas are R²·Δλ·(sin φ2 − sin φ1) of boxes of latitude and longitude.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.engine.build.people import uniform_model
from capest.errors import InputError
from capest.geo.geojson import read_polygons
from capest.geo.region import Region, geojson
from capest.geo.sphere import EARTH_RADIUS_KM
from capest.geo.tiling import cells
from tests.geo.uniforms import uniforms

Ring = list[list[float]]


def rectangle(west: float, south: float, east: float, north: float) -> Ring:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def polygon(*rings: Ring) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def features(*geometries: Any) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", "properties": {}, "geometry": g} for g in geometries],
    }


def area_km2(west: float, south: float, east: float, north: float) -> float:
    height = math.sin(math.radians(north)) - math.sin(math.radians(south))
    return EARTH_RADIUS_KM**2 * math.radians(east - west) * height


def load(folder: Path, document: Any) -> Region:
    path = folder / "area.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return geojson(path)


def brute(document: Any, lat: np.ndarray, lon: np.ndarray) -> np.ndarray:
    """Points inside any of the boxes of a collection of features without holes."""
    inside = np.zeros(len(lat), dtype=bool)
    for feature in document["features"]:
        for ring in _rings(feature["geometry"]):
            x, y = np.array(ring).T
            east_of = (lon - x.min()) % 360.0
            inside |= (lat > y.min()) & (lat < y.max()) & (east_of < np.ptp(x))
    return inside


def _rings(geometry: Any) -> list[Ring]:
    if geometry["type"] == "MultiPolygon":
        return [part[0] for part in geometry["coordinates"]]
    return [geometry["coordinates"][0]]


WEST, EAST, MIDDLE = rectangle(0, 40, 8, 46), rectangle(4, 40, 12, 46), rectangle(2, 40, 10, 46)
BOTH = area_km2(0, 40, 12, 46)
OVERLAPS = {
    "two": (features(polygon(WEST), polygon(EAST)), BOTH),
    "three": (features(polygon(WEST), polygon(EAST), polygon(MIDDLE)), BOTH),
    "the same": (features(polygon(WEST), polygon(WEST)), area_km2(0, 40, 8, 46)),
    "thrice": (features(polygon(WEST), polygon(WEST), polygon(WEST)), area_km2(0, 40, 8, 46)),
    "nested": (
        features(polygon(WEST), polygon(rectangle(2, 42, 4, 44))),
        area_km2(0, 40, 8, 46),
    ),
    "touching": (features(polygon(WEST), polygon(rectangle(8, 40, 12, 46))), BOTH),
    "parts of one": (features({"type": "MultiPolygon", "coordinates": [[WEST], [EAST]]}), BOTH),
    "across 180": (
        features(polygon(rectangle(170, -5, 190, 5)), polygon(rectangle(-175, -5, -160, 5))),
        area_km2(170, -5, 200, 5),
    ),
    "across 180 from both sides": (
        features(polygon(rectangle(170, -5, 185, 5)), polygon(rectangle(-190, -5, -170, 5))),
        area_km2(170, -5, 190, 5),
    ),
}


@pytest.mark.parametrize("name", OVERLAPS)
def test_the_union_counts(tmp_path: Path, name: str) -> None:
    document, expected = OVERLAPS[name]
    region = load(tmp_path, document)
    assert region.area_km2 == pytest.approx(expected, rel=1e-12)
    spread = np.random.default_rng(1)
    lat, lon = spread.uniform(-10, 50, 20_000), spread.uniform(-180, 180, 20_000)
    assert (region.contains(lat, lon) == brute(document, lat, lon)).all()
    across = np.r_[np.arange(170, 180, 0.37), np.arange(-180, -155, 0.37), np.arange(-1, 13, 0.11)]
    up = np.full(len(across), 4.3 if "180" in name else 43.7)
    assert (region.contains(up, across) == brute(document, up, across)).all()


def test_users_and_cells_of_a_union(tmp_path: Path) -> None:
    region = load(tmp_path, OVERLAPS["two"][0])
    tiling = cells(region, 5543.0)
    assert len(tiling.lat_deg) == pytest.approx(BOTH / 5543.0, abs=3)
    shared = (tiling.lon_deg > 4.0) & (tiling.lon_deg < 8.0)
    assert shared.mean() == pytest.approx(1 / 3, abs=0.05)
    model = uniform_model(region)
    assert model.people == pytest.approx(BOTH, rel=1e-3)
    _, lon, _, _ = model.draw(uniforms(40_000, count=3))
    assert ((lon > 4.0) & (lon < 8.0)).mean() == pytest.approx(1 / 3, abs=0.01)


def test_holes_are_filled_by_what_else_lies_there(tmp_path: Path) -> None:
    outer, hole = rectangle(0, 40, 8, 46), rectangle(2, 41, 6, 45)
    ringed = polygon(outer, hole)
    with_island = load(tmp_path, features(ringed, polygon(rectangle(3, 42, 4, 44))))
    expected = area_km2(0, 40, 8, 46) - area_km2(2, 41, 6, 45) + area_km2(3, 42, 4, 44)
    assert with_island.area_km2 == pytest.approx(expected, rel=1e-12)
    half = load(tmp_path, features(ringed, polygon(rectangle(4, 40, 12, 46))))
    assert half.area_km2 == pytest.approx(BOTH - area_km2(2, 41, 4, 45), rel=1e-12)
    points = np.array([43.0, 43.0, 43.0]), np.array([3.0, 5.0, 1.0])
    assert list(half.contains(*points)) == [False, True, True]
    assert list(with_island.contains(*points)) == [True, False, True]


def test_polygons_that_do_not_overlap_stay_as_they_are(tmp_path: Path) -> None:
    ring = [[0.1, 40.2], [8.3, 40.7], [8.1, 46.9], [0.3, 46.1], [0.1, 40.2]]
    apart = [[x + 8.2, y] for x, y in ring]
    region = load(tmp_path, features(polygon(ring), polygon(apart)))
    kept = [list(map(list, zip(lon, lat, strict=True))) for lat, lon in region.shape.polygons.rings]  # type: ignore[attr-defined]
    assert kept == [ring, apart]
    assert region.notes == ()


WIDE = {
    "200": rectangle(-100, -60, 100, 60),
    "200 clockwise": rectangle(-100, -60, 100, 60)[::-1],
    "300": rectangle(-150, -30, 150, 30),
    "340": rectangle(-170, -60, 170, 60),
    "nearly all": rectangle(-179.99, -60, 179.99, 60),
    "260 from 0": rectangle(0, -60, 260, 60),
    "300 with more positions": [
        [-150, -30], [0, -30], [150, -30], [150, 30], [0, 30], [-150, 30], [-150, -30],
    ],
    "300 with more positions below": [
        [-150, -30], [0, -30], [150, -30], [150, 30], [-150, 30], [-150, -30],
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", WIDE)
def test_edges_are_straight_in_longitude(tmp_path: Path, name: str) -> None:
    ring = WIDE[name]
    (west, south), (east, north) = np.min(ring, axis=0), np.max(ring, axis=0)
    region = load(tmp_path, polygon(ring))
    assert region.area_km2 == pytest.approx(area_km2(west, south, east, north), rel=1e-12)
    inside = region.contains(np.zeros(3), np.array([1.0, west + 0.5, west - 0.001]))
    assert list(inside) == [True, True, False]
    (note,) = region.notes
    assert f"{east - west:g}° wide, from longitude {west:g} east to" in note
    assert "RFC 7946, 3.1.1" in note
    assert uniform_model(region).people == pytest.approx(region.area_km2, rel=1e-2)


def test_a_wide_polygon_with_a_wide_hole(tmp_path: Path) -> None:
    expected = area_km2(-100, -60, 100, 60) - area_km2(-95, -50, 95, 50)
    for hole in (rectangle(-95, -50, 95, 50), rectangle(-95, -50, 95, 50)[::-1]):
        region = load(tmp_path, polygon(rectangle(-100, -60, 100, 60), hole))
        assert region.area_km2 == pytest.approx(expected, rel=1e-12)
        inside = region.contains(np.array([0.0, 55.0, 0.0]), np.array([0.0, 0.0, 180.0]))
        assert list(inside) == [False, True, False]


# Drawn in detail across 180, as Fiji is: positions on both sides, and short steps between them.
FIJI = [
    [177, -16], [177, -17], [179.9, -17.05], [-179.9, -17.02], [-178, -17], [-178, -15.1],
    [-179.9, -15.05], [179.9, -15], [177, -15.9], [177, -16],
]  # fmt: skip


@pytest.mark.parametrize("ring", [FIJI, FIJI[::-1], rectangle(170, -20, -170, -10)])
def test_outlines_across_180(tmp_path: Path, ring: Ring) -> None:
    region = load(tmp_path, polygon(ring))
    inside = region.contains(np.full(4, -16.0), np.array([179.95, -179.95, 0.0, 160.0]))
    assert list(inside) == [True, True, False, False]
    turned = [[lon % 360.0, lat] for lon, lat in ring]
    assert load(tmp_path, polygon(turned)).area_km2 == pytest.approx(region.area_km2, rel=1e-9)
    (note,) = region.notes
    assert "the short way" in note
    assert "RFC 7946, 3.1.9" in note


def test_a_hole_across_180_does_not_change_the_bounds(tmp_path: Path) -> None:
    hole = rectangle(-179, -1, -175, 1)[::-1]
    region = load(tmp_path, polygon(rectangle(170, -5, 190, 5), hole))
    assert region.bounds == (-5.0, 170.0, 5.0, 190.0)
    expected = area_km2(170, -5, 190, 5) - area_km2(-179, -1, -175, 1)
    assert region.area_km2 == pytest.approx(expected, rel=1e-12)


def test_a_ring_closed_a_turn_further(tmp_path: Path) -> None:
    ring = [[180, -5], [-170, -5], [-170, 5], [180, 5], [-180, -5]]
    assert load(tmp_path, polygon(ring)).area_km2 == pytest.approx(area_km2(180, -5, 190, 5))


CROSSED = {
    "bowtie": ([[[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]], "[0]: crosses or touches itself at "
               "longitude 5, latitude 5"),
    "eight": ([[[0, 0], [5, 5], [10, 0], [10, 10], [5, 5], [0, 10], [0, 0]]], "touches itself at "
              "longitude 5, latitude 5"),
    "spike": ([[[0, 0], [5, 0], [5, 5], [5, 9], [5, 5], [0, 5], [0, 0]]], "touches itself at"),
    "across 180": ([[[175, 0], [185, 10], [185, 0], [175, 10], [175, 0]]], "itself at longitude "
                   "-180, latitude 5"),
    "hole": ([rectangle(0, 0, 9, 9), [[1, 1], [3, 3], [3, 1], [1, 3], [1, 1]]], "[1]: crosses or "
             "touches itself at longitude 2, latitude 2"),
    "hole over the outline": ([rectangle(0, 0, 8, 6), rectangle(4, 2, 12, 4)], "two of its rings "
                              "cross, or run along each other, at longitude 8, latitude 2"),
    "hole as the outline": ([rectangle(0, 0, 8, 6), rectangle(0, 0, 8, 6)], "run along each other"),
    "hole elsewhere": ([rectangle(0, 0, 8, 6), rectangle(14, 2, 16, 4)], "lies outside its "
                       "outline, at longitude 14, latitude 2"),
    "overlapping holes": ([rectangle(0, 0, 8, 6), rectangle(1, 1, 4, 4), rectangle(3, 2, 6, 5)],
                          "two of its rings cross"),
}  # fmt: skip


@pytest.mark.parametrize("name", CROSSED)
def test_crossed_outlines_are_refused(tmp_path: Path, name: str) -> None:
    rings, message = CROSSED[name]
    with pytest.raises(InputError) as caught:
        load(tmp_path, features(polygon(WEST), polygon(*rings)))
    text = str(caught.value)
    assert "area.geojson: features[1].geometry.coordinates" in text
    assert message in text
    assert "\n" not in text


def test_repeated_positions_are_harmless(tmp_path: Path) -> None:
    ring = [[0, 0], [5, 0], [5, 0], [5, 5], [0, 5], [0, 5], [0, 0], [0, 0]]
    assert load(tmp_path, polygon(ring)).area_km2 == pytest.approx(area_km2(0, 0, 5, 5))  # type: ignore[arg-type]


def test_only_polygons_count_and_what_is_skipped_is_said(tmp_path: Path) -> None:
    point = {"type": "Point", "coordinates": [50, 50]}
    line = {"type": "LineString", "coordinates": [[0, 0], [50, 50]]}
    nested = {"type": "GeometryCollection", "geometries": [line, polygon(EAST)]}
    collection = {"type": "GeometryCollection", "geometries": [point, nested]}
    empty = {"type": "Polygon", "coordinates": []}
    region = load(tmp_path, features(None, polygon(WEST), point, collection, empty))
    assert region.area_km2 == pytest.approx(BOTH, rel=1e-12)
    (note,) = region.notes
    assert note.endswith("1 null geometry, 2 Point, 1 LineString, 1 empty Polygon")


def test_a_hundred_thousand_positions(tmp_path: Path) -> None:
    turn = np.linspace(0.0, 2.0 * np.pi, 100_001)
    away = 10.0 * (1.0 + 0.2 * np.sin(7.0 * turn)) * (1.0 + 1e-4 * np.sin(9_999.0 * turn))
    away[-1] = away[0]
    one, other = (
        np.column_stack([x + away * np.cos(turn), 45.0 + 0.8 * away * np.sin(turn)])
        for x in (10.0, 14.0)
    )
    rings = []
    for ring in (one, other):
        ring[-1] = ring[0]
        rings.append(polygon(ring.tolist()))
    region = load(tmp_path, features(*rings))
    lat, lon = np.random.default_rng(2).uniform([[30], [-5]], [[60], [30]], (2, 20_000))
    expected = np.zeros(len(lat), dtype=bool)
    for x in (10.0, 14.0):
        angle = np.arctan2((lat - 45.0) / 0.8, lon - x) % (2.0 * np.pi)
        expected |= np.hypot(lon - x, (lat - 45.0) / 0.8) < np.interp(angle, turn, away)
    assert (region.contains(lat, lon) == expected).mean() > 0.9995


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "twice.geojson"
    ring = "[[[0,0],[1,0],[1,1],[0,1],[0,0]]]"
    path.write_text(f'{{"type": "Polygon", "coordinates": {ring}, "coordinates": {ring}}}')
    with pytest.raises(InputError, match="'coordinates' stands more than once"):
        read_polygons(path)


@pytest.mark.parametrize(
    ("name", "fits"),
    [("urn:ogc:def:crs:OGC:1.3:CRS84", True), ("urn:ogc:def:crs:EPSG::3857", False)],
)
def test_other_reference_systems_are_refused(tmp_path: Path, name: str, fits: bool) -> None:
    path = tmp_path / "crs.geojson"
    square = {"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 1], [0, 0]]]}
    path.write_text(json.dumps(square | {"crs": {"type": "name", "properties": {"name": name}}}))
    if fits:
        read_polygons(path)
        return
    with pytest.raises(InputError, match="crs = 'urn:ogc:def:crs:EPSG::3857': expected longitudes"):
        read_polygons(path)
