"""The paper of a map: its frame, a net of meridians and parallels, and a scale bar."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from capest.geo.coast import MapLines
from capest.plot.map_cities import LABEL_BOX
from capest.plot.map_lines import draw_line, lines_on
from capest.plot.map_view import MapView
from capest.plot.style import GREY, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_SEA, _NET = "#f4f6f8", "#b6bcc4"
_NET_DEG = (30.0, 20.0, 10.0, 5.0, 2.0, 1.0)
_NET_LINES = 4
_BAR_SHARE = 0.2
_KM_OF_DEGREE = 111.0
_DISTORTED_KM = 6000.0
"""Wider maps have another scale at their edge than in the middle, by more than 3 %."""


def prepare(ax: Axes, view: MapView) -> None:
    """Take the frame of a view: kilometres on both axes, the same length each, and no ticks."""
    ax.set_aspect("equal")
    ax.set_xlim(view.west_km, view.east_km)
    ax.set_ylim(view.south_km, view.north_km)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.grid(visible=False)
    for spine in ax.spines.values():
        spine.set_visible(False)
    if view.is_whole_earth:
        x, y = view.projection.outline()
        ax.fill(x, y, facecolor=_SEA, edgecolor=GREY, linewidth=0.7, zorder=0.5)
    else:
        ax.set_facecolor(_SEA)


def draw_net(ax: Axes, view: MapView) -> None:
    """Draw meridians and parallels at whole degrees, faintly."""
    size_deg = max(view.width_km, view.height_km) / _KM_OF_DEGREE
    step = next((each for each in _NET_DEG if size_deg >= _NET_LINES * each), _NET_DEG[-1])
    draw_line(ax, *lines_on(view, _net(step)), _NET, 0.35, zorder=2.5)


def bar_box(view: MapView) -> tuple[float, float, float, float]:
    """Room of the scale bar: west, east, south, north, km; a map of the Earth has none."""
    if view.is_whole_earth:
        return view.west_km, view.west_km, view.south_km, view.south_km
    west = view.west_km + 0.03 * view.width_km
    south = view.south_km + 0.03 * view.height_km
    return west, west + _bar_km(view), south, south + 0.07 * view.height_km


def draw_bar(ax: Axes, view: MapView) -> None:
    """Draw a scale bar, but on a map of the whole Earth, which has no scale."""
    west, east, south, _ = bar_box(view)
    if west == east:
        return
    length = _bar_km(view)
    ax.plot(
        [west, east], [south, south], color=INK, linewidth=1.8, zorder=6.0,
        solid_capstyle="butt", scalex=False, scaley=False,
    )  # fmt: skip
    where = " in the middle" if view.width_km > _DISTORTED_KM else ""
    ax.annotate(
        f"{length:,g} km{where}", (west, south), xytext=(0.0, 3.0), textcoords="offset points",
        fontsize=7.0, zorder=6.0, bbox=LABEL_BOX,
    )  # fmt: skip


def _bar_km(view: MapView) -> float:
    """The largest of 1, 2 or 5 times a power of ten kilometres that is short enough."""
    most = _BAR_SHARE * view.width_km
    power = 10.0 ** math.floor(math.log10(most))
    return power * max(each for each in (1.0, 2.0, 5.0) if each * power <= most)


def _net(step_deg: float) -> MapLines:
    """Meridians and parallels with a point each degree; meridians end before the poles."""
    meridian_lat = np.linspace(-90.0 + step_deg, 90.0 - step_deg, 181)
    parallel_lon = np.linspace(-180.0, 180.0, 361)
    of_meridian = np.arange(-180.0, 180.0, step_deg)
    of_parallel = np.arange(-90.0 + step_deg, 89.99, step_deg)
    lat = [np.tile(meridian_lat, len(of_meridian)), np.repeat(of_parallel, len(parallel_lon))]
    lon = [np.repeat(of_meridian, len(meridian_lat)), np.tile(parallel_lon, len(of_parallel))]
    first = np.repeat(np.arange(len(of_meridian)), len(meridian_lat))
    second = np.repeat(np.arange(len(of_parallel)), len(parallel_lon)) + len(of_meridian)
    line = np.concatenate([first, second])
    side = np.zeros((int(line[-1]) + 1, 2), dtype=np.int64)
    return MapLines(np.concatenate(lat), np.concatenate(lon), line, side)
