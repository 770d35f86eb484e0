"""Names written beside curves, where they hide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PLACES = 41
_GAP_PT = 6.0
_AIR_PT = 2.0
"""Between a name and what is around it."""


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


def write_names(ax: Axes, curves: Sequence[NamedCurve], size_pt: float = 8.0) -> bool:
    """Write every name beside its curve, away from all curves and other names.

    Parameters
    ----------
    ax : Axes
        With its final size, limits and scales; see ``Sheet.when_laid_out``.
    curves : sequence of NamedCurve
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
    panel = ax.get_window_extent()
    in_panel = np.array([panel.width, panel.height])
    pixels = ax.get_figure(root=True).dpi / 72.0  # type: ignore[union-attr]
    gap = _GAP_PT * pixels / float(panel.width)
    texts = [
        ax.text(
            0.5,
            0.5,
            one.name,
            transform=ax.transAxes,
            color=one.colour,
            fontsize=size_pt,
            fontweight="bold",
            va="center",
        )
        for one in curves
    ]
    boxes: list[tuple[float, float, float, float]] = []
    for text, line in zip(texts, lines, strict=True):
        text.set_in_layout(False)
        drawn = text.get_window_extent()
        size = np.array([drawn.width, drawn.height + 2.0 * _AIR_PT * pixels]) / in_panel
        box = _free(line, everything, boxes, (float(size[0]), float(size[1])), gap)
        if box is None:
            for each in texts:
                each.remove()
            return False
        boxes.append(box)
        text.set_position((box[0], 0.5 * (box[1] + box[3])))
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
