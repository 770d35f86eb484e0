"""Callers whom an empty network would carry, against what the trial itself says of an empty one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capest.backend import choose
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import light, per_cell, with_reach
from capest.engine.build import build
from capest.engine.memory import compute_block
from capest.engine.services import serve
from capest.engine.services.admission import BANDWIDTH, CARRIED
from capest.engine.world import World
from capest.scenario.load import load_scenario
from capest.scenario.plain import set_key

CALL = {
    **{"service.downlink_kbps": 300.0, "service.uplink_kbps": 60.0, "service.guaranteed": True},
    **{"service.delay_budget_ms": 150.0, "service.count_reachable": True},
}
ONE = {
    "rules": "0.3",
    **{"satellite.preset": "tr38821-set1-leo600-s", "satellite.elevation_deg": 50.0},
    **{"beams.count": 7, "beams.statistics_count": 7, "users.per_beam": 40},
    **{"carrier.bandwidth_mhz": 5.0, "uplink.interference": "off", "run.seed": 4, **CALL},
}
MANY = {
    "rules": "0.3",
    **{"satellite.preset": "tr38821-set1-leo600-s", "satellite.beams_at_once": 2},
    **{"constellation.shells": "60: 600/20/1 @ 600", "constellation.minimum_elevation_deg": 25.0},
    **{"region.kind": "circle", "region.latitude_deg": 45.0, "region.longitude_deg": 10.0},
    **{"region.radius_km": 250.0, "cells.diameter_km": 110.0, "beams.frequency_reuse": 3},
    **{"carrier.bandwidth_mhz": 5.0, "users.placement": "population", "users.count": 150},
    **{"uplink.interference": "off", "run.seed": 7, **CALL},
}
FIXED = {
    **{k: MANY[k] for k in MANY if k not in ("cells.diameter_km", "satellite.beams_at_once")},
    **{"cells.layout": "satellite-fixed", "beams.count": 19, "beams.spacing_uv": 0.08},
}
FULL_BUFFER = {"uplink__width": "fixed", "uplink__bandwidth_mhz": 0.36}
NAMES = ("calls_in_reach", "calls_out_of_reach", "calls_without_room")


def scene(keys: dict[str, Any], **more: Any) -> Any:
    raw: dict[str, Any] = {}
    for key, value in (
        keys | {name.replace("__", "."): value for name, value in more.items()}
    ).items():
        set_key(raw, key, value)
    return load_scenario(raw)


def trials_of(scenario: Any, trials: int = 2, backend: str = "numpy") -> dict[str, np.ndarray]:
    return compute_block(build(scenario), choose.kernels(backend), 0, trials).trial


def check_sums(found: dict[str, np.ndarray]) -> None:
    reached, beyond, no_room = (found[name] for name in NAMES)
    np.testing.assert_array_equal(reached + beyond, found["calls_offered"])
    np.testing.assert_array_equal(no_room, reached - found["calls"])
    assert (found["calls"] <= reached).all()


def carried_one_by_one(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """Callers of the first trial who are carried if one of each beam calls at a time."""
    known: dict[str, Any] = {}
    real = serve.admit

    def note(services: Any, kernels: Any, links: Any, demand: Any) -> Any:
        known["beam"], known["admitted"] = links.serving, real(services, kernels, links, demand)
        return known["admitted"]

    draw, carried, turn = serve.draw_demand, 0, 0
    with monkeypatch.context() as patch:
        patch.setattr(serve, "admit", note)
        compute_block(world, NumpyKernels(), 0, 1)
        beam = known["beam"]
        order = np.argsort(beam, kind="stable")
        place = np.empty(len(beam), dtype=int)
        place[order] = np.arange(len(beam)) - np.searchsorted(beam[order], beam[order])
        for turn in range(int(place.max()) + 1):
            patch.setattr(
                serve,
                "draw_demand",
                lambda *given, turn=turn: replace(draw(*given), call=place == turn),
            )
            carried += int(compute_block(world, NumpyKernels(), 0, 1).trial["calls"][0])
    return carried


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"service__uplink_kbps": 400.0},
        {"users__indoor_share": 0.5},
        {"satellite__pfd_limit_dbw_per_m2_mhz": -120.0},
        {"service__talk_share": 0.4, "uplink__width": "least-share"},
        {"link__harq_processes": 4},
        FULL_BUFFER,
    ],
    ids=str,
)
def test_one_satellite_whose_beams_do_not_disturb_each_other(
    more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven beams on seven channels: in reach is who is carried if nobody else calls there."""
    world = build(scene(ONE, beams__frequency_reuse=7, carrier__bandwidth_mhz=35.0, **more))
    found = compute_block(world, NumpyKernels(), 0, 1).trial
    check_sums(found)
    assert carried_one_by_one(world, monkeypatch) == int(found["calls_in_reach"][0])
    # Whatever disturbs the network, or takes turns in it, an empty one has none of it.
    for other in (
        {"beams__frequency_reuse": 1},
        {"beams__frequency_reuse": 1, "uplink__interference": "load"},
        {"beams__allocation": "random", "satellite__beams_at_once": 2},
        {"beams__allocation": "periodic", "satellite__beams_at_once": 2, "beams__slots": 4},
        {"satellite__rf_power_w": 2.0},
        {"scheduler__admission": "random"},
    ):
        if more is FULL_BUFFER:
            # With it, phones have one width.
            other = other | {"uplink__interference": "full-buffer"}
        disturbed = trials_of(scene(ONE, **more | other), 1)
        check_sums(disturbed)
        np.testing.assert_array_equal(disturbed["calls_in_reach"], found["calls_in_reach"])
    assert found["calls_out_of_reach"].sum() + found["calls_without_room"].sum() > 0


