"""How far a study of uncertainty is, and how long it takes."""

from __future__ import annotations

import math
from collections.abc import Callable

from capest.runner.loop import Progress
from capest.runner.progress_display import Display
from capest.runner.progress_text import time_text
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.duration import Speed
from capest.studies.uncertainty.joint_sample import SampleProgress
from capest.studies.uncertainty.study_plan import StudyPlan

_UNKNOWN = Interval(math.nan, math.nan, math.nan)


class StudyProgress:
    """Tells a display how far a study is.

    Parameters
    ----------
    display : Display
    say : callable
        Takes the line that tells how long it takes.
    check : callable
        Called often; may raise to stop the study.
    """

    def __init__(
        self, display: Display, say: Callable[[str], None], check: Callable[[], None]
    ) -> None:
        self._display = display
        self._say, self._check = say, check
        self._sampling = False

    def begins(self, speed: Speed, plan: StudyPlan, answers: int, runs: int) -> None:
        """Say how long it takes."""
        self._check()
        self._say(duration_text(speed, plan, answers, runs))

    def point(self, number: int, total: int, trials: int) -> None:
        """Show that a run in pairs begins."""
        self._check()
        self._display.point(f"run {number + 1:,} of {total:,}", trials)

    def trials(self, progress: Progress) -> None:
        """Show how far a run in pairs is."""
        self._check()
        self._display.update(progress)

    def samples(self, progress: SampleProgress) -> None:
        """Show how far the joint sample is."""
        self._check()
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
