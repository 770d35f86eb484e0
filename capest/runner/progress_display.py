"""Progress of a run: a bar on a terminal, a line a minute in a log, a line of a notebook's cell."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from capest.runner import loop
from capest.runner.progress_text import details, done_text, expected_trials, fitting

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
            total=expected_trials(progress),
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
        _say(self._of + _state(progress))

    def merging(self) -> None:
        """Say nothing: it takes seconds."""

    def stop(self) -> None:
        """Nothing to clean up."""


class _CellLine:
    """One line below a notebook's cell, that is written anew and says at last what was done.

    Parameters
    ----------
    show : callable
        Takes the first line, and returns what takes the lines that replace it.
    """

    def __init__(self, show: Callable[[str], Callable[[str], None]]) -> None:
        self._of = self._line = ""
        self._shown_at = -_SECONDS_BETWEEN_CHANGES
        self._replace = show(f"{_STARTING} ...")

    def point(self, text: str, trials: int) -> None:
        self._of = f"{text}: "

    def update(self, progress: loop.Progress) -> None:
        self._line = self._of + _state(progress)
        if time.monotonic() >= self._shown_at + _SECONDS_BETWEEN_CHANGES:
            self._shown_at = time.monotonic()
            self._replace(self._line)

    def merging(self) -> None:
        self._replace(f"{self._line}, writing")

    def stop(self) -> None:
        self._replace(self._line or "nothing was to be computed")


class NoDisplay:
    """Shows nothing."""

    def point(self, text: str, trials: int) -> None:
        """Show nothing."""

    def update(self, progress: loop.Progress) -> None:
        """Show nothing."""

    def merging(self) -> None:
        """Show nothing."""

    def stop(self) -> None:
        """Do nothing."""


_SECONDS_BETWEEN_CHANGES = 0.2

_STARTING = "waiting for trials"
"""Workers start, the world is built, and the first batch is computed: it cannot be told which."""


def _state(progress: loop.Progress) -> str:
    return ", ".join([done_text(progress), *details(progress)])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


@contextmanager
def progress_display(trials: int) -> Iterator[Display]:
    """Show progress while the body runs: on stderr, or below the cell of a notebook."""
    display = _display(trials)
    try:
        yield display
    finally:
        display.stop()


def _display(trials: int) -> Display:
    if is_notebook():
        return _CellLine(_shown_by_ipython)
    from rich.console import Console

    console = Console(stderr=True)
    return _Bar(console, trials) if console.is_terminal else _Lines()


def _shown_by_ipython(first: str) -> Callable[[str], None]:
    """Show a line below the cell, and return what replaces it."""
    from IPython.display import display

    handle = display(_as_text(first), raw=True, display_id=True)
    return lambda line: handle.update(_as_text(line), raw=True)


def _as_text(line: str) -> dict[str, str]:
    return {"text/plain": line}


def is_interactive() -> bool:
    """Whether somebody watches: IPython on a terminal, or a notebook."""
    return _shell() is not None


def is_notebook() -> bool:
    """Whether the process computes the cells of a notebook."""
    return hasattr(_shell(), "kernel")


def _shell() -> Any:
    """IPython's shell, ``None`` in a plain script: then nobody has imported it."""
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()
