"""Bounds hold, and are what a linear program finds."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from capest.allocation.bounds.fluid import fluid
from capest.allocation.bounds.with_interference import with_interference
from capest.allocation.slots.evaluate import evaluate
from capest.allocation.slots.problem import FrameProblem, FrameUsers
from capest.errors import InputError

from ..slots.problems import HOPPING, draw, of_cells, plan, problem_of, shannon, stepped

optimize = pytest.importorskip("scipy.optimize")


@pytest.mark.parametrize("name", HOPPING)
def test_no_strategy_exceeds_the_fluid_bound(name: str) -> None:
    tightest = 0.0
    for seed in range(200):
        cells = 2 + seed % 11
        beams = 1 + seed % cells
        problem = draw(
            seed, cells=cells, beams=beams, slots=1 + seed % 17, disturbed=seed % 3 > 0,
            rate_of=stepped if seed % 2 else shannon,
        )  # fmt: skip
        served = evaluate(plan(name, problem, seed), problem).total
        limit = fluid(problem)
        assert served <= limit * (1 + 1e-12)
        tightest = max(tightest, served / limit if limit > 0 else 0.0)
    assert tightest == pytest.approx(1.0)  # it is met where every cell is lit and has the time


def every_frame(problem: FrameProblem) -> np.ndarray:
    """All frames there are."""
    lit = np.zeros((0, problem.cells), dtype=bool)
    for cells in combinations(range(problem.cells), problem.beams):
        lit = np.vstack([lit, np.isin(np.arange(problem.cells), cells)])
    return lit[np.array(list(product(range(len(lit)), repeat=problem.slots)))]


@pytest.mark.parametrize("seed", range(60))
def test_no_frame_at_all_exceeds_a_bound(seed: int) -> None:
    cells, beams, slots = [(4, 2, 3), (3, 1, 5), (3, 2, 5), (5, 2, 2), (5, 3, 2)][seed % 5]
    problem = draw(
        seed, cells=cells, beams=beams, slots=slots, users=2 + seed % 13, alike=seed % 4 == 0,
        rate_of=stepped if seed % 2 else shannon,
    )  # fmt: skip
    frames = every_frame(problem)
    copies = [np.stack([one] * len(frames)) for one in (problem.users.cell, problem.users.demand)]
    users = FrameUsers(
        *copies, np.broadcast_to(problem.users.gain, (len(frames), *problem.users.gain.shape))
    )
    best = evaluate(frames, problem_of(users, problem.rate_of, beams, slots)).total.max()
    assert best <= fluid(problem) * (1 + 1e-12)
    assert best <= with_interference(problem) * (1 + 1e-12)


def solve(cost: list[float], **limits: Any) -> float:
    found = optimize.linprog(-np.array(cost), method="highs", **limits)
    assert found.success
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(60))
def test_fluid_bound_is_the_linear_program(seed: int) -> None:
    cells = 2 + seed % 30
    problem = draw(
        seed, cells=cells, beams=1 + seed % cells, slots=1, users=(1 + seed % 5) * cells,
        rate_of=stepped if seed % 2 else shannon, alike=seed % 3 == 0,
    )  # fmt: skip
    users, rate = problem.users, problem.rate
    # Variables: time of every user.
    limits = np.vstack([users.member, np.ones(len(rate))])
    most = np.divide(users.demand, rate, out=np.zeros_like(rate), where=rate > 0)
    wanted = solve(
        rate,
        A_ub=limits,
        b_ub=np.append(np.ones(cells), problem.beams),
        bounds=[(0.0, float(one)) for one in most],
    )
    assert fluid(problem) == pytest.approx(wanted, rel=1e-9)


def test_fluid_bound_by_hand() -> None:
    # Two beams: the fastest cell wants half of one, the next a whole one and more, half is left.
    gain = np.diag([10.0, 8.0, 4.0, 9.0])
    problem = of_cells([5.0, 20.0, 3.0, 0.0], gain, 2, 1, rate_of=np.asarray)
    assert fluid(problem) == pytest.approx(5.0 + 8.0 + 0.5 * 4.0)


def test_fluid_bound_gives_a_cell_one_beam() -> None:
    # Two users of the first cell want 1.5 beams: what is left of two is a beam of the second.
    gain = np.array([[10.0, 0.0], [8.0, 0.0], [0.0, 4.0]])
    users = FrameUsers(np.array([0, 0, 1]), np.array([6.0, 20.0, 9.0]), gain)
    problem = problem_of(users, np.asarray, 2, 1)
    assert fluid(problem) == pytest.approx(6.0 + 0.4 * 8.0 + 4.0)
    # With one beam the second cell gets none.
    assert fluid(problem_of(users, np.asarray, 1, 1)) == pytest.approx(6.0 + 0.4 * 8.0)


def all_sets_and_users(problem: FrameProblem) -> float:
    """The bound with interference in one linear program: time of every user in every set."""
    sets = list(combinations(range(problem.cells), problem.beams))
    lit = np.array([np.isin(np.arange(problem.cells), one) for one in sets])
    rate = problem.links.rates(lit)
    count, users = rate.shape
    # A cell's users have the time of the set at most; a user gets its demand at most.
    rows, limits = [], []
    for number in range(count):
        for cell in sets[number]:
            row = np.zeros((count, users))
            row[number] = problem.users.cell == cell
            rows.append(np.append(row.ravel(), -1.0 * (np.arange(count) == number)))
            limits.append(0.0)
    for user in range(users):
        row = np.zeros((count, users))
        row[:, user] = rate[:, user]
        rows.append(np.append(row.ravel(), np.zeros(count)))
        limits.append(problem.users.demand[user])
    rows.append(np.append(np.zeros(count * users), np.ones(count)))
    limits.append(1.0)
    cost = np.append(rate.ravel(), np.zeros(count))
    return solve(cost, A_ub=np.array(rows), b_ub=np.array(limits))


@pytest.mark.parametrize("seed", range(30))
def test_bound_with_interference_is_the_linear_program(seed: int) -> None:
    problem = draw(
        seed, cells=6, beams=1 + seed % 4, slots=1, alike=seed % 3 == 0,
        rate_of=stepped if seed % 2 else shannon,
    )  # fmt: skip
    assert with_interference(problem) == pytest.approx(all_sets_and_users(problem), rel=1e-7)


@pytest.mark.parametrize("seed", range(30))
def test_bound_with_interference_lies_between(seed: int) -> None:
    problem = draw(seed, cells=6, beams=1 + seed % 4, slots=12)
    limit = with_interference(problem)
    assert limit <= fluid(problem) * (1 + 1e-9)
    for name in HOPPING:
        served = evaluate(plan(name, problem, seed), problem).total
        assert served <= limit * (1 + 1e-12)


@pytest.mark.parametrize("seed", range(10))
def test_without_interference_both_bounds_are_one(seed: int) -> None:
    problem = draw(seed, cells=6, beams=2, slots=12, disturbed=False)
    assert with_interference(problem) == pytest.approx(fluid(problem), rel=1e-9)


def test_nobody_can_be_reached() -> None:
    problem = of_cells([1.0, 2.0, 3.0], 0.1 * np.eye(3), 2, 1, rate_of=stepped)
    assert fluid(problem) == 0.0
    assert with_interference(problem) == 0.0


def test_too_many_sets() -> None:
    problem = draw(1, cells=19, beams=9, slots=1)
    with pytest.raises(InputError, match="92378 ways"):
        with_interference(problem)
