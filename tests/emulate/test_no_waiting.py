"""Nothing inside a batch waits for the GPU without need: arrays leave it by `fetch`."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.cuda_kernels import CudaKernels
from capest.engine import light, power
from capest.engine.build import build
from capest.engine.parts import Parts
from capest.engine.trial import compute, start
from capest.scenario.load import load_scenario

from ..engine.small_network import network_world
from . import test_services
from .strict import HostWaits, StrictDevice, bare
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
        "beams": {**SMALL, "allocation": "periodic", "slots": 1},
        "channel": {"environment": "urban", "elevation_lookup": "linear"},
        "uplink": {"interference": "full-buffer", "drops": 3, "power_control": "fractional"},
    },
}


@pytest.fixture(scope="module")
def strict_kernels(build_directory) -> CudaKernels:
    return CudaKernels(StrictDevice(build_directory))


@pytest.mark.parametrize("name", [*SCENARIOS, *MORE, *test_services.SCENARIOS])
def test_a_batch_reads_nothing_and_gives_the_same(name, strict_kernels, emulated_kernels):
    world = build(load_scenario((SCENARIOS | MORE | test_services.SCENARIOS)[name]))
    started = start(world, strict_kernels, 5, Parts((2,)))
    (found,), expected = started.wait(), compute(world, emulated_kernels, 5, 2)
    for group in ("trial", "trial_cell", "histograms"):
        for quantity, values in getattr(expected, group).items():
            np.testing.assert_array_equal(getattr(found, group)[quantity], values)


FIXED = {"cells__layout": "satellite-fixed", "beams__count": 19, "beams__statistics_count": 19}
OUT_OF_BAND = "satellite__out_of_band_pfd_limit_dbw_per_m2_mhz"
CONSTELLATIONS = {
    # What the host reads on the way: how many users each cell has, which beams have users, and what
    # all beams send together.
    "earth-fixed": ({}, ["light"]),
    "stratified, indoors": (
        {"constellation__epochs": "stratified", "users__indoor_share": 0.3}, ["light"],
    ),
    "hotspots, limits of each satellite": (
        {
            "users__placement": "hotspots", "satellite__pfd_limit_dbw_per_m2_mhz": -107.0,
            "satellite__rf_power_w": 40.0,
        },
        ["light"],
    ),
    "a limit on all": ({OUT_OF_BAND: -155.0}, ["light", "power", "power"]),
    "calls": (
        {
            "service__mix": "video-call-480p 40%, voice 40%, best-effort 20%",
            "scheduler__admission": "random", "scheduler__policy": "max-ci",
        },
        ["light"],
    ),
    "calls whose rates adapt, with pauses": (
        {"service__preset": "video-call-adaptive", "service__talk_share": 0.5}, ["light"],
    ),
    "coverage first": (
        {
            "service__preset": "video-call-adaptive", "service__talk_share": 0.5,
            "cells__objective": "coverage", "cells__minimum_share": 0.2,
        },
        ["light"],
    ),
    "several beams a cell": (
        {
            "service__mix": "video-call-480p 70%, best-effort 30%", "cells__beams_per_cell": 3,
            "beams__frequency_reuse": 3, "carrier__bandwidth_mhz": 3.0,
            "users__placement": "hotspots",
        },
        ["light"],
    ),
    "calls that come and go": (
        {
            "service__preset": "voice", "service__activity": 0.5,
            "service__simulated_holding_times": 5,
        },
        ["light"],
    ),
    "two branches, two polarisations": (
        {
            "handset__branches": 2, "beams__frequency_reuse": 2, "beams__polarisation_reuse": True,
            "service__preset": "voice",
        },
        ["light"],
    ),
    "satellite-fixed": ({**FIXED, "cells__lit": "all"}, []),
    "satellite-fixed, occupied": ({**FIXED, "cells__lit": "occupied"}, ["light"]),
    "geostationary": (
        {"constellation__shells": None, "constellation__geostationary": "10, 30"}, ["light"],
    ),
    "geostationary, trials with the same beams": (
        {
            **FIXED, "cells__lit": "all", "beams__spacing_uv": 0.06,
            "constellation__shells": None, "constellation__geostationary": "10, 30",
        },
        [],
    ),
    "weather of cells, ionosphere by latitude, calls": (
        {
            "satellite__preset": "tr38821-set1-leo600-ka", "handset__preset": "3gpp-vsat",
            "channel__weather": "random", "channel__ionosphere": "by-latitude",
            "service__preset": "voice",
        },
        ["light"],
    ),
    "one geostationary satellite": (
        {
            **FIXED, "cells__lit": "all", "beams__spacing_uv": 0.06, "users__indoor_share": 0.3,
            "constellation__shells": None, "constellation__geostationary": "10",
        },
        [],
    ),
    "one satellite, occupied, with a limit": (
        {
            **FIXED, "constellation__shells": "50: 1/1/0 @ 1200", "satellite__rf_power_w": 40.0,
            "cells__lit": "occupied", "constellation__epochs": "stratified",
        },
        ["light"],
    ),
    "a frame of calls": (
        {
            "satellite__beams_at_once": 2, "beams__allocation": "proportional", "beams__slots": 4,
            "service__mix": "voice 50%, best-effort 50%", "uplink__interference": "full-buffer",
            "region__guard_km": 100.0,
        },
        ["light"],
    ),
    "a moment of satellite-fixed beams": (
        {**FIXED, "cells__lit": "all", "satellite__beams_at_once": 5, "beams__slots": 1,
         "beams__allocation": "periodic"},
        [],
    ),
    "nobody in reach": ({"constellation__shells": "0: 2/1/0 @ 600"}, ["light"]),
}  # fmt: skip


@pytest.mark.parametrize("name", CONSTELLATIONS)
def test_a_constellation_reads_what_the_host_decides_by(
    name, strict_kernels, emulated_kernels, monkeypatch
):
    changes, expected_reads = CONSTELLATIONS[name]
    if "channel__weather" in changes:
        pytest.importorskip("itur")
    # Drawn among people users are told apart by where they live: one number more is read.
    changes = {"users__placement": "uniform"} | changes
    world, reads = network_world(**changes, users__count=60), []
    for module in (light, power):

        def read(array, module=module):
            reads.append(module.__name__.rpartition(".")[2])
            return bare(array)

        monkeypatch.setattr(module, "on_host", read)
    started = start(world, strict_kernels, 5, Parts((3,)))
    assert reads == expected_reads
    monkeypatch.undo()
    (found,), expected = started.wait(), compute(world, emulated_kernels, 5, 3)
    for group in ("trial", "histograms", "cell"):
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
        lambda xp, a: xp.add.at(np.zeros(3), a.astype(np.int64), a),
        lambda xp, a: xp.add.at(a, np.arange(3), a),
        lambda xp, a: xp.add.at(a, a > 1.0, a),
        lambda xp, a: list(a),
    ],
)
def test_the_strict_device_notices(waits, strict_kernels):
    xp = strict_kernels.xp
    with pytest.raises(HostWaits):
        waits(xp, xp.asarray(np.arange(3.0)))
