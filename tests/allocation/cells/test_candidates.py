"""Pairs in the order in which strategies take them."""

import numpy as np
import pytest

from capest.allocation.cells import candidates
from capest.allocation.cells.candidates import best_first_of_cells

from .reference import case, listed, shuffled


@pytest.mark.parametrize("bits", [64, 40], ids=["one sort", "two sorts"])
def test_best_pairs_of_each_cell(bits: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_BITS", bits)
    for seed in range(200):
        pairs, demand, _ = case(seed)
        expected = sorted(
            (cell, -weight, satellite)
            for cell, satellite, weight in listed(pairs, pairs.elevation_deg)
            if demand[cell] > 0
        )
        for given in (pairs, shuffled(pairs, seed)):
            found = best_first_of_cells(given, demand, given.elevation_deg)
            assert found.cell.tolist() == [cell for cell, _, _ in expected]
            assert found.satellite.tolist() == [satellite for _, _, satellite in expected]
            assert found.cell.dtype == found.satellite.dtype == np.int32
