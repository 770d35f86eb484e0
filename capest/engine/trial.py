"""Some trials, from random numbers to throughput: the physics story.

Nothing here waits for a GPU without need: `start` queues what it is to compute, and what comes back
are counts and sums, fetched together when all is queued. One satellite and a constellation go the
same way; what differs stands in the `World` that the client built.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.backend.protocol import Kernels, Transfer
from capest.engine.assignment import SatellitesInView
from capest.engine.beams import Beams
from capest.engine.collect import user_histograms
from capest.engine.downlink import downlink
from capest.engine.emissions import emissions
from capest.engine.evaluate import Drawn, evaluate
from capest.engine.frame_of_one import plan_frame, problem_of
from capest.engine.gateways import fed_only
from capest.engine.light import light_beams
from capest.engine.parts import Parts
from capest.engine.place_loss import with_weather
from capest.engine.power import limit_power
from capest.engine.refine import refine
from capest.engine.sky import Sky, draw_sky
from capest.engine.users import draw_users
from capest.engine.with_bound import with_bound
from capest.engine.with_reach import with_reach
from capest.engine.world import World
from capest.sampling.draws import Draws
from capest.statistics.block import BlockResult


@dataclass(frozen=True)
class Started:
    """Consecutive trials whose computation is under way.

    Attributes
    ----------
    world : World
    first_trial : int
    sky : Sky
    view : SatellitesInView
    beams : Beams
    transfer : Transfer
        Of groups of arrays, as the cells of the ground finish them.
    parts : Parts
    """

    world: World
    first_trial: int
    sky: Sky
    view: SatellitesInView
    beams: Beams
    transfer: Transfer
    parts: Parts

    def wait(self) -> list[BlockResult]:
        """Wait for the results of each part."""
        found = self.transfer.wait()
        finish = self.world.ground.cells.finish
        return self.parts.cut(
            finish(self.world, self.first_trial, self.sky, self.view, self.beams, found)
        )


def start(
    world: World,
    kernels: Kernels,
    first_trial: int,
    parts: Parts,
    lit: np.ndarray | None = None,
) -> Started:
    """Start to compute consecutive trials.

    Parameters
    ----------
    world : World
        The scenario in numbers.
    kernels : Kernels
        Backend; users live on it, satellites and cells on the host.
    first_trial : int
    parts : Parts
        Which trials, and which of them are counted together; what is computed for a trial depends
        on its number alone. Several parts only where the cells of the ground take them.
    lit : bool array (trials, slots, cells), optional
        From `plan`, if the frames of these trials are planned already.

    Returns
    -------
    Started
    """
    cells = world.ground.cells
    draws = Draws(kernels, world.seed, first_trial, sum(parts.trials))
    whole = draw_sky(world, draws)
    sky, view = fed_only(world, whole, cells.view(world, whole))
    users = with_weather(world, draws, draw_users(world, draws, sky))
    beams = light_beams(world, kernels, sky, view, users, draws)
    drawn = Drawn(world, kernels, draws, sky, view, users, parts)
    computed = evaluate(drawn, beams, lit)
    if world.beams.moves is not None:
        computed = refine(drawn, computed)
    computed = with_reach(drawn, with_bound(drawn, computed))
    histograms, counted = user_histograms(world, kernels, computed)
    found = cells.collect(world, kernels, computed, counted, histograms)
    found["trial"] = found["trial"] | emissions(world, kernels, computed)
    return Started(world, first_trial, sky, view, computed.beams, kernels.fetch(found), parts)


def compute(world: World, kernels: Kernels, first_trial: int, trials: int) -> BlockResult:
    """Compute consecutive trials; see `start`."""
    (found,) = start(world, kernels, first_trial, Parts((trials,))).wait()
    return found


def plan(world: World, kernels: Kernels, first_trial: int, trials: int) -> np.ndarray:
    """Plan the frames of consecutive trials of one satellite; arguments as of `start`.

    Returns
    -------
    bool array (trials, slots, cells)
    """
    draws = Draws(kernels, world.seed, first_trial, trials)
    sky, users = draw_sky(world, draws), draw_users(world, draws)
    beams = light_beams(world, kernels, sky, world.ground.cells.view(world, sky), users, draws)
    power = limit_power(world, kernels, sky, beams)
    links = downlink(world, kernels, sky, users, beams, power)
    return plan_frame(world, draws, problem_of(world, kernels, draws, users, links))
