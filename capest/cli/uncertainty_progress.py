"""Progress of a study of uncertainty on stderr; Ctrl-C keeps what is finished."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from capest.cli.building import tell_of_build
from capest.cli.interrupts import Interrupts
from capest.cli.progress import Display, progress_display, time_text
from capest.statistics.intervals import Interval

if TYPE_CHECKING:
    from capest.runner.loop import Executor, Progress
    from capest.studies.uncertainty.duration import Speed
    from capest.studies.uncertainty.joint_sample import SampleProgress
    from capest.studies.uncertainty.study_plan import StudyPlan

_UNKNOWN = Interval(math.nan, math.nan, math.nan)


def run_with_progress(
    plan: StudyPlan,
    path: Path,
    make_executor: Callable[[], Executor],
    *,
    backend: Literal["auto", "numpy", "native", "cupy"],
    overwrite: bool,
    in_process: bool,
    builds_here: bool,
) -> None:
    """Run a study; notices go to standard error.

    Parameters
    ----------
    plan, path, make_executor, backend, overwrite, in_process
        As of ``study.run_study``.
    builds_here : bool
        Whether kernels may have to be compiled on this machine first.
    """
    from capest.studies.uncertainty.sample_files import samples_folder
    from capest.studies.uncertainty.study import run_study

    if builds_here:
        tell_of_build(backend)
    with progress_display(plan.trials) as display, Interrupts() as interrupts:
        try:
            notices = run_study(
                plan,
                path,
                make_executor,
                _Shown(display, interrupts),
                backend=backend,
                overwrite=overwrite,
                in_process=in_process,
            )
        except KeyboardInterrupt:
            display.stop()
            click.echo(
                f"Finished samples are kept in {samples_folder(path)}; "
                "run the same command again to go on.",
                err=True,
            )
            raise
    for notice in notices:
        click.echo(notice, err=True)


class _Shown:
    """Tells a display how far a study is."""

    def __init__(self, display: Display, interrupts: Interrupts) -> None:
        self._display = display
        self._interrupts = interrupts
        self._sampling = False

    def begins(self, speed: Speed, plan: StudyPlan, answers: int, runs: int) -> None:
        """Say how long it takes."""
        self._interrupts.check()
        click.echo(duration_text(speed, plan, answers, runs), err=True)

    def point(self, number: int, total: int, trials: int) -> None:
        """Show that a run in pairs begins."""
        self._interrupts.check()
        self._display.point(f"run {number + 1:,} of {total:,}", trials)

    def trials(self, progress: Progress) -> None:
        """Show how far a run in pairs is."""
        self._interrupts.check()
        self._display.update(progress)

    def samples(self, progress: SampleProgress) -> None:
        """Show how far the joint sample is."""
        from capest.runner.loop import Progress

        self._interrupts.check()
        if not self._sampling:
            self._sampling = True
            self._display.point("samples", progress.total)
        at = (progress.done, progress.total, progress.found, progress.seconds)
        self._display.update(Progress(*at, _UNKNOWN))


def duration_text(
    speed: Speed, plan: StudyPlan, found_answers: int = 0, found_runs: int = 0
) -> str:
    """How long a study takes and what it computes, such as "about 4 min: 272 trials of ...".

    Parameters
    ----------
    speed, plan
        As measured, and as planned.
    found_answers, found_runs : int
        That an earlier start left.
    """
    points = len(plan.paired.points) if plan.paired else 0
    points += len(plan.margins.points) if plan.margins else 0
    answers = len(plan.samples.trials) if plan.samples else 0
    found_answers, found_runs = min(found_answers, answers), min(found_runs, points)
    seconds = speed.of_points(points - found_runs, plan.trials)
    seconds += speed.of_samples(answers - found_answers)
    parts = []
    if answers:
        parts.append(f"{answers:,} trials of samples")
    if points:
        parts.append(f"{points:,} paired runs of {plan.trials:,} trials")
    where = "in this process"
    if not speed.in_process:
        where = f"on {speed.workers:,} worker{'' if speed.workers == 1 else 's'}"
    there = ""
    if found_answers or found_runs:
        there = f"; there already: {found_answers:,} trials of samples, {found_runs:,} paired runs"
    return f"about {time_text(max(seconds, 1.0))}: {' and '.join(parts)} {where}{there}"
