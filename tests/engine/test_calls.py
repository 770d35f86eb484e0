"""Calls in a constellation: nobody is lost, nothing is carried twice, and the uplink's budget."""

import math
from dataclasses import replace

import numpy as np
import pytest

import capest
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import trial as trial_module
from capest.engine.build.services import BORDER_NOTE, DOWNLINK_ONLY_NOTE, NOISE_ONLY_NOTE
from capest.engine.trial import compute
from capest.engine.uplink_of_many import reversed_snr_db
from capest.statistics.quantities import AXES
from capest.statistics.refusals import REFUSAL_REASONS

from .small import quantile
from .small_network import network_scenario, network_world

MIX = "video-call-480p 40%, voice 40%, best-effort 20%"
MODES = {
    "few beams": {"service__preset": "video-call-480p", "satellite__beams_at_once": 2},
    "few satellites": {"service__preset": "voice", "constellation__deployed_fraction": 0.2},
    "a mix": {"service__mix": MIX, "scheduler__admission": "random", "users__indoor_share": 0.5},
    "satellite-fixed": {"service__preset": "voice", "cells__layout": "satellite-fixed"},
}


@pytest.mark.parametrize("mode", MODES)
def test_every_call_is_carried_or_refused_for_one_reason(mode):
    world = network_world(**MODES[mode], users__count=400)
    lost = carried = 0
    for trial in range(4):
        block = compute(world, NumpyKernels(), trial, 1)
        found = {name: int(v[0]) for name, v in block.trial.items() if v.dtype.kind == "i"}
        refused = sum(found[f"calls_refused_{reason}"] for reason in REFUSAL_REASONS)
        assert found["calls"] + refused == found["calls_offered"]
        assert found["calls_refused"] == refused
        if mode != "a mix":
            assert found["calls_offered"] == 400
        nowhere = sum(found[f"calls_refused_{why}"] for why in ("satellite", "elevation", "beam"))
        assert nowhere <= 400 - found["lit_users"]
        assert block.cell["satellite_calls"].sum() == found["calls"]
        assert block.cell["cell_calls"].sum() <= found["calls"]
        of_cells = {why: block.cell[f"cell_calls_refused_{why}"] for why in REFUSAL_REASONS}
        everywhere = sum(of_cells.values()) + block.cell["cell_calls"]
        np.testing.assert_array_equal(everywhere, block.cell["cell_calls_offered"])
        for why, count in of_cells.items():
            # Users at a border without a cell lack a beam, and are in no cell.
            assert 0 <= found[f"calls_refused_{why}"] - count.sum() <= (400 if why == "beam" else 0)
        assert block.histograms["calls"].sum() == 1
        lost, carried = lost + nowhere, carried + found["calls"]
        if mode == "few satellites":
            # A cell without a satellite above the mask has none of its users in view.
            blind = block.cell["cell_users"][block.cell["cell_satellites_in_view"] == 0].sum()
            too_low = found["calls_refused_satellite"] + found["calls_refused_elevation"]
            assert too_low == blind
    assert carried > 0
    if mode.startswith("few"):
        assert lost > 0


def test_services_of_a_mix_add_up_to_all_calls():
    trial = compute(network_world(service__mix=MIX, users__count=400), NumpyKernels(), 0, 1).trial
    for whole, name in (("calls", "calls_{}"), ("calls_offered", "calls_offered_{}")):
        video, voice = (trial[name.format(each)][0] for each in ("video_call_480p", "voice"))
        assert min(video, voice) > 0
        assert video + voice == trial[whole][0]


def test_calls_come_and_go():
    changes = {"service__preset": "video-call-1080p", "service__uplink_kbps": 0.0}
    changes |= {"carrier__bandwidth_mhz": 5.0, "service__activity": 0.5}
    world = network_world(**changes, service__simulated_holding_times=10, users__count=400)
    trial = compute(world, NumpyKernels(), 0, 1).trial
    assert 0 < trial["calls_blocked"][0] < trial["call_attempts"][0]


def test_services_change_nothing_else():
    without = compute(network_world(), NumpyKernels(), 3, 1)
    among = compute(network_world(service__mix=MIX), NumpyKernels(), 3, 1)
    for group in ("trial", "histograms", "cell"):
        for name, values in getattr(without, group).items():
            np.testing.assert_array_equal(getattr(among, group)[name], values)


def test_uplink_follows_from_the_same_loss():
    """160 dB between isotropic antennas, both ways, by the budgets of TR 38.821 clause 6.1.3.1."""
    world = network_world(
        service__preset="voice", satellite__uplink_frequency_ghz=1.0, satellite__frequency_ghz=2.0
    )
    # 34 dBW/MHz - 60 + 30 dBi pattern included - 160 + 228.6 - (7 dB and 290 K of the handset).
    noise_dbw_hz = -228.599 + 7.0 + 10.0 * math.log10(290.0)
    down_db = (34.0 - 60.0) - 160.0 - noise_dbw_hz
    found = reversed_snr_db(world, world.services.uplink, np.array([10.0 ** (0.1 * down_db)]), np)
    # Half the frequency: 6.02 dB less. 23 dBm in 0.36 MHz, 1.1 dB/K.
    expected = (23.0 - 30.0) - (160.0 - 6.0206) + 1.1 + 228.599 - 10.0 * math.log10(0.36e6)
    assert found[0] == pytest.approx(expected, abs=0.02)


