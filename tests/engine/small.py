"""Small scenarios for tests of the trial path."""

from __future__ import annotations

from typing import Any

import numpy as np

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.statistics.block import BlockResult


def small_scenario(**changes: Any) -> Scenario:
    """A LEO-600 S-band layout of 19 beams with 5 users each."""
    scenario = load_scenario(
        {
            # Interference in the uplink follows from the calls.
            **{"rules": "0.2", "uplink": {"interference": None}},
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "beams": {"count": 19, "statistics_count": 7},
            "users": {"per_beam": 5},
            "run": {"trials": 40, "seed": 3},
        }
    )
    return scenario.replace(**changes) if changes else scenario


def compute(
    scenario: Scenario, first: int = 0, trials: int = 40, slice_trials: int | None = None
) -> BlockResult:
    """Compute trials of a scenario with NumPy."""
    return compute_block(build(scenario), NumpyKernels(), first, trials, slice_trials)


def assert_same_bits(one: BlockResult, other: BlockResult) -> None:
    """Fail unless two results are equal to the last bit."""
    assert one.first_trial == other.first_trial
    for name in ("trial", "trial_cell", "histograms", "cell"):
        first, second = getattr(one, name), getattr(other, name)
        assert first.keys() == second.keys()
        for key in first:
            assert first[key].dtype == second[key].dtype, key
            assert first[key].tobytes() == second[key].tobytes(), key


def quantile(block: BlockResult, metric: str, p: float) -> float:
    """Quantile of a histogram, by interpolation in its bins."""
    from capest.statistics.quantities import AXES

    counts = block.histograms[metric]
    cumulative = np.cumsum(counts[:-1]) / counts.sum()
    return float(np.interp(p, cumulative, AXES[metric].edges()))
