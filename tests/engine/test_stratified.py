"""Stratified positions leave every figure where it is and make its interval shorter.

Case 9 of TR 38.821 with fixed seeds. What is compared are means over trials and shares of users
under fixed thresholds, per trial: both are plain means of independent trials.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.errors import ScenarioError
from capest.geo.tiling import nearest_cell
from capest.sampling.draws import Draws
from capest.sampling.latin import PARTS
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.statistics.quantities import AXES

from .small import small_scenario
from .small_network import network_scenario

CASE_9 = load_scenario(Path(__file__).parents[2] / "runs" / "tr38821-case9.toml")
TRIALS = 1500
THRESHOLDS_DB = {"p05": -3.1, "p50": -1.2, "p95": 0.95}
"""SINR near the quantiles of case 9."""


def figures(scenario: Scenario) -> dict[str, np.ndarray]:
    """Figures of each trial, arrays (trials,)."""
    world, kernels, axis = build(scenario), NumpyKernels(), AXES["sinr_db"]
    blocks = [compute_block(world, kernels, trial, 1) for trial in range(TRIALS)]
    found = {"throughput": np.array([block.trial["throughput"][0] for block in blocks])}
    counts = np.array([block.histograms["sinr_db"] for block in blocks])
    for name, threshold in THRESHOLDS_DB.items():
        below = 1 + round((threshold - axis.low) / axis.step)
        found[name] = counts[:, :below].sum(axis=1) / counts.sum(axis=1)
    beams = np.concatenate([block.trial_cell["cell_throughput"][0, :19] for block in blocks])
    # A beam's own distribution, not only its mean: users of one beam must stay independent.
    found["beams spread"] = ((beams - beams.mean()) ** 2).reshape(TRIALS, 19).mean(axis=1)
    return found


@pytest.mark.parametrize(
    ("changes", "gains"),
    [
        ({}, {"throughput": 7.0, "p05": 1.7, "p50": 2.0, "p95": 5.0}),
        ({"scheduler__policy": "equal-rate"}, {"throughput": 4.0}),
    ],
    ids=["equal-time", "equal-rate"],
)
def test_unbiased_and_narrower(changes: dict, gains: dict) -> None:
    scenario = CASE_9.replace(**changes)
    random = figures(scenario)
    # Another seed: no draw is common to both.
    stratified = figures(scenario.replace(users__positions="stratified", run__seed=2))
    for name in random:
        error = np.sqrt((random[name].var(ddof=1) + stratified[name].var(ddof=1)) / TRIALS)
        difference = stratified[name].mean() - random[name].mean()
        gain = random[name].var() / stratified[name].var()
        print(f"{name}: {difference / error:+.2f} standard errors, variance / {gain:.2f}")
        assert abs(difference) < 3.3 * error
        assert gain > gains.get(name, 0.7)


def test_refused_where_it_would_not_be_unbiased() -> None:
    with pytest.raises(ScenarioError, match=r"users\.positions = 'stratified'"):
        CASE_9.replace(users__positions="stratified", uplink__interference="full-buffer")


SETS = 60


def users_of_cells(scenario: Scenario) -> np.ndarray:
    """Users of every trial in every cell, int array (trials, cells), of 60 sets of 31 trials."""
    world = build(scenario)
    draws = Draws(NumpyKernels(), scenario.run.seed, 0, SETS * PARTS)
    places = world.ground.users.place(draws)
    if places.view is None:
        cell = nearest_cell(places.unit, world.ground.cells.tiling)
    else:
        uv = world.beams.layout.grid.uv
        away = sum((places.view.direction[axis][:, None] - uv[:, axis]) ** 2 for axis in (0, 1))
        cell = away.argmin(axis=1)
    cells = len(world.ground.colour)
    number = np.arange(len(cell)) // world.ground.users_per_trial * (cells + 1) + cell + 1
    return np.bincount(number, minlength=draws.trials * (cells + 1)).reshape(-1, cells + 1)[:, 1:]


PLACED = {
    **{"satellite__latitude_deg": 46.0, "satellite__longitude_deg": 9.0},
    **{"users__placement": "population", "users__count": 50, "beams__spacing_uv": 0.15},
}


@pytest.mark.parametrize(
    ("scenario", "gain"),
    [
        # A cell is one piece of the list: a user is in it once for every part of the list that is
        # wholly in the piece, and by chance where an end cuts a part: a variance of 1/2 at most,
        # of 31/19 · 18/19.
        (small_scenario(users__placement="uniform", users__count=50), 3.0),
        # Boxes of a region and places reach over borders; places and land are two lists.
        (network_scenario(cells__diameter_km=300.0, users__placement="uniform"), 2.5),
        (network_scenario(cells__diameter_km=300.0), 1.6),
        (small_scenario(**PLACED), 1.6),
    ],
    ids=["one satellite", "a region", "people of a region", "people below one satellite"],
)
def test_trials_share_the_people_out_and_each_is_as_random_as_ever(
    scenario: Scenario, gain: float
) -> None:
    random = users_of_cells(scenario)
    shared = users_of_cells(scenario.replace(users__positions="stratified", run__seed=8))
    many = random.mean(axis=0) > 0.5
    assert many.sum() >= 5
    of_sets = [each[:, many].reshape(SETS, PARTS, -1).mean(axis=1) for each in (random, shared)]
    error = np.sqrt(sum(each.var(axis=0, ddof=1) for each in of_sets) / SETS)
    assert (abs(of_sets[0].mean(axis=0) - of_sets[1].mean(axis=0)) < 4.0 * error).all()
    users = random.sum(axis=1).max()
    variance = [PARTS**2 / users * each.var(axis=0, ddof=1) for each in of_sets]
    share = random[:, many].mean(axis=0) / users
    assert variance[0].mean() == pytest.approx((PARTS * share * (1.0 - share)).mean(), rel=0.2)
    assert variance[0].mean() > gain * variance[1].mean()
    # In one trial users stand independently: as many as by chance are in one cell together.
    spread = [each[:, many].var(axis=0).mean() for each in (random, shared)]
    assert spread[1] == pytest.approx(spread[0], rel=0.05)
