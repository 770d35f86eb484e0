"""Frames of slots as an allocation of a run: what trials serve, and what they leave as it was."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.allocation.slots.frames import longest_gaps
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.trial import compute
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES
from capest.statistics.reduction import Reduction

from .small import assert_same_bits, small_scenario

FRAME = {
    "beams__statistics_count": 19, "beams__slots": 12, "satellite__beams_at_once": 5,
    "beams__allocation": "proportional", "users__demand_mbps": 4.0,
}  # fmt: skip
CALLS = {
    **FRAME, "service__preset": "voice", "users__demand_mbps": None, "carrier__bandwidth_mhz": 5.0,
}  # fmt: skip
MODES: dict[str, dict[str, Any]] = {
    **{
        name: {**FRAME, "beams__allocation": name, "beams__bound": "fluid"}
        for name in ("random", "periodic", "proportional", "max-min", "interference-aware")
    },
    "all on": {"beams__slots": 4, "users__demand_mbps": 2.0},
    "one slot": {**FRAME, "beams__allocation": "random", "beams__slots": 1},
    "reuse 3, few counted": {**FRAME, "beams__frequency_reuse": 3, "beams__statistics_count": 7},
    "uplink": {**FRAME, "uplink__interference": "full-buffer", "uplink__drops": 6},
    "calls": CALLS,
    "calls, uplink, random order": {
        **CALLS, "uplink__interference": "full-buffer", "scheduler__admission": "random",
    },
    "a mix": {
        **FRAME, "service__mix": "voice 40%, best-effort 60%", "users__per_beam": 12,
        "users__indoor_share": 0.2,
    },
    "calls come and go": {
        **CALLS, "service__activity": 0.5, "service__simulated_holding_times": 10,
        "service__uplink_kbps": 0.0,
    },
    "nobody is reached": {**FRAME, "handset__antenna_gain_dbi": -60.0},
}  # fmt: skip
FIRST, TRIALS = 3, 5


@cache
def world_of(mode: str):
    return build(small_scenario(**MODES[mode]))


@cache
def at_once(mode: str) -> BlockResult:
    return compute(world_of(mode), NumpyKernels(), FIRST, TRIALS)


@pytest.mark.parametrize("mode", MODES)
def test_trials_at_once_are_those_one_by_one(mode: str) -> None:
    for length in (1, 2):
        found = compute_block(world_of(mode), NumpyKernels(), FIRST, TRIALS, length)
        assert_same_bits(at_once(mode), found)


@pytest.mark.parametrize("mode", MODES)
def test_totals_agree(mode: str) -> None:
    block, world = at_once(mode), world_of(mode)
    trial, cell, counts = block.trial, block.trial_cell, block.histograms
    counted = world.ground.counted
    plan = world.beams.frame
    assert plan is not None
    slots_lit = np.rint(cell["cell_lit_share"] * plan.slots)
    # As many beams as may be are lit in every slot.
    assert (slots_lit.sum(axis=1) == world.beams.beams_at_once * plan.slots).all()
    pairs = (slots_lit * cell["cell_users"])[:, counted].sum()
    for name in ("sinr_db", "snr_db", "spectral_efficiency", "one_way_delay"):
        assert counts[name].sum() == pairs
    assert counts["user_throughput"].sum() == trial["users"].sum()
    assert counts["beam_throughput"].sum() == counted.sum() * TRIALS
    served, offered = trial["throughput"], trial["offered_traffic"]
    assert (served <= offered * (1 + 1e-6)).all()
    assert ((trial["least_satisfaction"] >= 0) & (trial["least_satisfaction"] <= 1)).all()
    assert (trial["least_satisfaction_all_beams"] <= trial["least_satisfaction"]).all()
    if "bound_traffic" in trial:
        assert (trial["throughput_all_beams"] <= trial["bound_traffic"] * (1 + 1e-6)).all()
        assert (trial["bound_traffic"] <= trial["offered_traffic_all_beams"] * (1 + 1e-6)).all()
    axis = AXES["user_throughput"]
    middle = 10.0 ** (axis.low + axis.step * (np.arange(axis.regular_bins) + 0.5))
    by_histogram = (counts["user_throughput"][1:-1] * middle).sum()
    assert by_histogram == pytest.approx(served.sum(), rel=3e-3, abs=1e-9)


def test_a_frame_in_which_everybody_gets_a_slot_alone_is_a_moment() -> None:
    """All beams lit, and demand beyond all bounds: each slot is the full buffer of a moment."""
    moment = compute(build(small_scenario()), NumpyKernels(), 0, 4)
    frame = compute(
        build(small_scenario(beams__slots=3, users__demand_mbps=1e6)), NumpyKernels(), 0, 4
    )
    for name in ("cell_users", "cell_served_users", "cell_lit", "cell_sinr_db"):
        assert (moment.trial_cell[name] == frame.trial_cell[name]).all(), name
    wanted = moment.trial_cell["cell_throughput"]
    assert frame.trial_cell["cell_throughput"] == pytest.approx(wanted, rel=1e-6)
    assert (frame.histograms["sinr_db"] == 3 * moment.histograms["sinr_db"]).all()
    assert (frame.histograms["user_throughput"] == moment.histograms["user_throughput"]).all()


def test_a_slot_of_a_frame_is_the_moment_of_the_same_draw() -> None:
    """One slot lit at random, with demand beyond all bounds: rates of lit beams are the same."""
    hopping = {"beams__allocation": "random", "satellite__beams_at_once": 5}
    moment = compute(build(small_scenario(**hopping)), NumpyKernels(), 0, 6)
    frame = compute(build(small_scenario(**hopping, users__demand_mbps=1e6)), NumpyKernels(), 0, 6)
    for name in ("cell_lit", "cell_users", "cell_sinr_db"):
        np.testing.assert_array_equal(moment.trial_cell[name], frame.trial_cell[name])
    wanted = moment.trial_cell["cell_throughput"]
    assert frame.trial_cell["cell_throughput"] == pytest.approx(wanted, rel=1e-6)
    assert (frame.histograms["sinr_db"] == moment.histograms["sinr_db"]).all()


def test_who_is_satisfied_gets_what_it_wants() -> None:
    block = compute(
        build(small_scenario(beams__slots=2, users__demand_mbps=0.01)), NumpyKernels(), 0, 3
    )
    reached = block.trial_cell["cell_served_users"] * 0.01
    assert block.trial_cell["cell_throughput"] == pytest.approx(reached, rel=1e-6)


def test_calls_wait_for_their_slot() -> None:
    """A gap beyond the delay budget refuses every call of the beam; a short one delays it."""
    calls = {**CALLS, "beams__allocation": "periodic", "beams__slots": 19}
    short, long = (
        compute(build(small_scenario(**calls, beams__slot_ms=slot_ms)), NumpyKernels(), 0, 4)
        for slot_ms in (0.1, 100.0)
    )
    assert short.trial["calls"].sum() > 0
    assert long.trial["calls"].sum() == 0
    assert long.trial["calls_refused_delay"].sum() > 0.9 * long.trial["calls_offered"].sum()
    # 19 cells, 5 a slot: 2 or 3 slots dark in a row at most, 0.3 ms, beside the packet's delay.
    moment = small_scenario(**{**CALLS, "beams__allocation": "all-on", "beams__slots": None,
                               "satellite__beams_at_once": None})  # fmt: skip
    axis = AXES["packet_delay"]
    without = compute(build(moment), NumpyKernels(), 0, 4).histograms["packet_delay"]
    least = [10.0 ** (axis.low + axis.step * np.flatnonzero(each)[0])
             for each in (short.histograms["packet_delay"], without)]  # fmt: skip
    assert least[0] - least[1] == pytest.approx(0.3, abs=0.15)


def test_a_cell_that_is_lit_a_share_of_the_slots_carries_that_share_of_calls() -> None:
    many = {
        **CALLS, "users__per_beam": 200, "channel__line_of_sight": "always",
        "channel__shadow_fading": False, "beams__frequency_reuse": 7,
        "carrier__bandwidth_mhz": 2.0, "beams__slot_ms": 0.1,
        "service__uplink_kbps": 0.0, "beams__slots": 19, "beams__allocation": "periodic",
    }  # fmt: skip
    hopping = compute(build(small_scenario(**many)), NumpyKernels(), 0, 2)
    always = {**many, "beams__allocation": "all-on", "satellite__beams_at_once": None}
    full = compute(build(small_scenario(**always)), NumpyKernels(), 0, 2)
    share = hopping.trial["calls"].sum() / full.trial["calls"].sum()
    # Fewer beams at a time interfere less; reuse 7 leaves nearly none of that.
    assert share == pytest.approx(5 / 19, rel=0.1)


def test_best_effort_gets_what_calls_leave() -> None:
    block = at_once("a mix")
    rest, served = block.trial["best_effort_throughput"], block.trial["throughput"]
    assert ((rest > 0) & (rest < served)).all()


def test_calls_want_their_rate() -> None:
    block, world = at_once("calls"), world_of("calls")
    assert world.services is not None
    wanted = block.trial["calls_offered"] * world.services.calls[0].downlink_kbps / 1000.0
    assert block.trial["offered_traffic"] == pytest.approx(wanted, rel=1e-6)


def test_the_bound_with_interference_is_the_tighter() -> None:
    pytest.importorskip("scipy")
    seven = {
        **FRAME, "beams__count": 7, "beams__statistics_count": 7, "satellite__beams_at_once": 2,
        "beams__allocation": "max-min", "users__per_beam": 8,
    }  # fmt: skip
    loose, tight = (
        compute(build(small_scenario(**seven, beams__bound=bound)), NumpyKernels(), 0, 3).trial
        for bound in ("fluid", "interference")
    )
    assert (tight["bound_traffic"] <= loose["bound_traffic"] * (1 + 1e-9)).all()
    assert (tight["bound_traffic"] < loose["bound_traffic"] * 0.999).any()
    assert (tight["throughput_all_beams"] <= tight["bound_traffic"] * (1 + 1e-6)).all()
    assert (tight["throughput"] == loose["throughput"]).all()


def test_longest_gaps_by_hand() -> None:
    lit = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0]], dtype=bool)
    # Cell 0: slots 1 and 2, or slot 4; cell 1: never; cell 2: slots 2 to 4 and 0 of the next.
    assert longest_gaps(lit).tolist() == [2, 5, 4]


def test_real_shares_are_exact_and_within_one() -> None:
    reduction, block = Reduction(), at_once("max-min")
    reduction.add(0, block)
    found = reduction.interval("bound_share", "mean")
    wanted = block.trial["throughput_all_beams"].sum() / block.trial["bound_traffic"].sum()
    assert found.value == pytest.approx(wanted, rel=1e-9)
    assert 0.0 <= found.low < found.value < found.high <= 1.0
    least = reduction.interval("least_satisfaction", "mean")
    assert 0.0 <= least.low <= least.value <= least.high <= 1.0


def test_shares_do_not_leave_their_range_or_know_all_from_a_few_trials() -> None:
    reduction = Reduction()
    values = np.array([0.02, 0.9, 0.01, 0.95, 0.03, 0.9])
    trial = {name: np.full(6, 3) for name in ("users", "lit_users", "served_users", "lit_beams")}
    trial["throughput"] = np.full(6, 2.5)
    satisfied = {"offered_traffic": np.full(6, 2.5), "least_satisfaction": values}
    reduction.add(0, BlockResult(0, trial | satisfied, {}, {}))
    least = reduction.interval("least_satisfaction", "mean")
    assert 0.0 <= least.low < least.high <= 1.0
    share = reduction.interval("served_traffic_share", "mean")
    assert (share.value, share.high) == (1.0, 1.0)
    assert share.low < 0.6
