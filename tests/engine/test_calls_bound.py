"""No assignment carries more calls than the bound, and without interference some nearly do."""

from __future__ import annotations

import importlib.util
from itertools import product
from typing import Any

import numpy as np
import pytest

from capest.backend import choose
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import evaluate, light, lone_links, with_bound
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.services import calls_bound as bounds
from capest.engine.services import serve
from capest.engine.services.calls_alone import most_fitting
from capest.engine.world import World
from capest.errors import InputError
from capest.scenario.load import load_scenario

pytest.importorskip("scipy.optimize")

CALLS = {"preset": "video-call-480p"}


def scenario_of(*keys: str, **sections: Any) -> Any:
    """A few cells under a few satellites, whose beams cannot carry all who call."""
    raw: dict[str, Any] = {
        "rules": "0.2",
        "satellite": {"preset": "tr38821-set1-leo600-s", "beams_at_once": 2},
        "constellation": {"shells": "60: 600/20/1 @ 600", "minimum_elevation_deg": 25.0},
        "region": {
            "kind": "circle", "latitude_deg": 45.0, "longitude_deg": 10.0, "radius_km": 250.0,
        },
        "cells": {"diameter_km": 110.0, "bound": "interference-free"},
        "beams": {"frequency_reuse": 3},
        "carrier": {"bandwidth_mhz": 5.0},
        "users": {"placement": "population", "count": 150},
        "service": CALLS,
        "uplink": {"interference": "off"},
        "run": {"seed": 7},
    }  # fmt: skip
    for name, content in sections.items():
        content = content if isinstance(content, str) else raw.get(name, {}) | content
        if isinstance(content, dict) and "mix" in content:
            del content["preset"]
        raw[name] = content
    return load_scenario(raw, keys)


def trials_of(scenario: Any, trials: int = 3) -> dict[str, np.ndarray]:
    """What is counted in each trial."""
    kernels = NumpyKernels()
    if scenario.cells.refinement != "none":
        # A search in NumPy takes far longer.
        if choose.native_obstacle() is not None:
            pytest.skip("no compiled kernels")
        kernels = choose.kernels("native")
    return compute_block(build(scenario), kernels, 0, trials).trial


SCENES: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "plain": ((), {}),
    "one channel": (("beams.frequency_reuse=1",), {}),
    "calls disturb each other": (("uplink.interference=load",), {}),
    "everybody sends": (("uplink.interference=full-buffer",), {}),
    "calls as they come": (("scheduler.admission=random",), {}),
    "rules of 0.3": ((), {"rules": "0.3"}),
    "several classes": (
        (),
        {"service": {"mix": "voice 30%, video-call-480p 50%, best-effort 20%"}},
    ),
    "rates that adapt": ((), {"service": {"preset": "video-call-adaptive"}}),
    "wide uplinks": (("uplink.width=least-share", "uplink.bandwidth_mhz=5"), {}),
    "power control": (("uplink.power_control=fractional", "uplink.bandwidth_mhz=0.72"), {}),
    "limited power": (
        ("satellite.rf_power_w=20", "satellite.pfd_limit_dbw_per_m2_mhz=-105"),
        {},
    ),
    "emissions out of band": (("satellite.out_of_band_pfd_limit_dbw_per_m2_mhz=-150",), {}),
    "guard cells": (("region.guard_km=200",), {}),
    "indoors": (("users.indoor_share=0.3", "users.vehicle_share=0.2"), {}),
    "weather": (("channel.weather=random", "channel.ionosphere=by-latitude"), {}),
    "two branches": (("handset.branches=2", "handset.antenna_gain_dbi=-3"), {}),
    "two payloads": (
        (),
        {
            "constellation": {
                "shells": None,
                "shell": [
                    {"orbit": "60: 300/20/1 @ 600"},
                    {
                        "orbit": "50: 300/20/1 @ 700", "beams_at_once": 3,
                        "antenna_gain_dbi": 33.0, "hpbw_deg": 3.0,
                        "eirp_density_dbw_per_mhz": 36.0,
                    },
                ],
            }
        },
    ),
    "turns of a moment": (("beams.allocation=random", "beams.cells_per_beam=3"), {}),
    "turns of a frame": (
        ("beams.allocation=proportional", "beams.cells_per_beam=3", "beams.slots=12"),
        {},
    ),
    "turns of a short frame": (
        ("beams.allocation=periodic", "beams.cells_per_beam=2", "beams.slots=3"),
        {"rules": "0.3"},
    ),
    "coverage first": (("cells.objective=coverage", "cells.minimum_share=0.2"), {}),
    "a search": (("cells.refinement=local-search", "cells.moves=3000"), {}),
    "a search for several beams": (
        (
            *("cells.refinement=local-search", "cells.moves=3000", "cells.beams_per_cell=2"),
            *("satellite.beams_at_once=6", "uplink.interference=load"),
        ),
        {},
    ),
    "few processes": (("link.harq_processes=16",), {"rules": "0.3"}),
}  # fmt: skip


