"""Services under one satellite: what a trial's users get of what they ask for."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.channel import Surroundings
from capest.link_constants import Carrier
from capest.physics import geometry
from capest.physics.uplink_budget import UplinkBudget
from capest.sampling.draws import Draws
from capest.scene import Scene
from capest.service_constants import Services
from capest.services.admission import CARRIED, WHOLE, CallLinks, admit
from capest.services.blocking import blocked_calls, blocking_totals
from capest.services.demand import draw_demand
from capest.services.outcome import (
    best_effort_mbps,
    call_histogram,
    calls_of_beams,
    totals,
)
from capest.uplink import UplinkResult
from capest.uplink_power import Downlink, hear


def compute_services(
    scene: Scene,
    kernels: Kernels,
    draws: Draws,
    surroundings: Surroundings,
    downlink: Downlink,
    powers: tuple[Any, Any, Any],
    up: UplinkResult,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Let users ask for services, admit calls, and share out what they leave.

    Parameters
    ----------
    scene : Scene
    kernels : Kernels
    draws : Draws
    surroundings : Surroundings
    downlink : Downlink
    powers : tuple of float32 array (users,)
        Carrier, interference and efficiency of the downlink.
    up : UplinkResult

    Returns
    -------
    trial, trial_beam : dict of str to array
        Parts of a ``BlockResult``, beams in the order of the layout; empty without services.
    """
    services, xp = scene.services, kernels.xp
    if services is None:
        return {}, {}
    link, beams = scene.link, len(scene.beams.colour)
    carrier, interference, efficiency = powers
    demand = draw_demand(services, draws, scene.users_per_trial, xp)
    lit = downlink.lit
    links = CallLinks(
        trials=downlink.trials,
        beams=beams,
        serving=downlink.serving,
        user_trial=downlink.user_trial,
        above_horizon=None,
        in_view=None,
        lit=None if lit is None else lit[downlink.user_trial, downlink.serving] > 0,
        efficiency=efficiency,
        uplink_efficiency=_uplink_efficiency(scene, services, kernels, surroundings, downlink, up),
        delay_ms=_packet_delay_ms(scene, services, surroundings.view.range_m),
    )
    place = xp.asarray(scene.beams.place)
    statistics = xp.asarray(np.flatnonzero(scene.beams.statistics))
    trial: dict[str, Any] = {}
    trial_beam: dict[str, Any] = {}
    left = xp.full((links.trials * beams, 2), WHOLE, dtype=xp.int64)
    if services.has_calls:
        admitted = admit(services, kernels, links, demand)
        left = admitted.left
        counts = calls_of_beams(services, kernels, links, demand, admitted)
        trial = totals(services, counts[:, place[statistics]].sum(axis=1))
        carried = counts[:, :, :, CARRIED].sum(axis=2)
        offered = counts.reshape(links.trials, beams, -1).sum(axis=2)
        trial_beam = {
            "beam_calls": carried[:, place].astype(xp.int32),
            "beam_calls_offered": offered[:, place].astype(xp.int32),
        }
        if services.holding_times:
            blocked = blocked_calls(services, kernels, draws, links)
            trial |= blocking_totals(blocked[:, place[statistics]].sum(axis=1))
    if services.has_rest:
        table, shannon = xp.asarray(link.rate_table), xp.asarray(link.shannon)
        sinr = (carrier, interference, lit, table, shannon, link.mode)
        rest = best_effort_mbps(services, kernels, links, demand, left, sinr)[:, place]
        trial_beam["beam_best_effort_throughput"] = rest.astype(xp.float32)
    return trial, trial_beam


def trial_results(
    scene: Scene, trial: dict[str, np.ndarray], trial_beam: dict[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Totals over the statistics beams that are not counts, and the histogram over trials."""
    totals_of_trial: dict[str, np.ndarray] = {}
    if "beam_best_effort_throughput" in trial_beam:
        rest = trial_beam["beam_best_effort_throughput"][:, scene.beams.statistics]
        # One row after the other in memory: a sum rounds the same however many trials there are.
        rows = np.ascontiguousarray(rest, dtype=np.float64)
        totals_of_trial["best_effort_throughput"] = rows.sum(axis=1)
    return totals_of_trial, call_histogram(trial)


def _uplink_efficiency(
    scene: Scene,
    services: Services,
    kernels: Kernels,
    surroundings: Surroundings,
    downlink: Downlink,
    up: UplinkResult,
) -> Any | None:
    """Efficiency of each user's uplink, float32 array (users,); ``None`` without an uplink.

    Where the uplink is computed, a user has the interference that his beam hears on average over
    the drops of the trial; else only noise.
    """
    xp, link, carrier = kernels.xp, scene.link, scene.uplink_carrier
    if services.uplink is None or carrier is None or not services.has_calls:
        return None
    budget = services.uplink.budget
    if up.heard is not None:
        own_snr = up.heard.own_snr
    elif _is_downlink_reversed(scene, carrier) and budget.p0_dbw is None:
        own_snr = downlink.carrier * reversed_gain(scene, budget)
    else:
        own_snr = hear(scene, budget, carrier, surroundings, downlink, xp).own_snr
    sinr = own_snr.astype(xp.float32)
    if up.interference is not None:
        sinr = sinr / (up.interference[downlink.user_trial, downlink.serving] + np.float32(1.0))
    return kernels.link_efficiency(
        sinr, xp.asarray(link.rate_table), xp.asarray(link.shannon), link.mode
    )


def _is_downlink_reversed(scene: Scene, carrier: Carrier) -> bool:
    """Whether losses and beams are those of the downlink."""
    down = scene.carrier
    return (carrier.frequency_hz, carrier.reduced_aperture) == (
        down.frequency_hz,
        down.reduced_aperture,
    )


def reversed_gain(scene: Scene, budget: UplinkBudget) -> float:
    """SNR of the uplink at full power over that of the downlink, on one carrier, linear."""
    up_db = budget.peak_snr_db(budget.largest_power_dbw, 0.0)
    return float(10.0 ** (0.1 * (up_db - scene.link.snr_at_no_loss_db)))


def delays_ms(scene: Scene, range_m: Any) -> dict[str, Any]:
    """Quantity ``packet_delay`` of users at slant ranges, float64 array (users,), if they call."""
    services = scene.services
    if services is None or not services.has_calls:
        return {}
    return {"packet_delay": _packet_delay_ms(scene, services, range_m)}


def _packet_delay_ms(scene: Scene, services: Services, range_m: Any) -> Any:
    satellite = scene.scenario.satellite
    feeder_range_m = float(
        geometry.slant_range_m(satellite.altitude_km * 1e3, satellite.gateway_elevation_deg)
    )
    return services.delay.one_way_ms(range_m, feeder_range_m)
