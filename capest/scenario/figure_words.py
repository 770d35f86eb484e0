"""How well a figure is known, in words: its range with the shape, or its options with weights."""

from __future__ import annotations

from typing import Any

from capest.scenario.figure import DECISION, LOG_UNIFORM, Figure


def value_text(value: Any, unit: str = "") -> str:
    """Return a value as people read it: ``0.25``, ``30 dB``, ``true``; ``automatic`` for none.

    Parameters
    ----------
    value : float, str, bool or None
    unit : str
        As of `capest.scenario.units.unit_of`.
    """
    if value is None:
        return "automatic"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return value or '""'
    number = f"{value:,}" if isinstance(value, int) else f"{value:,.6g}"
    # Of a density "3 per km²": "3 1/km²" would be a sum to most eyes.
    return f"{number} {unit.replace('1/', 'per ')}" if unit else number


def range_text(figure: Figure, unit: str = "") -> str:
    """Return the range, ``0.21 to 0.31``, or the options and their weights; ``""`` for neither.

    Parameters
    ----------
    figure : Figure
        Options of a decision stand without weights, as nothing draws them. Of a figure that
        follows another its values at the low and at the high end of that one.
    unit : str
    """
    if figure.range is not None:
        low, high = figure.range
        return f"{value_text(low)} to {value_text(high, unit)}"
    values = [value_text(value) for value, _ in figure.options]
    weights = [weight for _, weight in figure.options]
    # Several shells of one constellation have commas between them.
    comma = "; " if any("," in value for value in values) else ", "
    if figure.kind != DECISION and len(set(weights)) > 1:
        shares = (f"{100.0 * weight / sum(weights):.0f} %" for weight in weights)
        both = zip(figure.options, shares, strict=True)
        return comma.join(f"{value_text(value, unit)} ({share})" for (value, _), share in both)
    listed = " ".join(filter(None, (comma.join(values), unit if values else "")))
    alike = figure.kind != DECISION and bool(values)
    return f"{listed}{comma}{100.0 / len(values):.0f} % each" if alike else listed


def shape_text(figure: Figure) -> str:
    """Return how likely the values of a range are, or what it follows; else ``""``."""
    if figure.range is None:
        return ""
    if not figure.follows:
        return "" if figure.kind == DECISION else figure.shape
    by = "geometrically" if figure.shape == LOG_UNIFORM else "linearly"
    return f"follows {figure.follows}, {by}"
