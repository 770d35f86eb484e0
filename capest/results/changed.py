"""What somebody changed of a preset or a default, in one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from capest.errors import InputError
from capest.results.columns import printable
from capest.results.rests_on import ATTRIBUTE, VARIED, read_figures
from capest.shown import cut, short_path

_NAMED = 4
_LONGEST_VALUE = 40


def changed_figures(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what was changed: first what stands in place of a stated value, then what had none.

    Parameters
    ----------
    attributes : mapping
        Of a result, a sweep or a study. Values that a sweep varies are left out, as is how much was
        computed.

    Returns
    -------
    list of dict
        ``key``, ``value``, and ``instead_of`` where there is one; empty for files that do not say.
    """
    if ATTRIBUTE not in attributes:
        return []
    try:
        rows = read_figures(attributes, "")
    except InputError:
        return []  # who asks for what the result rests on is told
    changed: list[dict[str, Any]] = [
        {name: row[name] for name in ("key", "value", "instead_of") if name in row}
        for row in rows
        if row.get("changed") and VARIED not in row and not row["key"].startswith("run.")
    ]
    return sorted(changed, key=lambda row: "instead_of" not in row)


def changed_line(attributes: Mapping[str, Any]) -> str:
    """Say what was changed, such as ``changed: satellite.hpbw_deg = 4 (4.4)``.

    In brackets stands what the preset or the default has. Empty where nothing was changed.
    """
    rows = changed_figures(attributes)
    if not rows:
        return ""
    # One name more is as short as saying that there is one more.
    named = rows if len(rows) <= _NAMED + 1 else rows[:_NAMED]
    text = ", ".join(map(_text, named))
    more = len(rows) - len(named)
    return f"changed: {text}" + (f" and {more} more (--assumptions)" if more else "")


def _text(row: Mapping[str, Any]) -> str:
    instead = f" ({_value(row['instead_of'])})" if "instead_of" in row else ""
    return printable(f"{row['key']} = {_value(row.get('value'))}{instead}")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, list):
        return cut(f"[{', '.join(map(_value, value))}]", _LONGEST_VALUE)
    return "none" if value is None else cut(short_path(str(value)), _LONGEST_VALUE)
