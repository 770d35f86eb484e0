"""Whole runs, from the command to the result file."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capest import loop
from capest.benchmark.scenario import bench_scenario


@dataclass(frozen=True)
class RunSpeed:
    """A whole run, to the result file.

    Attributes
    ----------
    trials, workers : int
    seconds : float
        From the first line to the file, with the start of workers.
    trials_per_s : float
        Without the start of workers.
    peak_memory_mib : float
        Largest memory of this process so far.
    """

    trials: int
    workers: int
    seconds: float
    trials_per_s: float
    peak_memory_mib: float


def run_speed(
    backend: Any, trials: int, workers: int, make_executor: Callable[[], loop.Executor]
) -> RunSpeed:
    """Time a whole run of the benchmark scenario, file included.

    Parameters
    ----------
    backend : {"numpy", "cupy"}
    trials, workers : int
        ``workers`` is only reported.
    make_executor : callable
        Starts the workers.
    """
    scenario = bench_scenario(run__trials=trials)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="capest-bench-") as folder:
        outcome = loop.run(scenario, Path(folder) / "bench.nc", make_executor, backend=backend)
    seconds = time.perf_counter() - started
    peak_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return RunSpeed(trials, workers, seconds, trials / outcome.seconds, peak_kib / 1024.0)
