"""One block of trials, from random numbers to throughput: the physics story."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest import allocation, uplink
from capest.backend.protocol import Kernels, on_host
from capest.block import BlockResult
from capest.channel import draw_surroundings, path_loss_db
from capest.histograms import AXES
from capest.links import downlink_arguments, link_quantities
from capest.physics import geometry
from capest.sampling import placement
from capest.sampling.draws import Draws
from capest.scene import Scene


def trial_block(scene: Scene, kernels: Kernels, first_trial: int, trials: int) -> BlockResult:
    """Compute consecutive trials.

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
    BlockResult
    """
    xp = kernels.xp
    scenario, beams, link = scene.scenario, scene.beams, scene.link
    draws = Draws(kernels, scenario.run.seed, first_trial, trials)

    position_m = placement.STRATEGIES[scenario.users.placement](
        scene.coverage, scene.placement, draws
    )
    users = scene.placement.users
    user_trial = xp.repeat(xp.arange(trials, dtype=xp.int32), users)
    view = geometry.view(position_m, scene.satellites, 0, xp)
    surroundings = draw_surroundings(scene, view, draws, users)
    loss_db = path_loss_db(scene, scene.carrier, surroundings, xp)

    beam_count = len(beams.colour)
    active = scenario.beams.active_count or beam_count
    lit = allocation.STRATEGIES[scenario.beams.allocation](beams.grid.lattice, active, draws)
    lit_in_kernel_order = (
        None if lit is None else xp.ascontiguousarray(lit[:, xp.asarray(beams.order)])
    )

    gain = 10.0 ** ((link.snr_at_no_loss_db - loss_db) * 0.1)
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
    rate_per_hz = kernels.user_throughput(efficiency, serving, user_trial, sums, link.policy)

    lit_share = allocation.LIT_SHARE[scenario.beams.allocation](beam_count, active)
    counts = xp.asarray(beams.statistics[beams.order])[serving]
    if lit_in_kernel_order is not None:
        counts &= lit_in_kernel_order[user_trial, serving] > 0
    histograms = user_histograms(
        scene,
        carrier[counts].astype(xp.float64),
        interference[counts].astype(xp.float64),
        efficiency[counts],
        rate_per_hz[counts] * (link.bandwidth_mhz * lit_share),
        geometry.one_way_delay_ms(view.range_m[counts], scene.feeder_range_m),
        xp,
    )
    host_lit = np.ones((trials, beam_count), dtype=np.uint8) if lit is None else on_host(lit)
    trial_beam = beam_results(scene, on_host(sums)[:, beams.place], host_lit)
    shown = host_lit.astype(bool) & beams.statistics
    axis = AXES["beam_throughput"]
    histograms[axis.name] = axis.count(trial_beam["beam_throughput"][shown] * lit_share, np)

    downlink = uplink.Downlink(
        trials, loss_db, carrier, serving, user_trial, lit_in_kernel_order, lit_share
    )
    up = uplink.compute_uplink(scene, kernels, surroundings, downlink)
    return BlockResult(
        first_trial,
        trial_results(scene, trial_beam, host_lit) | up.trial,
        trial_beam | up.trial_beam,
        histograms | up.histograms,
    )


def user_histograms(
    scene: Scene,
    carrier: Any,
    interference: Any,
    efficiency: Any,
    throughput_mbps: Any,
    delay_ms: Any,
    xp: Any,
) -> dict[str, np.ndarray]:
    """Count users into the bins of every user quantity.

    Parameters
    ----------
    scene : Scene
    carrier, interference : float64 array (n,)
        In units of the user's noise.
    efficiency : array (n,)
        bit/s/Hz.
    throughput_mbps : array (n,)
        Mbit/s.
    delay_ms : array (n,)
        One way, ms.
    xp : module
        ``numpy`` or ``cupy``.
    """
    quantities = link_quantities(carrier, interference, xp)
    quantities |= {
        "coupling_loss_db": scene.link.coupling_loss_at_0_snr_db - quantities["snr_db"],
        "spectral_efficiency": efficiency,
        "user_throughput": throughput_mbps,
        "one_way_delay": delay_ms,
    }
    return {name: on_host(AXES[name].count(values, xp)) for name, values in quantities.items()}


def beam_results(scene: Scene, sums: np.ndarray, lit: np.ndarray) -> dict[str, np.ndarray]:
    """Results per trial and beam from the kernels' integer sums.

    Parameters
    ----------
    scene : Scene
    sums : int64 array (trials, beams, 5)
        See ``NumpyKernels.beam_sums``, beams in the order of the layout.
    lit : uint8 array (trials, beams)

    Returns
    -------
    dict of str to array (trials, beams)
    """
    attached, served, efficiency, inverse, sinr_db = np.moveaxis(sums, -1, 0).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_efficiency = efficiency / served / 2.0**24
        rate = mean_efficiency if scene.link.policy == 0 else served / (inverse / 2.0**24)
        mean_sinr_db = np.where(lit > 0, sinr_db / attached / 2.0**16, np.nan)
    return {
        "beam_users": attached.astype(np.int32),
        "beam_lit": lit.astype(np.int8),
        "beam_served_users": served.astype(np.int32),
        "beam_sinr_db": mean_sinr_db.astype(np.float32),
        "beam_spectral_efficiency": mean_efficiency.astype(np.float32),
        "beam_throughput": (np.where(served > 0, rate, 0.0) * scene.link.bandwidth_mhz).astype(
            np.float32
        ),
    }


def trial_results(
    scene: Scene, trial_beam: dict[str, np.ndarray], lit: np.ndarray
) -> dict[str, np.ndarray]:
    """Totals per trial over the statistics beams."""
    statistics = scene.beams.statistics
    users = trial_beam["beam_users"][:, statistics]
    lit = lit[:, statistics]
    served = trial_beam["beam_served_users"][:, statistics]
    throughput = trial_beam["beam_throughput"][:, statistics].astype(np.float64)
    return {
        "users": users.sum(axis=1, dtype=np.int32),
        "lit_users": (users * lit).sum(axis=1, dtype=np.int32),
        "served_users": served.sum(axis=1, dtype=np.int32),
        "throughput": np.ascontiguousarray(throughput).sum(axis=1),
        "lit_beams": lit.sum(axis=1, dtype=np.int32),
    }
