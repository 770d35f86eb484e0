"""The frame of a result's first trial, played again: which beam is lit in which slot.

Results keep what cells have on average over all trials, not the slots. Draws depend on the number
of a trial alone, so that the same scenario gives the same frame again; whether it is the same is
seen in what the result keeps of that trial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.backend import choose
from capest.backend.protocol import on_host
from capest.engine.beams import Beams
from capest.engine.build import build
from capest.engine.downlink import downlink
from capest.engine.frame import play_frame
from capest.engine.gateways import fed_only
from capest.engine.largest_share import largest_share
from capest.engine.light import light_beams
from capest.engine.place_loss import with_weather
from capest.engine.played_frames import PlayedFrames
from capest.engine.power import limit_power
from capest.engine.sky import draw_sky
from capest.engine.users import draw_users
from capest.engine.world import World
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario


@dataclass(frozen=True)
class FirstFrame:
    """The frame of the first trial, of one satellite.

    Attributes
    ----------
    cell : int64 array (cells,)
        Numbers of the satellite's cells, or beams of one that has a layout.
    lit : bool array (slots, cells)
    wanted_mbps, served_mbps : float64 array (cells,)
        Traffic, mean over the frame.
    satellites : int
        With a beam in that trial: the one shown has most traffic to serve.
    beams_lit : int
        Of all satellites, aimed at counted cells, in any slot: a result keeps it of every trial.
    served_in_all_mbps : float
        In all counted cells.
    """

    cell: np.ndarray
    lit: np.ndarray
    wanted_mbps: np.ndarray
    served_mbps: np.ndarray
    satellites: int
    beams_lit: int
    served_in_all_mbps: float


def first_frame(scenario_values: Mapping[str, Any]) -> FirstFrame | None:
    """Play the frame of the first trial again.

    Parameters
    ----------
    scenario_values : mapping
        As a result keeps its scenario.

    Returns
    -------
    FirstFrame or None
        ``None`` where trials look at one moment, or nobody has a beam.

    Raises
    ------
    InputError
        The scenario cannot be used, such as one whose files are gone.
    """
    scenario = load_scenario(scenario_values)
    if not scenario.has_frame:
        return None
    world, kernels = build(scenario), choose.kernels("auto")
    draws = Draws(kernels, world.seed, 0, 1)
    whole = draw_sky(world, draws)
    sky, view = fed_only(world, whole, world.ground.cells.view(world, whole))
    users = with_weather(world, draws, draw_users(world, draws, sky))
    beams = light_beams(world, kernels, sky, view, users, draws)
    power = limit_power(world, kernels, sky, beams)
    links = downlink(world, kernels, sky, users, beams, power)
    most_share = largest_share(world, sky, links, kernels.xp)
    frame = play_frame(
        world, kernels, draws, sky, users, beams, power, links, most_share=most_share
    )
    if frame is None or not frame.share.shape[1]:
        return None
    return _busiest(world, beams, frame)


def _busiest(world: World, beams: Beams, frame: PlayedFrames) -> FirstFrame:
    """The frame of the satellite whose users want most."""
    lit = on_host(frame.lit).astype(bool)
    wanted = frame.problem.demand[0]
    served = frame.outcome.served[0]
    counted = np.asarray(world.ground.counted, dtype=bool)
    layout = world.beams.layout
    ever = lit.any(axis=0)
    if beams.cell is None and layout is not None:
        lit = lit[:, layout.place]
        number = np.arange(lit.shape[1])
        many = int((lit.any(axis=0) & counted).sum())
        total = float(served[counted].sum())
        return FirstFrame(number, lit, wanted, served, 1, many, total)
    # Behind the beams there is a cell for users without any.
    count = lit.shape[1]
    wanted, served = wanted[:count], served[:count]
    cell, satellite = np.asarray(beams.cell)[:count], np.asarray(beams.satellite)[:count]
    numbers, own = np.unique(satellite, return_inverse=True)
    busiest = int(np.argmax(np.bincount(own, wanted, minlength=len(numbers))))
    mine = np.flatnonzero(own == busiest)
    many = int((ever & counted[cell]).sum())
    total = float(served[counted[cell]].sum())
    return FirstFrame(
        cell[mine], lit[:, mine], wanted[mine], served[mine], len(numbers), many, total
    )
