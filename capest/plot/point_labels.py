"""Texts beside points, where they cover neither each other nor, where that is possible, curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.plot.style import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Annotation
    from matplotlib.transforms import Bbox

_PLACES = (
    (0.0, 6.0, "center", "bottom"),
    (-5.0, 4.0, "right", "bottom"),
    (5.0, 4.0, "left", "bottom"),
    (0.0, -6.0, "center", "top"),
    (5.0, -4.0, "left", "top"),
    (-5.0, -4.0, "right", "top"),
    (8.0, 0.0, "left", "center"),
    (-8.0, 0.0, "right", "center"),
    (0.0, 13.0, "center", "bottom"),
    (0.0, -13.0, "center", "top"),
)
"""Offsets from the point in points of type, and how the text is aligned; the best first."""

_GAP_PX = 2.0

_STEP_PX = 2.0
"""Distance of places at which curves are looked at."""

_MOST_COVERED = 0.4
"""Length of curves that a text may cover, of its width."""


@dataclass(frozen=True)
class PointLabel:
    """A text that belongs to a point.

    Attributes
    ----------
    x, y : float
        In data coordinates.
    text : str
    colour : str
    """

    x: float
    y: float
    text: str
    colour: str = INK


def place_labels(
    ax: Axes,
    labels: Sequence[PointLabel],
    curves: Sequence[tuple[np.ndarray, np.ndarray]] = (),
    boxes: Sequence[Bbox] = (),
) -> list[Annotation]:
    """Write texts beside their points; those that have no room are left away, the last ones first.

    Parameters
    ----------
    ax : Axes
        With its final size and limits.
    labels : sequence of PointLabel
        The most important first.
    curves : sequence of (float array, float array)
        What texts should not cover, in data coordinates.
    boxes : sequence of Bbox
        What they must not cover, in pixels: a legend, a line that has a text of its own.

    Returns
    -------
    list of Annotation
        Those that were written.
    """
    ink = _pixels(ax, curves)
    inside = ax.get_window_extent()
    points = ax.transData.transform([(each.x, each.y) for each in labels] or np.empty((0, 2)))
    written: list[Annotation] = []
    taken: list[Bbox] = list(boxes)
    for label in labels:
        text = ax.annotate(
            label.text,
            (label.x, label.y),
            xytext=(0.0, 0.0),
            textcoords="offset points",
            fontsize=8.0,
            color=label.colour,
            annotation_clip=False,
        )
        text.set_in_layout(False)
        best: tuple[float, tuple[float, float, str, str], Bbox] | None = None
        for place in _PLACES:
            _move(text, place)
            box = text.get_window_extent().padded(_GAP_PX)
            if any(box.overlaps(other) for other in taken) or not _fits(box, inside):
                continue
            if not _is_nearest(box, points, (label.x, label.y), ax):
                continue
            covered = _STEP_PX * _count_within(box, ink) / box.width
            if covered <= _MOST_COVERED and (best is None or covered < best[0] - 0.05):
                best = covered, place, box
        if best is None:
            text.remove()
            continue
        _move(text, best[1])
        taken.append(best[2])
        written.append(text)
    return written


def ends_first(count: int) -> list[int]:
    """Order in which points of a curve are labelled: both ends, then every second, then others."""
    order = [0, count - 1, *range(2, count - 1, 2), *range(count)]
    return [k for k in dict.fromkeys(order) if 0 <= k < count]


def _move(text: Annotation, place: tuple[float, float, str, str]) -> None:
    dx, dy, ha, va = place
    text.xyann = (dx, dy)
    text.set_horizontalalignment(ha)  # type: ignore[arg-type]
    text.set_verticalalignment(va)  # type: ignore[arg-type]


def _fits(box: Bbox, inside: Bbox) -> bool:
    return bool(
        box.x0 >= inside.x0 + 1.0
        and box.x1 <= inside.x1 + 1.0
        and box.y0 >= inside.y0
        and box.y1 <= inside.y1 + 1.0
    )


def _is_nearest(box: Bbox, points: np.ndarray, own: tuple[float, float], ax: Axes) -> bool:
    """Whether a text is nearer to its own point than to any other, so that nobody takes it for
    another's.
    """
    here = ax.transData.transform(own)
    nearest = np.clip(points, [box.x0, box.y0], [box.x1, box.y1])
    distance = np.hypot(*(points - nearest).T)
    own_distance = np.hypot(*(here - np.clip(here, [box.x0, box.y0], [box.x1, box.y1])))
    others = np.hypot(*(points - here).T) > 1.0
    middle = np.array([0.5 * (box.x0 + box.x1), 0.5 * (box.y0 + box.y1)])
    to_middle = np.hypot(*(points - middle).T)
    own_to_middle = float(np.hypot(*(here - middle)))
    return bool(
        (distance[others] > own_distance).all() and (to_middle[others] > own_to_middle).all()
    )


def _count_within(box: Bbox, places: np.ndarray) -> int:
    x, y = places.T
    within = (x > box.x0) & (x < box.x1) & (y > box.y0) & (y < box.y1)
    return int(np.count_nonzero(within))


def _pixels(ax: Axes, curves: Sequence[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    """Places on curves (n, 2), in pixels, at even distances."""
    found = [np.empty((0, 2))]
    for x, y in curves:
        ends = ax.transData.transform(np.column_stack([x, y]))
        ends = ends[np.isfinite(ends).all(axis=1)]
        if not len(ends):
            continue
        length = np.append(0.0, np.cumsum(np.hypot(*np.diff(ends, axis=0).T)))
        steps = np.arange(0.0, length[-1] + _STEP_PX, _STEP_PX)
        found.append(np.column_stack([np.interp(steps, length, column) for column in ends.T]))
    return np.concatenate(found)
