"""Cells on the ground, with coast, borders, cities and a scale, in one panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.geo import coast
from capest.plot import map_cities
from capest.plot.map_image import image_of
from capest.plot.map_lines import draw_lines
from capest.plot.map_paper import bar_box, draw_bar, draw_net, prepare
from capest.plot.map_places import CellPlaces, cell_raster, countries_of
from capest.plot.map_values import CellValues
from capest.plot.map_view import MapView
from capest.plot.style import INK, PAPER
from capest.results.stored import Stored

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = 660
"""Pixels of the image from west to east."""


def draw_ground(
    ax: Axes,
    stored: Stored,
    places: CellPlaces,
    view: MapView,
    shown: CellValues,
    kinds: np.ndarray,
    width_in: float,
) -> str:
    """Draw a map of cells.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    stored : Stored
    places : CellPlaces
    view : MapView
        From ``places.view()``.
    shown : CellValues
    kinds : int64 array (cells,)
        From `map_image.without`.
    width_in : float
        Of the map on paper.

    Returns
    -------
    str
        Sources of what is drawn, for the footer.
    """
    prepare(ax, view)
    draw_net(ax, view)
    raster = cell_raster(view, places, _COLUMNS)
    image = image_of(raster, shown, kinds)
    ax.imshow(image, extent=view.extent, interpolation="none", zorder=2.0, aspect="equal")
    _outline_counted(ax, view, places, raster)
    draw_lines(ax, view, places, countries_of(stored))
    labels = map_cities.labels_on(view, places, width_in, [bar_box(view)])
    map_cities.draw_labels(ax, labels)
    draw_bar(ax, view)
    return " · ".join([coast.CREDIT, *([map_cities.CREDIT] if labels else [])])


def _outline_counted(ax: Axes, view: MapView, places: CellPlaces, raster: np.ndarray) -> None:
    """Draw a line around the beams that count, where others only interfere."""
    if places.is_counted[places.is_shown].all():
        return
    inside = np.where(raster >= 0, places.is_counted[raster], False).astype(float)
    west, east, south, north = view.extent
    rows, columns = inside.shape
    x = west + (np.arange(columns) + 0.5) * (east - west) / columns
    y = north - (np.arange(rows) + 0.5) * (north - south) / rows
    # Light below dark: one of them is seen on any colour.
    for colour, width in ((PAPER, 2.8), (INK, 1.4)):
        ax.contour(x, y, inside, levels=[0.5], colors=[colour], linewidths=[width], zorder=4.0)
