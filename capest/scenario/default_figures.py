"""What the defaults of a scenario state of how well they are known: one row for each key."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from capest.scenario.figure import Figure, figure_of


@cache
def default_figures() -> dict[str, Figure]:
    """Return dotted key -> figure of all defaults; sources stand in the page of keys."""
    text = (files("capest.scenario") / "defaults.toml").read_text(encoding="utf-8")
    rows = _leaves(tomllib.loads(text), "")
    return {key: figure_of(row, key.rpartition(".")[0]) for key, row in rows}


def _leaves(table: dict[str, Any], prefix: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Rows by dotted key, whether keys are quoted or stand in tables of their sections."""
    for name, row in table.items():
        if not isinstance(row, dict):
            continue
        if _is_row(row):
            yield f"{prefix}{name}", row
        else:
            yield from _leaves(row, f"{prefix}{name}.")


def _is_row(table: dict[str, Any]) -> bool:
    """A row has fields of a figure; a section has rows alone."""
    return any(not isinstance(value, dict) for value in table.values())
