"""Every order times every preference, against its plain reading; on a device as on the host."""

import ast
from dataclasses import fields, replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from capest.allocation import cells
from capest.allocation.cells import ORDERS, PREFERENCES, STRATEGIES, combination_of, parts_of
from capest.allocation.cells.candidates import Candidates, CellsAround
from capest.allocation.cells.match import match

from . import device
from .reference import full_case, matched, pairs_of, shuffled

PARTS = list(product(ORDERS.names(), PREFERENCES.names()))
FOLDER = Path(cells.__file__).parent


@pytest.mark.parametrize(("order", "preference"), PARTS)
def test_equal_to_the_plain_reading(order: str, preference: str) -> None:
    for seed in range(120):
        pairs, demand, room, drawn = full_case(seed)
        found = match(order, preference, pairs, demand, room, drawn)
        assert found.dtype == np.int32
        assert found.tolist() == matched(order, preference, pairs, demand, room, drawn), seed


@pytest.mark.parametrize(("order", "preference"), PARTS)
def test_the_order_of_the_pairs_does_not_matter(order: str, preference: str) -> None:
    for seed in range(60):
        pairs, demand, room, drawn = full_case(seed)
        found = match(order, preference, shuffled(pairs, seed), demand, room, drawn)
        np.testing.assert_array_equal(found, match(order, preference, pairs, demand, room, drawn))


def on_device(value):  # type: ignore[no-untyped-def]
    return device.xp.asarray(value) if isinstance(value, np.ndarray) else value


def moved(pairs: Candidates) -> Candidates:
    arrays = {
        each.name: on_device(getattr(pairs, each.name))
        for each in fields(pairs)
        if isinstance(getattr(pairs, each.name), np.ndarray)
    }
    around = pairs.around
    lies = CellsAround(on_device(around.first), on_device(around.second), around.cells)
    return replace(pairs, **arrays, around=lies)


@pytest.mark.parametrize(("order", "preference"), PARTS)
def test_a_device_finds_the_same(order: str, preference: str) -> None:
    for seed in range(30):
        pairs, demand, room, drawn = full_case(seed)
        there = (on_device(each) for each in (demand, room, drawn))
        found = match(order, preference, moved(pairs), *there, xp=device.xp)
        assert isinstance(found, device.DeviceArray)
        assert (
            device.bare(found).tolist()
            == match(order, preference, pairs, demand, room, drawn).tolist()
        )


def test_trials_side_by_side_are_as_alone() -> None:
    for seed in range(0, 60):
        pairs, demand, room, drawn = full_case(seed)
        own, there = pairs.cells, pairs.satellites
        rooms = np.broadcast_to(room, there)
        twice = replace(
            pairs,
            cell=np.concatenate([pairs.cell, pairs.cell + own]).astype(np.int32),
            satellite=np.concatenate([pairs.satellite, pairs.satellite + there]).astype(np.int32),
            elevation_deg=np.tile(pairs.elevation_deg, 2), snr=np.tile(pairs.snr, 2),
            in_view_s=np.tile(pairs.in_view_s, 2), cells=2 * own, satellites=2 * there,
        )  # fmt: skip
        for order, preference in PARTS:
            alone = match(order, preference, pairs, demand, room, drawn)
            both = match(
                order, preference, twice, np.tile(demand, 2), np.tile(rooms, 2), np.tile(drawn, 2)
            )
            np.testing.assert_array_equal(both[:own], alone)
            np.testing.assert_array_equal(both[own:], np.where(alone < 0, -1, alone + there))


def test_no_part_goes_through_cells_or_pairs_in_python() -> None:
    # The rounds of the matching and the loads of satellites are few, whatever there is of cells.
    # Augmenting paths go from cell to cell: of those alone that coverage finds left dark.
    allowed = {"match.py": 1, "candidates.py": 1, "coverage.py": 2, "augmenting.py": 4}
    for path in (*FOLDER.glob("*.py"), *FOLDER.glob("orders/*.py"), *FOLDER.glob("pref*/*.py")):
        loops = (ast.For, ast.While, ast.comprehension)
        names = ("STRATEGIES.names()",)
        found = [
            node
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, loops)
            and not (isinstance(node, ast.comprehension) and ast.unparse(node.iter) in names)
        ]
        assert len(found) == allowed.get(path.name, 0), path.name


