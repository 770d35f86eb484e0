"""Calls whose rates adapt: nothing is given twice, and a loop over users comes to the same."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest

import capest
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.services import rates
from capest.engine.services.admission import CARRIED, WHOLE, admit
from capest.engine.trial import compute as compute_trials
from capest.statistics.quantities import CALLS_AT_RATES

from .small import assert_same_bits, compute, small_scenario
from .small_network import network_scenario, network_world
from .test_admission import BEAMS, TRIALS, drawn, services

ADAPTIVE = {"service__preset": "video-call-adaptive"}
FIXED = {"service__preset": "video-call-720p"}
LEAST_ALONE = {**FIXED, "service__downlink_kbps": 300.0, "service__uplink_kbps": 300.0}
ONE = {
    "a moment": {"users__per_beam": 40},
    "interference of calls": {"users__per_beam": 40, "uplink__interference": "load"},
    "every place taken": {
        "users__per_beam": 20, "uplink__interference": "full-buffer", "beams__frequency_reuse": 3,
    },
    "the downlink alone": {"users__per_beam": 80, "satellite__g_over_t_db_per_k": None},
    "all rules": {"rules": "0.3", "users__per_beam": 40, "uplink__interference": "load"},
    "a frame": {
        "users__per_beam": 20, "beams__allocation": "proportional",
        "satellite__beams_at_once": 10, "beams__slots": 6,
    },
    "random order, pauses": {
        "users__per_beam": 40, "scheduler__admission": "random", "service__talk_share": 0.5,
    },
}  # fmt: skip


def asked(seed: int, pauses: bool):
    """Links and calls of all kinds, each with a wanted rate of one to eight times the least."""
    links, demand = drawn(seed, pauses=pauses)
    rng = np.random.default_rng(seed + 50)
    n = len(demand.call)
    return links, dataclasses.replace(
        demand,
        wanted_down_mbps=demand.down_mbps * rng.choice([1.0, 2.0, 8.0], n),
        wanted_up_mbps=demand.up_mbps * rng.choice([1.0, 2.0, 8.0], n),
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("pauses", [False, True])
@pytest.mark.parametrize("places", [2, 80])
def test_rates_are_those_of_the_loop(seed, pauses, places):
    """Exact fractions, one beam after the other: all calls go the same share of the way."""
    settings = services()
    access = dataclasses.replace(settings.uplink.access, users_at_once=places)
    settings = dataclasses.replace(
        settings, uplink=dataclasses.replace(settings.uplink, access=access)
    )
    links, demand = asked(seed, pauses)
    found = admit(settings, NumpyKernels(), links, demand)
    fixed = dataclasses.replace(demand, wanted_down_mbps=None, wanted_up_mbps=None)
    least = admit(settings, NumpyKernels(), links, fixed)
    # Who is carried, and why others are not, is what it is with the least rate.
    np.testing.assert_array_equal(found.outcome, least.outcome)
    carried = demand.call & (found.outcome == CARRIED)
    talks = np.ones(len(carried)) if demand.talk_share is None else demand.talk_share
    width = (settings.bandwidth_mhz, access.user_bandwidth_mhz)
    efficiency = (links.efficiency, links.uplink_efficiency)
    low = (demand.down_mbps, demand.up_mbps)
    high = (demand.wanted_down_mbps, demand.wanted_up_mbps)
    seen = set()
    for group in range(TRIALS * BEAMS):
        own = np.flatnonzero(carried & (links.own_beam == group) & (links.serving >= 0))
        parts = []
        for k in range(2):
            alone = [Fraction(float(efficiency[k][u])) * Fraction(width[k]) for u in own]
            reach = [min(Fraction(high[k][u]), most) for u, most in zip(own, alone, strict=True)]
            ways = [
                (top - Fraction(low[k][u])) * Fraction(talks[u]) / most * WHOLE
                for u, most, top in zip(own, alone, reach, strict=True)
            ]
            left = int(least.left[group, k])
            part = min(Fraction(1), left / sum(ways)) if sum(ways) > 0 else Fraction(1)
            parts.append((part, reach))
            # To some units of 2^-32 for each call, by rounding.
            expected = left - part * sum(ways)
            assert abs(found.left[group, k] - float(expected)) <= 3 * len(own) + 1
            assert 0 <= found.left[group, k] <= left
        for place, user in enumerate(own):
            rated = [
                (float(part), reach[place] < Fraction(high[k][user]), high[k][user] > low[k][user])
                for k, (part, reach) in enumerate(parts)
            ]
            if all(not short and (part == 1.0 or not wants) for part, short, wants in rated):
                level = rates.AT_WANTED
            elif all(part <= 0.01 or not wants for part, _, wants in rated):
                level = rates.AT_LEAST
            else:
                level = rates.BETWEEN
            near = any(abs(part - 0.01) < 1e-6 for part, _, _ in rated)
            assert near or found.level[user] == level
            seen.add(level)
    assert rates.AT_WANTED in seen
    assert len(seen) > 1


def test_no_beam_gives_more_than_it_has():
    """Odd numbers that divide into nothing: rounded down, they never exceed what is left."""
    rng = np.random.default_rng(4)
    beams, n = 50, 20_000
    number = rng.integers(0, beams, n)
    ways = rng.integers(0, WHOLE, n) * (rng.uniform(size=n) < 0.9)
    left = rng.integers(0, 200 * WHOLE, beams)
    left[0], left[1] = 0, int(ways[number == 1].sum())
    more, after = rates.raise_rates(NumpyKernels(), number, ways, left)
    assert (more >= 0).all()
    assert (more <= ways).all()
    given = np.array([sum(int(each) for each in more[number == k]) for k in range(beams)])
    np.testing.assert_array_equal(left - given, after)
    assert (after >= 0).all()
    # What is left over is rounding, less than a unit for each call, or all have what they want.
    counts = np.bincount(number, minlength=beams)
    wanted = np.array([sum(int(each) for each in ways[number == k]) for k in range(beams)])
    np.testing.assert_array_less(np.minimum(left, wanted) - given, counts + 1)
    assert after[0] == left[0] == 0
    np.testing.assert_array_equal(more[number == 1], ways[number == 1])


def parts_add_up(trial) -> None:
    for name in CALLS_AT_RATES:
        assert (trial[name] >= 0).all()
    np.testing.assert_array_equal(sum(trial[name] for name in CALLS_AT_RATES), trial["calls"])


@pytest.mark.parametrize("mode", ONE)
def test_calls_of_one_satellite_at_all_rates_are_those_carried(mode):
    scenario = small_scenario(**ADAPTIVE).replace(**ONE[mode])
    trial = compute(scenario, trials=6).trial
    parts_add_up(trial)
    assert trial["calls"].sum() > 50
    assert (trial["calls_between_rates"] > 0).any()
    for load in ("downlink_load", "uplink_load"):
        assert (trial.get(load, np.zeros(1)) <= 1.0).all()


@pytest.mark.parametrize("mode", ONE)
def test_one_rate_written_twice_is_one_rate_to_the_last_bit(mode):
    one = compute(small_scenario(**FIXED).replace(**ONE[mode]), trials=4)
    twice = {"service__least_downlink_kbps": 1200.0, "service__least_uplink_kbps": 1200.0}
    both = compute(small_scenario(**FIXED, **twice).replace(**ONE[mode]), trials=4)
    assert_same_bits(one, both)


def test_without_interference_calls_are_those_of_the_least_rate():
    quiet = {"users__per_beam": 40, "uplink__interference": "off"}
    adaptive, least = (
        compute(small_scenario(**service, **quiet), trials=6) for service in (ADAPTIVE, LEAST_ALONE)
    )
    for name in ("calls", "calls_refused_bandwidth", "calls_refused_uplink", "calls_on_fading"):
        np.testing.assert_array_equal(adaptive.trial[name], least.trial[name])


@pytest.mark.parametrize("interference", ["off", "load"])
def test_so_it_is_in_a_constellation(interference):
    quiet = {"users__count": 500, "uplink__interference": interference}
    found, least = (
        compute_trials(network_world(**service, **quiet), NumpyKernels(), 0, 2)
        for service in (ADAPTIVE, LEAST_ALONE)
    )
    parts_add_up(found.trial)
    assert found.trial["calls"].sum() > 50
    assert (found.trial["downlink_load"] <= 1.0).all()
    assert (found.trial["uplink_load"] <= 1.0).all()
    assert found.trial["uplink_load"].sum() > 1.3 * least.trial["uplink_load"].sum()
    if interference == "off":
        np.testing.assert_array_equal(found.trial["calls"], least.trial["calls"])


def test_a_mix_takes_the_rates_of_its_presets():
    mix = {"service__mix": "video-call-adaptive 50%, voice 30%, best-effort 20%"}
    found = compute_trials(network_world(**mix, users__count=400), NumpyKernels(), 0, 2).trial
    parts_add_up(found)
    # Voice has one rate, the wanted one.
    assert (found["calls_at_wanted_rate"] >= found["calls_voice"]).all()
    assert found["calls_between_rates"].sum() > 0


def test_blocked_calls_are_those_that_lack_room_for_the_least_rate():
    busy = {
        "users__per_beam": 60, "service__activity": 0.5, "service__simulated_holding_times": 5,
        "uplink__interference": "off",
    }  # fmt: skip
    adaptive, least = (
        compute(small_scenario(**service, **busy), trials=3).trial
        for service in (ADAPTIVE, LEAST_ALONE)
    )
    for name in ("call_attempts", "calls_blocked"):
        np.testing.assert_array_equal(adaptive[name], least[name])


def test_the_headline_says_how_many_have_the_rate_they_want():
    result = capest.run(network_scenario(**ADAPTIVE, run__trials=2), backend="numpy")
    text = result.capest.summary().headline
    assert "of them at the wanted rate" in text
    fixed = capest.run(network_scenario(**FIXED, run__trials=2), backend="numpy")
    assert "wanted rate" not in fixed.capest.summary().headline
    assert "calls_at_least_rate" not in fixed
