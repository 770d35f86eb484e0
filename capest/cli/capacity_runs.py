"""Search capacities with progress on the terminal; Ctrl-C keeps what is finished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from capest.runner.sweep_axis import Axis
    from capest.scenario.model import Scenario
    from capest.studies.capacity.plan import CapacityPlan


def run_plans(
    plans: Sequence[CapacityPlan],
    axes: Sequence[Axis],
    path: Path,
    *,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    keep_points: bool,
    overwrite: bool,
) -> None:
    """Search every capacity and write their file; notices go to standard error.

    Parameters
    ----------
    plans, axes, path, backend, keep_points, overwrite
        As of ``studies.capacity.run.run_capacities``.
    workers : int or None
        Processes on this machine, 0 for this one; ``None`` for as many as there are cores.
    """
    from rich.console import Console

    from capest.cli.building import tell_of_build
    from capest.cli.capacity_report import echo_wrapped
    from capest.cli.interrupts import Interrupts
    from capest.results.figures import counted
    from capest.runner.execute.choose import executor_maker
    from capest.runner.loop import Progress
    from capest.runner.point_runs import points_folder
    from capest.runner.progress_display import progress_display
    from capest.studies.capacity.run import check_capacity_output, run_capacities

    # What is refused is refused before anything is announced.
    check_capacity_output(path, overwrite=overwrite)
    width = Console().width
    first, key = plans[0].first, plans[0].key_range.key
    trials, of = (
        first.run.trials,
        f" for each of {len(plans):,} capacities" if len(plans) > 1 else "",
    )
    announced = (
        f"{counted(trials, 'trial')} at 5 values of {key} and at some 5 to 15 more{of}: 10 to 20 "
        "times a run of the scenario"
    )
    echo_wrapped([announced], width, err=True)
    tell_of_build(backend)
    visited = 0
    with progress_display(trials) as display, Interrupts() as interrupts:

        def on_point(number: int, value: float, scenario: Scenario) -> None:
            nonlocal visited
            interrupts.check()
            visited += 1
            which = f"capacity {number + 1:,} of {len(plans):,}, " if axes else ""
            display.point(f"{which}value {visited:,}: {key} = {value:,.6g}", scenario.run.trials)

        def on_progress(progress: Progress) -> None:
            interrupts.check()
            display.update(progress)

        try:
            found = run_capacities(
                plans,
                axes,
                path,
                executor_maker(workers, backend, first.workers_sharing_a_gpu),
                backend=backend,
                keep_points=keep_points,
                overwrite=overwrite,
                on_point=on_point,
                on_progress=on_progress,
            )
        except KeyboardInterrupt:
            display.stop()
            click.echo(
                f"Finished values are kept in {points_folder(path)}; "
                "run the same command again to go on.",
                err=True,
            )
            raise
    echo_wrapped(found.notices, width, err=True)
