"""Whole trials through the CUDA kernels equal whole trials through NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.trial import compute
from capest.scenario.load import load_scenario

LEO, GEO = "tr38821-set1-leo600-s", "tr38821-set1-geo-ka"

SCENARIOS = {
    "full reuse": {"rules": "0.2", "satellite": {"preset": LEO}},
    "hopping, equal rate": {
        "rules": "0.2",
        "satellite": {"preset": LEO, "beams_at_once": 20},
        "beams": {"frequency_reuse": 3, "allocation": "random"},
        "scheduler": {"policy": "equal-rate"},
    },
    "a frame": {
        "rules": "0.2",
        "satellite": {"preset": LEO, "beams_at_once": 5},
        "beams": {
            "count": 19,
            "statistics_count": 19,
            "allocation": "proportional",
            "slots": 8,
            "bound": "fluid",
        },
        "service": {"mix": "voice 50%, best-effort 50%"},
        "uplink": {"interference": "full-buffer", "drops": 6},
    },
    "uplink, indoors and in cars": {
        "rules": "0.2",
        "satellite": {"preset": LEO},
        "beams": {"frequency_reuse": 3},
        "users": {"indoor_share": 0.2, "vehicle_share": 0.1},
        "uplink": {"interference": "full-buffer", "drops": 6},
    },
    "GEO Ka, Shannon": {
        # 50 dB stronger than published: a handheld then has a link at all.
        "rules": "0.2",
        "satellite": {"preset": GEO, "elevation_deg": 45.0, "eirp_density_dbw_per_mhz": 90.0},
        "link": {"adaptation": "truncated-shannon"},
        "users": {"placement": "uniform", "count": 300},
    },
    "an array with limits, users shared out": {
        "rules": "0.2",
        "satellite": {
            **{"preset": LEO, "antenna": "array", "elevation_deg": 60.0, "rf_power_w": 1000.0},
            "pfd_limit_dbw_per_m2_mhz": -95.0,
        },
        "users": {"placement": "uniform", "count": 300, "positions": "stratified"},
        "uplink": {"interference": "full-buffer", "drops": 6},
    },
}
# Users are told apart by where they live: the processor waits for how many there are.
PLACED = {
    "people below a satellite": {
        "rules": "0.2",
        "satellite": {"preset": LEO, "latitude_deg": 46.0, "longitude_deg": 9.0},
        "users": {"placement": "population", "count": 200, "positions": "stratified"},
        "channel": {"environment": "by-place"},
    },
}
TRIALS = 3


@pytest.mark.parametrize("name", [*SCENARIOS, *PLACED])
def test_trial_block(name, kernels):
    scenario = (SCENARIOS | PLACED)[name]
    world = build(load_scenario(scenario))
    cuda = compute(world, kernels, 5, TRIALS)
    numpy = compute(world, NumpyKernels(), 5, TRIALS)

    # Drawn numbers are the same; a user on the border of two beams may move between them.
    np.testing.assert_array_equal(cuda.trial["lit_beams"], numpy.trial["lit_beams"])
    np.testing.assert_array_equal(cuda.trial_cell["cell_lit"], numpy.trial_cell["cell_lit"])
    moved = np.abs(cuda.trial_cell["cell_users"] - numpy.trial_cell["cell_users"]).sum() / 2
    assert moved <= 2

    # Where none moved, SINR is equal to rounding; the efficiency of a user right on a threshold may
    # be a step apart, which hardly any beam sees.
    same = cuda.trial_cell["cell_users"] == numpy.trial_cell["cell_users"]
    for quantity, atol, share in (
        ("cell_sinr_db", 2e-3, 1.0),
        ("cell_spectral_efficiency", 1e-5, 0.98),
        ("cell_throughput", 1e-3, 0.98),
    ):
        values = (cuda.trial_cell[quantity][same], numpy.trial_cell[quantity][same])
        near = np.isclose(*values, rtol=1e-5, atol=atol, equal_nan=True)
        assert near.mean() >= share, quantity
    # Who moved may transmit in another beam's turn, and so disturb others.
    if "cell_uplink_sinr_db" in numpy.trial_cell and moved == 0:
        uplink = "cell_uplink_sinr_db"
        np.testing.assert_allclose(cuda.trial_cell[uplink], numpy.trial_cell[uplink], atol=2e-3)
    assert (numpy.trial["throughput"] > 0.0).all()
    np.testing.assert_allclose(cuda.trial["throughput"], numpy.trial["throughput"], rtol=5e-3)

    # Cumulated counts differ by users who moved and by those right on the edge of a bin. In the
    # uplink who moves shifts the turns of two beams, which all 19 counted ones hear in every drop.
    assert cuda.histograms.keys() == numpy.histograms.keys()
    assert ("uplink_sinr_db" in numpy.histograms) == ("uplink" in scenario)
    for quantity, counts in numpy.histograms.items():
        apart = np.abs(np.cumsum(cuda.histograms[quantity]) - np.cumsum(counts)).max()
        reach = 6 * 19 if quantity.startswith("uplink_") else 2
        assert apart <= reach * moved + 2, quantity
