"""Whether block errors are repaired by HARQ, and what a network without it aims at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from capest.errors import InputError, Problem
from capest.scenario.constellation_rules import is_constellation
from capest.scenario.reading import has_calls
from capest.scenario.service_classes import PACKET_ERROR_RATE, service_classes
from capest.scenario.shell_notation import parse_shells
from capest.scenario.shell_tables import tables_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario
    from capest.scenario.sections import ServiceSettings

HIGHEST_KM = 2_000.0
"""Satellites above this height have HARQ off where nobody says otherwise: a round trip takes longer
than packets of a call may wait (Rel-17 lets networks switch the feedback off, TS 38.300 clause
16.14; the height is assumed)."""

GEOSTATIONARY_KM = 35_786.0

FITTED = (
    'link.adaptation = "truncated-shannon" has no block errors to charge: the 0.6 of TR 36.942 is '
    "fitted to throughput, retransmissions included"
)

KEYS = ("link.harq", "link.harq_round_trips")
"""What `round_trips_problem` reads."""


def harq_mode(values: Mapping[str, Any]) -> str:
    """Return "on", "off" or "uncharged", given or as the height of satellites has it.

    Parameters
    ----------
    values : mapping
        Dotted key -> value; ``KeyError`` where one that the answer needs is missing.
    """
    if values["link.adaptation"] == "truncated-shannon":
        return "uncharged"
    given: str | None = values["link.harq"]
    if given is not None:
        return given
    round_trips = values["link.harq_round_trips"]
    if round_trips is not None:
        return "on" if round_trips else "off"
    return "on" if highest_km(values) < HIGHEST_KM else "off"


def highest_km(values: Mapping[str, Any]) -> float:
    """Height of the highest satellite: one way to repair errors has to do for all.

    Of a catalogue it is the most that ``constellation.select.height_km`` allows, else
    ``satellite.altitude_km``, near which its objects are taken.
    """
    altitude_km: float = values["satellite.altitude_km"]
    if not is_constellation(values):
        return altitude_km
    tables = tables_of(values["constellation.shell"])
    found = [0.0]
    places = [values["constellation.geostationary"]]
    places += [table.get("geostationary") for table in tables]
    if any(place is not None for place in places):
        found.append(GEOSTATIONARY_KM)
    if values["constellation.catalogue"] is not None:
        allowed = values["constellation.select.height_km"]
        found.append(altitude_km if allowed is None else allowed[1])
    for orbits in (values["constellation.shells"], *(table.get("orbit") for table in tables)):
        try:
            found += [each.altitude_km for each in parse_shells(orbits)] if orbits else []
        except InputError:
            found.append(altitude_km)  # the fault is reported elsewhere
    return max(found)


def follows_height(values: Mapping[str, Any]) -> bool:
    """Tell whether the height of satellites decides on HARQ, as nobody does."""
    nobody = values["link.harq"] is None and values["link.harq_round_trips"] is None
    return nobody and values["link.adaptation"] != "truncated-shannon"


def bridges_hops(values: Mapping[str, Any]) -> bool:
    """Tell whether answers of HARQ come from the ground, over hops between satellites."""
    return harq_mode(values) == "on" and values["satellite.payload"] == "transparent"


def harq_round_trips(mode: str, given: int | None) -> int:
    """Round trips that delays allow for: given, or one where errors are repaired."""
    if given is not None:
        return given
    return 0 if mode == "off" else 1


def packet_error_rate(service: ServiceSettings, rules: object) -> float:
    """Smallest share of packets that a call may lose; links are adapted alike for all of a mix."""
    calls = [each for each in service_classes(service, rules) if each.guaranteed]
    return min((each.packet_error_rate for each in calls), default=PACKET_ERROR_RATE)


def with_block_errors(content: dict[str, Any], scenario: Scenario) -> dict[str, Any]:
    """Return a section `link` with what trials read of HARQ.

    Nothing where block errors are not charged: fingerprints of 0.2 stay.
    """
    found = {key: value for key, value in content.items() if not key.startswith("harq")}
    if scenario.harq == "on":
        found |= {"harq": "on", "harq_processes": scenario.link.harq_processes}
        values, hops = dict(scenario.items()), scenario.service.inter_satellite_hops
        # Of calls it stands in their own section.
        if hops and bridges_hops(values) and not has_calls(values):
            found["inter_satellite_hops"] = hops
        return found
    if scenario.harq == "off":
        rate = packet_error_rate(scenario.service, scenario.rules)
        return found | {"harq": "off", "packet_error_rate": rate}
    return found


def round_trips_problem(harq: str | None, round_trips: int | None) -> Problem | None:
    """Find out whether a number of round trips fits what is said of HARQ."""
    if round_trips is None or harq in (None, "uncharged") or (harq == "on") == (round_trips > 0):
        return None
    right = "at least 1" if harq == "on" else "0"
    return Problem(
        "link.harq_round_trips",
        round_trips,
        f'must be {right} with link.harq = "{harq}"',
        "leave it out, and it fits",
    )
