"""The uplink of a trial: what a satellite's beams hear of the users they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.arguments import AttachedLinks, SatelliteUplink
from capest.backend.protocol import Kernels
from capest.engine.channel import Surroundings
from capest.engine.links import link_quantities
from capest.engine.radio import UplinkAccess
from capest.engine.scene import Scene
from capest.engine.uplink_power import Downlink, Heard, hear
from capest.physics.uplink_budget import UplinkBudget
from capest.statistics.histograms import AXES


@dataclass(frozen=True)
class UplinkResult:
    """Part of what a ``BlockResult`` is made of; empty where the uplink is not computed.

    Attributes
    ----------
    trial, trial_beam, histograms : dict of str to array
    heard : Heard or None
    interference : float32 array (trials, beams) or None
        That the beam hears, mean over drops, beams in the kernels' order.
    """

    trial: dict[str, Any]
    trial_beam: dict[str, Any]
    histograms: dict[str, Any]
    heard: Heard | None = None
    interference: Any | None = None


def compute_uplink(
    scene: Scene, kernels: Kernels, surroundings: Surroundings, downlink: Downlink, counts: Any
) -> UplinkResult:
    """Let the users of every beam transmit in turn and take down what the satellite hears.

    Histograms count a turn as often as its beam has users that take turns, so that every user has
    the same weight; a user that takes none has no throughput.

    Parameters
    ----------
    scene : Scene
    kernels : Kernels
    surroundings : Surroundings
    downlink : Downlink
    counts : bool array (users,)
        From `statistics_users`.

    Returns
    -------
    UplinkResult
        Arrays of the backend.
    """
    xp, budget, carrier, beams = kernels.xp, scene.uplink, scene.uplink_carrier, scene.beams
    access = scene.uplink_access
    if budget is None or carrier is None or access is None:
        return UplinkResult({}, {}, {})
    trials, beam_count = downlink.trials, len(beams.colour)
    drops, link = scene.scenario.uplink.drops, scene.link
    heard = hear(scene, budget, carrier, surroundings, downlink, xp)
    ready = _ready(scene, downlink, heard.own_snr, xp)
    number = downlink.user_trial.astype(xp.int64) * beam_count + downlink.serving
    number = xp.where(ready, number, -1)
    users = kernels.count_numbers(number, trials * beam_count)
    scheduled = uplink_turns(number, users, trials, drops, xp)
    received, interference = kernels.uplink_sinr(
        SatelliteUplink(
            user=heard.user,
            gain=heard.gain.astype(xp.float32)[None],
            scheduled=scheduled,
            beam=heard.beam,
            beam_power=xp.ones(beam_count, dtype=xp.float32),
            segment_start=xp.asarray(beams.segment_start),
            pattern=xp.asarray(carrier.pattern),
            colours=scene.scenario.colours,
        )
    )
    mean_interference = interference.reshape(trials, drops, beam_count).astype(xp.float64)
    mean_interference = mean_interference.mean(axis=1).astype(xp.float32)
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
    counted = xp.asarray(beams.statistics[beams.order])[place] & (place >= 0)
    counted_turns = (received, interference, efficiency, place, trial, scheduled)
    histograms = _turn_histograms(
        scene,
        budget,
        access,
        kernels,
        counted,
        counted_turns,
        users,
        heard.power_dbw,
        downlink.lit_share,
    )
    silent = (counts & ~ready).sum()
    histograms["uplink_user_throughput"][0] += silent * drops
    in_layout_order = xp.asarray(beams.place)
    trial_beam = beam_results(
        access,
        users.reshape(trials, beam_count)[:, in_layout_order],
        sums[:, in_layout_order],
        xp,
    )
    shown = xp.broadcast_to(xp.asarray(beams.statistics), (trials, beam_count))
    if downlink.lit is not None:
        shown = shown & (downlink.lit[:, in_layout_order] > 0)
    weight, (throughput,) = kernels.select(
        shown.ravel(), trial_beam["beam_uplink_throughput"].ravel()
    )
    axis = AXES["uplink_beam_throughput"]
    histograms[axis.name] = axis.count(throughput * downlink.lit_share, kernels, weight)
    own_trial = xp.where(counts & ready, downlink.user_trial, -1).astype(xp.int64)
    users_heard = kernels.count_numbers(own_trial, trials).astype(xp.int32)
    return UplinkResult(
        {"uplink_users": users_heard}, trial_beam, histograms, heard, mean_interference
    )


def _turn_histograms(
    scene: Scene,
    budget: UplinkBudget,
    access: UplinkAccess,
    kernels: Kernels,
    counted: Any,
    turns: tuple[Any, ...],
    users: Any,
    power_dbw: Any,
    lit_share: float,
) -> dict[str, Any]:
    """Count turns into the bins of every user quantity.

    Parameters
    ----------
    scene : Scene
    budget : UplinkBudget
    access : UplinkAccess
    kernels : Kernels
    counted : bool array (n,)
        Which turns count.
    turns : tuple of array (n,)
        Carrier, interference, efficiency, beam, trial and user of each turn.
    users : int64 array (trials · beams,)
        That take turns.
    power_dbw : float64 array (users,)
    lit_share : float
    """
    xp = kernels.xp
    chosen, (received, interference, efficiency, place, trial, user) = kernels.select(
        counted, *turns
    )
    own = users[trial.astype(xp.int64) * len(scene.beams.colour) + place]
    share = xp.minimum(access.users_at_once / xp.maximum(own, 1), 1.0)
    quantities = link_quantities(received.astype(xp.float64), interference.astype(xp.float64), xp)
    quantities |= {
        "coupling_loss_db": budget.coupling_loss_db(power_dbw[user], quantities["snr_db"]),
        "spectral_efficiency": efficiency,
        "user_throughput": efficiency * share * (access.user_bandwidth_mhz * lit_share),
    }
    weight = own.astype(xp.int32)
    if chosen is not None:
        weight *= chosen
    return {
        f"uplink_{name}": AXES[f"uplink_{name}"].count(values, kernels, weight)
        for name, values in quantities.items()
    }


def _ready(scene: Scene, downlink: Downlink, own_snr: Any, xp: Any) -> Any:
    """Users that take turns, bool array (users,): of lit beams, and heard if nobody disturbs."""
    adaptation = scene.link.adaptation
    ready = xp.ones(downlink.serving.shape, dtype=bool)
    if scene.scenario.uplink.scheduled == "heard":
        lowest = adaptation.shannon[1] if adaptation.mode == 1 else adaptation.rate_table[0, 0]
        ready = own_snr >= float(lowest)
    if downlink.lit is not None:
        ready &= downlink.lit[downlink.user_trial, downlink.serving] > 0
    return ready


def statistics_users(scene: Scene, downlink: Downlink, xp: Any) -> Any:
    """Users of lit statistics beams, bool array (users,)."""
    beams = scene.beams
    found = xp.asarray(beams.statistics[beams.order]).take(downlink.serving)
    if downlink.lit is not None:
        found &= downlink.lit[downlink.user_trial, downlink.serving] > 0
    return found


def beam_results(access: UplinkAccess, users: Any, sums: Any, xp: Any) -> dict[str, Any]:
    """Results per trial and beam, in the order of the layout.

    Parameters
    ----------
    access : UplinkAccess
    users : int64 array (trials, beams)
        That take turns.
    sums : int64 array (trials, beams, 5)
        Over drops, see ``Kernels.beam_sums``.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    dict of str to float32 array (trials, beams)
    """
    drops, efficiency, sinr_db = (sums[:, :, column] for column in (0, 2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        # A user that is drowned in a drop loses it, and counts with nothing.
        mean_efficiency = efficiency / drops * 2.0**-24
        mean_sinr_db = sinr_db / drops * 2.0**-16
    transmitting = xp.minimum(users, access.users_at_once)
    rate = xp.where(drops > 0, mean_efficiency, 0.0) * transmitting
    return {
        "beam_uplink_sinr_db": mean_sinr_db.astype(xp.float32),
        "beam_uplink_spectral_efficiency": mean_efficiency.astype(xp.float32),
        "beam_uplink_throughput": (rate * access.user_bandwidth_mhz).astype(xp.float32),
    }


def trial_results(scene: Scene, trial_beam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Totals per trial over the statistics beams."""
    throughput = trial_beam["beam_uplink_throughput"][:, scene.beams.statistics]
    # One row after the other in memory: a sum rounds the same however many trials there are.
    return {"uplink_throughput": np.ascontiguousarray(throughput, dtype=np.float64).sum(axis=1)}
