"""What of a scenario can change a result: the basis of its fingerprint."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.physics.constants import SCINTILLATION_FROM_GHZ
from capest.physics.weather_library import library_version
from capest.scenario.lists import number_range
from capest.scenario.moments import utc_text
from capest.scenario.paths import shown_path
from capest.scenario.service_classes import service_classes

if TYPE_CHECKING:
    from capest.scenario.model import Scenario
    from capest.scenario.sections import Constellation, Users

UPLINK_OF_SATELLITE = {"uplink_frequency_ghz", "uplink_antenna_diameter_m", "g_over_t_db_per_k"}
_PAYLOAD = {
    *("antenna", "element_exponent", "rf_power_w", "pfd_limit_dbw_per_m2_mhz"),
    *("out_of_band_pfd_limit_dbw_per_m2_mhz", "out_of_band_rejection_db"),
}
"""Keys of the satellite that only constellations read."""

UPLINK_OF_HANDSET = {"transmit_power_dbm", "transmit_gain_dbi"}


def effective(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Return section -> key -> value of what trials read, with defaults and equals resolved.

    Two scenarios whose trials are the same have the same content: automatic values are
    worked out, keys of modes that are not chosen are left out, and a mode that amounts to
    another one is called by the other's name.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    dict of str to dict
        Flat sections.
    """
    if scenario.has_constellation:
        return _of_constellation(scenario)
    uplink = scenario.uplink.enabled or _calls_need_uplink(scenario)
    satellite_unread = {"preset", *_PAYLOAD} | (set() if uplink else UPLINK_OF_SATELLITE)
    if scenario.satellite.pattern == "bessel":
        satellite_unread.add("hpbw_deg")
    if scenario.satellite.payload == "regenerative" and not _has_calls(scenario):
        satellite_unread.add("gateway_elevation_deg")
    handset_unread = {"preset"} | (set() if uplink else UPLINK_OF_HANDSET)
    return {
        "satellite": scenario.satellite.model_dump(exclude=satellite_unread),
        "beams": _beams(scenario),
        "carrier": scenario.carrier.model_dump(),
        "users": _users(scenario),
        "handset": scenario.handset.model_dump(exclude=handset_unread),
        "channel": _channel(scenario),
        "uplink": _uplink(scenario),
        "link": _link(scenario),
        "scheduler": _scheduler(scenario),
        **_service(scenario),
        "run": {"seed": scenario.run.seed},
    }


