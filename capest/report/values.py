"""Values of scenarios as people read them."""

from __future__ import annotations

import math
from typing import Any

_LONGEST = 300


def value_words(value: Any) -> str:
    """Return a value of a scenario in words; long ones are cut, and say so."""
    if value is None:
        return "not given"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        is_whole = math.isfinite(value) and value.is_integer() and abs(value) >= 1e4
        return f"{value:,.0f}" if is_whole else f"{value:.6g}"
    if isinstance(value, list | tuple):
        return cut_words(", ".join(map(value_words, value)))
    if isinstance(value, dict):
        return cut_words("; ".join(f"{key} = {value_words(each)}" for key, each in value.items()))
    return cut_words(str(value))


def cut_words(text: str, longest: int = _LONGEST) -> str:
    """Return a text, or its start with the number of characters that are left out."""
    if len(text) <= longest:
        return text
    return f"{text[:longest].rstrip()} … ({len(text) - longest:,} more characters)"


def counted(count: float, one: str, many: str = "") -> str:
    """Return a number with its noun: "1 trial", "40 trials"."""
    return f"{count:,.0f} {one if count == 1 else many or f'{one}s'}"
