"""Which keys of a scenario a comparison of hopping strategies does not read."""

from __future__ import annotations

from collections.abc import Iterator

from capest.errors import InputError
from capest.physics.patterns import takes_hpbw
from capest.scenario.model import Scenario, fields
from capest.scenario.written import UnreadKey

_DOWNLINK = "capest hopping compares the downlink"
_UNREAD = {
    "satellite.payload": "capest hopping shows no delays",
    "satellite.gateway_elevation_deg": "capest hopping shows no delays",
    "satellite.uplink_frequency_ghz": _DOWNLINK,
    "satellite.uplink_antenna_diameter_m": _DOWNLINK,
    "satellite.g_over_t_db_per_k": _DOWNLINK,
    "beams.statistics_count": "capest hopping counts all cells",
    "beams.allocation": "capest hopping compares strategies, see --strategy",
    "handset.transmit_power_dbm": _DOWNLINK,
    "handset.transmit_gain_dbi": _DOWNLINK,
    "uplink": _DOWNLINK,
    "service": "every user wants --demand, whatever the service",
    "scheduler": "the users of a cell share its slots equally",
    "run.block_trials": "capest hopping has no blocks",
    "run.until": "all trials are played",
}
"""Key, or section, -> why."""


def check_one_satellite(scenario: Scenario) -> None:
    """Refuse a constellation, whose satellites share cells that a frame of one cannot plan for.

    Raises
    ------
    InputError
    """
    if scenario.has_constellation:
        raise InputError("beam hopping over a frame is for one satellite, not for a constellation")


def unread_in_hopping(scenario: Scenario, key: str) -> str | None:
    """Tell why a comparison does not read a key, ``None`` where it does."""
    if key == "satellite.antenna_gain_dbi" and not takes_hpbw(scenario.satellite.pattern):
        return "capest hopping shows no coupling loss"
    if key == "beams.statistics_count" and scenario.beams.statistics_count == scenario.beams.count:
        return None  # it says what is done, and may be no more than the beams there are
    return _UNREAD.get(key, _UNREAD.get(key.partition(".")[0]))


def refused(scenario: Scenario, overridden: dict[str, str]) -> Iterator[UnreadKey]:
    """Yield what is asked for on the command line and not read.

    Parameters
    ----------
    scenario : Scenario
    overridden : dict of str to str
        Overridden key to the override's text.
    """
    values = dict(scenario.items())
    for key, text in overridden.items():
        reason = unread_in_hopping(scenario, key)
        if reason is not None and values[key] != fields()[key].default:
            yield UnreadKey(key, values[key], reason, f"remove it; see --set {text}")


def hopping_notes(scenario: Scenario) -> Iterator[str]:
    """Yield a line for what the scenario's file has and a comparison does not read."""
    values = dict(scenario.items())
    written = [key for key in fields() if key in scenario.written and values[key] is not None]
    idle = {key: reason for key in written if (reason := unread_in_hopping(scenario, key))}
    # A file for capest run cannot say how many beams are lit without it.
    idle.pop("beams.allocation", None)
    for section in ("service", "scheduler"):
        keys = [key for key in idle if key.startswith(f"{section}.")]
        if keys:
            yield f"[{section}] is not read: {idle[keys[0]]}"
        for key in keys:
            del idle[key]
    yield from (f"{key} is not read: {reason}" for key, reason in idle.items())
    for note in scenario.notes:
        key = note.partition(" ")[0]
        if key not in fields() or unread_in_hopping(scenario, key) is None:
            yield note
