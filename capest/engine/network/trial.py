"""A trial of a constellation, from the epoch to throughput: the physics story."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares, ConstellationDownlink
from capest.backend.protocol import Kernels, on_host
from capest.engine.links import link_quantities
from capest.engine.network import beams as beam_layouts
from capest.engine.network import calls, results, service
from capest.engine.network.beams import Beams
from capest.engine.network.power import limit_power
from capest.engine.network.scene import NetworkScene
from capest.engine.network.sky import Sky, sky_at
from capest.engine.network.users import Users, draw_users
from capest.engine.scheduler import user_rate
from capest.orbits.epochs import random_epochs_s, stratified_epochs_s
from capest.physics import geometry
from capest.sampling.draws import Draws
from capest.sampling.streams import Purpose
from capest.statistics.block import BlockResult
from capest.statistics.histograms import AXES


def network_trial(scene: NetworkScene, kernels: Kernels, trial: int) -> BlockResult:
    """Compute one trial.

    Parameters
    ----------
    scene : NetworkScene
    kernels : Kernels
        Backend; users live on it, satellites and cells on the host.
    trial : int
        What is computed for a trial depends on its number alone.

    Returns
    -------
    BlockResult
    """
    xp, link = kernels.xp, scene.link
    draws = Draws(kernels, scene.scenario.run.seed, trial, 1)
    sky = sky_at(scene, epoch_s(scene, kernels, trial))
    view = service.view_of_cells(scene, sky)
    users = draw_users(scene, draws)
    beams, user_beam = _attach(scene, kernels, sky, view, users)
    limits = limit_power(scene, kernels, sky, beams)

    carrier, interference = _powers(scene, kernels, sky, beams, users, user_beam, limits.satellite)
    on_beam = user_beam >= 0
    own_beam, carrier, interference = user_beam[on_beam], carrier[on_beam], interference[on_beam]
    alone = xp.zeros(len(own_beam), dtype=xp.int32)
    efficiency, sums = kernels.beam_sums(
        AttachedLinks(
            carrier=carrier,
            interference=interference,
            serving=own_beam,
            user_trial=alone,
            lit=None,
            adaptation=link.adaptation,
            trials=1,
            beams=len(beams),
        )
    )
    shares = BeamShares(
        efficiency=efficiency,
        serving=own_beam,
        user_trial=alone,
        sums=sums,
        policy=link.policy,
    )
    rate_per_hz = user_rate(kernels, shares)

    quantities = link_quantities(carrier.astype(xp.float64), interference.astype(xp.float64), xp)
    sine, range_m = _serving(sky, beams, users.position_m[:, on_beam], own_beam, xp)
    throughput_mbps = rate_per_hz.astype(xp.float64) * link.bandwidth_mhz
    sinr_db = quantities["sinr_db"]
    # Loss is what the way takes: beams that limits turn down lose nothing more.
    unlimited = carrier / xp.asarray(limits.factor(beams))[own_beam]
    unlimited_snr_db = 10.0 * xp.log10(xp.maximum(unlimited, 1e-300))
    quantities |= {
        name: xp.asarray(taken_db)[own_beam] for name, taken_db in limits.reduction_db.items()
    }
    quantities |= {
        "coupling_loss_db": link.coupling_loss_at_0_snr_db - unlimited_snr_db,
        "spectral_efficiency": efficiency,
        "one_way_delay": _delay_ms(scene, sky, beams, range_m, own_beam, xp),
        "user_throughput": throughput_mbps,
    }
    histograms = {name: on_host(AXES[name].count(q, kernels)) for name, q in quantities.items()}
    # Who has no beam has no throughput, and counts.
    histograms["user_throughput"][0] += users.cell.size - len(own_beam)
    per_user = results.PerUser(
        cell=users.cell[on_beam],
        beam=own_beam,
        served=efficiency > 0.0,
        throughput_mbps=throughput_mbps,
        sinr_db=sinr_db,
        elevation_deg=xp.degrees(xp.arcsin(xp.minimum(sine, 1.0))),
    )
    attached = calls.Attached(
        on_beam, own_beam, carrier, interference, unlimited, efficiency, range_m
    )
    of_services = calls.compute_services(scene, kernels, draws, view, sky, beams, users, attached)
    block = results.block_of(
        scene, trial, sky, view, beams, users.cell, per_user, histograms, kernels
    )
    return replace(
        block,
        trial=block.trial | of_services.trial,
        histograms=block.histograms | of_services.histograms,
        cell=block.cell | of_services.cell,
    )


def epoch_s(scene: NetworkScene, kernels: Kernels, trial: int) -> float:
    """Moment of a trial, seconds after the constellation's start."""
    constellation, seed = scene.scenario.constellation, scene.scenario.run.seed
    window_s = constellation.window_h * 3600.0
    if constellation.epochs == "stratified":
        # One shift for all trials of a seed: drawn as trial 0 would.
        (shift,) = Draws(kernels, seed, 0, 1).uniforms(Purpose.EPOCH, 1, 1)
        number = np.array([trial], dtype=np.uint64)
        return float(stratified_epochs_s(number, float(on_host(shift)[0]), window_s)[0])
    (uniform,) = Draws(kernels, seed, trial, 1).uniforms(Purpose.EPOCH, 1, 1)
    return float(random_epochs_s(on_host(uniform), window_s)[0])


