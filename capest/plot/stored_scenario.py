"""The scenario that a file was computed from, and how many users it has, in words."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from capest.errors import InputError
from capest.results.columns import printable
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.service_classes import service_classes
from capest.scenario.variants import SECTION as VARIANTS

_CHANGES_WHO_ASK = {
    *("users.count", "users.per_beam", "users.placement", "users.activity_factor"),
    *("users.devices_per_person", "service.preset", "service.mix", VARIANTS),
}
"""Keys of a scenario, and the word for its variants, that may change how many ask."""


def stored_scenario(attributes: Mapping[str, Any]) -> Scenario | None:
    """The scenario of a file; None where it does not hold one that can be read again.

    Parameters
    ----------
    attributes : mapping
        Global attributes of a result, a sweep or a study.
    """
    try:
        return load_scenario(tomllib.loads(str(attributes.get("scenario_toml", ""))))
    except (InputError, tomllib.TOMLDecodeError, RecursionError):
        return None


def fingerprint_of(attributes: Mapping[str, Any]) -> str:
    """Fingerprint of the scenario that a file holds; empty where nobody knows it.

    Files of sweeps and of searches hold the scenario of one of their points, and no fingerprint.
    """
    if "scenario_fingerprint" in attributes:
        return printable(str(attributes["scenario_fingerprint"]))
    if "scenario_toml" not in attributes:
        return ""
    scenario = stored_scenario(attributes)
    return fingerprint(scenario) if scenario is not None else ""


def who_ask(attributes: Mapping[str, Any], varied: Iterable[str] = ()) -> str:
    """How many users a trial has, such as "of 20,000 who ask".

    Parameters
    ----------
    attributes : mapping
        Global attributes of a sweep or a study.
    varied : iterable of str
        Keys that have several values in it.

    Returns
    -------
    str
        Empty where a varied key may change it, or where nobody knows.
    """
    if _CHANGES_WHO_ASK & set(varied) or "scenario_toml" not in attributes:
        return ""
    scenario = stored_scenario(attributes)
    if scenario is None:
        return ""
    beam = scenario.users.placement == "beam" and not scenario.has_constellation
    count = scenario.users.per_beam if beam else scenario.users_per_trial
    if not count:
        return ""
    where = " a beam" if beam else ""
    if not service_classes(scenario.service, scenario.rules):
        return f"{count:,} users{where}"
    active = scenario.mean_activity
    if active == 1.0:
        return f"of {count:,}{where} who ask"
    return f"of {count:,} users{where}, of whom {100.0 * active:.3g} % ask at once"
