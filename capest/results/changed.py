"""What somebody changed of a preset, a default or a file, in one line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from capest.errors import InputError
from capest.results.columns import printable
from capest.results.ours import CAPACITY_MARK
from capest.results.rests_on import ATTRIBUTE, VARIED, read_figures
from capest.shown import cut, short_path

_NAMED = 4
_LONGEST_VALUE = 40
_NAMED_IN_TITLE = 2
_FILE, _GIVEN, _SET = "file", "given", "--set "
"""Where figures come from, as `rests_on` keeps it: a file, a call in Python, an option."""


def changed_figures(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """List what was changed: of the file, then of stated values, then what had none.

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
    rows = _rows(attributes)
    of_file = {row["key"] for row in _of_file(rows)}
    changed: list[dict[str, Any]] = [
        {name: row[name] for name in ("key", "value", "instead_of") if name in row}
        for row in rows
        if row.get("changed")
    ]
    return sorted(changed, key=lambda row: (row["key"] not in of_file, "instead_of" not in row))


def title_as_run(attributes: Mapping[str, Any]) -> str:
    """Title of the scenario, with what was changed of its file; safe to show.

    Parameters
    ----------
    attributes : mapping
        Of a result, a sweep or a study.

    Returns
    -------
    str
        Such as "Case 9: frequency reuse 1 (changed: beams.frequency_reuse = 3)": a title says what
        stands in the file. Empty where there is no title.
    """
    title = printable(str(attributes.get("title", "")))
    changed = _of_file(_rows(attributes))
    if not title or not changed:
        return title
    # One name more is as short as saying that there is one more.
    named = changed if len(changed) <= _NAMED_IN_TITLE + 1 else changed[:_NAMED_IN_TITLE]
    text = ", ".join(printable(f"{row['key']} = {_value(row.get('value'))}") for row in named)
    more = len(changed) - len(named)
    return f"{title} (changed: {text}{f' and {more} more' if more else ''})"


def _rows(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What a result rests on, without what is varied, or searched, and how much was computed."""
    if ATTRIBUTE not in attributes:
        return []
    try:
        rows = read_figures(attributes, "")
    except InputError:
        return []  # who asks for what the result rests on is told
    searched = str(attributes.get(CAPACITY_MARK, ""))
    return [
        row
        for row in rows
        if VARIED not in row and row["key"] != searched and not row["key"].startswith("run.")
    ]


def _of_file(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Figures that stand in place of those of the scenario's file.

    Of a scenario that was never a file everything is given, and its title is of what is given.
    """
    origins = [str(row.get("origin", "")) for row in rows]
    given = (_GIVEN,) if _FILE in origins else ()
    return [
        row
        for row, origin in zip(rows, origins, strict=True)
        if origin.startswith(_SET) or origin in given
    ]


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
