"""Keys that hold several values: what may be written for them, and how they are kept."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import BeforeValidator

LARGEST_NUMBER = 999_999_999
"""Catalogue numbers have at most nine digits (CCSDS 502.0)."""
LARGEST_HEIGHT_KM = 10_000_000

_RANGE = re.compile(r"([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?")


@dataclass(frozen=True)
class Listed:
    """Mark of a key that holds a list: what it may hold, in words, and an example."""

    words: str
    example: str


def _items(value: object) -> list[object]:
    """Items of a list; a value alone is a list of one, and text may have commas."""
    if isinstance(value, list | tuple):
        items = list(value)
    elif isinstance(value, str):
        items = [part.strip() for part in value.split(",")]
    else:
        items = [value]
    if not items:
        raise ValueError("empty")
    return items


def tables(value: object) -> tuple[object, ...]:
    """Take a list of tables, at least one."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("not a list of tables")
    return tuple(value)


def _names(value: object) -> tuple[str, ...]:
    names = _items(value)
    for name in names:
        if not isinstance(name, str) or not name.strip() or not name.isprintable():
            raise ValueError("not a name")
    return tuple(str(name).strip() for name in names)


def _numbers(value: object) -> tuple[int | str, ...]:
    return tuple(_number(item) for item in _items(value))


def _number(item: object) -> int | str:
    if type(item) is int:
        first = last = item
    else:
        match = _RANGE.fullmatch(item.strip()) if isinstance(item, str) else None
        if match is None:
            raise ValueError("not a number or a range")
        first, last = int(match[1]), int(match[2] or match[1])
    if not 1 <= first <= last <= LARGEST_NUMBER:
        raise ValueError("out of range")
    return first if first == last else f"{first}-{last}"


def _heights(value: object) -> tuple[float, float]:
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise ValueError("not two numbers")
    if any(type(bound) not in (int, float) for bound in value):
        raise ValueError("not two numbers")
    low, high = (float(bound) + 0.0 for bound in value)
    if not 0.0 <= low < high <= LARGEST_HEIGHT_KM:
        raise ValueError("out of range")
    return low, high


def number_range(item: int | str) -> tuple[int, int]:
    """First and last number of an item of a list of numbers."""
    first, _, last = str(item).partition("-")
    return int(first), int(last or first)


def _list_of(
    convert: Callable[[object], object], words: str, example: str
) -> tuple[BeforeValidator, Listed]:
    return BeforeValidator(convert), Listed(words, example)


_OF_NAMES = _list_of(_names, "a list of texts, at least one", '["OWN-*"]')
_OF_NUMBERS = _list_of(
    _numbers,
    'a list of whole numbers from 1 to 999999999 and ranges such as "90001-90120", at least one',
    '[90001, "90010-90020"]',
)
_OF_HEIGHTS = _list_of(
    _heights,
    "a list of two numbers, in km, the lower first, at least 0 and at most 10000000",
    "[500, 700]",
)

Names = Annotated[tuple[str, ...], *_OF_NAMES]
Numbers = Annotated[tuple[int | str, ...], *_OF_NUMBERS]
Heights = Annotated[tuple[float, float], *_OF_HEIGHTS]
