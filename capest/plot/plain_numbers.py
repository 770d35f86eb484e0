"""Numbers on axes: thousands separated, percent, and whether values are spaced by factors."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axis import Axis

_FACTOR = 8.0
"""Values that span less are as well read on a linear axis."""


def plain_number(value: float) -> str:
    """A number of an axis: thousands separated, no digits that say nothing."""
    if not math.isfinite(value):
        return "" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    size = abs(value)
    if size != 0.0 and not 1e-4 <= size < 1e15:
        text = f"{value:.4g}"
    elif value == round(value):
        text = f"{int(value):,}"
    else:
        places = max(0, 5 - math.floor(math.log10(size)))
        text = f"{value:,.{places}f}".rstrip("0").rstrip(".")
    return text.replace("-", "−")


def write_plain_numbers(axis: Axis) -> None:
    """Write the numbers of an axis with thousands separated, and with equal decimals."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    if axis.get_scale() == "log":
        low, high = axis.get_view_interval()
        decades = math.log10(high / low) if 0.0 < low < high else 0.0
        # Powers of ten alone are too few numbers where there are one or two.
        axis.set_major_locator(LogLocator(subs=(1.0,) if decades > 2.5 else (1.0, 2.0, 5.0)))
        axis.set_minor_formatter(NullFormatter())

    def written(value: float, _: object) -> str:
        text = plain_number(value)
        if axis.get_scale() == "log":
            return text
        places = max((_decimals(each) for each in axis.get_majorticklocs()), default=0)
        return text if _decimals(value) == places else f"{value:,.{places}f}".replace("-", "−")

    axis.set_major_formatter(FuncFormatter(written))


def in_percent(axis: Axis) -> None:
    """Write shares of an axis as percent: 25 %."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{plain_number(100.0 * value)} %"))


def _decimals(value: float) -> int:
    return len(plain_number(value).partition(".")[2])


def with_minus(text: str) -> str:
    """Numbers as text with a minus sign in place of each hyphen."""
    return text.replace("-", "−")


def is_spaced_by_factors(values: Sequence[float] | np.ndarray) -> bool:
    """Whether values are read better on a logarithmic axis.

    Parameters
    ----------
    values : sequence of float

    Returns
    -------
    bool
        True of three or more positive values over a factor of 8 or more, whose steps differ less
        as factors than as differences.
    """
    ordered = np.unique(np.asarray(values, dtype=np.float64))
    if len(ordered) < 3 or not (ordered > 0.0).all() or not np.isfinite(ordered).all():
        return False
    if ordered[-1] / ordered[0] < _FACTOR:
        return False
    return _unevenness(np.log(ordered)) < _unevenness(ordered)


def _unevenness(values: np.ndarray) -> float:
    """Standard deviation of the steps, of their mean."""
    steps = np.diff(values)
    return float(np.std(steps) / np.mean(steps))


def ticks_with_room(places_pt: np.ndarray, widths_pt: Sequence[float]) -> list[int]:
    """Which of many ticks are written, so that their texts have room: both ends first.

    Parameters
    ----------
    places_pt : float array (n,)
        Places of the ticks on the paper, in points.
    widths_pt : sequence of float
        Widths of their texts.
    """
    order = np.argsort(places_pt)
    kept: list[int] = []
    for k in dict.fromkeys([int(order[0]), int(order[-1]), *map(int, order)]) if len(order) else ():
        if all(
            abs(places_pt[k] - places_pt[other]) >= 0.5 * (widths_pt[k] + widths_pt[other])
            for other in kept
        ):
            kept.append(k)
    return sorted(kept)
