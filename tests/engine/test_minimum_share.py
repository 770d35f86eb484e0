"""A share for every caller before any call, against hand-computed cases and a loop over users."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import uplink_of_many
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.services.admission import (
    BANDWIDTH,
    CARRIED,
    WHOLE,
    CallLinks,
    admit,
    capacity_of,
    needs_of,
)
from capest.engine.services.demand import Demand
from capest.engine.services.minimum import (
    EQUAL_PART,
    NO_SHARE,
    WHOLE_SHARE,
    at_minimum,
    in_equal_parts,
)
from capest.engine.services.settings import Services

from ..backend.test_constellation_uplink import truth
from .small_network import network_scenario
from .test_admission import BEAMS, TRIALS, USERS, drawn, services
from .test_uplink_of_many import CALLS, call_shares, play, raised_db

KERNELS = NumpyKernels()


def with_share(share: float, places: int = 80, **changes: Any) -> Services:
    found = services(**changes)
    access = dataclasses.replace(found.uplink.access, users_at_once=places)
    uplink = dataclasses.replace(found.uplink, access=access)
    return dataclasses.replace(found, uplink=uplink, minimum_share=share)


def equal_parts(wants: list[int], capacity: int) -> list[int]:
    """To each what it wants or the equal part: the least wishes first, one after the other."""
    held, left = [0] * len(wants), capacity
    order = sorted(range(len(wants)), key=lambda user: wants[user])
    for place, user in enumerate(order):
        part = left // (len(order) - place)
        if wants[user] > part:
            for other in order[place:]:
                held[other] = part
            break
        held[user] = wants[user]
        left -= wants[user]
    return held


@pytest.mark.parametrize(
    ("wants", "capacity", "held"),
    [
        ([3, 4, 5], 12, [3, 4, 5]),
        ([3, 4, 5], 11, [3, 4, 4]),
        ([3, 4, 5], 10, [3, 3, 3]),
        ([10, 1, 10, 10], 22, [7, 1, 7, 7]),
        ([5, 5], 1, [0, 0]),
        ([0, 7], 5, [0, 5]),
    ],
)
def test_equal_parts_by_hand(wants: list[int], capacity: int, held: list[int]) -> None:
    number = np.zeros(len(wants), dtype=np.int64)
    found = in_equal_parts(KERNELS, np.array(wants), number, capacity, 1)
    assert found.tolist() == held == equal_parts(wants, capacity)


@pytest.mark.parametrize("seed", range(20))
def test_equal_parts_of_many_beams(seed: int) -> None:
    rng = np.random.default_rng(seed)
    groups, users = int(rng.integers(1, 9)), int(rng.integers(1, 200))
    wants = rng.choice([0, 1, 2, 7, 1000, WHOLE, 80 * WHOLE], users) * rng.integers(0, 2, users)
    number = rng.integers(0, groups, users)
    capacity = int(rng.choice([1, 50, 3000, WHOLE, 75 * WHOLE]))
    found = in_equal_parts(KERNELS, wants, number, capacity, groups)
    for group in range(groups):
        own = number == group
        assert found[own].tolist() == equal_parts(wants[own].tolist(), capacity)
        assert found[own].sum() <= capacity
    assert (found <= wants).all()


def one_by_one(
    settings: Services, links: CallLinks, demand: Demand
) -> tuple[list[int], list[int], np.ndarray]:
    """Outcome, what is held, and what is left, by loops over beams and users."""
    full = needs_of(settings, links, demand, np)
    asked = at_minimum(demand, settings.minimum_share)
    least, of_lit = needs_of(settings, links, asked, np), None
    if links.lit_share is not None:
        in_lit_slots = dataclasses.replace(
            links,
            efficiency=(links.efficiency / links.lit_share).astype(np.float32),
            uplink_efficiency=(links.uplink_efficiency / links.lit_share).astype(np.float32),
        )
        of_lit = needs_of(settings, in_lit_slots, asked, np)
    talks = np.ones(len(demand.call)) if demand.talk_share is None else demand.talk_share
    whole = np.ceil(WHOLE * talks).astype(np.int64)
    down, up = np.minimum(least.down, whole), np.minimum(least.up, whole)
    capacities = (WHOLE, capacity_of(settings.uplink.access))
    outcome, kind = full.outcome.tolist(), [NO_SHARE] * len(demand.call)
    left = np.zeros((links.trials * links.beams, 2), dtype=np.int64)
    key = -links.efficiency.astype(np.float64) if demand.arrival is None else demand.arrival
    for group in range(links.trials * links.beams):
        own = np.flatnonzero(demand.call & (links.serving >= 0) & (links.own_beam == group))
        closes = (of_lit or least).outcome == CARRIED
        holds = [user for user in own if closes[user]]
        held = {
            user: parts
            for user, *parts in zip(
                holds,
                equal_parts([int(down[user]) for user in holds], capacities[0]),
                equal_parts([int(up[user]) for user in holds], capacities[1]),
                strict=True,
            )
        }
        left[group] = [
            capacity - sum(parts[k] for parts in held.values())
            for k, capacity in enumerate(capacities)
        ]
        for user, parts in held.items():
            reached = parts == [down[user], up[user]] and least.outcome[user] == CARRIED
            kind[user] = WHOLE_SHARE if reached else EQUAL_PART
        for user in sorted(own, key=lambda user: (key[user], user)):
            if outcome[user] != CARRIED:
                continue
            parts = held.get(user, [0, 0])
            more = [
                max(int(need[user]) - part, 0)
                for need, part in zip((full.down, full.up), parts, strict=True)
            ]
            if all(need <= there for need, there in zip(more, left[group], strict=True)):
                left[group] -= more
                kind[user] = NO_SHARE
            else:
                outcome[user] = BANDWIDTH
    return outcome, kind, left


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("places", [2, 80])
@pytest.mark.parametrize("order", ["efficient", "random"])
@pytest.mark.parametrize("frame", [False, True])
def test_admission_is_that_of_the_loop(
    seed: int, share: float, places: int, order: str, frame: bool
) -> None:
    settings = with_share(share, places, scheduler__admission=order)
    links, demand = drawn(seed, pauses=seed == 2)
    if frame:
        lit_share = np.random.default_rng(seed).choice([0.1, 0.5, 1.0], len(demand.call))
        efficiency = (links.efficiency * lit_share).astype(np.float32)
        links = dataclasses.replace(links, efficiency=efficiency, lit_share=lit_share)
    if order == "random":
        arrival = np.random.default_rng(9).uniform(size=len(demand.call))
        demand = dataclasses.replace(demand, arrival=arrival)
    outcome, kind, left = one_by_one(settings, links, demand)
    found = admit(settings, KERNELS, links, demand)
    np.testing.assert_array_equal(found.outcome[demand.call], np.array(outcome)[demand.call])
    np.testing.assert_array_equal(found.held, kind)
    np.testing.assert_array_equal(found.left, left)
    assert (found.left >= 0).all()


def test_every_kind_occurs() -> None:
    seen = set()
    for share, places in ((0.1, 2), (0.5, 80)):
        links, demand = drawn(1)
        seen |= set(admit(with_share(share, places), KERNELS, links, demand).held[demand.call])
    assert seen == {NO_SHARE, EQUAL_PART, WHOLE_SHARE}


def test_a_share_of_nothing_changes_no_call() -> None:
    links, demand = drawn(4)
    without, least = (admit(with_share(share, 2), KERNELS, links, demand) for share in (0.0, 1e-12))
    np.testing.assert_array_equal(without.outcome, least.outcome)
    assert without.held is None
    # A unit of 2^-32 for each caller at most.
    assert (abs(without.left - least.left) <= TRIALS * USERS).all()


def alike(n: int, settings: Services, **rates: float) -> tuple[CallLinks, Demand]:
    """One beam of callers alike, whose rates are parts of what a link carries; no uplink."""
    links = CallLinks(
        trials=1, beams=1, serving=np.zeros(n, dtype=np.int32),
        user_trial=np.zeros(n, dtype=np.int32), above_horizon=None, in_view=None, lit=None,
        efficiency=np.ones(n, dtype=np.float32), uplink_efficiency=np.ones(n, dtype=np.float32),
        delay_ms=np.zeros(n),
    )  # fmt: skip
    everybody = np.ones(n, dtype=bool)
    asked = {name: np.full(n, part * settings.bandwidth_mhz) for name, part in rates.items()}
    if "wanted_down_mbps" in asked:
        asked["wanted_up_mbps"] = np.zeros(n)
    return links, Demand(
        call=everybody, best_effort=~everybody, budget_ms=np.full(n, 100.0), call_class=None,
        arrival=None, up_mbps=np.zeros(n), **asked,
    )  # fmt: skip


def test_shares_are_fairer_by_hand() -> None:
    """A beam holds 20 of 100 calls, or 100 tenths and what is left: 0.5 / 0.045 = 11 calls.

    Jain, Chiu and Hawe, "A Quantitative Measure of Fairness", DEC-TR-301, 1984.
    """
    indices = []
    for share, calls, kind in (
        (0.0, 20, None), (0.1, 11, WHOLE_SHARE), (0.199, 0, WHOLE_SHARE), (0.5, 0, EQUAL_PART),
    ):  # fmt: skip
        settings = with_share(share)
        links, demand = alike(100, settings, down_mbps=0.04999)
        found = admit(settings, KERNELS, links, demand)
        carried = found.outcome == CARRIED
        assert carried.sum() == calls
        rate = carried.astype(float)
        if found.held is not None:
            assert set(found.held[~carried]) == {kind}
            rate[~carried] = share if kind == WHOLE_SHARE else 0.2
        assert found.left[0, 0] >= 0
        indices.append(rate.sum() ** 2 / (len(rate) * (rate**2).sum()))
    assert indices == pytest.approx([0.2, 19.9**2 / (100 * 11.89), 1.0, 1.0])


def test_rates_that_adapt_begin_at_the_share() -> None:
    """Four shares of 0.2 are 0.8 of a beam; the rest raises all by the same."""
    settings = with_share(0.5)
    links, demand = alike(4, settings, down_mbps=0.1, wanted_down_mbps=0.4)
    found = admit(settings, KERNELS, links, demand)
    assert (found.outcome == CARRIED).all()
    assert 0 <= int(found.left[0, 0]) <= 8
    assert (found.held == NO_SHARE).all()


CALLING = {
    "users__count": 1500, "service__preset": "voice", "satellite__beams_at_once": 4,
    "cells__objective": "coverage", "carrier__bandwidth_mhz": 2.0,
}  # fmt: skip


def trials(**changes: Any) -> dict[str, np.ndarray]:
    return compute_block(build(network_scenario(**{**CALLING, **changes})), KERNELS, 0, 3).trial


def test_no_share_changes_no_call_of_the_same_beams() -> None:
    without, little = trials(cells__minimum_share=0.0), trials(cells__minimum_share=1e-9)
    assert "calls_at_minimum" not in without
    for name in ("calls", "calls_refused", "calls_from_empty", "calls_from_full", "lit_beams"):
        np.testing.assert_array_equal(without[name], little[name])


@pytest.mark.parametrize("preset", ["voice", "video-call-480p", "video-call-adaptive"])
@pytest.mark.parametrize("rules", ["0.2", "0.3"])
@pytest.mark.parametrize("frame", [False, True])
def test_beams_give_no_more_than_they_have(preset: str, rules: str, frame: bool) -> None:
    turns = {"beams__allocation": "periodic", "beams__slots": 4} if frame else {}
    scenario = {"rules": rules, "service__preset": preset, **turns}
    found = trials(**scenario, cells__minimum_share=0.2)
    assert (found["downlink_load"] <= 1.0).all()
    assert (found["uplink_load"] <= 1.0).all()
    held = found["calls_at_minimum"] + found["calls_below_minimum"]
    assert held.sum() > 0
    assert (held + found["calls"] <= found["calls_offered"]).all()


def test_trials_are_the_same_one_by_one() -> None:
    world = build(network_scenario(**CALLING, beams__allocation="random", beams__slots=4))
    together = compute_block(world, KERNELS, 0, 3).trial
    for number in range(3):
        alone = compute_block(world, KERNELS, number, 1).trial
        for name in ("calls", "calls_at_minimum", "calls_below_minimum", "cells_dark"):
            assert alone[name][0] == together[name][number]


@pytest.mark.parametrize("guard_km", [0.0, 200.0])
def test_holders_of_cells_add_up_to_those_of_trials(guard_km: float) -> None:
    frame = {"beams__allocation": "periodic", "beams__slots": 4, "region__guard_km": guard_km}
    world = build(network_scenario(**CALLING, **frame, cells__minimum_share=0.2))
    found = compute_block(world, KERNELS, 0, 3)
    of_cells = found.cell["cell_calls_at_or_below_minimum"]
    held = (found.trial["calls_at_minimum"] + found.trial["calls_below_minimum"]).sum()
    assert of_cells.sum() == held > 0
    assert not of_cells[~world.ground.counted].any()
    refused = found.cell["cell_calls_offered"] - found.cell["cell_calls"]
    assert (of_cells <= refused).all()
    by_block = [compute_block(world, KERNELS, k, 1).cell for k in range(3)]
    each = [one["cell_calls_at_or_below_minimum"] for one in by_block]
    np.testing.assert_array_equal(np.sum(each, axis=0), of_cells)
    none = build(network_scenario(**CALLING, **frame, cells__minimum_share=0.0))
    assert "cell_calls_at_or_below_minimum" not in compute_block(none, KERNELS, 0, 1).cell


def test_queues_are_empty_too() -> None:
    """Nobody calls: beams are whole."""
    links, demand = drawn(1)
    nobody = dataclasses.replace(demand, call=np.zeros(len(demand.call), dtype=bool))
    settings = with_share(0.1)
    found = admit(settings, KERNELS, links, nobody)
    assert (found.left == [WHOLE, capacity_of(settings.uplink.access)]).all()
    assert len(found.left) == TRIALS * BEAMS


@pytest.mark.parametrize("share", [0.02, 0.2])
def test_who_holds_a_share_disturbs(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares from rates and efficiencies, what they disturb by brute force: it settles."""
    monkeypatch.setattr(uplink_of_many, "NEW_SHARES", (1.0, *[0.75] * 11))
    coverage = {"cells__objective": "coverage", "cells__minimum_share": share}
    found = play(**CALLS, **coverage, uplink__interference="load")
    links, held = found.served.links, found.served.admitted.held
    access = found.world.services.uplink.access
    rate_mbps = np.maximum(links.uplink_efficiency * access.user_bandwidth_mhz, 1e-9)
    wants = np.ceil(share * 0.6 / rate_mbps * WHOLE).astype(np.int64)
    carried = found.served.admitted.outcome == CARRIED
    sending = call_shares(found)
    for beam in range(links.beams):
        own = np.flatnonzero((links.serving == beam) & (carried | (held > NO_SHARE)))
        parts = equal_parts(wants[own].tolist(), capacity_of(access))
        least = np.array(parts, dtype=float) / (WHOLE * access.users_at_once)
        sending[own] = np.maximum(sending[own], least)
    assert (held == WHOLE_SHARE).sum() > 100
    heard = truth(found.senders.links, (sending * found.senders.strength)[None])[0]
    there = carried | (held > NO_SHARE)
    expected_db = raised_db(heard[links.serving[there]])
    apart_db = raised_db(found.served.settled.interference[there]) - expected_db
    assert np.sqrt((apart_db**2).mean()) < 0.02
    calls_alone = raised_db(
        truth(found.senders.links, (call_shares(found) * found.senders.strength)[None])[0]
    )
    assert expected_db.mean() > 1.1 * calls_alone[links.serving[there]].mean()


def test_a_beam_that_is_seldom_lit_is_shared_equally() -> None:
    """Half of a link's rate, in a tenth of the time: it closes, does not fit, and is shared."""
    settings = with_share(0.5)
    links, demand = alike(4, settings, down_mbps=0.5)
    seldom = np.full(4, 0.1)
    links = dataclasses.replace(links, efficiency=np.float32(seldom), lit_share=seldom)
    found = admit(settings, KERNELS, links, demand)
    assert (found.held == EQUAL_PART).all()
    assert found.left[0, 0] == 0
    # Too weak even in lit slots: nobody holds anything.
    weak = dataclasses.replace(links, efficiency=np.float32(seldom * 0.2))
    assert (admit(settings, KERNELS, weak, demand).held == NO_SHARE).all()
