"""Frames of slots under many satellites, against plain loops in double precision."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.allocation.slots import STRATEGIES
from capest.backend.numpy_kernels import NumpyKernels
from capest.backend.numpy_throughput import link_efficiency
from capest.engine import evaluate as evaluate_module
from capest.engine import slots as slots_module
from capest.engine import slots_of_many, uplink_of_many
from capest.engine.beams import Beams
from capest.engine.frame import play_frame
from capest.engine.memory import compute_block
from capest.engine.played_frames import PlayedFrames
from capest.engine.power import LoweredPower
from capest.engine.satellite_turns import light_in_turn
from capest.engine.services import serve as serve_module
from capest.engine.services.admission import CARRIED, DELAY
from capest.engine.services.serve import Served
from capest.engine.sky import Sky, feeder_ranges_m
from capest.engine.trial import compute
from capest.engine.uplink_of_many import SendersToMany, senders_to_many
from capest.engine.users import Users
from capest.engine.world import World
from capest.errors import ScenarioError
from capest.sampling.draws import Draws
from capest.sampling.part_draws import PartDraws
from capest.sampling.streams import Purpose
from capest.statistics.block import BlockResult

from ..backend.test_constellation_uplink import truth
from ..emulate.constellation_scene import brute_force, only_trial
from .small import assert_same_bits
from .small_network import network_scenario, network_world

HOPPING = tuple(name for name in STRATEGIES.names() if name != "all-on")
FRAME: dict[str, Any] = {
    "satellite__beams_at_once": 2, "beams__allocation": "proportional", "beams__slots": 5,
    "users__demand_mbps": 3.0, "users__count": 60,
}  # fmt: skip
CALLS: dict[str, Any] = {
    **FRAME, "users__demand_mbps": None, "service__preset": "voice",
    "uplink__interference": "off",
    "carrier__bandwidth_mhz": 5.0, "beams__slot_ms": 3.0,
}  # fmt: skip
CASES: dict[str, dict[str, Any]] = {
    **{
        name: {**FRAME, "beams__allocation": name, "beams__bound": "fluid"}
        for name in (*HOPPING, "all-on")
    },
    "three colours": {**FRAME, "beams__frequency_reuse": 3, "users__count": 90},
    "limits on power": {
        **FRAME, "satellite__rf_power_w": 15.0, "satellite__pfd_limit_dbw_per_m2_mhz": -107.0,
        "satellite__out_of_band_pfd_limit_dbw_per_m2_mhz": -149.0,
    },
    "guard cells": {**FRAME, "region__guard_km": 150.0, "beams__bound": "fluid",
                    "cells__lit": "all"},
    "satellite-fixed": {
        **FRAME, "cells__layout": "satellite-fixed", "beams__count": 19, "beams__bound": "fluid",
        "beams__spacing_uv": 0.16, "satellite__beams_at_once": 5,
    },
    "calls": CALLS,
    "a mix": {**CALLS, "service__preset": None, "users__demand_mbps": 2.0,
              "service__mix": "voice 50%, best-effort 50%", "users__indoor_share": 0.2},
    "calls, full buffers": {
        **CALLS, "uplink__interference": "full-buffer", "beams__allocation": "periodic",
    },
    "nobody is above the mask": {**FRAME, "constellation__minimum_elevation_deg": 89.5},
}  # fmt: skip
TRIALS = 2


@dataclass(frozen=True)
class Played:
    """Some trials and what came up in them."""

    world: World
    block: BlockResult
    sky: Sky
    users: Users
    beams: Beams
    power: LoweredPower
    frame: PlayedFrames
    served: Served | None
    senders: SendersToMany | None


@cache
def played(case: str) -> Played:
    return play(**CASES[case])


def play(**changes: Any) -> Played:
    kept: dict[str, Any] = {}

    def keep(name: str, function: Any) -> Any:
        def kept_by_name(*arguments: Any, **others: Any) -> Any:
            kept[name] = function(*arguments, **others)
            kept[f"of {name}"] = arguments
            return kept[name]

        return kept_by_name

    world = network_world(**changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate_module, "play_frame", keep("frame", play_frame))
        patch.setattr(evaluate_module, "serve", keep("served", serve_module.serve))
        patch.setattr(serve_module, "senders_to_many", keep("senders", senders_to_many))
        block = compute(world, NumpyKernels(), 0, TRIALS)
    _, _, _, sky, users, beams, power, *_ = kept["of frame"]
    return Played(
        world, block, sky, users, beams, power, kept["frame"], kept["served"], kept.get("senders")
    )


def lit_of(found: Played) -> np.ndarray:
    """What is lit, bool array (slots, beams of all trials)."""
    return found.frame.lighting(found.beams).lit_in_slots(np)


@cache
def true_rates(case: str) -> np.ndarray:
    """Rates of all users in all slots by plain loops, Mbit/s, (trials, slots, users)."""
    found = played(case)
    links, link = found.frame.of_slots.links, found.world.radio.link
    rates = []
    for trial in range(TRIALS):
        of_trial, start = only_trial(links, trial), found.beams.start[trial : trial + 2]
        for lit in lit_of(found)[:, slice(*start)]:
            own = of_trial.serving
            serving = np.where(np.append(lit, False)[own], own, -1).astype(np.int32)
            # Beams that are dark are left out.
            power = (of_trial.beam_power * lit).astype(np.float32)
            slot = replace(of_trial, serving=serving, beam_power=power)
            carrier, interference, _ = brute_force(slot)
            sinr = np.where(serving >= 0, carrier / (1.0 + interference), 0.0)
            efficiency = link_efficiency(sinr.astype(np.float32), link.adaptation)
            rates.append(efficiency.astype(np.float64) * link.bandwidth_mhz)
    return np.array(rates).reshape(TRIALS, -1, found.users.per_trial)


def shared(rates: np.ndarray, beam: np.ndarray, demand: np.ndarray) -> np.ndarray:
    """Mean rates over a frame: users of a beam take turns, which get shorter as some go."""
    left = demand * len(rates)
    for slot in rates:
        for each in np.unique(beam[slot > 0.0]):
            time, there = 1.0, {int(u) for u in np.flatnonzero((beam == each) & (slot > 0.0))}
            there = {user for user in there if left[user] > 0.0}
            while there and time > 1e-15:
                turn = min([time / len(there), *(left[user] / slot[user] for user in there)])
                for user in there:
                    left[user] = max(left[user] - turn * slot[user], 0.0)
                time -= turn * len(there)
                there = {user for user in there if left[user] > 1e-12}
    return demand - left / len(rates)


@pytest.mark.parametrize("case", CASES)
def test_sinr_and_rates_are_those_of_plain_loops(case: str) -> None:
    found = played(case)
    rates = true_rates(case)
    dense = found.frame.links.dense(found.frame.links.efficiency, np)
    mine = dense * found.world.radio.link.bandwidth_mhz
    # A threshold lies within a rounding of a few SINRs.
    alike = np.isclose(mine, rates, rtol=1e-5)
    assert (~alike).sum() <= 1 + 0.002 * alike.size
    assert case == "nobody is above the mask" or (rates > 0.0).mean() > 0.01
    assert found.frame.efficiency == pytest.approx(dense.mean(axis=1).ravel(), rel=1e-6)


@pytest.mark.parametrize("case", [case for case in CASES if case not in ("calls", "a mix")])
def test_what_is_served_is_what_plain_loops_share_out(case: str) -> None:
    found = played(case)
    pairs, frame = found.frame.links, found.frame
    rates = pairs.dense(pairs.efficiency, np) * found.world.radio.link.bandwidth_mhz
    demand = frame.problem.users.demand
    for trial in range(TRIALS):
        beam = frame.problem.users.cell[trial]
        wanted = shared(rates[trial], beam, demand[trial])
        assert frame.served_mbps[trial] == pytest.approx(wanted, rel=1e-6, abs=1e-9)
    counted = True if found.users.counted is None else found.users.counted.reshape(demand.shape)
    of_trials = (frame.served_mbps * counted).sum(axis=1)
    assert found.block.trial["throughput"] == pytest.approx(of_trials, rel=1e-5, abs=1e-3)
    offered = (demand * counted).sum(axis=1)
    assert found.block.trial["offered_traffic"] == pytest.approx(offered, rel=1e-12)
    if frame.bound_mbps is not None:
        assert (of_trials <= frame.bound_mbps * (1 + 1e-9)).all()
        assert (frame.bound_mbps <= offered * (1 + 1e-9)).all()


@pytest.mark.parametrize("case", CASES)
def test_every_satellite_lights_as_many_of_its_cells_as_it_can(case: str) -> None:
    found = played(case)
    lit, beams = lit_of(found), found.beams
    held = np.bincount(beams.satellite, beams.power > 0.0, minlength=len(found.sky))
    room = found.world.beams.beams_at_once
    at_once = held if case == "all-on" else np.minimum(held, room)
    for slot in lit:
        assert not slot[beams.power == 0.0].any()
        assert (np.bincount(beams.satellite, slot, minlength=len(found.sky)) == at_once).all()
    if found.world.beams.attachment == "cell":
        assert held.max(initial=0) <= found.world.beams.cells_at_once
        assert case in ("all-on", "nobody is above the mask") or held.max() > room


@pytest.mark.parametrize("case", CASES)
def test_gaps_and_shares(case: str) -> None:
    found = played(case)
    lit, beams, frame = lit_of(found), found.beams, found.frame
    slots = len(lit)
    slot_ms = found.world.beams.frame.slot_ms
    trial = np.repeat(np.arange(TRIALS), np.diff(beams.start))
    for beam in range(len(beams)):
        place = beam - beams.start[trial[beam]]
        shown = lit[:, beam]
        assert frame.share[trial[beam], place] == shown.sum() / slots
        longest, dark = 0, 0
        for turn in range(3 * slots):
            dark = 0 if shown[turn % slots] else dark + 1
            longest = max(longest, dark)
        gap_ms = longest * slot_ms if shown.any() else math.inf
        assert frame.gap_ms[trial[beam], place] == gap_ms


@pytest.mark.parametrize("case", CASES)
def test_trials_at_once_are_those_one_by_one(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    found = played(case)
    assert_same_bits(found.block, compute_block(found.world, NumpyKernels(), 0, TRIALS, 1))
    # Nor does it matter how many pairs and slots are computed together.
    monkeypatch.setattr(slots_of_many, "_PAIRS_AT_ONCE", {"numpy": 50})
    assert_same_bits(found.block, compute_block(found.world, NumpyKernels(), 0, TRIALS, 2))


def test_few_slots_at_a_time_serve_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    found = played("proportional")
    monkeypatch.setattr(slots_module, "SLOTS_AND_USERS", 150)
    other = compute_block(found.world, NumpyKernels(), 0, TRIALS)
    for name, values in found.block.trial.items():
        assert other.trial[name] == pytest.approx(values, rel=1e-6), name


@pytest.mark.parametrize("case", ["calls", "a mix", "calls, full buffers"])
def test_calls_wait_for_their_slot(case: str) -> None:
    found = played(case)
    served, frame = found.served, found.frame
    assert served is not None
    own, start = served.links.serving, found.beams.start[found.users.trial]
    satellite = found.beams.satellite[np.maximum(own, 0) + start]
    range_m = np.linalg.norm(found.sky.position_m[satellite].T - found.users.position_m, axis=0)
    feeder_m = feeder_ranges_m(found.world, found.sky)[satellite]
    at_once_ms = found.world.services.delay.one_way_ms(range_m, feeder_m)
    gap_ms = frame.gap_ms[found.users.trial, own]
    there = (own >= 0) & np.isfinite(gap_ms)
    assert served.delay_ms[there] == pytest.approx((at_once_ms + gap_ms)[there], rel=1e-9)
    assert gap_ms[there].max() >= 3.0
    late = served.demand.call & there & (served.delay_ms > served.demand.budget_ms)
    assert (served.admitted.outcome[late] == DELAY).all()
    assert (served.admitted.outcome[served.demand.call & there] == CARRIED).mean() > 0.3


def test_a_gap_beyond_the_budget_refuses_calls_for_delay_and_a_note_says_so() -> None:
    long = network_world(**{**CALLS, "beams__slot_ms": 40.0, "beams__allocation": "periodic"})
    (note,) = (note for note in long.notes if "waits for its turn" in note)
    assert "dark for 120 ms" in note
    assert "refused for delay" in note
    assert not any("waits for its turn" in note for note in played("calls").world.notes)
    found = compute(long, NumpyKernels(), 0, TRIALS)
    in_turn = played("calls, full buffers").block
    assert found.trial["calls_refused_delay"].sum() > 0.3 * found.trial["calls_offered"].sum()
    assert in_turn.trial["calls_refused_delay"].sum() == 0


def heard_in_slots(found: Played, sending: np.ndarray) -> np.ndarray:
    """What each user's beam hears, mean over the slots in which it is lit, by brute force."""
    senders = found.senders
    assert senders is not None
    beam, lit = np.asarray(senders.beam), lit_of(found)
    total = np.zeros(senders.beams)
    for slot in lit:
        power = np.where(slot[beam], sending, 0.0) * senders.strength
        for trial in range(TRIALS):
            own = slice(*found.beams.start[trial : trial + 2])
            of_trial = only_trial(senders.links, trial)
            (heard,) = truth(of_trial, power.reshape(TRIALS, -1)[trial][None])
            total[own] += np.where(slot[own], heard, 0.0)
    return (total / np.maximum(lit.sum(axis=0), 1))[beam]


