"""Points of a sweep along its axes, as curves are drawn of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.plot.key_words import key_value_with_unit
from capest.results.sweep_figures import (
    SweepPoint,
    axes_of_dataset,
    plain_value,
    points_of_dataset,
)
from capest.results.sweep_file import KEY, key_of
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    import xarray as xr


@dataclass(frozen=True)
class SweptAxis:
    """An axis of a sweep.

    Attributes
    ----------
    key : str
        Dotted key of the scenario.
    values : tuple
        In the order of the file.
    """

    key: str
    values: tuple[Any, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether values lie on a line: numbers, and no truth values."""
        return all(isinstance(v, int | float) and not isinstance(v, bool) for v in self.values)


@dataclass(frozen=True)
class SweepCurve:
    """Points along one axis, at one value of the other.

    Attributes
    ----------
    label : str
        Value of the other axis; empty of a sweep of one axis.
    points : tuple of SweepPoint
        In ascending order of a numeric axis, else in the file's order.
    values : tuple
        Of the axis along which they are.
    """

    label: str
    points: tuple[SweepPoint, ...]
    values: tuple[Any, ...]

    def estimates(self, figure: tuple[str, str]) -> list[Estimate | None]:
        """A figure at every point; None where a point does not have it."""
        return [point.estimates.get(figure) for point in self.points]

    def limits(self, figure: tuple[str, str], factor: float = 1.0) -> np.ndarray:
        """Values, lower and upper limits (3, points); NaN where there are none."""
        rows = [
            (math.nan,) * 3 if one is None else (one.value, one.low, one.high)
            for one in self.estimates(figure)
        ]
        return factor * np.array(rows, dtype=np.float64).reshape(-1, 3).T


def axes_of_sweep(dataset: xr.Dataset) -> list[SweptAxis]:
    """Axes of a sweep that it still has."""
    return [
        SweptAxis(key_of(dataset[name]), tuple(plain_value(each) for each in dataset[name].values))
        for name in axes_of_dataset(dataset)
    ]


def fixed_values(dataset: xr.Dataset) -> list[tuple[str, Any]]:
    """Key and value of axes that have one value, or of which one was selected."""
    found = [(axis.key, axis.values[0]) for axis in axes_of_sweep(dataset) if len(axis.values) == 1]
    return found + [
        (key_of(one), plain_value(one.values[()]))
        for one in dataset.coords.values()
        if not one.ndim and KEY in one.attrs
    ]


def varied_axes(dataset: xr.Dataset, lines_by: str = "") -> list[SweptAxis]:
    """Axes with several values: the one along which curves go, then the one that tells them apart.

    Curves go along numbers where there are some, along the axis with more values of two alike.

    Parameters
    ----------
    dataset : xarray.Dataset
        Of a sweep.
    lines_by : str
        Key of the axis that tells curves apart; chosen here where it is empty.
    """
    axes = axes_of_sweep(dataset)
    varied = [axis for axis in axes if len(axis.values) > 1] or axes[:1]
    return sorted(
        varied, key=lambda axis: (axis.key == lines_by, not axis.is_numeric, -len(axis.values))
    )


def curves_of(dataset: xr.Dataset, axes: Sequence[SweptAxis]) -> list[SweepCurve]:
    """Curves of a sweep.

    Parameters
    ----------
    dataset : xarray.Dataset
    axes : sequence of SweptAxis
        None, one or two, of `varied_axes`.
    """
    points = points_of_dataset(dataset)
    if not axes:
        return [SweepCurve("", tuple(points), ("",) * len(points))]
    along = axes[0]

    def curve(label: str, some: list[SweepPoint]) -> SweepCurve:
        if along.is_numeric:
            some = sorted(some, key=lambda point: point.place[along.key])
        values = tuple(point.place[along.key] for point in some)
        return SweepCurve(label, tuple(some), values)

    if len(axes) == 1:
        return [curve("", points)]
    key = axes[1].key
    return [
        curve(key_value_with_unit(key, value), [p for p in points if p.place[key] == value])
        for value in axes[1].values
    ]


def figures_there(curves: Sequence[SweepCurve]) -> list[tuple[str, str]]:
    """Metric and statistic of all figures that any point has."""
    every = (figure for curve in curves for point in curve.points for figure in point.estimates)
    return list(dict.fromkeys(every))