COMBINATIONS = {
    "demand-first": ("demand", "snr-times-sine"),
    "low-spill": ("demand", "low-spill"),
    "greedy-demand": ("demand", "elevation"),
    "highest-elevation": ("none", "elevation"),
    "least-loaded": ("none", "least-loaded"),
    "max-sinr": ("none", "snr"),
    "solved": None,
}


def test_names_of_combinations() -> None:
    assert {name: parts_of(name) for name in STRATEGIES.names()} == COMBINATIONS
    assert parts_of("max-sinr", "random") == ("random", "snr")
    assert parts_of("max-sinr", None, "elevation") == ("none", "elevation")
    assert parts_of("solved", "random", "snr") is None
    for name, parts in COMBINATIONS.items():
        assert parts is None or combination_of(*parts) == name
    assert combination_of("random", "snr") is None


@pytest.mark.parametrize("name", [name for name, parts in COMBINATIONS.items() if parts])
def test_a_combination_is_its_parts(name: str) -> None:
    for seed in range(30):
        pairs, demand, room, _ = full_case(seed)
        found = STRATEGIES.find(name)(pairs, demand, room)
        np.testing.assert_array_equal(found, match(*COMBINATIONS[name], pairs, demand, room))


def line_of(*demand: int) -> tuple[CellsAround, np.ndarray]:
    """Cells in a row, each next to the following."""
    first = np.arange(len(demand) - 1, dtype=np.int32)
    return CellsAround(first, first + np.int32(1), len(demand)), np.array(demand)


class TestLowSpill:
    """Cell 1 has no room left on the near satellite; the far one's spot covers its neighbours."""

    @pytest.mark.parametrize(
        ("demand", "is_served"),
        # 0.1 of the largest product against 0.23 sqrt((1 + around) / (1 + own)).
        [((11, 10, 9), False), ((11, 1, 9), False), ((3, 39, 3), True), ((0, 9, 0), True)],
    )
    def test_a_wide_spot_serves_where_few_live_around(
        self, demand: tuple[int, ...], is_served: bool
    ) -> None:
        around, wanted = line_of(*demand)
        pairs = pairs_of([0, 1, 1, 2], [0, 1, 2, 0], [90.0] * 4, [100.0, 100.0, 10.0, 100.0], 3, 3)
        rooms = np.array([2, 0, 1])
        found = match("demand", "low-spill", replace(pairs, around=around), wanted, rooms)
        assert found[1] == (2 if is_served else -1)

    def test_a_signal_far_below_the_noise_disturbs_nobody(self) -> None:
        around, wanted = line_of(50, 1, 50)
        pairs = pairs_of([0, 1, 1, 2], [0, 1, 2, 0], [90.0] * 4, [0.9, 0.9, 0.09, 0.9], 3, 3)
        rooms = np.array([2, 0, 1])
        found = match("demand", "low-spill", replace(pairs, around=around), wanted, rooms)
        assert found.tolist() == [0, 2, 0]

    def test_the_best_satellite_of_a_cell_always_may(self) -> None:
        around, wanted = line_of(50, 1, 50)
        pairs = pairs_of([0, 1, 2], [0, 1, 0], [90.0] * 3, [300.0, 3.0, 300.0], 3, 2)
        found = match("demand", "low-spill", replace(pairs, around=around), wanted, 5)
        assert found.tolist() == [0, 1, 0]


def test_beams_narrower_than_half_a_cell_spill_little() -> None:
    """Where spots are small every pair may serve, by what its signal and spot are worth."""
    pairs, demand, _, _ = full_case(5)
    assert pairs.around is not None
    plain = PREFERENCES.find("snr-times-sine")(pairs, demand, np)
    narrow = replace(pairs, around=replace(pairs.around, product_of_cell=0.5 * float(plain.min())))
    np.testing.assert_array_equal(PREFERENCES.find("low-spill")(narrow, demand, np), plain)
    wide = replace(pairs, around=replace(pairs.around, product_of_cell=float(plain.max())))
    assert np.isnan(PREFERENCES.find("low-spill")(wide, demand, np)).any()
