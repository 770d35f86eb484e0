"""More gain, power, bandwidth or people never carry fewer calls, over any part of the Earth.

Without interference in the uplink: with it, more callers may carry less, as each disturbs all
others.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.scenario.load import load_scenario

PLACES: dict[str, dict[str, Any]] = {
    "China": {"region": {"kind": "country", "country": "CN"}},
    "USA": {"region": {"kind": "country", "country": "US"}},
    "the equator": {
        "region": {"kind": "box", "south_deg": -8, "north_deg": 8, "west_deg": 10, "east_deg": 40}
    },
    "a pole": {
        "region": {"kind": "circle", "latitude_deg": 90, "longitude_deg": 0, "radius_km": 2500},
        "users": {"placement": "uniform", "count": 4000},
    },
}
TRIALS = 3


def scenario_of(place: str, *keys: str, own: bool = False) -> Any:
    """Guowang's lower constellation over a part of the Earth, whose cells have many callers.

    By the assignment of the defaults where it is asked for.
    """
    raw: dict[str, Any] = {
        "rules": "0.2",
        "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 7},
        "constellation": {"preset": "guowang-gw-a59", "deployed_fraction": 0.3},
        "cells": {"diameter_km": 120.0, **({} if own else {"assignment": "greedy-demand"})},
        "beams": {"frequency_reuse": 3},
        "carrier": {"bandwidth_mhz": 10.0},
        "users": {"placement": "population", "count": 4000},
        "service": {"preset": "video-call-480p"},
        "uplink": {"interference": "off"},
    }
    return load_scenario(raw | PLACES[place], keys)


@cache
def figures(place: str, *keys: str, own: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Calls and refused share of each trial."""
    block = compute_block(build(scenario_of(place, *keys, own=own)), NumpyKernels(), 0, TRIALS)
    calls, offered = (block.trial[name].astype(float) for name in ("calls", "calls_offered"))
    return calls, 1.0 - calls / offered


MORE = {
    "gain of the handset": ("handset.antenna_gain_dbi=3",),
    "power of the handset": ("handset.transmit_power_dbm=26",),
    # Beams of 34 dBW/MHz disturb each other more than noise does: there a call is lost now and
    # then, since the order of admission minds two links.
    "power of the satellite": ("satellite.eirp_density_dbw_per_mhz=25",),
    "a better receiver": ("satellite.g_over_t_db_per_k=4.1",),
    "bandwidth at the same density of power": ("carrier.bandwidth_mhz=20",),
    "people": ("users.count=8000",),
}

BEFORE = {"power of the satellite": ("satellite.eirp_density_dbw_per_mhz=22",)}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("more", MORE)
def test_more_carries_no_fewer_calls(place: str, more: str) -> None:
    before, after = figures(place, *BEFORE.get(more, ()))[0], figures(place, *MORE[more])[0]
    assert before.min() > 100.0  # the question is not empty
    assert (after >= before).all()


@pytest.mark.parametrize("place", PLACES)
def test_more_people_are_refused_no_less(place: str) -> None:
    before, after = figures(place)[1], figures(place, *MORE["people"])[1]
    assert before.min() > 0.05
    assert (after >= before).all()


STEPS = {
    "roll-out": [f"constellation.deployed_fraction={part}" for part in (0.2, 0.3, 0.4)],
    "mask": [f"constellation.minimum_elevation_deg={mask}" for mask in (40, 30, 20, 10)],
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("kind", STEPS)
def test_no_more_satellites_and_no_lower_mask_carry_fewer_calls_on_the_whole(
    place: str, kind: str
) -> None:
    """By the default assignment: the interval of what a step adds is not wholly below zero."""
    calls = [figures(place, key, own=True)[0] for key in STEPS[kind]]
    assert calls[-1].min() > 100.0
    for before, after in pairwise(calls):
        added = after - before
        # Student's t of two degrees of freedom, 97.5 %.
        assert added.mean() + 4.303 * added.std(ddof=1) / np.sqrt(TRIALS) >= 0.0
