"""The table of when each key of a scenario is read."""

from __future__ import annotations

from capest.allocation.cells import parts_of
from capest.physics.patterns import PATTERNS, takes_hpbw
from capest.physics.resource_grid import between_channels_mhz
from capest.scenario.choices import HOPPING
from capest.scenario.constellation_rules import PEOPLE, REGION_KEYS, SELECT
from capest.scenario.harq import follows_height
from capest.scenario.reading import (
    CALLS,
    CONSTELLATION,
    FRAME,
    FREE_DEMAND,
    MOMENT,
    UPLINK,
    ReadCondition,
    Unread,
    Values,
    above_zero,
    chosen,
    given,
    in_words,
    is_constellation,
    one_satellite,
    uplink_interference,
    uplink_is_read,
)
from capest.scenario.reading_channel import (
    EXCEEDED,
    FADING,
    IN_TOWN,
    IONOSPHERE,
    OF_PLACE,
    SCATTERED,
    TROPOSPHERE,
)
from capest.scenario.reading_link import (
    CHARGEABLE,
    NOT_REPAIRED,
    NR,
    OF_CALLS,
    OVER_HOPS,
    REPAIRED,
    ROUND_TRIPS,
)
from capest.scenario.reading_objective import (
    COVERAGE,
    DEMANDED,
    MAXIMISED,
    MAY_DARKEN,
    NOT_COVERAGE,
    WANTED,
)
from capest.scenario.service_classes import kinds_of_service
from capest.scenario.shell_tables import tables_of


def _no_width(values: Values) -> str | None:
    if takes_hpbw(values["satellite.pattern"]) and values["satellite.antenna"] == "dish":
        return None
    if values["beams.spacing_uv"] is not None:
        return "beams.spacing_uv says how far beams lie apart, and the pattern is the aperture's"
    return _no_spacing(values)


def _no_spacing(values: Values) -> str | None:
    given_km = values["cells.diameter_km"] is not None
    if is_constellation(values) and given_km and values["cells.layout"] == "earth-fixed":
        return "cells.diameter_km says how far the cells that beams are aimed at lie apart"
    return None


def _no_aperture(values: Values) -> str | None:
    pattern = values["satellite.pattern"]
    if not takes_hpbw(pattern) or values["satellite.antenna"] == "array":
        return None
    if uplink_is_read(values) and not is_constellation(values):
        return None
    return f'satellite.pattern = "{pattern}" takes the beam\'s width from satellite.hpbw_deg'


def _no_height(values: Values) -> str | None:
    chosen_by_height = all(values[key] is None for key in SELECT)
    if values["constellation.catalogue"] is not None and chosen_by_height:
        return None
    if _height_is_all_harq_knows(values):
        return None
    if not is_constellation(values):
        return None
    if values["cells.diameter_km"] is not None:
        return (
            "the constellation says how high its satellites are, cells.diameter_km how wide cells"
        )
    if values["cells.diameter_from"] == "satellite":
        return None
    return "the constellation says how high its satellites are, and so how wide cells are"


def _height_is_all_harq_knows(values: Values) -> bool:
    """Tell whether HARQ goes by this height: a catalogue's selection does not say how high."""
    unknown = values["constellation.select.height_km"] is None
    return values["constellation.catalogue"] is not None and unknown and follows_height(values)


def _width_given(values: Values) -> str | None:
    if values["cells.diameter_km"] is None:
        return None
    return "cells.diameter_km says how wide cells are"


def _no_gateway(values: Values) -> str | None:
    return None if values["satellite.payload"] == "transparent" else CALLS.lacks(values)


def _all_stand(values: Values) -> str | None:
    moving = ("constellation.shells", "constellation.catalogue")
    if any(values[key] is not None for key in moving) or _orbits(values):
        return None
    return "only with constellation.shells or catalogue: geostationary satellites do not move"


def _orbits(values: Values) -> bool:
    """Tell whether a table of shells has an orbit."""
    return any(table.get("orbit") for table in tables_of(values["constellation.shell"]))


def _no_shells(values: Values) -> str | None:
    if values["constellation.shells"] is not None or _orbits(values):
        return None
    return "only with constellation.shells, and there is none"


def _all_of_it(values: Values) -> str | None:
    whole = values["region.kind"] == "earth"
    return "there is nothing around the whole Earth" if whole else None


