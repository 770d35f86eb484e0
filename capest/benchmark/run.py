"""Whole runs in a process of their own, from its start to the result file."""

from __future__ import annotations

import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capest.benchmark.scenario import bench_scenario, plainest_scenario
from capest.errors import CapestError
from capest.scenario.model import Scenario


@dataclass(frozen=True)
class RunSpeed:
    """A whole run, to the result file.

    Attributes
    ----------
    case : str
        What is run.
    trials, workers : int
    pairs_per_trial : int
        Pairs of a user and a beam.
    seconds : float
        With the start of Python and of the workers.
    trials_per_s : float
        Without them.
    peak_memory_mib : float
        Largest memory of the client.
    """

    case: str
    trials: int
    workers: int
    pairs_per_trial: int
    seconds: float
    trials_per_s: float
    peak_memory_mib: float


def runs(backend: str, trials: int, workers: int) -> Iterator[RunSpeed]:
    """Time study case 9 (downlink, both links, hopping) and the plainest case.

    Parameters
    ----------
    backend : {"numpy", "native", "cupy"}
    trials : int
        Of the downlink of case 9; the others are as long as that takes, about.
    workers : int
    """
    hopping = {"beams__allocation": "random", "satellite__beams_at_once": 20}
    cases = (
        ("case 9", bench_scenario(), trials),
        (
            "case 9, both links",
            bench_scenario(uplink__interference="full-buffer"),
            max(1, trials // 2),
        ),
        ("case 9, 20 of 61 beams lit", bench_scenario(**hopping), trials),
        ("plainest: 19 beams, free space", plainest_scenario(), 2 * trials),
    )
    for case, scenario, count in cases:
        yield run_speed(case, scenario, backend, count, workers)


def scaling(backend: str, trials: int, workers: int) -> Iterator[RunSpeed]:
    """Time case 9 with more and more workers, then with more and more trials.

    Parameters
    ----------
    backend : {"numpy", "native", "cupy"}
    trials : int
        Of the first part; the second takes a tenth of them, as many, and ten times as many.
    workers : int
        Most workers.
    """
    scenario = bench_scenario()
    counts = sorted({0, *(2**k for k in range(12) if 2**k < workers), workers})
    for count in counts:
        yield run_speed("workers", scenario, backend, trials, count)
    for count in (max(1, trials // 10), trials, 10 * trials):
        yield run_speed("trials", scenario, backend, count, workers)


def run_speed(case: str, scenario: Scenario, backend: str, trials: int, workers: int) -> RunSpeed:
    """Time a whole run of a scenario, file included.

    Parameters
    ----------
    case : str
    scenario : Scenario
    backend : {"numpy", "native", "cupy"}
    trials, workers : int
        No workers: in the client's own process.

    Raises
    ------
    CapestError
        If the run fails.
    """
    with tempfile.TemporaryDirectory(prefix="capest-bench-") as folder:
        source, log = Path(folder) / "bench.toml", Path(folder) / "log"
        source.write_text(scenario.replace(run__trials=trials).to_toml(), encoding="utf-8")
        command = [sys.executable, "-m", __name__, str(source), backend, str(workers)]
        with log.open("wb") as stream:
            started = time.perf_counter()
            status = subprocess.run(command, stdout=stream, stderr=stream, check=False).returncode
            seconds = time.perf_counter() - started
        text = log.read_text(encoding="utf-8", errors="replace")
        if status:
            raise CapestError(f"a run of the benchmark failed:\n{text}")
    return RunSpeed(
        case=case,
        trials=trials,
        workers=workers,
        pairs_per_trial=scenario.users_per_trial * scenario.beam_count,
        seconds=seconds,
        trials_per_s=trials / float(text.split()[-2]),
        peak_memory_mib=float(text.split()[-1]),
    )


def _run_here(source: Path, backend: Any, workers: int) -> float:
    """Run a scenario to a file beside it; seconds without the start of workers."""
    from capest.runner import loop
    from capest.runner.execute import dask_cluster
    from capest.runner.execute.inline import InlineExecutor
    from capest.scenario.load import load_scenario

    def executor() -> loop.Executor:
        return dask_cluster.local_cluster(workers) if workers else InlineExecutor()

    scenario = load_scenario(source)
    return loop.run(scenario, source.with_suffix(".nc"), executor, backend=backend).seconds


def _peak_memory_mib() -> float:
    """Largest memory of this process; ``getrusage`` would count its parent's before the start."""
    status = Path("/proc/self/status")
    if not status.exists():
        return math.nan
    words = status.read_text(encoding="utf-8").partition("VmHWM:")[2].split()
    return float(words[0]) / 1024.0


if __name__ == "__main__":
    print(_run_here(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])), _peak_memory_mib())
