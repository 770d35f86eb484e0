"""How wide each phone sends, what that is worth, and what control takes of the beam."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.radio import UplinkAccess
from capest.engine.services.admission import WHOLE, capacity_of
from capest.engine.services.uplink_width import widen
from capest.physics.resource_grid import block_hz, dft_widths

from .small import compute, small_scenario
from .small_network import network_world

CALLS = {"service__preset": "video-call-480p", "users__per_beam": 30}
FREE = {**CALLS, "uplink__width": "least-share", "uplink__bandwidth_mhz": None}


def smooth(number: int) -> bool:
    for factor in (2, 3, 5):
        while number % factor == 0:
            number //= factor
    return number == 1


def test_widths_are_those_of_dft_s_ofdm():
    """TS 38.211 clause 6.3.1.4: 2^a·3^b·5^c blocks."""
    assert list(dft_widths(273)) == [n for n in range(1, 274) if smooth(n)]
    assert dft_widths(1) == (1,)
    assert (block_hz(2e9), block_hz(30e9)) == (180e3, 1.44e6)


def test_users_that_no_width_carries_are_refused():
    """Every call that is refused for its uplink fails by brute force, and no other does."""
    scenario = small_scenario(**FREE, handset__body_loss_db=9.0, uplink__interference="off")
    world = build(scenario)
    assert world.services is not None
    access = world.services.uplink.access
    found = compute(scenario, trials=10)
    by_width = [
        compute(scenario.replace(uplink__width="fixed", uplink__bandwidth_mhz=0.18 * n), trials=10)
        for n in access.widths
        if n * 0.18 <= 28.0
    ]
    alone = [block.trial["calls_refused_uplink"] for block in by_width]
    assert (found.trial["calls_refused_uplink"] <= np.min(alone, axis=0)).all()
    best = max(int(block.trial["calls"].sum()) for block in by_width)
    assert int(found.trial["calls"].sum()) >= best > 0


def test_one_width_only_is_that_of_all():
    """A most of one block leaves no choice."""
    keys = {**CALLS, "uplink__bandwidth_mhz": 0.18, "uplink__interference": "load"}
    fixed, free = (
        compute(small_scenario(**keys, uplink__width=width), trials=6)
        for width in ("fixed", "least-share")
    )
    np.testing.assert_array_equal(fixed.trial["calls"], free.trial["calls"])
    for name in fixed.histograms:
        np.testing.assert_array_equal(fixed.histograms[name], free.histograms[name])


def test_power_control_that_reaches_leaves_the_width_free():
    """Full control gives every block the same SNR: one block as good as two."""
    keys = {**FREE, "uplink__power_control": "fractional", "uplink__p0_dbm": -118.0}
    wide = compute(small_scenario(**keys, uplink__interference="off"), trials=4)
    assert wide.trial["calls"].sum() > 0
    world = build(small_scenario(**keys))
    access = world.services.uplink.access
    sinr = np.full(5, 4.0, dtype=np.float32)
    rate = np.array([0.05, 0.1, 0.3, 0.6, 1.2])
    efficiency, width = widen(
        NumpyKernels(), world.radio.link.adaptation, access, sinr, rate, np.full(5, 1e6)
    )
    assert len(set(efficiency)) == 1
    needed = rate / (float(efficiency[0]) * access.user_bandwidth_mhz)
    expected = [next(n for n in access.widths if n >= each) for each in needed]
    assert width.tolist() == expected


def test_control_takes_its_part_of_the_beam():
    access = UplinkAccess(0.1, 50, (1, 2), 0.06)
    assert capacity_of(access) == int(50 * WHOLE * 0.94)
    assert capacity_of(dataclasses.replace(access, control_share=0.0)) == 50 * WHOLE
    crowd = {**CALLS, "users__per_beam": 150, "uplink__interference": "off"}
    crowd |= {"carrier__bandwidth_mhz": 5.0, "service__downlink_kbps": 1.0}
    whole, left = (
        compute(small_scenario(**crowd, uplink__control_share=share), trials=6)
        for share in (0.0, 0.5)
    )
    assert left.trial["calls"].sum() < 0.6 * whole.trial["calls"].sum()
    assert left.trial["uplink_load"].max() <= 1.0
    assert left.trial["uplink_load"].mean() > 0.9


def test_full_buffers_lose_what_control_takes():
    turns = {"uplink__interference": "full-buffer", "users__per_beam": 12}
    whole, left = (
        compute(small_scenario(**turns, uplink__control_share=share), trials=6)
        for share in (0.0, 0.06)
    )
    ratio = left.trial["uplink_throughput"] / whole.trial["uplink_throughput"]
    np.testing.assert_allclose(ratio, 0.94, rtol=1e-6)


def test_full_buffers_have_one_width():
    turns = {"uplink__interference": "full-buffer", "uplink__width": "least-share"}
    found = small_scenario(**turns, uplink__bandwidth_mhz=None)
    assert not found.chooses_uplink_width
    assert (
        build(found).radio.uplink.access
        == build(small_scenario(**turns, uplink__bandwidth_mhz=0.36)).radio.uplink.access
    )


@pytest.mark.parametrize("more", [{}, {"beams__slots": 4}], ids=["moment", "frame"])
@pytest.mark.parametrize("interference", ["off", "load"])
def test_widths_carry_more_calls(more: dict[str, Any], interference: str):
    keys = {"handset__body_loss_db": 6.0, "uplink__interference": interference, **more}
    free = compute(small_scenario(**FREE, **keys), trials=4)
    for mhz in (0.36, 0.72, 1.44):
        fixed = small_scenario(**CALLS, **keys, uplink__bandwidth_mhz=mhz)
        assert free.trial["calls"].sum() > compute(fixed, trials=4).trial["calls"].sum()


def test_widths_of_a_constellation_settle():
    keys = {"service__preset": "video-call-480p", "users__count": 1500}
    keys |= {"handset__body_loss_db": 6.0}
    free = {"uplink__width": "least-share", "uplink__bandwidth_mhz": None}
    carried = {}
    for name, more in (("free", free), ("fixed", {"uplink__bandwidth_mhz": 0.72})):
        block = compute_block(network_world(**keys, **more), NumpyKernels(), 0, 1)
        carried[name] = int(block.trial["calls"][0])
        low, high = block.trial["calls_from_empty"][0], block.trial["calls_from_full"][0]
        assert abs(int(low) - int(high)) <= 0.01 * max(low, 1) + 2
    assert carried["free"] > carried["fixed"]


def test_idle_users_of_calls_that_come_and_go_have_their_width_too():
    keys = {**FREE, "service__activity": 0.3, "service__simulated_holding_times": 3}
    keys |= {"handset__body_loss_db": 6.0, "uplink__interference": "off"}
    found = compute(small_scenario(**keys), trials=4)
    fixed = small_scenario(**keys | {"uplink__width": "fixed", "uplink__bandwidth_mhz": 0.18})
    # In one block each, as of who has nothing to carry, nobody could call.
    assert compute(fixed, trials=4).trial["call_attempts"].sum() == 0
    assert found.trial["call_attempts"].sum() > 500


@pytest.mark.parametrize("rate_mbps", [0.02, 0.3, 0.6, 0.66, 4.0])
def test_calls_that_are_alike_get_the_widths_of_any_others(rate_mbps: float):
    """One table of the least SINR of each width tells what trying every width tells."""
    world = build(small_scenario(**FREE))
    access, adaptation = world.services.uplink.access, world.radio.link.adaptation
    steps = adaptation.rate_table[:, 0]
    edges = np.outer(steps, access.widths).ravel().astype(np.float32)
    around = [edges, np.nextafter(edges, np.float32(0)), np.nextafter(edges, np.float32(np.inf))]
    drawn = 10.0 ** np.random.default_rng(5).uniform(-3.0, 4.0, 20_000)
    sinr = np.concatenate([*around, drawn.astype(np.float32), np.zeros(3, dtype=np.float32)])
    rates = np.full(len(sinr), rate_mbps)
    rates[::7] = 0.0
    most = np.where(np.arange(len(sinr)) % 5, 1.0, 0.7)
    alike = widen(NumpyKernels(), adaptation, access, sinr, rates, None, most)
    tried = widen(NumpyKernels(), adaptation, access, sinr, rates, np.ones(len(sinr)), most)
    np.testing.assert_array_equal(alike[1], tried[1])
    np.testing.assert_array_equal(alike[0], tried[0])
    if rate_mbps in (0.3, 0.6):
        assert len(np.unique(alike[1])) > 3
