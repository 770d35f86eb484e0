"""What the users of some trials get of what they ask for."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks
from capest.backend.protocol import Kernels, on_host
from capest.engine.assignment import SatellitesInView
from capest.engine.beams import Beams
from capest.engine.downlink import gain_by_fading_db
from capest.engine.link_powers import peak_gain
from capest.engine.links import Links
from capest.engine.played_frames import PlayedFrames, rest_mbps
from capest.engine.power import LoweredPower
from capest.engine.services.admission import (
    CARRIED,
    WHOLE,
    Admitted,
    CallLinks,
    admit,
    are_carried_alone,
    limit_of,
)
from capest.engine.services.blocking import blocked_calls
from capest.engine.services.calls_bound import (
    calls_without_interference,
)
from capest.engine.services.demand import Demand, draw_demand
from capest.engine.services.outcome import best_effort_mbps, outcome_of_class
from capest.engine.services.own_uplink import own_efficiency, own_uplink_snr, power_headroom
from capest.engine.services.packet_delays import packet_delay_ms
from capest.engine.services.settle import Senders, Settled, always_sending, settle
from capest.engine.sky import Sky
from capest.engine.uplink import UplinkResult
from capest.engine.uplink_in_slots import SendersInSlots
from capest.engine.uplink_of_many import senders_to_many
from capest.engine.uplink_of_one import senders_to_one
from capest.engine.uplink_power import hear
from capest.engine.users import Users
from capest.engine.world import World
from capest.sampling.draws import Draws


@dataclass(frozen=True)
class Served:
    """What became of the users of some trials that ask for services.

    Attributes
    ----------
    links : CallLinks
    demand : Demand
    delay_ms : float64 array (users,)
        Of packets, one way; without meaning for users without a beam.
    admitted : Admitted or None
        ``None`` where nobody calls.
    on_fading : bool array (users,) or None
        Calls carried whose own links fail without fading above free space.
    blocked : int64 array (trials, beams, 2) or None
        Calls that come and go: asked for, and blocked.
    best_effort_mbps : float64 array (trials, beams) or None
        Throughput of users without a guaranteed rate; ``None`` where there are none.
    settled : Settled or None
        Interference of the uplink, where it depends on who is carried or is of many satellites.
    without_interference : int32 array (trials,) or None
        Calls that the same beams would carry if nobody disturbed anybody; ``None`` where nobody
        asked for it.
    """

    links: CallLinks
    demand: Demand
    delay_ms: Any
    admitted: Admitted | None = None
    on_fading: Any | None = None
    blocked: Any | None = None
    best_effort_mbps: Any | None = None
    settled: Settled | None = None
    without_interference: Any | None = None
    outcome: Any | None = field(default=None, repr=False)


def serve(
    world: World,
    kernels: Kernels,
    draws: Draws,
    *,
    sky: Sky,
    view: SatellitesInView,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    links: Links,
    attached: AttachedLinks,
    efficiency: Any,
    most_share: Any | None,
    up: UplinkResult,
    frame: PlayedFrames | None,
) -> Served | None:
    """Let users ask for services, admit calls, and share out what they leave.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    sky, view, users, beams, power, links
        Of the trials.
    attached : AttachedLinks
        All users.
    efficiency : float32 array (users,)
        Of the downlink.
    most_share : float64 array (users,) or None
        Of the time in which a user can be served; ``None``: all of it.
    up : UplinkResult
    frame : PlayedFrames or None
        Efficiencies are then means over it, and calls wait for the longest time that their beam
        is dark.

    Returns
    -------
    Served or None
        ``None`` without services.
    """
    services, xp = world.services, kernels.xp
    if services is None:
        return None
    demand = draw_demand(services, draws, users.per_trial, xp)
    own_snr = own_uplink_snr(world, services, users, links, up, xp)
    above_horizon, in_view = world.ground.cells.seen(view, users, links, xp)
    trials, beam_count = len(beams.start) - 1, beams.most
    lit, delay_ms = beams.ever_lit, packet_delay_ms(world, services, sky, links, xp)
    if frame is not None:
        delay_ms = delay_ms + frame.own(frame.gap_ms, users.trial, links.serving, xp)
    call_links = CallLinks(
        trials=trials,
        beams=beam_count,
        serving=links.serving,
        user_trial=users.trial,
        above_horizon=above_horizon,
        in_view=in_view,
        lit=None if lit is None else _own_is_lit(lit, users.trial, links.serving, xp),
        efficiency=efficiency,
        uplink_efficiency=None,
        delay_ms=delay_ms,
        most_share=most_share,
    )
    settled = _settled(
        world, kernels, sky, users, beams, power, links, call_links, demand, own_snr, frame
    )
    if settled is not None:
        up = replace(up, interference=settled.interference)
    uplink_efficiency, width = own_efficiency(
        world, kernels, users, links, up, own_snr, frame, demand, call_links.most_share
    )
    call_links = replace(call_links, uplink_efficiency=uplink_efficiency, uplink_width=width)
    served = Served(call_links, demand, call_links.delay_ms, settled=settled)
    left = xp.full((trials * beam_count, 2), WHOLE, dtype=xp.int64)
    if services.has_calls:
        admitted = admit(services, kernels, call_links, demand)
        left = admitted.left
        lifted = _on_fading(
            *(world, kernels, sky, users, links, attached, up, demand, admitted, frame),
            call_links.most_share,
        )
        blocked = None
        if services.holding_times:
            blocked = blocked_calls(services, kernels, draws, call_links)
        served = replace(
            served,
            admitted=admitted,
            on_fading=lifted,
            blocked=blocked,
            outcome=outcome_of_class(demand, admitted),
        )
        if world.beams.calls_bound != "none":
            free = calls_without_interference(
                *(world, services, kernels, users, links, up, call_links, demand, frame)
            )
            served = replace(served, without_interference=free)
    if services.has_rest:
        if frame is None:
            rest = best_effort_mbps(
                services,
                kernels,
                attached,
                demand,
                left,
                users.counted,
                most_share,
            )
        else:
            rest = _rest_of_frame(world, kernels, users, frame, demand, left)
        served = replace(served, best_effort_mbps=rest)
    return served


def _own_is_lit(lit: Any, user_trial: Any, serving: Any, xp: Any) -> Any:
    """Whether each user's beam is lit in any slot, of flags (trials, beams)."""
    if not lit.shape[1]:
        return xp.zeros(serving.shape, dtype=bool)
    return lit[user_trial, serving] > 0


