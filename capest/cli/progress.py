"""Progress of a run on stderr: a bar on a terminal, a line a minute in a log."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

import click

from capest.results.figures import interval_text, value_text
from capest.runner import loop
from capest.runner.until_text import running_text, two_digits
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    from rich.console import Console

_SECONDS_BETWEEN_LINES = 60.0
_LEAST_BAR = 5
_ELAPSED = len("0:00:00")


class Display(Protocol):
    """Shows how far a run, or a sweep of runs, is."""

    def point(self, text: str, trials: int) -> None:
        """Show that the next point of a sweep begins, such as ``point 3 of 12``."""

    def update(self, progress: loop.Progress) -> None:
        """Show the state after a batch."""

    def merging(self) -> None:
        """Show that all blocks are there and the result is being written."""

    def stop(self) -> None:
        """Leave the terminal as it was."""


class _Bar:
    def __init__(self, console: Console, trials: int) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = console
        self._of = ""
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[detail]}", markup=False),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task(_STARTING, total=trials, detail="")
        self._progress.start()

    def point(self, text: str, trials: int) -> None:
        self._of = text
        self._progress.reset(
            self._task, total=trials, description=self._fitting(_STARTING), detail=""
        )

    def update(self, progress: loop.Progress) -> None:
        description = self._fitting(done_text(progress))
        self._progress.update(
            self._task,
            description=description,
            completed=progress.trials_done,
            total=_expected(progress),
            detail=fitting(details(progress), self._room - len(description)),
        )

    def merging(self) -> None:
        self._progress.update(self._task, description=self._fitting("writing"), detail="")

    @property
    def _room(self) -> int:
        """Columns for text, beside a short bar, the time and what stands between them."""
        return self._console.width - _LEAST_BAR - _ELAPSED - 3

    def _fitting(self, text: str) -> str:
        """Text, behind the point of the sweep if there is one and there is room for it."""
        whole = f"{self._of}: {text}" if self._of else text
        return whole if len(whole) <= self._room else text

    def stop(self) -> None:
        self._progress.stop()


class _Lines:
    def __init__(self) -> None:
        self._of = ""
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES

    def point(self, text: str, trials: int) -> None:
        self._of = f"{text}: "

    def update(self, progress: loop.Progress) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
        click.echo(self._of + ", ".join([done_text(progress), *details(progress)]), err=True)

    def merging(self) -> None:
        """Say nothing: it takes seconds."""

    def stop(self) -> None:
        """Nothing to clean up."""


_STARTING = "waiting for trials"
"""Workers start, the world is built, and the first batch is computed: it cannot be told which."""


def _expected(progress: loop.Progress) -> int:
    """Trials the run will take; of a rule two digits, so that the bar does not start anew."""
    if progress.verdict is None:
        return progress.trials
    return min(progress.trials, two_digits(progress.expected_trials))


def done_text(progress: loop.Progress) -> str:
    """How many trials there are, of how many; those of a rule are an estimate."""
    about = "" if progress.verdict is None or progress.verdict.holds else "about "
    return f"{progress.trials_done:,} of {about}{_expected(progress):,} trials"


def details(progress: loop.Progress) -> list[str]:
    """What is known beside it, the most telling first: rate, time left, the running estimate.

    What is not known yet is left out: the rate before a trial has been computed since the start,
    the time left without a rate, an interval of one trial.
    """
    found = []
    rate = progress.trials_per_second
    if rate > 0.0:
        found.append(rate_text(rate))
        left = _expected(progress) - progress.trials_done
        if left > 0:
            found.append(f"about {time_text(max(left / rate, 1.0))} left")
    if progress.verdict is not None:
        wanted = running_text(progress.verdict)
        return [*found, wanted] if wanted else found
    value, low, high = (getattr(progress.throughput, name) for name in ("value", "low", "high"))
    if math.isfinite(value):
        estimate = Estimate("throughput", "mean", value, low, high, "Mbit s-1")
        shown = f"throughput {value_text(estimate)}"
        if math.isfinite(low) and math.isfinite(high):
            shown += f" {interval_text(estimate)}"
        found.append(f"{shown} Mbit/s")
    return found


def fitting(parts: Sequence[str], room: int) -> str:
    """The first parts that fit, whole: half a number is a wrong one."""
    while parts and len(", ".join(parts)) > room:
        parts = parts[:-1]
    return ", ".join(parts)


def rate_text(trials_per_second: float) -> str:
    """Trials a second, or where that is less than one, the time that a trial takes."""
    if trials_per_second < 1.0:
        return f"{time_text(1.0 / trials_per_second)} a trial"
    if trials_per_second < 9.95:
        return f"{trials_per_second:.1f}/s"
    return f"{trials_per_second:,.0f}/s"


def time_text(seconds: float) -> str:
    """A length of time with two digits or so: ``3.4 s``, ``12 s``, ``4.5 min``, ``3.2 h``."""
    if seconds < 100.0:
        return f"{_two_digits(seconds)} s"
    if seconds < 100.0 * 60.0:
        return f"{_two_digits(seconds / 60.0)} min"
    if seconds < 48.0 * 3600.0:
        return f"{_two_digits(seconds / 3600.0)} h"
    return f"{_two_digits(seconds / 86_400.0)} days"


def _two_digits(value: float) -> str:
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


@contextmanager
def progress_display(trials: int) -> Iterator[Display]:
    """Show progress on stderr while the body runs."""
    from rich.console import Console

    console = Console(stderr=True)
    display: Display = _Bar(console, trials) if console.is_terminal else _Lines()
    try:
        yield display
    finally:
        display.stop()