def scene(name: str, *more: str) -> Any:
    """One of the scenes."""
    keys, sections = SCENES[name]
    return scenario_of(*keys, *more, **sections)


@pytest.mark.parametrize("name", SCENES)
def test_no_strategy_exceeds_the_bound(name: str) -> None:
    bounds_found = []
    for strategy in ("greedy-demand", "max-sinr", "least-loaded"):
        found = trials_of(scene(name, f"cells.assignment={strategy}"))
        bound, free = found["calls_bound"], found["calls_without_interference"]
        assert (found["calls"] <= bound).all()
        assert (free <= bound).all()
        assert (bound <= found["calls_offered"]).all()
        assert free.sum() > 0
        bounds_found.append(bound)
    # The bound knows nothing of the strategy.
    np.testing.assert_array_equal(bounds_found[0], bounds_found[1])
    np.testing.assert_array_equal(bounds_found[0], bounds_found[2])


def small_network(number: int, *more: str) -> World:
    """A network of a handful of cells below a handful of satellites, each another one."""
    return build(
        scenario_of(
            f"run.seed={number}",
            *("region.radius_km=90", "users.count=300", "carrier.bandwidth_mhz=15"),
            *(f"region.longitude_deg={1.5 * number}", "satellite.beams_at_once=1"),
            *("constellation.shells=60: 480/16/1 @ 600", "uplink.width=least-share", *more),
        )
    )


def calls_of_pairs(world: World, monkeypatch: pytest.MonkeyPatch) -> dict[tuple[int, int], int]:
    """Calls that each satellite carries in each cell if it lights that cell alone."""
    known: dict[str, Any] = {}

    def note(world: World, sky: Any, view: Any, users_of_cell: Any, *_: Any) -> np.ndarray:
        known.update(view=view, users=users_of_cell)
        return np.full(users_of_cell.shape, -1, dtype=np.int32)

    monkeypatch.setattr(light, "assign", note)
    monkeypatch.setattr(with_bound, "calls_bound", lambda *_: np.zeros(1, dtype=np.int32))
    compute_block(world, NumpyKernels(), 0, 1)
    pairs, found = known["view"].candidates, {}
    for cell, satellite in zip(pairs.cell.tolist(), pairs.satellite.tolist(), strict=True):
        if not known["users"][0, cell]:
            continue
        lit = np.full(known["users"].shape, -1, dtype=np.int32)
        lit[0, cell] = satellite
        monkeypatch.setattr(light, "assign", lambda *_, lit=lit: lit.copy())
        block = compute_block(world, NumpyKernels(), 0, 1)
        # Nobody else is lit: nothing disturbs.
        assert block.trial["calls"] == block.trial["calls_without_interference"]
        found[cell, satellite] = int(block.trial["calls"][0])
    monkeypatch.undo()
    return found


def best_of_all(calls: dict[tuple[int, int], int], beams: int) -> int:
    """Most calls of any assignment, by trying all of them."""
    choices: dict[int, list[tuple[int, int]]] = {}
    for (cell, satellite), carried in calls.items():
        # A satellite that carries nothing leaves the cell as dark as none does.
        if carried:
            choices.setdefault(cell, [(-1, 0)]).append((satellite, carried))
    best = 0
    for chosen in product(*choices.values()):
        lit = [satellite for satellite, _ in chosen if satellite >= 0]
        if all(lit.count(satellite) <= beams for satellite in lit):
            best = max(best, sum(carried for _, carried in chosen))
    return best


