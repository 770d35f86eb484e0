"""Planar arrays and limits on power of one satellite, against sums written out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.beams import Beams
from capest.engine.build import build
from capest.engine.downlink import downlink
from capest.engine.light import light_beams
from capest.engine.links import Links
from capest.engine.path_loss import path_loss_db, sightlines
from capest.engine.power import LoweredPower, limit_power
from capest.engine.sky import draw_sky
from capest.engine.uplink_power import hear
from capest.engine.users import Users, draw_users
from capest.engine.world import World
from capest.sampling.draws import Draws

from .small import compute, quantile, small_scenario

RADIUS_M, HEIGHT_M, BEAMS = 6_371e3, 600e3, 19


@dataclass
class Scene:
    world: World
    users: Users
    beams: Beams
    power: LoweredPower
    links: Links


def scene(trials: int = 4, **changes: Any) -> Scene:
    kernels = NumpyKernels()
    world = build(small_scenario(satellite__elevation_deg=60.0, **changes))
    draws = Draws(kernels, 3, 0, trials)
    sky, users = draw_sky(world, draws), draw_users(world, draws)
    view = world.ground.cells.view(world, sky)
    beams = light_beams(world, kernels, sky, view, users, draws)
    power = limit_power(world, kernels, sky, beams)
    return Scene(world, users, beams, power, downlink(world, kernels, sky, users, beams, power))


def bessel_j1(x: np.ndarray) -> np.ndarray:
    """J1 by its integral, (1/π) ∫ cos(τ - x sin τ) dτ from 0 to π."""
    angle = (np.arange(4000) + 0.5) * math.pi / 4000
    return np.array([np.cos(angle - each * np.sin(angle)).mean() for each in np.ravel(x)])


def array_gain(world: World, direction: np.ndarray, boresight: np.ndarray) -> np.ndarray:
    """Power of a circular array steered to boresights (2, beams), towards (3, users)."""
    ka = 2.0 * math.pi * 2e9 / 299_792_458.0 * 1.0
    x = ka * np.linalg.norm(direction[:2, :, None] - boresight[:, None], axis=0)
    factor = (2.0 * bessel_j1(x).reshape(x.shape) / np.maximum(x, 1e-12)) ** 2
    return factor * (direction[2] ** 1.3)[:, None]


def test_an_array_has_the_pattern_and_the_steering_loss_of_its_elements() -> None:
    found = scene(trials=1, satellite__antenna="array", users__per_beam=2)
    world, users, radio = found.world, found.users, found.world.radio
    layout = world.beams.layout
    ways = sightlines(world.channel, radio.carrier, users.view, None, users.surroundings, np)
    peak_db = radio.link.snr_at_no_loss_db - path_loss_db(radio.carrier, ways, np)
    gain = array_gain(world, users.view.direction, layout.grid.uv[layout.order].T)
    power = 10.0 ** (0.1 * peak_db)[:, None] * gain
    assert (found.links.serving == power.argmax(axis=1)).all()
    assert found.links.carrier == pytest.approx(power.max(axis=1), rel=2e-3)
    others = power.sum(axis=1) - power.max(axis=1)
    assert found.links.interference == pytest.approx(others, rel=5e-3)


def test_an_array_hears_as_it_sends() -> None:
    """On one carrier and at full power, uplink and downlink differ by the same for all users."""
    found = scene(satellite__antenna="array", uplink__interference="full-buffer")
    uplink = found.world.radio.uplink
    heard = hear(found.world, uplink.budget, uplink.carrier, found.links, np)
    ratio = heard.own_snr / found.links.carrier
    assert ratio == pytest.approx(float(ratio.mean()), rel=2e-3)
    far = found.users.view.direction[2] ** 1.3
    assert np.ptp(far) > 0.1


def boresight_pfd_dbw(world: World) -> np.ndarray:
    """Flux where each boresight meets the ground, 34 dBW/MHz over the sphere of its range."""
    sine = np.linalg.norm(world.beams.layout.grid.uv[world.beams.layout.order], axis=1)
    elevation = np.arccos(sine * (RADIUS_M + HEIGHT_M) / RADIUS_M)
    # Law of sines in the triangle of satellite, ground and Earth's centre.
    centre_angle = math.pi / 2.0 - elevation - np.arcsin(sine)
    range_m = (RADIUS_M + HEIGHT_M) * np.sin(centre_angle) / np.cos(elevation)
    return 34.0 - 10.0 * np.log10(4.0 * math.pi * range_m**2)


def test_beams_lay_no_more_flux_on_the_ground_than_they_may() -> None:
    free = scene()
    pfd_dbw = boresight_pfd_dbw(free.world)
    limit = float(np.sort(pfd_dbw)[BEAMS // 2])
    assert np.ptp(pfd_dbw) > 1.0
    tight = scene(satellite__pfd_limit_dbw_per_m2_mhz=limit)
    excess_db = np.maximum(pfd_dbw - limit, 0.0)
    taken_db = tight.power.reduction_db["pfd_reduction_db"].reshape(4, BEAMS)
    assert taken_db == pytest.approx(np.tile(excess_db, (4, 1)), abs=1e-5)
    same = free.links.serving == tight.links.serving
    assert same.mean() > 0.9
    own_db = excess_db[tight.links.serving[same]]
    change_db = 10.0 * np.log10(free.links.carrier[same] / tight.links.carrier[same])
    assert change_db == pytest.approx(own_db, abs=1e-4)
    assert tight.links.unlimited[same] == pytest.approx(free.links.carrier[same], rel=1e-5)


@pytest.mark.parametrize("lit", [BEAMS, 5])
def test_a_satellite_feeds_its_lit_beams_and_no_others(lit: int) -> None:
    hopping = {} if lit == BEAMS else {"beams__allocation": "random", "satellite__beams_at_once": 5}
    free = scene(**hopping)
    # 34 dBW/MHz less 30 dBi over 30 MHz is 75.4 W a beam.
    wanted_w = lit * 10.0**0.4 * 30.0
    half = scene(satellite__rf_power_w=0.5 * wanted_w, **hopping)
    assert half.links.carrier == pytest.approx(0.5 * free.links.carrier, rel=1e-5)
    assert half.links.interference == pytest.approx(0.5 * free.links.interference, rel=1e-5)
    enough = scene(satellite__rf_power_w=1.01 * wanted_w, **hopping)
    assert enough.links.carrier == pytest.approx(free.links.carrier, rel=1e-6)


def test_out_of_band_flux_at_the_centres_of_cells_keeps_its_limit() -> None:
    free = scene(trials=1, beams__frequency_reuse=3)
    world = free.world
    uv = world.beams.layout.grid.uv
    w = np.sqrt(1.0 - (uv**2).sum(axis=1))
    boresight = np.column_stack([uv, w])
    chord = np.linalg.norm(boresight[:, None] - boresight[None], axis=2)
    x = 2.0 * math.pi * 2e9 / 299_792_458.0 * chord * np.sqrt(1.0 - 0.25 * chord**2)
    pattern = (2.0 * bessel_j1(x).reshape(x.shape) / np.maximum(x, 1e-12)) ** 2
    pattern[chord < 1e-9] = 1.0
    flux = 10.0 ** (0.1 * boresight_pfd_dbw(world))
    in_layout = np.empty(BEAMS)
    in_layout[world.beams.layout.order] = flux
    highest_dbw = 10.0 * math.log10((pattern.sum(axis=1) * in_layout).max())
    limit = highest_dbw - 45.0 - 2.0
    held = scene(
        trials=1, beams__frequency_reuse=3, satellite__out_of_band_pfd_limit_dbw_per_m2_mhz=limit
    )
    assert held.power.reduction_db["out_of_band_reduction_db"] == pytest.approx(2.0, abs=0.01)
    ratio_db = 10.0 * np.log10(free.links.carrier / held.links.carrier)
    assert ratio_db == pytest.approx(2.0, abs=0.01)


def test_what_limits_take_is_told_and_no_part_of_the_loss() -> None:
    free = compute(small_scenario())
    held = compute(small_scenario(satellite__rf_power_w=300.0))
    taken = held.histograms["rf_power_reduction_db"]
    assert taken.sum() == held.histograms["sinr_db"].sum()
    loss = "coupling_loss_db"
    assert np.abs(held.histograms[loss] - free.histograms[loss]).sum() <= 0.01 * taken.sum()
    assert held.trial["throughput"].sum() < free.trial["throughput"].sum()


def test_calls_are_heard_in_the_uplink_whatever_the_downlink_may_send() -> None:
    """A satellite that sends half as much hears as well as before."""
    calls = {
        "service__downlink_kbps": 1.0, "service__uplink_kbps": 40.0, "service__guaranteed": True,
        "service__delay_budget_ms": 300.0, "handset__body_loss_db": 8.0,
    }  # fmt: skip
    free = compute(small_scenario(**calls))
    held = compute(small_scenario(satellite__rf_power_w=300.0, **calls))
    assert 0 < free.trial["calls"].sum() < free.trial["calls_offered"].sum()
    assert held.trial["calls"].sum() == pytest.approx(free.trial["calls"].sum(), rel=0.01)


def test_over_a_frame_a_satellite_feeds_the_beams_of_a_slot() -> None:
    """Five of 19 beams at a time: half of what five take leaves them 3 dB less."""
    frame = {
        **{"beams__allocation": "periodic", "beams__slots": 19, "satellite__beams_at_once": 5},
        "users__demand_mbps": 0.5,
    }
    free = compute(small_scenario(**frame))
    half = compute(small_scenario(satellite__rf_power_w=0.5 * 5 * 10.0**0.4 * 30.0, **frame))
    lost_db = quantile(free, "snr_db", 0.5) - quantile(half, "snr_db", 0.5)
    assert lost_db == pytest.approx(10.0 * math.log10(2.0), abs=0.05)
