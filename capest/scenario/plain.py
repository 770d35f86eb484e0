"""Plain nested dicts of a scenario before it is validated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """Copy mappings into dicts and NumPy's scalars and arrays into Python's own, deeply.

    Sweeps in notebooks step through NumPy arrays; their scalars mean ordinary numbers.
    """
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if getattr(value, "ndim", None) is not None and hasattr(value, "tolist"):
        return value.tolist()
    return value


def set_key(raw: dict[str, Any], key: str, value: Any) -> None:
    """Set a dotted key in nested dicts, in place; makes the tables on the way.

    What stands where a table is needed gives way to one. Tables of a list go by their number from
    1 on.
    """
    parts = key.split(".")
    while len(parts) > 1:
        found = raw.get(parts[0])
        if isinstance(found, list) and (table := _table(found, parts[1])) is not None:
            if len(parts) == 2:
                found[int(parts[1]) - 1] = value
                return
            raw, parts = table, parts[2:]
            continue
        if not isinstance(found, dict):
            found = raw[parts[0]] = {}
        raw, parts = found, parts[1:]
    raw[parts[0]] = value


def _table(tables: list[Any], number: str) -> dict[str, Any] | None:
    """Table of a list by its number from 1 on; ``None`` if it is not there."""
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(tables)):
        return None
    table = tables[int(number) - 1]
    return table if isinstance(table, dict) else None


def remove_key(raw: dict[str, Any], key: str) -> None:
    """Remove a dotted key, where it is, from nested dicts in place."""
    parts = key.split(".")
    while len(parts) > 1:
        found = raw.get(parts[0])
        if isinstance(found, list) and (table := _table(found, parts[1])) is not None:
            if len(parts) == 2:
                del found[int(parts[1]) - 1]
                return
            raw, parts = table, parts[2:]
        elif isinstance(found, dict):
            raw, parts = found, parts[1:]
        else:
            return
    raw.pop(parts[0], None)
