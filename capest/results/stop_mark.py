"""A mark among the blocks: the run has enough of them, workers need not compute any more.

A batch that is on its way cannot be taken back from every kind of worker; this ends it after the
block it is at.
"""

from __future__ import annotations

from pathlib import Path

_NAME = "stop"


def set_stop(folder: Path) -> None:
    """Tell workers to leave the rest of their batches."""
    (folder / _NAME).touch()


def clear_stop(folder: Path) -> None:
    """Take the mark away; it may be that of a run that died."""
    (folder / _NAME).unlink(missing_ok=True)


def is_stopped(folder: Path) -> bool:
    """Whether the mark is there."""
    return (folder / _NAME).exists()
