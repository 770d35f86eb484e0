"""Services in a constellation: what the users of a trial get of what they ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks
from capest.backend.protocol import Kernels, on_host
from capest.engine.links import peak_gain
from capest.engine.network.beams import Beams
from capest.engine.network.fading import fading_loss_db
from capest.engine.network.scene import NetworkScene
from capest.engine.network.service import View
from capest.engine.network.sky import Sky
from capest.engine.network.users import Users
from capest.engine.service_constants import Services
from capest.engine.services.admission import (
    CARRIED,
    OUTCOMES,
    WHOLE,
    CallLinks,
    admit,
    are_carried_alone,
)
from capest.engine.services.blocking import blocked_calls, blocking_totals
from capest.engine.services.demand import Demand, draw_demand
from capest.engine.services.outcome import (
    best_effort_mbps,
    call_histogram,
    outcome_of_class,
    totals,
)
from capest.physics import geometry
from capest.sampling.draws import Draws
from capest.statistics.histograms import AXES

_DELAY = AXES["packet_delay"]


@dataclass(frozen=True)
class Attached:
    """Users with a beam, arrays (n,) of the backend.

    Attributes
    ----------
    on_beam : bool array (users,)
        Which of all users they are.
    beam : int32 array
    carrier, interference : float32 array
    unlimited : float64 array
        Carrier as if the beam had its whole EIRP.
    efficiency : float32 array
    range_m : float64 array
        To the serving satellite.
    """

    on_beam: Any
    beam: Any
    carrier: Any
    interference: Any
    unlimited: Any
    efficiency: Any
    range_m: Any


@dataclass(frozen=True)
class ServiceResult:
    """Parts of a ``BlockResult``, empty without services."""

    trial: dict[str, np.ndarray] = field(default_factory=dict)
    histograms: dict[str, np.ndarray] = field(default_factory=dict)
    cell: dict[str, np.ndarray] = field(default_factory=dict)


def compute_services(
    scene: NetworkScene,
    kernels: Kernels,
    draws: Draws,
    view: View,
    sky: Sky,
    beams: Beams,
    users: Users,
    attached: Attached,
) -> ServiceResult:
    """Let users ask for services, admit calls, and share out what they leave.

    Parameters
    ----------
    scene : NetworkScene
    kernels : Kernels
    draws : Draws
        Of one trial.
    view, sky, beams, users
        Of the trial.
    attached : Attached
    """
    services, xp = scene.services, kernels.xp
    if services is None:
        return ServiceResult()
    n = users.cell.size
    demand = draw_demand(services, draws, n, xp)

    def of_all(values: Any, missing: float) -> Any:
        found = xp.full(n, missing, dtype=values.dtype)
        found[attached.on_beam] = values
        return found

    serving = of_all(attached.beam, -1)

    def seen(by_cell: Any) -> Any:
        """Of each user; outside all cells it is the beam that lacks, whatever is overhead."""
        found = xp.asarray(by_cell)[xp.maximum(users.cell, 0)]
        return found | (users.cell < 0) | attached.on_beam

    uplink = _uplink_efficiency(scene, services, kernels, attached.unlimited)
    delay_ms = _delay_ms(scene, services, sky, beams, attached, xp)
    links = CallLinks(
        trials=1,
        beams=len(beams),
        serving=serving,
        user_trial=xp.zeros(n, dtype=xp.int32),
        above_horizon=seen(view.above_horizon),
        in_view=seen(view.in_view > 0),
        lit=None,
        efficiency=of_all(attached.efficiency, 0.0),
        uplink_efficiency=None if uplink is None else of_all(uplink, 0.0),
        delay_ms=of_all(delay_ms, 0.0),
    )
    result = ServiceResult()
    left = xp.full((len(beams), 2), WHOLE, dtype=xp.int64)
    if services.has_calls:
        admitted = admit(services, kernels, links, demand)
        left = admitted.left
        number, classes = outcome_of_class(demand, admitted), len(services.calls)
        counts = on_host(xp.bincount(number[demand.call], minlength=classes * OUTCOMES))
        result.trial.update(totals(services, counts.reshape(1, classes, OUTCOMES)))
        result.histograms.update(call_histogram(result.trial))
        result.histograms[_DELAY.name] = on_host(_DELAY.count(delay_ms, kernels))
        if services.holding_times:
            blocked = blocked_calls(services, kernels, draws, links).sum(axis=1)
            result.trial.update(blocking_totals(on_host(blocked)))
        carried = demand.call & (admitted.outcome == CARRIED)
        lifted = _calls_on_fading(
            scene, services, kernels, (sky, beams, users), attached, demand, carried
        )
        result.trial["calls_on_fading"] = np.array([lifted], dtype=np.int32)
        cells = len(scene.ground.colour)
        result.cell["cell_calls"] = _count(users.cell, carried, cells, xp)
        result.cell["cell_calls_offered"] = _count(users.cell, demand.call, cells, xp)
        # -1, no beam, marks the entry behind the last beam, which is there without beams too.
        satellite = xp.asarray(np.append(sky.number[beams.satellite], -1))[serving]
        result.cell["satellite_calls"] = _count(satellite, carried, len(scene.space), xp)
    if services.has_rest:
        everybody = AttachedLinks(
            carrier=of_all(attached.carrier, 0.0),
            interference=of_all(attached.interference, 0.0),
            serving=serving,
            user_trial=links.user_trial,
            lit=None,
            adaptation=scene.link.adaptation,
            trials=1,
            beams=len(beams),
        )
        rest = best_effort_mbps(services, kernels, everybody, demand, left)
        result.trial["best_effort_throughput"] = on_host(rest.sum(axis=1))
    return result


def _count(place: Any, chosen: Any, size: int, xp: Any) -> np.ndarray:
    """How many chosen users each cell or satellite has, int64 array (size,); outside counts not."""
    found = xp.bincount(place[chosen & (place >= 0)], minlength=size)
    return on_host(found).astype(np.int64)


def uplink_snr_db(scene: NetworkScene, services: Services, unlimited: Any, xp: Any) -> Any:
    """SNR of users' uplinks from that of their downlinks, without interference.

    The way is the same, but for the free-space loss between the two carriers; that the
    downlink's beam is as wide as the uplink's is assumed.

    Parameters
    ----------
    scene : NetworkScene
    services : Services
        With an uplink.
    unlimited : float64 array (n,)
        Downlink carrier over noise, linear, as if the beam had its whole EIRP.
    xp : module
        ``numpy`` or ``cupy``.
    """
    if services.uplink is None:
        raise ValueError("there is no uplink")
    budget, link = services.uplink.budget, scene.link
    snr_db = 10.0 * xp.log10(xp.maximum(unlimited, 1e-300))
    further_db = 20.0 * math.log10(services.uplink.frequency_hz / scene.frequency_hz)
    loss_db = link.snr_at_no_loss_db - snr_db + further_db
    power_dbw = budget.power_dbw(link.coupling_loss_at_0_snr_db - snr_db, xp)
    return budget.peak_snr_db(power_dbw, loss_db)


def _uplink_efficiency(
    scene: NetworkScene, services: Services, kernels: Kernels, unlimited: Any
) -> Any | None:
    """Efficiency of uplinks, float32 array (n,); ``None`` without one. See `uplink_snr_db`."""
    if services.uplink is None or not services.has_calls:
        return None
    xp = kernels.xp
    snr = peak_gain(uplink_snr_db(scene, services, unlimited, xp), xp).astype(xp.float32)
    return kernels.link_efficiency(snr, scene.link.adaptation)


def _calls_on_fading(
    scene: NetworkScene,
    services: Services,
    kernels: Kernels,
    of_trial: tuple[Sky, Beams, Users],
    attached: Attached,
    demand: Demand,
    carried: Any,
) -> int:
    """Count the calls carried whose own links fail without fading above free space.

    Beams, interference and the others' calls stay what they are.
    """
    xp = kernels.xp
    sky, beams, users = of_trial
    user = xp.flatnonzero(carried)
    own = (xp.cumsum(attached.on_beam) - 1)[user]  # each one's place among users with a beam
    satellite_m = np.ascontiguousarray(sky.position_m[beams.satellite].T)
    loss_db = fading_loss_db(
        scene.sky,
        users.position_m[:, user],
        xp.asarray(satellite_m)[:, attached.beam[own]],
        users.environment[user],
        users.sight[user],
        users.shadow[user],
        xp,
    )
    lifted = loss_db < 0.0
    user, own, loss_db = user[lifted], own[lifted], loss_db[lifted]
    factor = peak_gain(loss_db, xp)
    sinr = factor * attached.carrier[own] / (attached.interference[own] + 1.0)
    efficiency = kernels.link_efficiency(sinr.astype(xp.float32), scene.link.adaptation)
    unlimited = factor * attached.unlimited[own]
    up_efficiency = _uplink_efficiency(scene, services, kernels, unlimited)
    rates_mbps = (demand.down_mbps[user], demand.up_mbps[user])
    alone = are_carried_alone(services, rates_mbps, (efficiency, up_efficiency), xp)
    return int((~alone).sum())


def _delay_ms(
    scene: NetworkScene, services: Services, sky: Sky, beams: Beams, attached: Attached, xp: Any
) -> Any:
    altitude_m = np.linalg.norm(sky.position_m, axis=1) - geometry.EARTH_RADIUS_M
    gateway_deg = scene.scenario.satellite.gateway_elevation_deg
    feeder_m = geometry.slant_range_m(altitude_m, gateway_deg)
    of_user = xp.asarray(feeder_m[beams.satellite])[attached.beam]
    return services.delay.one_way_ms(attached.range_m, of_user)
