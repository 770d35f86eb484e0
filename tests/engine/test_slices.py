"""Blocks cut into slices: the next is started before the last is waited for; memory may run out."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from capest.backend import choose
from capest.backend.numpy_kernels import NumpyKernels
from capest.engine import memory as slices
from capest.engine import trial
from capest.engine.build import build
from capest.engine.memory import (
    MEMORY_NOTE,
    SliceLength,
    compute_block,
    compute_blocks,
    slice_length,
)
from capest.engine.parts import Parts
from capest.engine.trial import start
from capest.errors import CapestError
from capest.runner import loop
from capest.runner import task as batch
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.load import load_scenario

from .small import assert_same_bits, compute, small_scenario
from .small_network import network_world

MAKERS = {
    "one satellite": lambda: build(small_scenario()),
    "a constellation": lambda: network_world(users__count=20),
}


class SmallMemory(NumpyKernels):
    """A backend whose memory holds the words of so many trials."""

    def __init__(self, trials: int, free_bytes: int | None = None) -> None:
        self.most = trials
        self.asked: list[int] = []
        self.released = 0
        self._free_bytes = free_bytes

    def philox_uniforms(self, *, trials: int, **more: int) -> Any:
        self.asked.append(trials)
        if trials > self.most:
            raise MemoryError
        return NumpyKernels.philox_uniforms(trials=trials, **more)

    def free_bytes(self) -> int | None:
        return self._free_bytes

    def release_memory(self) -> None:
        # A traceback would hold the arrays whose memory is wanted.
        assert sys.exc_info() == (None, None, None)
        self.released += 1


@pytest.mark.parametrize("most", [1, 7, 20, 1000])
@pytest.mark.parametrize("kind", MAKERS)
def test_running_out_of_memory_changes_no_bit(kind: str, most: int) -> None:
    world = MAKERS[kind]()
    kernels, length = SmallMemory(most), SliceLength(30)
    spans = [(0, 40), (40, 25)]
    found = list(compute_blocks(world, kernels, spans, length))
    for (first, trials), block in zip(spans, found, strict=True):
        assert_same_bits(block, compute_block(world, NumpyKernels(), first, trials))
    assert length.trials <= most
    assert length.shortened == (most < 30)
    # Halved as often as it takes, and then no more.
    assert kernels.released == sum(trials > most for trials in kernels.asked)
    assert kernels.released == {1: 4, 7: 2, 20: 1, 1000: 0}[most]


GOLDEN = Path(__file__).parents[1] / "golden" / "scenarios"
OF_ONE_SATELLITE = [
    *("one-uniform", "one-hotspots", "one-stratified", "one-beam", "one-geo"),
    *("one-uplink", "one-uplink-power-control", "one-mix", "one-arrivals", "one-clear-ka"),
    *("one-calls-noise-only", "net-one-still", "hopping-bound"),
]
SPANS = [(7, 1), (8, 1), (9, 2), (11, 1), (12, 9), (30, 1), (31, 3)]


@pytest.mark.parametrize("name", OF_ONE_SATELLITE)
def test_slices_of_several_blocks_change_no_bit(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of a trial or two lie in one slice, and a long one in several, beside others."""
    world = build(load_scenario(GOLDEN / f"{name}.toml", []))
    taken: list[tuple[int, tuple[int, ...]]] = []

    def noted(world: Any, kernels: Any, first: int, parts: Parts, lit: Any = None) -> Any:
        taken.append((first, parts.trials))
        return start(world, kernels, first, parts, lit)

    monkeypatch.setattr(slices, "start", noted)
    found = list(compute_blocks(world, NumpyKernels(), SPANS, SliceLength(6)))
    if world.ground.cells.take_parts and world.beams.frame is None:
        assert taken == [(7, (1, 1, 2, 1, 1)), (13, (6,)), (19, (2,)), (30, (1, 3))]
    for (first, trials), block in zip(SPANS, found, strict=True):
        assert_same_bits(block, trial.compute(world, NumpyKernels(), first, trials))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_trial_that_does_not_fit_is_told(kind: str) -> None:
    world = MAKERS[kind]()
    with pytest.raises(CapestError, match="one trial does not fit"):
        list(compute_blocks(world, SmallMemory(0), [(0, 4)], SliceLength(4)))


@pytest.mark.parametrize("kind", MAKERS)
def test_length_follows_the_free_memory(kind: str) -> None:
    world = MAKERS[kind]()
    needed = slices.bytes_per_trial(world)
    whole = slice_length(world, NumpyKernels()).trials
    assert whole > 10
    assert slice_length(world, SmallMemory(1, 10**12)).trials == whole
    assert slice_length(world, SmallMemory(1, 20 * needed)).trials == 10
    assert slice_length(world, SmallMemory(1, 0)).trials == 1


def test_a_run_says_once_that_memory_ran_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = small_scenario(run__trials=60, run__block_trials=3)
    plain = loop.run(scenario, tmp_path / "plain.nc", InlineExecutor, backend="numpy")
    monkeypatch.setattr(batch, "_kernels", lambda _: SmallMemory(1))
    tight = loop.run(scenario, tmp_path / "tight.nc", InlineExecutor, backend="numpy")
    assert MEMORY_NOTE not in plain.notices
    assert tight.notices.count(MEMORY_NOTE) == 1


def test_the_next_slice_is_started_before_the_last_is_waited_for() -> None:
    events: list[str] = []

    class Slow(NumpyKernels):
        def fetch(self, groups: Any) -> Any:  # type: ignore[override]
            number = sum(event.startswith("start") for event in events)
            events.append(f"start {number}")

            class Fetch:
                def wait(self) -> Any:
                    events.append(f"wait {number}")
                    return groups

            return Fetch()

    world = build(small_scenario())
    blocks = compute_blocks(world, Slow(), [(0, 4), (4, 2)], SliceLength(2))
    first = next(blocks)
    # Both slices of the first block, and the one of the second before the first is put together.
    assert events == ["start 0", "start 1", "wait 0", "start 2", "wait 1"]
    second = next(blocks)
    assert events[5:] == ["wait 2"]
    assert next(blocks, None) is None
    np.testing.assert_array_equal(
        np.concatenate([first.trial["throughput"], second.trial["throughput"]]),
        compute(small_scenario(), 0, 6).trial["throughput"],
    )


@pytest.mark.parametrize(("block_trials", "said"), [(2, True), (3, False)])
def test_short_blocks_on_a_gpu_are_told(
    block_trials: int, said: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "GPU_BLOCK_TRIALS", 3)
    monkeypatch.setattr(choose, "resolve_device", lambda _: ("cupy", "a GPU"))
    monkeypatch.setattr(batch, "_kernels", lambda _: NumpyKernels())
    scenario = small_scenario(run__trials=60, run__block_trials=block_trials)
    outcome = loop.run(scenario, tmp_path / "out.nc", InlineExecutor, backend="cupy")
    assert any("block_trials" in notice for notice in outcome.notices) == said
