"""The uplink of a trial: what a satellite's beams hear of the users they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.protocol import Kernels
from capest.channel import Surroundings, path_loss_db
from capest.histograms import AXES
from capest.link_constants import Carrier, UplinkAccess
from capest.links import link_quantities, peak_gain, reduced_directions
from capest.physics.pattern_table import look_up
from capest.physics.uplink_budget import UplinkBudget
from capest.scene import Scene


@dataclass(frozen=True)
class Downlink:
    """What the uplink needs of the downlink of some trials.

    Attributes
    ----------
    trials : int
    loss_db : float64 array (users,)
        Loss between isotropic antennas.
    carrier : float32 array (users,)
        Of the serving beam in units of the user's noise: power control goes by it.
    serving, user_trial : int32 array (users,)
    lit : uint8 array (trials, beams) or None
        Beams in the kernels' order; users of dark ones are silent.
    lit_share : float
        Share of slots in which a beam is lit.
    """

    trials: int
    loss_db: Any
    carrier: Any
    serving: Any
    user_trial: Any
    lit: Any | None
    lit_share: float


@dataclass(frozen=True)
class UplinkResult:
    """Part of what a ``BlockResult`` is made of; empty where the uplink is not computed."""

    trial: dict[str, Any]
    trial_beam: dict[str, Any]
    histograms: dict[str, Any]


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
    loss_db = downlink.loss_db
    if carrier.frequency_hz != scene.carrier.frequency_hz:
        loss_db = path_loss_db(scene, carrier, surroundings, xp)
    power_dbw = budget.power_dbw(_coupling_loss_db(scene, downlink, xp), xp)
    gain = peak_gain(budget.peak_snr_db(power_dbw, loss_db), xp)
    user, beam = reduced_directions(scene, carrier, surroundings.view, xp)
    ready = _ready(scene, downlink, gain, own_beam_gain(carrier, user[0], beam, downlink, xp), xp)
    number = downlink.user_trial.astype(xp.int64) * beam_count + downlink.serving
    number = xp.where(ready, number, -1)
    users = kernels.count_numbers(number, trials * beam_count)
    scheduled = uplink_turns(number, users, trials, drops, xp)
    received, interference = kernels.uplink_sinr(
        user,
        gain.astype(xp.float32)[None],
        scheduled,
        beam,
        xp.ones(beam_count, dtype=xp.float32),
        xp.asarray(beams.segment_start),
        xp.asarray(carrier.pattern),
        scene.scenario.colours,
    )
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
        received,
        interference,
        place,
        trial,
        None,
        xp.asarray(link.rate_table),
        xp.asarray(link.shannon),
        link.mode,
        trials,
        beam_count,
    )
    counted = xp.asarray(beams.statistics[beams.order])[place] & (place >= 0)
    counted_turns = (received, interference, efficiency, place, trial, scheduled)
    histograms = _turn_histograms(
        scene, budget, access, kernels, counted, counted_turns, users, power_dbw, downlink.lit_share
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
    heard = kernels.count_numbers(own_trial, trials).astype(xp.int32)
    return UplinkResult({"uplink_users": heard}, trial_beam, histograms)


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


def own_beam_gain(carrier: Carrier, user: Any, beam: Any, downlink: Downlink, xp: Any) -> Any:
    """Gain of each user's own receive beam towards it, relative to the peak.

    Parameters
    ----------
    carrier : Carrier
    user, beam : float32 array (3, users), (3, beams)
        Reduced directions.
    downlink : Downlink
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (users,)
    """
    offset = user.astype(xp.float64) - beam[:, downlink.serving]
    return look_up(xp.asarray(carrier.pattern), (offset * offset).sum(axis=0), xp)


def _ready(scene: Scene, downlink: Downlink, gain: Any, own_gain: Any, xp: Any) -> Any:
    """Users that take turns, bool array (users,): of lit beams, and heard if nobody disturbs."""
    link = scene.link
    ready = xp.ones(downlink.serving.shape, dtype=bool)
    if scene.scenario.uplink.scheduled == "heard":
        lowest = link.shannon[1] if link.mode == 1 else link.rate_table[0, 0]
        ready = gain * own_gain >= float(lowest)
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


def _coupling_loss_db(scene: Scene, downlink: Downlink, xp: Any) -> Any:
    snr_db = 10.0 * xp.log10(xp.maximum(downlink.carrier.astype(xp.float64), 1e-300))
    return scene.link.coupling_loss_at_0_snr_db - snr_db


def beam_results(access: UplinkAccess, users: Any, sums: Any, xp: Any) -> dict[str, Any]:
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
