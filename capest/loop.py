"""The outer loop of a run: plan, execute what is missing, reduce, write the result.

Knows nothing of satellites. What is finished lies in block files, so a run that was cut off
anywhere goes on from there and ends with the same bytes.
"""

from __future__ import annotations

import functools
import os
import platform
import shlex
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, Protocol

import numpy as np

from capest.backend import choose
from capest.batch import Job, run_batch
from capest.errors import CapestError, InputError
from capest.plan import Plan, batches, blocks_per_batch
from capest.results import netcdf
from capest.results.store import BlockStore, RunIdentity
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.scene import build_scene
from capest.statistics import Interval, Moments, mean_interval, merge_moments
from capest.version import __version__

# Link pairs of a task: about a second on one core, or on a GPU.
_PAIRS_PER_BATCH = {"numpy": 1e8, "cupy": 1e11}


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
    mark = fingerprint(scenario)
    _check_output(output)
    if not overwrite and (finished := _finished_backend(scenario, mark, output, backend)):
        return Outcome(output, finished, (f"{output.name} is complete: nothing to do",), 0.0)
    plan = Plan(scenario.run.trials, scenario.block_trials)
    executor = make_executor()
    try:
        chosen = executor.call(choose.resolve, backend)
        identity = RunIdentity(mark, __version__, chosen, plan.block_trials)
        folder = blocks_folder(output)
        store = BlockStore.open(folder, identity)
        try:
            notices = [store.notice] if store.notice else []
            netcdf.sweep(output)
            found = store.finished(plan.sizes())
            if found:
                kept = sum(plan.block_size(block) for block in found)
                notices.append(f"resumed: {kept:,} of {plan.trials:,} trials were there already")
            started = time.perf_counter()
            job = Job(scenario, identity, plan, folder)
            _compute(job, store, executor, found, on_progress)
            if on_merge is not None:
                on_merge()
            _merge(scenario, mark, plan, store, output, chosen)
            store.remove()
        finally:
            store.close()
        return Outcome(output, chosen, tuple(notices), time.perf_counter() - started)
    finally:
        executor.close()


def blocks_folder(output: Path) -> Path:
    """Folder of the block files of an output, beside it."""
    return output.with_name(output.name + ".blocks")


def _check_output(output: Path) -> None:
    if output.is_dir():
        raise InputError(f"-o {output}: is a folder; name a file, such as {output / 'result.nc'}")
    folder = output.parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"-o {output}: cannot make {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise InputError(f"-o {output}: {folder} is not writable; choose another place with -o")


def _finished_backend(scenario: Scenario, mark: str, output: Path, backend: str) -> str | None:
    """Backend of a complete result at ``output``, ``None`` if there is none to keep."""
    if not output.exists():
        return None
    advice = "choose another -o, or replace it with --overwrite"
    there = netcdf.read_identity(output)
    if there.fingerprint != mark:
        raise InputError(f"{output}: holds the result of another scenario; {advice}")
    if there.trials > scenario.run.trials:
        raise InputError(
            f"{output}: holds {there.trials:,} trials of this scenario, more than the "
            f"{scenario.run.trials:,} asked for; {advice}"
        )
    same = there.version == __version__ and backend in ("auto", there.backend)
    return there.backend if same and there.trials == scenario.run.trials else None


def _compute(
    job: Job,
    store: BlockStore,
    executor: Executor,
    found: set[int],
    on_progress: Callable[[Progress], None] | None,
) -> None:
    """Have every missing block computed and on disk."""
    plan = job.plan
    missing = [block for block in range(plan.blocks) if block not in found]
    pairs = job.scenario.users_per_trial * job.scenario.beams.count * plan.block_trials
    size = blocks_per_batch(
        len(missing), pairs, _PAIRS_PER_BATCH[job.identity.backend], executor.workers
    )
    kept = done = sum(plan.block_size(block) for block in found)
    throughput: Moments = (0, 0.0, 0.0)
    started = time.perf_counter()
    for report in executor.run(functools.partial(run_batch, job), batches(missing, size)):
        if not store.path(report.blocks[-1]).exists():
            raise CapestError(
                f"a worker wrote {store.path(report.blocks[-1])} but it is not there: the output "
                "must lie on a file system that this machine and all workers share"
            )
        done += report.trials
        throughput = merge_moments(throughput, report.throughput)
        if on_progress is not None:
            seconds = time.perf_counter() - started
            on_progress(Progress(done, plan.trials, kept, seconds, mean_interval(*throughput)))


def _merge(
    scenario: Scenario, mark: str, plan: Plan, store: BlockStore, output: Path, backend: str
) -> None:
    """Reduce the blocks in their order and write the result file, whole."""
    layout = build_scene(scenario).layout()
    blocks = ((block, store.read(block)) for block in range(plan.blocks))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    command = shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
    provenance: dict[str, str | int | float] = {
        "title": scenario.title or "capest result",
        "source": f"capest {__version__}, Monte Carlo over {plan.trials} trials",
        "history": f"{now} {command}",
        "scenario_toml": scenario.to_toml(),
        "scenario_fingerprint": mark,
        "seed": str(scenario.run.seed),
        "backend": backend,
        "capest_version": __version__,
        "numpy_version": np.__version__,
        "python_version": platform.python_version(),
        "command_line": command,
        "created": now,
        "host": platform.node(),
        "users_per_trial": scenario.users_per_trial,
    }
    netcdf.write_result(
        output,
        blocks,
        layout,
        trials=plan.trials,
        block_trials=plan.block_trials,
        provenance=provenance,
    )
