"""Headers and pauses of calls: what they take of beams, against closed forms."""

import math

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.trial import compute as compute_trials

from .small import compute, small_scenario
from .small_network import network_world

# Free space, one beam, users at its centre: all are alike.
ALIKE = {
    "beams__count": 1, "beams__statistics_count": 1, "beams__spacing_uv": 1e-4,
    "channel__line_of_sight": "always", "channel__shadow_fading": False,
}  # fmt: skip
VOICE = {"service__preset": "voice", "service__uplink_kbps": 0.0}


def beam_mbps(scenario) -> float:
    """Rate of a user who has a beam of users alike for himself."""
    world = build(scenario)
    block = compute_block(world, NumpyKernels(), 0, 1)
    efficiency = float(block.trial_cell["cell_spectral_efficiency"][0, 0])
    return efficiency * world.radio.link.bandwidth_mhz


@pytest.mark.parametrize(("headers", "talks"), [(0.1, None), (0.0, 0.5), (0.25, 0.4)])
def test_a_beam_of_alike_users_is_full_of_what_they_send(headers, talks):
    scenario = small_scenario(
        **ALIKE, **VOICE, users__per_beam=300, service__downlink_kbps=1234.0,
        service__header_share=headers, service__talk_share=talks,
    )  # fmt: skip
    calls = math.floor(beam_mbps(scenario) / (1.234 * (1.0 + headers) * (talks or 1.0)))
    assert 0 < calls < 300
    assert compute(scenario, trials=2).trial["calls"].tolist() == [calls, calls]


def test_a_call_that_pauses_needs_a_link_for_its_whole_rate():
    """Half of the time 1.2 times what the link carries: 0.6 of a beam, and nobody is carried."""
    scenario = small_scenario(**ALIKE, **VOICE, users__per_beam=3, service__talk_share=0.5)
    too_much = 1.2e3 * beam_mbps(scenario)
    for factor, calls in ((1.0, 0), (0.8, 2)):
        trial = compute(scenario.replace(service__downlink_kbps=factor * too_much), trials=1).trial
        assert trial["calls"][0] == calls
        assert trial["calls_refused_downlink"][0] == (3 if calls == 0 else 0)


def test_the_uplink_has_the_mean_of_what_calls_send():
    """0.9 of a place in half of the time: 80 places hold 177 calls."""
    scenario = small_scenario(
        **ALIKE, service__preset="voice", service__downlink_kbps=0.0, users__per_beam=200,
        uplink__interference="full-buffer", service__talk_share=0.5,
    )  # fmt: skip
    access = build(scenario).services.uplink.access
    efficiency = compute(scenario, trials=1).trial_cell["cell_uplink_spectral_efficiency"][0, 0]
    rate_kbps = 0.9 * float(efficiency) * access.user_bandwidth_mhz * 1e3
    block = compute(scenario.replace(service__uplink_kbps=rate_kbps), trials=2)
    assert access.users_at_once == 80
    assert block.trial["calls"].tolist() == [177, 177]


# Links carry twice the rate: what counts is the mean.
SMALL_RATES = {"service__downlink_kbps": 20.0, "service__uplink_kbps": 2.0}
TWICE = {name: 2.0 * kbps for name, kbps in SMALL_RATES.items()} | {"service__talk_share": 0.5}
STRONG = {
    "service__preset": "voice", "carrier__bandwidth_mhz": 1.08, "uplink__bandwidth_mhz": 0.36,
    "satellite__g_over_t_db_per_k": 20.0, "channel__line_of_sight": "always",
    "uplink__interference": "load",
}  # fmt: skip


@pytest.mark.parametrize("frame", [False, True])
def test_half_of_the_time_twice_the_rate_is_the_same_load(frame):
    turns = {"beams__allocation": "periodic", "satellite__beams_at_once": 10, "beams__slots": 4}
    scenario = small_scenario(**STRONG, users__per_beam=200, **(turns if frame else {}))
    one, other = (
        compute(scenario.replace(**rates), trials=4).trial for rates in (SMALL_RATES, TWICE)
    )
    assert 0 < one["calls"].sum() < one["calls_offered"].sum()
    assert one["calls_refused_bandwidth"].sum() > 100
    # Shares are rounded up to 2^-32 of a beam.
    np.testing.assert_array_equal(one["calls"], other["calls"])
    for load in ("downlink_load", "uplink_load"):
        np.testing.assert_allclose(one[load], other[load], rtol=1e-6)


def test_so_it_is_in_a_constellation():
    one, other = (
        compute_trials(network_world(**STRONG, users__count=900, **rates), NumpyKernels(), 0, 2)
        for rates in (SMALL_RATES, TWICE)
    )
    assert one.trial["calls_refused_bandwidth"].sum() > 50
    np.testing.assert_array_equal(one.trial["calls"], other.trial["calls"])
    np.testing.assert_array_equal(one.cell["cell_calls"], other.cell["cell_calls"])


def erlang_b(load: float, servers: int) -> float:
    """Share of blocked calls by Erlang's formula, from its recursion."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def test_voice_with_and_without_pauses_brackets_erlangs_formula():
    """Many users of little activity: each beam is a group of as many servers as calls it holds."""
    users, activity = 300, 1.0 / 12.0
    scenario = small_scenario(
        **ALIKE, **VOICE, users__per_beam=users, service__activity=activity,
        service__simulated_holding_times=20,
    )  # fmt: skip
    rate_kbps = 1e3 * beam_mbps(scenario) / 18.5
    load = users * activity
    shares, errors, formulas = {}, {}, {}
    for talks, servers in ((1.0, 18), (0.5, 37)):
        changes = {"service__downlink_kbps": rate_kbps, "service__talk_share": talks}
        trial = compute(scenario.replace(**changes), trials=20).trial
        asked, blocked = trial["call_attempts"], trial["calls_blocked"]
        shares[talks] = blocked.sum() / asked.sum()
        errors[talks] = math.sqrt(((blocked - shares[talks] * asked) ** 2).sum()) / asked.sum()
        formulas[talks] = erlang_b(load, servers)
        # So many users are nearly Erlang's: Engset's share is lower by up to a fifth.
        within = 4.0 * errors[talks] + 0.2 * formulas[talks]
        assert shares[talks] == pytest.approx(formulas[talks], abs=within)
    between = [erlang_b(load, servers) for servers in range(21, 33)]
    assert shares[0.5] < min(between)
    assert max(between) < shares[1.0]
