"""The outer loop of a run: plan, execute what is missing, reduce, write the result.

Knows nothing of satellites: what a block is, `capest.batch` says. What is finished lies in block
files, so a run that was cut off anywhere goes on from there and ends with the same bytes.
"""

from __future__ import annotations

import contextlib
import functools
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

from capest.backend import choose
from capest.batch import Job, layout, prepare, run_batch, seconds_per_block, users_per_trial
from capest.errors import CapestError, InputError
from capest.plan import Plan, batches, blocks_per_batch
from capest.provenance import provenance
from capest.results import netcdf
from capest.results.store import BlockStore, RunIdentity
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.statistics import Interval, Moments, mean_interval, merge_moments
from capest.version import __version__


class Executor(Protocol):
    """Where batches run; see `capest.execute`."""

    @property
    def workers(self) -> int:
        """How many batches run at once."""

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function once where batches run."""

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
        With those found from an earlier run.
    trials_found : int
        Found from an earlier run.
    seconds : float
        Since the first batch was sent.
    throughput : Interval
        Mean throughput of the statistics beams per trial so far, Mbit/s, this session's trials.
    """

    trials_done: int
    trials: int
    trials_found: int
    seconds: float
    throughput: Interval

    @property
    def trials_per_second(self) -> float:
        """Rate of this session."""
        return (self.trials_done - self.trials_found) / max(self.seconds, 1e-9)


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    path : Path
        The result file.
    backend : str
        What computed it.
    notices : tuple of str
        Things the user should know, one line each.
    seconds : float
        Computing and merging, without the start of workers.
    """

    path: Path
    backend: str
    notices: tuple[str, ...]
    seconds: float


def run(
    scenario: Scenario,
    output: Path,
    make_executor: Callable[[], Executor],
    *,
    backend: Literal["auto", "numpy", "cupy"] = "auto",
    overwrite: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
    on_merge: Callable[[], None] | None = None,
) -> Outcome:
    """Run a scenario to a result file, or finish a run that was cut off.

    Parameters
    ----------
    scenario : Scenario
    output : Path
        Result file. Block files lie beside it in ``<output>.blocks`` until the run is done.
    make_executor : callable
        Starts the workers; called only if there is something to compute.
    backend : {"auto", "numpy", "cupy"}
        Decided where the batches run.
    overwrite : bool
        Replace a result of another scenario, or with more trials.
    on_progress, on_merge : callable, optional
        Called after every batch, and before the merge.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        If the output is not usable, or the backend is not available.
    CapestError
        If a batch fails again and again, or storage does.
    """
    output = output.absolute()
    plan = Plan(scenario.run.trials, scenario.block_trials)
    mark = fingerprint(scenario)
    _check_output(output)
    there = None if overwrite else _result_to_keep(scenario, mark, output, backend)
    if there is not None and (there.trials, there.block_trials) == (plan.trials, plan.block_trials):
        _drop_blocks_of_finished(output, there)
        return Outcome(output, there.backend, (f"{output.name} is complete: nothing to do",), 0.0)
    notes = prepare(scenario)
    executor = make_executor()
    store = None
    try:
        chosen, device = executor.call(choose.resolve_device, backend)
        identity = RunIdentity(mark, __version__, chosen, plan.block_trials)
        store = BlockStore.open(blocks_folder(output), identity, replace=overwrite)
        job = Job(scenario, identity, plan, store.folder)
        notices = [*notes, *([store.notice] if store.notice else [])]
        netcdf.sweep(output)
        found = store.finished(plan.sizes())
        if found:
            kept = sum(plan.block_size(block) for block in found)
            notices.append(f"resumed: {kept:,} of {plan.trials:,} trials were there already")
        started = time.perf_counter()
        notices += _compute(job, store, executor, found, on_progress)
        if on_merge is not None:
            on_merge()
        seconds = time.perf_counter() - started
        _merge(job, store, output, {"device": device, "elapsed_s": round(seconds, 3)})
        store.remove()
        return Outcome(output, chosen, tuple(notices), time.perf_counter() - started)
    finally:
        # Workers first: the lock may go only when nobody writes any more.
        executor.close()
        if store is not None:
            store.close()


def blocks_folder(output: Path) -> Path:
    """Folder of the block files of an output, beside it."""
    return output.with_name(output.name + ".blocks")


def _check_output(output: Path) -> None:
    folder = output.parent
    try:
        if output.is_dir():
            raise InputError(f"-o {output}: is a folder; name a file, such as {output}/result.nc")
        folder.mkdir(parents=True, exist_ok=True)
        output.exists()
        writable = os.access(folder, os.W_OK | os.X_OK)
    except OSError as error:
        raise InputError(f"-o {output}: {error.strerror}; choose another place") from error
    if not writable:
        raise InputError(f"-o {output}: {folder} is not writable; choose another place")


def _result_to_keep(
    scenario: Scenario, mark: str, output: Path, backend: str
) -> netcdf.ResultIdentity | None:
    """Identity of a result at ``output`` that the run finishes or extends, ``None`` without one.

    Raises
    ------
    InputError
        If a result is there that must not be replaced unasked.
    """
    if not output.exists():
        return None
    advice = "choose another -o, or replace it with --overwrite"
    there = netcdf.read_identity(output)
    if there.fingerprint != mark:
        raise InputError(f"{output}: holds the result of another scenario; {advice}")
    if there.version != __version__ or backend not in ("auto", there.backend):
        raise InputError(
            f"{output}: holds the result of this scenario by capest {there.version} with "
            f"{there.backend}; {advice}"
        )
    if there.trials > scenario.run.trials:
        raise InputError(
            f"{output}: holds {there.trials:,} trials of this scenario, more than the "
            f"{scenario.run.trials:,} asked for; {advice}"
        )
    return there


def _drop_blocks_of_finished(output: Path, there: netcdf.ResultIdentity) -> None:
    """Remove the blocks of a run that ended between its result's rename and their removal."""
    folder = blocks_folder(output)
    if not folder.exists():
        return
    identity = RunIdentity(there.fingerprint, there.version, there.backend, there.block_trials)
    with contextlib.suppress(InputError):  # another run's, or one at work: not ours to remove
        BlockStore.open(folder, identity).remove()


