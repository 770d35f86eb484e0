"""Search on small constellations: its value is what the trial's own kernels find."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from capest.allocation.cells import STRATEGIES
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.aimed_beams import aim, on_own_channel
from capest.engine.attach import attach
from capest.engine.build import build
from capest.engine.cell_search import (
    bytes_of_search,
    left_out,
    search_cells,
)
from capest.engine.downlink import downlink
from capest.engine.evaluate import share_time
from capest.engine.largest_share import largest_share
from capest.engine.links_of_many import AlikeTrials, constellation_links
from capest.engine.parts import Parts
from capest.engine.power import limit_power
from capest.engine.search_problem import search_problem
from capest.engine.search_worth import OBJECTIVES
from capest.engine.services.admission import CARRIED
from capest.engine.services.demand import draw_demand
from capest.engine.services.serve import serve
from capest.engine.sky import draw_sky
from capest.engine.uplink import compute_uplink
from capest.engine.users import draw_users
from capest.sampling.draws import Draws

from ..backend.conftest import host_kernels, native_kernels  # noqa: F401
from .small_network import network_scenario

TRIAL = 4


def start_of(problem: Any, satellite_of_cell: np.ndarray) -> np.ndarray:
    """Candidate of each cell and channel, from one satellite a cell on the cell's colour."""
    start = np.full((problem.cells, problem.channels), -1, dtype=np.int32)
    owner = np.repeat(np.arange(problem.cells), np.diff(problem.candidate_start))
    key = owner * len(problem.room) + problem.candidate_satellite
    cell = np.flatnonzero(satellite_of_cell >= 0)
    wanted = cell * len(problem.room) + satellite_of_cell[cell]
    found = np.searchsorted(key, wanted)
    np.testing.assert_array_equal(key[found], wanted)
    start[cell, problem.colour[cell]] = found
    return start


def satellites_of(problem: Any, candidate: np.ndarray) -> np.ndarray:
    """Satellite of each cell and channel, counted from the first of the trial, -1 for none."""
    return np.append(problem.candidate_satellite, np.int32(-1))[candidate]


class Scene:
    """One trial of a small constellation, and its evaluation by the trial's own functions."""

    def __init__(self, kernels: NumpyKernels, **changes: Any) -> None:
        calls = {"service__preset": "video-call-480p", "uplink__interference": "off"}
        self.world = build(network_scenario(**{"users__count": 600, **calls, **changes}))
        self.kernels = kernels
        self.draws = Draws(kernels, self.world.seed, TRIAL, 1)
        self.sky = draw_sky(self.world, self.draws)
        self.users = draw_users(self.world, self.draws, self.sky)
        self.view = self.world.ground.cells.view(self.world, self.sky)

    def evaluate(self, satellite_of_cell: np.ndarray) -> tuple[Any, ...]:
        world, users, sky = self.world, self.users, self.sky
        aimed = aim(world, sky, on_own_channel(world, satellite_of_cell[None]))
        beams = attach(world, self.kernels, self.draws, sky, users, aimed)
        power = limit_power(world, self.kernels, sky, beams)
        links = downlink(world, self.kernels, sky, users, beams, power)
        return beams, power, links

    def calls(self, satellite_of_cell: np.ndarray) -> int:
        world, users, kernels = self.world, self.users, self.kernels
        beams, power, links = self.evaluate(satellite_of_cell)
        most = largest_share(world, self.sky, links, np)
        down = share_time(world, kernels, users, beams, links, None, most)
        up = compute_uplink(world, kernels, users, beams, links, down.counts, Parts((1,)), most)
        served = serve(
            world, kernels, self.draws, sky=self.sky, view=self.view, users=users, beams=beams,
            power=power, links=links, attached=down.attached, efficiency=down.efficiency,
            most_share=most, up=up, frame=None,
        )  # fmt: skip
        return int((served.demand.call & (served.admitted.outcome == CARRIED)).sum())

    def greedy(self) -> np.ndarray:
        cells = self.view.in_view.shape[1]
        demand = np.bincount(self.users.cell[self.users.cell >= 0], minlength=cells)
        strategy = STRATEGIES.find("greedy-demand")
        return strategy(self.view.candidates, demand, self.world.beams.cells_at_once)

    def problem(self, start: np.ndarray, **choices: Any) -> Any:
        beams, power, links = self.evaluate(start)
        alike = AlikeTrials(np.arange(1), np.arange(1))
        users, world = self.users, self.world
        down = constellation_links(world, self.sky, users, beams, power, alike, None, np)
        demand = None
        if world.services is not None:
            demand = draw_demand(world.services, self.draws, users.per_trial, np)
        return search_problem(
            world, self.kernels, self.sky, self.view, users, power, down, links, demand, 0,
            **choices,
        )  # fmt: skip