def _rest_of_frame(
    world: World, kernels: Kernels, users: Users, frame: PlayedFrames, demand: Demand, left: Any
) -> Any:
    """Traffic of each beam's users without a guaranteed rate, float64 array (trials, beams)."""
    plan = world.beams.frame
    assert plan is not None
    wanted = frame.problem.users.demand
    wants = on_host(demand.best_effort).reshape(wanted.shape) * plan.demand_mbps
    time = on_host(left)[:, 0].reshape(len(wanted), -1) * (1.0 / WHOLE)
    if world.beams.attachment != "strongest":
        counted = None if users.counted is None else on_host(users.counted).reshape(wanted.shape)
        # Behind the beams stands a cell of users who have none.
        time = np.concatenate([time, np.zeros((len(time), 1))], axis=1)
        return kernels.xp.asarray(rest_mbps(frame, wants, time, counted)[:, :-1])
    layout = world.beams.fixed_layout
    found = rest_mbps(frame, wants, time[:, layout.place])
    return kernels.xp.asarray(found[:, layout.order])


def _settled(
    world: World,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    links: Links,
    call_links: CallLinks,
    demand: Demand,
    own_snr: Any | None,
    frame: PlayedFrames | None,
) -> Settled | None:
    """Interference of the uplink, ``None`` where it is not computed here."""
    services, xp = world.services, kernels.xp
    if services is None or services.uplink is None or own_snr is None:
        return None
    uplink = services.uplink
    if uplink.interference == "off":
        return None
    adaptation = world.radio.link.adaptation
    ready = links.serving >= 0
    if not len(beams):
        nothing = xp.zeros(len(ready), dtype=xp.float32)
        calls = xp.zeros((2, sky.trials), dtype=xp.int64)
        return Settled(own_snr, ready, nothing, calls if uplink.interference == "load" else None)
    if call_links.lit is not None:
        ready &= call_links.lit
    senders: Senders
    if world.radio.call_carrier is None:
        senders = many = senders_to_many(world, uplink, sky, users, beams, power, links, xp)
        if frame is not None:
            senders = SendersInSlots(many, beams.lit_in_slots(xp))
    else:
        together = None if frame is None else frame.lit_together(xp)
        senders = senders_to_one(world, kernels, uplink, users, links, sky.trials, together)
    if uplink.interference == "load" or uplink.only_heard:
        ready &= kernels.link_efficiency(own_snr.astype(xp.float32), adaptation) > 0.0
    if uplink.interference == "full-buffer":
        return always_sending(kernels, call_links, senders, own_snr, ready)
    counted = world.ground.cells.counts(world, users, beams, links, xp)
    lit_share = None if frame is None else frame.own(frame.share, users.trial, links.serving, xp)
    return settle(
        services,
        kernels,
        call_links,
        demand,
        senders,
        own_snr,
        ready,
        counted,
        adaptation,
        lit_share,
        power_headroom(world, links, xp),
    )


