"""Reads a TOML file and says what is wrong with one that cannot be read."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.scenario.nearest import nearest
from capest.shown import one_line


def near_sibling(path: Path) -> str:
    """Suggest a file beside a missing one, with the words before it; empty if none is like it."""
    try:
        siblings = [entry.name for entry in path.parent.iterdir() if entry.suffix == ".toml"]
    except (OSError, ValueError):
        return ""
    found = nearest(path.name, siblings)
    return f"; did you mean {path.parent / found}?" if found else ""


def read_toml(
    path: Path, hint: Callable[[Path], str] = near_sibling, largest_bytes: int | None = None
) -> dict[str, Any]:
    """Read a TOML file: `read_text`, then `parse_toml`."""
    return parse_toml(path, read_text(path, hint, largest_bytes))


def read_text(
    path: Path, hint: Callable[[Path], str] = near_sibling, largest_bytes: int | None = None
) -> str:
    """Read a text file.

    Parameters
    ----------
    path : Path
    hint : callable
        Takes the path of a missing file; returns what it may have meant, from a semicolon on.
    largest_bytes : int, optional
        Of a file that is read at all.

    Raises
    ------
    InputError
        Saying why the file cannot be read.
    """
    check_regular(path)
    shown = one_line(str(path))
    try:
        if largest_bytes is not None and (size := path.stat().st_size) > largest_bytes:
            raise InputError(
                f"{shown}: has {size:,} bytes; such a file has some kilobytes, and "
                f"{largest_bytes:,} bytes at most are read"
            )
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file{hint(path)}") from None
    except IsADirectoryError:
        raise InputError(f"{path}: is a directory; name a TOML file in it") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{str(path)!r}: cannot be read: {reason}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}: is not UTF-8 text (byte {error.start}, line {line}); save it as UTF-8"
        ) from None


def parse_toml(path: Path, text: str) -> dict[str, Any]:
    """Parse the text of a TOML file.

    Parameters
    ----------
    path : Path
        For messages.
    text : str

    Raises
    ------
    InputError
        Saying what is wrong, with line and column where the parser knows them.
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise InputError(f"{path}: broken TOML: nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: broken TOML: {_with_position(str(error), text)}") from None
    except ValueError:  # Python refuses to read thousands of digits
        raise InputError(f"{path}: broken TOML: a whole number of too many digits") from None


def _with_position(message: str, text: str) -> str:
    """Give line and column also where the parser only says that the text ended."""
    lines = text.split("\n")
    end = f"(at line {len(lines)}, column {len(lines[-1]) + 1}, the end of the file)"
    return message.replace("(at end of document)", end)
