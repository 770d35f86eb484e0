"""Coast lines and borders on a map: cut at its edges, and no finer than it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from capest.geo.coast import MapLines, map_lines
from capest.geo.sphere import unit_vectors
from capest.plot.map_places import CellPlaces
from capest.plot.map_view import MapView

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_FINEST = 1.0 / 650.0
"""Steps of a line, of the larger side of the map: less is not seen, and makes files long."""

_MOST_POINTS = 6000
"""Of coast lines, or of borders: where there are more, on maps of much coast, steps are longer."""

_SMALLEST = 1.0 / 350.0
"""Size of an island, of the larger side of the map: smaller ones are left out."""

_SIMPLER_PT = 0.45
"""What lines may be off on paper."""

_HALO_PT = 1.4

_COAST, _BORDER, _OUTLINE = "#4b5563", "#6b7280", "#22262b"


def lines_on(view: MapView, lines: MapLines) -> tuple[np.ndarray, np.ndarray]:
    """Points of lines on a map.

    Parameters
    ----------
    view : MapView
    lines : MapLines

    Returns
    -------
    x_km, y_km : float64 array (n,)
        NaN between pieces that do not join; nothing far beyond the edges of the view.
    """
    x, y = view.projection.forward(lines.lat_deg, lines.lon_deg)
    ends = np.diff(lines.line) != 0
    ends |= view.projection.is_torn(lines.lat_deg, lines.lon_deg, x, y)
    inside = view.holds(x, y, beyond=0.02)
    # A piece keeps one point beyond the edge on each side, so that it reaches the edge.
    near = inside.copy()
    near[1:] |= inside[:-1] & ~ends
    near[:-1] |= inside[1:] & ~ends
    piece = np.r_[0, np.cumsum(ends | ~near[1:] | ~near[:-1])]
    x, y, piece = x[near], y[near], piece[near]
    kept = _long_enough(x, y, piece, _SMALLEST * max(view.width_km, view.height_km))
    x, y, piece = x[kept], y[kept], piece[kept]
    step_km = _FINEST * max(view.width_km, view.height_km)
    kept = _coarse(x, y, piece, step_km)
    if kept.sum() > _MOST_POINTS:
        kept = _coarse(x, y, piece, step_km * kept.sum() / _MOST_POINTS)
    x, y, piece = x[kept], y[kept], piece[kept]
    breaks = np.flatnonzero(np.diff(piece)) + 1
    return np.insert(x, breaks, np.nan), np.insert(y, breaks, np.nan)


def draw_lines(
    ax: Axes, view: MapView, places: CellPlaces, countries: tuple[int, ...] = ()
) -> None:
    """Draw coast lines and borders, on cells with a light halo, and countries' outlines bolder.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        In kilometres of the view.
    view : MapView
    places : CellPlaces
    countries : tuple of int
        Indices into ``data.countries``.
    """
    lines = map_lines()
    around = lines.around(countries)
    groups = (
        (lines.is_coast & ~around, _COAST, 0.55, "-"),
        (~lines.is_coast & ~around, _BORDER, 0.5, (0, (4, 2))),
        (around, _OUTLINE, 0.8, "-"),
    )
    for chosen, colour, width, pattern in groups:
        x, y = lines_on(view, lines.chosen(chosen))
        on_cells = _on_cells(view, places, x, y)
        draw_line(ax, *_only(x, y, ~on_cells), colour, width, pattern)
        draw_line(ax, *_only(x, y, on_cells), colour, width, pattern, halo=True)


def draw_line(
    ax: Axes,
    x_km: np.ndarray,
    y_km: np.ndarray,
    colour: str,
    width_pt: float,
    pattern: Any = "-",
    *,
    halo: bool = False,
    zorder: float = 3.0,
) -> None:
    """Draw lines, with NaN between them, with as few points as are seen.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x_km, y_km : float64 array (n,)
    colour : str
    width_pt : float
    pattern : str or tuple
        As matplotlib names it.
    halo : bool
        Put a lighter, wider line below.
    zorder : float
    """
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.patheffects import withStroke

    there = np.isfinite(x_km)
    if not there.any():
        return
    starts = np.r_[True, ~there[:-1]][there]
    codes = np.where(starts, Path.MOVETO, Path.LINETO).astype(Path.code_type)
    path = Path(np.column_stack([x_km[there], y_km[there]]), codes)
    path.should_simplify = True
    path.simplify_threshold = _SIMPLER_PT
    effects = [withStroke(linewidth=width_pt + _HALO_PT, foreground="#ffffff", alpha=0.7)]
    ax.add_artist(
        PathPatch(
            path, facecolor="none", edgecolor=colour, linewidth=width_pt, linestyle=pattern,
            joinstyle="round", zorder=zorder, path_effects=effects if halo else None,
        )
    )  # fmt: skip


def _on_cells(view: MapView, places: CellPlaces, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Points that lie in a cell that is shown; bool array (n,)."""
    there = np.isfinite(x)
    found = np.zeros(len(x), dtype=bool)
    cell = places.cell_at(unit_vectors(*view.projection.inverse(x[there], y[there])))
    found[there] = (cell >= 0) & places.is_shown[cell]
    return found


def _only(x: np.ndarray, y: np.ndarray, chosen: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lines without the points that are not chosen, but for one beside those that are."""
    kept = chosen.copy()
    kept[1:] |= chosen[:-1]
    return np.where(kept, x, np.nan), np.where(kept, y, np.nan)


def _coarse(x: np.ndarray, y: np.ndarray, piece: np.ndarray, step_km: float) -> np.ndarray:
    """Points to keep: the ends of pieces, and one in each square of a grid that a line enters."""
    if not len(x):
        return np.zeros(0, dtype=bool)
    column, row = np.floor(x / step_km), np.floor(y / step_km)
    moved = (np.diff(column) != 0) | (np.diff(row) != 0)
    other = np.diff(piece) != 0
    found: np.ndarray = np.r_[True, moved | other] | np.r_[other, True]
    return found


def _long_enough(x: np.ndarray, y: np.ndarray, piece: np.ndarray, size_km: float) -> np.ndarray:
    """Points of pieces that are so wide or high; bool array (n,)."""
    if not len(x):
        return np.zeros(0, dtype=bool)
    _, number = np.unique(piece, return_inverse=True)
    first = np.flatnonzero(np.r_[True, np.diff(number) != 0])
    wide, high = (
        np.maximum.reduceat(values, first) - np.minimum.reduceat(values, first) for values in (x, y)
    )
    found: np.ndarray = (np.maximum(wide, high) >= size_km)[number]
    return found
