"""What of a scenario can change a result: the basis of its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capest.allocation.cells import combination_of
from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.physics.constants import URBAN_SIGMA_DB
from capest.physics.patterns import takes_hpbw
from capest.physics.weather_library import library_version
from capest.scenario.gateway_notation import is_notation, no_gateways, parse_gateways
from capest.scenario.harq import with_block_errors
from capest.scenario.lists import number_range
from capest.scenario.moments import utc_text
from capest.scenario.paths import shown_path
from capest.scenario.reading import uplink_interference, uplink_is_read
from capest.scenario.reading_table import is_read
from capest.scenario.service_classes import ServiceClass, service_classes
from capest.scenario.shell_tables import content_of_tables

if TYPE_CHECKING:
    from capest.scenario.model import Scenario
    from capest.scenario.sections import UserSettings

_KEPT = {
    "satellite.antenna_diameter_m",  # moves results by rounding, even with S.1528
    # Of satellites that stand still; finished runs have them in their fingerprints.
    *("constellation.start", "constellation.window_h", "constellation.epochs"),
    *("constellation.deployed_fraction", "constellation.minimum_visibility_s"),
}
"""Keys that stay although nothing reads them."""

_ALLOCATIONS = {"random": "random-hopping", "periodic": "round-robin"}
"""Fingerprints have the names of 0.2, here and of the beams lit at once: they stay what they are in
finished runs."""


_INTERFERENCE = {"off": False, "full-buffer": True, "load": "load"}


def effective(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return section -> key -> value of what trials read, with defaults and equals resolved.

    Two scenarios whose trials are the same have the same content: automatic values are
    worked out, keys that are not read (`reading_table`) are left out, and a mode that has the
    effect of another one gets the name of that one.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of str to dict
        Flat sections.
    """
    of_kind = _of_constellation if scenario.has_constellation else _of_one_satellite
    # Trials stay the same where values of cells are kept, and a result has more of them.
    keeps = "keep_cells" in _read(scenario, "run") and scenario.run.keep_cells
    return {
        **of_kind(scenario),
        "carrier": _carrier(scenario),
        "handset": _handset(scenario),
        "channel": _channel(scenario),
        "link": with_block_errors(_read(scenario, "link"), scenario),
        "scheduler": _scheduler(scenario),
        **_service(scenario),
        "run": {"seed": scenario.run.seed} | ({"keep_cells": True} if keeps else {}),
    }


def _carrier(scenario: Scenario) -> dict[str, Any]:
    content = _read(scenario, "carrier")
    if content.get("guard_band") == "smaller-channel":
        del content["guard_band"]  # results of 0.2 did not know of it
    return content


def _of_one_satellite(scenario: Scenario) -> dict[str, dict[str, Any]]:
    return {
        "satellite": _single(scenario),
        "beams": _beams(scenario),
        "users": _users(scenario),
        "uplink": _uplink(scenario),
    }


