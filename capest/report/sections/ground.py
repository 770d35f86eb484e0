"""Where: a map whose cells say what they hold."""

from __future__ import annotations

import numpy as np

from capest.plot import picture
from capest.plot.map_places import places_of
from capest.plot.source import Source
from capest.report.blocks import LiveMap, ReportSection
from capest.report.cell_numbers import cell_numbers
from capest.report.drawings import as_drawing, drawn_box
from capest.report.report_files import ReportFiles

_MAP = "map"
_POINTS_PER_INCH = 72.0


def ground(files: ReportFiles) -> ReportSection | None:
    """Return the map of a run; ``None`` where its cells have no place on the Earth."""
    source = files.first
    if files.summary is None or picture.why_not(_MAP, (source,)):
        return None
    return ReportSection("map", "Where", [_live_map(source)])


def _live_map(source: Source) -> LiveMap:
    drawn = picture.draw(_MAP, (source,), has_words=False)
    drawing = as_drawing(drawn, "ground-map")
    left, top, width, height = drawn_box(drawn)
    x_pt, y_pt = _on_picture(drawn, source)
    found = cell_numbers(source.stored, x_pt - left, y_pt - top, _points_per_km(drawn))
    return LiveMap(drawing, width, height, found)


def _points_per_km(drawn: picture.Picture) -> float:
    """Scale of a map, whose coordinates are km on paper."""
    figure = drawn.figure
    (left, _), (right, _) = figure.axes[0].transData.transform([(0.0, 0.0), (1.0, 0.0)])
    return float((right - left) / figure.dpi * _POINTS_PER_INCH)


def _on_picture(drawn: picture.Picture, source: Source) -> tuple[np.ndarray, np.ndarray]:
    """Middles of cells in points of the picture's SVG, which has been written once."""
    places = places_of(source.stored)
    on_map = np.stack(places.view().projection.forward(places.lat_deg, places.lon_deg), axis=1)
    figure = drawn.figure
    pixels = figure.axes[0].transData.transform(on_map)
    points = pixels / figure.dpi * _POINTS_PER_INCH
    _, height_in = figure.get_size_inches()
    return points[:, 0], height_in * _POINTS_PER_INCH - points[:, 1]
