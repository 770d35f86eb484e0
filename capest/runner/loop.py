"""The outer loop of a run: plan, execute what is missing, reduce, write the result.

Knows nothing of satellites: what a block is, `capest.runner.task` says. What is finished lies in
block files, so a run that was cut off anywhere goes on from there and ends with the same bytes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from capest.engine.build import build
from capest.errors import BackendError, InputError
from capest.results import netcdf
from capest.results.kept import read_history
from capest.results.ours import Target
from capest.results.store import BlockStore, RunIdentity
from capest.runner.backends import ChosenBackend, choose_backend
from capest.runner.batches import Executor, Progress, compute_missing
from capest.runner.execute.inline import InlineExecutor
from capest.runner.output import (
    blocks_folder,
    check_output,
    drop_blocks_of_finished,
    kept_beyond,
    other_blocks,
    result_to_keep,
)
from capest.runner.plan import Plan
from capest.runner.provenance import provenance
from capest.runner.run_blocks import RunBlocks
from capest.runner.stopping import Verdict
from capest.runner.task import Job, seconds_per_trial
from capest.runner.world_file import save_world
from capest.scenario.fingerprint import fingerprint
from capest.scenario.model import Scenario
from capest.scenario.until import parse_until
from capest.version import __version__

__all__ = ["Executor", "Progress", "RunOutcome", "blocks_folder", "run"]


GPU_BLOCK_TRIALS = 1000
"""Shorter blocks leave a GPU waiting for its kernels to be started."""

_SLOW_SEARCH = (
    "local search without compiled code makes the same moves with the same result, some hundred "
    'times slower: --backend native needs a C++ compiler, see "capest doctor"'
)
_SHORT_BLOCKS = (
    f"a GPU is faster with longer blocks: --set run.block_trials={GPU_BLOCK_TRIALS} "
    "(another block length starts from the first trial)"
)


@dataclass(frozen=True)
class RunOutcome:
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
    verdict : Verdict or None
        What the scenario's rule ``run.until`` says of the result; ``None`` without one.
    kept : bool
        The result was there already.
    """

    path: Path
    backend: str
    notices: tuple[str, ...]
    seconds: float
    verdict: Verdict | None = None
    kept: bool = False


