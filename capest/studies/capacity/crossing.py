"""Where the condition stops being met, among the values that were visited."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from capest.statistics.solved_key import (
    RESAMPLES,
    SolvedKey,
    crossing_of_limit,
    joined_units,
    solve_key,
)
from capest.studies.capacity.condition import FigureCondition
from capest.studies.capacity.key_range import KeyRange
from capest.studies.capacity.visited import VisitedPoint

_ROUNDING = 1e-6
"""Of a whole number, that interpolation may fall short of."""

_OF_INTERVAL = 0.25
"""Part of the interval's width that a step between values around the key may have at most."""

_OF_ENDS = 0.5
"""The same for steps around the interval's ends."""

_FINEST = 1e-3
"""Relative step of the key below which nobody asks."""

_NEAR = 4.0
"""So many times the step that is enough are few: what is left is not bisected."""

_INSIDE = 0.2
"""Part of a step that a new value stays away from its ends then."""


LACKS = ("", "too few trials", "trials beside it are all alike")
"""Why a key has no interval; the first where it has one."""


def _turns(points: Sequence[VisitedPoint], window: Window) -> tuple[float, float] | None:
    """First and last key of those that values which take turns allow; ``None`` of one crossing."""
    met = [each.is_met for each in (points if window.rising else points[::-1])]
    values = [each.value for each in (points if window.rising else points[::-1])]
    last = len(met) - 1 - met[::-1].index(True)
    first = met.index(False) - 1
    if first < 0 or first == last:
        return None
    return min(values[first], values[last]), max(values[first], values[last])


def _lack(*, too_few: bool, alike: bool) -> int:
    return 1 if too_few else 2 if alike else 0


@dataclass(frozen=True)
class Window:
    """Part of the range in which the condition stops, or begins, to be met once.

    Attributes
    ----------
    low, high : float
        Values that were visited.
    rising : bool
        The condition is met at the low end, and not at the high one.
    """

    low: float
    high: float
    rising: bool

    def of(self, points: Sequence[VisitedPoint]) -> list[VisitedPoint]:
        """Those of some points, by ascending value, that lie in it."""
        return [each for each in points if self.low <= each.value <= self.high]


@dataclass(frozen=True)
class Crossing:
    """A key at which the condition stops, or begins, to be met.

    Attributes
    ----------
    key : float
        Largest value that meets it by the estimate, or smallest if it is met above.
    low, high : float
        95 % interval of it; NaN where too few trials tell.
    low_is_open, high_is_open : bool
        The interval reaches the end of the range, and may go on beyond it.
    safe_key : float
        The same by the limit of the figure's own 95 % interval; NaN where no value that was
        visited meets it.
    rising : bool
        Values below meet it; else those above.
    lack : int
        Why there is no interval, as the place in `LACKS`.
    """

    key: float
    low: float
    high: float
    low_is_open: bool
    high_is_open: bool
    safe_key: float
    rising: bool
    lack: int = 0

    def at_visited(self, points: Sequence[VisitedPoint]) -> Crossing:
        """The same with the nearest value that was visited and meets the condition, on its side."""
        met = [each.value for each in points if each.is_met]
        key = (
            max((each for each in met if each <= self.key), default=self.key)
            if self.rising
            else min((each for each in met if each >= self.key), default=self.key)
        )
        # A limit that is NaN stays NaN.
        low, high = np.minimum(self.low, key).item(), np.maximum(self.high, key).item()
        return replace(self, key=key, low=low, high=high)


