"""Two-line element sets, with or without a line for the name (CelesTrak's 2LE, TLE and 3LE)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from capest.errors import InputError
from capest.orbits.element_sets import TAKE, ElementFile, ElementSet, kind_of
from capest.orbits.file_text import cut, describe, misleading, not_plain
from capest.orbits.records import Sgp4Input

LINE_LENGTH = 69
SHORTEST = {1: 64, 2: 68}
"""Least columns of a line without its checksum, as in the sgp4 package's own reader: behind them
stand only counters that no orbit depends on."""

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")
_DIGITS = re.compile(r"[0-9]+")
_POWER = re.compile(r"[ +-][0-9]{5}[+-][0-9]")
_CATALOGUE_NUMBER = re.compile(r"[0-9A-HJ-NP-Z]?[0-9]{1,4}")
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Alpha-5: the first digit of numbers from 100,000 on, 10 to 33."""

# Columns, counted from 1, that are blank or hold a decimal point.
_LAYOUT = {
    1: ((2, 9, 18, 33, 44, 53, 62, 64), (24, 35)),
    2: ((2, 8, 17, 26, 34, 43, 52), (12, 21, 38, 47, 55)),
}
_COUNTS = re.compile(r"[0-9]+(\s+[0-9]+)*")
"""What programs write above element sets: the numbers of planes and of satellites in each."""


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


def catalogue_number(text: str) -> int:
    """Read a catalogue number of digits or in Alpha-5: ``"T0002"`` is 270002."""
    text = text.strip()
    if text[0] in _LETTERS:
        return 10_000 * (10 + _LETTERS.index(text[0])) + int(text[1:])
    return int(text)


def read_tle(path: Path, text: str) -> ElementFile:
    """Read two-line element sets.

    Empty lines are skipped. Lines that begin with ``#`` and lines above the first element set are
    skipped with a note. Column 69, the checksum, may be missing.

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
    lines, skipped = _lines_of_sets(path, text)
    found, unchecked = [], 0
    for name, first, second in _element_sets(path, lines):
        for kind, line in ((1, first), (2, second)):
            fault = _fault(line.text, kind)
            if fault:
                raise InputError(f"{path}: line {line.number}{fault}")
            unchecked += len(line.text) < LINE_LENGTH
        written = first.text[2:7]
        if written != second.text[2:7]:
            raise InputError(
                f"{path}: line {second.number}: catalogue number {second.text[2:7]!r} is not that "
                f"of line {first.number}, {written!r}"
            )
        elements = Sgp4Input(lines=(first.text, second.text))
        label = name or written.strip()
        number = catalogue_number(written)
        sort = kind_of("", name)
        decay_jd = float("inf")
        found.append(ElementSet(name, number, label, sort, decay_jd, elements.record(), elements))
    notes = [_skipped_note(path, skipped)] if skipped else []
    if unchecked:
        notes.append(
            f"{path}: {unchecked} of {2 * len(found)} lines have no checksum (column "
            f"{LINE_LENGTH}) and were read without this check"
        )
    return ElementFile(found, tuple(notes))


def _lines_of_sets(path: Path, text: str) -> tuple[list[Line], list[Line]]:
    """Lines of names and elements, and lines that were skipped and are not empty."""
    filled = [
        Line(number, stripped)
        for number, line in enumerate(text.split("\n"), 1)
        if (stripped := line.rstrip(" "))
    ]
    lines = [line for line in filled if not line.text.startswith("#")]
    start = next((k for k, line in enumerate(lines) if _is_of_elements(line.text)), None)
    if start is None:
        if not lines:
            raise InputError(f"{path}: no element sets, the file is empty")
        raise InputError(
            f"{path}: no element sets: no line begins with '1 ', line {lines[0].number} with "
            f"{cut(lines[0].text)}; {TAKE}"
        )
    if start and not _is_heading(lines, start - 1):
        start -= 1
    heads = {line.number for line in lines[:start]}
    skipped = [line for line in filled if line.number in heads or line.text.startswith("#")]
    for line in lines[start:]:
        if not (line.text.isascii() and line.text.isprintable()):
            _refuse_misleading(path, line)
    return lines[start:], skipped


def _is_of_elements(text: str) -> bool:
    return text.startswith(("1 ", "2 ")) and not _COUNTS.fullmatch(text)


def _is_heading(lines: Sequence[Line], above: int) -> bool:
    """Tell whether the line above the first element set is none of its own.

    It is a name, unless it only counts or the sets that follow have no names.
    """
    text, following = lines[above].text, lines[above + 3 : above + 4]
    if text.startswith("0 "):
        return False
    return bool(_COUNTS.fullmatch(text) or any(line.text.startswith("1 ") for line in following))


def _refuse_misleading(path: Path, line: Line) -> None:
    """Refuse characters that only look right; a name may have letters of any language."""
    elements = line.text.startswith(("1 ", "2 "))
    at = not_plain(line.text) if elements else misleading(line.text)
    if at >= 0:
        raise InputError(f"{path}: line {line.number}, column {at + 1}: {describe(line.text[at])}")


def _skipped_note(path: Path, skipped: Sequence[Line]) -> str:
    numbers = ", ".join(str(line.number) for line in skipped[:3])
    more = f" and {len(skipped) - 3} more" if len(skipped) > 3 else ""
    return (
        f"{path}: line{'s' if len(skipped) > 1 else ''} {numbers}{more} skipped, no element sets: "
        f"{cut(skipped[0].text)}{' …' if len(skipped) > 1 else ''}"
    )


def _element_sets(path: Path, filled: Sequence[Line]) -> Iterator[tuple[str, Line, Line]]:
    """Name (empty if there is none), first and second line of each element set."""
    lines = iter(filled)
    for line in lines:
        name = ""
        first = line
        if not line.text.startswith(("1 ", "2 ")):
            name = line.text.removeprefix("0 ").strip(" ")
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
        raise InputError(
            f"{path}: line {line.number}: must begin with '{digit} ', begins {cut(line.text)}"
        )
    return line


def _fault(text: str, kind: int) -> str | None:
    """Say what is wrong with a line of an element set, and where in it."""
    if not SHORTEST[kind] <= len(text) <= LINE_LENGTH:
        return (
            f": has {len(text)} characters, a line of an element set has {LINE_LENGTH}, "
            f"or {LINE_LENGTH - 1} without its checksum"
        )
    if len(text) < LINE_LENGTH:
        return _layout_fault(text, kind) or _fields_fault(text, kind)
    if text[-1] not in "0123456789":
        return f": checksum {text[-1]!r} (column {LINE_LENGTH}) is not a digit"
    field_fault = _fields_fault(text, kind)
    if field_fault:
        return field_fault
    if int(text[-1]) != checksum(text):
        return f": checksum is {text[-1]}, the line adds up to {checksum(text)}"
    return None


def _layout_fault(text: str, kind: int) -> str | None:
    """Say where columns are shifted, which no checksum shows in a line that has none."""
    for columns, wanted, called in zip(_LAYOUT[kind], " .", ("blank", "a point"), strict=True):
        for column in columns:
            if text[column - 1] != wanted:
                return (
                    f", column {column}: must be {called}, is {text[column - 1]!r} "
                    f"(the line has {len(text)} of {LINE_LENGTH} characters)"
                )
    return None


def _fields_fault(text: str, kind: int) -> str | None:
    faults = (_field_fault(text, field) for field in FIELDS[kind])
    return next((f": {fault}" for fault in faults if fault), None)


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
