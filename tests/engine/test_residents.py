"""People of cells are those that users drawn from them show in the long run."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from capest.engine.build import build
from capest.engine.build.residents import residents_of_cells, spread
from capest.geo.sphere import unit_vectors
from capest.geo.tiling import nearest_cell
from tests.engine.small_network import network_scenario

DRAWN = 400_000


@pytest.fixture(scope="module")
def world():
    return build(network_scenario(cells__diameter_km=40.0))


def drawn(world) -> np.ndarray:
    model, rng = world.ground.users.people, np.random.default_rng(7)
    latitude_deg, longitude_deg, _, _ = model.draw([rng.random(DRAWN) for _ in range(7)])
    cell = nearest_cell(unit_vectors(latitude_deg, longitude_deg), world.ground.cells.tiling)
    counts = np.bincount(cell[cell >= 0], minlength=len(world.ground.colour))
    return counts * (model.people / DRAWN)


def test_as_users_are_drawn(world) -> None:
    residents, wanted = world.layout["cell_residents"], drawn(world)
    off = np.abs(residents - wanted).sum() / wanted.sum()
    # Chance alone gives sqrt(2 / pi) of a standard deviation of each count.
    people = world.ground.users.people.people
    chance = np.sqrt(2 / np.pi * wanted * people / DRAWN).sum() / wanted.sum()
    assert off < chance + 0.05
    at_centres = world.layout["cell_people"]
    assert np.abs(at_centres - wanted).sum() / wanted.sum() > 4 * off


def test_everybody_counts_once(world) -> None:
    model = world.ground.users.people
    unit, people = spread(model)
    assert people.sum() == pytest.approx(model.people, rel=1e-9)
    np.testing.assert_allclose((unit**2).sum(axis=0), 1.0, rtol=1e-12)
    assert world.layout["cell_residents"].sum() <= model.people * (1 + 1e-9)
    assert world.layout["cell_residents"].sum() == pytest.approx(model.people, rel=0.01)


def test_guard_cells_have_those_around(world) -> None:
    around = build(network_scenario(region__guard_km=150.0))
    counted = around.ground.counted
    residents = around.layout["cell_residents"]
    assert (residents[~counted] > 0).any()
    at = partial(nearest_cell, tiling=around.ground.cells.tiling)
    own = residents_of_cells(around.ground.users.people, at, len(counted))
    np.testing.assert_array_equal(residents[counted], own[counted])
