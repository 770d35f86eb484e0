"""The uplink under many satellites: what beams hear, and calls that settle with it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import evaluate as evaluate_module
from capest.engine import uplink_of_many
from capest.engine.beams import satellite_fixed
from capest.engine.build import build
from capest.engine.downlink import downlink
from capest.engine.light import light_beams
from capest.engine.links import Links
from capest.engine.parts import Parts
from capest.engine.power import limit_power
from capest.engine.services import serve as serve_module
from capest.engine.services import settle as settle_module
from capest.engine.services.serve import Served
from capest.engine.services.settings import CallUplink
from capest.engine.sky import draw_sky
from capest.engine.trial import compute
from capest.engine.uplink import compute_uplink
from capest.engine.uplink_of_many import SendersToMany, senders_to_many
from capest.engine.users import draw_users
from capest.engine.world import World
from capest.sampling.draws import Draws
from capest.scenario.load import load_scenario
from capest.statistics.block import BlockResult

from ..backend.test_constellation_uplink import truth
from .small_network import network_world
from .test_two_kernels import on_the_ground
from .test_weather_of_cells import KA

OF_CALLS = {
    "service__preset": "video-call-480p", "users__count": 1500, "uplink__bandwidth_mhz": 0.72,
}  # fmt: skip
CALLS = {**OF_CALLS, "cells__assignment": "highest-elevation"}
CASES: dict[str, dict[str, Any]] = {
    "one colour": CALLS,
    "three colours": {**CALLS, "beams__frequency_reuse": 3},
    "power control": {
        **CALLS, "uplink__power_control": "fractional", "uplink__p0_dbm": -79.0,
        "uplink__alpha": 0.8,
    },
    "satellite-fixed": {**OF_CALLS, "cells__layout": "satellite-fixed", "beams__count": 37},
}  # fmt: skip
MIX = {**CALLS, "service__preset": None,
       "service__mix": "video-call-480p 40%, best-effort 60%"}  # fmt: skip


@dataclass(frozen=True)
class Played:
    """A trial and what came up in it."""

    world: World
    block: BlockResult
    served: Served
    links: Links
    senders: SendersToMany | None


def play(**changes: Any) -> Played:
    kept: dict[str, Any] = {}

    def serve(*arguments: Any, **of_trial: Any) -> Served | None:
        kept["served"] = serve_module.serve(*arguments, **of_trial)
        kept["links"] = of_trial["links"]
        return kept["served"]

    def senders(*arguments: Any) -> SendersToMany:
        kept["senders"] = senders_to_many(*arguments)
        return kept["senders"]

    world = network_world(**changes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate_module, "serve", serve)
        patch.setattr(serve_module, "senders_to_many", senders)
        block = compute(world, NumpyKernels(), 0, 1)
    return Played(world, block, kept["served"], kept["links"], kept.get("senders"))


@cache
def played(case: str, interference: str) -> Played:
    return play(**CASES[case], uplink__interference=interference)


def raised_db(interference: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(1.0 + interference)


def call_shares(found: Played) -> np.ndarray:
    """Share of a beam's places and time of each call carried: rate over that of all places."""
    access, demand = found.world.services.uplink.access, found.served.demand
    carried = demand.call & (found.served.admitted.outcome == 0)
    rate_mbps = found.served.links.uplink_efficiency * access.user_bandwidth_mhz
    return np.where(carried, 0.6 / np.maximum(rate_mbps, 1e-9), 0.0) / access.users_at_once


@pytest.mark.parametrize("case", CASES)
def test_strength_is_the_link_budget(case: str) -> None:
    """TR 38.821 clause 6.1.3.1 and TS 38.213 clause 7.1.1, over 1 m of free space."""
    found = played(case, "load")
    # 23 dBm, 0 dBi, 1.1 dB/K, 0.72 MHz; 1 m at 2 GHz.
    loss_db = 20.0 * math.log10(4.0 * math.pi * 2e9 / 299_792_458.0)
    power_dbm = np.full(1500, 23.0)
    if case == "power control":
        # The loss to the own beam, without body or polarisation loss here.
        link = found.world.radio.link
        coupling_db = link.coupling_loss_at_0_snr_db - 10.0 * np.log10(
            np.maximum(found.links.unlimited, 1e-300)
        )
        power_dbm = np.minimum(23.0, -79.0 + 0.8 * coupling_db)
        assert np.ptp(power_dbm[found.served.settled.ready]) > 1.0
    expected_db = power_dbm - 30.0 + 1.1 + 228.6 - 10.0 * math.log10(0.72e6) - loss_db
    there = found.links.serving >= 0
    found_db = 10.0 * np.log10(found.senders.strength[there])
    np.testing.assert_allclose(found_db, expected_db[there], atol=0.02)
    own_way = found.links.unlimited / found.senders.links.gain
    np.testing.assert_allclose(
        (found.senders.strength * own_way)[there], found.served.settled.own_snr[there], rtol=1e-6
    )


