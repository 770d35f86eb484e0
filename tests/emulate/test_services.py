"""Services of whole trials: the same calls through the CUDA kernels as through NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.trial import compute
from capest.scenario.load import load_scenario

from ..engine.small_network import network_world

LEO = {"preset": "tr38821-set1-leo600-s"}
BEAMS = {"count": 19, "statistics_count": 7}
SCENARIOS = {
    "video calls": {
        "satellite": LEO,
        "beams": BEAMS,
        "users": {"per_beam": 40},
        "service": {"preset": "video-call-480p"},
    },
    "calls that come and go": {
        "satellite": LEO,
        "beams": BEAMS,
        "users": {"per_beam": 40},
        "uplink": {"interference": "off"},
        "service": {
            "preset": "video-call-480p",
            "activity": 0.5,
            "simulated_holding_times": 10,
        },
    },
    "rates that adapt, with pauses": {
        "satellite": LEO,
        "beams": {**BEAMS, "frequency_reuse": 3},
        "users": {"per_beam": 80},
        "carrier": {"bandwidth_mhz": 6.0},
        "uplink": {"interference": "load"},
        "service": {
            **{"preset": "video-call-adaptive", "talk_share": 0.5},
            **{"uplink_kbps": 400.0, "least_uplink_kbps": 100.0},
        },
    },
    "a mix by random admission, both links, hopping, max C/I": {
        "satellite": {**LEO, "beams_at_once": 9},
        "beams": {**BEAMS, "allocation": "random"},
        "users": {"per_beam": 40},
        "uplink": {"interference": "full-buffer", "drops": 4},
        "service": {"mix": "video-call-480p 40%, voice 30%, best-effort 30%"},
        "scheduler": {"admission": "random", "policy": "max-ci"},
    },
    "widths of weak phones, block errors charged": {
        "rules": "0.3",
        "satellite": LEO,
        "beams": BEAMS,
        "users": {"per_beam": 40},
        "link": {"harq_processes": 12},
        "service": {"mix": "video-call-360p 70%, best-effort 30%"},
        "scheduler": {"policy": "max-ci"},
    },
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_calls_are_the_same(name, kernels):
    world = build(load_scenario(SCENARIOS[name]))
    cuda, numpy = (compute(world, each, 2, 3) for each in (kernels, NumpyKernels()))
    assert cuda.trial.keys() == numpy.trial.keys()
    # Powers agree to rounding: a user on a border or a threshold may move.
    moved = np.abs(cuda.trial_cell["cell_users"] - numpy.trial_cell["cell_users"]).sum() / 2
    for key, values in numpy.trial.items():
        if key.startswith("calls"):
            assert np.abs(cuda.trial[key] - values).sum() <= 2 * moved + 1, key
    for key in ("cell_calls", "cell_calls_offered"):
        assert np.abs(cuda.trial_cell[key] - numpy.trial_cell[key]).sum() <= 4 * moved + 2
    assert numpy.trial["calls"].sum() > 100
    if "call_attempts" in numpy.trial:
        attempts, blocked = numpy.trial["call_attempts"], numpy.trial["calls_blocked"]
        assert blocked.sum() > 100
        if moved == 0:
            np.testing.assert_array_equal(cuda.trial["call_attempts"], attempts)
            np.testing.assert_array_equal(cuda.trial["calls_blocked"], blocked)
    else:
        assert numpy.trial["calls_refused"].sum() > 100
    if "best_effort_throughput" in numpy.trial:
        np.testing.assert_allclose(
            cuda.trial["best_effort_throughput"], numpy.trial["best_effort_throughput"], rtol=5e-3
        )


def test_calls_in_a_constellation_are_the_same(emulated_kernels):
    world = network_world(
        service__mix="video-call-480p 40%, voice 40%, best-effort 20%", users__count=300
    )
    cuda, numpy = (compute(world, each, 1, 1) for each in (emulated_kernels, NumpyKernels()))
    for key, values in numpy.trial.items():
        if key.startswith("calls"):
            assert abs(int(cuda.trial[key][0]) - int(values[0])) <= 1, key
    assert numpy.trial["calls"][0] > 50
    np.testing.assert_array_equal(cuda.cell["cell_calls_offered"], numpy.cell["cell_calls_offered"])
