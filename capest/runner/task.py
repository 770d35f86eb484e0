"""One task: compute some blocks and keep them in files. Runs on a worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from capest.results.blockfile import Gathered
from capest.results.stop_mark import is_stopped
from capest.results.store import BlockStore, RunIdentity
from capest.runner.plan import Plan
from capest.runner.world_file import WorldFile, load_world
from capest.statistics.block import BlockResult
from capest.statistics.intervals import Moments, merge_moments
from capest.version import __version__

# Whole trials, random numbers and histograms included.
_PAIRS_PER_SECOND = {"numpy": 1e8, "native": 2e8, "cupy": 1e11}

_MOVES_PER_SECOND = {"numpy": 1e3, "native": 1e5, "cupy": 1e5}
"""Of local search, which a processor does whatever the backend."""


LEAST_SECONDS = 1e-5
"""Estimated time of a trial at least: without a satellite nothing is computed."""

FILE_SECONDS = 0.5
"""Estimated time of the trials of a file: no more is lost with a run that is killed.

A file costs some milliseconds, whatever it holds. By the estimate, not by a clock: files of a run
are the same whenever it is started."""

FILE_BYTES = 4 * 2**20
"""A file is written once as long: it is held in memory, here and where it is read."""


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
    files : tuple of (str, tuple of int)
        Names of the files written, and the blocks in each; fewer blocks than asked for once the run
        has enough.
    trials : int
        Trials in them.
    throughput : Moments
        Moments over trials of the throughput per trial, for the running estimate.
    notices : tuple of str
        What the user should know, one line each.
    """

    files: tuple[tuple[str, tuple[int, ...]], ...]
    trials: int
    throughput: Moments
    notices: tuple[str, ...] = ()

    @property
    def blocks(self) -> tuple[int, ...]:
        """Blocks now on disk."""
        return tuple(block for _, blocks in self.files for block in blocks)


def run_batch(job: Job, blocks: Sequence[int]) -> BatchReport:
    """Compute blocks and write them to files of many trials.

    May run twice for the same blocks: the files then are replaced by the same bytes.

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
    written: list[tuple[str, tuple[int, ...]]] = []
    kernels = _kernels(job.identity.backend)
    length = slice_length(world, kernels)
    if not is_stopped(job.folder):
        spans = (job.plan.span(block) for block in blocks)
        results = zip(blocks, compute_blocks(world, kernels, spans, length), strict=True)
        for gathered in _files(results, job.seconds_per_trial):
            written.append((store.write(gathered), gathered.blocks))
            trials += gathered.trials
            throughput = merge_moments(throughput, _moments(gathered.of_trials("throughput")))
            if is_stopped(job.folder):
                break
        store.sync()
    notices = (MEMORY_NOTE,) if length.shortened else ()
    return BatchReport(tuple(written), trials, throughput, notices)


def _files(
    results: Iterable[tuple[int, BlockResult]], seconds_per_trial: float
) -> Iterator[Gathered]:
    """Blocks with their numbers, as many together as one file is to hold."""
    gathered = Gathered()
    for index, block in results:
        gathered.add(index, block)
        if gathered.bytes >= FILE_BYTES or gathered.trials * seconds_per_trial >= FILE_SECONDS:
            yield gathered
            gathered = Gathered()
    if gathered.spans:
        yield gathered


def seconds_per_trial(world: World, backend: str) -> float:
    """Estimate how long a trial takes one worker, good to a factor of a few."""
    pairs = longest_arrays(world) * beams_of_trial(world)
    searched = 0 if world.beams.moves is None else world.beams.moves
    seconds = pairs / _PAIRS_PER_SECOND[backend] + searched / _MOVES_PER_SECOND[backend]
    return max(seconds, LEAST_SECONDS)


# A worker gets many batches of the same run, and would compile and test kernels in each.
@lru_cache(maxsize=1)
def _kernels(backend: str) -> Kernels:
    return choose.kernels(backend)


def _moments(values: np.ndarray) -> Moments:
    mean = float(values.mean())
    return len(values), mean, float(((values - mean) ** 2).sum())
