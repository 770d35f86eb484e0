"""Have the blocks of a run computed and on disk, up to its end or to where its rule ends it."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from capest.errors import CapestError
from capest.results.stop_mark import set_stop
from capest.runner.plan import batches, trials_per_batch
from capest.runner.run_blocks import RunBlocks
from capest.runner.stopping import Verdict, Watch, checkpoints
from capest.runner.task import Job, run_batch
from capest.scenario.until import StoppingCondition
from capest.statistics.block import BlockResult
from capest.statistics.intervals import Interval, Moments, mean_interval, merge_moments

_MOST_BATCHES_A_STAGE = 2000
"""Stages grow by a quarter, so a run has some 10,000 tasks at the most."""


class Executor(Protocol):
    """Where batches run; see `capest.runner.execute`."""

    @property
    def workers(self) -> int:
        """How many batches run at once."""

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function once where batches run."""

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call a function once in every process where batches run."""

    def run(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of every task, as it is done."""

    def close(self) -> None:
        """Release workers."""


@dataclass(frozen=True)
class Progress:
    """How far a run is, after a batch.

    Attributes
    ----------
    trials_done, trials : int
        With those found from an earlier run; ``trials`` are the most there can be.
    trials_found : int
        Found from an earlier run.
    seconds : float
        Since the first batch was sent.
    throughput : Interval
        Mean throughput of the statistics beams per trial so far, Mbit/s, of trials computed since
        the start.
    verdict : Verdict or None
        What the run's rule says of the blocks that are done without a gap.
    """

    trials_done: int
    trials: int
    trials_found: int
    seconds: float
    throughput: Interval
    verdict: Verdict | None = None

    @property
    def trials_per_second(self) -> float:
        """Rate since the start."""
        return (self.trials_done - self.trials_found) / max(self.seconds, 1e-9)

    @property
    def expected_trials(self) -> int:
        """About how many trials the run will take."""
        if self.verdict is None:
            return self.trials
        return int(min(self.trials, max(self.trials_done, self.verdict.expected_trials)))


def compute_missing(
    job: Job,
    blocks: RunBlocks,
    executor: Executor,
    found: set[int],
    conditions: tuple[StoppingCondition, ...],
    on_progress: Callable[[Progress], None] | None,
) -> tuple[Verdict | None, list[str]]:
    """Have every missing block computed, in batches that the executor may take in any order.

    Parameters
    ----------
    job : Job
    blocks : RunBlocks
        What of the run is there already.
    executor : Executor
    found : set of int
        Blocks on disk that are of this run.
    conditions : tuple of StoppingCondition
        The rule that ends the run; empty if none does.
    on_progress : callable, optional
        Called after every batch.

    Returns
    -------
    verdict : Verdict or None
        Where the rule ended the run, or what it says of all trials; ``None`` without a rule. No
        batch is on its way any more, and every block below the end is there.
    notices : list of str
        What workers have to say, once each.

    Raises
    ------
    CapestError
        If a worker's block is not to be seen here.
    """
    plan, store = job.plan, blocks.store
    watch = Watch(conditions, plan) if conditions else None
    spans = plan.spans()
    there = set(range(plan.blocks)) - set(spans) | found
    kept = done = plan.kept + sum(spans[block][1] for block in found)
    in_order = blocks.in_order(plan, with_cells=False)
    _follow(watch, in_order, there)
    throughput: Moments = (0, 0.0, 0.0)
    notices: dict[str, None] = {}
    started = time.perf_counter()
    tasks = _tasks(job, found, executor.workers, watch)
    for report in executor.run(functools.partial(run_batch, job), tasks):
        try:
            for name, held in report.files:
                store.take(name, held)
        except FileNotFoundError as error:
            raise CapestError(
                f"a worker wrote {error} but it is not there: the output must lie on a file "
                "system that this machine and all workers share"
            ) from error
        there.update(report.blocks)
        done += report.trials
        notices |= dict.fromkeys(report.notices)
        throughput = merge_moments(throughput, report.throughput)
        if watch is not None and watch.end is not None:
            continue  # what was on its way when the run ended
        _follow(watch, in_order, there)
        if watch is not None and watch.end is not None:
            set_stop(store.folder)
        if on_progress is not None:
            seconds = time.perf_counter() - started
            so_far = watch.now() if watch is not None and watch.blocks else None
            interval = mean_interval(*throughput)
            on_progress(Progress(done, plan.trials, kept, seconds, interval, so_far))
    return (None if watch is None else watch.end), list(notices)


def _follow(
    watch: Watch | None, blocks: Iterator[tuple[int, BlockResult]], there: set[int]
) -> None:
    """Show the watch the blocks that are there without a gap, until it ends the run."""
    while watch is not None and watch.end is None and watch.blocks in there:
        watch.add(next(blocks)[1])


def _tasks(
    job: Job, found: set[int], workers: int, watch: Watch | None
) -> Iterator[tuple[int, ...]]:
    """Batches of missing blocks in their order, as long as the run is not ended.

    Cut at the checkpoints of a rule, so that none waits for a batch that is long for its sake.
    """
    plan = job.plan
    ends = [plan.blocks] if watch is None else checkpoints(plan)
    most = {} if watch is None else {"most_batches": _MOST_BATCHES_A_STAGE}
    spans = plan.spans()
    start = min(spans)
    for end in ends:
        missing = {k: spans[k][1] for k in range(start, end) if k not in found}
        trials = sum(missing.values())
        size = trials_per_batch(trials, job.seconds_per_trial, 1.0, workers, **most)
        for batch in batches(missing, size):
            if watch is not None and watch.end is not None:
                return
            yield batch
        start = max(start, end)
