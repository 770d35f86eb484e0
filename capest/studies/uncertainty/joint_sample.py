"""Answers of a joint sample: worlds are built here while workers compute, a few at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from capest.engine.build import build
from capest.errors import CapestError, InputError, Problem, StorageError
from capest.runner.batches import Executor
from capest.runner.one_trial import TrialTask, compute_trial
from capest.runner.world_file import save_world
from capest.scenario.assumed import Assumption
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.shown import cut, one_line
from capest.studies.uncertainty.paired_points import Source
from capest.studies.uncertainty.sample_files import Answer, SampleFiles
from capest.studies.uncertainty.sample_plan import SamplePlan, settings_of


@dataclass(frozen=True)
class SampleProgress:
    """How far a joint sample is, after an answer.

    Attributes
    ----------
    done, total : int
        Answers; with those found from an earlier start.
    found : int
        Found from an earlier start.
    seconds : float
        Since the first one was begun.
    """

    done: int
    total: int
    found: int
    seconds: float


@dataclass(frozen=True)
class _Wanted:
    """An answer that is to be computed."""

    place: int
    fingerprint: str
    trial: int


def answers_of(
    source: Source,
    overrides: Sequence[str],
    assumptions: Sequence[Assumption],
    plan: SamplePlan,
    executor: Executor,
    kept: SampleFiles,
    on_progress: Callable[[SampleProgress], None] | None = None,
) -> list[Answer]:
    """Answer every sample; what is finished is kept at once.

    A sample whose scenario the rules refuse, or whose trial fails, has a failure as its answer,
    and the others go on.

    Parameters
    ----------
    source, overrides
        Of the scenario.
    assumptions : sequence of Assumption
    plan : SamplePlan
    executor : Executor
        Its window of tasks bounds the worlds that lie on disk.
    kept : SampleFiles
    on_progress : callable, optional
        Called after every answer.

    Returns
    -------
    list of Answer
        In the order of ``plan.trials``.

    Raises
    ------
    CapestError
        If workers or storage fail, not where a sample does.
    """
    answers: list[Answer | None] = [None] * len(plan.trials)
    wanted: dict[str, _Wanted] = {}
    started = time.perf_counter()
    there = 0

    def tasks() -> Iterator[TrialTask]:
        nonlocal there
        for place, one in enumerate(plan.trials):
            values = plan.values[one.sample]
            try:
                scenario = _loaded(source, overrides, settings_of(assumptions, values))
            except InputError as error:
                answers[place] = Answer({}, _said(error))
                there += 1
                continue
            mark = fingerprint(scenario)
            answers[place] = kept.read(mark, one.trial)
            if answers[place] is not None:
                there += 1
                continue
            try:
                world = build(scenario)
            except (StorageError, OSError):
                raise
            except Exception as error:  # of one sample: the others go on, and it is named
                answers[place] = Answer({}, _said(error))
                there += 1
                continue
            name = kept.world_name(mark, one.trial)
            wanted[name] = _Wanted(place, mark, one.trial)
            yield TrialTask(name, save_world(world, kept.folder, name), one.trial, kept.backend)

    for computed, outcome in enumerate(executor.run(compute_trial, tasks()), start=1):
        one = wanted.pop(outcome.name)
        failure = cut(one_line(outcome.failure))
        answer = Answer(outcome.figures, failure)
        if not failure:
            kept.write(one.fingerprint, one.trial, answer)
        kept.drop_world(one.fingerprint, one.trial)
        answers[one.place] = answer
        if on_progress is not None:
            seconds = time.perf_counter() - started
            on_progress(SampleProgress(there + computed, len(answers), there, seconds))
    lacking = [place for place, answer in enumerate(answers) if answer is None]
    if lacking:
        raise CapestError(
            f"{len(lacking):,} samples got no answer; run the same command again: finished ones "
            "are kept"
        )
    return [answer for answer in answers if answer is not None]


def _loaded(source: Source, overrides: Sequence[str], settings: Sequence[str]) -> Scenario:
    excused: list[Problem] = []
    return load_scenario(source, [*overrides, *settings], excused=excused)


def _said(error: Exception) -> str:
    """What an exception says, on one line."""
    words = str(error) if isinstance(error, CapestError) else f"{type(error).__name__}: {error}"
    return cut(one_line(words.partition("\n")[0]))
