"""One task: compute some blocks and keep each as a file. Runs on a worker."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from capest.backend import choose
from capest.backend.protocol import Kernels
from capest.engine.memory import (
    MEMORY_NOTE,
    SliceLength,
    compute_blocks,
    join,
    longest_arrays,
    slice_length,
)
from capest.engine.scene import Scene, build_scene
from capest.engine.service_constants import service_notes
from capest.errors import CapestError
from capest.results.stop_mark import is_stopped
from capest.results.store import BlockStore, RunIdentity
from capest.runner.plan import Plan
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.scenario.paths import PATH_KEYS
from capest.statistics.block import BlockResult
from capest.statistics.intervals import Moments, merge_moments
from capest.version import __version__

if TYPE_CHECKING:
    from capest.engine.network.scene import NetworkScene

# Whole trials, random numbers and histograms included.
_PAIRS_PER_SECOND = {"numpy": 1e8, "cupy": 1e11}

_SATELLITES_IN_REACH = 100
"""Of a constellation, for a rough estimate only."""


@dataclass(frozen=True)
class Job:
    """What a worker needs to know of a run.

    Attributes
    ----------
    scenario : Scenario
    identity : RunIdentity
        Stamped on every block; names the backend.
    plan : Plan
    folder : Path
        Where block files go; shared with the client.
    """

    scenario: Scenario
    identity: RunIdentity
    plan: Plan
    folder: Path


@dataclass(frozen=True)
class BatchReport:
    """What travels back from a worker.

    Attributes
    ----------
    blocks : tuple of int
        Blocks now on disk; fewer than asked for once the run has enough.
    trials : int
        Trials in them.
    throughput : Moments
        Moments over trials of the throughput per trial, for the running estimate.
    notices : tuple of str
        What the user should know, one line each.
    """

    blocks: tuple[int, ...]
    trials: int
    throughput: Moments
    notices: tuple[str, ...] = ()


def run_batch(job: Job, blocks: Sequence[int]) -> BatchReport:
    """Compute blocks and write their files.

    May run twice for the same blocks: the file then is replaced by the same bytes.

    Raises
    ------
    CapestError
        If the worker runs another version of capest than the client, or a file cannot be
        written.
    """
    if fingerprint(job.scenario) != job.identity.fingerprint:
        raise CapestError(
            "a worker would compute something else than this client: another version of a library "
            "that the scenario depends on (itur), or another file; make them the same on both"
        )
    if __version__ != job.identity.version:
        raise CapestError(
            f"a worker runs capest {__version__}, this client {job.identity.version}: "
            "install the same version on both"
        )
    scene = _scene(job.scenario)
    store = BlockStore.attach(job.folder, job.identity)
    throughput: Moments = (0, 0.0, 0.0)
    trials = 0
    done: list[int] = []
    spans = (
        job.plan.span(block)
        for block in itertools.takewhile(lambda _: not is_stopped(job.folder), blocks)
    )
    results, length = _start_blocks(scene, _kernels(job.identity.backend), spans)
    for block, result in zip(blocks, results, strict=False):
        store.write(block, result)
        done.append(block)
        trials += result.trials
        throughput = merge_moments(throughput, _moments(result.trial["throughput"]))
    store.sync()
    notices = (MEMORY_NOTE,) if length.shortened else ()
    return BatchReport(tuple(done), trials, throughput, notices)


def seconds_per_trial(job: Job) -> float:
    """Estimate how long a trial takes one worker, good to a factor of a few."""
    scenario = job.scenario
    if scenario.has_constellation:
        constellation = scenario.constellation
        beams = constellation.beams_per_satellite * _SATELLITES_IN_REACH
    else:
        beams = scenario.beam_count
    pairs = longest_arrays(scenario, users_per_trial(job)) * beams
    return pairs / _PAIRS_PER_SECOND[job.identity.backend]


def layout(job: Job) -> dict[str, np.ndarray]:
    """Coordinates of the beams for the result file, one value per beam."""
    scenario = job.scenario
    if scenario.channel.weather != "clear":
        # Beams lie where they lie in any weather: its tables are not worth making here.
        clear = scenario.channel.model_copy(update={"weather": "clear"})
        scenario = scenario.model_copy(update={"channel": clear})
    return _scene(scenario).layout()


def users_per_trial(job: Job) -> int:
    """Users of one trial."""
    if not job.scenario.has_constellation:
        return job.scenario.users_per_trial
    return _scene(job.scenario).users_per_trial


# A worker gets many batches of the same scenario, and would compile and test kernels in each.
@lru_cache(maxsize=1)
def _kernels(backend: str) -> Kernels:
    return choose.kernels(backend)


@lru_cache(maxsize=1)
def _scene(scenario: Scenario) -> Scene | NetworkScene:
    if not scenario.has_constellation:
        return build_scene(scenario)
    from capest.engine.network.scene import build_network_scene

    return build_network_scene(scenario)


def prepare(scenario: Scenario) -> tuple[str, ...]:
    """Check before a run what only building its scene tells: names, files, people.

    Returns
    -------
    tuple of str
        What the user should know, one line each.

    Raises
    ------
    InputError
        If a run would fail.
    """
    if any(value is not None for key, value in scenario.items() if key in PATH_KEYS):
        _scene.cache_clear()  # a file may have changed since an earlier run of this process
    if not scenario.has_constellation:
        return scenario.notes + service_notes(scenario)
    return scenario.notes + _scene(scenario).notes


def compute_block(
    scene: Scene | NetworkScene,
    kernels: Kernels,
    first_trial: int,
    trials: int,
    slice_trials: int | None = None,
) -> BlockResult:
    """Compute one block.

    Parameters
    ----------
    scene : Scene or NetworkScene
    kernels : Kernels
    first_trial, trials : int
    slice_trials : int, optional
        Trials at once; chosen by the number of users if not given. The result is the same.

    Returns
    -------
    BlockResult
    """
    if isinstance(scene, Scene) and slice_trials is not None:
        length = SliceLength(slice_trials)
        return next(compute_blocks(scene, kernels, [(first_trial, trials)], length))
    found, _ = _start_blocks(scene, kernels, [(first_trial, trials)])
    return next(found)


def _start_blocks(
    scene: Scene | NetworkScene, kernels: Kernels, blocks: Iterable[tuple[int, int]]
) -> tuple[Iterator[BlockResult], SliceLength]:
    """Results of blocks as they are computed, and the length of their slices."""
    if isinstance(scene, Scene):
        length = slice_length(scene.scenario, kernels)
        return compute_blocks(scene, kernels, blocks, length), length
    from capest.engine.network.trial import network_trial

    found = (
        join([network_trial(scene, kernels, first + k) for k in range(trials)])
        for first, trials in blocks
    )
    return found, SliceLength(1)


def _moments(values: np.ndarray) -> Moments:
    mean = float(values.mean())
    return len(values), mean, float(((values - mean) ** 2).sum())
