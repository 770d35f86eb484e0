"""The uplink of one satellite as calls load it: what beams hear, and calls that settle with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy.special import j1

from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import evaluate as evaluate_module
from capest.engine import uplink_of_one
from capest.engine.build import build
from capest.engine.frame import PlayedFrames
from capest.engine.links import Links
from capest.engine.memory import bytes_per_trial, pairs_heard, slice_length
from capest.engine.services import serve as serve_module
from capest.engine.services.serve import Served
from capest.engine.trial import compute
from capest.engine.uplink_of_one import SendersToOne, senders_to_one
from capest.engine.world import World
from capest.errors import CapestError
from capest.statistics.block import BlockResult

from .small import assert_same_bits, small_scenario

CALLS = {"service__preset": "video-call-480p", "users__per_beam": 30, "uplink__bandwidth_mhz": 0.72}
CASES: dict[str, dict[str, Any]] = {
    "one colour": CALLS,
    "three colours": {**CALLS, "beams__frequency_reuse": 3},
    "seven beams lit": {
        **CALLS, "beams__allocation": "random", "satellite__beams_at_once": 7,
    },
    "a frame of slots": {
        **CALLS, "beams__allocation": "random", "satellite__beams_at_once": 7, "beams__slots": 9,
        "service__delay_budget_ms": 900.0,
    },
    "power control": {
        **CALLS, "uplink__power_control": "fractional", "uplink__p0_dbm": -79.0,
        "uplink__alpha": 0.8,
    },
    "a mix": {
        **CALLS, "service__preset": None, "service__mix": "video-call-480p 30%, best-effort 70%",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Played:
    """A trial and what came up in it."""

    world: World
    block: BlockResult
    served: Served
    links: Links
    senders: SendersToOne | None
    frame: PlayedFrames | None


@cache
def played(case: str, interference: str) -> Played:
    kept: dict[str, Any] = {}

    def serve(*arguments: Any, **of_trial: Any) -> Served | None:
        kept["served"] = serve_module.serve(*arguments, **of_trial)
        kept["links"], kept["frame"] = of_trial["links"], of_trial["frame"]
        return kept["served"]

    def senders(*arguments: Any) -> SendersToOne:
        kept["senders"] = senders_to_one(*arguments)
        return kept["senders"]

    world = build(small_scenario(**CASES[case], uplink__interference=interference))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate_module, "serve", serve)
        patch.setattr(serve_module, "senders_to_one", senders)
        block = compute(world, NumpyKernels(), 0, 1)
    found = kept["served"], kept["links"], kept.get("senders"), kept["frame"]
    return Played(world, block, *found)


def truth(found: Played, sending: np.ndarray) -> np.ndarray:
    """What each beam hears of the users of others, from directions and losses, over the noise.

    TR 38.821 clause 6.1.3.1 with 1.1 dB/K and 0.72 MHz, TR 38.811 clause 6.4.1 for a dish of 2 m,
    and TS 38.213 clause 7.1.1.
    """
    links, layout = found.links, found.world.beams.fixed_layout
    power_dbm = np.full(len(sending), 23.0)
    if found.world.services.uplink.budget.p0_dbw is not None:
        # The coupling loss to the own beam, without body or polarisation loss here.
        link = found.world.radio.link
        coupling_db = link.coupling_loss_at_0_snr_db - 10.0 * np.log10(links.unlimited)
        power_dbm = np.minimum(23.0, -79.0 + 0.8 * coupling_db)
        assert np.ptp(power_dbm) > 1.0
    peak_db = power_dbm - 30.0 - links.loss_db + 1.1 + 228.6 - 10.0 * math.log10(0.72e6)
    towards = links.of_one.view.direction - layout.centre_direction[:, None]
    chord = np.linalg.norm(towards[:, None] - layout.direction[:, :, None], axis=0)
    x = np.maximum(2.0 * math.pi * 2e9 / 299_792_458.0 * chord, 1e-9)
    power = 10.0 ** (peak_db / 10.0) * (2.0 * j1(x) / x) ** 2
    colour, beam = layout.colour[layout.order], np.arange(len(layout.order))
    power[colour[:, None] != colour[links.serving]] = 0.0
    power[beam[:, None] == links.serving] = 0.0
    if found.frame is None:
        return power @ sending
    # Slot by slot, what lit beams hear of users whose own beam is lit.
    heard = np.zeros(len(beam))
    for lit in found.frame.lit > 0:
        heard[lit] += power[lit] @ (sending * lit[links.serving])
    return heard / np.maximum(found.frame.lit.sum(axis=0), 1)


def raised_db(interference: np.ndarray) -> np.ndarray:
    return 10.0 * np.log10(1.0 + interference)


def shares(found: Played) -> np.ndarray:
    """Share of a beam's places and time that each user has, from rates and efficiencies."""
    access, served = found.world.services.uplink.access, found.served
    own, places, efficiency = served.links.serving, access.users_at_once, served.links
    rate_mbps = efficiency.uplink_efficiency * access.user_bandwidth_mhz
    carried = served.demand.call & (served.admitted.outcome == 0)
    sending = np.where(carried, 0.6 / np.maximum(rate_mbps, 1e-9), 0.0) / places
    rest = served.demand.best_effort & (rate_mbps > 0.0)
    if served.links.lit is not None:
        rest &= served.links.lit
    left = np.maximum(1.0 - np.bincount(own, sending, minlength=19), 0.0)
    many = np.bincount(own[rest], minlength=19)
    each = np.minimum(left / np.maximum(many, 1), 1.0 / places)
    return sending + np.where(rest, each[own], 0.0)


