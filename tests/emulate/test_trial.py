"""Whole trials through the CUDA kernels equal whole trials through NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.scenario.load import load_scenario
from capest.scene import build_scene
from capest.trial import trial_block

LEO, GEO = "tr38821-set1-leo600-s", "tr38821-set1-geo-ka"

SCENARIOS = {
    "full reuse": {"satellite": {"preset": LEO}},
    "hopping, equal rate": {
        "satellite": {"preset": LEO},
        "beams": {"frequency_reuse": 3, "allocation": "random-hopping", "active_count": 20},
        "scheduler": {"policy": "equal-rate"},
    },
    "GEO Ka, Shannon": {
        "satellite": {"preset": GEO, "elevation_deg": 45.0},
        "link": {"adaptation": "truncated-shannon"},
        "users": {"placement": "uniform", "count": 300},
    },
}
TRIALS = 3


@pytest.mark.parametrize("name", SCENARIOS)
def test_trial_block(name, kernels):
    scene = build_scene(load_scenario(SCENARIOS[name]))
    cuda = trial_block(scene, kernels, 5, TRIALS)
    numpy = trial_block(scene, NumpyKernels(), 5, TRIALS)
    users = TRIALS * scene.placement.users

    # Drawn numbers are the same; a user on the border of two beams may move between them.
    np.testing.assert_array_equal(cuda.trial["lit_beams"], numpy.trial["lit_beams"])
    np.testing.assert_array_equal(cuda.trial_beam["beam_lit"], numpy.trial_beam["beam_lit"])
    moved = np.abs(cuda.trial_beam["beam_users"] - numpy.trial_beam["beam_users"]).sum() / 2
    assert moved <= 0.005 * users

    # In the beams whose users did not change, decisions about single users (an efficiency a step up
    # or down on a threshold) are rare, and everything else is equal to rounding.
    same = cuda.trial_beam["beam_users"] == numpy.trial_beam["beam_users"]
    assert same.mean() > 0.95
    for quantity in ("beam_sinr_db", "beam_spectral_efficiency", "beam_throughput"):
        near = np.isclose(
            cuda.trial_beam[quantity], numpy.trial_beam[quantity], rtol=2e-3, atol=2e-3,
            equal_nan=True,
        )  # fmt: skip
        assert near[same].mean() > 0.97, quantity
    np.testing.assert_allclose(cuda.trial["throughput"], numpy.trial["throughput"], rtol=5e-3)

    assert cuda.histograms.keys() == numpy.histograms.keys()
    for quantity, counts in numpy.histograms.items():
        assert cuda.histograms[quantity].sum() == pytest.approx(counts.sum(), abs=2 * moved)
        # Cumulated counts differ by users within rounding of a bin's edge only.
        apart = np.abs(np.cumsum(cuda.histograms[quantity]) - np.cumsum(counts)).max()
        assert apart <= 2 * moved + 0.01 * counts.sum() + 2, quantity
