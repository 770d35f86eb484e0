"""Numbers at axes as people write them: thousands separated, shares in percent."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axis import Axis


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