def _compute(
    job: Job,
    store: BlockStore,
    executor: Executor,
    found: set[int],
    on_progress: Callable[[Progress], None] | None,
) -> list[str]:
    """Have every missing block computed and on disk; return what workers have to say, once."""
    plan = job.plan
    missing = [block for block in range(plan.blocks) if block not in found]
    size = blocks_per_batch(len(missing), seconds_per_block(job), 1.0, executor.workers)
    kept = done = sum(plan.block_size(block) for block in found)
    throughput: Moments = (0, 0.0, 0.0)
    notices: dict[str, None] = {}
    started = time.perf_counter()
    for report in executor.run(functools.partial(run_batch, job), batches(missing, size)):
        if not store.path(report.blocks[-1]).exists():
            raise CapestError(
                f"a worker wrote {store.path(report.blocks[-1])} but it is not there: the output "
                "must lie on a file system that this machine and all workers share"
            )
        done += report.trials
        notices |= dict.fromkeys(report.notices)
        throughput = merge_moments(throughput, report.throughput)
        if on_progress is not None:
            seconds = time.perf_counter() - started
            on_progress(Progress(done, plan.trials, kept, seconds, mean_interval(*throughput)))
    return list(notices)


def _merge(
    job: Job, store: BlockStore, output: Path, measured: Mapping[str, str | int | float]
) -> None:
    """Reduce the blocks in their order and write the result file, whole."""
    blocks = ((block, store.read(block)) for block in range(job.plan.blocks))
    origin = provenance(job.scenario, job.identity, job.plan.trials, users_per_trial(job))
    netcdf.write_result(
        output,
        blocks,
        layout(job),
        trials=job.plan.trials,
        block_trials=job.plan.block_trials,
        provenance={**origin, **measured},
    )
