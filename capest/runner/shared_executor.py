"""One set of workers for many runs, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from capest.runner.batches import Executor


class KeptOpen:
    """Keeps the workers of one run for the next: closing is left to whoever shares them."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self.call = executor.call
        self.everywhere = executor.everywhere
        self.run = executor.run

    @property
    def workers(self) -> int:
        """How many batches run at once."""
        return self._executor.workers

    def close(self) -> None:
        """Do nothing."""


class SharedExecutor:
    """Workers that start when they are first asked for, and stop at the end.

    Parameters
    ----------
    make_executor : callable
        Starts the workers.
    """

    def __init__(self, make_executor: Callable[[], Executor]) -> None:
        self._make = make_executor
        self._started: Executor | None = None

    def __call__(self) -> Executor:
        """Workers that whoever got them cannot stop."""
        if self._started is None:
            self._started = self._make()
        return KeptOpen(self._started)

    def close(self) -> None:
        """Stop the workers, if they were started."""
        if self._started is not None:
            self._started.close()
            self._started = None
