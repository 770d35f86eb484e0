"""Shells with payloads of their own: against sums written out in double precision."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.beams import Beams
from capest.engine.build import build
from capest.engine.downlink import downlink
from capest.engine.light import light_beams
from capest.engine.links import Links
from capest.engine.memory import compute_block
from capest.engine.power import LoweredPower, limit_power
from capest.engine.satellite_turns import light_in_turn
from capest.engine.sky import Sky, draw_sky
from capest.engine.uplink_of_many import senders_to_many
from capest.engine.users import Users, draw_users
from capest.engine.world import World
from capest.sampling.draws import Draws
from capest.scenario.model import Scenario

from ..backend.conftest import host_kernels, native_kernels  # noqa: F401
from .small_network import network_scenario
from .test_one_payload import bessel_j1

ONE, TWO = "60: 200/10/1 @ 600", "50: 40/4/1 @ 1200"
OTHER = {
    "orbit": TWO,
    **{"eirp_density_dbw_per_mhz": 40.0, "antenna_gain_dbi": 33.0, "antenna_diameter_m": 3.0},
    **{"hpbw_deg": 2.9, "g_over_t_db_per_k": 4.1, "beams_at_once": 5},
}
CLEAR = {"channel__line_of_sight": "always", "channel__shadow_fading": False}


def two_shells(second: dict[str, Any], **changes: Any) -> Scenario:
    tables = [{"orbit": ONE}, {"orbit": TWO, **second}]
    shells = {"constellation__shells": None, "constellation__shell": tables}
    return network_scenario(**shells, users__count=300, **changes)


@dataclass(frozen=True)
class Scene:
    world: World
    sky: Sky
    users: Users
    beams: Beams
    power: LoweredPower
    links: Links


def scene(kernels: NumpyKernels, scenario: Scenario, trials: int = 2) -> Scene:
    world = build(scenario)
    draws = Draws(kernels, 3, 0, trials)
    sky, users = draw_sky(world, draws), draw_users(world, draws)
    view = world.ground.cells.view(world, sky)
    beams = light_beams(world, kernels, sky, view, users, draws)
    power = limit_power(world, kernels, sky, beams)
    links = downlink(world, kernels, sky, users, beams, power)
    return Scene(world, sky, users, beams, power, links)


@cache
def exact_table() -> tuple[np.ndarray, np.ndarray]:
    """Airy pattern by its integral, close enough together for linear interpolation."""
    x = np.linspace(0.0, 80.0, 8001)
    values = (2.0 * bessel_j1(x) / np.maximum(x, 1e-12)) ** 2
    values[0] = 1.0
    return x, values


def is_upper(found: Scene) -> np.ndarray:
    """Satellites of the second shell, which flies twice as high."""
    return np.linalg.norm(found.sky.position_m, axis=1) > 6_371e3 + 900e3


def received(found: Scene) -> tuple[np.ndarray, np.ndarray]:
    """Power over that at 1 m and the peak, (users, beams): zero below the horizon or elsewhere.

    The clear sky's loss is read from the table as the kernels do; the rest is geometry.
    """
    world, sky, users, beams = found.world, found.sky, found.users, found.beams
    satellite = beams.satellite
    offset = users.position_m[:, :, None] - sky.position_m.T[:, None, :]
    range_m = np.linalg.norm(offset, axis=0)
    up = users.position_m / np.linalg.norm(users.position_m, axis=0)
    sine = -(offset * up[:, :, None]).sum(axis=0) / range_m
    direction = offset / range_m
    cells = world.ground.cells.centre_unit[beams.cells_aimed_at] * 6_371e3
    aim = cells - sky.position_m[satellite]
    aim /= np.linalg.norm(aim, axis=1)[:, None]
    chord = np.linalg.norm(direction[:, :, satellite] - aim.T[:, None, :], axis=0)
    diameter_m = np.where(is_upper(found), 3.0, 2.0)[satellite]
    ka = math.pi * diameter_m * 2e9 / 299_792_458.0
    pattern = np.interp(ka * chord * np.sqrt(1.0 - 0.25 * chord**2), *exact_table())
    entry = np.rint(np.clip(sine, 0.0, 1.0) * (world.radio.sky.shape[1] - 1)).astype(int)
    clear = world.radio.sky[0][entry, 4]
    way = np.where(sine >= 0.0, np.exp(-clear) / range_m**2, 0.0)
    trial = np.searchsorted(beams.start, np.arange(len(beams)), side="right") - 1
    same = users.trial[:, None] == trial[None]
    return way[:, satellite] * pattern * same, trial


def own_beam(found: Scene) -> np.ndarray:
    serving = found.links.serving
    return np.where(serving >= 0, serving + found.beams.start[found.users.trial], -1)


@pytest.mark.parametrize("reuse", [1, 3])
def test_two_payloads_against_sums_written_out(
    host_kernels: NumpyKernels,  # noqa: F811
    reuse: int,
) -> None:
    found = scene(host_kernels, two_shells(OTHER, beams__frequency_reuse=reuse, **CLEAR))
    power, _ = received(found)
    eirp = np.where(is_upper(found), 10.0**0.6, 1.0)[found.beams.satellite]
    power = power * eirp * found.world.radio.gain_at_one_metre
    own = own_beam(found)
    there = np.flatnonzero(own >= 0)
    assert 20 < is_upper(found)[found.beams.satellite[own[there]]].sum() < len(there) - 20
    colour = found.world.ground.colour[found.beams.cells_aimed_at]
    carrier = power[there, own[there]]
    alike = colour[None] == colour[own[there]][:, None]
    others = (power[there] * alike).sum(axis=1) - carrier
    # In a null of the pattern the kernels' table is 40 dB under the peak and less exact.
    np.testing.assert_allclose(found.links.carrier[there], carrier, rtol=2e-3, atol=1e-4)
    sinr_db = 10.0 * np.log10(carrier / (1.0 + others))
    found_db = 10.0 * np.log10(
        found.links.carrier[there] / (1.0 + found.links.interference[there].astype(float))
    )
    heard = carrier > 0.05
    assert heard.mean() > 0.9
    np.testing.assert_allclose(found_db[heard], sinr_db[heard], atol=0.02)
    # What the way takes does not depend on what is sent.
    np.testing.assert_allclose(
        found.links.unlimited[there], carrier / eirp[own[there]], rtol=2e-3, atol=1e-4
    )


def test_beams_of_two_payloads_hear_the_users_of_all(
    host_kernels: NumpyKernels,  # noqa: F811
) -> None:
    calls = {"service__preset": "video-call-480p", "uplink__bandwidth_mhz": 0.72}
    found = scene(host_kernels, two_shells(OTHER, **calls, **CLEAR), trials=1)
    senders = senders_to_many(
        found.world, found.world.services.uplink, found.sky, found.users, found.beams,
        found.power, found.links, np,
    )  # fmt: skip
    # 23 dBm, 0 dBi and 1.1 dB/K in 0.72 MHz, over 1 m at 2 GHz; 3 dB better above.
    loss_db = 20.0 * math.log10(4.0 * math.pi * 2e9 / 299_792_458.0)
    strength_db = 23.0 - 30.0 + 1.1 + 228.6 - 10.0 * math.log10(0.72e6) - loss_db
    better_db = np.where(is_upper(found), 3.0, 0.0)[found.beams.satellite]
    power, _ = received(found)
    power = power * 10.0 ** (0.1 * (strength_db + better_db))
    own = own_beam(found)
    sending = np.where(own >= 0, 0.1, 0.0)
    power[np.arange(len(own)), own] = np.where(own >= 0, 0.0, power[np.arange(len(own)), own])
    expected = (sending[:, None] * power).sum(axis=0)
    heard = senders.hear(host_kernels, sending[None])[0]
    np.testing.assert_allclose(
        10.0 * np.log10(1.0 + heard), 10.0 * np.log10(1.0 + expected), atol=0.02
    )
    assert expected[is_upper(found)[found.beams.satellite]].max() > 0.1


def test_equal_payloads_are_shells_to_the_last_bit() -> None:
    same = {"eirp_density_dbw_per_mhz": 34.0, "beams_at_once": 12, "antenna_diameter_m": 2.0}
    tables = compute_block(build(two_shells(same)), NumpyKernels(), 0, 3)
    text = compute_block(build(network_scenario(users__count=300)), NumpyKernels(), 0, 3)
    for group in ("trial", "histograms", "trial_cell"):
        ours, theirs = getattr(tables, group), getattr(text, group)
        assert ours.keys() == theirs.keys()
        for name, values in theirs.items():
            np.testing.assert_array_equal(ours[name], values, err_msg=name)


@pytest.mark.parametrize(
    "assignment", ["highest-elevation", "max-sinr", "least-loaded", "greedy-demand", "solved"]
)
def test_each_shell_lights_as_many_beams_as_it_may(assignment: str) -> None:
    if assignment == "solved":
        pytest.importorskip("scipy")
    found = scene(NumpyKernels(), two_shells(OTHER, cells__assignment=assignment, cells__lit="all"))
    lit = np.bincount(found.beams.satellite, minlength=len(found.sky))
    assert lit[is_upper(found)].max() == 5
    assert lit[~is_upper(found)].max() == 12


def test_each_shell_keeps_its_own_limit_of_power() -> None:
    # 33 dBW/MHz less 33 dBi over 30 MHz is 150 W a beam: 5 of them would take 752 W.
    found = scene(NumpyKernels(), two_shells(OTHER | {"rf_power_w": 200.0}, cells__lit="all"))
    beam_w = np.where(is_upper(found), 10.0**0.7 * 30.0, 10.0**0.4 * 30.0)
    used_w = np.bincount(
        found.beams.satellite,
        found.power.factor(found.beams) * beam_w[found.beams.satellite],
        minlength=len(found.sky),
    )
    assert used_w[is_upper(found)].max() == pytest.approx(200.0, rel=1e-5)
    assert used_w[~is_upper(found)].max() == pytest.approx(12 * 10.0**0.4 * 30.0, rel=1e-5)


def test_frames_light_as_many_of_each_shell_at_a_time() -> None:
    frame = {"beams__allocation": "periodic", "beams__slots": 12, "users__demand_mbps": 1.0}
    kernels, scenario = NumpyKernels(), two_shells(OTHER | {"beams_at_once": 2}, **frame)
    found = scene(kernels, scenario.replace(cells__lit="all"))
    held = np.bincount(found.beams.satellite, minlength=len(found.sky))
    # Four cells for each beam.
    assert (held[is_upper(found)].max(), held[~is_upper(found)].max()) == (8, 48)
    draws = Draws(kernels, 3, 0, 2)
    lit = light_in_turn(found.world, draws, found.sky, found.beams, 12)
    most = np.where(is_upper(found), 2, 12)
    for slot in lit:
        now = np.bincount(found.beams.satellite, slot, minlength=len(found.sky))
        np.testing.assert_array_equal(now, np.minimum(held, most))


@pytest.mark.parametrize("allocation", ["proportional", "interference-aware"])
def test_plans_for_demand_know_the_beams_of_each_shell(allocation: str) -> None:
    frame = {"beams__allocation": allocation, "beams__slots": 12, "users__demand_mbps": 1.0}
    block = compute_block(
        build(two_shells(OTHER | {"beams_at_once": 2}, **frame)), NumpyKernels(), 0, 2
    )
    assert (block.trial["served_users"] > 0).all()


def test_calls_are_carried_by_both_shells_in_the_whole_chain() -> None:
    """Better receivers above carry no fewer calls, with the interference of the uplink."""
    calls = {"service__preset": "video-call-480p", "cells__assignment": "max-sinr"}
    deaf = {**OTHER, "g_over_t_db_per_k": -20.0}
    few, more = (
        compute_block(build(two_shells(each, **calls)), NumpyKernels(), 0, 3)
        for each in (deaf, OTHER)
    )
    assert 0 < few.trial["calls"].sum() < more.trial["calls"].sum()
