"""The axis along which a curve goes: linear, logarithmic, or places without an order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.plot.key_words import key_name, key_on_axis, key_value
from capest.plot.plain_numbers import is_spaced_by_factors, plain_number, ticks_with_room
from capest.plot.style import PAPER
from capest.plot.sweep_points import SweptAxis

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_TICK_PT = 8.0
_LETTER = 0.64
"""Width of a digit, of the size of the type, with some room."""

_LONGEST = 22
"""Letters of a name at a tick, at most."""


class CurveAxis:
    """Places of points on the axis of a curve.

    Parameters
    ----------
    axis : SweptAxis
    values : sequence
        Its values in the order in which curves go: ascending if they are numbers.
    satellites : sequence of int, optional
        At each value; written below it if each has another number.
    """

    def __init__(
        self, axis: SweptAxis, values: Sequence[Any], satellites: Sequence[int] = ()
    ) -> None:
        self.axis = axis
        self.is_numeric = axis.is_numeric and len(axis.values) > 1
        self._values = tuple(values)
        self.is_log = self.is_numeric and is_spaced_by_factors([float(v) for v in axis.values])
        self._satellites = satellites if len(set(satellites)) == len(values) > 1 else ()

    def places(self, values: Sequence[Any]) -> np.ndarray:
        """Coordinates of the points of a curve."""
        if self.is_numeric:
            return np.array(values, dtype=np.float64)
        return np.arange(len(values), dtype=np.float64)

    def along(self, places: np.ndarray) -> np.ndarray:
        """Places from 0 to 1 of the width of the panel."""
        low, high = self._limits(places)
        scale = np.log if self.is_log else np.asarray
        return np.asarray((scale(places) - scale(low)) / (scale(high) - scale(low)))

    def finish(self, ax: Axes, lower: Axes | None, width_in: float) -> None:
        """Write ticks, label and limits, on the lower panel where there is one."""
        bottom = ax if lower is None else lower
        places = self.places(self._values)
        if self.is_log:
            bottom.set_xscale("log")
        low, high = self._limits(places)
        bottom.set_xlim(low, high)
        if lower is not None:
            ax.tick_params(labelbottom=False)
        texts = [self._text(k, value) for k, value in enumerate(self._values)]
        widths = [_LETTER * _TICK_PT * (max(map(len, text.split("\n"))) + 1) for text in texts]
        shown = ticks_with_room(72.0 * width_in * self.along(places), widths)
        rotated = not self.is_numeric and len(shown) < len(texts)
        if rotated:
            shown = list(range(len(texts)))
        bottom.set_xticks(
            places[shown],
            [texts[k] for k in shown],
            rotation=30 if rotated else 0,
            ha="right" if rotated else "center",
            rotation_mode="anchor" if rotated else "default",
        )
        bottom.set_xticks(places[[k for k in range(len(texts)) if k not in shown]], [], minor=True)
        bottom.tick_params(axis="x", labelsize=_TICK_PT)
        bottom.set_xlabel(self._label())

    def _limits(self, places: np.ndarray) -> tuple[float, float]:
        if not self.is_numeric:
            return float(places[0]) - 0.6, float(places[-1]) + 0.6
        low, high = float(places.min()), float(places.max())
        if self.is_log:
            return low / (high / low) ** 0.02, high * (high / low) ** 0.02
        return low - 0.02 * (high - low), high + 0.02 * (high - low)

    def _text(self, k: int, value: Any) -> str:
        text = key_value(self.axis.key, value)
        if not self.is_numeric and len(text) > _LONGEST:
            text = f"{text[: _LONGEST - 1]}…"
        return f"{text}\n{plain_number(self._satellites[k])}" if self._satellites else text

    def _label(self) -> str:
        text = key_on_axis(self.axis.key) if self.is_numeric else key_name(self.axis.key)
        if self.is_log:
            text += " (log scale)"
        return f"{text}; below it, satellites" if self._satellites else text


def upright_limits(values: np.ndarray, from_zero: bool) -> tuple[float, float]:
    """Ends of an upright axis, with room for marks and texts above and below all points.

    Parameters
    ----------
    values : float array
        Values and limits; those that are not finite need no room.
    from_zero : bool
        An amount: the axis begins at zero, unless there is less.
    """
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    if from_zero and low >= 0.0:
        return 0.0, 1.14 * high or 1.0
    room = 0.14 * (high - low) or 0.1 * abs(high) or 1.0
    return low - room, high + room


def write_points(
    ax: Axes,
    x: np.ndarray,
    limits: np.ndarray,
    *,
    colour: str,
    line: Any,
    mark: str,
    label: str,
) -> None:
    """Draw points with their intervals; a line and a band where there is something between them.

    Parameters
    ----------
    ax : Axes
    x : float array (n,)
    limits : float array (3, n)
        Values, lower and upper limits; NaN where there are none.
    colour, label : str
    line : pattern of a line
        Empty: places have no order.
    mark : str
    """
    value, low, high = limits
    known = np.isfinite(low) & np.isfinite(high)
    if line:
        ax.fill_between(x, low, high, where=known, color=colour, alpha=0.22, linewidth=0.0)
    below, above = np.maximum(value - low, 0.0), np.maximum(high - value, 0.0)
    ax.errorbar(
        x[known],
        value[known],
        yerr=np.stack([below[known], above[known]]),
        fmt="none",
        ecolor=colour,
        elinewidth=1.0 if line else 1.6,
        capsize=2.0 if line else 4.0,
    )
    ax.plot(
        x,
        value,
        color=colour,
        linestyle=line or "none",
        linewidth=1.6,
        marker=mark,
        markersize=5.0,
        markerfacecolor=PAPER if line else colour,
        markeredgewidth=1.3,
        clip_on=False,
        label=label,
    )
