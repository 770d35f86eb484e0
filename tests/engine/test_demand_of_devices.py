"""Demand given as traffic of a device: how many call, and how often calls are blocked."""

from __future__ import annotations

import math

import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.errors import InputError

from .small_network import below_one, network_scenario

# One cell in the middle of London, one beam, free space: all links are nearly alike.
DEVICES = {
    "users__placement": "population", "users__count": None, "users__devices_per_person": 0.001,
    "users__erlang_per_device": 0.02, "service__downlink_kbps": 1000.0,
    "service__uplink_kbps": 0.0, "service__guaranteed": True, "service__delay_budget_ms": 1000.0,
}  # fmt: skip
LONDON = (51.51, -0.12)


def cell(**changes):
    return below_one(LONDON).replace(cells__diameter_km=60.0, **(DEVICES | changes))


def people(world) -> float:
    return float(world.layout["cell_people"].sum())


@pytest.mark.parametrize("activity", [None, 0.5, 0.02])
def test_users_offer_the_traffic_of_all_devices(activity):
    world = build(cell(service__activity=activity))
    asks = activity or 1.0
    traffic = people(world) * 0.001 * 0.02
    assert world.ground.users_per_trial == pytest.approx(traffic / asks, abs=0.51)
    block = compute_block(world, NumpyKernels(), 0, 60)
    offered = block.trial["calls_offered"]
    # A binomial count, or all of them.
    error = math.sqrt(traffic * (1.0 - asks) / len(offered))
    assert offered.mean() == pytest.approx(traffic, abs=4 * error + 1.0)
    if activity == 0.02:
        assert world.ground.users_per_trial == pytest.approx(people(world) * 0.001, abs=0.51)


def test_a_mix_asks_as_its_presets_do():
    mix = {"service__mix": "voice 50%, message 50%"}
    none = dict.fromkeys(name for name in DEVICES if name.startswith("service"))
    of_mix = DEVICES | none | mix
    world = build(below_one(LONDON).replace(**of_mix))
    assert world.ground.users_per_trial == pytest.approx(people(world) * 2e-5, abs=0.51)


def erlang_b(load: float, servers: int) -> float:
    """Share of blocked calls by Erlang's formula, from its recursion."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def test_calls_are_blocked_as_erlang_says_of_that_traffic():
    """Sources of little traffic each: the beam is a group of as many servers as calls it holds."""
    share, activity = 0.0005, 0.05
    idle = cell(users__devices_per_person=share)
    traffic = people(build(idle)) * share * 0.02
    assert 5.0 < traffic < 100.0
    servers = round(traffic)
    found = compute_block(build(idle), NumpyKernels(), 0, 1)
    # All of the beam's time among the users: the rate of one call that fills it.
    world = build(idle)
    rate_kbps = 1e3 * float(found.trial["throughput"][0]) / (servers + 0.5)
    coming = idle.replace(
        service__activity=activity, service__downlink_kbps=rate_kbps,
        service__simulated_holding_times=20,
    )  # fmt: skip
    world = build(coming)
    trial = compute_block(world, NumpyKernels(), 0, 20).trial
    asked, blocked = trial["call_attempts"], trial["calls_blocked"]
    part = blocked.sum() / asked.sum()
    error = math.sqrt(((blocked - part * asked) ** 2).sum()) / asked.sum()
    # Engset's share, of sources that are busy 5 % of the time, is a little below.
    expected = erlang_b(traffic, servers)
    assert part == pytest.approx(expected, abs=4 * error + 0.1 * expected)
    assert error < 0.1 * expected
    # And every device asks as often as its traffic says, but for who is in a call already.
    assert asked.mean() == pytest.approx(traffic * 20, rel=0.1)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"service__activity": 0.01}, r"service\.activity.*at least users\.erlang_per_device"),
        ({"users__erlang_per_device": 0.0}, "above 0"),
        ({"users__erlang_per_device": 1.5}, "at most 1"),
        ({"users__activity_factor": 0.2}, r"activity_factor is not read.*erlang_per_device"),
        ({"users__devices_per_person": None, "users__count": 40}, "erlang_per_device is not read"),
    ],
)
def test_what_does_not_fit_is_one_line(changes, said):
    with pytest.raises(InputError, match=said) as caught:
        cell(**changes)
    assert str(caught.value).count("\n") == 0


def test_traffic_without_a_service_is_refused():
    with pytest.raises(InputError, match="erlang_per_device is not read: there is no service"):
        network_scenario(
            users__count=None, users__devices_per_person=0.01, users__erlang_per_device=0.02
        )
