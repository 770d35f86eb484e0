"""Two-line element sets, with or without a line for the name (CelesTrak's 2LE, TLE and 3LE)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from capest.errors import InputError
from capest.orbits.catalogue import Catalogue, collect, sgp4_api

LINE_LENGTH = 69

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DIGITS = re.compile(r"[0-9]+")
_POWER = re.compile(r"[ +-][0-9]{5}[+-][0-9]")
_CATALOGUE_NUMBER = re.compile(r"[0-9A-HJ-NP-Z]?[0-9]{1,4}")


@dataclass(frozen=True)
class Field:
    """A field of a line: name, columns counted from 1, how it is written, and its range."""

    name: str
    first: int
    last: int
    written: re.Pattern[str]
    low: float = float("-inf")
    high: float = float("inf")
    may_be_blank: bool = False
    has_point: bool = True


_NUMBER_FIELD = Field("catalogue number", 3, 7, _CATALOGUE_NUMBER, has_point=False)

# Columns: CelesTrak, "NORAD Two-Line Element Set Format". The eccentricity has no decimal point.
FIELDS = {
    1: (
        _NUMBER_FIELD,
        Field("epoch year", 19, 20, _DIGITS),
        Field("epoch day", 21, 32, _NUMBER, 1.0, 367.0),
        Field("first derivative of the mean motion", 34, 43, _NUMBER),
        Field("second derivative of the mean motion", 45, 52, _POWER, has_point=False),
        Field("B*", 54, 61, _POWER, has_point=False),
        Field("element set number", 65, 68, _DIGITS, may_be_blank=True),
    ),
    2: (
        _NUMBER_FIELD,
        Field("inclination", 9, 16, _NUMBER, 0.0, 180.0),
        Field("right ascension of the node", 18, 25, _NUMBER, 0.0, 360.0),
        Field("eccentricity", 27, 33, _DIGITS),
        Field("argument of perigee", 35, 42, _NUMBER, 0.0, 360.0),
        Field("mean anomaly", 44, 51, _NUMBER, 0.0, 360.0),
        Field("mean motion", 53, 63, _NUMBER, 1e-3, 20.0),
        Field("revolution number", 64, 68, _DIGITS, may_be_blank=True),
    ),
}


@dataclass(frozen=True)
class Line:
    """A line of the file and its number, counted from 1."""

    number: int
    text: str


def checksum(text: str) -> int:
    """Sum of the digits of the first 68 columns, a minus counting 1, modulo 10."""
    return sum(int(c) if c in "0123456789" else c == "-" for c in text[: LINE_LENGTH - 1]) % 10


def read_tle(path: Path, text: str) -> Catalogue:
    """Read two-line element sets.

    Lines that are empty or begin with ``#`` are skipped.

    Parameters
    ----------
    path : Path
        Named in error messages.
    text : str
        What the file holds.

    Raises
    ------
    InputError
        At the first fault: file, line, what is wrong.
    """
    satrec = sgp4_api().Satrec
    names, satellites = [], []
    for name, first, second in _element_sets(path, text):
        for kind, line in ((1, first), (2, second)):
            fault = _fault(line.text, kind)
            if fault:
                raise InputError(f"{path}: line {line.number}: {fault}")
        if first.text[2:7] != second.text[2:7]:
            raise InputError(
                f"{path}: line {second.number}: catalogue number {second.text[2:7]!r} is not that "
                f"of line {first.number}, {first.text[2:7]!r}"
            )
        names.append(name or first.text[2:7].strip())
        satellites.append(satrec.twoline2rv(first.text, second.text))
    if not satellites:
        raise InputError(f"{path}: no element sets, the file is empty")
    return collect(names, satellites)


def _element_sets(path: Path, text: str) -> Iterator[tuple[str, Line, Line]]:
    """Name (empty if there is none), first and second line of each element set."""
    numbered = (Line(number, line.rstrip()) for number, line in enumerate(text.splitlines(), 1))
    lines = (line for line in numbered if line.text and not line.text.startswith("#"))
    for line in lines:
        name = ""
        first = line
        if not line.text.startswith(("1 ", "2 ")):
            name = line.text.removeprefix("0 ").strip()
            first = _next(lines, path, line, "1")
        elif line.text.startswith("2 "):
            raise InputError(f"{path}: line {line.number}: a line 2 without its line 1")
        yield name, first, _next(lines, path, first, "2")


def _next(lines: Iterator[Line], path: Path, after: Line, digit: str) -> Line:
    """Return the next line, which must begin with a digit and a space."""
    line = next(lines, None)
    if line is None:
        raise InputError(
            f"{path}: line {after.number}: the file ends here, a line beginning with "
            f"'{digit} ' must follow"
        )
    if not line.text.startswith(f"{digit} "):
        shown = line.text if len(line.text) <= 30 else f"{line.text[:30]}…"
        raise InputError(
            f"{path}: line {line.number}: must begin with '{digit} ', begins {shown!r}"
        )
    return line


def _fault(text: str, kind: int) -> str | None:
    """Say what is wrong with a line of an element set."""
    if len(text) != LINE_LENGTH:
        return f"has {len(text)} characters, a line of an element set has {LINE_LENGTH}"
    if text[-1] not in "0123456789":
        return f"checksum {text[-1]!r} (column {LINE_LENGTH}) is not a digit"
    faults = (_field_fault(text, field) for field in FIELDS[kind])
    field_fault = next((fault for fault in faults if fault), None)
    if field_fault:
        return field_fault
    if int(text[-1]) != checksum(text):
        return f"checksum is {text[-1]}, the line adds up to {checksum(text)}"
    return None


def _field_fault(text: str, field: Field) -> str | None:
    raw = text[field.first - 1 : field.last]
    value = raw if field.written is _POWER else raw.strip()
    if field.may_be_blank and not value:
        return None
    place = f"{field.name} {raw!r} (columns {field.first}-{field.last})"
    if not field.written.fullmatch(value):
        return f"{place} is not a number"
    if field.has_point and not field.low <= float(value) <= field.high:
        return f"{place} must be from {field.low:g} to {field.high:g}"
    return None