def _all_up(values: Values) -> str | None:
    fraction = values["constellation.deployed_fraction"]
    return "constellation.deployed_fraction = 1" if fraction == 1.0 else None


def _count_given(values: Values) -> str | None:
    if values["users.placement"] == "beam":
        return None
    keys = ("users.count", "users.devices_per_person")
    key = next((key for key in keys if values[key] is not None), None)
    return None if key is None else f"{key} says how many users there are"


def _beam_by_beam(values: Values) -> str | None:
    if values["users.placement"] != "beam":
        return None
    return 'users.placement = "beam" puts users.per_beam users in the cell of each beam'


def _decides_as_a_whole(values: Values) -> str | None:
    name = values["cells.assignment"]
    if parts_of(name) is not None:
        return None
    return f'cells.assignment = "{name}" decides as a whole, without order and preference'


def _nothing_caps_power(values: Values) -> str | None:
    tables = tables_of(values["constellation.shell"])
    powers = [values["satellite.rf_power_w"], *(each.get("rf_power_w") for each in tables)]
    return None if any(each is not None for each in powers) else "there is no satellite.rf_power_w"


def _decodes(values: Values) -> str | None:
    if values["satellite.payload"] == "transparent":
        return None
    return (
        'with satellite.payload = "regenerative" the feeder link carries decoded bits, and not the '
        "channels of beams"
    )


def _file_tells(values: Values) -> str | None:
    return None if values["users.file"] is None else "users.file says where a network is"


def _no_turns(values: Values) -> str | None:
    interference = uplink_interference(values)
    return None if interference == "full-buffer" else f'uplink.interference = "{interference}"'


def _all_kept(values: Values) -> str | None:
    if is_constellation(values):
        return None
    lacks = CALLS.lacks(values)
    return lacks and f"of one satellite only reasons of refused calls are not kept anyway: {lacks}"


def _nothing_disturbs(values: Values) -> str | None:
    if is_constellation(values):
        return UPLINK.lacks(values)
    carried = values["uplink.interference"] == "load"
    return CALLS.lacks(values) if carried else None


def _asked_for_nothing(values: Values) -> str | None:
    is_on = values["uplink.interference"] not in (None, "off")
    return _nothing_disturbs(values) if is_on else None


def _no_service(values: Values) -> str | None:
    return "there is no service" if values["service.downlink_kbps"] is None else None


def _nobody_asks(values: Values) -> str | None:
    keys = ("service.mix", "service.downlink_kbps", "service.guaranteed")
    if any(kinds_of_service(*(values[key] for key in keys))):
        return None
    return "there is no service"


def _by_traffic(values: Values) -> str | None:
    given_traffic = values["users.erlang_per_device"] is not None
    return "users.erlang_per_device says how many call" if given_traffic else None


def _best_effort(values: Values) -> str | None:
    return "the rate is not guaranteed" if values["service.guaranteed"] is False else None


def _fixed_to_satellite(values: Values) -> str | None:
    if values["cells.layout"] == "earth-fixed":
        return None
    return (
        'with cells.layout = "satellite-fixed" beams hang under their satellite and are aimed at '
        "no cell: there is nothing to choose"
    )


def _in_turn(values: Values) -> str | None:
    allocation = values["beams.allocation"]
    if allocation == "all-on":
        return None
    return (
        f'with beams.allocation = "{allocation}" satellites hold more cells than they light, and '
        "a cell has less than one beam"
    )


