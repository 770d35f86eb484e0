"""The transport bound holds at any prices, and is what a linear program of all offers finds."""

from __future__ import annotations

import builtins
from itertools import product
from typing import Any

import numpy as np
import pytest

from capest.allocation.bounds import transport
from capest.allocation.bounds.transport import (
    Offers,
    Prices,
    dual_bound,
    offers_of,
    transport_bound,
)
from capest.errors import InputError

optimize = pytest.importorskip("scipy.optimize")


def draw(
    seed: int, *, cells: int, satellites: int, times: bool = False, whole: bool = True
) -> tuple[Offers, np.ndarray, np.ndarray]:
    """Offers of random values, the rooms of satellites, and what cells want at most."""
    rng = np.random.default_rng(seed)
    cell, satellite = np.nonzero(rng.random((cells, satellites)) < 0.7)
    wanted = rng.integers(1, 1 + rng.integers(1, 60, cells))
    value = np.minimum(rng.integers(0, 40, len(cell)), wanted[cell]).astype(float)
    if not whole:
        value *= rng.random(len(cell))
    offers = offers_of(cell, satellite, value)
    if times:
        # A part of the time carries more than that part of the calls.
        part = np.array([0.25, 0.5, 1.0])
        shown = np.floor(offers.value[:, None] * np.sqrt(part))
        offers = offers_of(
            np.repeat(offers.cell, 3), np.repeat(offers.satellite, 3),
            shown.ravel(), np.tile(part, len(offers)),
        )  # fmt: skip
    room = rng.integers(0, 1 + max(1, 2 * cells // satellites), satellites).astype(float)
    return offers, room, wanted[offers.cell[offers.start]].astype(float)


def whole_program(
    offers: Offers, room: np.ndarray, beams_per_cell: int = 1, most: np.ndarray | None = None
) -> float:
    """Optimum of the linear program of all offers, written out in full."""
    count, cells = len(offers), len(offers.start)
    of_cell = np.equal.outer(np.arange(cells), offers.row).astype(float)
    of_satellite = np.equal.outer(np.arange(len(room)), offers.satellite) * offers.time
    if most is None:
        most = np.full(cells, offers.value.max(initial=0.0) * beams_per_cell)
    carried = np.hstack([-of_cell * offers.value, np.eye(cells)])
    limits = np.vstack([of_cell, of_satellite])
    limits = np.vstack([np.hstack([limits, np.zeros((len(limits), cells))]), carried])
    found = optimize.linprog(
        np.append(np.zeros(count), -np.ones(cells)),
        A_ub=limits,
        b_ub=np.concatenate([np.full(cells, beams_per_cell), room, np.zeros(cells)]),
        bounds=[(0, None)] * count + [(0, each) for each in most],
        method="highs-ds",
    )
    assert found.success
    return -float(found.fun)


@pytest.mark.parametrize("seed", range(40))
def test_bound_is_the_best_assignment(seed: int) -> None:
    offers, room, _ = draw(seed, cells=2 + seed, satellites=1 + seed % 9)
    bound = transport_bound(offers, room)
    owner = np.repeat(np.arange(len(room)), room.astype(int))
    dense = np.zeros((2 + seed, len(room)))
    dense[offers.cell, offers.satellite] = offers.value
    value = dense[:, owner]
    # The program's matrix is totally unimodular: its vertices are assignments.
    chosen = optimize.linear_sum_assignment(value, maximize=True)
    assert bound.value == pytest.approx(value[chosen].sum(), abs=1e-9)
    assert bound.value - bound.program <= 1e-6


@pytest.mark.parametrize("times", [False, True])
@pytest.mark.parametrize("beams_per_cell", [1, 2, 3])
@pytest.mark.parametrize("seed", range(12))
def test_bound_is_the_linear_program(seed: int, beams_per_cell: int, times: bool) -> None:
    offers, room, wanted = draw(
        seed, cells=25, satellites=3 + seed, times=times, whole=seed % 2 == 0
    )
    most = wanted if beams_per_cell > 1 else None
    bound = transport_bound(offers, room, beams_per_cell, most)
    expected = whole_program(offers, room, beams_per_cell, most)
    assert bound.value == pytest.approx(expected, rel=1e-6, abs=1e-6)
    assert bound.value >= expected - 1e-9 * max(1.0, expected)
    assert bound.program <= expected + 1e-6


@pytest.mark.parametrize("beams_per_cell", [1, 2])
@pytest.mark.parametrize("seed", range(20))
def test_any_prices_bound_every_assignment(seed: int, beams_per_cell: int) -> None:
    times = beams_per_cell == 1 and seed % 2 > 0
    offers, room, wanted = draw(seed, cells=3, satellites=3, times=times)
    dense: dict[int, list[int]] = {}
    for number, cell in enumerate(offers.row.tolist()):
        dense.setdefault(cell, [-1]).append(number)
    best = 0.0
    choices = [list(product(own, repeat=beams_per_cell)) for own in dense.values()]
    for assignment in product(*choices):
        taken = [number for of_cell in assignment for number in of_cell if number >= 0]
        used = np.bincount(offers.satellite[taken], offers.time[taken], minlength=len(room))
        if (used > room + 1e-12).any():
            continue
        carried = np.bincount(offers.row[taken], offers.value[taken], minlength=len(dense))
        best = max(best, np.minimum(carried, wanted).sum())
    rng = np.random.default_rng(seed)
    for scale in (0.0, 1.0, 10.0, 1000.0):
        prices = Prices(rng.normal(size=len(room)) * scale, rng.normal(0.5, 1.0, len(offers.start)))
        assert dual_bound(offers, room, prices, beams_per_cell, wanted) >= best - 1e-9
    broken = Prices(np.full(len(room), np.nan), np.full(len(offers.start), np.inf))
    assert dual_bound(offers, room, broken, beams_per_cell, wanted) >= best - 1e-9
    bound = transport_bound(offers, room, beams_per_cell, wanted)
    assert bound.value >= best - 1e-9


@pytest.mark.parametrize("answer", ["nothing", "noise"])
def test_whatever_the_solver_says(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    offers, room, _ = draw(5, cells=30, satellites=6)
    true = transport_bound(offers, room)
    rng = np.random.default_rng(0)

    def wrong(*_: Any) -> Any:
        if answer == "nothing":
            return None
        prices = Prices(rng.normal(size=len(room)) * 5.0, np.ones(len(offers.start)))
        return 1e9, prices, np.zeros(len(offers.start))

    monkeypatch.setattr(transport, "_solve", wrong)
    assert transport_bound(offers, room).value >= true.value


def test_what_a_solver_leaves_out_joins() -> None:
    """Many equal offers: the first program knows few of them."""
    cells, satellites = 60, 40
    cell, satellite = (each.ravel() for each in np.mgrid[:cells, :satellites])
    offers = offers_of(cell, satellite, np.full(len(cell), 7.0))
    room = np.ones(satellites)
    bound = transport_bound(offers, room)
    assert bound.value == pytest.approx(7.0 * satellites, abs=1e-6)
    assert bound.program == pytest.approx(7.0 * satellites, abs=1e-6)


def test_nothing_on_offer() -> None:
    nothing = offers_of(np.array([0, 1]), np.array([0, 0]), np.zeros(2))
    assert len(nothing) == 0
    assert transport_bound(nothing, np.array([3.0])).value == 0.0


def test_order_of_offers_does_not_matter() -> None:
    offers, room, _ = draw(3, cells=40, satellites=7)
    order = np.random.default_rng(1).permutation(len(offers))
    again = offers_of(offers.cell[order], offers.satellite[order], offers.value[order])
    assert transport_bound(again, room).value == transport_bound(offers, room).value


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without_scipy(name: str, *args: Any, **kwargs: Any) -> Any:
        if name.startswith("scipy"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    offers, room, _ = draw(1, cells=3, satellites=2)
    monkeypatch.setattr(builtins, "__import__", without_scipy)
    with pytest.raises(InputError, match=r'cells.bound.*pip install "capest\[solve\]"'):
        transport_bound(offers, room)
