"""What a frame serves, against plain loops that let users take turns."""

from __future__ import annotations

import numpy as np
import pytest

from capest.allocation.slots.evaluate import evaluate
from capest.allocation.slots.problem import FrameProblem, FrameUsers

from .problems import Rate, draw, plan, problem_of, shannon, stepped


def rates_of_slot(users: FrameUsers, lit: np.ndarray, rate_of: Rate) -> np.ndarray:
    """Rate of every user, one after the other."""
    rates = np.zeros(len(users.cell))
    for user, cell in enumerate(users.cell):
        if lit[cell]:
            others = [other for other in np.nonzero(lit)[0] if other != cell]
            sinr = users.gain[user, cell] / (1.0 + users.gain[user, others].sum())
            rates[user] = rate_of(sinr)
    return rates


def turns(problem: FrameProblem, frame: np.ndarray) -> np.ndarray:
    """Traffic of every user: those of a cell that want more are served side by side.

    From one user's last bit to that of the next, cell by cell and slot by slot.
    """
    users = problem.users
    left = users.demand * problem.slots
    for lit in frame:
        rate = rates_of_slot(users, lit, problem.rate_of)
        for cell in np.nonzero(lit)[0]:
            clock = 1.0
            while clock > 1e-12:
                active = [
                    user
                    for user in np.nonzero(users.cell == cell)[0]
                    if rate[user] > 0 and left[user] > 1e-12
                ]
                if not active:
                    break
                first = min(left[user] / rate[user] for user in active)
                step = min(clock / len(active), first)
                for user in active:
                    left[user] -= rate[user] * step
                clock -= step * len(active)
    return users.demand - left / problem.slots


@pytest.mark.parametrize("rate_of", [shannon, stepped])
@pytest.mark.parametrize("alike", [True, False])
def test_users_take_turns(rate_of: Rate, alike: bool) -> None:
    ended = cut_off = 0
    for seed in range(40):
        problem = draw(
            seed, cells=2 + seed % 5, beams=2, slots=6, users=20, rate_of=rate_of,
            alike=alike,
        )  # fmt: skip
        frame = plan("random", problem, seed)
        wanted = turns(problem, frame)
        found = evaluate(frame, problem)
        by_cell = np.bincount(problem.users.cell, wanted, problem.cells)
        assert found.served == pytest.approx(by_cell, rel=1e-9, abs=1e-9)
        assert found.total == pytest.approx(wanted.sum(), rel=1e-9)
        wanting = problem.demand > 0
        least = (by_cell[wanting] / problem.demand[wanting]).min()
        assert found.least_satisfaction == pytest.approx(least, rel=1e-9, abs=1e-9)
        has_all = wanted > problem.users.demand * (1 - 1e-9)
        ended += 0 < has_all.sum() < 20
        rates = problem.links.rates(frame)
        own = np.take_along_axis(frame, problem.users.cell[None], axis=1)
        cut_off += bool((own & (rates == 0)).any())
    assert ended > 10  # some have their demand, and leave time to others
    assert cut_off > 10 or rate_of is shannon


def test_rates_by_plain_loops() -> None:
    for seed in range(10):
        problem = draw(seed, cells=6, beams=3, slots=4)
        frame = plan("random", problem, seed)
        wanted = [rates_of_slot(problem.users, lit, shannon) for lit in frame]
        found = problem.links.rates(frame)
        assert found == pytest.approx(np.array(wanted), rel=1e-9)


def one_cell(demand: list[float], rate: list[float], slots: int = 1) -> FrameProblem:
    gain = np.array(rate)[:, None]
    users = FrameUsers(np.zeros(len(rate), int), np.array(demand), gain)
    return problem_of(users, np.asarray, 1, slots)


def test_who_cannot_be_reached_leaves_the_time_to_others() -> None:
    problem = one_cell([9.0, 9.0, 9.0], [6.0, 0.0, 2.0])
    assert evaluate(np.ones((1, 1), bool), problem).total == pytest.approx(3.0 + 1.0)


def test_who_has_its_demand_leaves_the_time_to_others() -> None:
    # The first wants a tenth of the slot; the others share nine tenths.
    problem = one_cell([0.6, 9.0, 9.0], [6.0, 6.0, 2.0])
    assert evaluate(np.ones((1, 1), bool), problem).total == pytest.approx(0.6 + 0.45 * (6 + 2))


def test_interference_may_raise_the_rate_of_a_cell() -> None:
    users = FrameUsers(
        np.array([0, 0, 1]), np.array([99.0] * 3), np.array([[90, 0], [15.0, 9], [0, 0]])
    )
    problem = problem_of(users, stepped, 2, 1)
    alone, beside = (
        evaluate(np.array([lit], dtype=bool), problem).served[0] for lit in ([1, 0], [1, 1])
    )
    assert alone == pytest.approx((40.0 + 8.0) / 2)
    assert beside == pytest.approx(40.0)


def test_demand_in_whole_numbers_is_served_as_any_other() -> None:
    frame = np.ones((7, 1), bool)
    users = FrameUsers(np.zeros(2, int), np.array([5, 9]), np.array([[8.0], [3.0]]))
    whole = evaluate(frame, problem_of(users, np.asarray, 1, 7)).total
    assert whole == evaluate(frame, one_cell([5.0, 9.0], [8.0, 3.0], slots=7)).total


def test_frames_of_any_length_serve_the_same_undisturbed() -> None:
    short, long = (one_cell([1.0, 3.0, 9.0], [8.0, 6.0, 2.0], slots) for slots in (1, 50))
    served = [evaluate(np.ones((one.slots, 1), bool), one).total for one in (short, long)]
    assert served[1] == pytest.approx(served[0], rel=1e-12)


def test_cells_without_users_want_and_get_nothing() -> None:
    gain = np.array([[9.0, 1, 0], [3, 1, 0], [0, 1, 7]])
    problem = problem_of(FrameUsers(np.array([0, 0, 2]), np.full(3, 2.0), gain), shannon, 3, 1)
    assert problem.demand.tolist() == [4.0, 0.0, 2.0]
    assert problem.rate == pytest.approx(shannon(np.array([9.0, 3.0, 7.0])))
    assert problem.gain[1].tolist() == [0.0, 0.0, 0.0]
    outcome = evaluate(np.ones((1, 3), dtype=bool), problem)
    assert np.isnan(outcome.satisfaction[1])
    assert outcome.least_satisfaction == pytest.approx(1.0)


def test_long_frames_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = draw(5, cells=7, beams=3, slots=23)
    frame = plan("random", problem, 5)
    whole = evaluate(frame, problem).served
    monkeypatch.setattr(
        "capest.allocation.slots.evaluate.SLOTS_AND_USERS", 5 * len(problem.users.cell)
    )
    assert evaluate(frame, problem).served == pytest.approx(whole, rel=1e-12)
