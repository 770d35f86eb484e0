"""Keys of a scenario and their values in words for axes."""

from __future__ import annotations

from typing import Any

from capest.plot.plain_numbers import plain_number
from capest.results.columns import printable
from capest.scenario.units import unit_of, without_unit

_NAMES = {
    "constellation.deployed_fraction": "share of the constellation in orbit",
    "users.count": "users",
    "users.per_beam": "users a beam",
    "beams.frequency_reuse": "frequency reuse",
    "constellation.minimum_elevation_deg": "minimum elevation",
    "satellite.beams_at_once": "beams that a satellite lights at once",
    "carrier.bandwidth_mhz": "bandwidth of the carrier",
    "carrier.frequency_ghz": "frequency of the carrier",
    "service.downlink_kbps": "rate of a call in the downlink",
    "service.uplink_kbps": "rate of a call in the uplink",
    "handset.antenna_gain_dbi": "antenna gain of the phone",
    "handset.body_loss_db": "loss in the body",
    "satellite.antenna_diameter_m": "diameter of the satellite's antenna",
    "satellite.altitude_km": "altitude of the satellite",
    "cells.assignment": "assignment of satellites to cells",
}
"""Names of keys that people vary most."""

_IN_PERCENT = {"constellation.deployed_fraction"}
_UNITS = {"degree": "°", "1/km²": "per km²"}


def key_name(key: str) -> str:
    """What a key is, without its unit: "antenna gain of the phone", "overhead (uplink)"."""
    if key in _NAMES:
        return _NAMES[key]
    section, dot, name = printable(key).rpartition(".")
    words = without_unit(name).replace("_", " ")
    return f"{words} ({section})" if dot else words


def key_unit(key: str) -> str:
    """Unit in which values of a key are shown; empty of a plain number or a choice."""
    if key in _IN_PERCENT:
        return "%"
    unit = unit_of(key)
    return _UNITS.get(unit, unit)


def key_on_axis(key: str) -> str:
    """Label of an axis: name and unit of a key."""
    unit = key_unit(key)
    return f"{key_name(key)}, {unit}" if unit else key_name(key)


def key_value(key: str, value: Any) -> str:
    """A value of a key, without its unit."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return plain_number(value * (100.0 if key in _IN_PERCENT else 1.0))
    return printable(str(value))


def key_value_with_unit(key: str, value: Any) -> str:
    """A value of a key, with its unit if it is a number."""
    text, unit = key_value(key, value), key_unit(key)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return f"{text}{'' if unit == '°' else ' '}{unit}" if is_number and unit else text


def key_is(key: str, value: Any) -> str:
    """A key at a value, in as few words as are clear: "0.5 dBi", "nr-cqi", "users a beam = 40"."""
    text = key_value_with_unit(key, value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if isinstance(value, bool) or (is_number and not key_unit(key)):
        return f"{key_name(key)} = {text}"
    return text