def _attach(
    scene: NetworkScene, kernels: Kernels, sky: Sky, view: service.View, users: Users
) -> tuple[Beams, Any]:
    """Beams of the trial, and the beam of each user, int32 array (users,), -1 for none."""
    xp, settings = kernels.xp, scene.scenario.cells
    if settings.layout == "satellite-fixed":
        beams = beam_layouts.satellite_fixed(scene, sky)
        user_beam = beam_layouts.attach_to_highest(scene, sky, users.position_m, xp)
        if settings.lit == "occupied":
            occupied = np.zeros(len(beams) + 1, dtype=np.float32)
            occupied[on_host(user_beam)] = 1.0  # -1 marks the entry behind the last beam
            beams.power[:] = occupied[:-1]
        return beams, user_beam
    inside = users.cell >= 0
    users_of_cell = on_host(xp.bincount(users.cell[inside], minlength=len(scene.ground.colour)))
    satellite_of_cell = service.assign(scene, view, users_of_cell.astype(np.int64))
    beams, beam_of_cell = beam_layouts.earth_fixed(scene, sky, satellite_of_cell)
    user_beam = xp.where(inside, xp.asarray(beam_of_cell)[xp.maximum(users.cell, 0)], -1)
    return beams, user_beam.astype(xp.int32)


def _powers(
    scene: NetworkScene,
    kernels: Kernels,
    sky: Sky,
    beams: Beams,
    users: Users,
    user_beam: Any,
    satellite_power: np.ndarray,
) -> tuple[Any, Any]:
    """Carrier and interference of all users in units of their noise."""
    xp, count = kernels.xp, user_beam.size
    axial_weight, element_exponent = scene.steering
    cull_elevation_deg = scene.scenario.constellation.cull_elevation_deg
    return kernels.constellation_sinr(
        ConstellationDownlink(
            user_m=users.position_m,
            user_start=xp.asarray(np.array([0, count], dtype=np.int64)),
            gain=xp.full(count, scene.gain_at_one_metre, dtype=xp.float32),
            environment=users.environment,
            sight=users.sight,
            shadow=users.shadow,
            entry=users.entry,
            serving=user_beam,
            satellite_m=xp.asarray(np.ascontiguousarray(sky.position_m.T)),
            axes=xp.asarray(sky.axes),
            satellite_start=xp.asarray(np.array([0, len(sky)], dtype=np.int64)),
            satellite_power=xp.asarray(satellite_power),
            beam=xp.asarray(beams.direction),
            beam_power=xp.asarray(beams.power),
            segment_start=xp.asarray(beams.segment_start),
            sky=xp.asarray(scene.sky),
            pattern=xp.asarray(scene.pattern),
            reduced_aperture=scene.reduced_aperture,
            axial_weight=axial_weight,
            element_exponent=element_exponent,
            lowest_sine=math.sin(math.radians(cull_elevation_deg)),
            colours=scene.scenario.colours,
        )
    )


def _serving(sky: Sky, beams: Beams, position_m: Any, own_beam: Any, xp: Any) -> tuple[Any, Any]:
    """Sine of elevation and range of each user's own satellite, float64 arrays (n,)."""
    satellite_m = np.ascontiguousarray(sky.position_m[beams.satellite].T)
    offset_m = xp.asarray(satellite_m)[:, own_beam] - position_m
    range_m = xp.sqrt((offset_m * offset_m).sum(axis=0))
    sine = (offset_m * position_m).sum(axis=0) / (range_m * geometry.EARTH_RADIUS_M)
    return sine, range_m


def _delay_ms(
    scene: NetworkScene, sky: Sky, beams: Beams, range_m: Any, own_beam: Any, xp: Any
) -> Any:
    """One-way delay of users with a beam; a transparent payload adds the feeder link."""
    payload = scene.scenario.satellite
    feeder_m = np.zeros(len(sky))
    if payload.payload == "transparent":
        altitude_m = np.linalg.norm(sky.position_m, axis=1) - geometry.EARTH_RADIUS_M
        feeder_m = geometry.slant_range_m(altitude_m, payload.gateway_elevation_deg)
    return geometry.one_way_delay_ms(range_m, xp.asarray(feeder_m[beams.satellite])[own_beam])
