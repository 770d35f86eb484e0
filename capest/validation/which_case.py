"""Which study case of TR 38.821 a scenario is, by its values."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from capest.validation.cases import case_numbers, study_case

_SECTIONS = ("rules", "satellite", "handset", "beams", "carrier", "channel")

_WITHOUT_EFFECT = {"beams": {"beyond_earth", "bound"}, "uplink": {"overhead", "control_share"}}
"""Keys that leave all figures of a study case as they are: all its beams meet the Earth where the
scenario was accepted, and overheads change rates alone."""

_PLACEMENTS = ("uniform", "beam")
"""Users on a grid of the ground, as in the study, or so many in every beam."""


def which_case(scenario: Mapping[str, Any], link: str) -> int | None:
    """Tell which study case a scenario is.

    Parameters
    ----------
    scenario : mapping
        As a result keeps it, with all its keys.
    link : {"DL", "UL"}
        Whose figures are compared: keys of the uplink count for those of the uplink alone.

    Returns
    -------
    int or None
        ``None`` where it is none of them, in any key that moves the link's distributions.
    """
    users = scenario.get("users", {})
    if users.get("placement") not in _PLACEMENTS or _of_region(scenario):
        return None
    return next(
        (number for number in case_numbers() if _same(scenario, _written(number), link)), None
    )


def _of_region(scenario: Mapping[str, Any]) -> bool:
    """Whether it has a constellation: study cases have one satellite."""
    told = scenario.get("region", {})
    return bool(told.get("kind") or scenario.get("constellation", {}).get("shells"))


def _same(scenario: Mapping[str, Any], case: Mapping[str, Any], link: str) -> bool:
    sections = (*_SECTIONS, "uplink") if link == "UL" else _SECTIONS
    for section in sections:
        ours, theirs = (each.get(section, {}) for each in (scenario, case))
        if not isinstance(ours, dict) or not isinstance(theirs, dict):
            if ours != theirs:
                return False
            continue
        for key in (set(ours) | set(theirs)) - _WITHOUT_EFFECT.get(section, set()):
            if ours.get(key) != theirs.get(key):
                return False
    return _users(scenario) == _users(case)


def _users(scenario: Mapping[str, Any]) -> tuple[Any, ...]:
    """Shares of users behind walls, of which the study has none."""
    users = scenario.get("users", {})
    return tuple(users.get(key) for key in ("indoor_share", "vehicle_share"))


@cache
def _written(number: int) -> dict[str, Any]:
    return tomllib.loads(study_case(number, 1).to_toml())
