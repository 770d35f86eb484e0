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

    What stands where a table is needed gives way to one.
    """
    *path, name = key.split(".")
    for part in path:
        if not isinstance(raw.get(part), dict):
            raw[part] = {}
        raw = raw[part]
    raw[name] = value


def remove_key(raw: dict[str, Any], key: str) -> None:
    """Remove a dotted key, where it is, from nested dicts in place."""
    *path, name = key.split(".")
    for part in path:
        if not isinstance(raw.get(part), dict):
            return
        raw = raw[part]
    raw.pop(name, None)