_BY_HPBW = in_words(name for name in PATTERNS.names() if takes_hpbw(name))
_BY_DIAMETER = in_words(name for name in PATTERNS.names() if not takes_hpbw(name))
_EARTH_FIXED = chosen("cells.layout", "earth-fixed")
_IN_PARTS = ReadCondition("with an assignment of order and preference", _decides_as_a_whole)
_HOPPING = chosen("beams.allocation", *HOPPING)
_ARRAY, _DISH = chosen("satellite.antenna", "array"), chosen("satellite.antenna", "dish")
_SHELLS = ReadCondition("with `constellation.shells` or orbits of `shell`", _no_shells)
_AIMED = ReadCondition(
    'with `cells.layout` = "earth-fixed"',
    _fixed_to_satellite,
    instead='write cells.layout = "earth-fixed"',
)
_STEADY = ReadCondition(
    'with `beams.allocation` = "all-on"',
    _in_turn,
    instead='write beams.allocation = "all-on"',
)
_MOVING = ReadCondition("with `constellation.shells` or `catalogue`", _all_stand)
_SURROUNDED = ReadCondition('with `region.kind` other than "earth"', _all_of_it)
_ASKED = ReadCondition("with a service", _nobody_asks)
_NOT_BY_TRAFFIC = ReadCondition("without `users.erlang_per_device`", _by_traffic)
_PEOPLE = chosen("users.placement", *PEOPLE)
_UNCOVERED = chosen("users.placement", "uncovered")
_FROM_FILE = chosen("users.placement", "file", "uncovered")
_BY_DENSITY = ReadCondition("without `users.file`", _file_tells)
_HOTSPOTS = chosen("users.placement", "hotspots")
_CROWDED = above_zero("users.hotspots.share")
_FRACTIONAL = chosen("uplink.power_control", "fractional")
_DISTURBED = ReadCondition(
    "with one satellite, or calls whose uplink has all its figures", _asked_for_nothing
)
_OFF = ReadCondition("unless it is off anyway", _nothing_disturbs, neutral=True)
_TURNS = ReadCondition('with `uplink.interference` = "full-buffer"', _no_turns, neutral=True)
_OF_LAYOUT = one_satellite("Earth-fixed cells take beams as they need them")
_DROPS = one_satellite("the interference of a constellation is a mean over all drops")
_STANDS = one_satellite("its orbits say where satellites stand")
_ONE_PLACE = one_satellite("each cell of its region has the weather of its own place")
_GUARANTEED = ReadCondition("with `service.guaranteed` = true", _best_effort)
_COUNTED = ReadCondition('with `users.placement` other than "beam"', _beam_by_beam)
_PER_BEAM = ReadCondition("without `users.count` and `users.devices_per_person`", _count_given)


def _between_satellites(values: Values) -> str | None:
    if values["satellite.payload"] == "transparent":
        return None
    return (
        'with satellite.payload = "regenerative" other satellites may pass traffic on to a '
        "gateway, and no trial computes their links"
    )


def _a_channel(values: Values) -> str | None:
    width_mhz = values["carrier.bandwidth_mhz"] / values["beams.frequency_reuse"]
    if between_channels_mhz(width_mhz * 1e6, values["satellite.frequency_ghz"] * 1e9):
        return None
    return f"{width_mhz:.4g} MHz of a beam lie not between two channels of TS 38.101-5"


def _no_choice_of_beams(values: Values) -> str | None:
    if is_constellation(values) and _EARTH_FIXED.lacks(values) is None:
        return None
    return _HOPPING.lacks(values)


def _of_beams(values: Values) -> str | None:
    if not is_constellation(values) or values["cells.layout"] == "satellite-fixed":
        return None
    return 'with a constellation only with cells.layout = "satellite-fixed": cells are aimed at'


_CHOICE_OF_BEAMS = ReadCondition(
    f"with Earth-fixed cells of a constellation, or with `beams.allocation` = {in_words(HOPPING)}",
    _no_choice_of_beams,
)
_CAPPED = ReadCondition("with `satellite.rf_power_w`", _nothing_caps_power)
_REPEATS = ReadCondition('with `satellite.payload` = "transparent"', _decodes)


