"""The uplink of some trials: what a satellite's beams hear of the users they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.arguments import AttachedLinks, SatelliteUplink
from capest.backend.protocol import Kernels
from capest.engine.beams import Beams
from capest.engine.link_powers import link_quantities
from capest.engine.links import Links
from capest.engine.parts import Parts
from capest.engine.radio import Uplink, UplinkAccess
from capest.engine.uplink_power import Heard, hear
from capest.engine.users import Users
from capest.engine.world import World
from capest.statistics.quantities import AXES


@dataclass(frozen=True)
class UplinkResult:
    """Part of what a ``BlockResult`` is made of; empty where the uplink is not computed.

    Attributes
    ----------
    trial, trial_cell, histograms : dict of str to array
    heard : Heard or None
    interference : float32 array (users,) or None
        That each user's beam hears, mean over drops.
    """

    trial: dict[str, Any]
    trial_cell: dict[str, Any]
    histograms: dict[str, Any]
    heard: Heard | None = None
    interference: Any | None = None


def compute_uplink(
    world: World,
    kernels: Kernels,
    users: Users,
    beams: Beams,
    links: Links,
    counts: Any,
    parts: Parts,
    most_share: Any | None = None,
) -> UplinkResult:
    """Let the users of every beam transmit in turn and take down what the satellite hears.

    Histograms count a turn as often as its beam has users that take turns, so that every user has
    the same weight; a user that takes none has no throughput.

    Parameters
    ----------
    world : World
    kernels : Kernels
    users, beams, links
        Of the downlink.
    counts : bool array (users,)
        Users that count in the statistics.
    parts : Parts
        Which are counted each for itself.
    most_share : float64 array (users,) or None
        Of the time in which a user can send; ``None``: all of it.

    Returns
    -------
    UplinkResult
        Arrays of the backend.
    """
    xp, uplink = kernels.xp, world.radio.uplink
    if uplink is None:
        return UplinkResult({}, {}, {})
    layout = world.beams.fixed_layout
    trials, beam_count = len(beams.start) - 1, beams.most
    in_frame = world.beams.frame is not None
    # In a frame every slot has equally many drops.
    drops = -(-uplink.drops // beams.slots) * beams.slots
    lit_drops = _lit_in_drops(beams, trials, drops, xp) if in_frame else None
    link, access = world.radio.link, uplink.access
    heard = hear(world, uplink.budget, uplink.carrier, links, xp)
    ready = _ready(world, uplink, users, beams, links, heard.own_snr, xp)
    number = users.trial.astype(xp.int64) * beam_count + links.serving
    number = xp.where(ready, number, -1)
    of_beam = kernels.count_numbers(number, trials * beam_count)
    scheduled = uplink_turns(number, of_beam, trials, drops, xp)
    if lit_drops is not None:
        scheduled = turns_while_lit(scheduled, lit_drops, xp)
    received, interference = kernels.uplink_sinr(
        SatelliteUplink(
            user=heard.user,
            gain=heard.gain.astype(xp.float32)[None],
            scheduled=scheduled,
            beam=heard.beam,
            beam_power=xp.ones(beam_count, dtype=xp.float32),
            segment_start=xp.asarray(layout.segment_start),
            pattern=xp.asarray(uplink.carrier.pattern),
            colours=world.radio.colours,
        )
    )
    mean_interference = _mean_interference(interference, lit_drops, trials, xp)
    transmits = scheduled >= 0
    place = xp.where(transmits, xp.arange(beam_count, dtype=xp.int32), xp.int32(-1))
    trial = xp.broadcast_to(
        xp.arange(trials, dtype=xp.int32)[:, None], (trials, drops * beam_count)
    )
    turns = (received, interference, place, trial, scheduled)
    _, (received, interference, place, trial, scheduled) = kernels.select(
        transmits.ravel(), *(each.ravel() for each in turns)
    )
    efficiency, sums = kernels.beam_sums(
        AttachedLinks(
            carrier=received,
            interference=interference,
            serving=place,
            user_trial=trial,
            lit=None,
            adaptation=link.adaptation,
            trials=trials,
            beams=beam_count,
        )
    )
    counted = xp.asarray(world.ground.counted[layout.order])[place] & (place >= 0)
    counted_turns = (received, interference, efficiency, place, trial, scheduled)
    histograms = _turn_histograms(
        uplink,
        kernels,
        counted,
        counted_turns,
        of_beam,
        heard.power_dbw,
        beams,
        in_frame,
        parts,
        most_share,
    )
    silent = (counts & ~ready).astype(xp.int64)
    if lit_drops is None:
        silent *= drops
    else:
        silent *= lit_drops.sum(axis=1, dtype=xp.int64)[users.trial, links.serving]
    histograms["uplink_user_throughput"][..., 0] += parts.total(silent, users.trial)
    in_layout_order = xp.asarray(layout.place)
    trial_cell = beam_results(
        access,
        of_beam.reshape(trials, beam_count)[:, in_layout_order],
        sums[:, in_layout_order],
        xp,
        _mean_share(kernels, most_share, number, of_beam, trials)[:, in_layout_order],
    )
    shown, share = xp.broadcast_to(xp.asarray(world.ground.counted), (trials, beam_count)), 1.0
    if in_frame:
        of_frame = beams.lit_share[:, in_layout_order].astype(xp.float32)
        trial_cell["cell_uplink_throughput"] *= of_frame
    else:
        share = beams.lit_share
        if beams.lit is not None:
            shown = shown & (beams.lit[:, in_layout_order] > 0)
    row = xp.broadcast_to(xp.arange(trials, dtype=xp.int32)[:, None], shown.shape)
    weight, (throughput, row) = kernels.select(
        shown.ravel(), trial_cell["cell_uplink_throughput"].ravel(), row.ravel()
    )
    axis = AXES["uplink_beam_throughput"]
    histograms[axis.name] = parts.count(axis, throughput * share, kernels, weight, row)
    own_trial = xp.where(counts & ready, users.trial, -1).astype(xp.int64)
    users_heard = kernels.count_numbers(own_trial, trials).astype(xp.int32)
    return UplinkResult(
        {"uplink_users": users_heard},
        trial_cell,
        histograms,
        heard,
        mean_interference[users.trial, links.serving],
    )


def _turn_histograms(
    uplink: Uplink,
    kernels: Kernels,
    counted: Any,
    turns: tuple[Any, ...],
    of_beam: Any,
    power_dbw: Any,
    beams: Beams,
    in_frame: bool,
    parts: Parts,
    most_share: Any | None,
) -> dict[str, Any]:
    """Count turns into the bins of every user quantity.

    Parameters
    ----------
    uplink : Uplink
    kernels : Kernels
    counted : bool array (n,)
        Which turns count.
    turns : tuple of array (n,)
        Carrier, interference, efficiency, beam, trial and user of each turn.
    of_beam : int64 array (trials · beams,)
        Users that take turns.
    power_dbw : float64 array (users,)
    beams : Beams
    in_frame : bool
        Beams have shares of a frame.
    parts : Parts
    most_share : float64 array (users,) or None
    """
    xp, access = kernels.xp, uplink.access
    chosen, (received, interference, efficiency, place, trial, user) = kernels.select(
        counted, *turns
    )
    own = of_beam[trial.astype(xp.int64) * beams.most + place]
    most = 1.0 if most_share is None else most_share[user]
    share = xp.minimum(access.users_at_once / xp.maximum(own, 1), most)
    lit_share = beams.lit_share[trial, place] if in_frame else beams.lit_share
    quantities = link_quantities(received.astype(xp.float64), interference.astype(xp.float64), xp)
    quantities |= {
        "coupling_loss_db": uplink.budget.coupling_loss_db(power_dbw[user], quantities["snr_db"]),
        "spectral_efficiency": efficiency,
        "user_throughput": efficiency * share * (access.user_bandwidth_mhz * lit_share),
    }
    weight = own.astype(xp.int32)
    if chosen is not None:
        weight *= chosen
    return {
        f"uplink_{name}": parts.count(AXES[f"uplink_{name}"], values, kernels, weight, trial)
        for name, values in quantities.items()
    }


def _ready(
    world: World,
    uplink: Uplink,
    users: Users,
    beams: Beams,
    links: Links,
    own_snr: Any,
    xp: Any,
) -> Any:
    """Users that take turns, bool array (users,): of lit beams, and decodable alone."""
    ready = xp.ones(links.serving.shape, dtype=bool)
    if uplink.only_heard:
        adaptation = world.radio.link.adaptation
        table, shannon = adaptation.rate_table, adaptation.shannon
        lowest = shannon[1] if adaptation.mode == 1 else table[0, 0]
        ready = own_snr >= float(lowest)
    lit = beams.ever_lit
    if lit is not None:
        ready &= lit[users.trial, links.serving] > 0
    return ready


def _lit_in_drops(beams: Beams, trials: int, drops: int, xp: Any) -> Any:
    """Whether beams are lit in the drops of a frame, bool array (trials, drops, beams)."""
    if beams.lit is None:
        raise ValueError("the slots of the frame are not planned")
    lit = beams.lit.reshape(trials, beams.slots, 1, beams.most) > 0
    shape = (trials, beams.slots, drops // beams.slots, beams.most)
    return xp.broadcast_to(lit, shape).reshape(trials, drops, beams.most)


def turns_while_lit(scheduled: Any, lit: Any, xp: Any) -> Any:
    """Spread the turns of every beam's users over the drops in which it is lit.

    Parameters
    ----------
    scheduled : int32 array (trials · drops, beams)
        From `uplink_turns`, as if beams were always lit.
    lit : bool array (trials, drops, beams)
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    int32 array (trials · drops, beams)
        -1 where a beam is dark.
    """
    drops, beams = lit.shape[1:]
    before = xp.cumsum(lit, axis=1) - lit
    number = lit.sum(axis=1, keepdims=True)
    drop = xp.minimum(before * drops // xp.maximum(number, 1), drops - 1)
    turn = xp.take_along_axis(scheduled.reshape(lit.shape), drop, axis=1)
    return xp.where(lit, turn, xp.int32(-1)).reshape(-1, beams)


def _mean_interference(interference: Any, lit: Any | None, trials: int, xp: Any) -> Any:
    """What beams hear, mean over drops in which they are lit, float32 array (trials, beams)."""
    of_drops = interference.reshape(trials, -1, interference.shape[1]).astype(xp.float64)
    if lit is None:
        return of_drops.mean(axis=1).astype(xp.float32)
    found = xp.where(lit, of_drops, 0.0).sum(axis=1) / xp.maximum(lit.sum(axis=1), 1)
    return found.astype(xp.float32)


def _mean_share(
    kernels: Kernels, most_share: Any | None, number: Any, of_beam: Any, trials: int
) -> Any:
    """Largest share of the time of a beam's users, mean of those who take turns (trials, beams)."""
    xp = kernels.xp
    if most_share is None:
        return xp.ones((trials, len(of_beam) // max(trials, 1)))
    # Whole numbers add exactly in any order.
    whole = xp.where(number >= 0, xp.rint(most_share * 2.0**24), 0.0)
    sums = xp.zeros(len(of_beam))
    xp.add.at(sums, xp.maximum(number, 0), whole)
    return (sums / xp.maximum(of_beam, 1) * 2.0**-24).reshape(trials, -1)


def beam_results(
    access: UplinkAccess, users: Any, sums: Any, xp: Any, most_share: Any = 1.0
) -> dict[str, Any]:
    """Results per trial and beam, in the order of the layout.

    Parameters
    ----------
    access : UplinkAccess
    users : int64 array (trials, beams)
        That take turns.
    sums : int64 array (trials, beams, 5)
        Over drops, see ``NumpyKernels.beam_sums``.
    xp : module
        ``numpy`` or ``cupy``.
    most_share : float64 array (trials, beams) or float
        Of the time in which a user can send, mean over the beam's.

    Returns
    -------
    dict of str to float32 array (trials, beams)
    """
    drops, efficiency, sinr_db = (sums[:, :, column] for column in (0, 2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        # A user that is drowned in a drop loses it, and counts with nothing.
        mean_efficiency = efficiency / drops * 2.0**-24
        mean_sinr_db = sinr_db / drops * 2.0**-16
    transmitting = xp.minimum(users * most_share, access.users_at_once)
    rate = xp.where(drops > 0, mean_efficiency, 0.0) * transmitting
    return {
        "cell_uplink_sinr_db": mean_sinr_db.astype(xp.float32),
        "cell_uplink_spectral_efficiency": mean_efficiency.astype(xp.float32),
        "cell_uplink_throughput": (rate * access.user_bandwidth_mhz).astype(xp.float32),
    }
