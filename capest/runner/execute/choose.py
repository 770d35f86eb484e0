"""What starts the workers of a run, or of many: this process, processes of ours, or a cluster."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from capest.runner.batches import Executor


def executor_maker(
    workers: int | None,
    backend: Literal["auto", "numpy", "native", "cupy"],
    sharing_a_gpu: int,
    scheduler: str | None = None,
    scheduler_file: Path | None = None,
) -> Callable[[], Executor]:
    """What starts the workers of one run or of many.

    Parameters
    ----------
    workers : int or None
        Processes on this machine, 0 for this one; ``None`` for as many as there are cores.
    backend : {"auto", "numpy", "native", "cupy"}
    sharing_a_gpu : int
        Workers that a GPU takes at once.
    scheduler : str, optional
        Address of a Dask scheduler to join instead.
    scheduler_file : Path, optional
        Written by the Dask scheduler to join instead.
    """

    def make_executor() -> Executor:
        from_others = scheduler is not None or scheduler_file is not None
        if workers == 0 and not from_others:
            from capest.runner.execute.inline import InlineExecutor

            return InlineExecutor()
        from capest.runner.execute import dask_cluster

        if from_others:
            return dask_cluster.join_scheduler(scheduler, scheduler_file)
        from capest.backend.driver import local_workers

        count = local_workers(workers, backend, sharing_a_gpu=sharing_a_gpu)
        return dask_cluster.local_cluster(count)

    return make_executor
