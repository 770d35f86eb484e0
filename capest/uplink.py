"""The uplink of a trial: what a satellite's beams hear of the users they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.protocol import Kernels, on_host
from capest.channel import Surroundings, path_loss_db
from capest.histograms import AXES
from capest.link_constants import Carrier, UplinkAccess
from capest.links import link_quantities, reduced_directions
from capest.physics.pattern_table import look_up
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
    """Part of a ``BlockResult``; empty where the uplink is not computed."""

    trial: dict[str, np.ndarray]
    trial_beam: dict[str, np.ndarray]
    histograms: dict[str, np.ndarray]


def compute_uplink(
    scene: Scene, kernels: Kernels, surroundings: Surroundings, downlink: Downlink
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

    Returns
    -------
    UplinkResult
    """
    xp, budget, carrier, beams = kernels.xp, scene.uplink, scene.uplink_carrier, scene.beams
    access = scene.uplink_access
    if budget is None or carrier is None or access is None:
        return UplinkResult({}, {}, {})
    trials, beam_count = downlink.trials, len(beams.colour)
    settings, link = scene.scenario.uplink, scene.link
    loss_db = downlink.loss_db
    if carrier.frequency_hz != scene.carrier.frequency_hz:
        loss_db = path_loss_db(scene, carrier, surroundings, xp)
    power_dbw = budget.power_dbw(_coupling_loss_db(scene, downlink, xp), xp)
    gain = 10.0 ** (budget.peak_snr_db(power_dbw, loss_db) * 0.1)
    user, beam = reduced_directions(scene, carrier, surroundings.view, xp)
    ready = _ready(scene, downlink, gain, own_beam_gain(carrier, user[0], beam, downlink, xp), xp)
    taking_turns = xp.nonzero(ready)[0]
    turns = uplink_turns(
        downlink.serving[taking_turns],
        downlink.user_trial[taking_turns],
        trials,
        beam_count,
        settings.drops,
        xp,
    )
    scheduled = turns
    if len(taking_turns):
        scheduled = xp.where(turns >= 0, taking_turns[xp.maximum(turns, 0)], -1).astype(xp.int32)
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
    drop, place = xp.nonzero(transmits)
    place = place.astype(xp.int32)
    trial = (drop // settings.drops).astype(xp.int32)
    received, interference = received[transmits], interference[transmits]
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
    users = xp.bincount(
        downlink.user_trial[taking_turns].astype(xp.int64) * beam_count
        + downlink.serving[taking_turns],
        minlength=trials * beam_count,
    ).reshape(trials, beam_count)
    share = xp.minimum(access.users_at_once / xp.maximum(users, 1), 1.0)

    counts = xp.asarray(beams.statistics[beams.order])[place]
    place, trial = place[counts], trial[counts]
    quantities = link_quantities(
        received[counts].astype(xp.float64), interference[counts].astype(xp.float64), xp
    )
    own_power_dbw = power_dbw[scheduled[transmits][counts]]
    rate_mhz = access.user_bandwidth_mhz * downlink.lit_share
    quantities |= {
        "coupling_loss_db": budget.coupling_loss_db(own_power_dbw, quantities["snr_db"]),
        "spectral_efficiency": efficiency[counts],
        "user_throughput": efficiency[counts] * share[trial, place] * rate_mhz,
    }
    weight = users[trial, place]
    histograms = {
        f"uplink_{name}": on_host(AXES[f"uplink_{name}"].count(values, xp, weight))
        for name, values in quantities.items()
    }
    everybody = _statistics_users(scene, downlink, xp)
    silent = int(everybody.sum()) - int((everybody & ready).sum())
    histograms["uplink_user_throughput"][0] += silent * settings.drops
    trial_beam = beam_results(access, *(on_host(each)[:, beams.place] for each in (users, sums)))
    lit = xp.ones_like(users) if downlink.lit is None else downlink.lit
    shown = (on_host(lit)[:, beams.place] > 0) & beams.statistics
    throughput = trial_beam["beam_uplink_throughput"]
    axis = AXES["uplink_beam_throughput"]
    histograms[axis.name] = axis.count(throughput[shown] * downlink.lit_share, np)
    counted = np.ascontiguousarray(throughput[:, beams.statistics], dtype=np.float64)
    own_trial = downlink.user_trial[everybody & ready]
    heard = on_host(xp.bincount(own_trial, minlength=trials)).astype(np.int32)
    return UplinkResult(
        {"uplink_throughput": counted.sum(axis=1), "uplink_users": heard}, trial_beam, histograms
    )


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


def _statistics_users(scene: Scene, downlink: Downlink, xp: Any) -> Any:
    """Users of lit statistics beams, bool array (users,)."""
    beams = scene.beams
    found = xp.asarray(beams.statistics[beams.order])[downlink.serving]
    if downlink.lit is not None:
        found &= downlink.lit[downlink.user_trial, downlink.serving] > 0
    return found


def _coupling_loss_db(scene: Scene, downlink: Downlink, xp: Any) -> Any:
    snr_db = 10.0 * xp.log10(xp.maximum(downlink.carrier.astype(xp.float64), 1e-300))
    return scene.link.coupling_loss_at_0_snr_db - snr_db


def beam_results(
    access: UplinkAccess, users: np.ndarray, sums: np.ndarray
) -> dict[str, np.ndarray]:
    """Results per trial and beam, in the order of the layout.

    Parameters
    ----------
    access : UplinkAccess
    users : int64 array (trials, beams)
        That take turns.
    sums : int64 array (trials, beams, 5)
        Over drops, see ``NumpyKernels.beam_sums``.

    Returns
    -------
    dict of str to float32 array (trials, beams)
    """
    drops, _, efficiency, _, sinr_db = np.moveaxis(sums, -1, 0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # A user that is drowned in a drop loses it, and counts with nothing.
        mean_efficiency = efficiency / drops / 2.0**24
        mean_sinr_db = sinr_db / drops / 2.0**16
    transmitting = np.minimum(users, access.users_at_once)
    rate = np.where(drops > 0, mean_efficiency, 0.0) * transmitting
    return {
        "beam_uplink_sinr_db": mean_sinr_db.astype(np.float32),
        "beam_uplink_spectral_efficiency": mean_efficiency.astype(np.float32),
        "beam_uplink_throughput": (rate * access.user_bandwidth_mhz).astype(np.float32),
    }
