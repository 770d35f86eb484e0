"""Names written beside curves, where they hide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PLACES = 41
_LETTER, _LINE = 0.62, 1.5
"""Width of a letter and height of a line, of the size of the type; bold ones are no wider."""

_GAP_PT = 6.0


@dataclass(frozen=True)
class NamedCurve:
    """A curve and its name.

    Attributes
    ----------
    x, y : float array (points,)
        In the data's units; x ascending or not.
    name, colour : str
    """

    x: np.ndarray
    y: np.ndarray
    name: str
    colour: str


def write_names(
    ax: Axes, curves: Sequence[NamedCurve], room_in: tuple[float, float], size_pt: float = 8.0
) -> bool:
    """Write every name beside its curve, away from all curves and other names.

    Parameters
    ----------
    ax : Axes
        With its limits and scales set.
    curves : sequence of NamedCurve
    room_in : (float, float)
        Width and height of the panel, about.
    size_pt : float
        Of the type.

    Returns
    -------
    bool
        False where some have no room: then nothing is written, and a legend must do.
    """
    to_axes = ax.transData + ax.transAxes.inverted()
    lines = [_inside(to_axes.transform(np.column_stack([one.x, one.y]))) for one in curves]
    if any(not len(line) for line in lines):
        return False
    everything = np.concatenate(lines)
    room_pt = 72.0 * np.asarray(room_in)
    height = _LINE * size_pt / room_pt[1]
    gap = _GAP_PT / room_pt[0]
    boxes: list[tuple[float, float, float, float]] = []
    for one, line in zip(curves, lines, strict=True):
        width = _LETTER * size_pt * max(len(one.name), 1) / room_pt[0]
        box = _free(line, everything, boxes, (width, height), gap)
        if box is None:
            return False
        boxes.append(box)
    for one, (left, bottom, *_) in zip(curves, boxes, strict=True):
        ax.text(
            left,
            bottom + 0.5 * height,
            one.name,
            transform=ax.transAxes,
            color=one.colour,
            fontsize=size_pt,
            fontweight="bold",
            va="center",
        )
    return True


def _inside(line: np.ndarray) -> np.ndarray:
    """The part of a line within the panel, with points close enough to hide no name."""
    line = line[np.isfinite(line).all(axis=1)]
    if len(line) > 1:
        steps = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
        along = np.linspace(0.0, steps[-1], 400)
        line = np.column_stack([np.interp(along, steps, line[:, k]) for k in (0, 1)])
    found: np.ndarray = line[((line >= 0.0) & (line <= 1.0)).all(axis=1)]
    return found


def _free(
    line: np.ndarray,
    everything: np.ndarray,
    taken: Sequence[tuple[float, float, float, float]],
    size: tuple[float, float],
    gap: float,
) -> tuple[float, float, float, float] | None:
    """A box (left, bottom, right, top) beside a line that is free, the nearest to its middle."""
    width, height = size
    order = sorted(range(_PLACES), key=lambda k: abs(k - _PLACES // 2))
    for place in order:
        x, y = line[place * (len(line) - 1) // (_PLACES - 1)]
        for left in (x + gap, x - gap - width):
            box = (left, y - 0.5 * height, left + width, y + 0.5 * height)
            if _is_free(box, everything, taken):
                return box
    return None


def _is_free(
    box: tuple[float, float, float, float],
    points: np.ndarray,
    taken: Sequence[tuple[float, float, float, float]],
) -> bool:
    left, bottom, right, top = box
    if left < 0.01 or right > 0.99 or bottom < 0.01 or top > 0.99:
        return False
    x, y = points.T
    if ((x > left) & (x < right) & (y > bottom) & (y < top)).any():
        return False
    return all(
        left > other[2] or right < other[0] or bottom > other[3] or top < other[1]
        for other in taken
    )
