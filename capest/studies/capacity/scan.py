"""A few values over the whole range: whether the figure goes one way, and where to look closer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from capest.statistics.intervals import Interval
from capest.studies.capacity.crossing import Window
from capest.studies.capacity.visited import VisitedPoint

POINTS = 5
"""Values of the scan."""

CONFIDENCE = 0.95
"""With which all directions hold together."""


@dataclass(frozen=True)
class Scan:
    """What a scan says.

    Attributes
    ----------
    windows : tuple of Window
        In which the condition stops, or begins, to be met; none where it is met everywhere or
        nowhere.
    directions : tuple of int
        Of the figure from each value to the next: 1 up, -1 down, 0 where trials do not tell.
    """

    windows: tuple[Window, ...]
    directions: tuple[int, ...]

    @property
    def is_monotone(self) -> bool:
        """Whether nothing speaks against one direction."""
        return not {1, -1} <= {*self.directions}


def confidence_of_each(pairs: int) -> float:
    """Confidence of each pair with which all hold together (Bonferroni)."""
    return 1.0 - (1.0 - CONFIDENCE) / max(pairs, 1)


def direction_of(difference: Interval | None) -> int:
    """Direction that a difference over the same trials shows: 1, -1, or 0 where it may be none."""
    if difference is None:
        return 0
    return int(difference.low > 0.0) - int(difference.high < 0.0)


def judge(points: Sequence[VisitedPoint], differences: Sequence[Interval | None]) -> Scan:
    """Find the windows to look closer at.

    Where the figure goes one way, one is enough, however noise moves the values near the
    threshold; elsewhere there is one for every pair of neighbours of which one meets the condition.
    One trial tells nothing of noise: each crossing that its values show has a window.

    Parameters
    ----------
    points : sequence of VisitedPoint
        By ascending value.
    differences : sequence of Interval or None
        Of the figure, from each point to the next, see `confidence_of_each`.
    """
    directions = tuple(map(direction_of, differences))
    first, last = points[0], points[-1]
    scan = Scan((), directions)
    if scan.is_monotone and first.trials != 1 and first.is_met != last.is_met:
        return Scan((Window(first.value, last.value, first.is_met),), directions)
    pairs = list(itertools.pairwise(points))
    at = [k for k, (left, right) in enumerate(pairs) if left.is_met != right.is_met]
    windows = []
    for place, k in enumerate(at):
        low = points[at[place - 1] + 1] if place else first
        high = points[at[place + 1]] if place + 1 < len(at) else last
        windows.append(Window(low.value, high.value, points[k].is_met))
    return Scan(tuple(windows), directions)
