"""One task: compute some blocks and keep each as a file. Runs on a worker."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from capest.backend import choose
from capest.backend.protocol import Kernels
from capest.engine.memory import (
    MEMORY_NOTE,
    beams_of_trial,
    compute_blocks,
    longest_arrays,
    slice_length,
)
from capest.engine.world import World
from capest.errors import CapestError
from capest.results.stop_mark import is_stopped
from capest.results.store import BlockStore, RunIdentity
from capest.runner.plan import Plan
from capest.runner.world_file import WorldFile, load_world
from capest.statistics.intervals import Moments, merge_moments
from capest.version import __version__

# Whole trials, random numbers and histograms included.
_PAIRS_PER_SECOND = {"numpy": 1e8, "native": 2e8, "cupy": 1e11}


@dataclass(frozen=True)
class Job:
    """What a worker needs to know of a run.

    Attributes
    ----------
    world : WorldFile
    identity : RunIdentity
        Stamped on every block; names the backend.
    plan : Plan
    folder : Path
        Where block files go; shared with the client.
    seconds_per_trial : float
        Estimate of how long a trial takes one worker, good to a factor of a few.
    """

    world: WorldFile
    identity: RunIdentity
    plan: Plan
    folder: Path
    seconds_per_trial: float


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
    if __version__ != job.identity.version:
        raise CapestError(
            f"a worker runs capest {__version__}, this client {job.identity.version}: "
            "install the same version on both"
        )
    world = load_world(job.world)
    store = BlockStore.attach(job.folder, job.identity)
    throughput: Moments = (0, 0.0, 0.0)
    trials = 0
    done: list[int] = []
    spans = (
        job.plan.span(block)
        for block in itertools.takewhile(lambda _: not is_stopped(job.folder), blocks)
    )
    kernels = _kernels(job.identity.backend)
    length = slice_length(world, kernels)
    results = compute_blocks(world, kernels, spans, length)
    for block, result in zip(blocks, results, strict=False):
        store.write(block, result)
        done.append(block)
        trials += result.trials
        throughput = merge_moments(throughput, _moments(result.trial["throughput"]))
    store.sync()
    notices = (MEMORY_NOTE,) if length.shortened else ()
    return BatchReport(tuple(done), trials, throughput, notices)


def seconds_per_trial(world: World, backend: str) -> float:
    """Estimate how long a trial takes one worker, good to a factor of a few."""
    pairs = longest_arrays(world) * beams_of_trial(world)
    return pairs / _PAIRS_PER_SECOND[backend]


# A worker gets many batches of the same run, and would compile and test kernels in each.
@lru_cache(maxsize=1)
def _kernels(backend: str) -> Kernels:
    return choose.kernels(backend)


def _moments(values: np.ndarray) -> Moments:
    mean = float(values.mean())
    return len(values), mean, float(((values - mean) ** 2).sum())
