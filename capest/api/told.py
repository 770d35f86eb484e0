"""What a command line says beside its result: notes as warnings, progress where somebody looks."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

from capest.errors import ScenarioNote
from capest.runner.progress_display import (
    Display,
    NoDisplay,
    is_interactive,
    progress_display,
)


def warn_of(notices: Iterable[str]) -> None:
    """Warn of each notice, in one line, at the line that called the function that calls this.

    Where IPython or a notebook computes, what filters of warnings let pass is one plain line, once
    in a session: every cell is a file of its own there, and the same note stood below each.
    """
    if not is_interactive():
        for notice in notices:
            warnings.warn(notice, ScenarioNote, stacklevel=3)
        return
    with warnings.catch_warnings(record=True) as caught:
        for notice in notices:
            warnings.warn(notice, ScenarioNote, stacklevel=3)
    for each in caught:
        say_once(str(each.message))


@cache
def say_once(notice: str) -> None:
    """Write a note to stdout, the first time that it is known."""
    print(f"Note: {notice}", flush=True)


@contextmanager
def shown_progress(progress: bool | None, trials: int) -> Iterator[Display]:
    """Show progress while the body runs.

    Parameters
    ----------
    progress : bool or None
        Whether it is shown; ``None`` where IPython or a notebook computes.
    trials : int
        Of the first run.
    """
    if not (is_interactive() if progress is None else progress):
        yield NoDisplay()
        return
    with progress_display(trials) as display:
        yield display


def say(line: str) -> None:
    """Write a line to stderr."""
    print(line, file=sys.stderr, flush=True)
