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
    """Write the numbers of an axis with thousands separated; all have as many decimals, but for powers."""
    from matplotlib.ticker import FuncFormatter

    def written(value: float, _: object) -> str:
        text = plain_number(value)
        if axis.get_scale() == "log":
            return text
        places = max((_decimals(each) for each in axis.get_majorticklocs()), default=0)
        return text if _decimals(value) == places else f"{value:,.{places}f}".replace("-", "−")

    axis.set_major_formatter(FuncFormatter(written))


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


def with_thousands(axis: Axis) -> None:
    """Write the numbers of an axis with thousands separated: 30,000."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: number_text(value)))


def in_percent(axis: Axis) -> None:
    """Write shares of an axis as percent: 25 %."""
    from matplotlib.ticker import FuncFormatter

    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{number_text(100.0 * value)} %"))


def number_text(value: float) -> str:
    """A round number: thousands separated, a minus sign, no zeros at the end."""
    digits = f"{abs(value):,.6f}" if abs(value) >= 1000.0 else f"{abs(value):.6g}"
    if "." in digits and "e" not in digits:
        digits = digits.rstrip("0").rstrip(".")
    return f"−{digits}" if value < 0.0 and digits != "0" else digits
