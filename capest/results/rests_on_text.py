"""What a result rests on as lines of a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from capest.results.columns import printable, wrapped
from capest.results.rests_on import VARIED, group_of
from capest.shown import short_path

_DETAIL = "    "


def lines(figures: Sequence[Mapping[str, Any]], width: int) -> list[str]:
    """Return a heading for every group, and a figure with what is stated of it below.

    Parameters
    ----------
    figures : sequence of mapping
        From ``rests_on.figures_of``.
    width : int
        Columns of the terminal.
    """
    found: list[str] = []
    group = None
    for row in figures:
        if group_of(row) != group:
            group = group_of(row)
            count = sum(group_of(each) == group for each in figures)
            found += ["", *wrapped(f"{group[0].upper()}{group[1:]} ({count})", width)]
        found += wrapped(f"  {_first(row)}", width, _DETAIL)
        detail = "; ".join(_details(row))
        if detail:
            found += wrapped(f"{_DETAIL}{detail}", width, _DETAIL)
    return found[1:]


def _first(row: Mapping[str, Any]) -> str:
    """Key, value, unit and origin."""
    unit = f" {row['unit']}" if row.get("unit") else ""
    values = row[VARIED] if VARIED in row else [row.get("value")]
    if str(row["key"]).endswith(".preset"):
        values = [short_path(value) if isinstance(value, str) else value for value in values]
    shown = _list(values)
    more = row.get("count_of_values", 0) - len(row.get(VARIED, ()))
    instead = f", in place of {_text(row['instead_of'])}{unit}" if "instead_of" in row else ""
    points = f", read at {row['points']} points" if "points" in row else ""
    others = f" and {more:,} more" if more > 0 else ""
    origin = _origin(str(row.get("origin", "")), str(row["key"]))
    return printable(f"{row['key']} = {shown}{others}{unit} [{origin}{instead}{points}]")


def _details(row: Mapping[str, Any]) -> Iterator[str]:
    """What is stated of the figure."""
    if row.get("same"):
        yield printable(f"so are {', '.join(map(str, row['same']))}")
    if row.get("confidence"):
        yield printable(str(row["confidence"]))
    if row.get("follows"):
        yield printable(f"follows {row['follows']}")
    stated = _range(row)
    reason = printable(str(row.get("reason", "")))
    if stated:
        yield f"{stated}: {reason}" if reason else stated
    elif reason:
        yield reason
    source = printable(str(row.get("source", "")))
    if source and source != row.get("confidence"):
        yield f"source: {source}"


def _range(row: Mapping[str, Any]) -> str:
    if row.get("range"):
        low, high = row["range"]
        shape = "" if row.get("follows") else f", {row.get('shape', 'uniform')}"
        return f"{_text(low)} to {_text(high)}{shape}"
    options = row.get("options") or []
    weights = [weight for _, weight in options]
    # Of a decision weights say nothing; of a choice only where they differ.
    weighted = row.get("kind") != "decision" and len(set(weights)) > 1
    shown = [
        f"{_text(value)} (weight {weight:g})" if weighted else _text(value)
        for value, weight in options
    ]
    return " or ".join(shown)


def _origin(origin: str, key: str) -> str:
    """Origin in words; an option without the key and value that stand beside it."""
    option, _, setting = origin.partition(" ")
    if option.startswith("--") and setting.partition("=")[0].strip() == key:
        return option
    if origin.startswith("preset "):
        return f"preset {short_path(origin.removeprefix('preset '))}"
    return origin


def _list(values: Sequence[Any]) -> str:
    return ", ".join(map(_text, values))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e15 else f"{value:g}"
    if isinstance(value, list):
        return f"[{_list(value)}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{k} = {_text(v)}" for k, v in value.items()) + "}"
    return str(value)
