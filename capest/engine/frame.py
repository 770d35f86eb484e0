"""A frame of slots: which beams are lit when, and what users are served."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.protocol import Kernels, on_host
from capest.engine.beams import Beams
from capest.engine.frame_of_many import play_frame_of_many
from capest.engine.frame_of_one import play_frame_of_one
from capest.engine.links import Links
from capest.engine.played_frames import PlayedFrames
from capest.engine.power import LoweredPower
from capest.engine.sky import Sky
from capest.engine.users import Users
from capest.engine.world import World
from capest.sampling.draws import Draws


def play_frame(
    world: World,
    kernels: Kernels,
    draws: Draws,
    sky: Sky,
    users: Users,
    beams: Beams,
    power: LoweredPower,
    links: Links,
    lit: np.ndarray | None = None,
    most_share: Any | None = None,
) -> PlayedFrames | None:
    """Plan the frames of some trials and serve their users.

    Parameters
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    sky, users, beams, power, links
        Of a moment in which all beams are lit.
    lit : bool array (trials, slots, cells), optional
        From `trial.plan`, if the frames of one satellite were planned before.
    most_share : float64 array (users,), optional
        Of the time in which a user can be served.

    Returns
    -------
    PlayedFrames or None
        ``None`` where trials look at one moment.
    """
    plan = world.beams.frame
    if plan is None:
        return None
    most = None if most_share is None else on_host(most_share).reshape(-1, users.per_trial)
    if world.beams.attachment == "strongest":
        return play_frame_of_one(world, kernels, draws, users, links, plan, lit, most)
    return play_frame_of_many(world, kernels, draws, sky, users, beams, power, links, plan, most)
