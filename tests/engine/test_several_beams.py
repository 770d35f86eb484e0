"""Cells with several beams: who gets further ones, and which beam each user takes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from capest.backend.choose import kernels, native_obstacle
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.aimed_beams import aim, lit_by, on_own_channel
from capest.engine.assignment import view_of_cells
from capest.engine.build import build
from capest.engine.further_beams import beam_capacity, with_further_beams
from capest.engine.light import light_beams
from capest.engine.services.admission import CARRIED, WHOLE, Needs
from capest.engine.services.choose_beam import Offer, choose_beams
from capest.engine.services.demand import Demand
from capest.engine.sky import draw_sky
from capest.engine.trial import compute
from capest.engine.users import draw_users
from capest.errors import ScenarioError
from capest.sampling.draws import Draws

from .small_network import network_scenario, network_world

CITY = {
    "region__kind": "circle", "region__latitude_deg": 48.0, "region__longitude_deg": 11.0,
    "region__radius_km": 10.0, "region__south_deg": None, "region__north_deg": None,
    "region__west_deg": None, "region__east_deg": None,
    "users__placement": "uniform", "users__count": 300, "service__preset": "video-call-480p",
    "beams__frequency_reuse": 3, "constellation__minimum_elevation_deg": 10.0,
}  # fmt: skip
"""A region of few cells with far more callers than beams carry."""


def of_trials(trials: int = 4, **changes: Any) -> dict[str, np.ndarray]:
    return compute(network_world(**changes), NumpyKernels(), 0, trials).trial


def test_further_beams_carry_what_one_cannot() -> None:
    one, three = (of_trials(**CITY, cells__beams_per_cell=n) for n in (1, 3))
    assert (three["lit_beams"] >= one["lit_beams"]).all()
    assert (three["calls"] >= one["calls"]).all()
    assert three["calls"].sum() > 1.5 * one["calls"].sum()
    assert (three["calls_offered"] == one["calls_offered"]).all()


def test_no_further_beam_costs_neighbours_more_than_it_carries() -> None:
    """Only channels on which neighbours have few users: else nobody would gain."""
    world = network_world(
        cells__beams_per_cell=3, beams__frequency_reuse=3, users__count=4000,
        users__placement="hotspots", users__hotspots__share=1.0, users__hotspots__count=3,
        service__preset="video-call-480p",
    )  # fmt: skip
    draws = Draws(NumpyKernels(), world.seed, 0, 8)
    sky = draw_sky(world, draws)
    users, view = draw_users(world, draws, sky), view_of_cells(world, sky)
    lit = lit_by(world, light_beams(world, NumpyKernels(), sky, view, users, draws))
    trial, cell, channel = np.nonzero(lit >= 0)
    own = world.ground.colour[cell] == channel
    assert (~own).sum() > 3  # else nothing is tested
    assert world.beams.neighbours is not None
    inside = users.cell >= 0
    number = users.trial[inside] * lit.shape[1] + users.cell[inside]
    count = np.bincount(number, minlength=lit.shape[0] * lit.shape[1]).reshape(lit.shape[:2])
    most = beam_capacity(world, NumpyKernels(), view)(
        lit[:, np.arange(lit.shape[1]), world.ground.colour]
    )
    carried = np.minimum(count, most)
    for t, c, k in zip(trial[~own], cell[~own], channel[~own], strict=True):
        near = world.beams.neighbours[1][world.beams.neighbours[0] == c]
        # Neighbours that were lit first: further beams come one channel after the other.
        first = near[world.ground.colour[near] == k]
        assert carried[t, first][lit[t, first, k] >= 0].sum() < most[t, c]
    # No satellite lights more beams than it has.
    assert np.bincount(lit[lit >= 0]).max() <= world.beams.cells_at_once


def test_cells_whose_beams_suffice_get_no_further_one() -> None:
    few = {**CITY, "users__count": 2}
    one, three = (of_trials(**few, cells__beams_per_cell=n) for n in (1, 3))
    for name, values in one.items():
        np.testing.assert_array_equal(three[name], values, err_msg=name)


def test_lit_by_is_the_inverse_of_aim() -> None:
    world = network_world(beams__frequency_reuse=3)
    draws = Draws(NumpyKernels(), world.seed, 0, 2)
    sky = draw_sky(world, draws)
    rng = np.random.default_rng(1)
    shape = (2, len(world.ground.colour), 3)
    first = sky.start[:-1, None, None]
    lit = np.where(rng.random(shape) < 0.3, first + rng.integers(0, 5, shape), -1).astype("i4")
    aimed = aim(world, sky, lit)
    np.testing.assert_array_equal(lit_by(world, aimed.beams), lit)
    assert len(aimed.beams) == (lit >= 0).sum()
    own = on_own_channel(world, lit.max(axis=2))
    assert ((own >= 0).sum(axis=2) <= 1).all()


def plain_choice(efficiency: Any, ok: Any, down: Any, up: Any, beam: Any, room: int) -> list[int]:
    """The rule in plain Python: each beam by turns, of all users who are still free."""
    ranks, users = efficiency.shape
    wish = [
        sorted(range(ranks), key=lambda r: (not ok[r, u], -efficiency[r, u], r))
        for u in range(users)
    ]
    left: dict[int, list[int]] = {}
    chosen: dict[int, int] = {}
    for turn in range(ranks):
        asks = [u for u in range(users) if u not in chosen and ok[wish[u][turn], u]]
        for u in sorted(asks, key=lambda u: (-efficiency[wish[u][turn], u], u)):
            r = wish[u][turn]
            has = left.setdefault(int(beam[r, u]), [WHOLE, room])
            if down[r, u] <= has[0] and up[r, u] <= has[1]:
                has[0] -= int(down[r, u])
                has[1] -= int(up[r, u])
                chosen[u] = r
    return [chosen.get(u, -1) for u in range(users)]


BACKENDS = ["numpy", *([] if native_obstacle() else ["native"])]


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(5))
def test_callers_choose_as_the_rule_says(backend: str, seed: int) -> None:
    rng, users, ranks, cells = np.random.default_rng(seed), 900, 3, 4
    efficiency = rng.choice([0.3, 0.7, 1.5, 2.5], (ranks, users)).astype(np.float32)
    cell = np.sort(rng.integers(0, cells, users))
    beam = cell + cells * np.arange(ranks)[:, None]
    ok = rng.random((ranks, users)) < 0.8
    down = rng.integers(WHOLE // 60, WHOLE // 20, (ranks, users))
    up, room = rng.integers(1, WHOLE // 4, (ranks, users)), 4 * WHOLE
    offers = [
        Offer(beam[r], efficiency[r], Needs(np.where(ok[r], CARRIED, 5), down[r], up[r], room))
        for r in range(ranks)
    ]
    calls = np.ones(users, dtype=bool)
    demand = Demand(calls, ~calls, *np.ones((3, users)), None, None)
    found = choose_beams(kernels(backend), offers, demand, ranks * cells, np.arange(users))
    wanted = plain_choice(efficiency, ok, down, up, beam, room)
    admitted = np.array(wanted) >= 0
    assert 20 < admitted.sum() < users - 100
    np.testing.assert_array_equal(found[admitted], np.array(wanted)[admitted])


def test_what_chose_a_beam_is_what_the_trial_carries() -> None:
    """Users whom beams admitted as they chose are carried: nothing else changes without uplink."""
    world = build(network_scenario(**CITY, cells__beams_per_cell=3, uplink__interference="off"))
    trial = compute(world, NumpyKernels(), 0, 3)
    carried = trial.trial["calls"]
    assert trial.cell["cell_calls"].sum() == carried.sum()
    assert carried.max() > 50
    # A cell is lit once, however many beams it has, and its load is a mean over them.
    assert (trial.cell["cell_lit_trials"] <= 3).all()
    for name in ("cell_downlink_load", "cell_uplink_load"):
        load = trial.cell[name] / np.maximum(trial.cell["cell_lit_trials"], 1)
        assert (load <= WHOLE).all()
        assert load.max() > 0.2 * WHOLE


def test_users_without_a_rate_spread_over_beams_alike() -> None:
    efficiency = np.full(10, 2.0, dtype=np.float32)
    offers = [Offer(np.full(10, r), efficiency) for r in range(2)]
    found = choose_beams(NumpyKernels(), offers, None, 2, np.arange(10))
    assert np.bincount(found).tolist() == [5, 5]
    offers[1] = Offer(np.full(10, 1), 2 * efficiency)
    assert choose_beams(NumpyKernels(), offers, None, 2, np.arange(10)).tolist() == [1] * 10


def test_a_user_of_a_cell_with_one_beam_takes_it() -> None:
    """The first beam stands in where a cell has no second one."""
    world = network_world(**CITY, cells__beams_per_cell=2)
    draws = Draws(NumpyKernels(), world.seed, 0, 1)
    sky = draw_sky(world, draws)
    view = view_of_cells(world, sky)
    users = np.full((1, len(world.ground.colour)), 40)
    first = np.full((1, users.shape[1], 3), -1, dtype=np.int32)
    further = with_further_beams(world, NumpyKernels(), sky, view, draws, users, first)
    assert (further < 0).all()  # a cell without a first beam gets no second one


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cells__beams_per_cell": 2}, r"cells.beams_per_cell = 2: .*write 1, or part the band"),
        (
            {"cells__beams_per_cell": 4, "beams__frequency_reuse": 3},
            r"cells.beams_per_cell = 4: .*write at most 3",
        ),
        (
            {"cells__refinement": "local-search", "cells__layout": "satellite-fixed"},
            r'cells.refinement is not read: .*write cells.layout = "earth-fixed"',
        ),
    ],
)
def test_bad_input_gets_the_reason_and_what_would_be_right(changes: dict, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        network_scenario(**changes)
