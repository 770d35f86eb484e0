"""Orbit mean-elements messages as CelesTrak and Space-Track write them in CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.orbits.element_sets import TAKE, ElementFile
from capest.orbits.file_text import cut, describe, misleading, place
from capest.orbits.omm import REQUIRED, read_messages


def read_omm_csv(path: Path, text: str) -> ElementFile:
    """Read messages in CSV, one a line, under the keywords as columns' names.

    Lines that begin with ``#`` are skipped with a note.

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
    lines = text.split("\n")
    comments = [number for number, line in enumerate(lines, 1) if line.startswith("#")]
    lines = ["" if line.startswith("#") else line for line in lines]
    first = next(line for line in lines if line.strip())
    for character, called in (("\t", "tabs"), (";", "semicolons")):
        if character in first and "," not in first:
            at = f"line {lines.index(first) + 1}, column {first.index(character) + 1}"
            raise InputError(f"{path}: {at}: columns are kept apart by {called}: take commas")
    _refuse_misleading(path, "\n".join(lines), "\n")
    reader = csv.DictReader(lines, strict=True)
    places, rows = [], []
    try:
        names = [(name or "").strip(" ") for name in reader.fieldnames or ()]
        at = f"line {reader.line_num}"
        missing = [key for key in REQUIRED if key not in names]
        if missing:
            raise InputError(f"{path}: {at}: no column {', '.join(missing)}")
        twice = next((name for name in names if name and names.count(name) > 1), None)
        if twice is not None:
            raise InputError(f"{path}: {at}: two columns are called {cut(twice)}")
        reader.fieldnames = names
        for row in reader:
            if None in row:
                raise InputError(
                    f"{path}: line {reader.line_num}: has more values than the heading has columns"
                )
            places.append(f"line {reader.line_num}")
            rows.append(_fields(row))
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.reader.line_num}: {error}") from error
    many = f"{len(comments)} lines that begin with # are" if comments[1:] else "a comment is"
    note = f"{path}: {many} skipped (line {comments[0]})" if comments else None
    return read_messages(path, places, rows, [note] if note else [])


def read_omm_json(path: Path, text: str) -> ElementFile:
    """Read messages in JSON, a list of objects with the keywords as keys.

    Parameters
    ----------
    path : Path
        Named in error messages.
    text : str
        What the file holds.

    Raises
    ------
    InputError
        At the first fault: file, which message, what is wrong.
    """
    _refuse_misleading(path, text, "\n\t")
    try:
        messages = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{path}: line {error.lineno}, column {error.colno}: not JSON: {error.msg}; {TAKE}"
        ) from error
    except RecursionError:
        raise InputError(f"{path}: JSON nested too deeply for OMM; {TAKE}") from None
    except ValueError:  # Python refuses to read thousands of digits
        raise InputError(f"{path}: JSON with a whole number of too many digits") from None
    if isinstance(messages, dict):
        messages = [messages]
    places = [f"message {number}" for number, _ in enumerate(messages, 1)]
    for at, message in zip(places, messages, strict=True):
        if not isinstance(message, dict):
            raise InputError(f"{path}: {at}: must be an object, is {cut(message)}; {TAKE}")
        if message and not message.keys() & {*REQUIRED, "OBJECT_NAME"}:
            keys = ", ".join(cut(key) for key in list(message)[:3])
            raise InputError(f"{path}: {at}: is JSON, but not OMM: its keys are {keys}; {TAKE}")
    return read_messages(path, places, [_fields(message) for message in messages])


def _fields(message: Mapping[str, Any]) -> dict[str, str]:
    """Text of the values there are, without the spaces around it."""
    return {
        key: str(value).strip(" ") for key, value in message.items() if value is not None and key
    }


def _refuse_misleading(path: Path, text: str, allowed: str) -> None:
    at = misleading(text, allowed)
    if at >= 0:
        raise InputError(f"{path}: {place(text, at)}: {describe(text[at])}")
