"""Ctrl-C that is not lost."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any


class Interrupts:
    """Remembers Ctrl-C while it is raised as ``KeyboardInterrupt``, as usual.

    Python drops an exception that comes up where none can travel, such as in a callback of the
    garbage collector, of which Dask has one. What was dropped is raised at the next `check`.
    """

    def __init__(self) -> None:
        self._pressed = False
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        # A job of the background that ignores Ctrl-C goes on ignoring it.
        usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if usual and threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise what may have been dropped.

        Raises
        ------
        KeyboardInterrupt
            If Ctrl-C was pressed before.
        """
        if self._pressed:
            raise KeyboardInterrupt

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._pressed = True
        raise KeyboardInterrupt
