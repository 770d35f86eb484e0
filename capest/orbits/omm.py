"""Orbit mean-elements messages (CCSDS 502.0) as CelesTrak writes them: CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.orbits.catalogue import Catalogue, collect, sgp4_api

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

# SGP4 does not compute with these, and the package's catalogue numbers end at 339,999.
_BOOKKEEPING = {
    "CLASSIFICATION_TYPE": "U",
    "OBJECT_ID": "",
    "EPHEMERIS_TYPE": "0",
    "ELEMENT_SET_NO": "999",
    "REV_AT_EPOCH": "0",
    "NORAD_CAT_ID": "0",
}


def read_omm_csv(path: Path, text: str) -> Catalogue:
    """Read messages in CSV, one a line, under CelesTrak's column names.

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
    reader = csv.DictReader(text.splitlines(), strict=True)
    places, rows = [], []
    try:
        missing = [key for key in REQUIRED if key not in (reader.fieldnames or ())]
        if missing:
            raise InputError(f"{path}: line 1: no column {', '.join(missing)}")
        for row in reader:
            places.append(f"line {reader.line_num}")
            rows.append(row)
    except csv.Error as error:
        raise InputError(f"{path}: line {reader.reader.line_num}: {error}") from error
    return _catalogue(path, places, rows)


def read_omm_json(path: Path, text: str) -> Catalogue:
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
    try:
        messages = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{path}: line {error.lineno}: not JSON: {error.msg}") from error
    if isinstance(messages, dict):
        messages = [messages]
    places = [f"message {number}" for number, _ in enumerate(messages, 1)]
    for place, message in zip(places, messages, strict=True):
        if not isinstance(message, dict):
            raise InputError(f"{path}: {place}: must be an object, is {message!r:.40}")
    return _catalogue(path, places, messages)


def _catalogue(
    path: Path, places: Sequence[str], messages: Sequence[Mapping[str, Any]]
) -> Catalogue:
    if not messages:
        raise InputError(f"{path}: no messages, the file is empty")
    names, satellites = [], []
    for place, message in zip(places, messages, strict=True):
        fields = {
            key: str(value).strip() for key, value in message.items() if value is not None and key
        }
        fault = _fault(fields, None in message)
        if fault:
            raise InputError(f"{path}: {place}: {fault}")
        names.append(fields.get("OBJECT_NAME") or fields["NORAD_CAT_ID"])
        satellites.append(_satellite(fields))
    return collect(names, satellites)


def _fault(fields: Mapping[str, str], has_extra: bool) -> str | None:
    """Say what is wrong with a message."""
    if has_extra:
        return "has more values than the heading has columns"
    for key in REQUIRED:
        if not fields.get(key):
            return f"{key} is missing"
    for key, right in (
        ("REF_FRAME", "TEME"),
        ("TIME_SYSTEM", "UTC"),
        ("MEAN_ELEMENT_THEORY", "SGP4"),
    ):
        if fields.get(key, right) != right:
            return f"{key} = {fields[key]!r}: must be {right}"
    if not fields["NORAD_CAT_ID"].isdecimal():
        return f"NORAD_CAT_ID = {fields['NORAD_CAT_ID']!r}: not a whole number"
    try:
        _epoch(fields["EPOCH"])
    except ValueError:
        return f"EPOCH = {fields['EPOCH']!r}: not a date and time like 2024-05-06T07:08:09.123456"
    for key, (low, high) in RANGES.items():
        try:
            value = float(fields[key])
        except ValueError:
            return f"{key} = {fields[key]!r}: not a number"
        if not low <= value <= high:
            return f"{key} = {fields[key]!r}: must be from {low:g} to {high:g}"
    return None


def _epoch(text: str) -> datetime:
    """UTC without a time zone."""
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _satellite(fields: Mapping[str, str]) -> Any:
    """Hand a message without faults to the sgp4 package."""
    satellite = sgp4_api().Satrec()
    from sgp4 import omm

    epoch = _epoch(fields["EPOCH"]).strftime("%Y-%m-%dT%H:%M:%S.%f")
    omm.initialize(satellite, {**fields, **_BOOKKEEPING, "EPOCH": epoch})
    return satellite
