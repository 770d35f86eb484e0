"""``capest.capacity``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import xarray as xr

from capest.accessor.python_words import in_python_words
from capest.api.asked import (
    AnyScenario,
    Varied,
    axes_of,
    check_workers,
    dotted,
    settings_of,
    source_of,
)
from capest.api.output import opened
from capest.api.told import shown_progress, warn_of
from capest.errors import InputError
from capest.runner.execute.choose import executor_maker
from capest.scenario.model import Scenario
from capest.studies.capacity.key_range import parse_range
from capest.studies.capacity.plan import asked_condition, plan_capacity, plan_for_axes
from capest.studies.capacity.run import run_capacities


def capacity(
    scenario: AnyScenario,
    vary: str,
    *,
    low: float,
    high: float,
    blocked: float | str | None = None,
    while_: str | None = None,
    over: Varied = (),
    trials: int | None = None,
    seed: int | None = None,
    output: str | Path | None = None,
    backend: Literal["auto", "numpy", "native", "cupy"] = "auto",
    workers: int | None = 0,
    keep_points: bool = False,
    overwrite: bool = False,
    progress: bool | None = None,
) -> xr.Dataset:
    """Find how far a key goes until a figure no longer meets a condition: ``capest capacity``.

    Parameters
    ----------
    scenario : Scenario, path or mapping
    vary : str
        Key with numbers, such as ``"users.count"``.
    low, high : float
        Ends of the range that is searched.
    blocked : float or str, optional
        Share of the callers in reach that find no room at most, such as 0.02 or ``"2%"``.
    while_ : str, optional
        Another condition, such as ``"user_throughput.p05>=1"``; one of the two is given.
    over : mapping or sequence of str
        Values of further keys, as of `capest.sweep`: a capacity for every combination.
    trials, seed : int, optional
        Instead of the scenario's own.
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
        ``ds.capest.ci("users.count")`` is the capacity, ``ds.capest.to_pandas()`` has the values
        that were visited.

    Raises
    ------
    InputError
        For a faulty scenario at either end, a key without numbers, a condition that cannot be
        read, an unusable output.
    CapestError
        For trouble at run time.

    Warns
    -----
    ScenarioNote
        For each thing that one should know, such as a key that is not read.

    Examples
    --------
    >>> ds = capest.capacity("my.toml", "users.count", low=1000, high=1_000_000, blocked="2%")
    >>> ds.capest.summary()
    """
    check_workers(workers)
    if keep_points and output is None:
        raise InputError("keep_points=True: points are kept beside the output: give output=...")
    notices: list[str] = []

    def compute(path: Path) -> None:
        if "=" in vary:
            raise InputError(f"vary = {vary!r}: is a key alone; its ends are low=... and high=...")
        key_range = parse_range(f"{dotted(vary)}={low!r}..{high!r}")
        asked = asked_condition(None if blocked is None else str(blocked), while_)
        source, changes = source_of(scenario), settings_of(trials=trials, seed=seed)
        axes = axes_of(over, source)
        if axes:
            plans = plan_for_axes(source, changes, axes, key_range, asked)
        else:
            plans = [plan_capacity(source, changes, key_range, asked)]
        first = plans[0].first
        visited = 0
        with shown_progress(progress, first.run.trials) as display:

            def on_point(number: int, value: float, point: Scenario) -> None:
                nonlocal visited
                visited += 1
                which = f"capacity {number + 1:,} of {len(plans):,}, " if axes else ""
                of = f"{which}value {visited:,}: {key_range.key} = {value:,.6g}"
                display.point(of, point.run.trials)

            found = run_capacities(
                plans,
                axes,
                path,
                executor_maker(workers, backend, first.workers_sharing_a_gpu),
                backend=backend,
                keep_points=keep_points,
                overwrite=overwrite,
                on_point=on_point,
                on_progress=display.update,
            )
        notices.extend(found.notices)

    with in_python_words():
        opened_file = opened(output, compute)
    warn_of(notices)
    return opened_file
