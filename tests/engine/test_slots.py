"""Links in the slots of a frame, against the powers of all users and cells."""

from __future__ import annotations

import numpy as np
import pytest

from capest.allocation.slots import STRATEGIES
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.downlink import downlink
from capest.engine.frame_of_one import problem_of
from capest.engine.light import light_beams
from capest.engine.power import limit_power
from capest.engine.sky import draw_sky
from capest.engine.slots import SlotLinks
from capest.engine.users import draw_users
from capest.engine.world import World
from capest.sampling.draws import Draws

from ..allocation.slots.problems import Dense
from .small import small_scenario

FRAME = {"beams__allocation": "random", "satellite__beams_at_once": 5, "beams__slots": 16}


def problem(world: World, trials: int):
    kernels = NumpyKernels()
    draws = Draws(kernels, world.seed, 3, trials)
    sky, users = draw_sky(world, draws), draw_users(world, draws)
    beams = light_beams(world, kernels, sky, world.ground.cells.view(world, sky), users, draws)
    power = limit_power(world, kernels, sky, beams)
    links = downlink(world, kernels, sky, users, beams, power)
    return problem_of(world, kernels, draws, users, links)


@pytest.mark.parametrize("reuse", [1, 3])
def test_rates_in_slots_are_those_of_powers_at_the_users(reuse: int) -> None:
    world = build(small_scenario(**FRAME, users__per_beam=30, beams__frequency_reuse=reuse))
    found = problem(world, 3)
    users, links = found.users, found.links
    assert isinstance(links, SlotLinks)
    lit = np.asarray(STRATEGIES.find("random")(found, Draws(NumpyKernels(), 5, 0, 3)))
    assert (users.own > 0).all()
    assert (users.own >= users.gain.max(axis=-1)).all()
    rates, wanted = links.rates(lit), Dense(users, found.rate_of).rates(lit)
    assert (rates > 0).sum() > 1000
    # Rounding decides about few that stand on a step of link adaptation.
    assert (np.abs(rates - wanted) > 1e-6 * wanted).mean() < 1e-4
    one = links.of_trial(2)
    assert (one.rates(lit[2:]) == rates[2:]).all()
    assert (one.powers() == users.gain[2:]).all()


def test_sums_by_cell_are_those_of_a_loop() -> None:
    found = problem(build(small_scenario(**FRAME)), 2)
    users = found.users
    for trial in range(2):
        for cell in range(found.cells):
            own = users.cell[trial] == cell
            assert found.demand[trial, cell] == pytest.approx(users.demand[trial][own].sum())
            wanted = users.gain[trial][own].mean(axis=0) if own.any() else np.zeros(found.cells)
            assert found.gain[trial, cell] == pytest.approx(wanted, rel=1e-12)