def raised_db(interference: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(1.0 + interference)


def test_full_buffers_disturb_in_the_slots_in_which_both_are_lit() -> None:
    found = played("calls, full buffers")
    served = found.served
    assert served is not None
    ready, beam = served.settled.ready, np.asarray(found.senders.beam)
    of_beam = np.bincount(beam[ready], minlength=found.senders.beams)
    sending = np.where(ready, 1.0 / np.maximum(of_beam[beam], 1), 0.0)
    expected_db = raised_db(heard_in_slots(found, sending)[ready])
    found_db = raised_db(served.settled.interference[ready])
    assert np.abs(found_db - expected_db).max() < 0.02
    assert (expected_db > 0.05).mean() > 0.3
    # It hears less than if all cells were lit all the time.
    always = truth(only_trial(found.senders.links, 0),
                   (sending * found.senders.strength).reshape(TRIALS, -1)[:1])  # fmt: skip
    first = slice(0, found.users.per_trial)
    of_always_db = raised_db(always[0][beam[first]][ready[first]])
    assert of_always_db.mean() > 1.3 * found_db[: ready[first].sum()].mean()


def test_calls_load_the_uplink_in_the_slots_of_their_beam(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares from rates and efficiencies, what they disturb by brute force: it settles."""
    monkeypatch.setattr(uplink_of_many, "NEW_SHARES", (1.0, *[0.75] * 11))
    changes = {
        "uplink__interference": "load", "uplink__bandwidth_mhz": 0.72, "users__count": 250,
        "service__uplink_kbps": 150.0, "carrier__bandwidth_mhz": 20.0,
        "cells__assignment": "highest-elevation",
    }  # fmt: skip
    found = play(**{**CALLS, **changes})
    served, access = found.served, found.world.services.uplink.access
    carried = served.demand.call & (served.admitted.outcome == CARRIED)
    rate_mbps = served.links.uplink_efficiency * access.user_bandwidth_mhz
    sending = np.where(carried, 0.15 / np.maximum(rate_mbps, 1e-9), 0.0) / access.users_at_once
    expected_db = raised_db(heard_in_slots(found, sending)[carried])
    apart_db = raised_db(served.settled.interference[carried]) - expected_db
    assert np.sqrt((apart_db**2).mean()) < 0.02
    assert expected_db.mean() > 0.05
    assert carried.sum() > 50


LIT_ALWAYS: dict[str, dict[str, Any]] = {
    "a moment": {"beams__slots": 1},
    "a frame": {"beams__slots": 3, "users__demand_mbps": 2.0},
    "calls in a frame": {"beams__slots": 3, "service__preset": "voice",
                         "carrier__bandwidth_mhz": 5.0},
}  # fmt: skip


@pytest.mark.parametrize(
    ("case", "allocation"),
    [
        # With a strategy that knows demand a trial is a frame.
        ("a moment", "periodic"), ("a moment", "random"), ("a frame", "max-min"),
        ("a frame", "interference-aware"), ("calls in a frame", "periodic"),
        ("calls in a frame", "proportional"),
    ],
)  # fmt: skip
def test_one_cell_a_beam_is_a_network_of_cells_that_are_always_lit(
    case: str, allocation: str
) -> None:
    few = {"satellite__beams_at_once": 3, **LIT_ALWAYS[case]}
    always, in_turn = (
        compute(network_world(**few, **more), NumpyKernels(), 0, TRIALS)
        for more in ({}, {"beams__allocation": allocation, "beams__cells_per_beam": 1})
    )
    assert_same_bits(always, in_turn)


def test_a_frame_of_cells_that_are_always_lit_carries_the_calls_of_a_moment() -> None:
    calls = {"service__preset": "voice", "carrier__bandwidth_mhz": 5.0,
             "uplink__interference": "off"}  # fmt: skip
    moment, frame = (
        compute(network_world(**calls, **more), NumpyKernels(), 0, TRIALS)
        for more in ({}, {"beams__slots": 3})
    )
    for name in ("calls", "calls_refused", "lit_users", "lit_beams", "served_users"):
        assert (moment.trial[name] == frame.trial[name]).all(), name
    assert (moment.histograms["packet_delay"] * 3 == frame.histograms["packet_delay"]).all()
    assert (moment.cell["cell_calls"] == frame.cell["cell_calls"]).all()


def test_rates_of_full_buffers_are_those_of_a_moment() -> None:
    moment, frame = (
        compute(network_world(**more), NumpyKernels(), 0, TRIALS)
        for more in ({}, {"beams__slots": 2, "users__demand_mbps": 1e5})
    )
    assert frame.trial["throughput"] == pytest.approx(moment.trial["throughput"], rel=1e-6)
    assert (frame.histograms["sinr_db"] == 2 * moment.histograms["sinr_db"]).all()
    assert (frame.histograms["user_throughput"] == moment.histograms["user_throughput"]).all()
    for name in ("cell_lit_users", "cell_served_users", "cell_lit_trials", "satellite_beams"):
        assert (frame.cell[name] == moment.cell[name]).all(), name
    assert frame.cell["cell_sinr"] == pytest.approx(moment.cell["cell_sinr"], rel=1e-4, abs=2**12)


def test_a_turn_for_each_in_closed_form() -> None:
    """Four cells a beam, a slot for each set of them: a quarter of the slots, three are dark."""
    keys = {**FRAME, "beams__allocation": "periodic", "users__count": 300, "cells__lit": "all"}
    for beams_at_once, slots in ((1, 4), (2, 8), (3, 4)):
        changes = {**keys, "satellite__beams_at_once": beams_at_once, "beams__slots": slots}
        found = play(**changes)
        beams, frame = found.beams, found.frame
        held = np.bincount(beams.satellite)[beams.satellite]
        full = held == 4 * beams_at_once
        assert full.any()
        trial = np.repeat(np.arange(TRIALS), np.diff(beams.start))
        place = np.arange(len(beams)) - beams.start[trial]
        assert (frame.share[trial, place][full] == 0.25).all()
        assert (frame.gap_ms[trial, place][full] == 3.0).all()


def test_every_moment_draws_as_many_cells_of_each_satellite() -> None:
    """Of n cells that a satellite holds, m are lit: each of them m/n of the time."""
    found, slots = played("random"), 4000
    draws, beams = Draws(NumpyKernels(), 1, 0, TRIALS), found.beams
    share = light_in_turn(found.world, draws, found.sky, beams, slots).mean(axis=0)
    held = np.bincount(beams.satellite)[beams.satellite]
    expected = np.minimum(2.0 / held, 1.0)
    assert (share[held <= 2] == 1.0).all()
    apart = (share - expected) / np.sqrt(np.maximum(expected * (1.0 - expected), 1e-12) / slots)
    assert np.abs(apart).max() < 4.5
    assert np.abs(apart[held > 2]).max() > 0.5


def test_a_moment_lights_as_many_cells_as_satellites_can() -> None:
    few = {"satellite__beams_at_once": 2, "beams__allocation": "random", "users__count": 60}
    moment, frame = (
        compute(network_world(**few, **more), NumpyKernels(), 0, 10)
        for more in ({}, {"beams__slots": 60})
    )
    # Satellites light two cells at a time of those that they ever light, over a long frame.
    per_slot = frame.cell["cell_slot_share"].sum() * 2.0**-20
    assert moment.trial["lit_beams"].sum() == round(per_slot)
    assert moment.trial["lit_beams"].sum() < 0.8 * frame.trial["lit_beams"].sum()
    pairs = frame.histograms["sinr_db"].sum() / 60.0
    assert moment.trial["lit_users"].sum() == pytest.approx(pairs, rel=0.1)
    assert moment.histograms["user_throughput"].sum() == 10 * 60


def test_cells_have_shares_of_slots_and_what_they_want() -> None:
    found = played("proportional")
    lit, beams = lit_of(found), found.beams
    wanted = np.bincount(beams.cell, lit.mean(axis=0), len(found.world.ground.colour))
    assert found.block.cell["cell_slot_share"] * 2.0**-20 == pytest.approx(wanted, abs=1e-5)
    offered = found.block.cell["cell_offered_traffic"].sum() * 2.0**-20
    users = (found.users.cell >= 0).sum()
    assert offered == pytest.approx(3.0 * users, rel=1e-6)


def test_values_of_every_trial_and_cell_can_be_kept() -> None:
    world = network_world(**CASES["proportional"], run__keep_cells=True)
    kept = compute_block(world, NumpyKernels(), 0, TRIALS)
    found = kept.trial_cell["cell_slot_share_by_trial"]
    lit, beams = lit_of(played("proportional")), played("proportional").beams
    for trial in range(TRIALS):
        own = slice(*beams.start[trial : trial + 2])
        wanted = np.full(len(world.ground.colour), np.nan)
        wanted[beams.cell[own]] = lit[:, own].mean(axis=0)
        wanted[wanted == 0.0] = np.nan
        assert found[trial] == pytest.approx(wanted, abs=1e-5, nan_ok=True)
    offered = kept.trial_cell["cell_offered_traffic_by_trial"].sum(axis=1)
    in_cells = (played("proportional").users.cell.reshape(TRIALS, -1) >= 0).sum(axis=1)
    assert offered == pytest.approx(3.0 * in_cells, rel=1e-6)


def test_power_is_shared_by_the_beams_that_are_lit_at_once() -> None:
    found = played("limits on power")
    beams, limits = found.beams, found.world.radio.limits
    factor, most_w = found.power.factor(beams), 0.0
    for slot in lit_of(found):
        watts = found.world.radio.beam_power_w * np.bincount(beams.satellite, factor * slot)
        assert watts.max() <= limits.rf_power_w * (1 + 1e-5)
        most_w = max(most_w, watts.max())
    assert most_w > 0.8 * limits.rf_power_w


def test_parts_draw_the_numbers_of_their_trial() -> None:
    draws = Draws(NumpyKernels(), 5, 2, 3)
    parts = PartDraws(draws, np.array([0, 0, 2]), np.array([0, 4, 8]), 4)
    words, found = draws.words(Purpose.BEAM_HOPPING, 48), parts.words(Purpose.BEAM_HOPPING, 12)
    assert (found == np.stack([words[0, :12], words[0, 12:24], words[2, 24:36]])).all()
    (uniform,) = draws.uniforms(Purpose.BEAM_HOPPING, 36, 1)
    (of_parts,) = parts.uniforms(Purpose.BEAM_HOPPING, 12, 1)
    assert (of_parts.reshape(3, 12)[2] == uniform.reshape(3, 36)[2, 24:]).all()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"beams__bound": "interference"}, 'write "fluid"'),
        ({"cells__layout": "satellite-fixed", "beams__count": 19,
          "satellite__beams_at_once": 20}, "at most beams.count, 19"),
        ({"cells__layout": "satellite-fixed", "satellite__beams_at_once": None},
         "how many beams are lit at once"),
        ({"beams__cells_per_beam": 0}, "beams.cells_per_beam"),
    ],
)  # fmt: skip
def test_bad_input(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        network_scenario(**{**FRAME, **changes})
