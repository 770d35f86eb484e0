"""Keys that name files: what a relative path starts from, and how a path is shown."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from capest.scenario.gateway_notation import is_notation
from capest.shown import short_path

PATH_KEYS = ("constellation.catalogue", "constellation.gateways", "region.file", "users.file")


PRESETS = ("satellite", "constellation", "handset", "service")
"""Sections whose preset may be the path of a file."""


def is_path(name: object) -> bool:
    """Tell whether the value of a key ``preset`` is a path: it has a separator, or ends .toml."""
    if not isinstance(name, str):
        return False
    return name.endswith(".toml") or any(each in name for each in {os.sep, os.altsep or "/", "/"})


def anchor_paths(raw: dict[str, Any], folder: str | Path, overridden: Collection[str] = ()) -> None:
    """Make the paths of a scenario absolute, in place, so that they hold in any folder.

    Parameters
    ----------
    raw : dict
        Nested plain values.
    folder : path
        Where relative paths start; those of overridden keys start in the working folder.
    overridden : collection of str
        Dotted keys, or sections, that do not come from the file.
    """
    for key in PATH_KEYS:
        section, _, name = key.partition(".")
        table = raw.get(section)
        path = table.get(name) if isinstance(table, dict) else None
        if key == "constellation.gateways" and isinstance(path, str) and is_notation(path):
            continue
        if isinstance(table, dict) and isinstance(path, str) and path and "\x00" not in path:
            start = "" if key in overridden or section in overridden else folder
            table[name] = os.path.abspath(os.path.join(start, path))
    for key, table in _with_presets(raw):
        path = table.get("preset")
        if isinstance(path, str) and is_path(path) and "\x00" not in path:
            begin = "" if _is_overridden(key, overridden) else str(folder)
            table["preset"] = os.path.abspath(os.path.join(begin, path))


def _with_presets(raw: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the tables that may name a preset, with the dotted key of the name."""
    for section in PRESETS:
        table = raw.get(section)
        if isinstance(table, dict):
            yield f"{section}.preset", table
    constellation = raw.get("constellation")
    shells = constellation.get("shell") if isinstance(constellation, dict) else None
    for number, table in enumerate(shells if isinstance(shells, list) else [], 1):
        if isinstance(table, dict):
            yield f"constellation.shell.{number}.preset", table


def _is_overridden(key: str, overridden: Collection[str]) -> bool:
    return any(f"{key}.".startswith(f"{each}.") for each in overridden)


def shown_path(path: str | None) -> str:
    """Return a path as short as it can be opened by: relative if below the working folder."""
    return short_path(path or "")
