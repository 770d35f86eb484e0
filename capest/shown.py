"""Text of any origin made fit for one line of a message."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date, time

LONGEST_VALUE = 200
"""Characters of a value that a message repeats."""

LONGEST_WORD = 300
"""Characters without a space in a message; most paths have fewer."""

LONGEST_LINE = 2000
"""Characters of a line of a message: a path may have many, and several stand in a line."""


def one_line(text: str) -> str:
    """Escape what a terminal would obey or could not show: controls, line ends, surrogates."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def cut(text: str, longest: int = LONGEST_VALUE) -> str:
    """Leave the middle out of a text that is too long, and say how much is missing."""
    if len(text) <= longest:
        return text
    left_out = f"…({len(text) - longest:,} more)…"
    half = longest // 2
    return f"{text[:half]}{left_out}{text[len(text) - (longest - half) :]}"


def fit(text: str) -> str:
    """Text of any length as one line that can be read: controls escaped, long words cut."""
    words = re.sub(rf"\S{{{LONGEST_WORD},}}", lambda found: cut(found[0]), one_line(text))
    return cut(words, LONGEST_LINE)


def as_text(value: object) -> str:
    """Text of a value: moments and lists as TOML writes them, the rest as Python does.

    What Python refuses to write has a text too.
    """
    try:
        return _written(value)
    except (ValueError, RecursionError):
        # Thousands of digits, or tables in tables.
        return f"({type(value).__name__} that is too large to show)"


def _written(value: object) -> str:
    if isinstance(value, date | time):
        text = value.isoformat()
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, Mapping):
        items = (f"{key!r}: {_written(item)}" for key, item in value.items())
        return f"{{{', '.join(items)}}}"
    return repr(value)


def label_of(preset: str) -> str:
    """Return a preset's name for people: of the path of a file that of the file, without ending."""
    return re.split(r"[/\\]", preset)[-1].removesuffix(".toml") or preset


def short_path(path: str) -> str:
    """Return a path, or a name, as short as it can be opened by: relative if below this folder."""
    if not os.path.isabs(path):
        return path
    try:
        short = os.path.relpath(path)
    except (OSError, ValueError):
        return path
    return path if short.startswith(os.pardir) else short
