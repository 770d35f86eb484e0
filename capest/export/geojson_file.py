"""Cells as polygons with their values: GeoJSON (RFC 7946)."""

from __future__ import annotations

import json
import math
from typing import Any, TextIO

import numpy as np

from capest.export.cell_ground import CellGround
from capest.export.table import ExportTable
from capest.geo.map_polygons import map_polygons
from capest.results.ours import GEOJSON_START


def write_geojson(table: ExportTable, ground: CellGround, stream: TextIO) -> int:
    """Write a table of cells, a feature a cell.

    Parameters
    ----------
    table : ExportTable
        Of cells.
    ground : CellGround
    stream : text stream

    Returns
    -------
    int
        Features.
    """
    columns = table.whole()
    about = {
        column.name: {"units": column.units, "long_name": column.about} for column in table.columns
    }
    stream.write(f"{GEOJSON_START},\n")
    stream.write(f'"columns": {json.dumps(about, ensure_ascii=False)},\n"features": [')
    names = [column.name for column in table.columns]
    values = [_plain(column) for column in columns]
    rows = 0
    for rings, row in zip(map_polygons(ground.outlines()), zip(*values, strict=True), strict=True):
        polygons = [[ring] for ring in rings]
        shape: dict[str, Any] = {"type": "MultiPolygon", "coordinates": polygons}
        if len(polygons) == 1:
            shape = {"type": "Polygon", "coordinates": polygons[0]}
        feature = {
            "type": "Feature",
            "properties": dict(zip(names, row, strict=True)),
            "geometry": shape,
        }
        stream.write(",\n" if rows else "\n")
        text = json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        stream.write(text)
        rows += 1
    stream.write("\n]}\n")
    return rows


def _plain(values: np.ndarray) -> list[Any]:
    """Values that JSON can hold: what is no finite number is null; of float32 its own digits."""
    if values.dtype == np.float32:
        listed = [float(text) for text in values.astype("U32").tolist()]
    else:
        listed = values.tolist()
    return [
        None if isinstance(value, float) and not math.isfinite(value) else value for value in listed
    ]
