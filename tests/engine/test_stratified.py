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
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.statistics.quantities import AXES

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


@pytest.mark.parametrize(
    "changes",
    [
        {"users__placement": "uniform"},
        {"users__placement": "hotspots"},
        {"uplink__interference": "full-buffer"},
    ],
)
def test_refused_where_it_would_not_be_unbiased(changes: dict) -> None:
    with pytest.raises(ScenarioError, match=r"users\.positions = 'stratified'"):
        CASE_9.replace(users__positions="stratified", **changes)
