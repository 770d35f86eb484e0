"""All figures of the benchmark in one run, so that their ratios can be quoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from capest.backend import choose
from capest.benchmark import floor, run, sweep
from capest.benchmark.baseline import baseline_name
from capest.benchmark.cases import TRIAL_CASES, WHOLE_CASES
from capest.benchmark.downlink import kernel_speed
from capest.benchmark.machine import machine
from capest.benchmark.many_satellites import constellation_speeds
from capest.benchmark.scenario import LAYOUTS
from capest.benchmark.trials import checked, trial_speeds
from capest.benchmark.uplink import uplink_speed
from capest.benchmark.whole import whole_speeds

CONSTELLATION_USERS = 20_000
"""Of the trial whose sums are timed."""


def measure(
    backend: str,
    seconds: float,
    trials: int,
    rounds: int,
    workers: int,
    everything: bool,
    other: Path | None,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Measure kernels, trials and runs.

    Parameters
    ----------
    backend : {"numpy", "native", "cupy"}
    seconds : float
        Time for each kernel figure.
    trials : int
        Of a whole run of one satellite.
    rounds : int
        In which trials and whole runs are timed in turns.
    workers : int
        Of the runs whose trials a second are counted.
    everything : bool
        Also the sweep over sizes, uneven work, and the scaling of runs.
    other : Path or None
        Another checkout of capest to compare with.
    report : callable
        Told what is measured next.

    Returns
    -------
    dict of str to plain values
        Lists of the fields of ``KernelSpeed``, ``UplinkSpeed``, ``ConstellationSpeed``,
        ``TrialSpeed``, ``WholeSpeed``, ``RunSpeed`` and ``CallSpeed``.

    Raises
    ------
    InputError
        If there is no capest where another is said to be, or it does not compute a case.
    """
    other = checked(other)
    kernels = choose.kernels(backend)
    report("pair kernels")
    found: dict[str, Any] = {
        "machine": machine(),
        "backend": backend,
        "baseline": baseline_name(),
        "against": None if other is None else str(other),
        "limit_pairs_per_s": floor.limit_pairs_per_s(backend, kernels.xp),
        "kernel": [asdict(kernel_speed(kernels, *layout, seconds)) for layout in LAYOUTS],
        "uplink": [asdict(uplink_speed(kernels, *layout, seconds)) for layout in LAYOUTS],
    }
    report("sums of constellations")
    speeds = constellation_speeds(kernels, seconds, CONSTELLATION_USERS)
    found["constellation"] = [asdict(speed) for speed in speeds]

    def of(kind: str) -> Callable[[str], None]:
        return lambda case: report(f"{kind}: {case}")

    of_trials = trial_speeds(TRIAL_CASES, backend, other, rounds, of("trials"))
    found["trial"] = [asdict(speed) for speed in of_trials]
    of_runs = whole_speeds(WHOLE_CASES, backend, trials, other, rounds, of("whole runs"))
    found["whole"] = [asdict(speed) for speed in of_runs]
    report("runs with workers")
    found["run"] = [asdict(speed) for speed in run.runs(backend, trials, workers)]
    if everything:
        report("sizes of the downlink's kernel")
        found["sweep"] = [asdict(point) for point in sweep.sweep(kernels, seconds)]
        report("uneven work")
        points = list(sweep.uneven(kernels, seconds))
        found["uneven"] = [asdict(point) for point in points]
        found["worst_uneven_ratio"] = sweep.worst_ratio(points)
        report("scaling of whole runs")
        found["scaling"] = [asdict(speed) for speed in run.scaling(backend, trials, workers)]
    return found
