"""Block errors: what sending blocks again takes of rates, time and delay, and doing without it."""

from __future__ import annotations

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.radio import Link
from capest.engine.services.admission import DELAY, DOWNLINK
from capest.errors import ScenarioError
from capest.physics.constants import SPEED_OF_LIGHT_M_PER_S
from capest.physics.geometry import slant_range_m
from capest.physics.harq import RATE_FACTOR, HarqProcesses, threshold_shift_db
from capest.scenario.load import load_scenario

from .small import compute, small_scenario
from .small_network import network_world

LEO_1200 = {"satellite__preset": "tr38821-set1-leo1200-s"}


def link_of(**changes: object) -> Link:
    return build(small_scenario(**changes)).radio.link


def test_rates_are_those_of_blocks_that_are_sent_until_they_arrive():
    """A link with one process after the other: events, not a formula."""
    rng = np.random.default_rng(20260801)
    arrived = sent = 0
    for _ in range(400_000):
        sent += 1
        tries = 1
        # After the third transmission a block counts: one in a thousand is lost, as calls allow.
        while rng.random() < 0.1 and tries < 3:
            sent, tries = sent + 1, tries + 1
        arrived += 1
    assert arrived / sent == pytest.approx(RATE_FACTOR, abs=4e-4)
    assert pytest.approx(1 / 1.11) == RATE_FACTOR


def test_with_harq_rates_of_both_directions_are_charged():
    keys = {"uplink__interference": "full-buffer", "users__per_beam": 12}
    whole, charged = (
        compute(small_scenario(**keys, link__harq=harq)) for harq in ("uncharged", "on")
    )
    for name in ("throughput", "uplink_throughput"):
        np.testing.assert_allclose(charged.trial[name], whole.trial[name] / 1.11, rtol=1e-6)
    for name in ("sinr_db", "spectral_efficiency"):
        np.testing.assert_array_equal(charged.histograms[name], whole.histograms[name])


def test_with_harq_best_effort_and_frames_are_charged():
    mix = {"service__mix": "voice 10%, best-effort 90%", "users__per_beam": 30}
    for more in ({}, {"beams__slots": 4, "users__demand_mbps": 1000.0}):
        whole, charged = (
            compute(small_scenario(**mix, **more, link__harq=harq), trials=4)
            for harq in ("uncharged", "on")
        )
        ratio = charged.trial["best_effort_throughput"] / whole.trial["best_effort_throughput"]
        # Calls take more of the time, and leave less.
        assert (ratio < 1 / 1.11 + 1e-9).all()
        assert (ratio > 0.88).all()


def test_without_harq_steps_keep_the_error_rate_of_the_service():
    """0.5 dB a decade from 10 % on: 1 dB for a video call, 0.5 dB for voice (5QI 2 and 1)."""
    table = link_of().adaptation.rate_table
    for preset, shift_db in (("video-call-480p", 1.0), ("voice", 0.5)):
        off = link_of(link__harq="off", service__preset=preset)
        moved_db = 10.0 * np.log10(off.adaptation.rate_table[:, 0] / table[:, 0])
        np.testing.assert_allclose(moved_db, shift_db, atol=1e-5)
        np.testing.assert_array_equal(off.adaptation.rate_table[:, 1], table[:, 1])
        assert off.bandwidth_mhz == link_of().bandwidth_mhz
        assert off.processes is None
    mixed = link_of(link__harq="off", service__mix="voice 50%, video-call-480p 50%")
    np.testing.assert_allclose(mixed.adaptation.rate_table[:, 0] / table[:, 0], 10**0.1, rtol=1e-5)
    assert threshold_shift_db(0.3) == 0.0


@pytest.mark.parametrize(
    ("height_km", "number", "expected"),
    [(600.0, 32, 1.0), (600.0, 16, 0.50), (1200.0, 32, 0.67), (1200.0, 16, 0.33)],
)
def test_share_of_one_users_time(height_km: float, number: int, expected: float):
    """Blocks of a slot, one after the other, each with a process that is taken for a round trip."""
    range_m = slant_range_m(height_km * 1e3, 10.0)
    way_ms = 1e3 * 2 * range_m / SPEED_OF_LIGHT_M_PER_S
    found = float(HarqProcesses(number, 0, True).largest_share(range_m, range_m, np))
    assert found == pytest.approx(expected, abs=0.005)
    free_at = np.zeros(number)
    blocks, slots = 0, 20_000
    for slot in range(slots):
        process = int(free_at.argmin())
        if free_at[process] <= slot:
            # There and back, and three slots at each end.
            free_at[process] = slot + 2 * way_ms + 6.0
            blocks += 1
    assert blocks / slots == pytest.approx(found, rel=0.04)
    assert blocks / slots <= found + 1e-3


def test_a_regenerative_payload_answers_itself():
    near, far = (HarqProcesses(16, 0, each).largest_share(1e6, 2e6, np) for each in (False, True))
    assert near == 1.0
    assert far == pytest.approx(16 / (2e3 * 3e6 / SPEED_OF_LIGHT_M_PER_S + 6))