def _on_fading(
    world: World,
    kernels: Kernels,
    sky: Sky,
    users: Users,
    links: Links,
    attached: AttachedLinks,
    up: UplinkResult,
    demand: Demand,
    admitted: Admitted,
    frame: PlayedFrames | None,
    most_share: Any | None,
) -> Any | None:
    """Calls carried whose own links fail without fading above free space, bool array (users,).

    Beams, interference and the others' calls stay what they are. ``None`` where nothing fades.
    """
    services, xp = world.services, kernels.xp
    if services is None or users.surroundings.shadow is None:
        return None
    carried = demand.call & (admitted.outcome == CARRIED)
    # A processor looks at the carried alone; a GPU at everybody, without waiting for who it is.
    _, (own,) = kernels.select(carried, xp.arange(len(carried)))
    some, links = users.of(own), links.of(own)
    cut_db = gain_by_fading_db(world, sky, some, links, xp)
    weaker = links.without_gains(cut_db, xp)
    if frame is None:
        sinr = weaker.carrier / (links.interference + np.float32(1.0))
        efficiency = kernels.link_efficiency(sinr, attached.adaptation)
    else:
        factor = xp.ones(carried.shape)
        factor[own] = peak_gain(-cut_db, xp)
        efficiency = frame.efficiency_with(kernels, factor)[own]
    uplink = world.radio.uplink
    if up.heard is not None and uplink is not None:
        up = replace(up, heard=hear(world, uplink.budget, uplink.carrier, weaker, xp))
    own_snr = own_uplink_snr(world, services, some, weaker, up, xp)
    if up.interference is not None:
        up = replace(up, interference=up.interference[own])
    asked = demand.of(own)
    most_share = None if most_share is None else most_share[own]
    up_efficiency, width = own_efficiency(
        world, kernels, some, weaker, up, own_snr, frame, asked, most_share
    )
    limits = (limit_of(most_share, None, xp), limit_of(most_share, width, xp))
    rates_mbps = (asked.down_mbps, asked.up_mbps)
    alone = are_carried_alone(services, rates_mbps, (efficiency, up_efficiency), xp, limits)
    lifted = xp.zeros(carried.shape, dtype=bool)
    lifted[own] = carried[own] & (cut_db > 0.0) & ~alone
    return lifted
