"""Nothing inside a batch waits for the GPU: arrays leave it by `fetch` alone."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.cuda_kernels import CudaKernels
from capest.engine.build import build
from capest.engine.trial import compute, start
from capest.scenario.load import load_scenario

from . import test_services
from .strict import HostWaits, StrictDevice
from .test_trial import LEO, SCENARIOS

SMALL = {"count": 19, "statistics_count": 7}
MORE = {
    "hotspots": {
        "satellite": {"preset": LEO},
        "beams": SMALL,
        "users": {"placement": "hotspots", "count": 60, "hotspots": {"count": 2}},
    },
    "round robin, both links": {
        "satellite": {"preset": LEO, "beams_at_once": 5},
        "beams": {**SMALL, "allocation": "periodic"},
        "channel": {"environment": "urban", "elevation_lookup": "linear"},
        "uplink": {"enabled": True, "drops": 3, "power_control": "fractional"},
    },
}


@pytest.fixture(scope="module")
def strict_kernels(build_directory) -> CudaKernels:
    return CudaKernels(StrictDevice(build_directory))


@pytest.mark.parametrize("name", [*SCENARIOS, *MORE, *test_services.SCENARIOS])
def test_a_batch_reads_nothing_and_gives_the_same(name, strict_kernels, emulated_kernels):
    scene = build(load_scenario((SCENARIOS | MORE | test_services.SCENARIOS)[name]))
    started = start(scene, strict_kernels, 5, 2)
    found, expected = started.wait(), compute(scene, emulated_kernels, 5, 2)
    for group in ("trial", "trial_cell", "histograms"):
        for quantity, values in getattr(expected, group).items():
            np.testing.assert_array_equal(getattr(found, group)[quantity], values)


@pytest.mark.parametrize(
    "waits",
    [
        lambda xp, a: a[a > 1.0],
        lambda xp, a: float(a[0]),
        lambda xp, a: int(a.max()),
        lambda xp, a: bool((a > 1.0).any()),
        lambda xp, a: xp.nonzero(a),
        lambda xp, a: xp.bincount(a.astype(np.int64)),
        lambda xp, a: np.sqrt(np.ones(3)) + a,
        lambda xp, a: np.concatenate([a, a]),
        lambda xp, a: list(a),
    ],
)
def test_the_strict_device_notices(waits, strict_kernels):
    xp = strict_kernels.xp
    with pytest.raises(HostWaits):
        waits(xp, xp.asarray(np.arange(3.0)))
