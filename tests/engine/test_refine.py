"""Local search within a trial: it never makes a trial worse, and what it counts is what is."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from capest.backend.choose import kernels, native_obstacle
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine.build import build
from capest.engine.trial import compute
from capest.statistics.block import BlockResult

from .small_network import network_scenario

CALLS = {
    "service__preset": "video-call-480p", "users__count": 600, "beams__frequency_reuse": 3,
    "satellite__beams_at_once": 4, "uplink__interference": "off",
}  # fmt: skip
"""More callers than the beams carry, and fewer beams than cells."""

BACKENDS = ["numpy", *([] if native_obstacle() else ["native"])]


@cache
def of(backend: str, first: int, trials: int, *changes: tuple[str, Any]) -> BlockResult:
    scenario = network_scenario(**{**CALLS, **dict(changes)})
    return compute(build(scenario), kernels(backend), first, trials)


SEARCH = (("cells__refinement", "local-search"), ("cells__moves", 4_000))


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_end_is_what_the_search_counted_and_no_worse_than_the_start(backend: str) -> None:
    plain, refined = of(backend, 0, 3), of(backend, 0, 3, *SEARCH)
    trial = refined.trial
    np.testing.assert_array_equal(trial["calls_from_start"], plain.trial["calls"])
    np.testing.assert_array_equal(trial["calls"], trial["calls_promised"])
    assert (trial["calls"] >= plain.trial["calls"]).all()
    assert trial["calls"].sum() > 1.03 * plain.trial["calls"].sum()
    np.testing.assert_array_equal(trial["calls_offered"], plain.trial["calls_offered"])


def test_a_trial_is_the_same_in_any_batch_and_on_both_backends() -> None:
    together = of(BACKENDS[-1], 0, 3, *SEARCH).trial
    for backend in BACKENDS:
        alone = of(backend, 1, 1, *SEARCH).trial
        for name in ("calls", "calls_promised", "calls_from_start", "lit_beams"):
            assert alone[name][0] == together[name][1], name


def test_without_moves_the_start_stays() -> None:
    still = of(BACKENDS[-1], 0, 3, ("cells__refinement", "local-search"), ("cells__moves", 0))
    plain = of(BACKENDS[-1], 0, 3)
    for name, values in plain.trial.items():
        np.testing.assert_array_equal(still.trial[name], values, err_msg=name)
    np.testing.assert_array_equal(still.trial["calls_promised"], plain.trial["calls"])


def test_more_moves_carry_no_fewer_calls() -> None:
    found = [
        of(BACKENDS[-1], 0, 3, SEARCH[0], ("cells__moves", moves)).trial["calls_promised"]
        for moves in (0, 100, 1_000, 4_000)
    ]
    for fewer, more in pairwise(found):
        assert (more >= fewer).all()


def test_interference_in_the_uplink_decides_after_the_search() -> None:
    """The search holds it as it was: the trial has the better of start and end."""
    load = ("uplink__interference", "load")
    plain, refined = (of(BACKENDS[-1], 0, 3, load, *more) for more in ((), SEARCH))
    np.testing.assert_array_equal(refined.trial["calls_from_start"], plain.trial["calls"])
    assert (refined.trial["calls"] >= plain.trial["calls"]).all()
    assert refined.trial["calls"].sum() > plain.trial["calls"].sum()


def test_several_beams_a_cell_carry_more() -> None:
    one = of(BACKENDS[-1], 0, 3, *SEARCH).trial
    three = of(BACKENDS[-1], 0, 3, *SEARCH, ("cells__beams_per_cell", 3)).trial
    assert (three["calls"] >= three["calls_from_start"]).all()
    assert three["calls"].sum() > one["calls"].sum()


UTILITY = {
    "calls": lambda calls, asked: calls,
    "throughput": lambda calls, asked: calls,
    "proportional-fair": lambda calls, asked: asked * np.log(calls / asked + 0.01),
    "max-min": lambda calls, asked: -asked * (calls / asked + 0.01) ** -3.0,
}
"""Of a cell; all calls have one rate, so that the most throughput is the most calls."""


@pytest.mark.parametrize("objective", UTILITY)
def test_each_objective_is_highest_where_it_is_asked_for(objective: str) -> None:
    kept = ("run__keep_cells", True)

    def utility(*changes: tuple[str, Any]) -> float:
        values = of(BACKENDS[-1], 0, 3, kept, *changes).trial_cell
        calls, asked = (values[f"cell_{name}_by_trial"] for name in ("calls", "calls_offered"))
        occupied = asked > 0
        of_cells = UTILITY[objective](calls[occupied].astype(float), asked[occupied])
        return float(of_cells.sum())

    found = utility(*SEARCH, ("cells__objective", objective))
    assert found > utility()
    for other in UTILITY:
        if {objective, other} != {"calls", "throughput"} and other != objective:
            assert found > utility(*SEARCH, ("cells__objective", other)), other


def test_users_without_a_rate_are_searched_for_throughput() -> None:
    free = {
        **{"users__count": 200, "satellite__beams_at_once": 4, "beams__frequency_reuse": 3},
    }
    scenario = network_scenario(**free)
    kernel = NumpyKernels() if native_obstacle() else kernels("native")
    plain = compute(build(scenario), kernel, 0, 2).trial
    search = {**dict(SEARCH), "cells__objective": "throughput"}
    refined = compute(build(scenario.replace(**search)), kernel, 0, 2).trial
    assert (refined["throughput"] >= plain["throughput"]).all()
    assert refined["throughput"].sum() > 1.03 * plain["throughput"].sum()
    assert "calls_promised" not in refined


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("objective", [None, "max-min"])
def test_trials_without_any_candidate_have_nothing_to_search(
    backend: str, objective: str | None
) -> None:
    sparse = ("constellation__shells", "53: 3/3/0 @ 550")
    goal = () if objective is None else (("cells__objective", objective),)
    plain = of(backend, 0, 6, sparse).trial
    found = of(backend, 0, 6, sparse, *SEARCH, *goal).trial
    assert (plain["covered_cells"] == 0).any()
    assert (found["calls"] >= plain["calls"]).all() or objective
    np.testing.assert_array_equal(found["calls_from_start"], plain["calls"])


def test_users_without_a_rate_and_without_a_satellite() -> None:
    scenario = network_scenario(
        constellation__shells="53: 1/1/0 @ 550", cells__objective="throughput", **dict(SEARCH)
    )
    trial = compute(build(scenario), NumpyKernels(), 0, 2).trial
    assert trial["throughput"].tolist() == [0.0, 0.0]
