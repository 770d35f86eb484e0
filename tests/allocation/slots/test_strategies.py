"""Plans of beam hopping: exact counts, and the best there is in small cases."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest

from capest.allocation.slots import STRATEGIES
from capest.allocation.slots.apart import keep_apart
from capest.allocation.slots.evaluate import evaluate
from capest.allocation.slots.frames import lay_out
from capest.allocation.slots.problem import FrameProblem, FrameUsers
from capest.allocation.slots.strategies import max_min
from capest.allocation.slots.visits import fill_lowest, proportional_shares, whole_visits
from capest.backend.numpy_kernels import NumpyKernels
from capest.sampling.draws import Draws

from .problems import HOPPING, draw, draws, of_cells, plan, problem_of, shannon, stepped

SHAPES = [(1, 1, 1), (5, 1, 7), (7, 3, 4), (7, 7, 3), (19, 5, 38), (61, 12, 16)]


@pytest.mark.parametrize("name", HOPPING)
@pytest.mark.parametrize(("cells", "beams", "slots"), SHAPES)
def test_every_slot_lights_all_beams(name: str, cells: int, beams: int, slots: int) -> None:
    for seed in range(5):
        problem = draw(seed, cells=cells, beams=beams, slots=slots)
        frame = plan(name, problem, seed)
        assert frame.shape == (slots, cells)
        assert frame.dtype == bool
        assert (frame.sum(axis=1) == beams).all()


@pytest.mark.parametrize("name", HOPPING)
def test_problems_side_by_side_are_solved_as_one_by_one(name: str) -> None:
    drawn = [draw(seed, cells=7, beams=2, slots=9) for seed in range(6)]
    users = FrameUsers(
        *(
            np.stack([getattr(one.users, key) for one in drawn])
            for key in ("cell", "demand", "gain")
        )
    )
    together = problem_of(users, shannon, 2, 9)
    assert (together.one(3).users.gain == drawn[3].users.gain).all()
    found = np.asarray(STRATEGIES.find(name)(together, draws(5, trials=6)))
    for trial, one in enumerate(drawn):
        own = STRATEGIES.find(name)(one, Draws(NumpyKernels(), 5, trial, 1))
        assert (np.asarray(own).reshape(9, 7) == found[trial]).all()


@pytest.mark.parametrize(("cells", "beams"), [(7, 2), (19, 5), (61, 12), (6, 3)])
def test_periodic_visits_every_cell_equally(cells: int, beams: int) -> None:
    problem = draw(1, cells=cells, beams=beams, slots=2 * cells)
    visits = plan("periodic", problem, 1).sum(axis=0)
    assert (visits == 2 * beams).all()
    for slots in (1, 3, cells + 2):
        part = replace(problem, slots=slots)
        visits = plan("periodic", part, 1).sum(axis=0)
        assert visits.max() - visits.min() <= 1


def test_random_lights_all_cells_alike() -> None:
    problem = draw(2, cells=10, beams=3, slots=20_000)
    visits = plan("random", problem, 2).mean(axis=0)
    # Five standard errors of a share of 0.3.
    assert visits == pytest.approx(np.full(10, 0.3), abs=5 * (0.21 / 20_000) ** 0.5)


def test_visits_laid_out_are_the_visits() -> None:
    generator = np.random.default_rng(3)
    for _ in range(200):
        cells, slots = generator.integers(1, 12, 2)
        beams = generator.integers(0, cells + 1)
        exact = proportional_shares(generator.gamma(0.3, size=cells), beams) if beams else 0
        visits = whole_visits(np.broadcast_to(exact, cells), slots)
        frame = lay_out(visits, slots)
        assert (frame.sum(axis=0) == visits).all()
        assert (frame.sum(axis=1) == beams).all()


@pytest.mark.parametrize(
    ("weight", "beams", "shares"),
    [
        ([1, 1, 2], 1, [0.25, 0.25, 0.5]),
        ([1, 1, 8], 2, [0.5, 0.5, 1.0]),
        ([0, 0, 3], 2, [0.5, 0.5, 1.0]),
        ([0, 0, 0], 1, [1 / 3, 1 / 3, 1 / 3]),
        ([2, 1, 0], 2, [1.0, 1.0, 0.0]),
        ([5, 3, 1], 3, [1.0, 1.0, 1.0]),
    ],
)
def test_proportional_shares(weight: list[float], beams: int, shares: list[float]) -> None:
    assert proportional_shares(np.array(weight, float), beams) == pytest.approx(np.array(shares))


def test_visits_in_proportion_to_demand() -> None:
    problem = draw(4, cells=19, beams=3, slots=400)
    visits = plan("proportional", problem).sum(axis=0)
    shares = proportional_shares(problem.demand, 3)
    assert np.abs(visits - 400 * shares).max() < 1
    unlimited = (shares < 1) & (problem.demand > 0)
    level = shares[unlimited] / problem.demand[unlimited]
    assert level == pytest.approx(np.full(len(level), level[0]))


def test_visits_stay_when_cells_are_kept_apart() -> None:
    for seed, (cells, beams, slots) in enumerate(SHAPES):
        problem = draw(seed, cells=cells, beams=beams, slots=slots)
        shares = proportional_shares(problem.demand, beams)
        for name, visits in (
            ("proportional", whole_visits(shares, slots)),
            ("max-min", max_min.visits(problem)),
        ):
            frame = plan(name, problem, seed)
            assert (frame.sum(axis=0) == visits).all()
            assert heard(frame, problem.gain) <= heard(lay_out(visits, slots), problem.gain)


def heard(frame: np.ndarray, gain: np.ndarray) -> float:
    """What all lit cells hear of each other, summed over the slots, by plain loops."""
    total = 0.0
    for lit in frame:
        cells = np.nonzero(lit)[0]
        total += sum(gain[one, other] for one in cells for other in cells if one != other)
    return total


def test_neighbours_in_a_row_are_kept_apart() -> None:
    # Four cells in a row, in an order in which the wrap-around rule lights neighbours.
    place = np.array([0, 2, 1, 3])
    gain = np.where(np.abs(place[:, None] - place) == 1, 1.0, 0.0) + 5.0 * np.eye(4)
    for slots in (2, 12, 200):
        frame = lay_out(np.full(4, slots // 2), slots)
        assert heard(frame, gain) == 2.0 * slots
        assert heard(keep_apart(frame, gain), gain) == 0.0


@pytest.mark.parametrize("seed", range(10))
def test_no_exchange_of_two_cells_helps_any_more(seed: int) -> None:
    gain = np.random.default_rng(seed).gamma(1.0, size=(12, 12))
    frame = keep_apart(lay_out(np.full(12, 4), 8), gain)
    least = heard(frame, gain)
    both = (gain + gain.T) * ~np.eye(12, dtype=bool)
    for one, two in combinations(range(8), 2):
        leave = np.nonzero(frame[one] & ~frame[two])[0]
        saved = (both[leave] * (frame[one] * 1.0 - frame[two])).sum(axis=1)
        # The cell that gains most by leaving, and all that might come for it.
        for new in np.nonzero(frame[two] & ~frame[one])[0]:
            other, gone = frame.copy(), leave[saved.argmax()]
            other[[one, two], gone] = False, True
            other[[one, two], new] = True, False
            assert heard(other, gain) >= least * (1 - 1e-6)


def test_long_frames_are_laid_out_as_well_as_short_ones() -> None:
    place = np.random.default_rng(3).permutation(24)
    gain = 0.3 ** np.abs(place[:, None] - place)
    short, long = (
        heard(keep_apart(lay_out(np.full(24, slots // 4), slots), gain), gain) / slots
        for slots in (64, 1024)
    )
    assert short < 0.2 * heard(lay_out(np.full(24, 16), 64), gain) / 64
    assert long < 1.2 * short


def undisturbed(problem: FrameProblem) -> FrameProblem:
    """The same users without any power from other cells."""
    users = problem.users
    own = np.arange(problem.cells) == users.cell[:, None]
    users = replace(users, gain=users.gain * own)
    return problem_of(users, problem.rate_of, problem.beams, problem.slots)


def best_least_satisfaction(problem: FrameProblem) -> float:
    """Try every number of visits of every cell; of cells that gain by any."""
    best = 0.0
    alone = undisturbed(problem)
    lit_always = evaluate(np.ones((problem.slots, problem.cells), bool), alone).satisfaction
    # Lit in the first slots: undisturbed, it does not matter when.
    slot = np.arange(problem.slots)[:, None]
    for visits in product(range(problem.slots + 1), repeat=problem.cells):
        if sum(visits) == problem.beams * problem.slots:
            found = evaluate(slot < np.array(visits), alone).satisfaction
            lacking = (found < lit_always * (1 - 1e-12)) & (lit_always > 0)
            best = max(best, float(found[lacking].min(initial=np.inf)))
    return best


@pytest.mark.parametrize("seed", range(60))
def test_max_min_against_all_there_are(seed: int) -> None:
    cells, beams, slots = [(3, 1, 5), (3, 2, 4), (4, 2, 3), (4, 1, 6), (5, 2, 3)][seed % 5]
    problem = draw(
        seed, cells=cells, beams=beams, slots=slots, rate_of=stepped if seed % 2 else shannon
    )
    visits = max_min.visits(problem)
    assert visits.sum() == beams * slots
    alone = undisturbed(problem)
    lit_always = evaluate(np.ones((slots, cells), bool), alone).satisfaction
    found = evaluate(np.arange(slots)[:, None] < visits, alone).satisfaction
    lacking = (found < lit_always * (1 - 1e-12)) & (lit_always > 0)
    least = found[lacking].min(initial=np.inf)
    assert least == pytest.approx(best_least_satisfaction(problem), rel=1e-8)


def test_max_min_leaves_out_who_cannot_be_helped() -> None:
    problem = of_cells([1.0, 1.0, 0.0], np.diag([4.0, 0.0, 4.0]), 1, 8)
    assert max_min.visits(problem).tolist() == [8, 0, 0]


def test_who_cannot_be_reached_takes_no_visits_from_other_cells() -> None:
    # One of two users of the first cell hears nothing: two of ten slots are all it can use.
    gain = np.array([[10.0, 0.0], [0.0, 0.0], [0.0, 10.0]])
    users = FrameUsers(np.array([0, 0, 1]), np.array([2.0, 2.0, 9.0]), gain)
    problem = problem_of(users, np.asarray, 1, 10)
    assert max_min.visits(problem).tolist() == [2, 8]


def test_visits_nobody_needs_are_shared_by_demand() -> None:
    users = FrameUsers(np.arange(2), np.array([1.0, 3.0]), np.diag([100.0, 100.0]))
    assert max_min.visits(problem_of(users, np.asarray, 1, 40)).tolist() == [10, 30]


def test_visits_left_over() -> None:
    worth = np.array([0.5, 0.1, np.inf, 0.1, np.inf])

    def filled(visits: list[int], total: int, most: int) -> list[int]:
        with np.errstate(invalid="ignore"):
            levels = worth[:, None] * np.arange(most + 1)
        return fill_lowest(
            np.array(visits), np.where(worth[:, None] < 9, levels, np.inf), total
        ).tolist()

    assert filled([0, 0, 0, 0, 0], 2, 9) == [0, 1, 0, 1, 0]
    assert filled([1, 2, 0, 3, 0], 7, 9) == [1, 3, 0, 3, 0]
    # Full cells get none, and those that want nothing get what nobody else can have.
    assert filled([3, 3, 0, 3, 0], 12, 3) == [3, 3, 2, 3, 1]


def test_greedy_keeps_neighbours_apart() -> None:
    # Four cells in a row, neighbours drown each other: 0 with 2 or 3, or 1 with 3.
    gain = np.eye(4) * 100.0
    for one, other in ((0, 1), (1, 2), (2, 3)):
        gain[one, other] = gain[other, one] = 100.0
    problem = of_cells([30.0] * 4, gain, 2, 12)
    frame = plan("interference-aware", problem, 1)
    assert not (frame[:, :-1] & frame[:, 1:]).any()


def test_a_greedy_choice_makes_room_for_a_better_one() -> None:
    # The middle of three cells is best alone, but both ends beside each other are better.
    gain = np.array([[100.0, 100.0, 0.0], [100.0, 110.0, 100.0], [0.0, 100.0, 100.0]])
    problem = of_cells([1e3] * 3, gain, 2, 1)
    frame = plan("interference-aware", problem, 1)
    assert frame[0].tolist() == [True, False, True]


def test_greedy_goes_by_the_rate_of_users_and_not_by_that_at_their_mean() -> None:
    # The mean gain of the first cell is the higher, but one of its two users is far below
    # the highest rate.
    gain = np.array([[1e3, 0], [5.0, 0], [0, 60], [0, 60]])
    problem = problem_of(FrameUsers(np.array([0, 0, 1, 1]), np.full(4, 1e3), gain), stepped, 1, 1)
    assert problem.gain[0, 0] > problem.gain[1, 1]
    assert problem.rate[:2].mean() < problem.rate[2:].mean()
    frame = plan("interference-aware", problem, 1)
    assert frame[0].tolist() == [False, True]


def test_a_greedy_slot_against_all_pairs() -> None:
    for seed in range(40):
        gain = np.random.default_rng(seed).gamma(1.0, 5.0, size=(6, 6)) + 10.0 * np.eye(6)
        problem = of_cells([1e3] * 6, gain, 2, 1)
        pairs = np.zeros((15, 6), dtype=bool)
        np.put_along_axis(pairs, np.array(list(combinations(range(6), 2))), True, axis=1)
        totals = problem.links.rates(pairs).sum(axis=1)
        frame = plan("interference-aware", problem, seed)
        found = evaluate(frame, problem).total
        # Never worse than the best beside its first choice, which is the best cell alone.
        begun = totals[pairs[:, np.argmax(np.diag(gain))]].max()
        assert begun * (1 - 1e-12) <= found <= totals.max() * (1 + 1e-12)
        # And its last choice is the best beside the other cell.
        beside = min(totals[pairs[:, cell]].max() for cell in np.nonzero(frame[0])[0])
        assert found >= beside * (1 - 1e-12)
