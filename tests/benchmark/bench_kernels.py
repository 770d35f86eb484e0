"""Timings for developers with pytest-benchmark; not collected with the tests.

python -m pytest tests/benchmark/bench_kernels.py
python -m pytest tests/benchmark/bench_kernels.py --benchmark-compare   # with the last saved one
"""

import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.benchmark.scenario import bench_scenario, plainest_scenario
from capest.benchmark.sweep import random_links
from capest.engine.build import build
from capest.engine.memory import compute_block

SCENARIOS = {
    "case 9": bench_scenario(),
    "case 9, both links": bench_scenario(uplink__interference="full-buffer"),
    "plainest": plainest_scenario(),
}


@pytest.mark.parametrize("beams", [7, 61, 331])
def test_downlink_sinr(benchmark, beams):
    kernels = NumpyKernels()
    links = random_links(kernels, 16_000, beams, 1, 1, random=False)
    benchmark(kernels.downlink_sinr, links)


@pytest.mark.parametrize("name", SCENARIOS)
def test_block(benchmark, name):
    world = build(SCENARIOS[name])
    benchmark(compute_block, world, NumpyKernels(), 0, 50)
