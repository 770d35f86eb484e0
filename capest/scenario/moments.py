"""Moments of time: TOML has them as values, a scenario keeps them as text."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from capest.shown import as_text


def with_text_start(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Write ``constellation.start`` as text where it is a moment of TOML; a copy."""
    section = raw.get("constellation")
    if not isinstance(section, Mapping) or not isinstance(section.get("start"), date | time):
        return dict(raw)
    return {**raw, "constellation": {**section, "start": as_text(section["start"])}}


def utc_text(text: str) -> str:
    """Write a moment with its zone in UTC: equal moments have equal texts.

    Raises
    ------
    ValueError, OverflowError
        If it is no moment of the calendar, or has no zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or not text.isascii():
        raise ValueError(text)
    return as_text(moment.astimezone(UTC))


def zone_hint(text: str) -> str:
    """Say what to write in place of a text that is no moment with its zone."""
    example = 'such as "2026-01-01T00:00:00Z"'
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            time.fromisoformat(text)
        except ValueError:
            return example
        return f"a time needs its date, {example}"
    if moment.tzinfo is not None:
        return f"outside the calendar; {example}"
    return f'for UTC write "{as_text(moment.replace(tzinfo=UTC))}"'
