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
    part, dot, rest = key.partition(".")
    if not dot:
        raw[part] = value
        return
    found = raw.get(part)
    number, inside, below = rest.partition(".")
    if isinstance(found, list) and (table := _table(found, number)) is not None:
        if inside:
            set_key(table, below, value)
        else:
            found[int(number) - 1] = value
        return
    if not isinstance(found, dict):
        found = raw[part] = {}
    set_key(found, rest, value)


def _table(tables: list[Any], number: str) -> dict[str, Any] | None:
    """Table of a list by its number from 1 on; ``None`` if it is not there."""
    if not (number.isascii() and number.isdigit() and 1 <= int(number) <= len(tables)):
        return None
    table = tables[int(number) - 1]
    return table if isinstance(table, dict) else None


def remove_key(raw: dict[str, Any], key: str) -> None:
    """Remove a dotted key, where it is, from nested dicts in place."""
    part, dot, rest = key.partition(".")
    if not dot:
        raw.pop(part, None)
        return
    found = raw.get(part)
    number, inside, below = rest.partition(".")
    if isinstance(found, list) and (table := _table(found, number)) is not None:
        if inside:
            remove_key(table, below)
        else:
            del found[int(number) - 1]
    elif isinstance(found, dict):
        remove_key(found, rest)