def run(
    scenario: Scenario,
    output: Path,
    make_executor: Callable[[], Executor],
    *,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    overwrite: bool = False,
    alone_below_s: float = 0.0,
    on_progress: Callable[[Progress], None] | None = None,
    on_merge: Callable[[], None] | None = None,
) -> RunOutcome:
    """Run a scenario to a result file, finish a run that was cut off, or extend one.

    Parameters
    ----------
    scenario : Scenario
    output : Path
        Result file; one of the same scenario with fewer trials is extended. Block files lie beside
        it in ``<output>.blocks`` until the run is done.
    make_executor : callable
        Starts the workers; called only if there is something to compute.
    backend : {"auto", "numpy", "native", "cupy"}
        Decided where the batches run.
    overwrite : bool
        Replace a result of another scenario, or with more trials.
    alone_below_s : float
        Start no workers if trials take fewer seconds of one core, by their estimate: workers take
        seconds to start.
    on_progress, on_merge : callable, optional
        Called after every batch, and before the merge.

    Returns
    -------
    RunOutcome

    Raises
    ------
    InputError
        If the output is not usable, or the backend is not available.
    CapestError
        If a batch fails again and again, or storage does.
    """
    target = check_output(output, overwrite=overwrite)
    output = output.absolute()
    target = replace(target, path=output)
    plan = Plan(scenario.run.trials, scenario.run.block_trials)
    conditions = parse_until(scenario.run.until) if scenario.run.until is not None else ()
    asked = RunIdentity(fingerprint(scenario), __version__, backend, plan.block_trials)
    there = None if overwrite else result_to_keep(output, asked, plan, conditions)
    if there is not None and there.is_what(plan):
        left = drop_blocks_of_finished(output, there.identity)
        done = (f"{output.name} is complete: nothing to do", *left)
        return RunOutcome(output, there.identity.backend, done, 0.0, there.verdict, kept=True)
    result, wanted = None, str(backend)
    if there is not None and there.is_begun(plan):
        # What is there goes on as it was begun.
        wanted = there.identity.backend
        plan, result = replace(plan, kept=there.identity.trials), output
    world = build(scenario)
    notes = scenario.notes + world.notes
    alone = (plan.trials - plan.kept) * seconds_per_trial(world, "numpy") < alone_below_s
    executor: Executor = InlineExecutor() if alone else make_executor()
    store = None
    try:
        choice = _resolve(executor, wanted, result)
        chosen = choice.backend
        identity = replace(asked, backend=chosen)
        store = BlockStore.open(blocks_folder(output), identity, replace=overwrite)
        target.check_unchanged()  # by a run that held the lock until now
        each_s = seconds_per_trial(world, chosen)
        job = Job(save_world(world, store.folder), identity, plan, store.folder, each_s)
        notices = [*notes, *([store.notice] if store.notice else [])]
        if there is not None and result is None:
            notices.append(other_blocks(there.identity, plan))
        if chosen == "numpy" and world.beams.moves is not None:
            notices.append(_SLOW_SEARCH)
        if chosen == "cupy" and plan.longest_block < GPU_BLOCK_TRIALS <= plan.trials // 20:
            notices.append(_SHORT_BLOCKS)
        netcdf.sweep(output)
        found = store.finished(plan.spans())
        if there_already := plan.kept + sum(plan.span(block)[1] for block in found):
            how = "resumed" if found else "extended"
            notices.append(f"{how}: {there_already:,} of {plan.trials:,} trials were there already")
        notices += [choice.note] if choice.note else []
        blocks = RunBlocks(store, result)
        started = time.perf_counter()
        verdict, said = compute_missing(job, blocks, executor, found, conditions, on_progress)
        notices += said
        if on_merge is not None:
            on_merge()
        seconds = time.perf_counter() - started
        history, earlier_s = ("", 0.0) if result is None else read_history(result)
        about: dict[str, str | int | float] = {
            "device": choice.device,
            "elapsed_s": round(earlier_s + seconds, 3),
        }
        if notes:
            about["notes"] = "\n".join(notes)
        if verdict is not None:
            about |= _about_rule(verdict, plan)
            job = replace(job, plan=replace(plan, trials=verdict.trials))
        origin = provenance(scenario, world, identity, job.plan.trials)
        if history:
            origin["history"] = f"{history}\n{origin['history']}"
        _merge(job, blocks, target, world.layout, {**origin, **about})
        # A rule leaves behind what was on its way when it ended the run; nothing else does.
        if verdict is None and store.reaches_beyond(plan.trials):
            notices.append(kept_beyond(store.folder))
        else:
            store.remove()
        seconds = time.perf_counter() - started
        return RunOutcome(output, chosen, tuple(notices), seconds, verdict)
    finally:
        # Workers first: the lock may go only when nobody writes any more.
        executor.close()
        if store is not None:
            store.close()


def _resolve(executor: Executor, backend: str, result: Path | None) -> ChosenBackend:
    """Backend of the run; that of the result which it extends."""
    try:
        return choose_backend(executor, backend)
    except BackendError as error:
        if result is None:
            raise
        raise InputError(
            f"{result}: was computed with {backend}, and so are more trials of it, but {error}; "
            "choose another -o, or make it anew with --overwrite"
        ) from error


def _about_rule(verdict: Verdict, plan: Plan) -> dict[str, str | int | float]:
    """Global attributes that say why the run has the trials it has."""
    return {
        "until": verdict.rule,
        "stopped_by": "rule" if verdict.holds else "limit",
        "most_trials": plan.trials,
    }


def _merge(
    job: Job,
    blocks: RunBlocks,
    target: Target,
    layout: Mapping[str, np.ndarray],
    origin: Mapping[str, str | int | float],
) -> None:
    """Reduce the blocks in their order and write the result file, whole."""
    netcdf.write_result(
        target.path,
        blocks.in_order(job.plan),
        layout,
        sizes=job.plan.sizes(),
        block_trials=job.plan.block_trials,
        provenance=origin,
        publish=target.publish,
    )
