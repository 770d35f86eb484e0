"""Calls of whole trials: what must hold whatever the scenario, and closed forms."""

import math

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.build.services import (
    DOWNLINK_ONLY_NOTE,
    NOISE_ONLY_NOTE,
)
from capest.engine.memory import compute_block
from capest.statistics.quantities import calls_of_service
from capest.statistics.refusals import REFUSAL_REASONS

from .small import assert_same_bits, compute, quantile, small_scenario

MIX = "video-call-480p 30%, voice 50%, best-effort 20%"

COME_AND_GO = {
    "service__preset": "voice", "service__activity": 0.4, "service__downlink_kbps": 1000.0,
    "service__uplink_kbps": 0.0, "service__simulated_holding_times": 40,
}  # fmt: skip
MODES = {
    "come and go": {**COME_AND_GO, "users__per_beam": 30},
    "video calls": {"service__preset": "video-call-720p", "users__per_beam": 40},
    "a mix, both links": {
        "service__mix": MIX, "uplink__interference": "full-buffer", "users__per_beam": 40,
    },
    "hopping": {
        "service__preset": "video-call-480p", "users__per_beam": 60,
        "beams__allocation": "random", "satellite__beams_at_once": 6,
    },
    "half of them ask, in any order": {
        "service__preset": "live-streaming", "service__activity": 0.5,
        "scheduler__admission": "random", "users__per_beam": 40,
    },
}  # fmt: skip


@pytest.mark.parametrize("mode", MODES)
def test_every_call_is_carried_or_refused_for_one_reason(mode):
    block = compute(small_scenario(**MODES[mode]))
    trial, beam = block.trial, block.trial_cell
    refused = sum(trial[f"calls_refused_{reason}"] for reason in REFUSAL_REASONS)
    np.testing.assert_array_equal(trial["calls_refused"], refused)
    np.testing.assert_array_equal(trial["calls"] + refused, trial["calls_offered"])
    np.testing.assert_array_equal(trial["calls"], beam["cell_calls"][:, :7].sum(axis=1))
    np.testing.assert_array_equal(
        trial["calls_offered"], beam["cell_calls_offered"][:, :7].sum(axis=1)
    )
    for reason in REFUSAL_REASONS:
        of_cells = block.cell[f"cell_calls_refused_{reason}"]
        assert of_cells[:7].sum() == trial[f"calls_refused_{reason}"].sum()
    of_reasons = (block.cell[f"cell_calls_refused_{reason}"] for reason in REFUSAL_REASONS)
    everywhere = sum(of_reasons) + beam["cell_calls"].sum(axis=0)
    np.testing.assert_array_equal(everywhere, beam["cell_calls_offered"].sum(axis=0))
    assert (beam["cell_calls_offered"] <= beam["cell_users"]).all()
    assert trial["calls"].sum() > 0
    assert refused.sum() > 0
    assert block.histograms["calls"].sum() == 40
    if "beams__allocation" in MODES[mode]:
        assert (beam["cell_calls"][beam["cell_lit"] == 0] == 0).all()
        assert (trial["calls_refused_beam"] > 0).any()


@pytest.mark.parametrize("mode", MODES)
def test_slices_change_no_call(mode):
    scenario = small_scenario(**MODES[mode])
    assert_same_bits(compute(scenario), compute(scenario, slice_trials=7))


def test_a_service_leaves_everything_else_as_it_was():
    without, among = compute(small_scenario()), compute(small_scenario(service__mix=MIX))
    for group in ("trial", "trial_cell", "histograms"):
        for name, values in getattr(without, group).items():
            np.testing.assert_array_equal(getattr(among, group)[name], values)


def test_the_most_efficient_first_carries_no_fewer_calls():
    # One service: the calls of a beam then differ in what they cost only.
    changes = {"service__preset": "video-call-480p", "users__per_beam": 60}
    # The uplink is no limit.
    changes |= {"satellite__g_over_t_db_per_k": 30.0, "uplink__interference": "off"}
    best, random = (
        compute(small_scenario(**changes, scheduler__admission=order)).trial_cell["cell_calls"]
        for order in ("efficient", "random")
    )
    assert (best >= random).all()
    assert best.sum() > random.sum()


