"""Admission, and what calls leave, against loops over users."""

import dataclasses
import math

import numpy as np
import pytest

from capest.backend.arguments import AttachedLinks, LinkAdaptation
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.radio import POLICIES
from capest.engine.services.admission import (
    BANDWIDTH,
    BEAM,
    CARRIED,
    DELAY,
    DOWNLINK,
    ELEVATION,
    OUTCOMES,
    SATELLITE,
    UPLINK,
    WHOLE,
    CallLinks,
    Needs,
    admit,
    queues,
)
from capest.engine.services.demand import Demand
from capest.engine.services.outcome import best_effort_mbps, calls_of_beams

from .small import small_scenario

STEPS = np.array([0.0, 0.1523, 0.377, 0.877, 1.9141, 5.5547], dtype=np.float32)
TRIALS, BEAMS, USERS = 3, 5, 80


def services(**changes):
    scenario = small_scenario(service__preset="voice", **changes)
    found = build(scenario).services
    assert found.policy == POLICIES[scenario.scheduler.policy]
    return dataclasses.replace(found, bandwidth_mhz=3.0)


def drawn(seed: int, *, pauses: bool = False) -> tuple[CallLinks, Demand]:
    """Users of three trials with links and wishes of all kinds; some have no beam."""
    rng = np.random.default_rng(seed)
    n = TRIALS * USERS
    serving = rng.integers(-1, BEAMS, n).astype(np.int32)
    above = rng.uniform(size=n) < 0.7
    links = CallLinks(
        trials=TRIALS,
        beams=BEAMS,
        serving=serving,
        user_trial=np.repeat(np.arange(TRIALS, dtype=np.int32), USERS),
        above_horizon=(serving >= 0) | above,
        in_view=(serving >= 0) | (above & (rng.uniform(size=n) < 0.5)),
        lit=rng.uniform(size=n) < 0.9,
        efficiency=rng.choice(STEPS, n),
        uplink_efficiency=rng.choice(STEPS, n),
        delay_ms=rng.uniform(20.0, 110.0, n),
    )
    call = rng.uniform(size=n) < 0.8
    return links, Demand(
        call=call,
        best_effort=~call,
        down_mbps=rng.choice([0.0, 0.05, 0.3, 0.6], n),
        up_mbps=rng.choice([0.05, 0.1, 0.3], n),
        budget_ms=rng.choice([100.0, 150.0], n),
        call_class=None,
        arrival=None,
        talk_share=rng.choice([0.4, 0.5, 1.0], n) if pauses else None,
    )


def one_by_one(settings, links: CallLinks, demand: Demand, order) -> list[int]:
    """Outcome of every user, by a loop in an order; exact fractions of whole beams."""
    access = settings.uplink.access
    left = {
        (t, b): [WHOLE, access.users_at_once * WHOLE] for t in range(TRIALS) for b in range(BEAMS)
    }
    outcome = [CARRIED] * len(demand.call)
    for user in order:
        down_mbps = float(links.efficiency[user]) * settings.bandwidth_mhz
        up_mbps = float(links.uplink_efficiency[user]) * access.user_bandwidth_mhz
        if not links.above_horizon[user]:
            outcome[user] = SATELLITE
        elif not links.in_view[user]:
            outcome[user] = ELEVATION
        elif links.serving[user] < 0 or not links.lit[user]:
            outcome[user] = BEAM
        elif links.delay_ms[user] > demand.budget_ms[user]:
            outcome[user] = DELAY
        elif down_mbps == 0.0 or down_mbps < demand.down_mbps[user]:
            outcome[user] = DOWNLINK
        elif up_mbps < demand.up_mbps[user]:
            outcome[user] = UPLINK
        elif demand.call[user]:
            beam = left[int(links.user_trial[user]), int(links.serving[user])]
            talks = 1.0 if demand.talk_share is None else demand.talk_share[user]
            needs = (
                math.ceil(math.ceil(demand.down_mbps[user] / down_mbps * WHOLE) * talks),
                math.ceil(math.ceil(demand.up_mbps[user] / up_mbps * WHOLE) * talks),
            )
            if needs[0] <= beam[0] and needs[1] <= beam[1]:
                beam[:] = beam[0] - needs[0], beam[1] - needs[1]
            else:
                outcome[user] = BANDWIDTH
    return outcome


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("order", ["efficient", "random"])
@pytest.mark.parametrize("places", [2, 80])
@pytest.mark.parametrize("pauses", [False, True])
def test_admission_is_that_of_the_loop(seed, order, places, pauses):
    settings = services(scheduler__admission=order)
    access = dataclasses.replace(settings.uplink.access, users_at_once=places)
    settings = dataclasses.replace(
        settings, uplink=dataclasses.replace(settings.uplink, access=access)
    )
    links, demand = drawn(seed, pauses=pauses)
    key = -links.efficiency.astype(np.float64)
    if order == "random":
        key = np.random.default_rng(9).uniform(size=len(demand.call))
        demand = dataclasses.replace(demand, arrival=key)
    expected = np.array(one_by_one(settings, links, demand, np.argsort(key, kind="stable")))
    found = admit(settings, NumpyKernels(), links, demand)
    np.testing.assert_array_equal(found.outcome[demand.call], expected[demand.call])
    assert set(expected[demand.call]) == set(range(OUTCOMES))  # every outcome occurs
    assert (found.left >= 0).all()
    (counts,) = calls_of_beams(settings, NumpyKernels(), links, demand, found).transpose(2, 0, 1, 3)
    for trial in range(TRIALS):
        for beam in range(BEAMS):
            own = demand.call & (links.serving == beam) & (links.user_trial == trial)
            tally = [int((expected[own] == reason).sum()) for reason in range(OUTCOMES)]
            assert counts[trial, beam].tolist() == tally


