"""All figures of the benchmark in one run, so that their ratios can be quoted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from capest.backend import choose
from capest.benchmark import floor, run, sweep
from capest.benchmark.baseline import baseline_name
from capest.benchmark.downlink import kernel_speed
from capest.benchmark.scenario import LAYOUTS, machine
from capest.benchmark.uplink import uplink_speed


def measure(
    backend: str,
    seconds: float,
    trials: int,
    workers: int,
    everything: bool,
    report: Callable[[str], None],
) -> dict[str, Any]:
    """Measure kernels and runs.

    Parameters
    ----------
    backend : {"numpy", "native", "cupy"}
    seconds : float
        Time for each kernel figure.
    trials, workers : int
        Of whole runs.
    everything : bool
        Also the sweep over sizes, uneven work, and the scaling of runs.
    report : callable
        Told what is measured next.

    Returns
    -------
    dict of str to plain values
        Lists of the fields of ``KernelSpeed``, ``UplinkSpeed``, ``RunSpeed`` and ``SweepPoint``.
    """
    kernels = choose.kernels(backend)
    report("pair kernels")
    found: dict[str, Any] = {
        "machine": machine(),
        "backend": backend,
        "baseline": baseline_name(),
        "limit_pairs_per_s": floor.limit_pairs_per_s(backend, kernels.xp),
        "kernel": [asdict(kernel_speed(kernels, *layout, seconds)) for layout in LAYOUTS],
        "uplink": [asdict(uplink_speed(kernels, *layout, seconds)) for layout in LAYOUTS],
    }
    report("whole runs")
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
