"""Trials of beam hopping: the users of a scenario, and what every strategy serves of them.

All strategies get the same users, losses and random numbers of a trial (common random numbers), so
that their differences are not blurred by what the trials differ in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from capest.allocation.bounds.fluid import fluid
from capest.allocation.bounds.with_interference import check_sets, with_interference
from capest.allocation.slots import STRATEGIES, knows_demand
from capest.allocation.slots.evaluate import evaluate
from capest.allocation.slots.problem import Problem, Users
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.numpy_throughput import link_efficiency
from capest.backend.protocol import Kernels, on_host
from capest.engine.build import build
from capest.engine.slots import SlotLinks, draw_links
from capest.engine.world import World
from capest.errors import InputError
from capest.sampling.draws import Draws
from capest.sampling.streams import MAX_ENTITIES
from capest.scenario.model import Scenario
from capest.scenario.reading_hopping import check_one_satellite

_PAIRS_AT_ONCE = 500_000
"""Of a user and a beam or a slot, which bounds the memory of a slice of trials."""


@dataclass(frozen=True)
class Settings:
    """What is played.

    Attributes
    ----------
    strategies : tuple of str
        Of `compared`.
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


def compared() -> tuple[str, ...]:
    """Name the strategies that light so many beams at a time; those that know no demand first."""
    hopping = (name for name in STRATEGIES.names() if name != "all-on")
    return tuple(sorted(hopping, key=knows_demand))


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
        check_sets(scenario.beam_count, settings.beams)


def play(scenario: Scenario, settings: Settings) -> Played:
    """Play all trials of a scenario."""
    check(scenario, settings)
    world, kernels = build(scenario), NumpyKernels()
    parts = [
        play_trials(world, kernels, settings, first, trials)
        for first, trials in _slices(world, scenario.run.trials, settings.slots)
    ]
    return Played(
        np.concatenate([part.offered for part in parts]),
        np.concatenate([part.limit for part in parts]),
        _joined([part.served for part in parts]),
        _joined([part.least_satisfaction for part in parts]),
    )


def play_trials(
    world: World, kernels: Kernels, settings: Settings, first_trial: int, trials: int
) -> Played:
    """Play consecutive trials; what a trial comes to depends on its number alone.

    Parameters
    ----------
    world : World
    kernels : Kernels
        Links are computed there, plans on the host.
    settings : Settings
    first_trial, trials : int

    Returns
    -------
    Played
    """
    draws = Draws(kernels, world.seed, first_trial, trials)
    problem = problem_of(world, draw_links(world, kernels, draws), settings)
    outcomes = {
        name: evaluate(on_host(STRATEGIES.find(name)(problem, draws)), problem)
        for name in settings.strategies
    }
    return Played(
        problem.demand.sum(axis=-1),
        _limits(problem, settings),
        {name: outcome.total for name, outcome in outcomes.items()},
        {name: outcome.least_satisfaction for name, outcome in outcomes.items()},
    )


def problem_of(world: World, links: SlotLinks, settings: Settings) -> Problem:
    """Put together what plans of some trials are made for."""
    link = world.radio.link

    def rate_of(sinr: np.ndarray) -> np.ndarray:
        efficiency = link_efficiency(sinr.astype(np.float32), link.adaptation)
        return efficiency.astype(np.float64) * link.bandwidth_mhz

    demand = np.full(links.cell.shape, settings.demand_per_user)
    users = Users(links.cell, demand, links.powers())
    lattice = links.layout.grid.lattice
    return Problem(lattice, settings.beams, settings.slots, users, rate_of, links)


def _limits(problem: Problem, settings: Settings) -> np.ndarray:
    if settings.bound == "fluid":
        return fluid(problem)
    trials = range(len(problem.demand))
    return np.array([with_interference(problem.one(trial)) for trial in trials])


def _slices(world: World, trials: int, slots: int) -> Iterator[tuple[int, int]]:
    """First trial and number of trials of every slice."""
    of_a_trial = world.ground.users_per_trial * max(len(world.ground.colour), slots)
    length = max(1, _PAIRS_AT_ONCE // of_a_trial)
    for first in range(0, trials, length):
        yield first, min(length, trials - first)


def _joined(parts: Sequence[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