@pytest.mark.parametrize("policy", POLICIES)
def test_best_effort_shares_what_calls_leave(policy):
    settings = services(scheduler__policy=policy)
    links, demand = drawn(3)
    links = dataclasses.replace(links, lit=np.ones_like(links.lit))
    left = admit(settings, NumpyKernels(), links, demand).left
    # SINR right at the steps of a table makes the efficiencies those drawn.
    table = np.stack([STEPS[1:], STEPS[1:]], axis=1)
    shannon = np.zeros(4, dtype=np.float32)
    attached = AttachedLinks(
        carrier=links.efficiency,
        interference=np.zeros_like(links.efficiency),
        serving=links.serving,
        user_trial=links.user_trial,
        lit=None,
        adaptation=LinkAdaptation(rate_table=table, shannon=shannon, mode=0),
        trials=TRIALS,
        beams=BEAMS,
    )
    found = best_effort_mbps(settings, NumpyKernels(), attached, demand, left)
    for trial in range(TRIALS):
        for beam in range(BEAMS):
            own = demand.best_effort & (links.serving == beam) & (links.user_trial == trial)
            rates = [float(each) for each in links.efficiency[own] if each > 0.0]
            expected = {
                "equal-time": sum(rates) / len(rates),
                "proportional-fair": sum(rates) / len(rates),
                "equal-rate": len(rates) / sum(1.0 / each for each in rates),
                "max-ci": max(rates),
            }[policy]
            time = left[trial * BEAMS + beam, 0] / WHOLE
            assert found[trial, beam] == pytest.approx(expected * time * 3.0, rel=1e-6)


def test_the_least_difference_of_efficiency_decides():
    """Of users alike to the last bit of a float32 the better one is first, wherever he stands."""
    better = np.nextafter(np.float32(1.0), np.float32(2.0))
    efficiency = np.array([1.0, better, 1.0, better], dtype=np.float32)
    n = len(efficiency)
    links = CallLinks(
        trials=1,
        beams=1,
        serving=np.zeros(n, dtype=np.int32),
        user_trial=np.zeros(n, dtype=np.int32),
        above_horizon=None,
        in_view=None,
        lit=None,
        efficiency=efficiency,
        uplink_efficiency=None,
        delay_ms=np.zeros(n),
    )
    nothing = np.zeros(n, dtype=np.int64)
    needs = Needs(outcome=np.full(n, CARRIED), down=nothing, up=nothing, capacity_up=0)
    found = queues(NumpyKernels(), links, needs, np.ones(n, dtype=bool), None)
    assert (found.start.tolist(), found.count.tolist()) == ([0], [n])
    assert found.order.tolist() == [1, 3, 0, 2]


def test_the_order_does_not_depend_on_how_many_beams_there_might_be():
    """With 2^21 possible beams place, key and number no longer fit one word."""
    rng = np.random.default_rng(3)
    trials, users = 3, 4000
    n = trials * users
    # Efficiencies that differ in their last bits only.
    efficiency = np.float32(1.0) + rng.integers(0, 8, n).astype(np.float32) * np.float32(2**-23)
    serving = rng.integers(-1, 50, n).astype(np.int32)
    asks = (rng.random(n) < 0.8) & (serving >= 0)
    nothing = np.zeros(n, dtype=np.int64)
    needs = Needs(outcome=np.full(n, CARRIED), down=nothing, up=nothing, capacity_up=0)
    for arrival in (None, rng.integers(0, 5, n) / 5.0):
        orders = []
        for beams in (50, 2**21):
            links = CallLinks(
                trials=trials,
                beams=beams,
                serving=serving,
                user_trial=np.repeat(np.arange(trials, dtype=np.int32), users),
                above_horizon=None,
                in_view=None,
                lit=None,
                efficiency=efficiency,
                uplink_efficiency=None,
                delay_ms=np.zeros(n),
            )
            found = queues(NumpyKernels(), links, needs, asks, arrival)
            starts = found.start.reshape(trials, beams)[:, :50].ravel()
            counts = found.count.reshape(trials, beams)[:, :50].ravel()
            orders.append(
                [found.order[a : a + c].tolist() for a, c in zip(starts, counts, strict=True)]
            )
        assert orders[0] == orders[1]
        assert sum(map(len, orders[0])) == asks.sum()
