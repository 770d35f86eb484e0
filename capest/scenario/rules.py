"""What keys of a scenario demand of each other.

A rule reads a few keys and is skipped while one of them is faulty in itself, so all faults of a
file come out together and none is only the echo of another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from capest.errors import Problem
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.scenario import layout_fit

BLOCKS_LIMIT = 1_000_000
"""Files a run may leave in a folder until it is done."""

USERS_PER_TRIAL_LIMIT = 2**20
"""The random numbers of a trial are addressed by 2**20 entities."""


@dataclass(frozen=True)
class BrokenRule(Problem):
    """A fault of keys against each other; ``reads`` are all the keys the rule looks at."""

    reads: tuple[str, ...] = ()


def broken_rules(values: Mapping[str, Any]) -> list[BrokenRule]:
    """Check everything that involves more than one key's own range.

    Parameters
    ----------
    values : mapping of dotted key to value
        Keys that are valid in themselves, defaults included.

    Returns
    -------
    list of BrokenRule
        Empty if all is well.
    """
    problems = []
    for keys, rule in _RULES:
        if all(key in values for key in keys):
            problem = rule(*(values[key] for key in keys))
            if problem is not None:
                problems.append(
                    BrokenRule(problem.key, problem.value, problem.allowed, problem.hint, keys)
                )
    return problems


_UPLINK_KEYS = (
    "satellite.uplink_frequency_ghz",
    "satellite.uplink_antenna_diameter_m",
    "satellite.g_over_t_db_per_k",
    "handset.transmit_power_dbm",
    "handset.transmit_gain_dbi",
)


def users_per_trial(placement: str, per_beam: int, count: int | None, beams: int) -> int:
    """Users of one trial, as `users.placement` counts them."""
    return per_beam * beams if placement == "beam" or count is None else count


def _hexagonal(key: str, count: int) -> Problem | None:
    if layout_fit.rings_of(count) is not None:
        return None
    below, above = layout_fit.nearest_hexagonal(count)
    return Problem(
        key,
        count,
        "must be a centred hexagonal number (1, 7, 19, 37, 61, 91, 127, ...)",
        f"the nearest are {below} and {above}",
    )


def _beams_hexagonal(count: int) -> Problem | None:
    return _hexagonal("beams.count", count)


def _statistics_hexagonal(count: int) -> Problem | None:
    return _hexagonal("beams.statistics_count", count)


def _statistics_within(statistics: int, count: int) -> Problem | None:
    if statistics <= count or layout_fit.rings_of(count) is None:
        return None
    return Problem(
        "beams.statistics_count",
        statistics,
        f"must be at most beams.count, {count}",
        f"write {count} to take statistics over every beam",
    )


def _active_count(allocation: str, active: int | None) -> Problem | None:
    if allocation == "all-on" and active is not None:
        return Problem(
            "beams.active_count",
            active,
            'has no meaning with allocation = "all-on"',
            'remove it, or set allocation to "random-hopping" or "round-robin"',
        )
    if allocation != "all-on" and active is None:
        return Problem(
            "beams.active_count",
            None,
            f'required with allocation = "{allocation}": how many beams are lit at once',
            "give a whole number from 1 to beams.count",
        )
    return None


def _active_within(allocation: str, active: int | None, count: int) -> Problem | None:
    if allocation == "all-on" or active is None or active <= count:
        return None
    return Problem("beams.active_count", active, f"must be at most beams.count, {count}")


def _polarisation(reuse: int, polarisation: bool) -> Problem | None:
    if polarisation and reuse != 2:
        return Problem(
            "beams.polarisation_reuse",
            polarisation,
            f"only with frequency_reuse = 2, not {reuse}",
            "together they give the four colours of TR 38.821 reuse option 3",
        )
    if reuse == 2 and not polarisation:
        return Problem(
            "beams.frequency_reuse",
            reuse,
            "2 only together with polarisation_reuse = true",
            "otherwise one of 1, 3, 4, 7",
        )
    return None


def _users_count(placement: str, count: int | None) -> Problem | None:
    if placement != "beam" or count is None:
        return None
    return Problem(
        "users.count",
        count,
        'has no meaning with placement = "beam"',
        'give per_beam instead, or set placement to "uniform" or "hotspots"',
    )


def _users_limit(placement: str, per_beam: int, count: int | None, beams: int) -> Problem | None:
    total = users_per_trial(placement, per_beam, count, beams)
    if total <= USERS_PER_TRIAL_LIMIT:
        return None
    from_count = placement != "beam" and count is not None
    most = USERS_PER_TRIAL_LIMIT if from_count else USERS_PER_TRIAL_LIMIT // beams
    return Problem(
        "users.count" if from_count else "users.per_beam",
        count if from_count else per_beam,
        f"gives {total} users per trial, at most 2**20 = {USERS_PER_TRIAL_LIMIT} are possible "
        "(the addressing of random numbers)",
        f"write {most} or fewer" if most else "take fewer beams",
    )


def _uplink_figures(enabled: bool, *figures: float | None) -> Problem | None:
    missing = [key for key, value in zip(_UPLINK_KEYS, figures, strict=True) if value is None]
    if not enabled or not missing:
        return None
    return Problem(
        "uplink.enabled",
        True,
        f"needs {', '.join(missing)}",
        "write them, or choose presets that have them",
    )


def _blocks_limit(trials: int, block_trials: int | None) -> Problem | None:
    if block_trials is None or trials <= block_trials * BLOCKS_LIMIT:
        return None
    return Problem(
        "run.block_trials",
        block_trials,
        f"gives {math.ceil(trials / block_trials)} blocks, at most {BLOCKS_LIMIT} are possible "
        "(each is a file until the run is done)",
        f"write at least {math.ceil(trials / BLOCKS_LIMIT)}, or leave it out",
    )


def _on_earth(
    beyond_earth: str,
    statistics_count: int,
    count: int,
    spacing_uv: float | None,
    hpbw_deg: float,
    altitude_km: float,
    elevation_deg: float,
) -> Problem | None:
    # With "discard" only the statistics beams must be there.
    if beyond_earth == "discard":
        count = min(count, statistics_count)
    rings = layout_fit.rings_of(count)
    if rings is None:
        return None
    spacing = spacing_from_hpbw(hpbw_deg) if spacing_uv is None else spacing_uv
    if layout_fit.fits(rings, spacing, altitude_km, elevation_deg):
        return None
    reach = layout_fit.farthest_uv(
        rings, spacing, layout_fit.earth_edge_uv(altitude_km, elevation_deg)
    )
    edge = layout_fit.earth_edge_uv(altitude_km)
    return Problem(
        "beams.count" if beyond_earth == "error" else "beams.statistics_count",
        count,
        f"every beam cell must lie wholly on the Earth: the layout (spacing {spacing:.4g}, centre "
        f"at {elevation_deg:g}° elevation) reaches {reach:.4f} from nadir in direction cosines, "
        f"the Earth only {edge:.4f} ({layout_fit.LOWEST_ELEVATION_DEG}° elevation)",
        layout_fit.what_fits(rings, spacing, altitude_km, elevation_deg),
    )


def _hotspots_in_view(
    placement: str,
    radius_km: float,
    count: int,
    spacing_uv: float | None,
    hpbw_deg: float,
    altitude_km: float,
    elevation_deg: float,
) -> Problem | None:
    rings = layout_fit.rings_of(count)
    if placement != "hotspots" or rings is None:
        return None
    spacing = spacing_from_hpbw(hpbw_deg) if spacing_uv is None else spacing_uv
    if not layout_fit.fits(rings, spacing, altitude_km, elevation_deg):
        return None
    widest_km = layout_fit.widest_hotspot_km(rings, spacing, altitude_km, elevation_deg)
    if radius_km <= widest_km:
        return None
    return Problem(
        "users.hotspots.radius_km",
        radius_km,
        "the outermost users of a hotspot at the edge of the layout would not see the satellite",
        f"write at most {math.floor(widest_km * 100.0) / 100.0:g}",
    )


def _whereabouts(indoor: float, vehicle: float) -> Problem | None:
    if indoor + vehicle <= 1.0:
        return None
    return Problem(
        "users.vehicle_share",
        vehicle,
        f"indoor_share and vehicle_share are parts of all users: {indoor:g} + {vehicle:g} is more "
        "than 1",
        f"write at most {max(0.0, 1.0 - indoor):g}",
    )


def _weather_place(
    weather: str, latitude_deg: float | None, longitude_deg: float | None
) -> Problem | None:
    place = {"channel.latitude_deg": latitude_deg, "channel.longitude_deg": longitude_deg}
    given = [key for key, value in place.items() if value is not None]
    missing = [key for key, value in place.items() if value is None]
    if weather == "clear" and given:
        return Problem(
            given[0],
            place[given[0]],
            'has no meaning with weather = "clear"',
            'remove it, or set weather to "exceeded" or "random"',
        )
    if weather != "clear" and missing:
        return Problem(
            missing[0],
            None,
            f'required with weather = "{weather}": where the users are',
            "give the place in degrees, north and east positive",
        )
    return None


def _uplink_bandwidth(
    enabled: bool, user_mhz: float, system_mhz: float, reuse: int
) -> Problem | None:
    beam_mhz = system_mhz / reuse
    if not enabled or user_mhz <= beam_mhz * (1.0 + 1e-9):
        return None
    return Problem(
        "uplink.bandwidth_mhz",
        user_mhz,
        f"a user cannot transmit in more than the beam's bandwidth, {beam_mhz:g} MHz "
        "(carrier.bandwidth_mhz over beams.frequency_reuse)",
        f"write at most {beam_mhz:g}",
    )


_RULES: tuple[tuple[tuple[str, ...], Callable[..., Problem | None]], ...] = (
    (("beams.count",), _beams_hexagonal),
    (("beams.statistics_count",), _statistics_hexagonal),
    (("beams.statistics_count", "beams.count"), _statistics_within),
    (("beams.frequency_reuse", "beams.polarisation_reuse"), _polarisation),
    (("beams.allocation", "beams.active_count"), _active_count),
    (("beams.allocation", "beams.active_count", "beams.count"), _active_within),
    (("users.placement", "users.count"), _users_count),
    (("users.placement", "users.per_beam", "users.count", "beams.count"), _users_limit),
    (("run.trials", "run.block_trials"), _blocks_limit),
    (("uplink.enabled", *_UPLINK_KEYS), _uplink_figures),
    (("users.indoor_share", "users.vehicle_share"), _whereabouts),
    (("channel.weather", "channel.latitude_deg", "channel.longitude_deg"), _weather_place),
    (
        (
            "uplink.enabled",
            "uplink.bandwidth_mhz",
            "carrier.bandwidth_mhz",
            "beams.frequency_reuse",
        ),
        _uplink_bandwidth,
    ),
    (
        (
            "beams.beyond_earth",
            "beams.statistics_count",
            "beams.count",
            "beams.spacing_uv",
            "satellite.hpbw_deg",
            "satellite.altitude_km",
            "satellite.elevation_deg",
        ),
        _on_earth,
    ),
    (
        (
            "users.placement",
            "users.hotspots.radius_km",
            "beams.count",
            "beams.spacing_uv",
            "satellite.hpbw_deg",
            "satellite.altitude_km",
            "satellite.elevation_deg",
        ),
        _hotspots_in_view,
    ),
)