class Solver:
    """Solves for the key of a range; the same uniforms each time.

    Parameters
    ----------
    key_range : KeyRange
    condition : FigureCondition
    uniforms : callable
        Rows and numbers of a row to uniforms in (0, 1), float64 array.
    """

    def __init__(
        self,
        key_range: KeyRange,
        condition: FigureCondition,
        uniforms: Callable[[int, int], np.ndarray],
    ) -> None:
        self._range, self._condition, self._uniforms = key_range, condition, uniforms
        self._drawn = np.empty((0, 0))

    def solved(self, points: Sequence[VisitedPoint], window: Window) -> SolvedKey:
        """Solve in a window, in the coordinate of the range."""
        coordinate = self._coordinates(points)
        values = joined_units(np.stack([each.units for each in points]))
        if self._drawn.shape[1] != values.shape[1]:
            self._drawn = self._uniforms(RESAMPLES, values.shape[1])
        excess = np.array([each.excess for each in points])
        return solve_key(coordinate, values, self._drawn, rising=window.rising, excess=excess)

    def crossing(self, points: Sequence[VisitedPoint], window: Window) -> Crossing:
        """Solve in a window, in values of the key: whole ones that still meet the condition."""
        found = self.solved(points, window)
        coordinate = self._coordinates(points)
        safe = crossing_of_limit(
            coordinate, self._excess(points, met=True), found.value, rising=window.rising
        )
        key = self._met(found.value, window)
        if self._range.whole:
            # The straight line may end on a value that was visited and does not meet it.
            unmet = {each.value for each in points if not each.is_met}
            while key in unmet:
                key += -1 if window.rising else 1
        too_few = math.isnan(found.low)
        found = self._with_own_limits(found, points, window)
        low, high = (self._met(each, window) for each in (found.low, found.high))
        if (turns := _turns(points, window)) is not None:
            # The estimate of the very same trials is on both sides there.
            low, high = np.minimum(low, turns[0]).item(), np.maximum(high, turns[1]).item()
        # Limits that are NaN stay NaN.
        low, high = np.minimum(low, key).item(), np.maximum(high, key).item()
        return Crossing(
            key,
            low,
            high,
            found.low_is_open,
            found.high_is_open,
            self._met(safe, window),
            window.rising,
            _lack(too_few=too_few, alike=not too_few and math.isnan(found.low)),
        )

    def _excess(self, points: Sequence[VisitedPoint], *, met: bool) -> np.ndarray:
        """Excess of the limit that is met last (or of the other, negative), float64 (points,)."""
        at_high = self._condition.at_most == met
        limits = [each.figure.high if at_high else each.figure.low for each in points]
        excess = np.array([self._condition.excess(each) for each in limits])
        if self._condition.strict and met:
            excess[excess == 0.0] = np.finfo(np.float64).tiny
        return excess if met else -excess

    def _with_own_limits(
        self, found: SolvedKey, points: Sequence[VisitedPoint], window: Window
    ) -> SolvedKey:
        """The interval, as far as the figure's own where trials beside the key are all alike.

        Their spread, which is none, would end the interval at the key. The figure's own interval
        knows what trials may not have shown; where its limit crosses the threshold at no value, or
        where the figure stands at the threshold in every trial, nobody knows.
        """
        if math.isnan(found.low):
            return found
        coordinate = self._coordinates(points)
        right = int(np.clip(np.searchsorted(coordinate, found.value), 1, len(points) - 1))
        beside = points[right - 1], points[right]
        ends = [found.low, found.high]
        for place, point in enumerate(beside):
            if not point.is_bare:
                continue
            is_met = (place == 0) == window.rising
            end = math.nan
            if point.units.any():
                excess = self._excess(points, met=is_met)
                end = crossing_of_limit(coordinate, excess, found.value, rising=place == 0)
            if math.isnan(end):
                return replace(found, low=math.nan, high=math.nan)
            ends[place] = min(ends[0], end) if place == 0 else max(ends[1], end)
        is_open = ends[0] <= coordinate[0], ends[1] >= coordinate[-1]
        return replace(
            found, low=ends[0], high=ends[1], low_is_open=is_open[0], high_is_open=is_open[1]
        )

    def next_value(self, points: Sequence[VisitedPoint], window: Window) -> float | None:
        """Value to visit next; ``None`` where steps are fine enough for the interval."""
        found = self._with_own_limits(self.solved(points, window), points, window)
        # Where there is no interval, nothing but the key itself says how fine is fine enough.
        width = 0.0 if math.isnan(found.low) else found.scale
        steps = [(found.value, _OF_INTERVAL)]
        if width > 0.0:
            steps += [(found.low, _OF_ENDS), (found.high, _OF_ENDS)]
        coordinate = self._coordinates(points)
        for where, part in steps:
            right = int(np.clip(np.searchsorted(coordinate, where), 1, len(points) - 1))
            left = right - 1
            step = coordinate[right] - coordinate[left]
            enough = max(part * width, self._finest(points[left].value))
            if step <= enough:
                continue
            middle = coordinate[left] + 0.5 * step
            if step <= _NEAR * enough:
                # One value at the place itself makes the last bisections unnecessary.
                away = _INSIDE * step
                middle = np.clip(where, coordinate[left] + away, coordinate[right] - away)
            value = self._range.near(float(middle))
            if self._range.whole and value in (points[left].value, points[right].value):
                value = (points[left].value + points[right].value) // 2
            if points[left].value < value < points[right].value:
                return value
        return None

    def _coordinates(self, points: Sequence[VisitedPoint]) -> np.ndarray:
        return np.array([self._range.coordinate(each.value) for each in points])

    def _finest(self, value: float) -> float:
        """Step in the coordinate that is fine enough whatever the interval is."""
        if self._range.whole and value < 1.0 / _FINEST:
            least = self._range.coordinate(value + 1) - self._range.coordinate(value)
            return least * (1.0 + _ROUNDING)
        if self._range.logarithmic:
            return _FINEST
        return _FINEST * (self._range.high - self._range.low)

    def _met(self, coordinate: float, window: Window) -> float:
        """Value of the key at a coordinate; of a key in whole numbers one that still meets it."""
        if math.isnan(coordinate):
            return math.nan
        value = min(max(self._range.value_at(coordinate), self._range.low), self._range.high)
        if not self._range.whole:
            return value
        near = _ROUNDING * max(1.0, abs(value))
        return math.floor(value + near) if window.rising else math.ceil(value - near)