def test_processes_bound_users_that_are_alone():
    keys = {**LEO_1200, "users__per_beam": 1, "uplink__interference": "full-buffer"}
    free = compute(small_scenario(**keys))
    few = small_scenario(**keys, link__harq="on", link__harq_processes=8)
    found = compute(few)
    ratio = found.trial["throughput"] / free.trial["throughput"] * 1.11
    # Almost straight above: 1,200 km and 3,131 km to the gateway.
    straight = 8 / (2e3 * (1.2e6 + slant_range_m(1.2e6, 10.0)) / SPEED_OF_LIGHT_M_PER_S + 6)
    np.testing.assert_allclose(ratio, straight, rtol=0.01)
    up = found.trial["uplink_throughput"] / free.trial["uplink_throughput"] * 1.11
    np.testing.assert_allclose(up, straight, rtol=0.01)
    # Of what users have the beams have the sum.
    best = compute(few.replace(scheduler__policy="max-ci"))
    np.testing.assert_allclose(best.trial["throughput"], found.trial["throughput"], rtol=1e-6)


def test_processes_bound_what_a_frame_serves():
    keys = {**LEO_1200, "users__per_beam": 1, "users__demand_mbps": 1000.0, "beams__slots": 4}
    free = compute(small_scenario(**keys), trials=6)
    found = compute(small_scenario(**keys, link__harq="on", link__harq_processes=8), trials=6)
    ratio = found.trial["throughput"] / free.trial["throughput"] * 1.11
    straight = 8 / (2e3 * (1.2e6 + slant_range_m(1.2e6, 10.0)) / SPEED_OF_LIGHT_M_PER_S + 6)
    np.testing.assert_allclose(ratio, straight, rtol=0.01)


def test_processes_refuse_calls_that_need_more_of_the_time():
    keys = {**LEO_1200, "service__downlink_kbps": 10_000.0, "service__uplink_kbps": 10.0}
    keys |= {"service__delay_budget_ms": 500.0, "service__guaranteed": True, "users__per_beam": 1}
    carried = [
        compute(small_scenario(**keys, link__harq="on", link__harq_processes=each)).trial["calls"]
        for each in (32, 8)
    ]
    assert carried[0].sum() > 100
    assert carried[1].sum() == 0


def test_a_constellation_is_charged_too():
    keys = {"service__preset": "video-call-480p", "users__count": 1500}
    keys |= {"carrier__bandwidth_mhz": 5.0, "uplink__bandwidth_mhz": 0.72}
    blocks = [
        compute_block(network_world(**keys, link__harq=harq), NumpyKernels(), 0, 1)
        for harq in ("uncharged", "on", "off")
    ]
    carried = [int(block.trial["calls"][0]) for block in blocks]
    assert carried[1] < carried[0]
    assert carried[2] < carried[0]


def test_delay_has_a_round_trip_only_with_harq():
    keys = {"service__preset": "voice", "service__delay_budget_ms": 50.0}
    refused = [
        compute(small_scenario(**keys, link__harq=harq)).trial["calls_refused_delay"].sum()
        for harq in ("on", "off", "uncharged")
    ]
    assert refused[0] == refused[2] > 0
    assert refused[1] == 0
    assert DELAY < DOWNLINK  # the first reason that applies


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"satellite.preset": "tr38821-set1-leo600-s"}, "on"),
        ({"satellite.preset": "tr38821-set1-geo-s"}, "off"),
        ({"satellite.preset": "tr38821-set1-leo600-s", "satellite.altitude_km": 2000.0}, "off"),
        ({"constellation.shells": "60: 40/5/1 @ 1200"}, "on"),
        ({"constellation.shells": "60: 40/5/1 @ 1200, 60: 40/5/1 @ 8000"}, "off"),
        ({"constellation.shells": "60: 40/5/1 @ 1200", "constellation.geostationary": "10"}, "off"),
        ({"constellation.shell": [{"orbit": "60: 40/5/1 @ 1200"}]}, "on"),
        ({"constellation.shell": [{"orbit": "60: 40/5/1 @ 8000"}]}, "off"),
        (
            {"constellation.shell": [{"orbit": "60: 40/5/1 @ 1200"}, {"geostationary": "10"}]},
            "off",
        ),
        ({"link.adaptation": "truncated-shannon"}, "uncharged"),
        ({"link.harq_round_trips": 0}, "off"),
        ({"link.harq_round_trips": 2}, "on"),
        ({"rules": "0.2"}, "uncharged"),
    ],
)
def test_height_decides_where_nobody_does(keys: dict[str, object], expected: str):
    base = {"rules": "0.3", "satellite.preset": "tr38821-set1-leo600-s"}
    if any(key.startswith("constellation") for key in keys):
        base |= {"region.kind": "country", "region.country": "CH"}
        base |= {"users.placement": "uniform", "users.count": 5}
    raw: dict[str, object] = {}
    for key, value in (base | keys).items():
        section, _, name = key.rpartition(".")
        if section:
            raw.setdefault(section, {})[name] = value  # type: ignore[index]
        else:
            raw[name] = value
    assert load_scenario(raw).harq == expected


@pytest.mark.parametrize("harq", ["on", "off"])
def test_truncated_shannon_is_fitted_to_throughput(harq: str):
    with pytest.raises(ScenarioError, match=r"link.harq.*0.6 of TR 36.942 is fitted"):
        small_scenario(link__adaptation="truncated-shannon", link__harq=harq)
    found = link_of(link__adaptation="truncated-shannon", rules="0.3")
    assert found.bandwidth_mhz == pytest.approx(30.0 * 0.75)


@pytest.mark.parametrize(("harq", "trips"), [("on", 0), ("off", 1)])
def test_round_trips_that_do_not_fit(harq: str, trips: int):
    with pytest.raises(ScenarioError, match=r"link.harq_round_trips = .: must be"):
        small_scenario(service__preset="voice", link__harq=harq, link__harq_round_trips=trips)
