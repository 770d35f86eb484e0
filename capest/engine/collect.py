"""Count the users of some trials into distributions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.link_powers import link_quantities
from capest.engine.links import Links
from capest.engine.power import LoweredPower
from capest.engine.scheduler import user_rate
from capest.engine.services.serve import Served
from capest.engine.sky import Sky, feeder_ranges_m
from capest.engine.uplink import UplinkResult
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
        Users with a lit beam that counts in the statistics.
    """

    attached: AttachedLinks
    efficiency: Any
    shares: BeamShares
    counts: Any


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
    """

    sky: Sky
    users: Users
    beams: Beams
    power: LoweredPower
    links: Links
    down: Downlinks
    up: UplinkResult
    served: Served | None


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

    Returns
    -------
    histograms : dict of str to int64 array (bins,)
    counted : CountedUsers
    """
    xp, link = kernels.xp, world.radio.link
    users, beams, links = computed.users, computed.beams, computed.links
    down, power, served = computed.down, computed.power, computed.served
    arrays = [
        *(links.carrier, links.interference, down.efficiency, links.serving, users.trial),
        *(links.range_m, links.satellite, links.sin_elevation),
    ]
    unlimited_at = _add(arrays, links.unlimited if power.reduction_db else None)
    cell_at = _add(arrays, users.cell)
    delay_at = _add(arrays, served.delay_ms if served and served.admitted is not None else None)
    weight, found = kernels.select(down.counts, *arrays)
    carrier, interference, efficiency, serving, trial, range_m, satellite, sine = found[:8]
    own = BeamShares(
        efficiency=efficiency,
        serving=serving,
        user_trial=trial,
        sums=down.shares.sums,
        policy=link.policy,
    )
    rate_per_hz = user_rate(kernels, own)
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
    throughput_mbps = rate_per_hz.astype(xp.float64) * (link.bandwidth_mhz * beams.lit_share)
    quantities |= {
        "coupling_loss_db": link.coupling_loss_at_0_snr_db - unlimited_db,
        "spectral_efficiency": efficiency,
        "user_throughput": throughput_mbps,
        "one_way_delay": geometry.one_way_delay_ms(range_m, feeder_m),
    }
    if delay_at is not None:
        quantities["packet_delay"] = found[delay_at]
    histograms = {
        name: AXES[name].count(values, kernels, weight) for name, values in quantities.items()
    }
    # Unserved users count with zero throughput.
    histograms["user_throughput"][0] += users.that_count(links.serving < 0).sum()
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


def _add(arrays: list[Any], array: Any | None) -> int | None:
    """Append an array that is there and return its place."""
    if array is None:
        return None
    arrays.append(array)
    return len(arrays) - 1
