"""Whole trials of a constellation: conservation, independence, and what they must reproduce."""

from typing import Any

import numpy as np
import pytest

from capest.backend.arguments import ConstellationDownlink
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.build.space import space_of
from capest.engine.memory import compute_block
from capest.engine.sky import epochs_s
from capest.engine.trial import compute
from capest.geo.sphere import lat_lon
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.scenario.sections import ConstellationSettings
from capest.statistics.reduction import Reduction

from ..emulate.constellation_scene import brute_force, only_trial
from .small_network import network_world

MODES: dict[str, dict[str, Any]] = {
    "earth-fixed": {},
    "satellite-fixed": {"cells__layout": "satellite-fixed", "beams__count": 37},
    "reuse 3, all cells lit": {"beams__frequency_reuse": 3, "cells__lit": "all"},
    "indoors by place": {"users__indoor_share": 0.4, "channel__environment": "by-place"},
    "equal rate": {"scheduler__policy": "equal-rate"},
    "greedy": {"cells__assignment": "greedy-demand", "satellite__beams_at_once": 2},
    "few satellites": {"constellation__deployed_fraction": 0.02},
    "no satellite in view": {"constellation__minimum_elevation_deg": 89.9},
    "stratified": {"constellation__epochs": "stratified"},
}


@pytest.mark.parametrize("mode", MODES)
def test_counts_and_totals_agree(mode: str) -> None:
    world = network_world(**MODES[mode])
    block = compute_block(world, NumpyKernels(), 0, 6)
    trial, cell, counts = block.trial, block.cell, block.histograms
    assert (trial["users"] == 100).all()
    assert (trial["served_users"] <= trial["lit_users"]).all()
    assert (trial["lit_users"] <= 100).all()
    outside = 6 * 100 - cell["cell_users"].sum()
    assert 0 <= outside < 30
    assert cell["cell_lit_users"].sum() <= trial["lit_users"].sum()
    assert cell["cell_lit_users"].sum() >= trial["lit_users"].sum() - outside
    assert (cell["cell_served_users"] <= cell["cell_lit_users"]).all()
    assert (cell["cell_lit_users"] <= cell["cell_users"]).all()
    total = cell["satellite_throughput"].sum() / 2.0**20
    assert total == pytest.approx(trial["throughput"].sum(), abs=1e-9)
    assert cell["satellite_users"].sum() == trial["lit_users"].sum()
    assert cell["satellite_beams"].sum() == trial["lit_beams"].sum()
    for name in ("sinr_db", "snr_db", "sir_db", "coupling_loss_db", "one_way_delay"):
        assert counts[name].sum() == trial["lit_users"].sum()
    assert counts["user_throughput"].sum() == 600
    assert counts["user_throughput"][0] == 600 - trial["served_users"].sum()
    assert counts["beam_throughput"].sum() == trial["lit_beams"].sum()
    if mode == "no satellite in view":
        assert trial["lit_users"].sum() == trial["throughput"].sum() == 0
    elif mode not in ("few satellites", "satellite-fixed"):
        assert trial["throughput"].min() > 0.0


def test_powers_are_those_of_brute_force() -> None:
    """All that the kernel is told of three trials, summed up pair by pair in double precision."""
    seen: list[Any] = []

    class Spy(NumpyKernels):
        def constellation_sinr(self, links: ConstellationDownlink) -> Any:
            found = super().constellation_sinr(links)
            seen.append((links, found))
            return found

    compute(network_world(users__indoor_share=0.3, beams__frequency_reuse=3), Spy(), 2, 3)
    ((links, (carrier, interference)),) = seen
    truth = [brute_force(only_trial(links, trial)) for trial in range(3)]
    true_carrier, true_interference, _ = (np.concatenate(part) for part in zip(*truth, strict=True))
    heard = true_carrier > 1e-3
    assert (np.add.reduceat(heard, links.user_start[:-1]) > 50).all()
    sinr = carrier[heard] / (1.0 + interference[heard])
    true_sinr = true_carrier[heard] / (1.0 + true_interference[heard])
    assert np.abs(10 * np.log10(sinr / true_sinr)).max() < 0.02


