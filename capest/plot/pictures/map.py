"""Where on the ground there is how much, and where people get nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from capest.geo import coast
from capest.plot import map_cities
from capest.plot.map_image import LOOKS, Without, beyond_scale, image_of, scale_of, without
from capest.plot.map_lines import draw_lines
from capest.plot.map_paper import bar_box, draw_bar, draw_net, prepare
from capest.plot.map_places import CellPlaces, cell_raster, countries_of, no_places, places_of
from capest.plot.map_values import CellValues, cell_values, default_name
from capest.plot.map_view import MapView
from capest.plot.map_words import answer, never_limit, never_text, nobody_asked
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import INK, SIZE_IN
from capest.plot.tick_text import tick_text
from capest.results.cell_totals import cell_totals
from capest.results.unserved import Unserved, unserved_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("run",)
MOST = 1
OPTIONS = ("of",)

_COLUMNS = 760
"""Pixels of the image from west to east."""

_SIDE_IN, _ABOVE_IN = 1.15, 1.5
"""Room of the colour bar, and of words above and below the map."""

_LOWEST_IN, _HIGHEST_IN = 3.4, 8.5


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    stored = sources[0].stored
    if reason := no_places(stored):
        return reason
    return "" if default_name(stored) else "the file keeps no value of every cell"


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw a value of every cell, coast lines, borders, cities and who is never served.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    of : str
        Variable with a value for every cell; calls, else throughput, where it is empty.

    Raises
    ------
    InputError
        No such variable.
    """
    source = sources[0]
    stored = source.stored
    shown = cell_values(stored, of)
    places = places_of(stored)
    view = places.view()
    totals = cell_totals(stored)
    found = None if totals is None else unserved_of(totals)
    kinds = np.zeros(len(shown.values), dtype=np.int64)
    never, nobody = np.zeros((2, len(kinds)), dtype=bool)
    if totals is not None and found is not None:
        never[found.number] = True
        nobody[totals.number[totals.asked == 0]] = True
    kinds = np.where(places.is_shown, without(shown, never, nobody), 0)
    width_in = _resize(sheet, view)
    (ax,) = sheet.panels()
    assert ax is not None
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
    _colour_bar(ax, shown)
    _legend(ax, source, found, kinds)
    title = answer(stored, shown, found)
    hatched = bool((kinds == Without.NEVER_SERVED).any())
    parts = [source.title, f"colour: {shown.label}{' (log)' if shown.is_logarithmic else ''}"]
    if hatched and found is not None:
        parts.append(never_limit(found))
    credit = [source.footer, coast.CREDIT, *([map_cities.CREDIT] if labels else [])]
    return Words(
        title=title,
        subtitle=" · ".join(parts),
        footer=" · ".join(credit),
        alt=f"Map of {shown.label} in {int(places.is_shown.sum()):,} cells. {title}.",
    )


def _resize(sheet: Sheet, view: MapView) -> float:
    """Take the height that the map needs, unless somebody chose a size; its width in inches."""
    width_in, height_in = sheet.figure.get_size_inches()
    ratio = view.height_km / view.width_km
    if (width_in, height_in) == SIZE_IN:
        height_in = (width_in - _SIDE_IN) * ratio + _ABOVE_IN
        height_in = min(max(height_in, _LOWEST_IN), _HIGHEST_IN)
        sheet.resize(width_in, height_in)
    return float(min(width_in - _SIDE_IN, (height_in - _ABOVE_IN) / ratio))


def _outline_counted(ax: Axes, view: MapView, places: CellPlaces, raster: np.ndarray) -> None:
    """Draw a line around the beams that count, where others only interfere."""
    if places.is_counted[places.is_shown].all():
        return
    inside = np.where(raster >= 0, places.is_counted[raster], False).astype(float)
    west, east, south, north = view.extent
    rows, columns = inside.shape
    x = west + (np.arange(columns) + 0.5) * (east - west) / columns
    y = north - (np.arange(rows) + 0.5) * (north - south) / rows
    ax.contour(x, y, inside, levels=[0.5], colors=[INK], linewidths=[1.4], zorder=4.0)


def _colour_bar(ax: Axes, shown: CellValues) -> None:
    from matplotlib.cm import ScalarMappable
    from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

    norm, colours = scale_of(shown)
    figure = ax.get_figure()
    assert figure is not None
    place = ax.inset_axes((1.02, 0.1, 0.03, 0.8))
    bar = figure.colorbar(
        ScalarMappable(norm, colours), cax=place, extend=beyond_scale(shown), extendfrac=0.03
    )
    bar.solids.set_rasterized(True)
    bar.outline.set_visible(False)
    bar.ax.grid(visible=False)
    low, high = shown.limits
    if shown.is_logarithmic:
        few = np.log10(high / low) < 1.5
        bar.ax.yaxis.set_major_locator(LogLocator(10.0, subs=(1.0, 2.0, 5.0) if few else (1.0,)))
        bar.ax.yaxis.set_minor_formatter(FuncFormatter(lambda value, place: ""))
    else:
        whole = shown.name in _WHOLE
        bar.ax.yaxis.set_major_locator(MaxNLocator(6, integer=whole, steps=[1, 2, 2.5, 5, 10]))
    bar.ax.yaxis.set_major_formatter(FuncFormatter(lambda value, place: tick_text(value)))
    log = " (log scale)" if shown.is_logarithmic else ""
    bar.set_label(f"{shown.label}{log}", fontsize=8.0)
    bar.ax.tick_params(labelsize=8.0)


_WHOLE = ("cell_colour",)


def _legend(ax: Axes, source: Source, found: Unserved | None, kinds: np.ndarray) -> None:
    """Say what cells without a colour of the scale mean, below the map."""
    from matplotlib.patches import Patch

    words = {Without.VALUE: "no value", Without.NOTHING: "none"}
    if found is not None:
        words[Without.NEVER_SERVED] = never_text(source.stored, found)
        words[Without.NOBODY_ASKED] = nobody_asked(found)
    patches = [
        Patch(
            facecolor=LOOKS[kind].colour,
            edgecolor=LOOKS[kind].line or "#8a9099",
            hatch="/////" if LOOKS[kind].line else "",
            linewidth=0.6,
            label=label,
        )
        for kind, label in words.items()
        if (kinds == kind).any()
    ]
    if patches:
        ax.legend(
            handles=patches, loc="upper left", bbox_to_anchor=(0.0, -0.005), borderaxespad=0.0,
            ncols=1, handlelength=1.6, labelspacing=0.3,
        )  # fmt: skip
