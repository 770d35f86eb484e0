"""Capacities along the axes of a sweep, each with its interval."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.plot.curve_axis import CurveAxis, write_points
from capest.plot.key_words import key_name, key_on_axis, key_value_with_unit
from capest.plot.plain_numbers import is_spaced_by_factors, write_plain_numbers
from capest.plot.point_labels import PointLabel, ends_first, place_labels
from capest.plot.sheet import Sheet
from capest.plot.style import FAMILY, INK, LINES, MARKS, MUTED
from capest.plot.sweep_points import SweptAxis
from capest.results.ours import CAPACITY_MARK
from capest.studies.capacity.capacity_file import StoredCapacity
from capest.studies.capacity.capacity_words import key_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DODGE = 0.6


def axes_of_capacities(capacities: Sequence[StoredCapacity]) -> list[SweptAxis]:
    """Axes with several values: numbers first, then those with more values.

    Parameters
    ----------
    capacities : sequence of StoredCapacity
    """
    keys = list(capacities[0].place)
    axes = [
        SweptAxis(key, tuple(dict.fromkeys(each.place[key] for each in capacities))) for key in keys
    ]
    varied = [axis for axis in axes if len(axis.values) > 1] or axes[:1]
    return sorted(varied, key=lambda axis: (not axis.is_numeric, -len(axis.values)))


def draw_capacities(
    sheet: Sheet,
    ax: Axes,
    about: dict[str, Any],
    capacities: Sequence[StoredCapacity],
    axes: Sequence[SweptAxis],
) -> None:
    """Draw capacities along one axis, a curve for every value of a second.

    Parameters
    ----------
    sheet : Sheet
    ax : Axes
    about : dict
        Global attributes of their file.
    capacities : sequence of StoredCapacity
    axes : sequence of SweptAxis
        One or two, of `axes_of_capacities`.
    """
    along = axes[0]
    values = sorted(along.values) if along.is_numeric else list(along.values)
    axis = CurveAxis(along, values)
    others = axes[1].values if len(axes) > 1 else (None,)
    labels: list[tuple[bool, PointLabel]] = []
    drawn: list[tuple[np.ndarray, np.ndarray]] = []
    every = [each.key for one in capacities for each in one.crossings]
    if is_spaced_by_factors(every):
        ax.set_yscale("log")
    for k, other in enumerate(others):
        some = {
            each.place[along.key]: each
            for each in capacities
            if len(axes) == 1 or each.place[axes[1].key] == other
        }
        shift = 0.0 if axis.is_numeric else _DODGE * ((k + 0.5) / len(others) - 0.5)
        places = axis.places(values) + shift
        found = [some[value] for value in values]
        colour = FAMILY[k] if len(others) > 1 else INK
        label = "" if other is None else key_value_with_unit(axes[1].key, other)
        for place, one in zip(places, found, strict=True):
            if not one.crossings:
                _write_verdict(ax, float(place), one.verdict)
        limits = np.array([_limits(one) for one in found]).T
        write_points(
            ax,
            places,
            limits,
            colour=FAMILY[k],
            line=LINES[k] if axis.is_numeric else "",
            mark=MARKS[k],
            label=label or "capacity, with its 95 % interval",
        )
        _draw_further(ax, places, found, k)
        _draw_open_ends(ax, places, found, k)
        drawn.append((places, limits[0]))
        drawn += [
            (np.full(2, place), ends) for place, ends in zip(places, limits[1:].T, strict=True)
        ]
        for i in ends_first(len(found)):
            if math.isfinite(limits[0][i]):
                text = key_text(about, float(limits[0][i]))
                point = PointLabel(float(places[i]), float(limits[0][i]), text, colour)
                labels.append((i not in (0, len(found) - 1), point))
    key = str(about[CAPACITY_MARK])
    ax.set_ylabel(key_on_axis(key) + (" (log scale)" if ax.get_yscale() == "log" else ""))
    write_plain_numbers(ax.yaxis)
    if ax.get_yscale() != "log":
        ax.set_ylim(*_paper(ax, every))
    if len(axes) > 1:
        ax.legend(title=key_name(axes[1].key), title_fontsize=8.0, handlelength=3.2, loc="best")
    axis.finish(ax, None, float(sheet.figure.get_size_inches()[0]) - 1.3)
    labels.sort(key=lambda each: each[0])
    sheet.when_laid_out(lambda: place_labels(ax, [label for _, label in labels], drawn))


def _limits(found: StoredCapacity) -> tuple[float, float, float]:
    """The first capacity with its interval; NaN where there is none."""
    if not found.crossings:
        return (math.nan,) * 3
    first = found.crossings[0]
    return first.key, first.low, first.high


def _draw_further(ax: Axes, places: np.ndarray, found: list[StoredCapacity], k: int) -> None:
    """Further crossings of the same search as points of their own."""
    for place, one in zip(places, found, strict=True):
        for crossing in one.crossings[1:]:
            ax.plot(place, crossing.key, MARKS[k], color=FAMILY[k], markersize=4.0)


def _draw_open_ends(ax: Axes, places: np.ndarray, found: list[StoredCapacity], k: int) -> None:
    """Arrows where an interval may reach beyond the range that was searched."""
    for place, one in zip(places, found, strict=True):
        for crossing in one.crossings[:1]:
            for is_open, end, mark in (
                (crossing.low_is_open, crossing.low, "v"),
                (crossing.high_is_open, crossing.high, "^"),
            ):
                if is_open and math.isfinite(end):
                    ax.plot(place, end, mark, color=FAMILY[k], markersize=6.0)


def _write_verdict(ax: Axes, place: float, verdict: str) -> None:
    """Say at its place that all values meet the condition, or none."""
    ax.text(
        place,
        0.03,
        f"met {verdict}",
        transform=ax.get_xaxis_transform(),
        rotation=90,
        ha="center",
        va="bottom",
        fontsize=8.0,
        color=MUTED,
    )


def _paper(ax: Axes, keys: Sequence[float]) -> tuple[float, float]:
    """From zero to above all; of negative keys as they are drawn."""
    low, high = ax.get_ylim()
    room = 0.1 * (high - low)
    if any(key < 0.0 for key in keys):
        return low - room, high + room
    return 0.0, (high + room) if keys else 1.0