@pytest.mark.parametrize("case", CASES)
def test_beams_hear_the_users_of_others(case: str) -> None:
    """Against brute force, for any shares with which users fill about the time of their beam."""
    found, rng = played(case, "load"), np.random.default_rng(7)
    sending = rng.uniform(0.0, 2.0 / 30.0, (2, len(found.links.serving)))
    heard = found.senders.hear(NumpyKernels(), sending)
    for one, other in zip(heard, sending, strict=True):
        expected_db = raised_db(truth(found, other))
        assert expected_db.mean() > 0.4
        np.testing.assert_allclose(raised_db(one), expected_db, atol=0.02)


@pytest.mark.parametrize("case", CASES)
def test_calls_make_the_interference_that_they_are_carried_under(case: str) -> None:
    found = played(case, "load")
    own, carried = found.links.serving, found.served.admitted.outcome == 0
    expected_db = raised_db(truth(found, shares(found)))[own[carried]]
    apart_db = raised_db(found.served.settled.interference[carried]) - expected_db
    assert carried.sum() > 50
    assert expected_db.mean() > 0.05
    assert abs(apart_db.mean()) < 0.1
    assert np.sqrt((apart_db**2).mean()) < 0.25
    own_snr = found.served.settled.own_snr[carried]
    sinr = own_snr / (1.0 + found.served.settled.interference[carried])
    np.testing.assert_allclose(sinr, own_snr / 10 ** (0.1 * (expected_db + apart_db)), rtol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_who_sends_less_disturbs_less(case: str) -> None:
    blocks = {each: played(case, each).block for each in ("off", "load", "full-buffer")}
    calls = [int(each.trial["calls_all_beams"][0]) for each in blocks.values()]
    assert calls[0] > calls[1] > calls[2] or case == "three colours"
    assert calls[0] >= calls[1] >= calls[2]
    of_load = blocks["load"]
    for name in ("snr", "sir", "sinr", "coupling_loss"):
        counted = of_load.histograms[f"uplink_{name}_db"].sum()
        assert counted == of_load.trial["uplink_users"][0] > 0
    assert "uplink_sinr_db" not in blocks["off"].histograms
    for absent in ("uplink_throughput", "cell_uplink_sinr_db"):
        assert absent not in of_load.trial | of_load.trial_cell


# With power control a trial of 45 calls may end in more than one way, however many steps it takes.
@pytest.mark.parametrize("case", [case for case in CASES if case != "power control"])
def test_both_chains_come_to_about_the_same(case: str) -> None:
    trial = compute(played(case, "load").world, NumpyKernels(), 0, 20).trial
    empty, full = (int(trial[f"calls_from_{start}"].sum()) for start in ("empty", "full"))
    assert abs(empty - full) <= 0.02 * empty
    assert min(empty, full) * 0.99 <= trial["calls"].sum() <= max(empty, full)


@pytest.mark.parametrize("case", CASES)
def test_trials_at_once_are_those_one_by_one(case: str) -> None:
    world = played(case, "load").world
    whole = compute(world, NumpyKernels(), 4, 5)
    parts = [compute(world, NumpyKernels(), 4 + k, 1) for k in range(5)]
    groups = ("trial", "trial_cell")
    rows = [
        {n: np.concatenate([getattr(p, g)[n] for p in parts]) for n in getattr(whole, g)}
        for g in groups
    ]
    sums = {n: sum(p.histograms[n] for p in parts) for n in whole.histograms}
    cell = {n: sum(p.cell[n] for p in parts) for n in whole.cell}
    assert_same_bits(whole, BlockResult(4, *rows, sums, cell))


def test_a_sum_is_exact_in_any_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many users are summed at once, and beside how many other trials."""
    rng, kernels = np.random.default_rng(1), NumpyKernels()
    power = np.rint(rng.uniform(0.0, 2.0**24, (5, 3 * 2000))).astype(np.float32)
    unit = 2.0 ** rng.integers(-40, 4, (3, 5))
    senders = SendersToOne(power, unit, np.zeros(6000, dtype=np.int64))
    sending = rng.uniform(-8.0, 8.0, (2, 6000))
    heard = senders.hear(kernels, sending)
    exact = (power.reshape(5, 3, 2000) * sending.reshape(2, 1, 3, 2000)).sum(axis=-1)
    expected = (exact.transpose(0, 2, 1) * unit).reshape(2, 15)
    most = (power.reshape(5, 3, 2000).sum(axis=2).T * unit).ravel()
    assert (np.abs(heard - expected) <= 2.0**-29 * most).all()
    shuffled = rng.permutation(2000)
    mixed = SendersToOne(
        power.reshape(5, 3, 2000)[..., shuffled].reshape(5, -1), unit, senders.beam
    )
    again = mixed.hear(kernels, sending.reshape(2, 3, 2000)[..., shuffled].reshape(2, -1))
    np.testing.assert_array_equal(heard, again)
    monkeypatch.setattr(uplink_of_one, "_USERS_AT_ONCE", 77)
    np.testing.assert_array_equal(heard, senders.hear(kernels, sending))
    last = SendersToOne(power[:, 4000:], unit[2:], senders.beam)
    np.testing.assert_array_equal(heard[:, 10:], last.hear(kernels, sending[:, 4000:]))


def test_memory_counts_the_pairs() -> None:
    off, load = (
        build(small_scenario(**CALLS, uplink__interference=each)) for each in ("off", "load")
    )
    assert pairs_heard(off) == 0
    assert pairs_heard(load) == 19 * 19 * 30
    assert bytes_per_trial(load) > bytes_per_trial(off) + 4 * pairs_heard(load)
    wide = build(small_scenario(**CALLS, beams__count=127))
    assert slice_length(wide, NumpyKernels()).trials == 2**20 // (127 * 127 * 30)


def test_a_frame_that_lights_all_is_a_moment() -> None:
    """Every beam lit in every slot: who sends and who hears is what it is in a moment."""
    moment = played("one colour", "load")
    frame = small_scenario(
        **CASES["one colour"], uplink__interference="load", beams__slots=4,
        service__delay_budget_ms=900.0,
    )  # fmt: skip
    found = compute(build(frame), NumpyKernels(), 0, 1)
    for name in ("calls", "calls_from_empty", "calls_from_full", "calls_refused_uplink"):
        np.testing.assert_array_equal(found.trial[name], moment.block.trial[name])


def test_calls_have_load_where_receive_beams_are_known() -> None:
    known = small_scenario(**CALLS)
    assert known.uplink_interference == "load"
    unknown = known.replace(satellite__uplink_antenna_diameter_m=None)
    assert unknown.uplink_interference == "off"
    assert "uplink" in build(unknown).notes[0]
    with pytest.raises(CapestError, match=r"uplink\.interference is not read: only with a service"):
        small_scenario(uplink__interference="load")


def test_one_beam_alone_hears_nobody() -> None:
    one = {**CALLS, "beams__count": 1, "beams__statistics_count": 1}
    off, load = (
        compute(build(small_scenario(**one, uplink__interference=each)), NumpyKernels(), 0, 3).trial
        for each in ("off", "load")
    )
    np.testing.assert_array_equal(off["calls"], load["calls"])
