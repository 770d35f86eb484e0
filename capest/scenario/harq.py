"""Whether block errors are repaired by HARQ, and what a network without it aims at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from capest.errors import InputError, Problem
from capest.physics.harq import BLOCK_ERROR_RATE
from capest.scenario.constellation_rules import SOURCES, is_constellation
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

MODE_KEYS = (
    *("link.adaptation", "link.harq", "link.harq_round_trips", "satellite.altitude_km"),
    *(*SOURCES, "constellation.select.height_km"),
)
"""What `harq_mode` reads."""

LOSS_KEYS = ("service.guaranteed", "service.packet_error_rate", *MODE_KEYS)
"""What `loss_problem` reads."""


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
    """Height of the highest satellite: one way to repair errors has to do for all."""
    return max(_heights_km(values))


def _heights_km(values: Mapping[str, Any]) -> list[float]:
    """Heights of one satellite, or of the shells and the like of a constellation.

    Of a catalogue those that ``constellation.select.height_km`` allows at the ends, else
    ``satellite.altitude_km``, near which its objects are taken.
    """
    altitude_km: float = values["satellite.altitude_km"]
    if not is_constellation(values):
        return [altitude_km]
    tables = tables_of(values["constellation.shell"])
    places = [
        values["constellation.geostationary"],
        *(each.get("geostationary") for each in tables),
    ]
    found = [GEOSTATIONARY_KM for place in places if place is not None]
    if values["constellation.catalogue"] is not None:
        found += values["constellation.select.height_km"] or [altitude_km]
    for orbit in (values["constellation.shells"], *(each.get("orbit") for each in tables)):
        if orbit is not None:
            try:
                found += [each.altitude_km for each in parse_shells(orbit)]
            except InputError:
                found.append(altitude_km)  # the fault is reported elsewhere
    return found or [altitude_km]


def height_notes(values: Mapping[str, Any]) -> Iterator[str]:
    """Say what becomes of HARQ where its height would have some satellites do otherwise."""
    if not follows_height(values) or harq_mode(values) != "off":
        return
    heights_km = _heights_km(values)
    if min(heights_km) < HIGHEST_KM:
        yield (
            f"HARQ is off for all satellites, as some are {HIGHEST_KM:,.0f} km high or more: they "
            f"are {min(heights_km):,.0f} to {max(heights_km):,.0f} km high, and one rule holds for "
            'all of a network; link.harq = "on" has it on'
        )


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


def loss_problem(
    guaranteed: bool | None, packet_error_rate: float | None, *mode: Any
) -> Problem | None:
    """Refuse packets lost more often than blocks in the lists of thresholds, where HARQ is off."""
    if not guaranteed or packet_error_rate is None or packet_error_rate <= BLOCK_ERROR_RATE:
        return None
    if harq_mode(dict(zip(MODE_KEYS, mode, strict=True))) != "off":
        return None
    return Problem(
        "service.packet_error_rate",
        packet_error_rate,
        f"must be at most {BLOCK_ERROR_RATE:g} with HARQ off: thresholds are known for block "
        f"errors of {BLOCK_ERROR_RATE:.0%} and less",
        'write less, or link.harq = "on"',
    )