def test_without_a_figure_of_the_uplink_the_downlink_decides():
    world = network_world(service__preset="voice", satellite__g_over_t_db_per_k=None)
    assert DOWNLINK_ONLY_NOTE in world.notes
    assert network_world(service__preset="voice").notes[-1] == BORDER_NOTE
    quiet = network_world(service__preset="voice", uplink__interference="off")
    assert quiet.notes[-1] == NOISE_ONLY_NOTE
    assert DOWNLINK_ONLY_NOTE not in network_world(satellite__g_over_t_db_per_k=None).notes
    trial = compute(world, NumpyKernels(), 0, 1).trial
    assert trial["calls"][0] > 0
    assert trial["calls_refused_uplink"][0] == 0


def test_packets_go_the_way_of_the_signal_three_times():
    """Once, and to and fro for a retransmission; 4 ms for each of three, and 20 ms of core."""
    block = compute(network_world(service__preset="voice"), NumpyKernels(), 0, 1)
    way_ms, packet_ms = (quantile(block, name, 0.5) for name in ("one_way_delay", "packet_delay"))
    assert packet_ms == pytest.approx(3.0 * way_ms + 3.0 * 4.0 + 20.0, rel=0.003)


def test_the_uplink_knows_nothing_of_the_downlinks_power():
    """A limit at the ground takes some 7 dB off beams, and off no handset."""
    service = {"service__downlink_kbps": 0.0, "service__uplink_kbps": 300.0}
    service |= {"service__delay_budget_ms": 1000.0, "service__guaranteed": True}
    # Without a least SINR no downlink is too weak for nothing.
    service |= {"link__adaptation": "truncated-shannon", "link__shannon": "bound"}
    limited = {"satellite__pfd_limit_dbw_per_m2_mhz": -107.0}
    full, less = (
        compute(network_world(users__count=400, **service, **changes), NumpyKernels(), 0, 1)
        for changes in ({}, limited)
    )
    snr_db = [quantile(block, "snr_db", 0.5) for block in (full, less)]
    assert snr_db[0] - snr_db[1] > 5.0
    # Whose signal is next to nothing lacks both links, and the downlink comes first.
    reasons = ("calls_refused_downlink", "calls_refused_uplink")
    refused = [sum(block.trial[reason][0] for reason in reasons) for block in (full, less)]
    assert 20 < refused[0] < 380
    assert less.trial["calls_refused_downlink"][0] < 5
    assert refused[0] == refused[1]


def test_long_ways_refuse_for_delay():
    changes = {"service__preset": "voice", "service__inter_satellite_hops": 12}
    block = compute(network_world(**changes), NumpyKernels(), 0, 1)
    trial = block.trial
    # Twelve hops alone are 80 ms of the 100, and every user with a beam has a packet's delay.
    late = AXES["packet_delay"].edges() > 100.0
    assert block.histograms["packet_delay"][1:][late].sum() == trial["lit_users"][0]
    assert trial["calls"][0] == 0
    assert trial["calls_refused_delay"][0] == trial["lit_users"][0] > 0


def test_a_result_holds_calls_of_cells_and_satellites():
    result = capest.run(network_scenario(service__mix=MIX, run__trials=20, users__count=60))
    assert float(result["satellite_calls"].sum()) == pytest.approx(float(result["calls"].mean()))
    assert (result["cell_calls"] <= result["cell_calls_offered"] + 1e-6).all()
    by_latitude = result.capest.by_latitude(2.0)
    assert float(by_latitude["calls"].sum()) == pytest.approx(float(result["cell_calls"].sum()))
    too_weak = result["cell_calls_refused_downlink"]
    assert too_weak.attrs["long_name"].startswith("calls of the cell's users refused because the")
    refused = sum(result[f"cell_calls_refused_{reason}"].sum() for reason in REFUSAL_REASONS)
    asked = float((result["cell_calls_offered"] - result["cell_calls"]).sum())
    assert float(refused) == pytest.approx(asked, rel=1e-5)
    of_zones = float(by_latitude["calls_refused_downlink"].sum())
    assert of_zones == pytest.approx(float(too_weak.sum()))
    summary = result.capest.summary()
    assert summary.headline.startswith(f"{float(result['calls'].mean()):.1f} calls at once, ±")
    assert "no phones beyond the border)" in summary.headline
    assert "; refused " in summary.headline
    shown = " ".join(repr(summary).split())
    (of_voice, of_video) = summary.delay_verdicts
    assert of_voice in shown
    assert of_video in shown
    assert "Note: no phones beyond the region's border disturb the uplink" in shown
    plain = summary.to_dict()
    assert plain["notes"][-1] == BORDER_NOTE
    assert plain["delay_verdicts"] == [of_voice, of_video]


def test_users_at_a_border_without_a_cell_lack_a_beam(monkeypatch):
    """Outside all cells there may be satellites overhead, and still no beam."""
    world = network_world(service__preset="voice", users__count=60)
    drawn = trial_module.draw_users

    def outside(*arguments):
        users = drawn(*arguments)
        return replace(users, cell=np.full_like(users.cell, -1))

    monkeypatch.setattr(trial_module, "draw_users", outside)
    trial = compute(world, NumpyKernels(), 0, 1).trial
    assert trial["calls_refused_beam"][0] == trial["calls_offered"][0] == 60


def test_without_any_beam_all_calls_are_refused():
    world = network_world(constellation__shells="60: 1/1/0 @ 600", service__preset="voice")
    block = compute(world, NumpyKernels(), 0, 1)
    assert block.trial["lit_beams"][0] == 0
    assert block.trial["calls_refused_satellite"][0] == block.trial["calls_offered"][0] == 100
    assert block.cell["satellite_calls"].tolist() == [0]
