"""Rows of text in columns of any width: a cell is never broken, whatever the terminal."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Sequence

_GAP = 2
_NO_BREAK = "\u00a0"


def printable(text: str) -> str:
    """Text with what would steer a terminal written as escapes, such as ``\\x1b``."""
    return "".join(one if one.isprintable() else repr(one)[1:-1] for one in text)


def wrapped(text: str, width: int, indent: str = "") -> list[str]:
    """Break a sentence at its spaces; a word that is longer than the width stays whole.

    Parameters
    ----------
    text : str
    width : int
        Columns.
    indent : str
        Before every line but the first.
    """
    # A number keeps its interval and its percent sign.
    found = textwrap.wrap(
        re.sub(r"(?<=\d) (?=[%±])", _NO_BREAK, text),
        max(width, 1),
        break_long_words=False,
        break_on_hyphens=False,
        subsequent_indent=indent,
    )
    return [line.replace(_NO_BREAK, " ") for line in found] or [""]


def in_columns(
    headers: Sequence[str], rows: Sequence[Sequence[str]], width: int, *, keys: int = 1
) -> list[str]:
    """Lay out a table; one that is too wide comes in parts, or one row after the other.

    Parameters
    ----------
    headers : sequence of str
    rows : sequence of sequence of str
        As many cells as headers.
    width : int
        Columns of the terminal.
    keys : int
        The first so many columns say what a row is: they stand in every part.

    Returns
    -------
    list of str
        Lines without an end. None is longer than ``width`` unless one cell with its name is.
    """
    cells = [max((len(row[k]) for row in rows), default=0) for k in range(len(headers))]
    titles = [[header] for header in headers]
    widths = _widths(titles, cells)
    if sum(widths) + _GAP * (len(widths) - 1) > width:
        titles = [_broken(header, cells[k]) for k, header in enumerate(headers)]
        widths = _widths(titles, cells)
    parts = _parts(widths, width, keys)
    if parts is None:
        return [line for row in rows for line in _record(headers, row, width, keys)]
    found: list[str] = []
    for part in parts:
        if found:
            found.append("")
        high = max(len(titles[k]) for k in part)
        above = [["", *title] if len(title) < high else title for title in titles]
        for line in (*range(high), *rows):
            shown = (above[k][line] if isinstance(line, int) else line[k] for k in part)
            padded = (cell.rjust(widths[k]) for cell, k in zip(shown, part, strict=True))
            found.append((" " * _GAP).join(padded).rstrip())
    return found


def _widths(titles: Sequence[Sequence[str]], cells: Sequence[int]) -> list[int]:
    return [max(size, *map(len, title)) for title, size in zip(titles, cells, strict=True)]


def _broken(header: str, cells: int) -> list[str]:
    """A header in two lines, behind its first dot or comma, if its cells are less wide."""
    at = min((header.find(mark) for mark in ".," if mark in header), default=-1)
    if at < 0 or len(header) <= cells:
        return [header]
    return [header[: at + 1], header[at + 1 :].lstrip()]


def _parts(widths: Sequence[int], width: int, keys: int) -> list[list[int]] | None:
    """Columns of each part; ``None`` where a column does not fit beside those of the keys."""
    own = list(range(keys))
    # Without keys the first column needs no gap before it.
    room = width - sum(widths[:keys]) - _GAP * (keys - 1)
    if len(widths) == keys:
        return [own] if room >= 0 else None
    if any(size + _GAP > room for size in widths[keys:]):
        return None
    found: list[list[int]] = [[]]
    left = room
    for k in range(keys, len(widths)):
        if widths[k] + _GAP > left:
            found.append([])
            left = room
        found[-1].append(k)
        left -= widths[k] + _GAP
    return [own + part for part in found]


def _record(headers: Sequence[str], row: Sequence[str], width: int, keys: int) -> Iterator[str]:
    """One row as lines: what it is, then a line a figure, or two where they are too long."""
    for k in range(keys):
        yield from wrapped(f"{headers[k]} = {row[k]}", width, "  ")
    longest = max((len(header) for header in headers[keys:]), default=0)
    for header, cell in zip(headers[keys:], row[keys:], strict=True):
        one = f"  {header.ljust(longest)}  {cell}"
        if len(one) <= width:
            yield one
        else:
            yield f"  {header}"
            yield f"    {cell}"
