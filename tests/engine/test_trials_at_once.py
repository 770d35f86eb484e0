"""Trials of a constellation know nothing of each other, however many are computed at once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.memory import compute_block
from capest.engine.trial import compute
from capest.engine.world import World
from capest.statistics.block import BlockResult

from .small import assert_same_bits
from .small_network import network_world
from .test_trial import MODES

FIXED = {"cells__layout": "satellite-fixed", "beams__count": 37}
LIMITS = {
    "satellite__pfd_limit_dbw_per_m2_mhz": -107.0, "satellite__rf_power_w": 40.0,
    "satellite__out_of_band_pfd_limit_dbw_per_m2_mhz": -155.0,
}  # fmt: skip
MANY = {"satellite__beams_at_once": 2, "users__count": 300}
MIX = {"service__mix": "video-call-480p 40%, voice 40%, best-effort 20%", **MANY}
COME_AND_GO = {
    "service__preset": "video-call-1080p", "service__uplink_kbps": 0.0,
    "carrier__bandwidth_mhz": 5.0, "service__activity": 0.5,
    "service__simulated_holding_times": 10, **MANY,
}  # fmt: skip
SLOTS = {"constellation__shells": None, "constellation__geostationary": "10, 25"}
GEO = {**SLOTS, "satellite__preset": "tr38821-set1-geo-s"}
# Trials whose satellites and beams are the same are computed together.
WIDE = {
    **SLOTS, **FIXED, "satellite__eirp_density_dbw_per_mhz": 64.0, "beams__spacing_uv": 0.045,
    "beams__frequency_reuse": 3,
}  # fmt: skip
RAIN = {
    "satellite__preset": "tr38821-set1-leo600-ka", "handset__preset": "3gpp-vsat",
    "carrier__bandwidth_mhz": 400.0, "channel__weather": "random", "cells__diameter_km": 300.0,
}  # fmt: skip
# Many narrow beams: hardly two trials light the same ones.
NARROW = {
    **WIDE, "beams__spacing_uv": 0.0135, "beams__count": 397, "cells__lit": "occupied",
    "users__count": 200,
}  # fmt: skip
ONE_SLOT = {"constellation__geostationary": "10"}
FEW = {"constellation__shells": "60: 2/1/0 @ 1200"}
LONE = {"constellation__shells": "50: 1/1/0 @ 1200", **FIXED, "beams__count": 127}

AT_ONCE: dict[str, dict[str, Any]] = {
    **MODES,
    **{
        f"assignment {name}": {
            "cells__assignment": name, "satellite__beams_at_once": 2,
        }
        for name in ("highest-elevation", "max-sinr", "least-loaded", "greedy-demand", "solved")
    },
    "satellite-fixed, occupied": {**FIXED, "cells__lit": "occupied"},
    "satellite-fixed, all lit": {**FIXED, "cells__lit": "all", "beams__frequency_reuse": 3},
    "in view for two minutes": {"constellation__minimum_visibility_s": 120.0},
    "three limits": LIMITS,
    "three limits on fixed beams": {**FIXED, **LIMITS},
    "hotspots": {
        "users__placement": "hotspots", "users__hotspots__count": 4, "users__hotspots__share": 0.7,
    },
    "a mix": MIX,
    "full buffers": {**MIX, "uplink__interference": "full-buffer", "beams__frequency_reuse": 3},
    "a mix in random order, limits": {**MIX, **LIMITS, "scheduler__admission": "random"},
    "calls come and go": COME_AND_GO,
    "in cars": {"users__vehicle_share": 0.3, "channel__line_of_sight": "always"},
    "no shadow fading": {"channel__shadow_fading": False},
    "an array": {"satellite__antenna": "array"},
    "geostationary": {**GEO, "cells__lit": "all"},
    "geostationary, occupied": {**GEO, "satellite__beams_at_once": 3},
    "geostationary, fixed beams": {**WIDE, "cells__lit": "all"},
    "geostationary, fixed beams and a limit": {**WIDE, "satellite__rf_power_w": 20_000.0},
    "geostationary, occupied fixed beams": {
        **WIDE, "cells__lit": "occupied", "service__mix": MIX["service__mix"],
    },
    "geostationary, occupied narrow beams": NARROW,
    "one in GEO": {**WIDE, **ONE_SLOT, "cells__lit": "all", "users__indoor_share": 0.2},
    "one in GEO, occupied, a mix": {**NARROW, **ONE_SLOT, "service__mix": MIX["service__mix"]},
    "one in GEO, a limit": {**WIDE, **ONE_SLOT, "satellite__rf_power_w": 20_000.0},
    "one in GEO, its cells": {**GEO, **ONE_SLOT, "cells__lit": "all"},
    "geostationary and a mix": {**GEO, **MIX, "cells__lit": "all", "users__indoor_share": 0.2},
    "one that comes and goes": {**LONE, "satellite__rf_power_w": 40.0, "cells__lit": "occupied"},
    "one that comes and goes, three limits": {**LONE, **LIMITS},
    "two satellites": {**FEW, "constellation__epochs": "stratified"},
    "two satellites with limits": {**FEW, **LIMITS},
    "two satellites with fixed beams": {**FEW, **FIXED, **LIMITS, "cells__lit": "occupied"},
    "two satellites and a mix": {**FEW, **MIX},
    "two satellites, calls come and go": {**FEW, **COME_AND_GO},
    "two satellites in view for a minute": {**FEW, "constellation__minimum_visibility_s": 60.0},
    "guard cells": {"region__guard_km": 150.0, "cells__lit": "all"},
    "guard cells and a mix": {"region__guard_km": 150.0, **MIX, **LIMITS},
    "guard cells, calls come and go": {"region__guard_km": 150.0, **COME_AND_GO},
    "guard cells, fixed beams and a mix": {
        "region__guard_km": 150.0, **FIXED, "service__mix": MIX["service__mix"],
    },
    "weather of cells": RAIN,
    "weather of guard cells": {**RAIN, "region__guard_km": 150.0},
    "weather of cells, calls, ionosphere by latitude": {
        **RAIN, "channel__ionosphere": "by-latitude", "service__preset": "voice",
        "channel__weather": "exceeded",
    },
    "never in reach": {"constellation__shells": "0: 2/1/0 @ 600", **MIX, **LIMITS},
    "never in reach, fixed beams": {"constellation__shells": "0: 1/1/0 @ 600", **FIXED, **LIMITS},
}  # fmt: skip
FIRST, TRIALS = 10, 12


@cache
def world_of(mode: str) -> World:
    if "channel__weather" in AT_ONCE[mode]:
        pytest.importorskip("itur")
    return network_world(**AT_ONCE[mode])


@cache
def at_once(mode: str) -> BlockResult:
    with np.errstate(all="raise", under="ignore"):
        return compute(world_of(mode), NumpyKernels(), FIRST, TRIALS)


@pytest.mark.parametrize("mode", AT_ONCE)
def test_trials_at_once_are_those_one_by_one(mode: str) -> None:
    whole, world = at_once(mode), world_of(mode)
    parts = [compute(world, NumpyKernels(), FIRST + k, 1) for k in range(TRIALS)]
    rebuilt = BlockResult(
        FIRST,
        {name: np.concatenate([p.trial[name] for p in parts]) for name in whole.trial},
        {},
        {name: sum(p.histograms[name] for p in parts) for name in whole.histograms},
        {name: sum(p.cell[name] for p in parts) for name in whole.cell},
    )
    assert_same_bits(whole, rebuilt)
    in_reach = whole.trial["satellites_in_reach"]
    if mode.startswith(("two satellites", "one that")):
        assert in_reach.min() == 0 < in_reach.max()
        # The trials without any lie before, between and behind the others.
        assert mode.startswith("one") or in_reach[0] == in_reach[-1] == 0
    elif mode.startswith("never"):
        assert not in_reach.any()
    elif mode not in ("no satellite in view", "few satellites"):
        assert (whole.trial["throughput"] > 0.0).sum() > 1


@pytest.mark.parametrize("slice_trials", [1, 3, 7])
@pytest.mark.parametrize("mode", AT_ONCE)
def test_slices_change_no_bit(mode: str, slice_trials: int) -> None:
    found = compute_block(world_of(mode), NumpyKernels(), FIRST, TRIALS, slice_trials)
    assert_same_bits(at_once(mode), found)


@pytest.mark.parametrize(
    ("mode", "fewest", "most"),
    [
        ("geostationary, fixed beams", 1, 1),
        ("geostationary, occupied fixed beams", 2, TRIALS - 1),
        ("geostationary, occupied", TRIALS, TRIALS),
        ("satellite-fixed, all lit", TRIALS, TRIALS),
    ],
)
def test_trials_with_the_same_beams_are_one_to_the_kernel(
    mode: str, fewest: int, most: int
) -> None:
    asked: list[int] = []

    class Spy(NumpyKernels):
        def constellation_sinr(self, links: ConstellationDownlink) -> Any:
            asked.append(len(links.user_start) - 1)
            assert len(links.satellite_start) == len(links.user_start)
            return super().constellation_sinr(links)

    compute(world_of(mode), Spy(), FIRST, TRIALS)
    assert len(asked) == 1
    assert fewest <= asked[0] <= most
