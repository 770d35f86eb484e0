"""The uplink of a trial: what a satellite's beams hear of the users they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.protocol import Kernels, on_host
from capest.channel import Surroundings, path_loss_db
from capest.histograms import AXES
from capest.link_constants import UplinkAccess
from capest.links import link_quantities, reduced_directions
from capest.physics import antenna
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

    Histograms count users as often as they transmit.

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
    beam_count = len(beams.colour)
    drops = scene.scenario.uplink.drops
    scheduled = uplink_turns(
        downlink.serving, downlink.user_trial, downlink.trials, beam_count, drops, xp
    )
    if downlink.lit is not None:
        scheduled[xp.repeat(downlink.lit, drops, axis=0) == 0] = -1
    loss_db = downlink.loss_db
    if carrier.frequency_hz != scene.carrier.frequency_hz:
        loss_db = path_loss_db(scene, carrier, surroundings, xp)
    power_dbw = budget.power_dbw(_coupling_loss_db(scene, downlink, xp), xp)
    gain = 10.0 ** (budget.peak_snr_db(power_dbw, loss_db) * 0.1)
    user, beam = reduced_directions(scene, carrier, surroundings.view, xp)
    received, interference = kernels.uplink_sinr(
        user,
        gain.astype(xp.float32)[None],
        scheduled,
        beam,
        xp.ones(beam_count, dtype=xp.float32),
        xp.asarray(beams.segment_start),
        xp.asarray(carrier.amplitude),
        antenna.AMPLITUDE_STEP,
        scene.scenario.colours,
    )
    heard = scheduled >= 0
    drop, place = xp.nonzero(heard)
    place = place.astype(xp.int32)
    trial = (drop // drops).astype(xp.int32)
    received, interference = received[heard], interference[heard]
    link = scene.link
    efficiency, sums = kernels.beam_sums(
        received,
        interference,
        place,
        trial,
        None,
        xp.asarray(link.rate_table),
        xp.asarray(link.shannon),
        link.mode,
        downlink.trials,
        beam_count,
    )
    users = xp.bincount(
        downlink.user_trial.astype(xp.int64) * beam_count + downlink.serving,
        minlength=downlink.trials * beam_count,
    ).reshape(downlink.trials, beam_count)
    share = time_share(users, sums, access, xp)
    counts = xp.asarray(beams.statistics[beams.order])[place]
    place, trial = place[counts], trial[counts]
    quantities = link_quantities(
        received[counts].astype(xp.float64), interference[counts].astype(xp.float64), xp
    )
    own_power_dbw = power_dbw[scheduled[heard][counts]]
    rate_mhz = access.user_bandwidth_mhz * downlink.lit_share
    quantities |= {
        "coupling_loss_db": budget.coupling_loss_db(own_power_dbw, quantities["snr_db"]),
        "spectral_efficiency": efficiency[counts],
        "user_throughput": efficiency[counts] * share[trial, place] * rate_mhz,
    }
    histograms = {
        f"uplink_{name}": on_host(AXES[f"uplink_{name}"].count(values, xp))
        for name, values in quantities.items()
    }
    trial_beam = beam_results(access, *(on_host(each)[:, beams.place] for each in (users, sums)))
    lit = xp.ones_like(users) if downlink.lit is None else downlink.lit
    shown = (on_host(lit)[:, beams.place] > 0) & beams.statistics
    throughput = trial_beam["beam_uplink_throughput"]
    axis = AXES["uplink_beam_throughput"]
    histograms[axis.name] = axis.count(throughput[shown] * downlink.lit_share, np)
    counted = np.ascontiguousarray(throughput[:, beams.statistics], dtype=np.float64)
    return UplinkResult({"uplink_throughput": counted.sum(axis=1)}, trial_beam, histograms)


def _coupling_loss_db(scene: Scene, downlink: Downlink, xp: Any) -> Any:
    snr_db = 10.0 * xp.log10(xp.maximum(downlink.carrier.astype(xp.float64), 1e-300))
    return scene.link.coupling_loss_at_0_snr_db - snr_db


def time_share(users: Any, sums: Any, access: UplinkAccess, xp: Any) -> Any:
    """Share of time in which a served user transmits: all of a beam's share it equally.

    Parameters
    ----------
    users : int64 array (trials, beams)
        Attached to each beam.
    sums : int64 array (trials, beams, 5)
        Over drops, see ``NumpyKernels.beam_sums``.
    access : UplinkAccess
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    float64 array (trials, beams)
        At most 1: a user has one transmitter.
    """
    served = _served_users(users, sums, xp)
    return xp.minimum(access.users_at_once / xp.maximum(served, 1.0), 1.0)


def beam_results(
    access: UplinkAccess, users: np.ndarray, sums: np.ndarray
) -> dict[str, np.ndarray]:
    """Results per trial and beam, in the order of the layout.

    Parameters
    ----------
    access : UplinkAccess
    users : int64 array (trials, beams)
    sums : int64 array (trials, beams, 5)

    Returns
    -------
    dict of str to float32 array (trials, beams)
    """
    drops, served_drops, efficiency, _, sinr_db = np.moveaxis(sums, -1, 0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_efficiency = efficiency / served_drops / 2.0**24
        mean_sinr_db = sinr_db / drops / 2.0**16
    transmitting = np.minimum(_served_users(users, sums, np), access.users_at_once)
    rate = np.where(served_drops > 0, mean_efficiency, 0.0) * transmitting
    return {
        "beam_uplink_sinr_db": mean_sinr_db.astype(np.float32),
        "beam_uplink_spectral_efficiency": mean_efficiency.astype(np.float32),
        "beam_uplink_throughput": (rate * access.user_bandwidth_mhz).astype(np.float32),
    }


def _served_users(users: Any, sums: Any, xp: Any) -> Any:
    """Users of each beam that can be served, by the share of drops that could."""
    drops, served_drops = sums[..., 0], sums[..., 1]
    return users * (served_drops / xp.maximum(drops, 1))
