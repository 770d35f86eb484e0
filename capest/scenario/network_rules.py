"""The rules of a network that came after version 0.2, and what each key is without them.

``rules = "0.2"`` at the top of a scenario computes what capest 0.2 computed; ``rules = "0.3"``
switches every later rule on. A key that somebody wrote, or that a preset supplies, stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Version = Literal["0.2", "0.3"]

DEFAULT: Version = "0.3"
"""The rules of a scenario that names none."""


@dataclass(frozen=True)
class RuleValues:
    """What a key is where nobody gives it, by the rules of the scenario.

    Attributes
    ----------
    of_02, of_03 : value
        ``None`` leaves the key to what follows from others.
    """

    of_02: Any
    of_03: Any


RULES: dict[str, RuleValues] = {
    "carrier.guard_band": RuleValues(of_02="smaller-channel", of_03="wider-channel"),
    "cells.diameter_from": RuleValues(of_02="satellite", of_03="constellation"),
    "handset.power_reduction_db": RuleValues(0.0, 1.0),
    "link.harq": RuleValues(of_02="uncharged", of_03=None),
    "link.overhead": RuleValues(of_02=0.14, of_03=0.25),
    "satellite.steering_loss_exponent": RuleValues(of_02=0.0, of_03=1.3),
    "service.header_share": RuleValues(0.0, 0.10),
    "uplink.bandwidth_mhz": RuleValues(of_02=0.36, of_03=None),
    "uplink.control_share": RuleValues(of_02=0.0, of_03=0.06),
    "uplink.interference": RuleValues(of_02="off", of_03=None),
    "uplink.overhead": RuleValues(of_02=0.08, of_03=0.14),
    "uplink.width": RuleValues(of_02="fixed", of_03="least-share"),
}
"""Dotted key -> its values, by the alphabet."""


LATER_KEYS = {
    *("link.harq", "uplink.width", "service.header_share", "handset.power_reduction_db"),
    *("cells.order", "cells.preference"),
}
"""Keys that version 0.2 did not know: a file with one of them is of a later version."""

_FREE_IN_02 = {"uplink.bandwidth_mhz"}
"""Keys that a scenario of 0.2 could have at any value by the rules of 0.2."""

_ASSIGNMENTS_OF_02 = {
    *("highest-elevation", "max-sinr", "greedy-demand", "least-loaded", "solved"),
}
"""What ``cells.assignment`` could be in version 0.2, which took the first where nobody chose. No
rule brings it back: a scenario by the rules of 0.2 that names none is told of the default."""


def rules_of(raw: Mapping[str, Any]) -> object:
    """Return the rules that nested values name, or the default."""
    return as_version(raw.get("rules", DEFAULT))


def later_rules(values: Mapping[str, Any]) -> list[str]:
    """Return the keys of rules that hold although the scenario has the rules of 0.2.

    Parameters
    ----------
    values : mapping
        Dotted key -> value, of a valid scenario.
    """
    if values["rules"] != "0.2":
        return []
    rows = ((key, row) for key, row in RULES.items() if key not in _FREE_IN_02)
    found = [key for key, row in rows if values[key] != row.of_02]
    if _has_satellites(values) and values["cells.assignment"] not in _ASSIGNMENTS_OF_02:
        found.append("cells.assignment")
    parts = ("cells.order", "cells.preference")
    return sorted(found + [key for key in parts if values[key] is not None])


def _has_satellites(values: Mapping[str, Any]) -> bool:
    """Tell whether a scenario is of a constellation, whose cells need an assignment."""
    sources = ("shells", "shell", "geostationary", "catalogue")
    return any(values[f"constellation.{name}"] is not None for name in sources)


_REQUIRED = "satellite"


def rule_values(rules: object) -> dict[str, Any]:
    """Return dotted key -> value of all keys that follow from the rules of a scenario.

    Parameters
    ----------
    rules : object
        Value of the key ``rules``; a value that is no version counts as the newest, its fault is
        reported elsewhere.
    """
    hold = later_rules_hold(rules)
    return {key: row.of_03 if hold else row.of_02 for key, row in RULES.items()}


def later_rules_hold(rules: object) -> bool:
    """Tell whether a value of the key ``rules`` switches on what came after version 0.2."""
    return as_version(DEFAULT if rules is None else rules) != "0.2"


def as_version(value: object) -> object:
    """Read a version that is written as a number, ``rules = 0.2``."""
    return str(value) if type(value) is float else value


def with_rules(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Fill the keys of the table that neither a file nor a preset gives, in a copy.

    A section that a scenario must have, and lacks, stays away: that it lacks is the fault to tell.
    """
    filled = dict(raw)
    for key, value in rule_values(raw.get("rules")).items():
        section, _, name = key.partition(".")
        if section == _REQUIRED and section not in filled:
            continue
        table = filled.get(section, {})
        if isinstance(table, Mapping) and name not in table:
            filled[section] = {**table, name: value}
    return filled
