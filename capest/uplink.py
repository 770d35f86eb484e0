"""The uplink of a trial: what a satellite's beams hear of the users they serve."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.allocation.uplink_turns import uplink_turns
from capest.backend.protocol import Kernels, on_host
from capest.channel import clear_sky_loss_db
from capest.histograms import AXES
from capest.links import link_quantities, reduced_directions
from capest.physics import antenna, geometry
from capest.scene import Scene


def uplink_histograms(
    scene: Scene,
    kernels: Kernels,
    view: geometry.View,
    obstruction_db: Any,
    downlink_coupling_loss_db: Any,
    serving: Any,
    user_trial: Any,
    lit: Any,
    trials: int,
) -> dict[str, np.ndarray]:
    """Count the scheduled users of the statistics beams into the uplink's bins.

    Parameters
    ----------
    scene : Scene
    kernels : Kernels
    view : View
    obstruction_db, downlink_coupling_loss_db : float array (users,)
        The latter is what power control goes by.
    serving, user_trial : int32 array (users,)
    lit : uint8 array (trials, beams) or None
        Beams in the kernels' order; users of dark ones are silent.
    trials : int
    """
    xp, budget, carrier, beams = kernels.xp, scene.uplink, scene.uplink_carrier, scene.beams
    if budget is None or carrier is None:
        return {}
    drops = scene.scenario.uplink.drops
    scheduled = uplink_turns(serving, user_trial, trials, len(beams.colour), drops, xp)
    if lit is not None:
        scheduled[xp.repeat(lit, drops, axis=0) == 0] = -1
    loss_db = clear_sky_loss_db(carrier, view, xp) + obstruction_db
    power_dbw = budget.power_dbw(downlink_coupling_loss_db, xp)
    gain = 10.0 ** (budget.peak_snr_db(power_dbw, loss_db) * 0.1)
    user, beam = reduced_directions(scene, carrier, view, xp)
    received, interference = kernels.uplink_sinr(
        user,
        gain.astype(xp.float32)[None],
        scheduled,
        beam,
        xp.ones(len(beams.colour), dtype=xp.float32),
        xp.asarray(beams.segment_start),
        xp.asarray(carrier.amplitude),
        antenna.AMPLITUDE_STEP,
        scene.scenario.colours,
    )
    counts = (scheduled >= 0) & xp.asarray(beams.statistics[beams.order])[None, :]
    quantities = link_quantities(
        received[counts].astype(xp.float64), interference[counts].astype(xp.float64), xp
    )
    own_power_dbw = power_dbw[scheduled[counts]]
    quantities["coupling_loss_db"] = budget.coupling_loss_db(own_power_dbw, quantities["snr_db"])
    return {
        f"uplink_{name}": on_host(AXES[f"uplink_{name}"].count(values, xp))
        for name, values in quantities.items()
    }