def _of_constellation(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Content of a scenario in which many satellites serve a region."""
    beams, users, region = scenario.beams, scenario.users, scenario.region
    satellite_unread = {"preset", "altitude_km", "elevation_deg", *UPLINK_OF_SATELLITE}
    handset_unread = {"preset"} | UPLINK_OF_HANDSET
    if _calls_need_uplink(scenario):
        satellite_unread -= {"uplink_frequency_ghz", "g_over_t_db_per_k"}
        handset_unread = {"preset"}
    satellite = scenario.satellite
    if satellite.antenna == "array":
        satellite_unread |= {"pattern", "hpbw_deg"}
    else:
        satellite_unread.add("element_exponent")
        if satellite.pattern == "bessel":
            satellite_unread.add("hpbw_deg")
    if satellite.out_of_band_pfd_limit_dbw_per_m2_mhz is None:
        satellite_unread.add("out_of_band_rejection_db")
    if scenario.satellite.payload == "regenerative" and not _has_calls(scenario):
        satellite_unread.add("gateway_elevation_deg")
    constellation = _where_satellites_are(scenario.constellation)
    if scenario.constellation.catalogue is not None and "select" not in constellation:
        satellite_unread.remove("altitude_km")  # which objects are near enough to it
    whereabouts = {"indoor_share": users.indoor_share, "vehicle_share": users.vehicle_share}
    content = {
        "satellite": scenario.satellite.model_dump(exclude=satellite_unread),
        "constellation": constellation,
        "region": region.model_dump(exclude_none=True),
        "cells": scenario.cells.model_dump() | {"diameter_km": scenario.cell_diameter_km},
        "beams": beams.model_dump(include={"frequency_reuse", "polarisation_reuse"}),
        "carrier": scenario.carrier.model_dump(),
        "users": {"placement": users.placement, **_how_many(users), **whereabouts},
        "handset": scenario.handset.model_dump(exclude=handset_unread),
        "channel": _channel(scenario),
        "link": _link(scenario),
        "scheduler": _scheduler(scenario),
        **_service(scenario),
        "run": {"seed": scenario.run.seed},
    }
    if _calls_need_uplink(scenario):
        content["uplink"] = _uplink(scenario)
    if scenario.cells.layout == "satellite-fixed":
        content["beams"] |= {"count": beams.count, "spacing_uv": scenario.beam_spacing_uv}
        del content["cells"]["assignment"]
        del constellation["beams_per_satellite"], constellation["minimum_visibility_s"]
    if users.file is not None:
        content["users"]["file"] = _digest(users.file)
        content["users"] |= users.model_dump(
            include={"file_variable", "file_units"}, exclude_none=True
        )
    if region.file is not None:
        content["region"]["file"] = _digest(region.file)
    return content


def _where_satellites_are(constellation: Constellation) -> dict[str, Any]:
    # Order and spelling of shells do not matter to people, but the order numbers the satellites.
    content = constellation.model_dump(exclude={"preset", "select"}, exclude_none=True)
    content["start"] = utc_text(constellation.start)
    if constellation.deployed_fraction == 1.0:
        del content["deployment"]
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
    content: dict[str, Any] = {"policy": scheduler.policy}
    if scheduler.policy == "proportional-fair":
        content["policy"] = "equal-time"  # the same for full buffers without fading
    if _has_calls(scenario):
        content["admission"] = scheduler.admission
    return content


def _has_calls(scenario: Scenario) -> bool:
    return any(each.guaranteed for each in service_classes(scenario.service))


def _calls_need_uplink(scenario: Scenario) -> bool:
    """Whether calls are admitted by the uplink too: its figures are all there."""
    satellite, handset = scenario.satellite, scenario.handset
    figures = [satellite.uplink_frequency_ghz, satellite.g_over_t_db_per_k]
    figures += [handset.transmit_power_dbm, handset.transmit_gain_dbi]
    if not scenario.has_constellation:
        figures.append(satellite.uplink_antenna_diameter_m)
    return _has_calls(scenario) and None not in figures


def _service(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """Services by what they ask for, whatever their names; nothing where there is none."""
    classes = service_classes(scenario.service)
    if not classes:
        return {}
    service = scenario.service
    # Of who takes what is left nothing is asked but how many they are.
    read = [
        (each.share, each.activity, each.guaranteed)
        + ((each.downlink_kbps, each.uplink_kbps, each.delay_budget_ms) if each.guaranteed else ())
        for each in classes
    ]
    content: dict[str, Any] = {"classes": [list(each) for each in read]}
    if _has_calls(scenario):
        content["inter_satellite_hops"] = service.inter_satellite_hops
        content["harq_retransmissions"] = service.harq_retransmissions
    if service.simulated_holding_times:
        content["simulated_holding_times"] = service.simulated_holding_times
    return {"service": content}


def _how_many(users: Users) -> dict[str, Any]:
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
    return users.model_dump(include={"devices_per_person", "activity_factor"})


def _digest(path: str) -> str:
    """Hash of a file's content: its name cannot change a result."""
    check_regular(path)
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{shown_path(path)}: cannot be read: {error.strerror}") from None


def _beams(scenario: Scenario) -> dict[str, Any]:
    beams = scenario.beams
    content = beams.model_dump(exclude={"active_count", "beyond_earth"})
    content["spacing_uv"] = scenario.beam_spacing_uv
    if beams.active_count == scenario.beam_count:
        content["allocation"] = "all-on"
    elif beams.active_count is not None:
        content["active_count"] = beams.active_count
    return content


def _users(scenario: Scenario) -> dict[str, Any]:
    users = scenario.users
    content: dict[str, Any] = {"placement": users.placement, "count": scenario.users_per_trial}
    content |= {"indoor_share": users.indoor_share, "vehicle_share": users.vehicle_share}
    if users.positions != "random":
        content["positions"] = users.positions
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
    channel, users = scenario.channel, scenario.users
    content = channel.model_dump(exclude=_unread_of_weather(scenario))
    if channel.weather != "clear":
        content["weather_model"] = library_version()
    if channel.environment == "suburban":
        content["environment"] = "rural"  # TR 38.811 has one set of tables for both
    if channel.line_of_sight == "always" and not channel.shadow_fading:
        del content["environment"], content["elevation_lookup"]
    if users.indoor_share == 0.0:
        del content["thermally_efficient_share"]
    if users.vehicle_share == 0.0:
        del content["vehicle_loss_db"]
    return content


def _unread_of_weather(scenario: Scenario) -> set[str]:
    channel = scenario.channel
    carriers_ghz = [scenario.satellite.frequency_ghz]
    if scenario.uplink.enabled:
        carriers_ghz.append(scenario.satellite.uplink_frequency_ghz or carriers_ghz[0])
    unread = set() if channel.weather == "exceeded" else {"exceeded_percent"}
    if channel.weather == "clear":
        unread |= {"latitude_deg", "longitude_deg"}
        if max(carriers_ghz) < SCINTILLATION_FROM_GHZ:
            unread.add("tropospheric_scintillation")
    if min(carriers_ghz) >= SCINTILLATION_FROM_GHZ:
        unread.add("ionosphere")
    return unread


def _uplink(scenario: Scenario) -> dict[str, Any]:
    uplink = scenario.uplink
    unread = {"p0_dbm", "alpha"} if uplink.power_control == "full" else set()
    if uplink.enabled:
        return uplink.model_dump(exclude=unread)
    if _calls_need_uplink(scenario):
        # Each user alone against the noise.
        return uplink.model_dump(exclude=unread | {"scheduled", "drops"})
    return {}


def _link(scenario: Scenario) -> dict[str, Any]:
    link = scenario.link
    unread = {"table", "thresholds"} if link.adaptation == "truncated-shannon" else {"shannon"}
    return link.model_dump(exclude=unread)
