"""Bounds hold, and agree where they are the same."""

from __future__ import annotations

import numpy as np
import pytest

from capest.allocation.slots import STRATEGIES, bounds
from capest.allocation.slots.evaluate import cell_rates, evaluate
from capest.allocation.slots.problem import Users, problem_of
from capest.errors import InputError

from .problems import draw, of_cells, shannon, uniforms

optimize = pytest.importorskip("scipy.optimize")


@pytest.mark.parametrize("name", STRATEGIES)
def test_no_strategy_exceeds_the_fluid_bound(name: str) -> None:
    tightest = 0.0
    for seed in range(300):
        cells = 2 + seed % 11
        beams = 1 + seed % cells
        problem = draw(seed, cells=cells, beams=beams, slots=1 + seed % 17, disturbed=seed % 3 > 0)
        served = evaluate(STRATEGIES[name](problem, uniforms(seed, problem)), problem).total
        limit = bounds.fluid(problem)
        assert served <= limit * (1 + 1e-12)
        tightest = max(tightest, served / limit)
    assert tightest == pytest.approx(1.0)  # it is met where every cell is lit


@pytest.mark.parametrize("seed", range(40))
def test_fluid_bound_is_the_linear_program(seed: int) -> None:
    cells = 2 + seed % 30
    problem = draw(seed, cells=cells, beams=1 + seed % cells, slots=1)
    # Variables: share and served traffic of every cell; served - share · rate <= 0.
    limits = np.zeros((cells + 1, 2 * cells))
    limits[:cells, :cells] = -np.diag(problem.rate)
    limits[:cells, cells:] = np.eye(cells)
    limits[cells, :cells] = 1.0
    found = optimize.linprog(
        np.append(np.zeros(cells), -np.ones(cells)),
        A_ub=limits,
        b_ub=np.append(np.zeros(cells), problem.beams),
        bounds=[(0.0, 1.0)] * cells + [(0.0, one) for one in problem.demand],
        method="highs",
    )
    assert found.success
    assert bounds.fluid(problem) == pytest.approx(-found.fun, rel=1e-9)


def test_fluid_bound_by_hand() -> None:
    # Two beams: the fastest cell wants half of one, the next a whole one and more, half is left.
    problem = of_cells([5.0, 20.0, 3.0, 0.0], [10.0, 8.0, 4.0, 9.0], np.eye(4), 2, 1)
    assert bounds.fluid(problem) == pytest.approx(5.0 + 8.0 + 0.5 * 4.0)


@pytest.mark.parametrize("seed", range(30))
def test_bound_with_interference_lies_between(seed: int) -> None:
    problem = draw(seed, cells=6, beams=1 + seed % 4, slots=12)
    limit = bounds.with_interference(problem)
    assert limit <= bounds.fluid(problem) * (1 + 1e-9)
    for strategy in STRATEGIES.values():
        served = evaluate(strategy(problem, uniforms(seed, problem)), problem).total
        assert served <= limit * (1 + 1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_without_interference_both_bounds_are_one(seed: int) -> None:
    problem = draw(seed, cells=6, beams=2, slots=12, disturbed=False)
    assert bounds.with_interference(problem) == pytest.approx(bounds.fluid(problem), rel=1e-9)


def test_too_many_sets() -> None:
    problem = draw(1, cells=19, beams=9, slots=1)
    with pytest.raises(InputError, match="92378 ways"):
        bounds.with_interference(problem)


def test_rates_by_plain_loops() -> None:
    for seed in range(10):
        problem = draw(seed, cells=6, beams=3, slots=4)
        users = problem.users
        frame = STRATEGIES["random"](problem, uniforms(seed, problem))
        wanted = np.zeros(frame.shape)
        for slot, cell in zip(*np.nonzero(frame), strict=True):
            own = [k for k in range(len(users.cell)) if users.cell[k] == cell]
            for k in own:
                others = [c for c in np.nonzero(frame[slot])[0] if c != cell]
                sinr = users.gain[k, cell] / (1.0 + users.gain[k, others].sum())
                wanted[slot, cell] += shannon(sinr) / len(own)
        assert cell_rates(frame, users, shannon) == pytest.approx(wanted)
        outcome = evaluate(frame, problem)
        served = np.minimum(problem.demand, wanted.mean(axis=0))
        assert outcome.served == pytest.approx(served)
        assert outcome.total == pytest.approx(served.sum())
        wanting = problem.demand > 0
        least = (served[wanting] / problem.demand[wanting]).min()
        assert outcome.least_satisfaction == pytest.approx(least)


def test_cells_without_users_want_and_get_nothing() -> None:
    users = Users(np.array([0, 0, 2]), np.array([[9.0, 1, 0], [3, 1, 0], [0, 1, 7]]))
    problem = problem_of(users, 2.0, shannon, 3, 1)
    assert problem.demand.tolist() == [4.0, 0.0, 2.0]
    assert problem.rate == pytest.approx([(shannon(9.0) + shannon(3.0)) / 2, 0.0, shannon(7.0)])
    assert problem.gain[1].tolist() == [0.0, 0.0, 0.0]
    outcome = evaluate(np.ones((1, 3), dtype=bool), problem)
    assert np.isnan(outcome.satisfaction[1])
    assert outcome.least_satisfaction == pytest.approx(1.0)


def test_long_frames_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = draw(5, cells=7, beams=3, slots=23)
    frame = STRATEGIES["random"](problem, uniforms(5, problem))
    whole = evaluate(frame, problem).served
    monkeypatch.setattr(
        "capest.allocation.slots.evaluate.SLOTS_AND_USERS", 5 * len(problem.users.cell)
    )
    assert evaluate(frame, problem).served == pytest.approx(whole, rel=1e-12)
