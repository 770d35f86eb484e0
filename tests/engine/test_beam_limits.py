"""What power, feeder link and the angle of a beam leave of a satellite's room; orders and times."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pytest

from capest.allocation.cells import ORDERS, PREFERENCES
from capest.allocation.cells.limits.band import beams_of_feeder
from capest.allocation.cells.limits.power import beams_at_full_power
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.assignment import view_of_cells
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.sky import elevation_of, sky_at
from capest.errors import ScenarioError
from capest.physics.constants import EARTH_RADIUS_M

from .small_network import network_scenario, network_world

SECONDS = 12_345.0
SHELL = {"orbit": "60: 200/10/1 @ 600"}


def view(**changes: Any) -> tuple[Any, Any, Any]:
    world = network_world(**changes)
    sky = sky_at(world, np.array([SECONDS]))
    return world, sky, view_of_cells(world, sky)


def test_whole_beams_fit_a_feeder_link_and_a_power() -> None:
    assert [beams_of_feeder(width, 10.0) for width in (9.9, 10.0, 29.9, 30.0)] == [0, 1, 2, 3]
    assert beams_of_feeder(0.3, 0.1) == 3
    assert [beams_at_full_power(power, 25.0) for power in (1.0, 25.0, 74.0, 75.0)] == [1, 1, 2, 3]


class TestRoom:
    """Beams want 34 - 30 dBW/MHz in 30 MHz: 75.36 W."""

    def test_of_the_feeder_link(self) -> None:
        assert network_scenario(satellite__feeder_bandwidth_mhz=119.0).cells_at_once == 3
        assert network_scenario(satellite__feeder_bandwidth_mhz=1000.0).cells_at_once == 12
        reuse = {"beams__frequency_reuse": 3, "satellite__feeder_bandwidth_mhz": 119.0}
        assert network_scenario(**reuse).cells_at_once == 11

    def test_of_power(self) -> None:
        few = {"satellite__rf_power_w": 230.0, "satellite__power_limit": "fewer-beams"}
        assert network_scenario(**few).cells_at_once == 3
        assert network_scenario(satellite__rf_power_w=230.0).cells_at_once == 12

    def test_of_shells(self) -> None:
        tables = [
            SHELL,
            SHELL | {"rf_power_w": 160.0},
            SHELL | {"feeder_bandwidth_mhz": 40.0},
            SHELL | {"beams_at_once": 3, "feeder_bandwidth_mhz": 9000.0},
        ]
        world = build(
            network_scenario(
                constellation={"shells": None, "shell": tables},
                satellite__rf_power_w=460.0, satellite__power_limit="fewer-beams",
            )
        )  # fmt: skip
        assert sorted(each.cells_at_once for each in world.payloads.each) == [1, 2, 3, 6]

    def test_fewer_beams_run_at_full_eirp(self) -> None:
        changes = {"satellite__rf_power_w": 80.0, "cells__lit": "all", "run__trials": 2}
        found = {}
        for limit in ("turn-down", "fewer-beams"):
            world = network_world(**changes, satellite__power_limit=limit)
            block = compute_block(world, NumpyKernels(), 0, 2)
            found[limit] = block.histograms["rf_power_reduction_db"]
        lowered = [np.flatnonzero(each).max() for each in found.values()]
        assert found["fewer-beams"].sum() < found["turn-down"].sum()
        assert lowered[1] < lowered[0]


def test_no_candidate_lies_beyond_the_largest_scan_and_what_is_in_view_stays() -> None:
    world, sky, wide = view()
    narrow = view(satellite__largest_scan_deg=30.0)[2]
    np.testing.assert_array_equal(narrow.in_view, wide.in_view)
    centre = np.asarray(world.ground.cells.centre_unit)[wide.candidates.cell] * EARTH_RADIUS_M
    satellite_m = sky.position_m[wide.candidates.satellite]
    down = centre - satellite_m
    cosine = -(down * satellite_m).sum(axis=1)
    cosine /= np.linalg.norm(down, axis=1) * np.linalg.norm(satellite_m, axis=1)
    kept = np.degrees(np.arccos(cosine)) <= 30.0
    assert 0 < kept.sum() < len(kept)
    np.testing.assert_array_equal(narrow.candidates.cell, wide.candidates.cell[kept])
    np.testing.assert_array_equal(narrow.candidates.satellite, wide.candidates.satellite[kept])


def test_the_scan_of_a_shell_is_its_own() -> None:
    tables = [{"orbit": "60: 200/10/1 @ 600"}, {"orbit": "50: 40/4/1 @ 1200"}]
    tables[1]["largest_scan_deg"] = 20.0  # type: ignore[assignment]
    shells = {"constellation": {"shells": None, "shell": tables}}
    _, sky, wide = view()
    found = view(**shells)[2].candidates
    upper = np.linalg.norm(sky.position_m, axis=1) > EARTH_RADIUS_M + 900e3
    assert (~upper[found.satellite]).sum() == (~upper[wide.candidates.satellite]).sum()
    assert 0 < upper[found.satellite].sum() < upper[wide.candidates.satellite].sum()


def test_time_in_view_is_that_of_small_steps() -> None:
    world, sky, seen = view(cells__preference="longest-in-view")
    pairs, lowest = seen.candidates, math.sin(math.radians(20.0))
    centres = np.asarray(world.ground.cells.centre_unit)
    some = np.arange(0, len(pairs.cell), 37)
    expected = np.full(len(some), np.nan)
    for second in range(1, 1500):
        position_m = world.space.positions_m(SECONDS + second)[sky.number]
        sine = elevation_of(centres, position_m)[0][pairs.cell[some], pairs.satellite[some]]
        expected[np.isnan(expected) & (sine < lowest)] = second - 0.5
    assert not np.isnan(expected).any()
    np.testing.assert_allclose(pairs.in_view_s[some], expected, atol=1.0)


@pytest.mark.parametrize(("order", "preference"), product(ORDERS.names(), PREFERENCES.names()))
def test_trials_do_not_depend_on_those_beside_them(order: str, preference: str) -> None:
    world = network_world(
        cells__order=order, cells__preference=preference, satellite__beams_at_once=2
    )
    together = compute_block(world, NumpyKernels(), 0, 4).trial["served_users"]
    alone = [compute_block(world, NumpyKernels(), k, 1).trial["served_users"] for k in range(4)]
    np.testing.assert_array_equal(together, np.concatenate(alone))


def test_a_random_order_differs_by_trial_and_seed() -> None:
    keys = {"cells__order": "random", "satellite__beams_at_once": 1}
    keys |= {"users__count": 2000, "constellation__deployed_fraction": 0.5}
    served = [
        compute_block(network_world(**keys, run__seed=seed), NumpyKernels(), 0, 3)
        .trial["served_users"]
        .tolist()
        for seed in (1, 2)
    ]
    assert len(set(served[0] + served[1])) > 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"satellite__feeder_bandwidth_mhz": 29.0}, r"feeder_bandwidth_mhz = 29.*30 MHz wide"),
        (
            {"constellation": {"shells": None, "shell": [SHELL | {"feeder_bandwidth_mhz": 5.0}]}},
            r"constellation\.shell\.1\.feeder_bandwidth_mhz = 5.*30 MHz wide",
        ),
        (
            {"cells__preference": "longest-in-view",
             "constellation": {"shells": None, "geostationary": "10"}},
            r"cells\.preference = .*stay for ever.*snr-times-sine",
        ),
        (
            {"cells__assignment": "solved", "cells__order": "random"},
            r'cells\.order is not read: .*"solved" decides as a whole',
        ),
        ({"cells__order": "busiest"}, r"cells\.order = .busiest.*demand"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_a_line(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        network_scenario(**changes)
