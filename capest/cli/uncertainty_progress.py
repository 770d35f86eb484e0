"""Progress of a study of uncertainty on stderr; Ctrl-C keeps what is finished."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from capest.cli.building import tell_of_build
from capest.cli.interrupts import Interrupts
from capest.runner.progress_display import progress_display

if TYPE_CHECKING:
    from capest.runner.loop import Executor
    from capest.studies.uncertainty.study_plan import StudyPlan


def run_with_progress(
    plan: StudyPlan,
    path: Path,
    make_executor: Callable[[], Executor],
    *,
    backend: Literal["auto", "numpy", "native", "cupy"],
    overwrite: bool,
    in_process: bool,
    builds_here: bool,
) -> None:
    """Run a study; notices go to standard error.

    Parameters
    ----------
    plan, path, make_executor, backend, overwrite, in_process
        As of ``study.run_study``.
    builds_here : bool
        Whether kernels may have to be compiled on this machine first.
    """
    from capest.studies.uncertainty.sample_files import samples_folder
    from capest.studies.uncertainty.study import run_study
    from capest.studies.uncertainty.study_progress import StudyProgress

    if builds_here:
        tell_of_build(backend)
    with progress_display(plan.trials) as display, Interrupts() as interrupts:
        try:
            notices = run_study(
                plan,
                path,
                make_executor,
                StudyProgress(display, partial(click.echo, err=True), interrupts.check),
                backend=backend,
                overwrite=overwrite,
                in_process=in_process,
            )
        except KeyboardInterrupt:
            display.stop()
            click.echo(
                f"Finished samples are kept in {samples_folder(path)}; "
                "run the same command again to go on.",
                err=True,
            )
            raise
    for notice in notices:
        click.echo(notice, err=True)