def test_one_user_per_beam_has_the_whole_beam():
    """A call fits exactly where efficiency times bandwidth is its rate or more."""
    scenario = small_scenario(
        service__preset="video-call-720p", service__uplink_kbps=0.0, users__per_beam=1,
        service__downlink_kbps=9000.0,
    )  # fmt: skip
    world = build(scenario)
    beam = compute_block(world, NumpyKernels(), 0, 40).trial_cell
    alone = beam["cell_users"] == 1
    rate_mbps = beam["cell_spectral_efficiency"] * world.radio.link.bandwidth_mhz
    expected = np.where(np.isnan(rate_mbps), 0.0, rate_mbps) >= 9.0
    np.testing.assert_array_equal(beam["cell_calls"][alone] == 1, expected[alone])
    assert 0.1 < expected[alone].mean() < 0.9


def test_services_of_a_mix_add_up_to_all_calls():
    both = compute(small_scenario(service__mix=MIX, users__per_beam=60)).trial
    names = [calls_of_service(preset) for preset in ("video-call-480p", "voice")]
    for k, whole in enumerate(("calls", "calls_offered")):
        np.testing.assert_array_equal(sum(both[name[k]] for name in names), both[whole])
        assert all(both[name[k]].sum() > 0 for name in names)
    # Of 80 % that call, three eighths ask for video.
    video, offered = both["calls_offered_video_call_480p"].sum(), both["calls_offered"].sum()
    assert video / offered == pytest.approx(0.375, abs=4 * math.sqrt(0.2344 / offered))
    only = compute(small_scenario(service__mix="voice 100%, message 0%", users__per_beam=60)).trial
    np.testing.assert_array_equal(only["calls_voice"], only["calls"])
    assert not only["calls_offered_message"].any()


def test_alike_users_fill_the_beam():
    """Free space, one beam, users at its centre: calls are the beam's rate over the call's rate."""
    scenario = small_scenario(
        service__preset="voice", service__downlink_kbps=1234.0, service__uplink_kbps=0.0,
        beams__count=1, beams__statistics_count=1, beams__spacing_uv=1e-4, users__per_beam=300,
        channel__line_of_sight="always", channel__shadow_fading=False,
    )  # fmt: skip
    world = build(scenario)
    block = compute_block(world, NumpyKernels(), 0, 2)
    efficiency = block.trial_cell["cell_spectral_efficiency"][0, 0]
    calls = math.floor(float(efficiency) * world.radio.link.bandwidth_mhz / 1.234)
    assert block.trial["calls"].tolist() == [calls, calls]
    assert block.trial["calls_refused_bandwidth"].tolist() == [300 - calls] * 2


def test_users_at_once_limit_the_uplink():
    """Calls that take 0.9 of a place each: 80 places of 0.36 MHz in 30 MHz hold 88 of them."""
    scenario = small_scenario(
        service__preset="voice", service__downlink_kbps=0.0, users__per_beam=120,
        beams__count=1, beams__statistics_count=1, beams__spacing_uv=1e-4,
        uplink__interference="full-buffer",
        channel__line_of_sight="always", channel__shadow_fading=False,
    )  # fmt: skip
    access = build(scenario).services.uplink.access
    assert access.users_at_once == 80
    efficiency = compute(scenario, trials=1).trial_cell["cell_uplink_spectral_efficiency"][0, 0]
    rate_kbps = 0.9 * float(efficiency) * access.user_bandwidth_mhz * 1e3
    block = compute(scenario.replace(service__uplink_kbps=rate_kbps), trials=2)
    assert block.trial["calls"].tolist() == [88, 88]
    assert block.trial["calls_refused_bandwidth"].tolist() == [32, 32]


def test_one_carrier_for_both_links_is_no_special_case():
    """The uplink's own budget, asked for by an aperture that is wider by nothing to speak of."""
    same = small_scenario(service__preset="video-call-480p", users__per_beam=40)
    apart = same.replace(satellite__uplink_antenna_diameter_m=2.0 * (1.0 + 1e-9))
    one, other = compute(same).trial, compute(apart).trial
    assert one["calls_refused_uplink"].sum() > 50
    for name in ("calls", "calls_refused_uplink", "calls_refused_bandwidth"):
        assert np.abs(one[name] - other[name]).sum() <= 1


def test_interference_in_the_uplink_refuses_calls():
    changes = {"service__preset": "video-call-480p"}
    off, load, full = (
        int(compute(small_scenario(**changes, uplink__interference=each)).trial["calls"].sum())
        for each in ("off", "load", "full-buffer")
    )
    assert off > load > full > 0
    default = compute(small_scenario(**changes)).trial
    assert default["calls"].sum() == load


