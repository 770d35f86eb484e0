"""One block of trials, from random numbers to throughput: the physics story."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np

from capest import allocation
from capest.block import BlockResult
from capest.histograms import AXES
from capest.physics import antenna, geometry, propagation
from capest.sampling import placement
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose
from capest.scene import Scene


class Kernels(Protocol):
    """The array kernels of a backend (``backend.numpy_kernels``, ``backend.cuda_kernels``)."""

    name: str
    xp: Any

    def philox_words(
        self, seed: int, purpose: int, first_trial: int, trials: int, entities: int
    ) -> Any:
        """Random words by position."""

    def downlink_sinr(self, *arguments: Any) -> tuple[Any, Any, Any]:
        """Serving beam, carrier and interference per user."""

    def beam_sums(self, *arguments: Any) -> tuple[Any, Any]:
        """Efficiency per user and sums per beam."""

    def user_throughput(self, *arguments: Any) -> Any:
        """Throughput per user and Hz."""


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
    loss_db = path_loss_db(scene, view, draws, users)

    beam_count = len(beams.colour)
    active = scenario.beams.active_count or beam_count
    lit = allocation.STRATEGIES[scenario.beams.allocation](beams.grid.lattice, active, draws)
    lit_in_kernel_order = (
        None if lit is None else xp.ascontiguousarray(lit[:, xp.asarray(beams.order)])
    )

    gain = 10.0 ** ((link.snr_at_no_loss_db - loss_db) * 0.1)
    serving, carrier, interference = kernels.downlink_sinr(
        *sinr_arguments(scene, view, gain, user_trial, lit_in_kernel_order, xp)
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
        xp,
    )
    host_lit = np.ones((trials, beam_count), dtype=np.uint8) if lit is None else _host(lit)
    trial_beam = beam_results(scene, _host(sums)[:, beams.place], host_lit)
    shown = host_lit.astype(bool) & beams.statistics
    axis = AXES["beam_throughput"]
    histograms[axis.name] = axis.count(trial_beam["beam_throughput"][shown] * lit_share, np)
    return BlockResult(
        first_trial, trial_results(scene, trial_beam, host_lit), trial_beam, histograms
    )


def sinr_arguments(
    scene: Scene, view: geometry.View, gain: Any, user_trial: Any, lit: Any, xp: Any
) -> tuple[Any, ...]:
    """Arguments of the SINR kernel, see ``backend.numpy_sinr.downlink_sinr``.

    Parameters
    ----------
    scene : Scene
    view : View
        What the users of all trials see of the satellite.
    gain : float array (users,)
        Power received at the peak of a beam, in units of the user's noise.
    user_trial : int32 array (users,)
    lit : uint8 array (trials, beams) or None
        Beams in the kernels' order.
    xp : module
        ``numpy`` or ``cupy``.
    """
    centre = xp.asarray(scene.centre_direction)[:, None]
    reduced = ((view.direction - centre) * scene.reduced_aperture).astype(xp.float32)
    return (
        reduced[None],
        gain.astype(xp.float32)[None],
        user_trial,
        xp.asarray(scene.beams.direction),
        xp.asarray(scene.beams.power),
        xp.asarray(scene.beams.segment_start),
        lit,
        xp.asarray(scene.amplitude),
        antenna.AMPLITUDE_STEP,
        scene.scenario.colours,
    )


def path_loss_db(scene: Scene, view: geometry.View, draws: Draws, users: int) -> Any:
    """Loss between isotropic antennas for every user of the trials.

    Free space, gas, shadow fading and clutter (TR 38.811 clause 6.6); shadow fading is drawn per
    user and satellite, hence common to all beams of the satellite.

    Returns
    -------
    float64 array (trials · users,)
    """
    xp, channel = draws.xp, scene.scenario.channel
    loss_db = propagation.free_space_loss_db(view.range_m, scene.frequency_hz, xp)
    if channel.gas_loss:
        loss_db += propagation.gas_loss_db(view.sin_elevation, scene.zenith_gas_loss_db)
    if scene.scintillation:
        loss_db += propagation.tropospheric_scintillation_db(view.sin_elevation, xp)
    elevation_deg = xp.degrees(xp.arcsin(xp.minimum(view.sin_elevation, 1.0)))
    index = propagation.elevation_index(elevation_deg, xp)
    if channel.line_of_sight == "probability":
        (chance,) = draws.uniforms(Purpose.LINE_OF_SIGHT, users, 1)
        sight = chance < xp.asarray(scene.environment.los_probability)[index]
    else:
        sight = xp.full(loss_db.shape, channel.line_of_sight == "always")
    if channel.shadow_fading:
        normal = draws.normals(Purpose.SHADOWING, users)
    else:
        normal = xp.zeros_like(loss_db)
    return loss_db + propagation.shadow_and_clutter_loss_db(
        scene.environment, index, sight, normal, xp
    )


def user_histograms(
    scene: Scene, carrier: Any, interference: Any, efficiency: Any, throughput_mbps: Any, xp: Any
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
    xp : module
        ``numpy`` or ``cupy``.
    """
    snr_db = 10.0 * xp.log10(xp.maximum(carrier, 1e-300))
    quantities = {
        "coupling_loss_db": scene.link.coupling_loss_at_0_snr_db - snr_db,
        "snr_db": snr_db,
        # No interference at all lands in the open bin at the top.
        "sir_db": snr_db - 10.0 * xp.log10(xp.maximum(interference, 1e-300)),
        "sinr_db": snr_db - 10.0 * xp.log10(interference + 1.0),
        "spectral_efficiency": efficiency,
        "user_throughput": throughput_mbps,
    }
    return {name: _host(AXES[name].count(values, xp)) for name, values in quantities.items()}


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


def _host(array: Any) -> np.ndarray:
    return array.get() if hasattr(array, "get") else np.asarray(array)
