"""What the beams and users of one satellite demand of the keys of a scenario."""

from __future__ import annotations

import math
from collections.abc import Callable

from capest.errors import Problem
from capest.physics.beam_spacing import spacing_from_hpbw
from capest.scenario import layout_fit
from capest.scenario.derived import is_frame, slots_of, users_per_trial
from capest.scenario.frame_rules import at_once_given, at_once_within
from capest.scenario.limits import USERS_PER_TRIAL_LIMIT, not_hexagonal, too_many_users
from capest.scenario.place_rules import PLACED_SATELLITE

_UPLINK_KEYS = (
    "satellite.uplink_frequency_ghz",
    "satellite.uplink_antenna_diameter_m",
    "satellite.g_over_t_db_per_k",
    "handset.transmit_power_dbm",
    "handset.transmit_gain_dbi",
)


def _beams_hexagonal(count: int) -> Problem | None:
    return not_hexagonal("beams.count", count)


def _statistics_hexagonal(count: int) -> Problem | None:
    return not_hexagonal("beams.statistics_count", count)


def _statistics_within(statistics: int, count: int) -> Problem | None:
    if statistics <= count or layout_fit.rings_of(count) is None:
        return None
    return Problem(
        "beams.statistics_count",
        statistics,
        f"must be at most beams.count, {count}",
        f"write {count} to take statistics over every beam",
    )


def _slots_within(allocation: str, slots: int | None, count: int) -> Problem | None:
    most = USERS_PER_TRIAL_LIMIT // count
    if slots_of(allocation, slots) <= most:
        return None
    return Problem(
        "beams.slots",
        slots,
        f"{count} cells in so many slots are more than the {USERS_PER_TRIAL_LIMIT:,} random "
        "numbers of a trial",
        f"write at most {most:,}",
    )


def _bound_within(
    allocation: str,
    slots: int | None,
    demand_mbps: float | None,
    bound: str,
    at_once: int | None,
    count: int,
) -> Problem | None:
    if bound != "interference" or not is_frame(allocation, slots, demand_mbps):
        return None
    # Only here: it comes with NumPy, and other scenarios load faster than it.
    from capest.allocation.bounds.with_interference import MOST_SETS

    lit = count if allocation == "all-on" or at_once is None else at_once
    sets = math.comb(count, min(lit, count))
    if sets <= MOST_SETS:
        return None
    return Problem(
        "beams.bound",
        bound,
        f"{count} cells can be lit {lit} at a time in {sets} ways, more than the {MOST_SETS} that "
        "the bound with interference takes into account",
        'write "fluid"',
    )


def _users_limit(placement: str, per_beam: int, count: int | None, beams: int) -> Problem | None:
    total = users_per_trial(placement, per_beam, count, beams)
    from_count = placement != "beam" and count is not None
    most = USERS_PER_TRIAL_LIMIT if from_count else USERS_PER_TRIAL_LIMIT // beams
    key = "users.count" if from_count else "users.per_beam"
    return too_many_users(key, count if from_count else per_beam, total, most)


def _uplink_figures(interference: str | None, *figures: float | None) -> Problem | None:
    missing = [key for key, value in zip(_UPLINK_KEYS, figures, strict=True) if value is None]
    if interference in (None, "off") or not missing:
        return None
    return Problem(
        "uplink.interference",
        interference,
        f"needs {', '.join(missing)}",
        "write them, or choose presets that have them",
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


SINGLE_SATELLITE: tuple[tuple[tuple[str, ...], Callable[..., Problem | None]], ...] = (
    *PLACED_SATELLITE,
    (("beams.count",), _beams_hexagonal),
    (("beams.statistics_count",), _statistics_hexagonal),
    (("beams.statistics_count", "beams.count"), _statistics_within),
    (("beams.allocation", "satellite.beams_at_once"), at_once_given),
    (("beams.allocation", "satellite.beams_at_once", "beams.count"), at_once_within),
    (("beams.allocation", "beams.slots", "beams.count"), _slots_within),
    (
        (
            *("beams.allocation", "beams.slots", "users.demand_mbps", "beams.bound"),
            *("satellite.beams_at_once", "beams.count"),
        ),
        _bound_within,
    ),
    (("users.placement", "users.per_beam", "users.count", "beams.count"), _users_limit),
    (("uplink.interference", *_UPLINK_KEYS), _uplink_figures),
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
"""Rules with the keys they read, for one satellite."""
