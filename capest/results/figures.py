"""Numbers for people: as many digits as the confidence interval allows."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from capest.statistics.reduction import Estimate

_MOST_PLACES = 9
"""Decimals of a limit near 0, before powers of ten say it shorter."""

_UNITS = {"1": "", "Mbit s-1": "Mbit/s", "bit s-1 Hz-1": "bit/s/Hz"}


def people_unit(units: str) -> str:
    """A unit as people write it; empty of a count."""
    return _UNITS.get(units, units)


def decimals(estimate: Estimate) -> int:
    """Decimals worth showing: two digits of a half width up to 3.5, else one."""
    half = estimate.half_width
    is_whole = estimate.value % 1.0 == 0.0 or abs(estimate.value) >= 100.0
    if math.isnan(half) and estimate.units == "1" and is_whole:
        # A count of one trial: exactly; or one of which nobody knows what a decimal is worth.
        return 0
    if not 0 < half < math.inf:
        # Nothing known about the precision: three significant digits.
        half = abs(estimate.value) / 100
    if not 0 < half < math.inf:
        return 0
    exponent = math.floor(math.log10(half))
    second = half / 10.0**exponent < 3.55
    return max(0, min(second - exponent, _most_decimals(estimate)))


def _most_decimals(estimate: Estimate) -> int:
    """Decimals that mean something at the width of the bins: 0.01 dB, or four digits."""
    if estimate.units == "dB":
        return 2
    size = abs(estimate.value)
    return 3 - math.floor(math.log10(size)) if 0 < size < math.inf else 6


def number(value: float, places: int) -> str:
    """A number with thousands separated; ``inf`` and ``n/a`` where it is none."""
    if math.isnan(value):
        return "n/a"
    if math.isinf(value):
        return "inf" if value > 0 else "-inf"
    text = f"{value:,.{places}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else text


def value_text(estimate: Estimate) -> str:
    """The value alone."""
    return number(estimate.value, decimals(estimate))


def interval_text(estimate: Estimate, *, brackets: bool = False) -> str:
    """The interval: ``±half`` where it is symmetric at the digits shown, else ``[low, high]``.

    What is shown holds 0 exactly where the interval does: of a difference that is the verdict.

    Parameters
    ----------
    estimate : Estimate
    brackets : bool
        Always ``[low, high]``.

    Returns
    -------
    str
        "not known" where an estimate has a note in place of limits, or any value may be true.
    """
    if math.isnan(estimate.low) and math.isnan(estimate.high):
        return estimate.note.partition(":")[0] or "n/a"
    if estimate.low == -math.inf and estimate.high == math.inf:
        return "not known"
    places = decimals(estimate)
    half = estimate.half_width
    above, below = estimate.high - estimate.value, estimate.value - estimate.low
    symmetric = math.isfinite(half) and min(above, below) >= 0.8 * half
    if brackets or not symmetric or _hides_verdict(estimate, places):
        return f"[{_end_text(estimate.low, places)}, {_end_text(estimate.high, places)}]"
    text = number(half, places)
    if half > 0 and float(text.replace(",", "")) == 0:
        # Less than the last digit shown: rounded up, so that the interval still covers.
        text = number(10.0**-places, places)
    return f"±{text}"


def _hides_verdict(estimate: Estimate, places: int) -> bool:
    """Whether value and half width, as they are rounded, hold 0 and the interval does not."""
    value, half = (
        float(number(each, places).replace(",", ""))
        for each in (estimate.value, estimate.half_width)
    )
    # At so many places sums of what is shown are exact.
    shown_holds = round(abs(value) - half, places) <= 0.0
    return shown_holds != (estimate.low <= 0.0 <= estimate.high)


def _end_text(end: float, places: int) -> str:
    """A limit; with one digit at least, where it would be 0 and is not."""
    text = number(end, places)
    if not math.isfinite(end) or end == 0.0 or any(digit in text for digit in "123456789"):
        return text
    needed = -math.floor(math.log10(abs(end)))
    return f"{end:.{needed}f}" if needed <= _MOST_PLACES else f"{end:.0e}"


def change_text(estimate: Estimate, factor: float = 1.0) -> str:
    """A difference with its sign and its interval, such as "+1.02 ±0.03" or "0 (same)"."""
    found = scaled(estimate, factor)
    value, interval = value_text(found), interval_text(found)
    if found.value > 0 and any(digit in value for digit in "123456789"):
        value = f"+{value}"
    return f"{value} {f'({interval})' if found.note else interval}"


def scaled(estimate: Estimate, factor: float) -> Estimate:
    """The estimate and its limits times a factor, such as 100 for percent."""
    value, low, high = (factor * end for end in (estimate.value, estimate.low, estimate.high))
    return replace(estimate, value=value, low=low, high=high)


def percent_text(share: float) -> str:
    """A share as whole percent, or one digit of less; never "100 %" where some are left."""
    percent = 100.0 * share
    if 99.5 <= percent < 100.0:
        # Some are left: not all.
        return f"{math.floor(100.0 * percent) / 100.0:g} %"
    return f"{percent:.0f} %" if percent >= 1.0 or percent == 0.0 else f"{percent:.1g} %"


def sentence(note: str) -> str:
    """A note with the full stop that ends it, which it may have."""
    return note if note.endswith(".") else f"{note}."


def plain(value: Any) -> Any:
    """A value that JSON can hold: NaN becomes None, infinities "Infinity" and "-Infinity"."""
    if not isinstance(value, float) or math.isfinite(value):
        return value
    if math.isnan(value):
        return None
    return "Infinity" if value > 0 else "-Infinity"


_NAMED = 3
"""Figures that a note names, at most but one."""


def notes_of(shown: Iterable[tuple[str, Estimate]]) -> list[str]:
    """One line for each reason why intervals are not known, with the figures it is about.

    Parameters
    ----------
    shown : iterable of (str, Estimate)
        Figures as people see them, with their labels.

    Returns
    -------
    list of str
        Such as "Not known: 2 of 60 trials had any; about 600 would do (calls at once, beams lit)."
    """
    about: dict[str, dict[str, None]] = {}
    for label, estimate in shown:
        if estimate.note:
            about.setdefault(estimate.note, {})[label] = None
    found = []
    for note, labels in about.items():
        names = [label.strip() for label in labels]
        if len(names) > _NAMED + 1:
            names = [*names[:_NAMED], f"and {len(names) - _NAMED} figures more"]
        found.append(f"{note[:1].upper()}{note[1:]} ({', '.join(names)}).")
    return found


def counted(count: int, what: str) -> str:
    """Such as "1 cell" and "19 cells"."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"