READ_WHEN: dict[str, tuple[ReadCondition, ...]] = {
    "satellite.altitude_km": (
        ReadCondition(
            "with one satellite, where cells are as wide as its beams, or with a catalogue of "
            "which nothing is selected, or whose heights nobody limits and HARQ goes by",
            _no_height,
            neutral=True,
        ),
    ),
    "satellite.elevation_deg": (_STANDS,),
    "satellite.latitude_deg": (_STANDS,),
    "satellite.longitude_deg": (_STANDS,),
    "satellite.azimuth_deg": (_STANDS, given("satellite.latitude_deg")),
    "satellite.antenna_diameter_m": (
        ReadCondition(
            f"with `satellite.pattern` = {_BY_DIAMETER}, an array, or an uplink",
            _no_aperture,
            neutral=True,
        ),
    ),
    "satellite.hpbw_deg": (
        ReadCondition(
            f"with `satellite.pattern` = {_BY_HPBW}, or where it sets how far beams or cells lie "
            "apart",
            _no_width,
            neutral=True,
        ),
    ),
    "satellite.gateway_elevation_deg": (
        ReadCondition(
            'with `satellite.payload` = "transparent", or a service of guaranteed rate', _no_gateway
        ),
    ),
    "satellite.uplink_frequency_ghz": (UPLINK,),
    "satellite.uplink_antenna_diameter_m": (
        one_satellite("a constellation's beams are as wide in the uplink as in the downlink"),
        UPLINK,
    ),
    "satellite.g_over_t_db_per_k": (UPLINK,),
    "satellite.pattern": (_DISH,),
    "satellite.element_exponent": (_ARRAY,),
    "satellite.steering_loss_exponent": (CONSTELLATION, _EARTH_FIXED, _DISH),
    "satellite.beams_at_once": (_CHOICE_OF_BEAMS,),
    "satellite.power_limit": (_CHOICE_OF_BEAMS, _CAPPED),
    "satellite.feeder_bandwidth_mhz": (_CHOICE_OF_BEAMS, _REPEATS),
    "satellite.largest_scan_deg": (CONSTELLATION, _EARTH_FIXED),
    "constellation.deployed_fraction": (CONSTELLATION, _SHELLS),
    "constellation.deployment": (
        *(CONSTELLATION, _SHELLS),
        ReadCondition("with `constellation.deployed_fraction` below 1", _all_up, neutral=True),
    ),
    "constellation.gateways": (
        CONSTELLATION,
        ReadCondition('with `satellite.payload` = "transparent"', _between_satellites),
    ),
    "constellation.start": (CONSTELLATION, _MOVING),
    "constellation.window_h": (CONSTELLATION, _MOVING),
    "constellation.epochs": (CONSTELLATION, _MOVING),
    **{key: (CONSTELLATION, given("constellation.catalogue")) for key in SELECT},
    "constellation.minimum_elevation_deg": (CONSTELLATION,),
    "constellation.minimum_visibility_s": (CONSTELLATION, _EARTH_FIXED, _MOVING),
    "constellation.cull_elevation_deg": (CONSTELLATION,),
    "region.kind": (CONSTELLATION,),
    "region.guard_km": (CONSTELLATION, _SURROUNDED),
    **{
        f"region.{key}": (CONSTELLATION, chosen("region.kind", kind))
        for kind, keys in REGION_KEYS.items()
        for key in keys
    },
    "cells.layout": (CONSTELLATION,),
    "cells.diameter_km": (CONSTELLATION,),
    "cells.diameter_from": (
        CONSTELLATION,
        ReadCondition("without `cells.diameter_km`", _width_given, neutral=True),
    ),
    "cells.lit": (CONSTELLATION,),
    "cells.assignment": (CONSTELLATION, _EARTH_FIXED),
    "cells.order": (CONSTELLATION, _EARTH_FIXED, _IN_PARTS),
    "cells.preference": (CONSTELLATION, _EARTH_FIXED, _IN_PARTS),
    "cells.refinement": (CONSTELLATION, _AIMED, _STEADY, MAY_DARKEN),
    "cells.moves": (
        CONSTELLATION,
        _AIMED,
        _STEADY,
        MAY_DARKEN,
        chosen("cells.refinement", "local-search"),
    ),
    "cells.beams_per_cell": (CONSTELLATION, _AIMED, _STEADY),
    "cells.objective": (CONSTELLATION, _EARTH_FIXED, DEMANDED, MAXIMISED),
    "cells.minimum_share": (CONSTELLATION, _EARTH_FIXED, COVERAGE, WANTED),
    "cells.bound": (CONSTELLATION, _EARTH_FIXED, CALLS),
    "beams.count": (ReadCondition("with one satellite, or satellite-fixed beams", _of_beams),),
    "beams.statistics_count": (one_satellite("its cells are all counted"),),
    "beams.spacing_uv": (
        ReadCondition(
            "with one satellite, satellite-fixed beams, or without `cells.diameter_km`", _no_spacing
        ),
    ),
    "beams.slot_ms": (FRAME, CALLS),
    "beams.cells_per_beam": (CONSTELLATION, _EARTH_FIXED, _HOPPING, NOT_COVERAGE),
    "beams.bound": (FRAME,),
    "beams.beyond_earth": (_OF_LAYOUT,),
    "users.per_beam": (one_satellite("users.count says how many users its region has"), _PER_BEAM),
    "users.count": (_COUNTED,),
    "users.devices_per_person": (_PEOPLE,),
    "users.demand_mbps": (FREE_DEMAND,),
    "users.activity_factor": (_PEOPLE, given("users.devices_per_person"), _NOT_BY_TRAFFIC),
    "users.erlang_per_device": (_PEOPLE, given("users.devices_per_person"), _ASKED),
    "users.file": (_FROM_FILE,),
    "users.file_variable": (_FROM_FILE, given("users.file")),
    "users.file_units": (chosen("users.placement", "file"),),
    "users.uncovered_density_per_km2": (_UNCOVERED, _BY_DENSITY),
    "users.hotspots.count": (_HOTSPOTS, _CROWDED),
    "users.hotspots.radius_km": (_HOTSPOTS, _CROWDED),
    "users.hotspots.share": (_HOTSPOTS,),
    "handset.transmit_power_dbm": (UPLINK,),
    "handset.transmit_gain_dbi": (UPLINK,),
    "channel.environment": (SCATTERED,),
    "channel.elevation_lookup": (SCATTERED,),
    "channel.urban_sigma_db": (FADING, IN_TOWN),
    "channel.fading_gain": (FADING,),
    "handset.power_reduction_db": (UPLINK,),
    "channel.thermally_efficient_share": (above_zero("users.indoor_share"),),
    "channel.vehicle_loss_db": (above_zero("users.vehicle_share"),),
    "channel.tropospheric_scintillation": (TROPOSPHERE,),
    "channel.ionosphere": (IONOSPHERE,),
    "channel.exceeded_percent": (EXCEEDED,),
    "channel.latitude_deg": (_ONE_PLACE, OF_PLACE),
    "channel.longitude_deg": (_ONE_PLACE, OF_PLACE),
    "uplink.interference": (_DISTURBED, _OFF),
    "uplink.width": (UPLINK, OF_CALLS),
    "uplink.bandwidth_mhz": (UPLINK,),
    "uplink.overhead": (UPLINK,),
    "uplink.control_share": (UPLINK,),
    "uplink.scheduled": (_TURNS,),
    "uplink.drops": (_DROPS, _TURNS),
    "uplink.power_control": (UPLINK,),
    "uplink.p0_dbm": (_FRACTIONAL, UPLINK),
    "uplink.alpha": (_FRACTIONAL, UPLINK),
    "carrier.guard_band": (
        NR,
        ReadCondition(
            "with a beam's width between two channels of TS 38.101-5", _a_channel, neutral=True
        ),
    ),
    "link.table": (NR,),
    "link.thresholds": (NR,),
    "link.shannon": (chosen("link.adaptation", "truncated-shannon"),),
    "link.harq": (CHARGEABLE,),
    "link.harq_processes": (CHARGEABLE, REPAIRED),
    "link.harq_round_trips": (ROUND_TRIPS,),
    "run.keep_cells": (ReadCondition("with a constellation or calls", _all_kept, neutral=True),),
    "service.downlink_kbps": (_GUARANTEED,),
    "service.uplink_kbps": (_GUARANTEED,),
    "service.least_downlink_kbps": (_GUARANTEED,),
    "service.least_uplink_kbps": (_GUARANTEED,),
    "service.delay_budget_ms": (_GUARANTEED,),
    "service.packet_error_rate": (_GUARANTEED, NOT_REPAIRED),
    "service.five_qi": (CALLS,),
    "service.activity": (ReadCondition("with a service", _no_service),),
    "service.guaranteed": (ReadCondition("with a service", _no_service),),
    "service.header_share": (CALLS,),
    "service.talk_share": (_GUARANTEED,),
    "service.inter_satellite_hops": (OVER_HOPS,),
    "service.simulated_holding_times": (CALLS,),
    "service.count_reachable": (CALLS,),
    "scheduler.policy": (MOMENT,),
    "scheduler.admission": (CALLS,),
}
"""Key -> what must hold, all of it, for the key to be read; other keys are read always."""


def unread(key: str, values: Values) -> Unread | None:
    """Tell why a key is not read, ``None`` where it is.

    Parameters
    ----------
    key : str
    values : mapping
        Where one that the answer needs is missing (it is faulty), the key counts as read.
    """
    for condition in READ_WHEN.get(key, ()):
        try:
            reason = condition.lacks(values)
        except KeyError:
            return None
        if reason is not None:
            return Unread(reason, condition.neutral, condition.even_default, condition.instead)
    return None


def is_read(key: str, values: Values) -> bool:
    """Tell whether a key is read."""
    return unread(key, values) is None