def test_shares_of_a_mix_are_those_of_the_users():
    block = compute(small_scenario(service__mix="voice 30%, best-effort 70%", users__per_beam=40))
    users, calls = (block.trial[name].sum() for name in ("users", "calls_offered"))
    assert calls / users == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / users))


@pytest.mark.parametrize(
    ("payload", "again_ms"), [("transparent", 2.0014 + 6.4434), ("regenerative", 2.0014)]
)
def test_delay_of_packets_under_the_satellite(payload, again_ms):
    # Straight down 600 km and a feeder link of 1,932 km (10 degrees, TR 38.821); 4 ms to send.
    scenario = small_scenario(
        service__preset="voice", satellite__payload=payload,
        beams__count=1, beams__statistics_count=1, beams__spacing_uv=1e-3,
    )  # fmt: skip
    once_ms = 2.0014 + 6.4434 + 4.0 + 20.0
    expected_ms = once_ms + 2.0 * (again_ms + 4.0)
    found = quantile(compute(scenario), "packet_delay", 0.5)
    assert found == pytest.approx(expected_ms, rel=0.002)


def test_delay_over_the_budget_refuses():
    # 8.4 ms to the gateway, 4 ms a transmission, 20 ms of core: 57 ms with a round trip more.
    slow = compute(small_scenario(service__preset="voice", service__delay_budget_ms=50.0))
    assert (slow.trial["calls"] == 0).all()
    np.testing.assert_array_equal(slow.trial["calls_refused_delay"], slow.trial["calls_offered"])
    fast = compute(
        small_scenario(
            service__preset="voice", service__delay_budget_ms=50.0, link__harq_round_trips=0
        )
    )
    assert (fast.trial["calls_refused_delay"] == 0).all()


def test_without_a_figure_of_the_uplink_the_downlink_decides():
    lacking = small_scenario(
        service__preset="video-call-1080p", satellite__g_over_t_db_per_k=None, users__per_beam=40
    )
    assert build(lacking).notes == (DOWNLINK_ONLY_NOTE,)
    whole = lacking.replace(satellite__g_over_t_db_per_k=1.1)
    assert build(whole).notes == ()
    assert build(whole.replace(uplink__interference="full-buffer")).notes == ()
    assert build(whole.replace(uplink__interference="off")).notes == (NOISE_ONLY_NOTE,)
    trial = compute(lacking).trial
    assert (trial["calls_refused_uplink"] == 0).all()
    assert trial["calls_refused_bandwidth"].sum() > 0


@pytest.mark.parametrize(("holding_times", "trials"), [(40, 40), (1, 1600)])
def test_alike_users_of_a_trial_are_blocked_as_engset_says(holding_times, trials):
    """One beam of free space: every call takes the same, so a beam is a group of servers.

    Counted for one holding time only, a beam that has not filled before would show.
    """
    users = 60
    scenario = small_scenario(
        **COME_AND_GO, users__per_beam=users,
        beams__count=1, beams__statistics_count=1, beams__spacing_uv=1e-4,
        channel__line_of_sight="always", channel__shadow_fading=False,
    ).replace(
        service__downlink_kbps=5000.0, service__simulated_holding_times=holding_times
    )  # fmt: skip
    world = build(scenario)
    block = compute_block(world, NumpyKernels(), 0, trials)
    efficiency = float(block.trial_cell["cell_spectral_efficiency"][0, 0])
    servers = math.floor(efficiency * world.radio.link.bandwidth_mhz / 5.0)
    assert 10 < servers < 25
    load = 0.4 / 0.6
    states = [math.comb(users - 1, n) * load**n for n in range(servers + 1)]
    asked, blocked = block.trial["call_attempts"], block.trial["calls_blocked"]
    share = blocked.sum() / asked.sum()
    error = math.sqrt(((blocked - share * asked) ** 2).sum()) / asked.sum()
    assert share == pytest.approx(states[servers] / sum(states), abs=4 * error)
    assert error < 0.01


def test_who_has_no_link_is_not_blocked():
    block = compute(small_scenario(**COME_AND_GO, service__delay_budget_ms=10.0))
    assert (block.trial["call_attempts"] == 0).all()
    assert (block.trial["calls_refused_delay"] == block.trial["calls_offered"]).all()
