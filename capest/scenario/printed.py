"""A scenario as people read it: what, where, how many users, and what somebody changed."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Any

from capest.scenario.assumed.rests_on import rests_on
from capest.scenario.write import toml_value
from capest.shown import cut, label_of, one_line

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

WIDTH = 100
_MOST_CHANGES = 12
_LONGEST_TITLE, _LONGEST_VALUE = 200, 60
_LABEL = 10

_TOLD = (
    *("constellation.preset", "constellation.shells", "constellation.shell", "satellite.preset"),
    *("handset.preset", "service.preset", "service.mix", "users.placement", "users.count"),
    *("users.per_beam", "run.trials", "run.seed", "run.until", "rules", "channel.environment"),
    *("carrier.bandwidth_mhz", "beams.frequency_reuse", "beams.count"),
)
"""Keys that have a line of their own; those of the region have one too."""


_PLACED = {
    "beam": "equally many a beam",
    "uniform": "spread evenly",
    "hotspots": "crowded in hotspots",
    "population": "where people live",
    "uncovered": "where people live and no other network reaches",
    "file": "as a file places them",
}


def text(scenario: Scenario) -> str:
    """Lines of at most 100 columns: the title, facts, changes, and what one should know."""
    rows = [*facts(scenario), *(("note", note) for note in scenario.notes)]
    found = [f"Scenario: {_title(scenario)}"]
    for label, said in rows:
        found += textwrap.wrap(
            f"  {label:<{_LABEL}}{one_line(said)}",
            WIDTH,
            subsequent_indent=" " * (_LABEL + 2),
            break_on_hyphens=False,
        )
    return "\n".join(found)


def html(scenario: Scenario) -> str:
    """The same as a table for a notebook, with everything escaped."""
    rows = [*facts(scenario), *(("note", note) for note in scenario.notes)]
    body = "".join(
        f"<tr><th>{escape(label)}</th><td style='text-align: left'>{escape(one_line(said))}</td>"
        "</tr>"
        for label, said in rows
    )
    title = escape(_title(scenario))
    return f"<div><strong>{title}</strong><table><tbody>{body}</tbody></table></div>"


def facts(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Label and words of each main fact, in the order in which people ask."""
    yield "what", _network(scenario)
    if scenario.has_constellation:
        yield "where", _region(scenario)
    yield (
        "carrier",
        (
            f"{scenario.carrier.bandwidth_mhz:g} MHz at {scenario.satellite.frequency_ghz:g} GHz, "
            f"frequency reuse {scenario.beams.frequency_reuse}"
        ),
    )
    yield "users", _users(scenario)
    yield (
        "phone",
        (f"{label_of(scenario.handset.preset)}, environment {scenario.channel.environment}"),
    )
    yield "service", _service(scenario)
    yield "trials", _trials(scenario)
    yield "changed", "; ".join(_changes(scenario)) or "nothing beside"


def _title(scenario: Scenario) -> str:
    return cut(one_line(scenario.title), _LONGEST_TITLE) or "without a title"


def _network(scenario: Scenario) -> str:
    satellite = label_of(scenario.satellite.preset or "satellite of its own figures")
    if not scenario.has_constellation:
        return f"one satellite, {satellite}, {scenario.beam_count:,} beams"
    about = scenario.constellation
    own = about.shells or about.catalogue or "shells of its own"
    name = label_of(about.preset) if about.preset else cut(own, _LONGEST_VALUE)
    share = about.deployed_fraction
    deployed = "" if share == 1.0 else f", {100 * share:.3g} % of it deployed"
    return f"constellation {name}{deployed}; beams of {satellite}"


def _region(scenario: Scenario) -> str:
    region = scenario.region
    if region.kind == "country":
        return f"country {region.country}"
    if region.kind == "box":
        return (
            f"box from {region.south_deg:g}° to {region.north_deg:g}° north, "
            f"{region.west_deg:g}° to {region.east_deg:g}° east"
        )
    if region.kind == "circle":
        return (
            f"circle of {region.radius_km:g} km around {region.latitude_deg:g}° north, "
            f"{region.longitude_deg:g}° east"
        )
    if region.kind == "geojson":
        return f"region of {label_of(region.file or '')}"
    return "the whole Earth"


def _users(scenario: Scenario) -> str:
    users = scenario.users
    placed = _PLACED.get(users.placement, users.placement)
    if users.devices_per_person is not None:
        return f"{users.devices_per_person:g} devices a person, {placed}"
    return f"{scenario.users_per_trial:,} a trial, {placed}"


def _service(scenario: Scenario) -> str:
    service = scenario.service
    if service.preset:
        return label_of(service.preset)
    if service.mix:
        return f"mix {service.mix}"
    if service.downlink_kbps is not None:
        return f"{service.downlink_kbps:g} kbit/s down"
    return "none: users take what they are given"


def _trials(scenario: Scenario) -> str:
    run = scenario.run
    rule = "" if run.until is None else f" at most, until {run.until}"
    return f"{run.trials:,}{rule}, seed {run.seed}, rules {scenario.rules}"


def _changes(scenario: Scenario) -> list[str]:
    """What somebody changed beside what has a line of its own, as ``key = value``."""
    changed = [
        row
        for row in rests_on(scenario)
        if row.get("changed") and row["key"] not in _TOLD and not row["key"].startswith("region.")
    ]
    found = [_change(row) for row in changed[:_MOST_CHANGES]]
    if more := len(changed) - len(found):
        found.append(f"and {more:,} more keys")
    return found


def _change(row: dict[str, Any]) -> str:
    unit = f" {row['unit']}" if row.get("unit") else ""
    instead = row.get("instead_of")
    shown = "" if instead is None else f" (not {_value(instead)})"
    return f"{row['key']} = {_value(row['value'])}{unit}{shown}"


def _value(value: Any) -> str:
    return cut(toml_value(value).strip('"'), _LONGEST_VALUE)
