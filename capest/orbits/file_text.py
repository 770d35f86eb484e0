"""Text of a file of element sets: refuses other kinds of files and characters that mislead."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from capest.errors import InputError
from capest.file_kinds import ARCHIVE, SHEET, check_regular, kind_by_content
from capest.orbits.element_sets import TAKE

_REMEDIES = {ARCHIVE: ", unpack it", SHEET: ", save its table as CSV"}
_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)

# Unicode's spaces, invisible marks and controls, but for the space and ends of lines.
_SPACES = "\t\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_INVISIBLE = "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f"
_INVISIBLE += "\u202a-\u202e\u2060-\u2064\u2066-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
_INVISIBLE += "\ufff9-\ufffb\U000e0000-\U000e007f"
_MISLEADING = re.compile(f"[{_SPACES}{_INVISIBLE}]")
_NOT_PLAIN = re.compile("[^ -~]")
_MINUSES = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"


def read_text(path: Path) -> str:
    """Read a text file in UTF-8, with or without a byte order mark.

    Returns
    -------
    str
        Lines end with a line feed alone, however they end in the file.

    Raises
    ------
    InputError
        If there is no such file, or it is no text; one line that says what it is.
    """
    check_regular(path)
    try:
        content = path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    if found := _not_text(path, content):
        raise InputError(f"{path}: is {found}; {TAKE}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        raise InputError(
            f"{path}: {place(before, len(before))}: not a text file in UTF-8 "
            f"(byte 0x{content[error.start]:02x}); save it as UTF-8; {TAKE}"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def place(text: str, index: int) -> str:
    """Line and column of a character, both counted from 1."""
    start = text.rfind("\n", 0, index) + 1
    return f"line {text.count(chr(10), 0, index) + 1}, column {index - start + 1}"


def misleading(text: str, allowed: str = "\n") -> int:
    """Index of the first character that only looks like a space or like nothing, -1 for none.

    Parameters
    ----------
    text : str
    allowed : str
        Characters that may stand there all the same.
    """
    if text.isascii() and text.isprintable():
        return -1
    found = (match.start() for match in _MISLEADING.finditer(text) if match[0] not in allowed)
    return next(found, -1)


def not_plain(text: str) -> int:
    """Index of the first character that is no printable one of ASCII, -1 for none."""
    if text.isascii() and text.isprintable():
        return -1
    found = _NOT_PLAIN.search(text)
    return -1 if found is None else found.start()


def describe(character: str) -> str:
    """Say which character this is, what it looks like and what to write instead."""
    name = "TAB" if character == "\t" else unicodedata.name(character, "a control character")
    called = f"{name} (U+{ord(character):04X})"
    if re.match(f"[{_SPACES}]", character):
        return f"{called} only looks like a space; write spaces"
    if re.match(f"[{_INVISIBLE}]", character):
        return f"{called} cannot be seen; remove it"
    if character in _MINUSES:
        return f"{called} only looks like a minus; write -"
    plain = unicodedata.normalize("NFKC", character)
    if plain != character and plain.isascii() and plain.isprintable():
        return f"{called} only looks like {plain}; write {plain}"
    return f"{called} is none of the characters of an element set"


def cut(text: object, length: int = 40) -> str:
    """Return the repr of a value, shortened to a sensible length."""
    shown = repr(text)
    return shown if len(shown) <= length else f"{shown[: length - 1]}…"


def _not_text(path: Path, content: bytes) -> str:
    """Say what a file is that is no text, empty if it may be one."""
    if found := kind_by_content(path, content):
        return found.name + _REMEDIES.get(found.family, "")
    for mark, encoding in _ENCODINGS:
        if content.startswith(mark):
            return f"text in {encoding}, save it as UTF-8"
    head = content[:4096]
    if b"\x00" not in head:
        return ""
    # Of plain text in UTF-16 every other byte is zero.
    if 2.5 * head.count(0) > len(head) and not (any(head[::2]) and any(head[1::2])):
        return "text in UTF-16, save it as UTF-8"
    return "a binary file"
