"""Some trials whose beams are lit, from links to calls."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend.arguments import AttachedLinks, BeamShares
from capest.backend.protocol import Kernels
from capest.engine.assignment import SatellitesInView
from capest.engine.beams import Beams
from capest.engine.collect import Computed, Downlinks, downlinks_of_frame
from capest.engine.downlink import downlink
from capest.engine.frame import play_frame
from capest.engine.largest_share import largest_share
from capest.engine.links import Links
from capest.engine.parts import Parts
from capest.engine.played_frames import PlayedFrames
from capest.engine.power import limit_power
from capest.engine.services.serve import serve
from capest.engine.sky import Sky
from capest.engine.uplink import compute_uplink
from capest.engine.users import Users
from capest.engine.world import World
from capest.sampling.draws import Draws


@dataclass(frozen=True)
class Drawn:
    """Some trials before anything is lit.

    Attributes
    ----------
    world : World
    kernels : Kernels
    draws : Draws
    sky : Sky
    view : SatellitesInView
    users : Users
    parts : Parts
    """

    world: World
    kernels: Kernels
    draws: Draws
    sky: Sky
    view: SatellitesInView
    users: Users
    parts: Parts


def evaluate(drawn: Drawn, beams: Beams, lit: np.ndarray | None = None) -> Computed:
    """Compute what the users of some trials have of beams that are lit.

    Parameters
    ----------
    drawn : Drawn
    beams : Beams
        With each user's own; limits turn them down in place.
    lit : bool array (trials, slots, cells), optional
        See `trial.start`.
    """
    world, kernels, users = drawn.world, drawn.kernels, drawn.users
    sky, parts = drawn.sky, drawn.parts
    power = limit_power(world, kernels, sky, beams)
    links = downlink(world, kernels, sky, users, beams, power)
    most_share = largest_share(world, sky, links, kernels.xp)
    frame = play_frame(
        *(world, kernels, drawn.draws, sky, users, beams, power, links, lit), most_share
    )
    if frame is not None:
        beams = frame.lighting(beams)
    down = share_time(world, kernels, users, beams, links, frame, most_share)
    up = compute_uplink(world, kernels, users, beams, links, down.counts, parts, most_share)
    served = serve(
        world,
        kernels,
        drawn.draws,
        sky=sky,
        view=drawn.view,
        users=users,
        beams=beams,
        power=power,
        links=links,
        attached=down.attached,
        efficiency=down.efficiency,
        most_share=most_share,
        up=up,
        frame=frame,
    )
    return Computed(sky, users, beams, power, links, down, up, served, parts)


def share_time(
    world: World,
    kernels: Kernels,
    users: Users,
    beams: Beams,
    links: Links,
    frame: PlayedFrames | None,
    most_share: Any | None,
) -> Downlinks:
    """Adapt links to their SINR and share out the time of beams, as a frame did if there is one."""
    counts = world.ground.cells.counts(world, users, beams, links, kernels.xp)
    if frame is not None:
        return downlinks_of_frame(world, frame, counts)
    trials, most = len(beams.start) - 1, beams.most
    attached = AttachedLinks(
        carrier=links.carrier,
        interference=links.interference,
        serving=links.serving,
        user_trial=users.trial,
        lit=beams.lit,
        adaptation=world.radio.link.adaptation,
        trials=trials,
        beams=most,
    )
    efficiency, sums = kernels.beam_sums(attached)
    shares = BeamShares(
        efficiency=efficiency,
        serving=links.serving,
        user_trial=users.trial,
        sums=sums,
        policy=world.radio.link.policy,
    )
    return Downlinks(attached, efficiency, shares, counts, most_share=most_share)
