"""One block of trials, from random numbers to throughput: the physics story.

Nothing here waits for a GPU: `start_trials` only queues what it is to compute, and what comes back
are counts and figures per trial and beam, fetched when all is queued.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest import allocation
from capest.backend.protocol import Kernels, Transfer
from capest.engine import calls, uplink
from capest.engine.channel import draw_surroundings, path_loss_db
from capest.engine.links import downlink_arguments, link_quantities, peak_gain
from capest.engine.scene import Scene
from capest.engine.scheduler import beam_rate, user_rate
from capest.engine.uplink_power import Downlink
from capest.physics import geometry
from capest.sampling import placement
from capest.sampling.draws import Draws
from capest.statistics.block import BlockResult
from capest.statistics.figure_names import ALL_BEAMS
from capest.statistics.histograms import AXES


@dataclass(frozen=True)
class StartedTrials:
    """Consecutive trials whose computation is under way.

    Attributes
    ----------
    scene : Scene
    first_trial : int
    transfer : Transfer
        Of groups as in `BlockResult`.
    """

    scene: Scene
    first_trial: int
    transfer: Transfer

    def wait(self) -> BlockResult:
        """Wait for the results."""
        found = self.transfer.wait()
        totals = trial_results(self.scene, found["trial_beam"])
        if self.scene.uplink is not None:
            totals |= uplink.trial_results(self.scene, found["trial_beam"])
        totals |= found["trial"]
        of_services, over_trials = calls.trial_results(self.scene, totals, found["trial_beam"])
        return BlockResult(
            self.first_trial,
            totals | of_services | all_beams(found["trial_beam"]),
            found["trial_beam"],
            found["histograms"] | over_trials,
        )


def trial_block(scene: Scene, kernels: Kernels, first_trial: int, trials: int) -> BlockResult:
    """Compute consecutive trials; see `start_trials`."""
    return start_trials(scene, kernels, first_trial, trials).wait()


def start_trials(scene: Scene, kernels: Kernels, first_trial: int, trials: int) -> StartedTrials:
    """Start to compute consecutive trials.

    Parameters
    ----------
    scene : Scene
        The scenario in numbers.
    kernels : Kernels
        Backend.
    first_trial, trials : int
        Which trials; what is computed for a trial depends on its number alone.

    Returns
    -------
    StartedTrials
    """
    xp = kernels.xp
    scenario, beams, link = scene.scenario, scene.beams, scene.link
    draws = Draws(kernels, scenario.run.seed, first_trial, trials)

    view = placement.STRATEGIES[scenario.users.placement](scene.coverage, scene.placement, draws)
    users = scene.placement.users
    user_trial = xp.broadcast_to(
        xp.arange(trials, dtype=xp.int32)[:, None], (trials, users)
    ).ravel()
    surroundings = draw_surroundings(scene, view, draws, users)
    loss_db = path_loss_db(scene, scene.carrier, surroundings, xp)

    beam_count = len(beams.colour)
    active = scenario.beams_at_once
    lit = allocation.STRATEGIES[scenario.beams.allocation](beams.grid.lattice, active, draws)
    lit_in_kernel_order = (
        None if lit is None else xp.ascontiguousarray(lit[:, xp.asarray(beams.order)])
    )

    gain = peak_gain(link.snr_at_no_loss_db - loss_db, xp)
    serving, carrier, interference = kernels.downlink_sinr(
        *downlink_arguments(scene, view, gain, user_trial, lit_in_kernel_order, xp)
    )
    efficiency, sums = kernels.beam_sums(
        carrier,
        interference,
        serving,
        user_trial,
        lit_in_kernel_order,
        xp.asarray(link.rate_table),
        xp.asarray(link.shannon),
        link.mode,
        trials,
        beam_count,
    )

    lit_share = allocation.LIT_SHARE[scenario.beams.allocation](beam_count, active)
    downlink = Downlink(
        trials, loss_db, carrier, serving, user_trial, lit_in_kernel_order, lit_share
    )
    counts = uplink.statistics_users(scene, downlink, xp)
    histograms = user_histograms(
        scene,
        kernels,
        counts,
        (carrier, interference, efficiency, serving, user_trial, view.range_m),
        sums,
        lit_share,
    )
    place = xp.asarray(beams.place)
    rate = beam_rate(kernels, efficiency, serving, user_trial, sums, link.policy)
    trial_beam = beam_results(scene, sums[:, place], rate[:, place], lit, xp)
    weight, (shown,) = kernels.select(
        ((trial_beam["beam_lit"] > 0) & xp.asarray(beams.statistics)).ravel(),
        trial_beam["beam_throughput"].ravel(),
    )
    axis = AXES["beam_throughput"]
    histograms[axis.name] = axis.count(shown * lit_share, kernels, weight)

    up = uplink.compute_uplink(scene, kernels, surroundings, downlink, counts)
    powers = (carrier, interference, efficiency)
    of_trial, of_beams = calls.compute_services(
        scene, kernels, draws, surroundings, downlink, powers, up
    )
    found = {
        "trial": up.trial | of_trial,
        "trial_beam": trial_beam | up.trial_beam | of_beams,
        "histograms": histograms | up.histograms,
    }
    return StartedTrials(scene, first_trial, kernels.fetch(found))


def user_histograms(
    scene: Scene,
    kernels: Kernels,
    counts: Any,
    users: tuple[Any, ...],
    sums: Any,
    lit_share: float,
) -> dict[str, Any]:
    """Count users into the bins of every user quantity.

    Parameters
    ----------
    scene : Scene
    kernels : Kernels
    counts : bool array (users,)
        Who counts.
    users : tuple of array (users,)
        Carrier, interference, efficiency, serving beam and trial as the kernels give and take
        them, and slant range in m.
    sums : int64 array (trials, beams, 5)
        See ``NumpyKernels.beam_sums``.
    lit_share : float
        Share of slots in which a beam is lit.

    Returns
    -------
    dict of str to int64 array (bins,)
    """
    xp, link = kernels.xp, scene.link
    weight, (carrier, interference, efficiency, serving, trial, range_m) = kernels.select(
        counts, *users
    )
    rate_per_hz = user_rate(kernels, efficiency, serving, trial, sums, link.policy)
    quantities = link_quantities(carrier.astype(xp.float64), interference.astype(xp.float64), xp)
    quantities |= {
        "coupling_loss_db": link.coupling_loss_at_0_snr_db - quantities["snr_db"],
        "spectral_efficiency": efficiency,
        "user_throughput": rate_per_hz * (link.bandwidth_mhz * lit_share),
        "one_way_delay": geometry.one_way_delay_ms(range_m, scene.feeder_range_m),
        **calls.delays_ms(scene, range_m),
    }
    return {name: AXES[name].count(values, kernels, weight) for name, values in quantities.items()}


def beam_results(scene: Scene, sums: Any, rate: Any, lit: Any | None, xp: Any) -> dict[str, Any]:
    """Results per trial and beam from the kernels' integer sums.

    Parameters
    ----------
    scene : Scene
    sums : int64 array (trials, beams, 5)
        See ``NumpyKernels.beam_sums``, beams in the order of the layout.
    rate : float64 array (trials, beams)
        bit/s/Hz, see ``sharing.beam_rate``.
    lit : uint8 array (trials, beams) or None
        None: all beams are lit.
    xp : module
        ``numpy`` or ``cupy``.

    Returns
    -------
    dict of str to array (trials, beams)
    """
    attached, served, efficiency, sinr_db = (sums[:, :, k] for k in (0, 1, 2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_efficiency = efficiency / served * 2.0**-24
        mean_sinr_db = sinr_db / attached * 2.0**-16
    if lit is None:
        lit = xp.ones(attached.shape, dtype=xp.int8)
    else:
        mean_sinr_db = xp.where(lit > 0, mean_sinr_db, np.nan)
    return {
        "beam_users": attached.astype(xp.int32),
        "beam_lit": lit.astype(xp.int8),
        "beam_served_users": served.astype(xp.int32),
        "beam_sinr_db": mean_sinr_db.astype(xp.float32),
        "beam_spectral_efficiency": mean_efficiency.astype(xp.float32),
        "beam_throughput": (rate * scene.link.bandwidth_mhz).astype(xp.float32),
    }


def trial_results(scene: Scene, trial_beam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Totals per trial over the statistics beams."""
    users, lit, served, throughput = (
        # One row after the other in memory: a sum rounds the same however many trials there are.
        np.ascontiguousarray(trial_beam[name][:, scene.beams.statistics])
        for name in ("beam_users", "beam_lit", "beam_served_users", "beam_throughput")
    )
    return {
        "users": users.sum(axis=1, dtype=np.int32),
        "lit_users": (users * lit).sum(axis=1, dtype=np.int32),
        "served_users": served.sum(axis=1, dtype=np.int32),
        "throughput": throughput.astype(np.float64).sum(axis=1),
        "lit_beams": lit.sum(axis=1, dtype=np.int32),
    }


def all_beams(trial_beam: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Totals per trial over all beams of the satellite, those of ``ALL_BEAMS`` that are there."""
    found = {}
    for metric, counted in ALL_BEAMS.items():
        of_beams = trial_beam.get(f"beam_{counted}")
        if of_beams is not None:
            dtype = np.int32 if of_beams.dtype.kind == "i" else np.float64
            rows = np.ascontiguousarray(of_beams, dtype=dtype)
            found[metric] = rows.sum(axis=1, dtype=dtype)
    return found
