"""A table as CSV (RFC 4180): one heading, lines that end with CR LF, UTF-8.

A spreadsheet computes what begins with = + - @, so that text from a file could do something on
somebody's machine: such text gets an apostrophe in front. Numbers stay as they are.
"""

from __future__ import annotations

import csv
import re
from typing import TextIO

import numpy as np

from capest.export.table import ExportTable

_COMPUTED = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def write_csv(table: ExportTable, stream: TextIO, line_end: str = "\r\n") -> int:
    """Write a table.

    Parameters
    ----------
    table : ExportTable
    stream : text stream
        Opened with ``newline=""``.
    line_end : str
        That of RFC 4180; standard output has its own.

    Returns
    -------
    int
        Rows.
    """
    writer = csv.writer(stream, lineterminator=line_end)
    writer.writerow([_harmless(column.heading) for column in table.columns])
    rows = 0
    for part in table.parts():
        rows += len(part[0])
        writer.writerows(zip(*(_texts(column) for column in part), strict=True))
    return rows


def _texts(values: np.ndarray) -> list[str]:
    """Values as text; what is no number is empty, and as many digits as give the same number."""
    if values.dtype.kind == "O":
        return [_text(value) for value in values.tolist()]
    if values.dtype.kind == "b":
        return ["true" if value else "false" for value in values.tolist()]
    found = values.astype("U32")
    if values.dtype.kind == "f":
        found = np.where(np.isnan(values), "", found)
    listed: list[str] = found.tolist()
    return listed


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value != value:
        return ""
    return str(value) if isinstance(value, int | float) else _harmless(str(value))


def _harmless(text: str) -> str:
    computed = text.startswith(_COMPUTED) and not _NUMBER.fullmatch(text)
    return f"'{text}" if computed else text