@pytest.mark.parametrize("reuse", [1, 3])
def test_one_satellite_is_the_study_case(reuse: int) -> None:
    """A constellation of one, its beams fixed to it, users of the inner 19 cells: cases 9 and 10.

    R1-1913224 figures 15 to 18, medians in dB; the area of 19 cells as a circle.
    """
    beams, published = {
        1: (61, {"coupling_loss_db": 125.36, "snr_db": 15.61, "sir_db": -1.06, "sinr_db": -1.16}),
        3: (127, {"coupling_loss_db": 125.36, "snr_db": 15.61, "sir_db": 8.97, "sinr_db": 8.14}),
    }[reuse]
    at = space_of(ConstellationSettings(shells="0: 1/1/0 @ 600")).positions_m(0.0)
    latitude, longitude = lat_lon((at / np.linalg.norm(at)).T)
    scenario = load_scenario(
        {
            "rules": "0.2",
            "satellite": {"preset": "tr38821-set1-leo600-s"},
            "constellation": {"shells": "0: 1/1/0 @ 600", "window_h": 1e-6},
            "region": {
                "kind": "circle",
                "latitude_deg": float(latitude[0]),
                "longitude_deg": float(longitude[0]),
                "radius_km": 91.5,
            },
            "cells": {"layout": "satellite-fixed", "lit": "all"},
            "beams": {"count": beams, "frequency_reuse": reuse},
            "channel": {"line_of_sight": "always", "elevation_lookup": "nearest"},
            "users": {"placement": "uniform", "count": 190},
        }
    )
    world = build(scenario)
    reduction = Reduction()
    for block in range(20):
        reduction.add(block, compute_block(world, NumpyKernels(), 10 * block, 10))
    for metric, median in published.items():
        assert reduction.interval(metric, "p50").value == pytest.approx(median, abs=0.1), metric


def test_epochs() -> None:
    random, even = network_world(), network_world(constellation__epochs="stratified")
    kernels = NumpyKernels()
    for world in (random, even):
        seconds = epochs_s(world.space, Draws(kernels, 3, 0, 500))
        alone = epochs_s(world.space, Draws(kernels, 3, 7, 1))
        np.testing.assert_array_equal(alone, seconds[7:8])
        assert ((seconds >= 0.0) & (seconds < 86_400.0)).all()
        counts = np.histogram(seconds, 10, (0.0, 86_400.0))[0]
        if world is random:
            assert counts.std() > 2.0
        else:
            assert np.ptp(counts) <= 2


def test_in_view_is_the_mean_over_epochs_of_the_shells() -> None:
    """Cells of one latitude against the density of sub-satellite points, in closed form."""
    from scipy.integrate import quad

    world = network_world(
        constellation__shells="55: 1200/30/1 @ 600", users__count=1,
        constellation__minimum_elevation_deg=25.0, region__kind="circle",
        region__latitude_deg=40.0, region__longitude_deg=10.0, region__radius_km=70.0,
        region__south_deg=None, region__north_deg=None, region__west_deg=None,
        region__east_deg=None, users__placement="uniform",
    )  # fmt: skip
    trials = 400
    block = compute_block(world, NumpyKernels(), 0, trials)
    found = block.cell["cell_satellites_in_view"] / trials
    radius = np.arccos(6371 / 6971 * np.cos(np.radians(25.0))) - np.radians(25.0)
    inclination = np.radians(55.0)
    for latitude_deg, mean in zip(world.ground.cells.tiling.lat_deg, found, strict=True):
        latitude = np.radians(latitude_deg)

        def share(phi: float, latitude: float = latitude) -> float:
            # Longitudes within the cap, times the density of latitudes of a circular orbit.
            c = (np.cos(radius) - np.sin(phi) * np.sin(latitude)) / (np.cos(phi) * np.cos(latitude))
            width = np.arccos(np.clip(c, -1, 1)) / np.pi
            return (
                width * np.cos(phi) / (np.pi * np.sqrt(np.sin(inclination) ** 2 - np.sin(phi) ** 2))
            )

        low, high = max(latitude - radius, -inclination), min(latitude + radius, inclination)
        expected = 1200 * quad(share, low, high, limit=200)[0]
        assert mean == pytest.approx(expected, rel=0.02)
