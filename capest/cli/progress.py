"""Progress of a run on stderr: a bar on a terminal, a line a minute in a log."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from capest import loop
from capest.cli.until_text import running_text, two_digits

_SECONDS_BETWEEN_LINES = 60.0


class Display(Protocol):
    """Shows how far a run is."""

    def update(self, progress: loop.Progress) -> None:
        """Show the state after a batch."""

    def merging(self) -> None:
        """Show that all blocks are there and the result is being written."""

    def stop(self) -> None:
        """Leave the terminal as it was."""


class _Bar:
    def __init__(self, console: Console, trials: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting workers", total=trials, detail="")
        self._progress.start()

    def update(self, progress: loop.Progress) -> None:
        self._progress.update(
            self._task,
            description="trials",
            completed=progress.trials_done,
            total=_expected(progress),
            detail=_detail(progress),
        )

    def merging(self) -> None:
        self._progress.update(self._task, description="writing", detail="")

    def stop(self) -> None:
        self._progress.stop()


class _Lines:
    def __init__(self) -> None:
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES

    def update(self, progress: loop.Progress) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _SECONDS_BETWEEN_LINES
        expected = _expected(progress)
        left_s = (expected - progress.trials_done) / max(progress.trials_per_second, 1e-9)
        about = "" if progress.verdict is None else "about "
        click.echo(
            f"{progress.trials_done:,} of {about}{expected:,} trials, {_detail(progress)}, "
            f"{left_s:,.0f} s left",
            err=True,
        )

    def merging(self) -> None:
        """Say nothing: it takes seconds."""

    def stop(self) -> None:
        """Nothing to clean up."""


def _expected(progress: loop.Progress) -> int:
    """Trials the run will take; of a rule two digits, so that the bar does not start anew."""
    if progress.verdict is None:
        return progress.trials
    return min(progress.trials, two_digits(progress.expected_trials))


def _detail(progress: loop.Progress) -> str:
    if progress.verdict is not None:
        return f"{progress.trials_per_second:,.0f}/s, {running_text(progress.verdict)}"
    estimate = progress.throughput
    half_width = (estimate.high - estimate.low) / 2.0
    return (
        f"{progress.trials_per_second:,.0f}/s, "
        f"throughput {estimate.value:,.1f} ± {half_width:.2g} Mbit/s"
    )


@contextmanager
def progress_display(trials: int) -> Iterator[Display]:
    """Show progress on stderr while the body runs."""
    console = Console(stderr=True)
    display: Display = _Bar(console, trials) if console.is_terminal else _Lines()
    try:
        yield display
    finally:
        display.stop()
