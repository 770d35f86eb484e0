"""Orbit mean-elements messages (CCSDS 502.0): what their keywords must hold, in any format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from capest.errors import InputError
from capest.orbits.earth_rotation import julian_date
from capest.orbits.element_sets import ElementFile, ElementSet, kind_of
from capest.orbits.file_text import cut, describe, misleading
from capest.orbits.records import Sgp4Input

# Key: lowest and highest value. The units are CCSDS 502.0's: degrees, revolutions per day.
RANGES = {
    "MEAN_MOTION": (1e-3, 20.0),
    "ECCENTRICITY": (0.0, 0.9999999),
    "INCLINATION": (0.0, 180.0),
    "RA_OF_ASC_NODE": (0.0, 360.0),
    "ARG_OF_PERICENTER": (0.0, 360.0),
    "MEAN_ANOMALY": (0.0, 360.0),
    "BSTAR": (-100.0, 100.0),
    "MEAN_MOTION_DOT": (-100.0, 100.0),
    "MEAN_MOTION_DDOT": (-100.0, 100.0),
}
REQUIRED = ("EPOCH", "NORAD_CAT_ID", *RANGES)
_ONLY = {
    "REF_FRAME": ("TEME",),
    "TIME_SYSTEM": ("UTC",),
    "MEAN_ELEMENT_THEORY": ("SGP4", "SGP/SGP4"),
    "CENTER_NAME": ("EARTH",),
}
"""Keywords with the values that SGP4 asks for."""

FIRST_YEAR = 1957
"""No satellite is older."""

# SGP4 does not compute with these, and the package's catalogue numbers end at 339,999.
_BOOKKEEPING = {
    "CLASSIFICATION_TYPE": "U",
    "OBJECT_ID": "",
    "EPHEMERIS_TYPE": "0",
    "ELEMENT_SET_NO": "999",
    "REV_AT_EPOCH": "0",
    "NORAD_CAT_ID": "0",
}


def read_messages(
    path: Path,
    places: Sequence[str],
    messages: Sequence[Mapping[str, str]],
    notes: Sequence[str] = (),
) -> ElementFile:
    """Turn messages into element sets.

    Parameters
    ----------
    path : Path
        Named in error messages.
    places : sequence of str
        Where each message stands in the file.
    messages : sequence of mapping
        Keyword to value, as the file has them; empty values are none.
    notes : sequence of str
        How the file was read.

    Raises
    ------
    InputError
        At the first fault: file, which message, what is wrong.
    """
    if not messages:
        raise InputError(f"{path}: no messages, the file is empty")
    found = []
    for at, message in zip(places, messages, strict=True):
        fault = _fault(message)
        if fault:
            raise InputError(f"{path}: {at}: {fault}")
        name, written = message.get("OBJECT_NAME", ""), message["NORAD_CAT_ID"]
        kind = kind_of(message.get("OBJECT_TYPE", ""), name)
        decay = message.get("DECAY_DATE", "")
        decay_jd = sum(julian_date(_moment(decay))) if decay else float("inf")
        elements = _elements(message)
        label, record = name or written, elements.record()
        found.append(ElementSet(name, int(written), label, kind, decay_jd, record, elements))
    return ElementFile(found, tuple(notes))


def _fault(fields: Mapping[str, str]) -> str | None:
    """Say what is wrong with a message."""
    for key in REQUIRED:
        if not fields.get(key):
            return f"{key} is missing"
    for key, right in _ONLY.items():
        if fields.get(key, "").upper() not in ("", *right):
            return f"{key} = {cut(fields[key])}: must be {right[0]}"
    number = fields["NORAD_CAT_ID"]
    if not (number.isascii() and number.isdecimal() and len(number) <= 9):
        return f"NORAD_CAT_ID = {cut(number)}: not a whole number of at most 9 digits"
    for key, like in (("EPOCH", "and time like 2024-05-06T07:08:09.123456"), ("DECAY_DATE", "")):
        try:
            if fields.get(key):
                _moment(fields[key])
        except (ValueError, OverflowError):
            return f"{key} = {cut(fields[key])}: not a date {like or 'like 2024-05-06'}"
    for key, (low, high) in RANGES.items():
        text = fields[key]
        try:
            # Python also reads full-width digits and 1_000.
            value = float(text) if text.isascii() and "_" not in text else None
        except ValueError:
            value = None
        if value is None or text != text.strip():
            return f"{key} = {cut(text)}: not a number"
        if not low <= value <= high:
            return f"{key} = {cut(text)}: must be from {low:g} to {high:g}"
    name = fields.get("OBJECT_NAME", "")
    if (at := misleading(name)) >= 0:
        return f"OBJECT_NAME = {cut(name)}: {describe(name[at])}"
    return None


def _moment(text: str) -> datetime:
    """UTC without a time zone; CCSDS 502.0 also knows the day of the year, 2024-127T07:08:09."""
    if not text.isascii():
        raise ValueError(text)
    day_of_year = text.partition("T")[0].count("-") == 1 and "W" not in text
    if day_of_year:
        date, _, time = text.partition("T")
        midnight = datetime.strptime(date, "%Y-%j")
        moment = datetime.fromisoformat(f"{midnight:%Y-%m-%d}T{time or '00:00'}")
    else:
        moment = datetime.fromisoformat(text)
    if moment.tzinfo is not None:
        moment = moment.astimezone(UTC).replace(tzinfo=None)
    if moment.year < FIRST_YEAR:
        raise ValueError(text)
    return moment


def _elements(fields: Mapping[str, str]) -> Sgp4Input:
    """Keep what SGP4 takes of a message without faults."""
    epoch = _moment(fields["EPOCH"]).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return Sgp4Input(fields=tuple({**fields, **_BOOKKEEPING, "EPOCH": epoch}.items()))
