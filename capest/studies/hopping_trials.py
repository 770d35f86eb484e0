"""Trials of beam hopping: the users of a scenario, and what every strategy serves of them.

All strategies get the same users, losses and random numbers of a trial (common random numbers), so
that their differences are not blurred by what the trials differ in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from capest.allocation.slots import STRATEGIES, bounds
from capest.allocation.slots.evaluate import evaluate
from capest.allocation.slots.problem import Problem, Users, problem_of
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.downlink import reduced_directions
from capest.engine.link_powers import peak_gain
from capest.engine.path_loss import path_loss_db, sightlines
from capest.engine.radio import Link
from capest.engine.users import draw_users as engine_users
from capest.engine.world import World
from capest.errors import InputError
from capest.physics.pattern_table import look_up
from capest.sampling.draws import Draws
from capest.sampling.streams import MAX_ENTITIES, Purpose
from capest.scenario.model import Scenario

_PAIRS_AT_ONCE = 500_000
"""Of a user and a beam or a slot, which bounds the memory of a slice of trials."""


@dataclass(frozen=True)
class Settings:
    """What is played.

    Attributes
    ----------
    strategies : tuple of str
        Names of ``hopping.STRATEGIES``.
    beams : int
        Lit at a time.
    slots : int
        Of a frame.
    demand_per_user : float
        Mbit/s.
    bound : {"fluid", "interference"}
    """

    strategies: tuple[str, ...]
    beams: int
    slots: int
    demand_per_user: float
    bound: Literal["fluid", "interference"] = "fluid"


@dataclass(frozen=True)
class Played:
    """What trials came to.

    Attributes
    ----------
    offered, limit : float array (trials,)
        Traffic wanted, and what the bound allows to serve of it, Mbit/s.
    served : dict of str to float array (trials,)
        By strategy, Mbit/s.
    least_satisfaction : dict of str to float array (trials,)
        By strategy: served over demanded of the cell that is worst off.
    """

    offered: np.ndarray
    limit: np.ndarray
    served: dict[str, np.ndarray]
    least_satisfaction: dict[str, np.ndarray]


def check_one_satellite(scenario: Scenario) -> None:
    """Refuse a constellation.

    Raises
    ------
    InputError
    """
    if scenario.has_constellation:
        raise InputError("beam hopping over a frame is for one satellite, not for a constellation")


def check(scenario: Scenario, settings: Settings) -> None:
    """Refuse what cannot be played.

    Raises
    ------
    InputError
        Saying why, in one line.
    """
    check_one_satellite(scenario)
    if scenario.run.trials < 2:
        raise InputError(
            f"run.trials = {scenario.run.trials}: intervals over trials need at least 2"
        )
    if settings.beams > scenario.beam_count:
        raise InputError(
            f"{settings.beams} beams lit at a time are more than the {scenario.beam_count} cells"
        )
    if settings.slots * scenario.beam_count > MAX_ENTITIES:
        raise InputError(
            f"{settings.slots} slots of {scenario.beam_count} cells are more than the "
            f"{MAX_ENTITIES} random numbers of a trial"
        )
    if settings.bound == "interference":
        bounds.check_sets(scenario.beam_count, settings.beams)


def play(scenario: Scenario, settings: Settings) -> Played:
    """Play all trials of a scenario."""
    check(scenario, settings)
    world = build(scenario)
    parts = [
        play_trials(world, settings, first, trials)
        for first, trials in _slices(world, scenario.run.trials, settings.slots)
    ]
    return Played(
        np.concatenate([part.offered for part in parts]),
        np.concatenate([part.limit for part in parts]),
        _joined([part.served for part in parts]),
        _joined([part.least_satisfaction for part in parts]),
    )


def play_trials(world: World, settings: Settings, first_trial: int, trials: int) -> Played:
    """Play consecutive trials; what a trial comes to depends on its number alone.

    Parameters
    ----------
    world : World
    settings : Settings
    first_trial, trials : int

    Returns
    -------
    Played
    """
    draws = Draws(NumpyKernels(), world.seed, first_trial, trials)
    users = draw_users(world, draws)

    def rate_of(sinr: np.ndarray) -> np.ndarray:
        return rate_mbit_s(world.radio.link, sinr)

    problem = problem_of(users, settings.demand_per_user, rate_of, settings.beams, settings.slots)
    shape = (settings.slots, problem.cells)
    (flat,) = draws.uniforms(Purpose.BEAM_HOPPING, math.prod(shape), 1)
    uniforms = flat.reshape(trials, *shape)
    outcomes = {
        name: evaluate(STRATEGIES[name](problem, uniforms), problem) for name in settings.strategies
    }
    return Played(
        problem.demand.sum(axis=-1),
        _limits(problem, settings),
        {name: outcome.total for name, outcome in outcomes.items()},
        {name: outcome.least_satisfaction for name, outcome in outcomes.items()},
    )


def draw_users(world: World, draws: Draws) -> Users:
    """Draw the users of some trials: the cell of their strongest beam, and what disturbs them.

    Parameters
    ----------
    world : World
        Of one satellite.
    draws : Draws
        Of the NumPy backend.

    Returns
    -------
    Users
        Leading axis: trials. Cells in the order of the layout.
    """
    carrier, layout = world.radio.carrier, world.beams.layout
    users = engine_users(world, draws)
    if carrier is None or layout is None or users.view is None:
        raise ValueError("beam hopping is for one satellite")
    ways = sightlines(world.channel, carrier, users.view, users.surroundings, np)
    loss_db = path_loss_db(carrier, ways, np)
    peak = peak_gain(world.radio.link.snr_at_no_loss_db - loss_db, np)
    user, beam = reduced_directions(layout, carrier, users.view, np)
    offset = user[0][:, :, None].astype(np.float64) - beam[:, None, layout.place]
    gain = look_up(carrier.pattern, (offset * offset).sum(axis=0), np) * peak[:, None]
    cell = gain.argmax(axis=1)
    gain[layout.colour[cell][:, None] != layout.colour] = 0.0
    shape = (draws.trials, users.per_trial)
    return Users(cell.reshape(shape), gain.reshape(*shape, -1))


def rate_mbit_s(link: Link, sinr: np.ndarray) -> np.ndarray:
    """Rate of a beam by the SINR of the user it serves, Mbit/s, any shape."""
    adaptation = link.adaptation
    if adaptation.mode == 1:
        alpha, smallest, largest, ceiling = adaptation.shannon.astype(np.float64)
        rate = np.minimum(alpha * np.log2(1.0 + np.minimum(sinr, largest)), ceiling)
        return np.where(sinr < smallest, 0.0, rate) * link.bandwidth_mhz
    efficiency = np.append(0.0, adaptation.rate_table[:, 1])
    step = np.searchsorted(adaptation.rate_table[:, 0].astype(np.float64), sinr, side="right")
    return efficiency[step] * link.bandwidth_mhz


def _limits(problem: Problem, settings: Settings) -> np.ndarray:
    if settings.bound == "fluid":
        return bounds.fluid(problem)
    trials = range(len(problem.demand))
    return np.array([bounds.with_interference(problem.one(trial)) for trial in trials])


def _slices(world: World, trials: int, slots: int) -> Iterator[tuple[int, int]]:
    """First trial and number of trials of every slice."""
    of_a_trial = world.ground.users_per_trial * max(len(world.ground.colour), slots)
    length = max(1, _PAIRS_AT_ONCE // of_a_trial)
    for first in range(0, trials, length):
        yield first, min(length, trials - first)


def _joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
