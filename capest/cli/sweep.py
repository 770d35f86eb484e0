"""``capest sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from capest.cli.options import (
    FilePath,
    backend_option,
    json_option,
    scenario_argument,
    set_option,
    settings,
    until_option,
)
from capest.cli.points import run_points
from capest.cli.sweep_table import report


@click.command()
@scenario_argument
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="SECTION.KEY=VALUES",
    help="Values separated by commas, a TOML array, or first:last:count; may be given again for "
    "every combination.",
)
@click.option("--trials", type=click.IntRange(min=1), help="Instead of the scenario's run.trials.")
@until_option
@set_option
@click.option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    help="Dataset of the sweep.  [default: the scenario's name with -sweep.nc, in this folder]",
)
@click.option("--keep-points", is_flag=True, help="Keep the result file of every point.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@backend_option
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Worker processes on this machine; 0 computes in this process.  [default: one a core; "
    "on a GPU one, four for a constellation]",
)
@json_option
def sweep(
    scenario: Path,
    varied: tuple[str, ...],
    trials: int | None,
    until: tuple[str, ...],
    overrides: tuple[str, ...],
    output: Path | None,
    keep_points: bool,
    overwrite: bool,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    as_json: bool,
) -> None:
    """Run SCENARIO for many values of its keys, into one dataset.

    All points share their random numbers, so differences to the first are taken trial by trial;
    with --until each stops on its own. A sweep that was cut off goes on where it stopped when it is
    started again the same way.

    \b
    Examples:
      capest sweep runs/tr38821-case9.toml --vary beams.frequency_reuse=1,3,4
      capest sweep runs/guowang-complete-china.toml --vary constellation.deployed_fraction=0.1:1:10
      capest sweep my.toml --vary 'handset.preset=["3gpp-handheld", "smartphone-worst"]'
    """
    from capest.runner import sweep as sweeps

    axes = [sweeps.parse_axis(text) for text in varied]
    changes = settings(trials, until=until)
    points = sweeps.points_of(scenario, [*overrides, *changes], axes)
    path = output or Path(f"{scenario.stem}-sweep.nc")

    run_points(
        points,
        axes,
        path,
        backend=backend,
        workers=workers,
        keep_points=keep_points,
        overwrite=overwrite,
    )
    report(path, as_json)
