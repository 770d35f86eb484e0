"""The answer of a sweep in one sentence."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from capest.plot.figure_words import FigureWords
from capest.plot.key_words import key_is
from capest.plot.plain_numbers import plain_number, with_minus
from capest.plot.sweep_points import SweepCurve, SweptAxis
from capest.results.figures import interval_text, scaled, value_text
from capest.results.sweep_figures import SweepPoint
from capest.statistics.reduction import Estimate


def sweep_title(
    axes: Sequence[SweptAxis],
    curves: Sequence[SweepCurve],
    figure: tuple[str, str],
    words: FigureWords,
) -> str:
    """Both ends of a curve that goes one way, else the most and the least.

    Parameters
    ----------
    axes : sequence of SweptAxis
        Those with several values.
    curves : sequence of SweepCurve
    figure : (str, str)
        Metric and statistic.
    words : FigureWords
        Of the figure.
    """
    found = [
        (point, scaled(one, words.factor))
        for curve in curves
        for point, one in zip(curve.points, curve.estimates(figure), strict=True)
        if one is not None and not math.isnan(one.value)
    ]
    name = f"{words.name[:1].upper()}{words.name[1:]}"
    if not found:
        return f"{name}: no point has any"
    values = [one.value for _, one in found]
    if len(found) == 1:
        point, one = found[0]
        return f"{name}: {_said(one, words)}{_where(axes, point)}"
    if len(set(values)) == 1:
        return f"{name}: {_said(found[0][1], words)} at all {len(found)} points"
    ordered = len(curves) == 1 and axes and axes[0].is_numeric
    if ordered and _goes_one_way(values):
        ends = [found[-1], found[0]]
        if values[0] > values[-1]:
            ends.reverse()
        said = [f"{_said(one, words)}{_where(axes, point)}" for point, one in ends]
        return f"{name}: {said[0]}; {said[1]}"
    most = max(found, key=lambda each: each[1].value)
    least = min(found, key=lambda each: each[1].value)
    said = [f"{_said(one, words)}{_where(axes, point)}" for point, one in (most, least)]
    return f"{name}: most {said[0]}; least {said[1]}"


def _goes_one_way(values: Sequence[float]) -> bool:
    steps = [b - a for a, b in itertools.pairwise(values)]
    return all(step >= 0.0 for step in steps) or all(step <= 0.0 for step in steps)


def _said(one: Estimate, words: FigureWords) -> str:
    text = value_text(one)
    if not one.note:
        text += f" {interval_text(one)}"
    return words.with_unit(with_minus(text))


def _where(axes: Sequence[SweptAxis], point: SweepPoint) -> str:
    """Where a point is: " with all 6,080 satellites" or " at 3 dBi, frequency reuse 4"."""
    if len(axes) == 1 and axes[0].key == "constellation.deployed_fraction":
        share, count = point.place[axes[0].key], point.sizes.get("satellites", 0)
        if count:
            many = f"{plain_number(count)} satellite{'' if count == 1 else 's'}"
            return f" with all {many}" if share == 1.0 else f" with {many}"
    parts = [key_is(axis.key, point.place[axis.key]) for axis in axes]
    return f" at {', '.join(parts)}" if parts else ""
