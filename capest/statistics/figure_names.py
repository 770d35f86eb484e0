"""Names of the figures that a result reports: ``metric.statistic``, with their units."""

from __future__ import annotations

from capest.statistics.histograms import AXES

CALL_SERVICES = (
    *("live-streaming", "message", "video-call-1080p", "video-call-360p", "video-call-480p"),
    *("video-call-720p", "voice"),
)
"""Presets of services with a guaranteed rate: those whose calls a mix counts one by one."""


def calls_of_service(preset: str) -> tuple[str, str]:
    """Name the calls of one service of a mix: carried, and offered."""
    name = preset.replace("-", "_")
    return f"calls_{name}", f"calls_offered_{name}"


OF_MIXES = {name: preset for preset in CALL_SERVICES for name in calls_of_service(preset)}
"""Metrics that are there only where several services of a mix are calls, with their service."""

QUANTILES: dict[str, float] = {"p05": 0.05, "p50": 0.5, "p95": 0.95}
"""Quantiles reported of every histogram metric, by the name of the statistic."""

ALL_BEAMS = {
    f"{metric}_all_beams": metric
    for metric in (
        "throughput",
        "uplink_throughput",
        "calls",
        "calls_offered",
        "best_effort_throughput",
    )
}
"""Metrics of one satellite with all its beams, each with the metric of the beams that count.

Beams at the rim are in them, which lack the interference of neighbours further out."""

TRIAL_MEANS: dict[str, str] = {
    "throughput": "Mbit s-1",
    "users": "1",
    "lit_beams": "1",
    "uplink_throughput": "Mbit s-1",
    "satellites_in_use": "1",
    "satellites_in_reach": "1",
    "covered_cells": "1",
    "calls": "1",
    "calls_offered": "1",
    "calls_on_fading": "1",
    **dict.fromkeys(OF_MIXES, "1"),
    "best_effort_throughput": "Mbit s-1",
    **{
        metric: "1" if counted.startswith("calls") else "Mbit s-1"
        for metric, counted in ALL_BEAMS.items()
    },
}
"""Quantities of a trial whose mean over trials is reported where they are, with their units."""

SERVED_SHARE = "served_share"
"""Metric: served users of the users of lit statistics beams, a ratio of sums over trials."""

BEAM_SHARE = "beam_share"
"""Metric of a constellation: users with a beam, of all users."""

UPLINK_SHARE = "uplink_share"
"""Metric: users of lit statistics beams that are heard in the uplink, of all of them."""

REFUSAL_REASONS = ("satellite", "elevation", "beam", "delay", "downlink", "uplink", "bandwidth")
"""Why a call is refused; the first that applies. None above the horizon; none above the mask; a
dark beam, or none; the delay is over the budget; the link cannot carry the rate, even alone;
others have taken the bandwidth."""

REFUSED_SHARE = "refused_share"
"""Metric: calls refused, of all that users ask for."""

OF_REFUSED = tuple(f"refused_{reason}_share" for reason in REFUSAL_REASONS)
"""Metrics: calls refused for each reason, of all refused."""

BLOCKING_SHARE = "blocking_share"
"""Metric: calls that find their beam taken, of all asked for as calls come and go."""

OF_CALLS = {
    *("calls", "calls_offered", "calls_on_fading", "packet_delay"),
    *(REFUSED_SHARE, *OF_REFUSED),
}
"""Metrics that are there only where users ask for calls."""

OF_BEST_EFFORT = {"best_effort_throughput"}
"""Metrics that are there only where users ask for services without a guaranteed rate."""

OF_LIMITS = {
    "pfd_reduction_db": "satellite.pfd_limit_dbw_per_m2_mhz",
    "rf_power_reduction_db": "satellite.rf_power_w",
    "out_of_band_reduction_db": "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz",
}
"""Metrics of a constellation that are there only with a limit on power, with its key."""

OF_CONSTELLATION = {"satellites_in_use", "satellites_in_reach", "covered_cells", BEAM_SHARE}
"""Metrics that only a constellation has."""

SHARES = (SERVED_SHARE, UPLINK_SHARE, BEAM_SHARE, REFUSED_SHARE, *OF_REFUSED, BLOCKING_SHARE)
"""Ratios of sums over trials."""

UNITS: dict[str, str] = {
    **{
        f"{metric}.{statistic}": axis.units
        for metric, axis in AXES.items()
        for statistic in QUANTILES
    },
    **{f"{metric}.mean": units for metric, units in TRIAL_MEANS.items()},
    **{f"{metric}.mean": "1" for metric in SHARES},
}
"""Every figure there is, with its units."""


def is_of_uplink(metric: str) -> bool:
    """Whether a metric is there only where the uplink is computed."""
    return metric.startswith("uplink_")