def reached_in_turn(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """Callers of a trial whom the network would carry if only users of their cell were there.

    The scenario's own assignment decides which satellite lights the cell.
    """
    known: dict[str, Any] = {}
    reached: set[int] = set()
    assign, collect = light.assign, per_cell.collect_cells

    def see(world: World, sky: Any, view: Any, users_of_cell: Any, *_: Any) -> np.ndarray:
        known["users"] = users_of_cell[0]
        return np.full(users_of_cell.shape, -1, dtype=np.int32)

    def note(world: World, kernels: Any, computed: Any, *given: Any, **named: Any) -> Any:
        outcome = computed.served.admitted.outcome
        fits = computed.served.demand.call & ((outcome == CARRIED) | (outcome == BANDWIDTH))
        reached.update(np.flatnonzero(computed.users.that_count(fits)).tolist())
        return collect(world, kernels, computed, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(light, "assign", see)
        compute_block(world, NumpyKernels(), 0, 1)
        patch.setattr(per_cell, "collect_cells", note)
        for cell in np.flatnonzero(known["users"]):

            def alone(
                world: World, sky: Any, view: Any, users: Any, *more: Any, cell: int = cell
            ) -> np.ndarray:
                only = np.zeros_like(users)
                only[0, cell] = users[0, cell]
                return assign(world, sky, view, only, *more)

            patch.setattr(light, "assign", alone)
            compute_block(world, NumpyKernels(), 0, 1)
    return len(reached)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"service__uplink_kbps": 120.0},
        {"region__guard_km": 60.0},
        {"users__indoor_share": 0.4},
        {"cells__assignment": "max-sinr"},
        {"cells__assignment": "highest-elevation"},
        {"cells__assignment": "greedy-demand"},
        {"cells__preference": "least-loaded"},
    ],
    ids=str,
)
def test_cells_that_the_assignment_would_light_alone(
    more: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = build(scene(MANY, region__radius_km=120.0, users__count=100, **more))
    found = compute_block(world, NumpyKernels(), 0, 1).trial
    check_sums(found)
    # Whom another satellite carries in the trial, is in reach as well.
    reached = reached_in_turn(world, monkeypatch)
    carried = int(found["calls"][0])
    assert reached > 0
    assert reached <= int(found["calls_in_reach"][0]) <= reached + carried
    with monkeypatch.context() as patch:
        patch.setattr(with_reach, "CARRIED", -1)  # as if nobody was carried
        empty = compute_block(world, NumpyKernels(), 0, 1).trial
    assert int(empty["calls_in_reach"][0]) == reached


def test_beams_fixed_to_the_only_satellite(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes: list[Any] = []
    real = per_cell.totals

    def note(services: Any, counts: Any) -> dict[str, Any]:
        outcomes.append(counts.sum(axis=1))
        return real(services, counts)

    monkeypatch.setattr(per_cell, "totals", note)
    lone = {key: FIXED[key] for key in FIXED if key != "constellation.shells"}
    lone |= {
        **{"constellation.geostationary": "10", "satellite.preset": "tr38821-set1-geo-s"},
        **{"service.delay_budget_ms": 2000.0, "users.count": 1500, "region.radius_km": 700.0},
        **{"beams.count": 7, "beams.spacing_uv": 0.006, "region.latitude_deg": 0.0},
        **{"service.downlink_kbps": 100.0, "service.uplink_kbps": 10.0},
    }
    found = trials_of(scene(lone, beams__frequency_reuse=7, carrier__bandwidth_mhz=35.0))
    check_sums(found)
    of_outcome = outcomes[0]
    expected = of_outcome[:, CARRIED] + of_outcome[:, BANDWIDTH]
    np.testing.assert_array_equal(found["calls_in_reach"], expected)
    assert found["calls_without_room"].sum() > 0
    assert found["calls_in_reach"].sum() > 0
    for other in (
        {"beams__frequency_reuse": 1},
        {"beams__allocation": "random", "satellite__beams_at_once": 3},
        {"beams__allocation": "periodic", "satellite__beams_at_once": 3, "beams__slots": 4},
    ):
        disturbed = trials_of(scene(lone, **other))
        check_sums(disturbed)
        np.testing.assert_array_equal(disturbed["calls_in_reach"], expected)


SCENES: dict[str, dict[str, Any]] = {
    "one satellite": ONE,
    "a frame": ONE | {"beams.allocation": "proportional", "satellite.beams_at_once": 2,
                      "beams.slots": 7, "uplink.interference": "load"},
    "aimed beams": MANY | {"uplink.interference": "load"},
    "fixed beams": FIXED,
    "turns of many": MANY | {"beams.allocation": "periodic", "beams.cells_per_beam": 3,
                             "beams.slots": 6},
    "coverage first": MANY | {"cells.objective": "coverage", "cells.minimum_share": 0.2},
    "guard cells": MANY | {"region.guard_km": 200.0},
    "two branches": MANY | {"handset.branches": 2, "handset.antenna_gain_dbi": -3.0},
}  # fmt: skip
MIX = {"service.mix": "voice 30%, video-call-480p 50%, best-effort 20%",
       "service.count_reachable": True}  # fmt: skip
SCENES["several services"] = {k: v for k, v in MANY.items() if k not in CALL} | MIX
SCENES["several services of one"] = {k: v for k, v in ONE.items() if k not in CALL} | MIX
ADAPT = {"service.preset": "video-call-adaptive", "service.count_reachable": True}
SCENES["rates that adapt"] = {k: v for k, v in MANY.items() if k not in CALL} | ADAPT


@pytest.mark.parametrize("name", SCENES)
def test_every_kind_of_scenario_counts_them_the_same_way(name: str) -> None:
    """On both backends, in trials one by one, and beside a run that does not count them."""
    scenario = scene(SCENES[name])
    world = build(scenario)
    found = compute_block(world, NumpyKernels(), 0, 3, slice_trials=3).trial
    check_sums(found)
    assert found["calls_in_reach"].sum() > 0
    later = compute_block(world, NumpyKernels(), 1, 2, slice_trials=1).trial
    plain = trials_of(scene(SCENES[name], service__count_reachable=False), 3)
    assert found.keys() - plain.keys() == {*NAMES}
    for key, values in plain.items():
        np.testing.assert_array_equal(found[key], values)
    for key in NAMES:
        np.testing.assert_array_equal(later[key], found[key][1:], strict=True)
    if choose.native_obstacle() is None:
        native = compute_block(world, choose.kernels("native"), 0, 3).trial
        for key in NAMES:
            np.testing.assert_array_equal(native[key], found[key], strict=True)
