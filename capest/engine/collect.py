"""Count the users of some trials into distributions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.link_powers import link_quantities
from capest.engine.links import Links
from capest.engine.parts import Parts
from capest.engine.payloads import figures_of_own
from capest.engine.played_frames import PlayedFrames
from capest.engine.power import LoweredPower
from capest.engine.scheduler import user_rate
from capest.engine.services.own_uplink import power_headroom
from capest.engine.services.serve import Served
from capest.engine.services.uplink_width import power_in_place
from capest.engine.sky import Sky, feeder_ranges_m
from capest.engine.uplink import UplinkResult
from capest.engine.uplink_of_many import sent_dbw
from capest.engine.users import Users
from capest.engine.world import World
from capest.physics import geometry
from capest.statistics.quantities import AXES


@dataclass(frozen=True)
class Downlinks:
    """The downlink of some trials, computed.

    Attributes
    ----------
    attached : AttachedLinks
    efficiency : float32 array (users,)
    shares : BeamShares
    counts : bool array (users,)
        Users with a lit beam that counts in the statistics; over a frame, lit or not.
    frame : PlayedFrames or None
        ``attached`` and ``shares`` are then of pairs of a user and a lit slot, and ``efficiency``
        is a mean over the frame.
    most_share : float64 array (users,) or None
        Of the time in which a user can be served; ``None``: all of it.
    """

    attached: AttachedLinks
    efficiency: Any
    shares: BeamShares
    counts: Any
    frame: PlayedFrames | None = None
    most_share: Any | None = None


def downlinks_of_frame(world: World, frame: PlayedFrames, counts: Any) -> Downlinks:
    """The downlink of some trials whose frames were played."""
    pairs = frame.links
    shares = BeamShares(
        efficiency=pairs.efficiency,
        serving=pairs.attached.serving,
        user_trial=pairs.attached.user_trial,
        sums=pairs.sums,
        policy=world.radio.link.policy,
    )
    return Downlinks(pairs.attached, frame.efficiency, shares, counts, frame)


@dataclass(frozen=True)
class Computed:
    """Some trials, computed, before they are counted.

    Attributes
    ----------
    sky : Sky
    users : Users
    beams : Beams
    power : LoweredPower
    links : Links
    down : Downlinks
    up : UplinkResult
    served : Served or None
        ``None`` without services.
    parts : Parts
        Which are counted each for itself.
    of_assignment : dict of str to int32 array (trials,), optional
        What is known of the assignment of cells beside what it carries, by the names of quantities.
    in_reach : bool array (users,) or None
        Callers whom an empty network would carry; ``None`` where nobody asks.
    """

    sky: Sky
    users: Users
    beams: Beams
    power: LoweredPower
    links: Links
    down: Downlinks
    up: UplinkResult
    served: Served | None
    parts: Parts
    of_assignment: dict[str, Any] = field(default_factory=dict)
    in_reach: Any | None = None


@dataclass(frozen=True)
class CountedUsers:
    """Users that count, arrays (n,).

    Attributes
    ----------
    weight : int32 array or None
        0 for users that do not count; ``None``: all do.
    trial, serving, cell : int32 array
        The last ``None`` where cells are those of beams.
    efficiency : float32 array
    throughput_mbps, sinr_db, sin_elevation : float array
    """

    weight: Any | None
    trial: Any
    serving: Any
    cell: Any
    efficiency: Any
    throughput_mbps: Any
    sinr_db: Any
    sin_elevation: Any


def user_histograms(
    world: World, kernels: Kernels, computed: Computed
) -> tuple[dict[str, Any], CountedUsers]:
    """Count users into the bins of every user quantity.

    Over a frame, links count once a user and slot in which its beam is lit, and throughputs once a
    user.

    Returns
    -------
    histograms : dict of str to int64 array (bins,), or (parts, bins) of several parts
    counted : CountedUsers
    """
    xp, link = kernels.xp, world.radio.link
    users, beams, links = computed.users, computed.beams, computed.links
    down, power, served = computed.down, computed.power, computed.served
    frame, parts = down.frame, computed.parts
    user_trial, efficiency, counts = users.trial, down.efficiency, down.counts
    delay_ms = served.delay_ms if served and served.admitted is not None else None
    if frame is not None:
        pair = frame.links.user
        links, efficiency = frame.links_of(links), frame.links.efficiency
        user_trial, counts = user_trial[pair], counts[pair]
        delay_ms = None if delay_ms is None else delay_ms[pair]
    arrays = [
        *(links.carrier, links.interference, efficiency, links.serving, user_trial),
        *(links.range_m, links.satellite, links.sin_elevation),
    ]
    unlimited_at = _add(arrays, links.unlimited if power.reduction_db or world.payloads else None)
    cell_at = _add(arrays, users.cell if frame is None else None)
    delay_at = _add(arrays, delay_ms)
    most_at = _add(arrays, down.most_share if frame is None else None)
    weight, found = kernels.select(counts, *arrays)
    carrier, interference, efficiency, serving, trial, range_m, satellite, sine = found[:8]
    quantities = link_quantities(carrier.astype(xp.float64), interference.astype(xp.float64), xp)
    # Loss is what the way takes: beams that limits turn down lose nothing more.
    unlimited_db = quantities["snr_db"]
    if unlimited_at is not None:
        unlimited_db = 10.0 * xp.log10(xp.maximum(found[unlimited_at], 1e-300))
        number = beams.first_of(trial, xp) + xp.maximum(serving, 0)
        for name, taken_db in power.reduction_db.items():
            quantities[name] = xp.asarray(np.append(taken_db, 0.0))[number]
    feeder_m: Any = 0.0
    if world.radio.transparent and len(computed.sky):
        feeder_m = xp.asarray(feeder_ranges_m(world, computed.sky))[satellite]
    of_users, trial_of_users = weight, trial
    if frame is None:
        most_share = None if most_at is None else found[most_at]
        throughput_mbps = _throughput_mbps(
            world, kernels, beams, down, efficiency, serving, trial, most_share
        )
    else:
        of_users, (throughput_mbps, trial_of_users) = kernels.select(
            down.counts, xp.asarray(frame.served_mbps.ravel()), users.trial
        )
    gain_db = figures_of_own(world, "gain_db", computed.sky, satellite, xp)
    quantities |= {
        "coupling_loss_db": link.coupling_loss_at_0_snr_db - unlimited_db - gain_db,
        "spectral_efficiency": efficiency,
        "one_way_delay": geometry.one_way_delay_ms(range_m, feeder_m),
    }
    if delay_at is not None:
        quantities["packet_delay"] = found[delay_at]
    histograms = {
        name: parts.count(AXES[name], values, kernels, weight, trial)
        for name, values in quantities.items()
    }
    axis = AXES["user_throughput"]
    histograms[axis.name] = parts.count(axis, throughput_mbps, kernels, of_users, trial_of_users)
    if served is not None and served.settled is not None:
        histograms |= _uplink_histograms(world, kernels, computed, served)
    # Unserved users count with zero throughput.
    unserved = users.that_count(computed.links.serving < 0)
    histograms[axis.name][..., 0] += parts.total(unserved, users.trial)
    if frame is not None:
        return histograms, _counted_in_frame(kernels, computed, frame)
    counted = CountedUsers(
        weight=weight,
        trial=trial,
        serving=serving,
        cell=None if cell_at is None else found[cell_at],
        efficiency=efficiency,
        throughput_mbps=throughput_mbps,
        sinr_db=quantities["sinr_db"],
        sin_elevation=sine,
    )
    return histograms, counted


def _counted_in_frame(kernels: Kernels, computed: Computed, frame: PlayedFrames) -> CountedUsers:
    """Users that count and whose beam has a slot; their SINR is a mean over the slots, in dB."""
    xp, users, links = kernels.xp, computed.users, computed.links
    pairs = frame.links.attached
    sinr = pairs.carrier.astype(xp.float64) / (pairs.interference.astype(xp.float64) + 1.0)
    sinr_db = 10.0 * xp.log10(xp.maximum(sinr, 1e-30))
    lit = frame.links.sum_over_slots(xp.ones(len(sinr_db)), xp)
    mean_db = frame.links.sum_over_slots(sinr_db, xp) / xp.maximum(lit, 1.0)
    arrays = [
        *(users.trial, links.serving, frame.efficiency, xp.asarray(frame.served_mbps.ravel())),
        *(mean_db, links.sin_elevation),
    ]
    cell_at = _add(arrays, users.cell)
    weight, found = kernels.select(computed.down.counts & (lit > 0.0), *arrays)
    trial, serving, efficiency, throughput_mbps, mean_db, sine = found[:6]
    return CountedUsers(
        weight=weight,
        trial=trial,
        serving=serving,
        cell=None if cell_at is None else found[cell_at],
        efficiency=efficiency,
        throughput_mbps=throughput_mbps,
        sinr_db=mean_db,
        sin_elevation=sine,
    )


def _throughput_mbps(
    world: World,
    kernels: Kernels,
    beams: Beams,
    down: Downlinks,
    efficiency: Any,
    serving: Any,
    trial: Any,
    most_share: Any | None,
) -> Any:
    """Throughput of some users of lit beams in a moment, float64 array (n,)."""
    link = world.radio.link
    shares = BeamShares(
        efficiency=efficiency,
        serving=serving,
        user_trial=trial,
        sums=down.shares.sums,
        policy=link.policy,
    )
    rate_per_hz = user_rate(kernels, shares, most_share).astype(kernels.xp.float64)
    return rate_per_hz * (link.bandwidth_mhz * beams.lit_share)


def _uplink_histograms(
    world: World, kernels: Kernels, computed: Computed, served: Served
) -> dict[str, Any]:
    """Count the uplinks to many satellites, of users that count and have one."""
    services, settled = world.services, served.settled
    if services is None or services.uplink is None or settled is None:
        return {}
    xp, uplink = kernels.xp, services.uplink
    efficiency, width = served.links.uplink_efficiency, served.links.uplink_width
    own_snr = settled.own_snr
    if width is not None:
        headroom = power_headroom(world, computed.links, xp)
        room = xp.ones(width.shape) if headroom is None else headroom
        own_snr = own_snr * power_in_place(width, room, xp)
    if world.beams.frame is not None:
        # Of the slots in which a user sends, not of the frame.
        sinr = own_snr.astype(xp.float32) / (settled.interference + np.float32(1.0))
        efficiency = kernels.link_efficiency(sinr, world.radio.link.adaptation)
    weight, (snr, in_one_place, interference, efficiency, unlimited, trial, satellite) = (
        kernels.select(
            computed.down.counts & settled.ready,
            own_snr,
            settled.own_snr,
            settled.interference,
            efficiency,
            computed.links.unlimited,
            computed.users.trial,
            computed.links.satellite,
        )
    )
    gain_db, better_db = (
        figures_of_own(world, name, computed.sky, satellite, xp)
        for name in ("gain_db", "g_over_t_db")
    )
    quantities = link_quantities(snr, interference.astype(xp.float64), xp)
    power_dbw = sent_dbw(world, uplink, unlimited, xp, gain_db)
    one_place_db = 10.0 * xp.log10(xp.maximum(in_one_place, 1e-300))
    loss_db = uplink.budget.coupling_loss_db(power_dbw, one_place_db)
    quantities |= {
        "coupling_loss_db": loss_db + better_db - gain_db,
        "spectral_efficiency": efficiency,
    }
    return {
        f"uplink_{name}": computed.parts.count(
            AXES[f"uplink_{name}"], values, kernels, weight, trial
        )
        for name, values in quantities.items()
    }


def _add(arrays: list[Any], array: Any | None) -> int | None:
    """Append an array that is there and return its place."""
    if array is None:
        return None
    arrays.append(array)
    return len(arrays) - 1
