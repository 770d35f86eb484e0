"""Search a capacity: a scan, then closer and closer on the same trials."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws
from capest.sampling.named_uniforms import MOST_ROWS, NamedUniforms
from capest.studies.capacity.condition import FigureCondition
from capest.studies.capacity.crossing import Crossing, Solver
from capest.studies.capacity.key_range import KeyRange
from capest.studies.capacity.scan import POINTS, Scan, confidence_of_each, judge
from capest.studies.capacity.visited import VisitedPoint, difference_of_points, read_point

MOST_STEPS = 25
"""Values that are visited for a crossing beside those of the scan, at most."""

_CHECKS = 4
"""Whole numbers on which a straight line ends that are visited themselves, at most."""

_NAME = "capacity"

RunAt = Callable[[float], Path]
"""Runs the scenario at a value of the key, and tells its result."""


@dataclass(frozen=True)
class Capacity:
    """What a search found.

    Attributes
    ----------
    key_range : KeyRange
    condition : FigureCondition
    points : tuple of VisitedPoint
        By ascending value.
    crossings : tuple of Crossing
        By ascending key; none where the condition is met everywhere or nowhere.
    scan : Scan
    results : tuple of Path
        Of the points, in their order.
    """

    key_range: KeyRange
    condition: FigureCondition
    points: tuple[VisitedPoint, ...]
    crossings: tuple[Crossing, ...]
    scan: Scan
    results: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def verdict(self) -> str:
        """ "found", "several", "everywhere" or "nowhere"."""
        if not self.crossings:
            return "everywhere" if self.points[0].is_met else "nowhere"
        return "found" if len(self.crossings) == 1 else "several"

    @property
    def goes_one_way(self) -> bool | None:
        """Whether nothing speaks against it; ``None`` of one trial, which does not tell."""
        return self.scan.is_monotone if self.points[0].trials > 1 else None

    def nearest(self, key: float) -> VisitedPoint:
        """Point that was visited nearest to a key."""
        where = self.key_range.coordinate(key)
        return min(self.points, key=lambda each: abs(self.key_range.coordinate(each.value) - where))


def search(key_range: KeyRange, condition: FigureCondition, seed: int, run_at: RunAt) -> Capacity:
    """Search the key at which a condition stops, or begins, to be met.

    Parameters
    ----------
    key_range : KeyRange
    condition : FigureCondition
    seed : int
        Of the scenario: which trials are drawn again follows from it.
    run_at : callable
        From a value to the result of a run there; all with the same trials.

    Raises
    ------
    InputError
        A value without any of the figure, or one that a rule forbids.
    """
    found: dict[float, VisitedPoint] = {}
    paths: dict[float, Path] = {}

    def visit(value: float) -> None:
        paths[value] = run_at(value)
        found[value] = read_point(paths[value], value, condition)

    for value in key_range.coarse(POINTS):
        visit(value)
    scan = _scan(_by_value(found), condition)
    solver = Solver(key_range, condition, _uniforms(seed))
    crossings = []
    for window in scan.windows:
        for _ in range(MOST_STEPS):
            wanted = solver.next_value(window.of(_by_value(found)), window)
            if wanted is None:
                break
            visit(wanted)
        for _ in range(_CHECKS if key_range.whole else 0):
            key = solver.crossing(window.of(_by_value(found)), window).key
            if key in found:
                break
            visit(int(key))
        crossing = solver.crossing(window.of(_by_value(found)), window)
        if key_range.whole and crossing.key not in found:
            crossing = crossing.at_visited(window.of(_by_value(found)))
        crossings.append(crossing)
    points = _by_value(found)
    return Capacity(
        key_range,
        condition,
        tuple(points),
        tuple(crossings),
        scan,
        tuple(paths[each.value] for each in points),
    )


def _by_value(found: dict[float, VisitedPoint]) -> list[VisitedPoint]:
    return [found[value] for value in sorted(found)]


def _scan(points: Sequence[VisitedPoint], condition: FigureCondition) -> Scan:
    confidence = confidence_of_each(len(points) - 1)
    differences = [
        difference_of_points(right, left, condition, confidence)
        for left, right in itertools.pairwise(points)
    ]
    return judge(points, differences)


def _uniforms(seed: int) -> Callable[[int, int], np.ndarray]:
    """Uniforms that say which trials are drawn again, the same for every step of a search."""
    named = NamedUniforms(Draws(NumpyKernels(), seed, 0, 1))

    def draw(rows: int, count: int) -> np.ndarray:
        return named(_NAME, min(rows, MOST_ROWS), count)

    return draw
