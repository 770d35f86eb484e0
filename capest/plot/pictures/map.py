"""Where on the ground there is how much, and where people get nothing."""

from __future__ import annotations

import numpy as np

from capest.plot.map_ground import draw_ground
from capest.plot.map_image import Without
from capest.plot.map_key import draw_colour_bar, draw_patterns_key
from capest.plot.map_places import no_places, places_of
from capest.plot.map_served import kinds_of
from capest.plot.map_values import cell_values, default_name
from capest.plot.map_view import MapView
from capest.plot.map_words import answer, never_limit
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import SIZE_IN

KINDS = ("run",)
MOST = 1
OPTIONS = ("of",)

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
    kinds, found = kinds_of(stored, shown)
    kinds = np.where(places.is_shown, kinds, 0)
    width_in = _resize(sheet, view)
    (ax,) = sheet.panels()
    assert ax is not None
    if not sheet.is_whole:
        width_in = float(ax.get_window_extent().width / sheet.figure.dpi)
    credit = draw_ground(ax, stored, places, view, shown, kinds, width_in)
    draw_colour_bar(ax, shown)
    draw_patterns_key(ax, stored, found, kinds)
    title = answer(stored, shown, found, kinds)
    hatched = bool((kinds == Without.NEVER_SERVED).any())
    parts = [source.title, f"colour: {shown.label}{' (log)' if shown.is_logarithmic else ''}"]
    if hatched and found is not None:
        parts.append(never_limit(stored, found))
    return Words(
        title=title,
        subtitle=" · ".join(parts),
        footer=f"{source.footer} · {credit}",
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
