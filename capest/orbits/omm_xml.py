"""Orbit mean-elements messages in XML (CCSDS 505.0): one ``omm``, or many in an ``ndm``."""

from __future__ import annotations

from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from capest.errors import InputError
from capest.orbits.element_sets import TAKE, ElementFile
from capest.orbits.file_text import cut, describe, misleading, place
from capest.orbits.omm import RANGES, read_messages

# The units CCSDS 505.0 allows these elements to name, beside none.
_UNITS = {
    "MEAN_MOTION": ("rev/day", "REV/DAY"),
    "MEAN_MOTION_DOT": ("rev/day**2", "REV/DAY**2"),
    "MEAN_MOTION_DDOT": ("rev/day**3", "REV/DAY**3"),
    "BSTAR": ("1/ER",),
    "INCLINATION": ("deg", "DEG"),
    "RA_OF_ASC_NODE": ("deg", "DEG"),
    "ARG_OF_PERICENTER": ("deg", "DEG"),
    "MEAN_ANOMALY": ("deg", "DEG"),
}
_BLANK = " \t\n"


class _Reader:
    """What the parser calls: gathers keyword and text of every segment of every message."""

    def __init__(self, path: Path, lines_above: int) -> None:
        self.path = path
        self.lines_above = lines_above
        self.places: list[str] = []
        self.messages: list[dict[str, str]] = []
        self.root = ""
        self._message: dict[str, str] | None = None
        self._words: list[str] = []
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        # Entities are declared in a document type: without one there is nothing to expand or fetch.
        self.parser.StartDoctypeDeclHandler = self._doctype

    def refuse(self, what: str) -> NoReturn:
        column = self.parser.CurrentColumnNumber + 1
        raise InputError(f"{self.path}: {self._line()}, column {column}: {what}")

    def _line(self) -> str:
        return f"line {self.parser.CurrentLineNumber + self.lines_above}"

    def _doctype(self, name: str, *_: object) -> None:
        self.refuse(f"declares a document type, {cut(name)}, which OMM has not; {TAKE}")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(" ")[2]
        if not self.root:
            self.root = name
            if name not in ("omm", "ndm"):
                self.refuse(f"is XML, but not OMM: its root is <{name[:40]}>; {TAKE}")
        elif name == "segment":
            self._message = {}
            self.places.append(self._line())
        units = attributes.get("units")
        if units is not None and name in RANGES and units not in _UNITS.get(name, ()):
            right = _UNITS[name][0] if name in _UNITS else "none"
            self.refuse(f"{name} has the units {cut(units)}: must be {right}")
        self._words = []

    def _text(self, words: str) -> None:
        self._words.append(words)

    def _end(self, tag: str) -> None:
        name = tag.rpartition(" ")[2]
        if self._message is None:
            return
        if name == "segment":
            self.messages.append(self._message)
            self._message = None
            return
        text = "".join(self._words).strip(_BLANK)
        self._words = []
        if not text:
            return
        # A comment may stand several times; so may what a user defines.
        if name in self._message and name in ("EPOCH", "NORAD_CAT_ID", *RANGES):
            self.refuse(f"{name} stands twice in one message")
        self._message[name] = text


def read_omm_xml(path: Path, text: str) -> ElementFile:
    """Read messages in XML.

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
    at = misleading(text, "\n\t")
    if at >= 0:
        raise InputError(f"{path}: {place(text, at)}: {describe(text[at])}")
    # Nothing may stand above a declaration, but blank lines do no harm.
    start = text.lstrip(_BLANK)
    lines_above = text[: len(text) - len(start)].count("\n")
    reader = _Reader(path, lines_above)
    try:
        # As text: what the declaration says of an encoding is no longer so.
        reader.parser.Parse(start, True)
    except expat.ExpatError as error:
        line, what = error.lineno + lines_above, expat.errors.messages[error.code]
        raise InputError(
            f"{path}: line {line}, column {error.offset + 1}: broken XML: {what}; {TAKE}"
        ) from None
    if not reader.messages:
        raise InputError(f"{path}: no messages: <{reader.root}> has no <segment> of an OMM; {TAKE}")
    return read_messages(path, reader.places, reader.messages)
