"""Which keys a scenario reads: what lacks where one is not read, in one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from capest.scenario.constellation_rules import SOURCES
from capest.scenario.derived import is_frame
from capest.scenario.service_classes import all_are_calls, kinds_of_service
from capest.scenario.write import toml_value

Values = Mapping[str, Any]
"""Dotted key -> value, presets resolved and defaults included."""


@dataclass(frozen=True)
class ReadCondition:
    """One thing without which a key is not read.

    Attributes
    ----------
    words : str
        When it holds, for the reference page.
    lacks : callable
        Takes `Values`; returns why a key that needs this is not read, ``None`` where it holds.
    neutral : bool
        A value only makes the key idle (a share of 0, a switch that is off); it belongs to this
        kind of scenario all the same.
    even_default : bool
        Whoever writes the key asks for what is not there, also with its default.
    instead : str
        What to write in place of removing the key, such as 'write beams.allocation = "all-on"'.
    """

    words: str
    lacks: Callable[[Values], str | None]
    neutral: bool = False
    even_default: bool = False
    instead: str = ""


@dataclass(frozen=True)
class Unread:
    """Why a key is not read.

    Attributes
    ----------
    reason : str
    neutral, even_default : bool
        See `ReadCondition`.
    instead : str
        See `ReadCondition`.
    """

    reason: str
    neutral: bool
    even_default: bool = False
    instead: str = ""


def is_constellation(values: Values) -> bool:
    """Tell whether many satellites serve a region; ``KeyError`` where that is not known."""
    return [values[key] for key in SOURCES] != [None] * len(SOURCES)


def in_words(values: Iterable[str]) -> str:
    """Name values as they are written, with "or" between them."""
    return " or ".join(map(toml_value, values))


def chosen(key: str, *wanted: str) -> ReadCondition:
    """Build the condition that a key has one of some values."""
    names = in_words(wanted)

    def lacks(values: Values) -> str | None:
        if values[key] in wanted:
            return None
        return f"only with {key} = {names}, and it is {_shown(values[key])}"

    return ReadCondition(f"with `{key}` = {names}", lacks)


def given(key: str) -> ReadCondition:
    """Build the condition that a key has a value at all."""

    def lacks(values: Values) -> str | None:
        return f"only with {key}, and there is none" if values[key] is None else None

    return ReadCondition(f"with `{key}`", lacks)


def above_zero(key: str) -> ReadCondition:
    """Build the condition that a share is not zero."""

    def lacks(values: Values) -> str | None:
        return None if values[key] > 0.0 else f"{key} = 0"

    return ReadCondition(f"with `{key}` above 0", lacks, neutral=True)


def one_satellite(why: str) -> ReadCondition:
    """Build the condition that there is no constellation; ``why`` says what stands instead."""

    def lacks(values: Values) -> str | None:
        return f"only with one satellite; {why}" if is_constellation(values) else None

    return ReadCondition("with one satellite", lacks)


def _no_constellation(values: Values) -> str | None:
    if is_constellation(values):
        return None
    return "only with a constellation (constellation.shells, geostationary or catalogue)"


CONSTELLATION = ReadCondition("with a constellation", _no_constellation)


def has_calls(values: Values) -> bool:
    """Tell whether some users ask for a guaranteed rate."""
    figures = (values["service.downlink_kbps"], values["service.guaranteed"])
    return kinds_of_service(values["service.mix"], *figures)[0]


def calls_need_uplink(values: Values) -> bool:
    """Tell whether calls are admitted by the uplink too: its figures are all there."""
    return has_calls(values) and not _lacking_uplink(values)


def uplink_interference(values: Values) -> str:
    """Return what disturbs the uplink: "load", "full-buffer" or "off"."""
    given_one: str | None = values["uplink.interference"]
    if is_constellation(values):
        return (given_one or "load") if calls_need_uplink(values) else "off"
    if given_one is None:
        return "load" if calls_need_uplink(values) else "off"
    return "off" if given_one == "load" and not has_calls(values) else given_one


def uplink_is_read(values: Values) -> bool:
    """Tell whether the uplink's figures change a result."""
    return uplink_interference(values) != "off" or calls_need_uplink(values)


def _lacking_uplink(values: Values) -> list[str]:
    keys = [
        *("satellite.uplink_frequency_ghz", "satellite.g_over_t_db_per_k"),
        *("handset.transmit_power_dbm", "handset.transmit_gain_dbi"),
    ]
    if not is_constellation(values):
        keys.append("satellite.uplink_antenna_diameter_m")
    return [key for key in keys if values[key] is None]


def _no_calls(values: Values) -> str | None:
    return None if has_calls(values) else "only with a service of guaranteed rate"


CALLS = ReadCondition("with a service of guaranteed rate", _no_calls)


def has_frame(values: Values) -> bool:
    """Tell whether a trial plays a frame of slots."""
    demand_mbps = values["users.demand_mbps"] if _all_guaranteed(values) is None else None
    return is_frame(values["beams.allocation"], values["beams.slots"], demand_mbps)


def _no_frame(values: Values) -> str | None:
    if has_frame(values):
        return None
    return "only with a frame of slots (beams.slots above 1, or users.demand_mbps)"


FRAME = ReadCondition("with a frame of slots", _no_frame)


def _shared_equally(values: Values) -> str | None:
    return "users of a frame share the slots of their beam equally" if has_frame(values) else None


MOMENT = ReadCondition("without a frame of slots", _shared_equally, neutral=True)


def _all_guaranteed(values: Values) -> str | None:
    keys = ("service.mix", "service.downlink_kbps", "service.guaranteed")
    if all_are_calls(*(values[key] for key in keys)):
        return "every service has a guaranteed rate, which says what its users want"
    return None


FREE_DEMAND = ReadCondition("unless every service has a guaranteed rate", _all_guaranteed)


def _no_uplink(values: Values) -> str | None:
    if uplink_is_read(values):
        return None
    if has_calls(values):
        lacking = ", ".join(_lacking_uplink(values))
        return f"calls are admitted by the downlink alone, as there is no {lacking}"
    if is_constellation(values):
        return "in a constellation only calls need an uplink, and no service has a guaranteed rate"
    return 'uplink.interference = "off", and no service of guaranteed rate needs an uplink'


UPLINK = ReadCondition(
    "with `uplink.interference` or calls whose uplink has all its figures",
    _no_uplink,
    neutral=True,
)


def carriers_ghz(values: Values) -> list[float]:
    """Carrier frequencies on which a user's loss is computed."""
    found = [values["satellite.frequency_ghz"]]
    by_place = values["channel.weather"] != "clear" or values["channel.ionosphere"] == "by-latitude"
    # Under a clear sky that is the same everywhere, the loss of a constellation's uplink follows
    # from that of the downlink.
    if uplink_is_read(values) and (by_place or not is_constellation(values)):
        found.append(values["satellite.uplink_frequency_ghz"] or found[0])
    return found


def _shown(value: Any) -> str:
    return "not given" if value is None else toml_value(value)
