"""What a constellation and its region demand of the keys of a scenario."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from capest.errors import InputError, Problem
from capest.scenario.beam_limit_rules import PREFERENCE_KEYS, preference_problem
from capest.scenario.derived import is_frame
from capest.scenario.frame_rules import at_once_given, at_once_within
from capest.scenario.gateway_notation import is_notation, parse_gateways
from capest.scenario.limits import USERS_PER_TRIAL_LIMIT, not_hexagonal, too_many_users
from capest.scenario.moments import utc_text, zone_hint
from capest.scenario.service_classes import kinds_of_service
from capest.scenario.shell_notation import parse_longitudes, parse_shells
from capest.scenario.shell_tables import layout_problem, table_problem

SELECT = tuple(f"constellation.select.{key}" for key in ("names", "numbers", "height_km"))
"""Keys that choose objects of a catalogue."""

SOURCES = (
    "constellation.shells",
    "constellation.shell",
    "constellation.geostationary",
    "constellation.catalogue",
)
"""Keys of which one at least makes a scenario one of a constellation."""

PEOPLE = ("population", "uncovered")
"""Placements that know how many people there are, and what stands around them."""

PLACEMENTS = ("uniform", "hotspots", "population", "uncovered", "file")
"""Placements of users in a region."""

REGION_KEYS = {
    "country": ("country",),
    "box": ("south_deg", "north_deg", "west_deg", "east_deg"),
    "circle": ("latitude_deg", "longitude_deg", "radius_km"),
    "geojson": ("file",),
    "earth": (),
}
"""Keys that give a region, by its kind."""

_ALL_REGION_KEYS = tuple(f"region.{key}" for keys in REGION_KEYS.values() for key in keys)


def is_constellation(values: Mapping[str, Any]) -> bool:
    """Tell whether keys (those there are) describe a constellation."""
    return any(values.get(key) is not None for key in SOURCES)


def _readable(key: str, text: str | None, parse: Callable[[str], Any]) -> Problem | None:
    if text is None:
        return None
    try:
        parse(text)
    except InputError as error:
        return Problem(key, text, str(error))
    return None


def _shells(text: str | None) -> Problem | None:
    return _readable("constellation.shells", text, parse_shells)


def _geostationary(text: str | None) -> Problem | None:
    return _readable("constellation.geostationary", text, parse_longitudes)


def _gateways(text: str | None) -> Problem | None:
    is_file = text is not None and not is_notation(text)
    return None if is_file else _readable("constellation.gateways", text, parse_gateways)


def _start(text: str) -> Problem | None:
    try:
        # Overflows where the zone leads out of the calendar.
        utc_text(text)
    except (ValueError, OverflowError):
        return Problem(
            "constellation.start", text, "must be a moment with its time zone", zone_hint(text)
        )
    return None


def select_needs_catalogue(catalogue: str | None, *select: Any) -> Problem | None:
    """Refuse to choose from a catalogue that is not there."""
    given = ((key, value) for key, value in zip(SELECT, select, strict=True) if value is not None)
    key, value = next(given, ("", None))
    if catalogue is not None or not key:
        return None
    return Problem(
        key, value, "only with constellation.catalogue, whose objects it chooses", "remove it"
    )


def _region_given(kind: str | None) -> Problem | None:
    if kind is not None:
        return None
    return Problem(
        "region.kind",
        None,
        "required with a constellation: the part of the Earth it serves",
        'such as kind = "country" and country = "CN"',
    )


def _region_keys(kind: str | None, *given: Any) -> Problem | None:
    if kind is None:
        return None
    wanted = {f"region.{key}" for key in REGION_KEYS[kind]}
    for key, value in zip(_ALL_REGION_KEYS, given, strict=True):
        if (value is None) and key in wanted:
            names = ", ".join(REGION_KEYS[kind])
            return Problem(key, None, f'required with kind = "{kind}": {names}')
    return None


def _region_box(
    kind: str | None, south_deg: float | None, north_deg: float | None
) -> Problem | None:
    if kind != "box" or south_deg is None or north_deg is None or south_deg < north_deg:
        return None
    return Problem(
        "region.north_deg", north_deg, f"must be above south_deg, {south_deg:g}", "swap the two"
    )


def _placement(placement: str) -> Problem | None:
    if placement in PLACEMENTS:
        return None
    names = '"population", "uncovered", "uniform", "hotspots" or "file"'
    return Problem(
        "users.placement",
        placement,
        f"with a constellation users are placed in its region: {names}",
        'write placement = "population"',
    )


def devices(count: int | None, of_person: float | None, placement: str) -> Problem | None:
    """Refuse devices per person where nobody knows the people, or users are counted already."""
    if of_person is not None and placement not in PEOPLE:
        return Problem(
            "users.devices_per_person",
            of_person,
            'only with placement = "population" or "uncovered"',
            "give count",
        )
    if count is not None and of_person is not None:
        return Problem(
            "users.devices_per_person",
            of_person,
            "has no meaning beside users.count, which says how many users there are",
            "remove one of them",
        )
    return None


def _count(count: int | None, of_person: float | None, placement: str) -> Problem | None:
    if of_person is not None:
        return devices(count, of_person, placement)
    if count is not None:
        return too_many_users("users.count", count, count, USERS_PER_TRIAL_LIMIT)
    return Problem(
        "users.count",
        None,
        "required with a constellation: users active at a time in the region",
        "such as count = 10000; or give devices_per_person and activity_factor",
    )


def file_given(placement: str, file: str | None) -> Problem | None:
    """Refuse a placement by a file that is not named."""
    if placement == "file" and file is None:
        return Problem("users.file", None, 'required with placement = "file"')
    return None


def file_is_read(placement: str, variable: str | None, units: str | None) -> Problem | None:
    """Refuse how to read a file where none is read."""
    given = {"users.file_variable": variable, "users.file_units": units}
    for key, value in given.items():
        of_coverage = placement == "uncovered" and key == "users.file_variable"
        if placement != "file" and not of_coverage and value is not None:
            return Problem(
                key, value, f'has no meaning with placement = "{placement}"', "remove it"
            )
    return None


def place_is_known(environment: str, placement: str) -> Problem | None:
    """Refuse surroundings by place where nobody knows the users' places."""
    if environment != "by-place" or placement in PEOPLE:
        return None
    return Problem(
        "channel.environment",
        environment,
        'only with users placed by "population" or "uncovered", which know what stands around them',
        "name one environment for all",
    )


