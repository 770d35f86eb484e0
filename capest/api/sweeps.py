"""``capest.sweep``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import xarray as xr

from capest.accessor.python_words import in_python_words
from capest.api.asked import (
    AnyScenario,
    Varied,
    axes_of,
    check_workers,
    settings_of,
    source_of,
)
from capest.api.output import opened
from capest.api.told import shown_progress, warn_of
from capest.errors import InputError
from capest.runner import sweep as sweeps
from capest.runner.execute.choose import executor_maker


def sweep(
    scenario: AnyScenario,
    vary: Varied,
    *,
    trials: int | None = None,
    seed: int | None = None,
    until: str | Sequence[str] | None = None,
    output: str | Path | None = None,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    workers: int | None = 0,
    keep_points: bool = False,
    overwrite: bool = False,
    progress: bool | None = None,
) -> xr.Dataset:
    """Run a scenario for many values of its keys: the same engine as ``capest sweep``.

    All points share their random numbers, so differences to the first are taken trial by trial.

    Parameters
    ----------
    scenario : Scenario, path or mapping
    vary : mapping or sequence of str
        Values of each key, such as ``{"beams.frequency_reuse": [1, 3, 4]}``, for every
        combination; a text stands for what ``--vary`` takes, such as ``"0.1:1:10"``. ``"variants"``
        alone takes all variants of the scenario.
    trials, seed : int, optional
        Instead of the scenario's own.
    until : str or sequence of str, optional
        As of `capest.run`; each point stops on its own.
    output : path, optional
        File, whose folder is made where it lacks; what was cut off goes on from it. Without it the
        result is kept in memory only.
    backend : {"auto", "numpy", "native", "cupy"}
    workers : int or None
        Worker processes on this machine; 0 computes in this process, ``None`` takes
        one a core.
    keep_points : bool
        Keep the result file of every point, beside the output.
    overwrite : bool
        Replace a file that is there.
    progress : bool or None
        Whether progress is shown; ``None`` shows it in a notebook and in IPython.

    Returns
    -------
    xarray.Dataset
        With a dimension for each key, such as ``beams__frequency_reuse``.

    Raises
    ------
    InputError
        For a faulty scenario at any point, values that it cannot have, an unusable output.
    CapestError
        For trouble at run time.

    Warns
    -----
    ScenarioNote
        For each thing that one should know, such as a key that is not read.

    Examples
    --------
    >>> ds = capest.sweep("my.toml", {"beams.frequency_reuse": [1, 3, 4]}, trials=100)
    >>> ds.capest.ci("throughput")["value"]
    """
    check_workers(workers)
    if keep_points and output is None:
        raise InputError("keep_points=True: points are kept beside the output: give output=...")
    notices: list[str] = []

    def compute(path: Path) -> None:
        source = source_of(scenario)
        axes = axes_of(vary, source)
        if not axes:
            raise InputError("vary: names no key, such as {'beams.frequency_reuse': [1, 3]}")
        changes = settings_of(trials=trials, seed=seed, until=until)
        points = sweeps.points_of(source, changes, axes)
        sharing = max(point.scenario.workers_sharing_a_gpu for point in points)
        with shown_progress(progress, points[0].scenario.run.trials) as display:

            def on_point(number: int, point: sweeps.Point) -> None:
                of = f"point {number + 1:,} of {len(points):,}"
                display.point(of, point.scenario.run.trials)

            notices.extend(
                sweeps.run_sweep(
                    points,
                    axes,
                    path,
                    executor_maker(workers, backend, sharing),
                    backend=backend,
                    keep_points=keep_points,
                    overwrite=overwrite,
                    on_point=on_point,
                    on_progress=display.update,
                )
            )

    with in_python_words():
        found = opened(output, compute)
    warn_of(notices)
    return found