SYSTEMS: dict[str, dict[str, Any]] = {
    "dish": {},
    "reuse 1": {"beams__frequency_reuse": 1, "users__indoor_share": 0.2},
    "limits": {"satellite__pfd_limit_dbw_per_m2_mhz": -114.0},
    "array": {"satellite__antenna": "array"},
    "mix": {
        "service__preset": None,
        "service__mix": "video-call-480p 30%, voice 50%, best-effort 20%",
    },
    "arrival": {"scheduler__admission": "random", "users__count": 1500},
    "guard": {"region__guard_km": 300.0},
    "three": {"rules": "0.3", "handset__branches": 1, "uplink__interference": "off"},
}


@pytest.mark.parametrize("system", SYSTEMS)
def test_its_calls_are_those_of_the_trial(
    system: str,
    host_kernels: NumpyKernels,  # noqa: F811
) -> None:
    scene = Scene(host_kernels, **SYSTEMS[system])
    start = scene.greedy()
    problem = scene.problem(start)
    before = search_cells(host_kernels, problem, start_of(problem, start), 0)
    moves = 1500 if host_kernels.name == "numpy" else 20_000
    found = search_cells(host_kernels, problem, before.candidate, moves, may_change_channel=False)
    assert before.total == scene.calls(start)
    satellite = satellites_of(problem, found.candidate).max(axis=1)
    assert found.total == scene.calls(satellite)
    assert found.total > before.total
    again = search_cells(host_kernels, problem, found.candidate, 0)
    np.testing.assert_array_equal(again.value, found.value)


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_an_objective_is_served(objective: str, native_kernels: NumpyKernels) -> None:  # noqa: F811
    scene = Scene(native_kernels)
    start = scene.greedy()
    problem = scene.problem(start, objective=objective)
    before = search_cells(native_kernels, problem, start_of(problem, start), 0)
    found = search_cells(native_kernels, problem, before.candidate, 20_000)
    assert found.total > before.total


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_users_without_a_rate_share_beams(
    objective: str,
    native_kernels: NumpyKernels,  # noqa: F811
) -> None:
    scene = Scene(native_kernels, service__preset=None)
    start = scene.greedy()
    problem = scene.problem(start, objective=objective)
    before = search_cells(native_kernels, problem, start_of(problem, start), 0)
    found = search_cells(native_kernels, problem, before.candidate, 20_000)
    assert found.total > before.total


def test_more_beams_a_cell_carry_more(native_kernels: NumpyKernels) -> None:  # noqa: F811
    scene = Scene(native_kernels, users__count=3000, beams__frequency_reuse=3)
    start = scene.greedy()
    totals = []
    for beams in (1, 2):
        problem = scene.problem(start, beams_per_cell=beams)
        found = search_cells(native_kernels, problem, start_of(problem, start), 30_000)
        assert (found.candidate >= 0).sum(axis=1).max() == beams
        totals.append(found.total)
    assert totals[1] > totals[0]


def test_what_is_left_out_is_said(native_kernels: NumpyKernels) -> None:  # noqa: F811
    assert left_out(Scene(native_kernels).world) == ()
    limited = Scene(native_kernels, satellite__rf_power_w=50.0, service__preset=None)
    assert [sentence for sentence in left_out(limited.world) if "power limit" in sentence]


def test_memory_is_bounded(native_kernels: NumpyKernels) -> None:  # noqa: F811
    scene = Scene(native_kernels)
    problem = scene.problem(scene.greedy())
    taken = problem.links.gain.nbytes + problem.links.direction.nbytes
    assert taken <= bytes_of_search(scene.world) <= 6 * taken
