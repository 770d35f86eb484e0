"""The answer of a sweep in one sentence."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from capest.plot.figure_words import FigureWords
from capest.plot.key_words import key_is
from capest.plot.plain_numbers import plain_number, with_minus
from capest.plot.standing_out import stands_out
from capest.plot.sweep_points import SweepCurve, SweptAxis
from capest.results.figures import interval_text, scaled, value_text
from capest.results.sweep_figures import SweepPoint
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import xarray as xr


def sweep_title(
    dataset: xr.Dataset,
    axes: Sequence[SweptAxis],
    curves: Sequence[SweepCurve],
    figure: tuple[str, str],
    words: FigureWords,
) -> str:
    """Both ends of a curve that goes one way, else the most and the least where they stand out.

    Parameters
    ----------
    dataset : xarray.Dataset
        The sweep.
    axes : sequence of SweptAxis
        Those with several values.
    curves : sequence of SweepCurve
    figure : (str, str)
        Metric and statistic.
    words : FigureWords
        Of the figure.
    """
    raw = [
        (point, one)
        for curve in curves
        for point, one in zip(curve.points, curve.estimates(figure), strict=True)
        if one is not None and not math.isnan(one.value)
    ]
    found = [(point, scaled(one, words.factor)) for point, one in raw]
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
    standing: dict[str, str] = {}
    for which, best in (("most", max), ("least", min)):
        k = best(range(len(raw)), key=lambda k: values[k])
        if stands_out(dataset, raw[k], [*raw[:k], *raw[k + 1 :]]):
            standing[which] = f"{which} {_said(found[k][1], words)}{_where(axes, found[k][0])}"
    if not standing:
        low, high = (best(found, key=_value)[1] for best in (min, max))
        span = f"{_said(low, words)} to {_said(high, words)}"
        return f"{name}: {span}; no point stands out from the others by more than chance"
    parts = [standing.get(each, f"no point stands out as the {each}") for each in ("most", "least")]
    return f"{name}: {'; '.join(parts)}"


def _value(one: tuple[SweepPoint, Estimate]) -> float:
    return one[1].value


def _goes_one_way(values: Sequence[float]) -> bool:
    steps = [b - a for a, b in itertools.pairwise(values)]
    return all(step >= 0.0 for step in steps) or all(step <= 0.0 for step in steps)


def _said(one: Estimate, words: FigureWords) -> str:
    text = value_text(one)
    if one.note:
        return f"{words.with_unit(with_minus(text))} (interval not known)"
    return words.with_unit(with_minus(f"{text} {interval_text(one)}"))


def _where(axes: Sequence[SweptAxis], point: SweepPoint) -> str:
    """Where a point is: " with all 6,080 satellites" or " at 3 dBi, frequency reuse 4"."""
    if len(axes) == 1 and axes[0].key == "constellation.deployed_fraction":
        share, count = point.place[axes[0].key], point.sizes.get("satellites", 0)
        if count:
            many = f"{plain_number(count)} satellite{'' if count == 1 else 's'}"
            return f" with all {many}" if share == 1.0 else f" with {many}"
    parts = [key_is(axis.key, point.place[axis.key]) for axis in axes]
    return f" at {', '.join(parts)}" if parts else ""
