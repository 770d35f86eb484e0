"""GeoJSON files: polygons as they are meant, and one clear line for every fault."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.errors import InputError
from capest.geo.region import Region, box, geojson
from capest.geo.sphere import EARTH_AREA_KM2

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
HOLE = [[4, 4], [4, 6], [6, 6], [6, 4], [4, 4]]


def polygon(*rings: Any) -> dict[str, Any]:
    return {"type": "Polygon", "coordinates": list(rings)}


def load(folder: Path, document: Any) -> Region:
    path = folder / "area.geojson"
    path.write_text(json.dumps(document), encoding="utf-8")
    return geojson(path)


def inside(region: Region, *points: tuple[float, float]) -> list[bool]:
    lat, lon = np.array(points, dtype=float).T
    return list(region.contains(lat, lon))


@pytest.mark.parametrize("wrap", ["geometry", "feature", "collection", "multi"])
def test_a_square_with_a_hole(tmp_path: Path, wrap: str) -> None:
    geometry = polygon(SQUARE, HOLE)
    feature = {"type": "Feature", "properties": {}, "geometry": geometry}
    document = {
        "geometry": geometry,
        "feature": feature,
        "collection": {"type": "FeatureCollection", "features": [feature]},
        "multi": {"type": "MultiPolygon", "coordinates": [geometry["coordinates"]]},
    }[wrap]
    region = load(tmp_path, document)
    assert inside(region, (5, 1), (5, 5), (5, 9), (11, 5), (5, -1)) == [
        True, False, True, False, False,
    ]  # fmt: skip
    expected = box(0, 0, 10, 10).area_km2 - box(4, 4, 6, 6).area_km2
    assert region.area_km2 == pytest.approx(expected)
    assert region.bounds == (0.0, 0.0, 10.0, 10.0)


def test_orientation_and_height_do_not_matter(tmp_path: Path) -> None:
    ring = [[*point, 123.4] for point in reversed(SQUARE)]
    assert load(tmp_path, polygon(ring)).area_km2 == pytest.approx(box(0, 0, 10, 10).area_km2)


@pytest.mark.parametrize(
    "rings",
    [
        [[[170, -5], [-170, -5], [-170, 5], [170, 5], [170, -5]]],
        [[[170, -5], [190, -5], [190, 5], [170, 5], [170, -5]]],
        [[[-190, -5], [-170, -5], [-170, 5], [-190, 5], [-190, -5]]],
        [
            [[170, -5], [180, -5], [180, 5], [170, 5], [170, -5]],
            [[-180, -5], [-170, -5], [-170, 5], [-180, 5], [-180, -5]],
        ],
    ],
    ids=["jump", "beyond 180", "beyond -180", "cut"],
)
def test_across_the_date_line(tmp_path: Path, rings: list[Any]) -> None:
    document = {"type": "MultiPolygon", "coordinates": [[ring] for ring in rings]}
    region = load(tmp_path, document)
    points = (0, 171), (0, 180), (0, -180), (0, -171), (0, 169), (0, -169), (0, 0)
    assert inside(region, *points) == [True, True, True, True, False, False, False]
    assert region.area_km2 == pytest.approx(box(-5, 170, 5, -170).area_km2)
    assert region.bounds == (-5.0, 170.0, 5.0, 190.0)


def test_round_a_pole_along_the_edges_of_the_map(tmp_path: Path) -> None:
    ring = [[-180, -60], [-180, -90], [180, -90], [180, -60], [0, -70], [-180, -60]]
    region = load(tmp_path, polygon(ring))
    assert inside(region, (-90, 0), (-65, 0), (-65, 179), (-71, 0)) == [True, False, True, True]
    world = [[-180, -90], [180, -90], [180, 90], [-180, 90], [-180, -90]]
    assert load(tmp_path, polygon(world)).area_km2 == pytest.approx(EARTH_AREA_KM2)


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ([1], "file: no GeoJSON type; expected Polygon"),
        ({"type": "Point", "coordinates": [0, 0]}, "file: type 'Point'; expected Polygon"),
        ({"type": "Feature", "geometry": None}, "holds no polygon: geometry: no GeoJSON type"),
        ({"type": "GeometryCollection"}, "geometries: expected a list"),
        ({"type": "MultiPolygon", "coordinates": []}, "holds no polygon: file: no coordinates"),
        (polygon([["0", "0"], ["5", "0"], ["5", "5"], ["0", "0"]]), "[0]: expected positions"),
        (polygon([[0, 0], [10, 0], [10**400, 5], [0, 0]]), "[0]: expected positions"),
        ({"type": "FeatureCollection"}, "features: expected a list"),
        ({"type": "FeatureCollection", "features": []}, "holds no polygon"),
        (
            {"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {}}]},
            "features[0].geometry: no GeoJSON type",
        ),
        ({"type": "Polygon"}, "coordinates: expected a list of rings"),
        ({"type": "MultiPolygon", "coordinates": 3}, "coordinates: expected a list of polygons"),
        (polygon([[0, 0], [1, 1], [0, 0]]), "coordinates[0]: expected at least 4 positions"),
        (polygon(SQUARE[:-1]), "coordinates[0]: expected at least 4 positions, the last equal"),
        (polygon(SQUARE, [[1, 2], "x"]), "coordinates[1]: expected positions [longitude, lat"),
        (polygon([[0, 0], [10, 0], [10, 95], [0, 10], [0, 0]]), "coordinates[0][2]: [10, 95]"),
        (polygon([[0, 0], [10, 0], [1e9, 5], [0, 10], [0, 0]]), "coordinates[0][2]: [1e+09, 5]"),
        (polygon([[0, 0], [5, 0], [9, 0], [0, 0]]), "has no area"),
        (polygon([[0, 0], [5, 5], [9, 9], [0, 0]]), "has no area"),
        (polygon([[-180, -60], [-90, -61], [0, -60], [90, -61], [180, -60]]), "round a pole"),
        (polygon([[-360, -5], [360, -5], [360, 5], [-360, 5], [-360, -5]]), "is 720° wide"),
        (
            polygon([[0, 60], [120, 60], [-120, 60.5], [0, 60]]),
            "goes round a pole; close it along longitude ±180",
        ),
    ],
)
def test_faults_are_one_line_that_says_where(tmp_path: Path, document: Any, message: str) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, document)
    text = str(caught.value)
    assert message in text
    assert "area.geojson" in text
    assert "\n" not in text


def test_files_that_are_not_json(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read: No such file"):
        geojson(tmp_path / "nothing.geojson")
    path = tmp_path / "broken.geojson"
    path.write_text('{"type":\n "Polygon",,}', encoding="utf-8")
    with pytest.raises(InputError, match="line 2, column 12: is not JSON"):
        geojson(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="is not UTF-8"):
        geojson(path)
