"""When the keys of block errors, of hops and of a phone's width are read."""

from __future__ import annotations

from capest.scenario.harq import FITTED, bridges_hops, harq_mode
from capest.scenario.reading import CALLS, ReadCondition, Values, chosen


def _fitted(values: Values) -> str | None:
    return FITTED if values["link.adaptation"] == "truncated-shannon" else None


def _no_processes(values: Values) -> str | None:
    mode = harq_mode(values)
    return None if mode == "on" else f'HARQ is "{mode}" and takes no processes'


def _no_round_trips(values: Values) -> str | None:
    if values["link.harq"] is None and _fitted(values) is None:
        return None
    return CALLS.lacks(values)


def _no_hops(values: Values) -> str | None:
    return None if bridges_hops(values) else CALLS.lacks(values)


def _errors_repaired(values: Values) -> str | None:
    mode = harq_mode(values)
    if mode == "off":
        return None
    return f'link.harq is "{mode}": links are adapted to 10 % block errors'


def _one_width(values: Values) -> str | None:
    if values["uplink.interference"] == "full-buffer":
        return 'users that send in turn all the time have one width: "full-buffer"'
    return CALLS.lacks(values)


NR = chosen("link.adaptation", "nr-cqi", "nr-mcs")
CHARGEABLE = ReadCondition(
    'with `link.adaptation` = "nr-cqi" or "nr-mcs", as truncated Shannon is fitted to throughput',
    _fitted,
)
REPAIRED = ReadCondition("with HARQ on", _no_processes, neutral=True)
ROUND_TRIPS = ReadCondition(
    "with a service of guaranteed rate, or where `link.harq` is automatic", _no_round_trips
)
OVER_HOPS = ReadCondition(
    'with a service of guaranteed rate, or HARQ on and `satellite.payload` = "transparent"',
    _no_hops,
)
NOT_REPAIRED = ReadCondition("with HARQ off", _errors_repaired, neutral=True)
OF_CALLS = ReadCondition(
    'with a service of guaranteed rate, and `uplink.interference` other than "full-buffer"',
    _one_width,
    neutral=True,
)
