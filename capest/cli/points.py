"""Run the points of a sweep, with progress on the terminal; Ctrl-C keeps what is finished."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

if TYPE_CHECKING:
    from capest.runner.sweep import Axis, Point


def run_points(
    points: Sequence[Point],
    axes: Sequence[Axis],
    path: Path,
    *,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    keep_points: bool,
    overwrite: bool,
) -> None:
    """Run every point and gather their results in one file; notices go to standard error.

    Parameters
    ----------
    points, axes, path, backend, keep_points, overwrite
        As of ``runner.sweep.run_sweep``.
    workers : int or None
        Processes on this machine, 0 for this one; ``None`` for as many as there are cores.
    """
    from capest.cli.building import tell_of_build
    from capest.cli.interrupts import Interrupts
    from capest.runner import sweep as sweeps
    from capest.runner.execute.choose import executor_maker
    from capest.runner.loop import Progress
    from capest.runner.progress_display import progress_display

    sharing = max(point.scenario.workers_sharing_a_gpu for point in points)
    tell_of_build(backend)
    with progress_display(points[0].scenario.run.trials) as display, Interrupts() as interrupts:

        def on_point(number: int, point: Point) -> None:
            interrupts.check()
            # Points differ in what a trial takes, so the bar and its times are of one point.
            display.point(f"point {number + 1:,} of {len(points):,}", point.scenario.run.trials)

        def on_progress(progress: Progress) -> None:
            interrupts.check()
            display.update(progress)

        try:
            notices = sweeps.run_sweep(
                points,
                axes,
                path,
                executor_maker(workers, backend, sharing),
                backend=backend,
                keep_points=keep_points,
                overwrite=overwrite,
                on_point=on_point,
                on_progress=on_progress,
            )
        except KeyboardInterrupt:
            display.stop()
            click.echo(
                f"Finished points are kept in {sweeps.points_folder(path)}; "
                "run the same command again to go on.",
                err=True,
            )
            raise
    for notice in notices:
        click.echo(notice, err=True)
