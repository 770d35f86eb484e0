"""Cells summed up by what tells them apart: zones, countries, tenths of people, rings."""

from typing import Any

import numpy as np
import pytest

from capest.physics.beam_grid import hexagonal_grid, hexagonal_lattice
from capest.results.cell_totals import CellTotals
from capest.results.reasons_by_group import (
    SERVED,
    by_country_names,
    by_density_tenths,
    by_latitude_zones,
    by_ring,
    ring_of_beams,
)


def totals(asked: Any, served: Any, **more: Any) -> CellTotals:
    return CellTotals(
        **{
            "trials": 4,
            "what": "calls",
            "number": np.arange(len(asked)),
            "asked": np.asarray(asked),
            "served": np.asarray(served),
            "refused": {},
            "covered": None,
            "with_beam": None,
            "area_km2": None,
            "people": None,
            "rough_people": False,
            "of_beams": False,
        }
        | more
    )


def test_zones_from_pole_to_pole() -> None:
    latitude_deg = np.array([90.0, 89.0, 0.0, -0.5, -90.0])
    of = totals([1, 2, 3, 4, 5], [1, 1, 1, 1, 1])
    found = by_latitude_zones(of, {SERVED: of.served}, latitude_deg)
    assert sum(each.asked for each in found) == 15.0
    assert len(found) <= 16
    named = {each.name: each.asked for each in found if each.asked}
    assert named["0–15° N"] == 3.0
    assert named["0–15° S"] == 4.0
    assert named["75–90° S"] == 5.0
    assert sum(asked for name, asked in named.items() if name.endswith("N")) == 6.0


def test_zones_are_as_narrow_as_the_rows_allow() -> None:
    latitude_deg = np.linspace(20.05, 53.0, 100)
    of = totals(np.full(100, 10), np.arange(100) % 10)
    found = by_latitude_zones(of, {SERVED: of.served}, latitude_deg)
    assert found[0].name == "52.5–55° N"
    assert found[-1].name == "20–22.5° N"
    inside = (latitude_deg >= 30.0) & (latitude_deg < 32.5)
    zone = next(each for each in found if each.name == "30–32.5° N")
    assert zone.shares[SERVED] == of.served[inside].sum() / of.asked[inside].sum()


def test_one_cell_and_nobody() -> None:
    of = totals([7], [0])
    (only,) = by_latitude_zones(of, {SERVED: of.served}, np.array([-0.05]))
    assert (only.name, only.asked) == ("0–0.1° S", 7.0)
    of = totals([0], [0])
    assert by_latitude_zones(of, {SERVED: of.served}, np.array([10.0])) == []


def test_countries_with_fewest_are_put_together() -> None:
    codes = np.array([f"{chr(65 + k % 26)}{chr(65 + k // 26)}" for k in range(30)] + ["--"])
    of = totals(np.arange(1, 32), np.ones(31, dtype=int))
    found = by_country_names(of, {SERVED: of.served}, codes)
    assert [each.asked for each in found[:3]] == [31.0, 30.0, 29.0]
    assert found[0].name == "no country"
    assert found[-1].name == "16 others"
    assert found[-1].asked == sum(range(1, 17))
    assert found[-1].parts[SERVED] == 16.0


def test_tenths_of_people_share_cells_at_their_borders() -> None:
    # Ten thousand people in three cells: the middle one is in five tenths.
    of = totals(
        [100, 500, 400],
        [100, 250, 0],
        people=np.array([1e3, 5e3, 4e3]),
        area_km2=np.array([100.0, 50.0, 10.0]),
    )
    found = by_density_tenths(of, {SERVED: of.served, "beam": of.asked - of.served})
    assert len(found) == 10
    # The most densely settled ones come first.
    assert [each.shares[SERVED] for each in found] == pytest.approx([0.0] * 4 + [0.5] * 5 + [1.0])
    assert sum(each.asked for each in found) == pytest.approx(1000.0)
    assert all(each.shares[SERVED] + each.shares["beam"] == pytest.approx(1.0) for each in found)


@pytest.mark.parametrize("centre", [(0.0, 0.0), (0.4, -0.1)])
def test_rings_of_a_layout(centre: tuple[float, float]) -> None:
    lattice = hexagonal_lattice(127)
    uv = hexagonal_grid(lattice, 0.0667, centre).uv
    # A ring k of a hexagonal layout has 6 k beams.
    np.testing.assert_array_equal(np.bincount(ring_of_beams(*uv.T)), [1, 6, 12, 18, 24, 30, 36])
    of = totals(np.ones(19, dtype=int), np.ones(19, dtype=int), number=np.arange(19))
    found = by_ring(of, {SERVED: of.served}, *uv.T)
    assert [(each.name, each.asked) for each in found] == [
        *(("middle", 1.0), ("ring 1", 6.0), ("ring 2", 12.0)),
    ]


def test_one_beam_is_the_middle() -> None:
    np.testing.assert_array_equal(ring_of_beams(np.zeros(1), np.zeros(1)), [0])
