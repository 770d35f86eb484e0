"""The uplink of each user to its own beam: SNR, width and efficiency."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine.link_powers import peak_gain
from capest.engine.links import Links
from capest.engine.played_frames import PlayedFrames
from capest.engine.services.demand import Demand
from capest.engine.services.settings import CallUplink, Services
from capest.engine.services.uplink_width import widen
from capest.engine.uplink import UplinkResult
from capest.engine.uplink_of_many import further_loss_db, reversed_snr_db, sent_dbw
from capest.engine.uplink_power import hear
from capest.engine.users import Users
from capest.engine.world import World


def own_uplink_snr(
    world: World, services: Services, users: Users, links: Links, up: UplinkResult, xp: Any
) -> Any | None:
    """SNR of each user's uplink at its own beam, linear, float64 array (users,).

    ``None`` without an uplink or without calls.
    """
    uplink, carrier = services.uplink, world.radio.call_carrier
    if uplink is None or not services.has_calls:
        return None
    if carrier is None:
        further_db = further_loss_db(world, users, links, xp)
        snr_db = reversed_snr_db(world, uplink, links.unlimited, xp, further_db, links.gain_db)
        return peak_gain(snr_db + links.g_over_t_db, xp)
    if up.heard is not None:
        return up.heard.own_snr
    down = world.radio.own_carrier
    same_way = (carrier.frequency_hz, carrier.reduced_aperture) == (
        down.frequency_hz,
        down.reduced_aperture,
    )
    if same_way and uplink.budget.p0_dbw is None:
        return links.unlimited * reversed_gain(world, uplink)
    return hear(world, uplink.budget, carrier, links, xp).own_snr


def reversed_gain(world: World, uplink: CallUplink) -> float:
    """SNR of the uplink at full power over that of the downlink, on one carrier, linear."""
    up_db = uplink.budget.peak_snr_db(uplink.budget.largest_power_dbw, 0.0)
    return float(10.0 ** (0.1 * (up_db - world.radio.link.snr_at_no_loss_db)))


def own_efficiency(
    world: World,
    kernels: Kernels,
    users: Users,
    links: Links,
    up: UplinkResult,
    own_snr: Any | None,
    frame: PlayedFrames | None,
    demand: Demand,
    most_share: Any | None,
) -> tuple[Any | None, Any | None]:
    """Efficiency and width of each user's uplink, see `uplink_width.widen`; ``None`` without one.

    Over a frame it is a mean, zero while the user's beam is dark. Where interference is computed, a
    user has what its beam hears on average over the drops of the trial, or over time and places;
    else only noise.
    """
    services, uplink = world.services, None if world.services is None else world.services.uplink
    if own_snr is None or services is None or uplink is None:
        return None, None
    xp = kernels.xp
    sinr = own_snr.astype(xp.float32)
    if up.interference is not None:
        sinr = sinr / (up.interference + np.float32(1.0))
    share = None if frame is None else frame.own(frame.share, users.trial, links.serving, xp)
    return widen(
        kernels,
        world.radio.link.adaptation,
        uplink.access,
        sinr,
        services.wanted_up_mbps(demand, xp),
        power_headroom(world, links, xp),
        most_share,
        share,
    )


def power_headroom(world: World, links: Links, xp: Any) -> Any | None:
    """How much more power users have than they send in one place, linear, float64 array (users,).

    ``None`` where all send with full power, or all have one place.
    """
    uplink = None if world.services is None else world.services.uplink
    if uplink is None or uplink.budget.p0_dbw is None or len(uplink.access.widths) == 1:
        return None
    left_db = uplink.budget.largest_power_dbw - sent_dbw(
        world, uplink, links.unlimited, xp, links.gain_db
    )
    return 10.0 ** (0.1 * left_db)
