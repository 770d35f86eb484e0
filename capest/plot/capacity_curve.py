"""One search of a capacity: the figure against the key, its limit, and where it crosses."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.plot.capacity_title import (
    condition_of,
    condition_words,
    crossing_words,
    safe_words,
    words_of,
)
from capest.plot.curve_axis import write_points
from capest.plot.key_words import key_on_axis
from capest.plot.plain_numbers import with_minus, write_plain_numbers
from capest.plot.point_labels import PointLabel, place_labels
from capest.plot.sheet import Sheet
from capest.plot.style import BLUE, GREEN, INK, ORANGE, VERMILLION
from capest.results.ours import CAPACITY_MARK
from capest.studies.capacity.capacity_words import figure_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

    from capest.studies.capacity.capacity_file import StoredCapacity

_LOG_FACTOR = 20.0
"""A range over more is searched, and read, by factors."""


def draw_capacity(sheet: Sheet, ax: Axes, about: dict[str, Any], found: StoredCapacity) -> None:
    """Draw one search.

    Parameters
    ----------
    sheet : Sheet
    ax : Axes
    about : dict
        Global attributes of its file.
    found : StoredCapacity
    """
    words, condition = words_of(about), condition_of(about)
    keys = np.array([point.value for point in found.points])
    limits = (
        words.factor
        * np.array(
            [(point.figure.value, point.figure.low, point.figure.high) for point in found.points]
        ).T
    )
    limit = words.factor * condition.threshold
    bottom, top = _paper(ax, limits, limit, words.from_zero)
    shown = np.where(np.isposinf(limits), top, np.where(np.isneginf(limits), bottom, limits))
    low, high = map(float, about["range"])
    if low > 0.0 and high / low >= _LOG_FACTOR:
        ax.set_xscale("log")
        edge = (high / low) ** 0.02
        ax.set_xlim(low / edge, high * edge)
    else:
        ax.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
    _draw_crossings(ax, about, found, (low, high))
    write_points(ax, keys, shown, colour=BLUE, line="-", mark="o", label="_")
    ax.axhline(
        limit,
        color=VERMILLION,
        linewidth=1.3,
        linestyle="--",
        label=f"limit: {condition_words(about)}",
    )
    ax.set_ylim(bottom, top)
    key = str(about[CAPACITY_MARK])
    ax.set_xlabel(key_on_axis(key) + (" (log scale)" if ax.get_xscale() == "log" else ""))
    ax.set_ylabel(words.on_axis + (" (log scale)" if ax.get_yscale() == "log" else ""))
    for axis in (ax.xaxis, ax.yaxis):
        write_plain_numbers(axis)
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=1, borderaxespad=0.2)

    def label() -> None:
        texts = [
            PointLabel(
                float(keys[k]), float(limits[0][k]), with_minus(figure_text(about, found.points[k]))
            )
            for k in _told(keys, found)
            if math.isfinite(limits[0][k])
        ]
        line = (np.array(ax.get_xlim()), np.full(2, limit))
        upright = [
            _box_of_line(ax, key)
            for crossing in found.crossings
            for key in (crossing.key, crossing.safe_key)
            if math.isfinite(key)
        ]
        bars = [(np.full(2, keys[k]), shown[1:, k]) for k in range(len(keys))]
        place_labels(ax, texts, [(keys, limits[0]), line, *bars], upright)

    sheet.when_laid_out(label)


def _box_of_line(ax: Axes, key: float) -> Bbox:
    """Where an upright line is, in pixels: a text that crosses it reads as the line's."""
    from matplotlib.transforms import Bbox as Box

    x = float(ax.transData.transform((key, ax.get_ylim()[0]))[0])
    panel = ax.get_window_extent()
    return Box.from_extents(x - 1.0, panel.y0, x + 1.0, panel.y1)


def _paper(ax: Axes, limits: np.ndarray, limit: float, from_zero: bool) -> tuple[float, float]:
    """Ends of the upright axis, which is logarithmic where the limit would lie on its foot."""
    finite = np.append(limits[np.isfinite(limits)], limit)
    low, high = float(finite.min()), float(finite.max())
    values = np.append(limits[0][np.isfinite(limits[0])], limit)
    if from_zero and (values > 0.0).all() and limit < 0.2 * high and high > 20.0 * values.min():
        ax.set_yscale("log")
        least = float(finite[finite > 0.0].min())
        return least / 1.5, high * 1.5
    room = 0.12 * (high - low) or 0.1 * abs(high) or 1.0
    return (0.0 if from_zero and low >= 0.0 else low - room), high + room


def _draw_crossings(
    ax: Axes, about: dict[str, Any], found: StoredCapacity, ends: tuple[float, float]
) -> None:
    """A line at each key, its interval as a band, and the safe value."""
    for k, crossing in enumerate(found.crossings):
        which = "up to" if crossing.rising else "from"
        if math.isfinite(crossing.low) and math.isfinite(crossing.high):
            ax.axvspan(
                max(crossing.low, ends[0]),
                min(crossing.high, ends[1]),
                facecolor=ORANGE,
                alpha=0.25,
                edgecolor="none",
                label="its 95 % interval" if k == 0 else "_",
            )
        ax.axvline(
            crossing.key,
            color=INK,
            linewidth=1.3,
            label=f"met {which} {crossing_words(about, crossing)}",
        )
        if math.isfinite(crossing.safe_key):
            ax.axvline(
                crossing.safe_key,
                color=GREEN,
                linewidth=1.6,
                linestyle="-.",
                label=safe_words(about, crossing),
            )


def _told(keys: np.ndarray, found: StoredCapacity) -> list[int]:
    """Points whose values are written: both ends, those nearest to a key, then others."""
    order = [0, len(keys) - 1]
    order += [int(np.argmin(np.abs(keys - crossing.key))) for crossing in found.crossings]
    return list(dict.fromkeys([*order, *range(len(keys))]))