@pytest.mark.parametrize("phone", ["strong", "real"])
def test_the_bound_is_near_the_best_of_all(phone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    more = ("handset.transmit_power_dbm=60",) if phone == "strong" else ()
    exact, bound, short = [], [], 0
    for number in range(20):
        world = small_network(number, *more)
        found = compute_block(world, NumpyKernels(), 0, 1).trial
        calls = calls_of_pairs(world, monkeypatch)
        exact.append(best_of_all(calls, beams=1))
        most: dict[int, int] = {}
        for (cell, _), carried in calls.items():
            most[cell] = max(most.get(cell, 0), carried)
        short += sum(most.values()) > exact[-1]
        bound.append(int(found["calls_bound"][0]))
        assert found["calls_without_interference"][0] <= exact[-1] <= bound[-1]
    assert short > 10  # satellites lack beams
    if phone == "strong":
        # The downlink alone limits calls, and admission goes by it.
        assert bound == exact
    else:
        # Admission goes by the downlink and may lose a call that the uplink refuses.
        assert sum(bound) <= 1.01 * sum(exact)
        assert max(a - b for a, b in zip(bound, exact, strict=True)) <= 2


@pytest.mark.parametrize("name", ["plain", "weather", "two branches", "two payloads"])
@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_lone_links_are_those_of_the_trial(name: str, backend: str) -> None:
    """Bit by bit: what a beam carries alone is what it carries in the trial, if nobody disturbs."""
    if backend == "native" and choose.native_obstacle() is not None:
        pytest.skip("no compiled kernels")
    kernels, seen = choose.kernels(backend), []

    def note(*arguments: Any, **named: Any) -> Any:
        seen.append((arguments, named))
        return serve.serve(*arguments, **named)

    world = build(scene(name))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(evaluate, "serve", note)
        compute_block(world, kernels, 0, 2)
    ((_, _, _), named), *_ = seen
    users, links, beams, sky = (named[each] for each in ("users", "links", "beams", "sky"))
    everybody, compared = np.ones(len(users.trial), dtype=bool), 0
    for lone in lone_links.lone_links(
        world, kernels, sky, users, named["view"].candidates, everybody, at_once=500
    ):
        own = beams.satellite[np.maximum(links.serving + beams.start[users.trial], 0)][lone.user]
        satellite = lone.sky.number[lone.links.satellite]
        same = (sky.number[own] == satellite) & (links.serving[lone.user] >= 0)
        for field in ("carrier", "unlimited", "range_m", "sin_elevation"):
            of_trial, alone = getattr(links, field)[lone.user], getattr(lone.links, field)
            np.testing.assert_array_equal(of_trial[same], alone[same])
        assert not lone.links.interference.any()
        compared += same.sum()
    assert compared == (links.serving >= 0).sum() > 50


@pytest.mark.parametrize("name", ["plain", "turns of a frame", "several classes"])
def test_a_bound_depends_on_its_trial_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    world = build(scene(name))
    whole = compute_block(world, NumpyKernels(), 0, 4, slice_trials=4)
    one_by_one = compute_block(world, NumpyKernels(), 0, 4, slice_trials=1)
    later = compute_block(world, NumpyKernels(), 2, 2, slice_trials=2)
    # In pieces of single satellites.
    real = lone_links.lone_links
    monkeypatch.setattr(bounds, "lone_links", lambda *given: real(*given, at_once=1))
    in_pieces = compute_block(world, NumpyKernels(), 0, 4, slice_trials=4)
    for key in ("calls_bound", "calls_without_interference"):
        expected = whole.trial[key]
        for other in (one_by_one, in_pieces):
            np.testing.assert_array_equal(other.trial[key], expected, strict=True)
        np.testing.assert_array_equal(later.trial[key], expected[2:], strict=True)


def test_without_a_bound_trials_are_the_same() -> None:
    with_it, without = (
        compute_block(build(scene("plain", *more)), NumpyKernels(), 0, 2)
        for more in ((), ("cells.bound=none",))
    )
    more = with_it.trial.keys() - without.trial.keys()
    assert more == {"calls_bound", "calls_without_interference"}
    for key, values in without.trial.items():
        np.testing.assert_array_equal(values, with_it.trial[key], strict=True)


def test_more_beams_in_a_cell_never_lower_the_bound() -> None:
    found = [trials_of(scene("plain", f"cells.beams_per_cell={most}"), 2) for most in (1, 2, 3)]
    bound = [each["calls_bound"] for each in found]
    assert (bound[0] <= bound[1]).all()
    assert (bound[1] <= bound[2]).all()
    assert (bound[0] < bound[2]).any()
    for each in found:
        assert (each["calls"] <= each["calls_bound"]).all()
        assert (each["calls_without_interference"] <= each["calls_bound"]).all()


@pytest.mark.parametrize("unit", [1, 2**50])
def test_most_shares_that_fit(unit: int) -> None:
    """Against all subsets; numbers of beams do not fit into a word beside the largest shares."""
    rng = np.random.default_rng(3)
    beam, share, capacity = rng.integers(0, 7, 60), rng.integers(1, 700, 60) * unit, 1000 * unit
    found = most_fitting(NumpyKernels(), beam, share, capacity, [1.0], 7)
    for number in range(7):
        own = share[beam == number]
        sums = np.array([sum(each) for each in product(*([0, one] for one in own))], dtype=object)
        counts = np.array([sum(each) for each in product((0, 1), repeat=len(own))])
        assert found[0, number] == counts[sums <= capacity].max()


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec

    def without_scipy(name: str, package: str | None = None) -> Any:
        return None if name == "scipy" else real(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without_scipy)
    with pytest.raises(InputError, match=r'cells.bound.*pip install "capest\[solve\]"'):
        build(scene("plain"))
    build(scene("plain", "cells.bound=none"))
