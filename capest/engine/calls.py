"""Services under one satellite: what a trial's users get of what they ask for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks
from capest.backend.protocol import Kernels
from capest.engine.channel import Surroundings, fading_loss_db
from capest.engine.links import peak_gain
from capest.engine.radio import Carrier
from capest.engine.scene import Scene
from capest.engine.service_constants import Services
from capest.engine.services.admission import (
    CARRIED,
    WHOLE,
    Admitted,
    CallLinks,
    admit,
    are_carried_alone,
)
from capest.engine.services.blocking import blocked_calls, blocking_totals
from capest.engine.services.demand import Demand, draw_demand
from capest.engine.services.outcome import (
    best_effort_mbps,
    call_histogram,
    calls_of_beams,
    totals,
)
from capest.engine.uplink import UplinkResult
from capest.engine.uplink_power import Downlink, hear
from capest.physics import geometry
from capest.physics.uplink_budget import UplinkBudget
from capest.sampling.draws import Draws


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
        lifted = _calls_on_fading(
            scene, kernels, surroundings, downlink, powers, up, demand, admitted
        )
        trial["calls_on_fading"] = lifted[:, place[statistics]].sum(axis=1).astype(xp.int32)
        if services.holding_times:
            blocked = blocked_calls(services, kernels, draws, links)
            trial |= blocking_totals(blocked[:, place[statistics]].sum(axis=1))
    if services.has_rest:
        attached = AttachedLinks(
            carrier=carrier,
            interference=interference,
            serving=downlink.serving,
            user_trial=downlink.user_trial,
            lit=lit,
            adaptation=link.adaptation,
            trials=links.trials,
            beams=beams,
        )
        rest = best_effort_mbps(services, kernels, attached, demand, left)[:, place]
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
    return kernels.link_efficiency(sinr, link.adaptation)


def _calls_on_fading(
    scene: Scene,
    kernels: Kernels,
    surroundings: Surroundings,
    downlink: Downlink,
    powers: tuple[Any, Any, Any],
    up: UplinkResult,
    demand: Demand,
    admitted: Admitted,
) -> Any:
    """Count the calls carried whose own links fail without fading above free space.

    Interference and the others' calls stay what they are.

    Returns
    -------
    int64 array (trials, beams)
        Beams in the kernels' order.
    """
    services, xp, link = scene.services, kernels.xp, scene.link
    shape = (downlink.trials, len(scene.beams.colour))
    if services is None or surroundings.shadow_normal is None:
        return xp.zeros(shape, dtype=xp.int64)
    cut_db = xp.maximum(-fading_loss_db(scene.carrier, surroundings, xp), 0.0)
    carrier, interference, _ = powers
    carrier = (carrier * peak_gain(-cut_db, xp)).astype(xp.float32)
    sinr = carrier / (interference + np.float32(1.0))
    efficiency = kernels.link_efficiency(sinr, link.adaptation)
    without = replace(surroundings, gains=False)
    weaker = replace(downlink, loss_db=downlink.loss_db + cut_db, carrier=carrier)
    if up.heard is not None and scene.uplink is not None and scene.uplink_carrier is not None:
        weak = hear(scene, scene.uplink, scene.uplink_carrier, without, weaker, xp)
        up = replace(up, heard=weak)
    up_efficiency = _uplink_efficiency(scene, services, kernels, without, weaker, up)
    rates_mbps = (demand.down_mbps, demand.up_mbps)
    alone = are_carried_alone(services, rates_mbps, (efficiency, up_efficiency), xp)
    lifted = demand.call & (admitted.outcome == CARRIED) & (cut_db > 0.0) & ~alone
    own_beam = downlink.user_trial.astype(xp.int64) * shape[1] + downlink.serving
    number = xp.where(lifted, own_beam, -1)
    return kernels.count_numbers(number, shape[0] * shape[1]).reshape(shape)


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