def _of_constellation(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Content of a scenario in which many satellites serve a region."""
    beams, users, region = scenario.beams, scenario.users, _read(scenario, "region")
    satellite = _satellite(scenario)
    constellation = _where_satellites_are(scenario)
    if "catalogue" not in constellation or "select" in constellation:
        satellite.pop("altitude_km", None)  # it enters through the cells
    whereabouts = {"indoor_share": users.indoor_share, "vehicle_share": users.vehicle_share}
    content = {
        "satellite": satellite,
        "constellation": constellation,
        "region": _given(region),
        "cells": _cells(scenario),
        "beams": beams.model_dump(include={"frequency_reuse", "polarisation_reuse"}),
        "users": {"placement": users.placement, **_how_many(users), **whereabouts},
    }
    if uplink := _uplink(scenario):
        content["uplink"] = uplink
    if scenario.cells.layout == "satellite-fixed":
        constellation.pop("minimum_visibility_s")
        content["beams"] |= {"count": beams.count, "spacing_uv": scenario.beam_spacing_uv}
    content["users"] |= _places_of(users)
    if users.positions != "random":
        content["users"]["positions"] = users.positions
    content["beams"] |= _turns_of_many(scenario)
    if scenario.has_frame and is_read("users.demand_mbps", dict(scenario.items())):
        content["users"]["demand_mbps"] = scenario.demand_mbps
    content["region"].pop("guard_km", None)
    if scenario.guard_km > 0.0:
        content["region"]["guard_km"] = scenario.guard_km
    if "file" in content["region"]:
        content["region"]["file"] = _digest(content["region"]["file"])
    return content


def _cells(scenario: Scenario) -> dict[str, Any]:
    """Cells by their width, whatever gave it; that of a catalogue's beams follows from the file."""
    content = _read(scenario, "cells")
    content.pop("diameter_from", None)
    for key, without in (("refinement", "none"), ("beams_per_cell", 1)):
        # Finished runs have no such keys.
        if content.get(key) == without:
            del content[key]
    content |= _assignment(scenario, content)
    if content.get("bound") == "none":
        del content["bound"]  # results of 0.2 did not know of it
    width_km = scenario.cell_diameter_km
    if width_km is None:
        del content["diameter_km"]
        return content | {"spacing_uv": scenario.beam_spacing_uv}
    return content | {"diameter_km": width_km}


def _assignment(scenario: Scenario, content: dict[str, Any]) -> dict[str, Any]:
    """How cells and satellites match, by the name of the combination if it has one.

    Takes the keys that say so from ``content``.
    """
    written = [content.pop(key, None) for key in ("assignment", "order", "preference")]
    parts = scenario.assignment_parts
    if scenario.cells.layout != "earth-fixed":
        return {}
    if parts is None:
        return {"assignment": written[0]}
    name = combination_of(*parts)
    if name is not None:
        return {"assignment": name}
    return {"order": parts[0], "preference": parts[1]}


def _turns_of_many(scenario: Scenario) -> dict[str, Any]:
    """How satellites of a constellation light their cells in turn; empty for a moment of all."""
    beams = scenario.beams
    content: dict[str, Any] = {}
    if beams.allocation != "all-on":
        content["allocation"] = beams.allocation
        if scenario.cells.layout == "satellite-fixed":
            content["active_count"] = scenario.beams_at_once
        else:
            if scenario.cells.objective != "coverage":
                content["cells_per_beam"] = beams.cells_per_beam
    if not scenario.has_frame:
        return content
    content["slots"] = scenario.slots
    if is_read("beams.slot_ms", dict(scenario.items())):
        content["slot_ms"] = beams.slot_ms
    if beams.bound != "none":
        content["bound"] = beams.bound
    return content


def _read(scenario: Scenario, section: str) -> dict[str, Any]:
    """Keys of a section that are read; the name of a preset is not."""
    values = dict(scenario.items())
    names = {"preset"} | {
        key.partition(".")[2]
        for key in values
        if key.startswith(f"{section}.") and key not in _KEPT and not is_read(key, values)
    }
    found: dict[str, Any] = getattr(scenario, section).model_dump(exclude=names)
    return found


def _handset(scenario: Scenario) -> dict[str, Any]:
    """Of the handset; fingerprints of 0.2 have neither of the two."""
    content = _read(scenario, "handset")
    for key, without in (("power_reduction_db", 0.0), ("branches", 1)):
        if content.get(key) == without:
            del content[key]
    return content


def _uplink(scenario: Scenario) -> dict[str, Any]:
    """Of the uplink, empty where nothing of it is read."""
    values = dict(scenario.items())
    if not uplink_is_read(values):
        return {}
    content = _read(scenario, "uplink")
    del content["interference"]
    # Rules that came after 0.2 enter where they hold: fingerprints of finished runs stay.
    if not content["control_share"]:
        del content["control_share"]
    content.pop("width", None)
    if scenario.chooses_uplink_width:
        widest_mhz, beam_mhz = content["bandwidth_mhz"], scenario.beam_bandwidth_hz / 1e6
        content["bandwidth_mhz"] = beam_mhz if widest_mhz is None else min(widest_mhz, beam_mhz)
        content["width"] = "least-share"
    else:
        content["bandwidth_mhz"] = scenario.user_bandwidth_mhz
    # Up to 0.2 the key was a switch; fingerprints of finished runs have it.
    content["enabled"] = _INTERFERENCE[uplink_interference(values)]
    return content


def _given(section: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in section.items() if value is not None}


def _satellite(scenario: Scenario) -> dict[str, Any]:
    content = _read(scenario, "satellite")
    for key in ("beams_at_once", "feeder_bandwidth_mhz", "power_limit"):
        content.pop(key, None)  # how many beams are lit at once says it
    if content.get("largest_scan_deg") is None:
        content.pop("largest_scan_deg", None)  # results of 0.2 did not know of it
    if scenario.satellite.antenna == "array" or not takes_hpbw(scenario.satellite.pattern):
        content.pop("hpbw_deg", None)  # it enters through the spacing of beams or cells
    if content.get("steering_loss_exponent") == 0.0:
        del content["steering_loss_exponent"]  # results of 0.2 did not know of it
    rejection, limit = "out_of_band_rejection_db", "out_of_band_pfd_limit_dbw_per_m2_mhz"
    usual_db = type(scenario.satellite).model_fields[rejection].default
    if content.get(limit) is None and content[rejection] == usual_db:
        del content[rejection]  # results of 0.2 read it with the limit alone
    return content


def _single(scenario: Scenario) -> dict[str, Any]:
    """Keys of one satellite: what it lacks is left out, as older versions did not know of it."""
    content = _given(_satellite(scenario))
    if content["antenna"] == "dish":
        del content["antenna"]
    return content


def _where_satellites_are(scenario: Scenario) -> dict[str, Any]:
    # Order and spelling of shells do not matter to people, but the order numbers the satellites.
    constellation = scenario.constellation
    content = _given(_read(scenario, "constellation"))
    del content["select"]
    if constellation.shell is not None:
        del content["shell"]
        content |= content_of_tables(scenario)
    if scenario.cells.layout == "earth-fixed":
        content["beams_per_satellite"] = scenario.beams_at_once
    content["start"] = utc_text(constellation.start)
    if (gateways := content.get("gateways")) is not None:
        content["gateways"] = _gateways(gateways)
    if constellation.catalogue is None:
        return content
    content["catalogue"] = _digest(constellation.catalogue)
    select = constellation.select.model_dump(mode="json", exclude_none=True)
    if "names" in select:
        select["names"] = sorted({name.casefold() for name in select["names"]})
    if "numbers" in select:
        select["numbers"] = sorted({number_range(item) for item in select["numbers"]})
    if select:
        content["select"] = select
    return content


def _scheduler(scenario: Scenario) -> dict[str, Any]:
    scheduler = scenario.scheduler
    content: dict[str, Any] = {}
    if not scenario.has_frame:
        content["policy"] = scheduler.policy
    if content.get("policy") == "proportional-fair":
        content["policy"] = "equal-time"  # the same for full buffers without fading
    if _has_calls(scenario):
        content["admission"] = scheduler.admission
    return content


def _has_calls(scenario: Scenario) -> bool:
    return any(each.guaranteed for each in service_classes(scenario.service, scenario.rules))


def _service(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Services by what they ask for, whatever their names; nothing where there is none."""
    classes = service_classes(scenario.service, scenario.rules)
    if not classes:
        return {}
    service = scenario.service
    # Best-effort users count by their number alone.
    read = [
        (each.share, each.activity, each.guaranteed)
        + ((*_on_air_kbps(each), each.delay_budget_ms) if each.guaranteed else ())
        for each in classes
    ]
    content: dict[str, Any] = {"classes": [list(each) for each in read]}
    calls = [each for each in classes if each.guaranteed]
    if any(each.talk_share < 1.0 for each in calls):
        content["talk_shares"] = [each.talk_share for each in calls]
    if any(each.is_adaptive for each in calls):
        content["least_mbps"] = [list(each.least_mbps) for each in calls]
    if _has_calls(scenario):
        content["inter_satellite_hops"] = service.inter_satellite_hops
        content["harq_retransmissions"] = scenario.harq_round_trips  # its name in 0.2
    if service.simulated_holding_times:
        content["simulated_holding_times"] = service.simulated_holding_times
    if service.count_reachable and calls:
        content["count_reachable"] = True
    return {"service": content}


def _on_air_kbps(service: ServiceClass) -> tuple[float, float]:
    """Rates that links have to carry, whatever part of them is headers."""
    whole = 1.0 + service.header_share
    return service.downlink_kbps * whole, service.uplink_kbps * whole


def _how_many(users: UserSettings) -> dict[str, Any]:
    if users.count is not None and users.placement == "hotspots":
        clustered = round(users.count * users.hotspots.share)
        if clustered:
            return {
                "count": users.count,
                "hotspots": min(users.hotspots.count, clustered),
                "hotspot_radius_km": users.hotspots.radius_km,
                "hotspot_users": clustered,
            }
        return {"count": users.count, "placement": "uniform"}
    if users.count is not None:
        return {"count": users.count}
    if users.erlang_per_device is not None:
        # The activity of who asks stands with the services.
        return users.model_dump(include={"devices_per_person", "erlang_per_device"})
    return users.model_dump(include={"devices_per_person", "activity_factor"})


def _places_of(users: UserSettings) -> dict[str, Any]:
    """What beside the placement says where users are: a file, or who has no network."""
    if users.placement == "uncovered" and users.file is None:
        return {"uncovered_density_per_km2": users.uncovered_density_per_km2}
    return _file(users) if users.placement in ("uncovered", "file") else {}


def _file(users: UserSettings) -> dict[str, Any]:
    """Content of the file that users are drawn from, and how it is read."""
    how = users.model_dump(include={"file_variable", "file_units"}, exclude_none=True)
    return {"file": _digest(str(users.file)), **how}


def _digest(path: str) -> str:
    """Hash of a file's content: its name cannot change a result."""
    check_regular(path)
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{shown_path(path)}: cannot be read: {error.strerror}") from None


def _gateways(text: str) -> Any:
    """Places, or the content of their file."""
    if is_notation(text):
        return parse_gateways(text)
    try:
        return _digest(text)
    except InputError as error:
        raise no_gateways(text, error) from None


def _beams(scenario: Scenario) -> dict[str, Any]:
    beams = scenario.beams
    content = _given(_read(scenario, "beams"))
    del content["beyond_earth"]  # the layout that is left tells it
    content["spacing_uv"] = scenario.beam_spacing_uv
    for key in ("slots", "bound"):
        content.pop(key, None)
    if scenario.has_frame:
        content["slots"] = scenario.slots
        if beams.bound != "none":
            content["bound"] = beams.bound
    if content["allocation"] != "all-on" and scenario.beams_at_once == scenario.beam_count:
        content["allocation"] = "all-on"
    if content["allocation"] != "all-on":
        content["allocation"] = _ALLOCATIONS.get(content["allocation"], content["allocation"])
        content["active_count"] = scenario.beams_at_once
    return content


def _users(scenario: Scenario) -> dict[str, Any]:
    users = scenario.users
    content: dict[str, Any] = {"placement": users.placement, "count": scenario.users_per_trial}
    if users.devices_per_person is not None:
        del content["count"]
        content |= _how_many(users)
    content |= _places_of(users)
    content |= {"indoor_share": users.indoor_share, "vehicle_share": users.vehicle_share}
    if users.positions != "random":
        content["positions"] = users.positions
    if scenario.has_frame and is_read("users.demand_mbps", dict(scenario.items())):
        content["demand_mbps"] = scenario.demand_mbps
    if users.placement == "hotspots":
        clustered = scenario.hotspot_users
        if clustered == 0:
            content["placement"] = "uniform"
        else:
            content |= {
                "hotspots": min(users.hotspots.count, clustered),
                "hotspot_radius_km": users.hotspots.radius_km,
                "hotspot_users": clustered,
            }
    return content


def _channel(scenario: Scenario) -> dict[str, Any]:
    content = _read(scenario, "channel")
    if scenario.channel.weather != "clear":
        content["weather_model"] = library_version()
    if content.get("environment") == "suburban":
        content["environment"] = "rural"  # TR 38.811 has one set of tables for both
    # Finished runs have no such keys.
    for key, of_02 in (("urban_sigma_db", URBAN_SIGMA_DB), ("fading_gain", "full")):
        if content.get(key) == of_02:
            del content[key]
    return content
