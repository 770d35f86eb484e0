"""Run batches one after the other in this process."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator
from typing import Any


class InlineExecutor:
    """Executor without workers, for small runs, debugging and profiling.

    Parameters
    ----------
    check_pickling : bool
        Send every task and result through pickle, so that faults a cluster would show appear
        here.
    """

    workers = 1

    def __init__(self, check_pickling: bool = False) -> None:
        self._check_pickling = check_pickling

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function where batches run."""
        return function(*arguments)

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """Call a function in every process where batches run: in this one."""
        return [function(*arguments)]

    def run(self, function: Callable[[Any], Any], tasks: Iterable[Any]) -> Iterator[Any]:
        """Yield the result of every task, as it is done."""
        for task in tasks:
            if self._check_pickling:
                function, task = pickle.loads(pickle.dumps((function, task)))
                yield pickle.loads(pickle.dumps(function(task)))
            else:
                yield function(task)

    def close(self) -> None:
        """Nothing to release."""
