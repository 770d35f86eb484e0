"""Results of frames, trial by trial and beam by beam."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels
from capest.engine.links import Links
from capest.engine.played_frames import PlayedFrames
from capest.engine.users import Users
from capest.engine.world import World


def beam_results(
    world: World, kernels: Kernels, users: Users, links: Links, frame: PlayedFrames, place: Any
) -> dict[str, Any]:
    """Results per trial and beam over a frame.

    Parameters
    ----------
    world : World
    kernels : Kernels
    users : Users
    links : Links
        Of a moment in which all beams are lit.
    frame : PlayedFrames
    place : int array (beams,)
        Place of each beam of the layout in the kernels' order.

    Returns
    -------
    dict of str to array (trials, beams)
        Beams in the order of the layout.
    """
    xp, (trials, beams) = kernels.xp, frame.share.shape
    number = users.trial.astype(xp.int64) * beams + links.serving
    reached = xp.where(frame.efficiency > 0.0, number, -1)
    attached, served = (
        kernels.count_numbers(each, trials * beams).reshape(trials, beams)[:, place]
        for each in (number, reached)
    )
    sums = frame.links.sums.reshape(trials, frame.problem.slots, beams, 5).sum(axis=1)[:, place]
    in_slots, served_in_slots, efficiency, sinr_db = (sums[:, :, k] for k in (0, 1, 2, 4))
    with np.errstate(invalid="ignore", divide="ignore"):
        mean_efficiency = efficiency / served_in_slots * 2.0**-24
        mean_sinr_db = sinr_db / in_slots * 2.0**-16
    share = frame.share[:, place]
    return {
        "cell_users": attached.astype(xp.int32),
        "cell_lit": (share > 0.0).astype(xp.int8),
        "cell_lit_share": share.astype(xp.float32),
        "cell_served_users": served.astype(xp.int32),
        "cell_sinr_db": mean_sinr_db.astype(xp.float32),
        "cell_spectral_efficiency": mean_efficiency.astype(xp.float32),
        "cell_throughput": xp.asarray(frame.outcome.served.astype(np.float32)),
        "cell_offered_traffic": xp.asarray(frame.problem.demand.astype(np.float32)),
    }


def trial_results(world: World, frame: PlayedFrames) -> dict[str, np.ndarray]:
    """Results per trial over a frame, on the host, arrays (trials,)."""
    counted = world.ground.counted
    satisfaction = frame.outcome.satisfaction
    satisfaction = np.where(np.isnan(satisfaction), 1.0, satisfaction)
    found = {
        "least_satisfaction": satisfaction[:, counted].min(axis=1),
        "least_satisfaction_all_beams": satisfaction.min(axis=1),
    }
    if frame.bound_mbps is not None:
        found["bound_traffic"] = frame.bound_mbps
    return found