@pytest.mark.parametrize("case", CASES)
def test_full_buffers_fill_every_place_in_equal_turns(case: str) -> None:
    """Against brute force from positions and draws: each of n users of a beam sends 1/n."""
    found = played(case, "full-buffer")
    own, ready = found.served.links.serving, found.served.settled.ready
    many = np.bincount(own[ready], minlength=own.max() + 1)
    assert many.max() > 2
    sending = np.where(ready, 1.0 / np.maximum(many[own], 1), 0.0)
    heard = truth(found.senders.links, (sending * found.senders.strength)[None])[0]
    expected_db = raised_db(heard[own[ready]])
    found_db = raised_db(found.served.settled.interference[ready])
    np.testing.assert_allclose(found_db, expected_db, atol=0.02)
    assert expected_db.max() > 0.5


@pytest.mark.parametrize("case", CASES)
def test_calls_make_the_interference_that_they_are_carried_under(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shares from rates and efficiencies, what they disturb by brute force: it settles."""
    monkeypatch.setattr(uplink_of_many, "NEW_SHARES", (1.0, *[0.75] * 11))
    found = play(**CASES[case], uplink__interference="load")
    own, carried = found.served.links.serving, found.served.admitted.outcome == 0
    assert carried.sum() == found.block.trial["calls"][0] > 100
    sending = call_shares(found)
    heard = truth(found.senders.links, (sending * found.senders.strength)[None])[0]
    expected_db = raised_db(heard[own[carried]])
    apart_db = raised_db(found.served.settled.interference[carried]) - expected_db
    assert np.sqrt((apart_db**2).mean()) < 0.02
    assert expected_db.mean() > 0.1
    in_few = played(case, "load").block.trial["calls"][0]
    assert in_few == pytest.approx(found.block.trial["calls"][0], rel=0.015)


@pytest.mark.parametrize("case", CASES)
def test_who_sends_less_disturbs_less(case: str) -> None:
    off, load, full = (played(case, each) for each in ("off", "load", "full-buffer"))
    calls = [int(each.block.trial["calls"][0]) for each in (off, load, full)]
    assert calls[0] >= calls[1] >= calls[2] > 0
    assert calls[0] > calls[2]
    there = load.served.settled.ready
    of_load, of_full = (each.served.settled.interference[there] for each in (load, full))
    assert of_load.mean() < of_full.mean()
    assert off.served.settled is None
    assert "uplink_sinr_db" not in off.block.histograms
    for name in ("snr", "sir", "sinr", "coupling_loss"):
        assert load.block.histograms[f"uplink_{name}_db"].sum() == load.block.trial["uplink_users"]


@pytest.mark.parametrize("case", CASES)
def test_the_lower_of_two_chains_is_reported(case: str) -> None:
    trial = played(case, "load").block.trial
    empty, full = trial["calls_from_empty"][0], trial["calls_from_full"][0]
    assert trial["calls"][0] == min(empty, full)
    assert abs(int(empty) - int(full)) <= 0.02 * empty
    assert "calls_from_empty" not in played(case, "full-buffer").block.trial


def test_best_effort_takes_what_calls_leave() -> None:
    """Every beam with users without a guaranteed rate sends in as many places as they are."""
    found = play(**MIX, uplink__interference="load")
    own, rest = found.served.links.serving, found.served.demand.best_effort
    places = found.world.services.uplink.access.users_at_once
    sends = rest & (own >= 0) & (found.served.links.uplink_efficiency > 0.0)
    many = np.bincount(own[sends], minlength=own.max() + 1)
    calls = np.bincount(own[own >= 0], call_shares(found)[own >= 0], minlength=own.max() + 1)
    each = np.minimum((1.0 - calls) / np.maximum(many, 1), 1.0 / places)
    sending = call_shares(found) + np.where(sends, each[own], 0.0)
    heard = truth(found.senders.links, (sending * found.senders.strength)[None])[0]
    there = found.served.settled.ready
    expected_db = raised_db(heard[own[there]])
    found_db = raised_db(found.served.settled.interference[there])
    assert abs((found_db - expected_db).mean()) < 0.03
    calls_alone = truth(found.senders.links, (call_shares(found) * found.senders.strength)[None])
    assert expected_db.mean() > raised_db(calls_alone[0][own[there]]).mean() + 0.1


def test_one_beam_alone_hears_nobody() -> None:
    circle = {
        "kind": "circle", "latitude_deg": 50.0, "longitude_deg": 10.0, "radius_km": 2.0,
        "south_deg": None, "north_deg": None, "west_deg": None, "east_deg": None,
    }  # fmt: skip
    changes = {**CALLS, "region": circle, "users__placement": "uniform", "users__count": 60}
    off, load = (play(**changes, uplink__interference=each) for each in ("off", "load"))
    assert load.block.trial["lit_beams"][0] == 1
    assert not load.served.settled.interference.any()
    assert load.block.trial["calls"][0] == off.block.trial["calls"][0] > 0


def test_some_stand_for_all_in_the_first_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    exact = played("three colours", "load").block.trial["calls"][0]
    monkeypatch.setattr(settle_module, "_ENOUGH", 150)
    rough = play(**CASES["three colours"], uplink__interference="load").block.trial["calls"][0]
    assert rough == pytest.approx(exact, rel=0.01)


@pytest.mark.parametrize("reuse", [1, 3])
def test_a_constellation_of_one_hears_what_a_satellite_hears(reuse: int) -> None:
    """The same users through the uplink of one satellite, with drops in which all take turns."""
    world = build(
        load_scenario(
            {
                "rules": "0.2",
                "satellite": {"preset": "tr38821-set1-leo600-s"},
                "beams": {"count": 61, "frequency_reuse": reuse},
                "uplink": {"interference": "full-buffer", "drops": 840, "scheduled": "all"},
                "channel": {"line_of_sight": "always"},
                "run": {"seed": 5},
            }
        )
    )
    kernels, layout = NumpyKernels(), world.beams.layout
    draws = Draws(kernels, world.seed, 0, 1)
    sky, users = draw_sky(world, draws), draw_users(world, draws)
    beams = light_beams(world, kernels, sky, None, users, draws)
    power = limit_power(world, kernels, sky, beams)
    one = downlink(world, kernels, sky, users, beams, power)
    everybody = np.ones(len(users.trial), dtype=bool)
    of_one = compute_uplink(world, kernels, users, beams, one, everybody, Parts((draws.trials,)))

    same_sky = replace(sky, axes=np.ascontiguousarray(
        world.ground.users.coverage.satellites.axes[0][:, :, None]))  # fmt: skip
    beams = replace(satellite_fixed(world, layout, same_sky), of_user=one.serving)
    power = limit_power(world, kernels, same_sky, beams)
    below = on_the_ground(world, users)
    many = downlink(world, kernels, same_sky, below, beams, power)
    up = world.radio.uplink
    uplink = CallUplink(up.budget, up.access, up.carrier.frequency_hz, "full-buffer", False)
    senders = senders_to_many(world, uplink, same_sky, below, beams, power, many, np)
    turns = 1.0 / np.bincount(one.serving, minlength=61)[one.serving]
    found_db = raised_db(senders.hear(kernels, turns[None])[0][one.serving])
    expected_db = raised_db(of_one.interference)
    assert expected_db.mean() > 0.5
    np.testing.assert_allclose(found_db, expected_db, atol=0.05)
    own = senders.strength * many.unlimited / world.radio.gain_at_one_metre
    np.testing.assert_allclose(10.0 * np.log10(own / of_one.heard.own_snr), 0.0, atol=0.02)


def test_phones_in_guard_cells_disturb_and_are_not_counted() -> None:
    """One ring around a small region: its users hear more, and chains count theirs alone."""
    middle = {"south_deg": 49.0, "north_deg": 51.0, "west_deg": 10.0, "east_deg": 13.0}
    changes = {**CALLS, "uplink__interference": "load", "users__count": 200}
    changes |= {f"region__{key}": value for key, value in middle.items()}
    alone, surrounded = (play(**changes, region__guard_km=km) for km in (0.0, 60.0))
    assert surrounded.block.trial["uplink_users"][0] <= 200
    trial = surrounded.block.trial
    assert trial["calls"][0] == min(trial["calls_from_empty"][0], trial["calls_from_full"][0])
    heard = [each.served.settled.interference.mean() for each in (alone, surrounded)]
    assert heard[1] > 1.1 * heard[0]
    assert any("beyond the region's border" in note for note in alone.world.notes)
    assert not any("beyond the region's border" in note for note in surrounded.world.notes)


def test_weather_takes_of_the_strength_too() -> None:
    """Rain over a phone is on all its ways: what it delivers at 1 m has the loss of its place."""
    changes = {**KA, **CALLS, "channel__weather": "random", "service__preset": "voice"}
    found = play(**changes, uplink__interference="full-buffer")
    there = found.links.serving >= 0
    gain = found.senders.links.gain
    assert np.ptp(gain[there]) > 0.01 * gain[there].max()
    own_way = found.links.unlimited / gain
    np.testing.assert_allclose(
        (found.senders.strength * own_way)[there], found.served.settled.own_snr[there], rtol=1e-5
    )