def _at_once_of_layout(
    layout: str, allocation: str, at_once: int | None, count: int
) -> Problem | None:
    if layout != "satellite-fixed":
        return None
    return at_once_given(allocation, at_once) or at_once_within(allocation, at_once, count)


def _fluid_bound(
    bound: str, allocation: str, slots: int | None, demand_mbps: float | None
) -> Problem | None:
    if bound != "interference" or not is_frame(allocation, slots, demand_mbps):
        return None
    return Problem(
        "beams.bound",
        bound,
        "not with a constellation: what each satellite lights disturbs the others, and the sets of "
        "cells that all of them can light together are more than the bound takes into account",
        'write "fluid"',
    )


def _calls_to_count(
    refinement: str,
    objective: str,
    layout: str,
    allocation: str,
    mix: str | None,
    downlink_kbps: float | None,
    guaranteed: bool | None,
) -> Problem | None:
    has_calls = kinds_of_service(mix, downlink_kbps, guaranteed)[0]
    is_read = layout == "earth-fixed" and allocation == "all-on"
    if refinement != "local-search" or objective != "calls" or has_calls or not is_read:
        return None
    return Problem(
        "cells.objective",
        objective,
        "no service has a guaranteed rate, so that a search would have no calls to count",
        'write objective = "throughput", or a service such as service.preset = "voice"',
    )


def _beams_per_cell(
    several: int, reuse: int, polarisation: bool, layout: str, allocation: str
) -> Problem | None:
    channels = reuse * (2 if polarisation else 1)
    is_read = layout == "earth-fixed" and allocation == "all-on"
    if several <= channels or not is_read:
        return None
    hint = f"write at most {channels}"
    if channels == 1:
        hint = "write 1, or part the band: beams.frequency_reuse = 3"
    return Problem(
        "cells.beams_per_cell",
        several,
        f"are more beams than there are channels, {channels} with beams.frequency_reuse = {reuse}: "
        "two beams of a cell on one channel disturb each other",
        hint,
    )


def _beams(count: int) -> Problem | None:
    return not_hexagonal("beams.count", count)


WITH_CONSTELLATION: tuple[tuple[tuple[str, ...], Callable[..., Problem | None]], ...] = (
    (("constellation.shells",), _shells),
    (("constellation.geostationary",), _geostationary),
    (("constellation.gateways",), _gateways),
    (("constellation.shell", "constellation.shells"), table_problem),
    (
        ("constellation.shell", "cells.layout", "beams.spacing_uv", "satellite.hpbw_deg"),
        layout_problem,
    ),
    (("constellation.start",), _start),
    (("region.kind",), _region_given),
    (("region.kind", *_ALL_REGION_KEYS), _region_keys),
    (("region.kind", "region.south_deg", "region.north_deg"), _region_box),
    (("users.placement",), _placement),
    (("users.count", "users.devices_per_person", "users.placement"), _count),
    (("users.placement", "users.file"), file_given),
    (("users.placement", "users.file_variable", "users.file_units"), file_is_read),
    (("channel.environment", "users.placement"), place_is_known),
    (
        ("cells.layout", "beams.allocation", "satellite.beams_at_once", "beams.count"),
        _at_once_of_layout,
    ),
    (("beams.bound", "beams.allocation", "beams.slots", "users.demand_mbps"), _fluid_bound),
    (
        (
            *("cells.beams_per_cell", "beams.frequency_reuse", "beams.polarisation_reuse"),
            *("cells.layout", "beams.allocation"),
        ),
        _beams_per_cell,
    ),
    (("beams.count",), _beams),
    (
        (
            *("cells.refinement", "cells.objective", "cells.layout", "beams.allocation"),
            *("service.mix", "service.downlink_kbps", "service.guaranteed"),
        ),
        _calls_to_count,
    ),
    (PREFERENCE_KEYS, preference_problem),
)
"""Rules with the keys they read, for scenarios of a constellation."""
