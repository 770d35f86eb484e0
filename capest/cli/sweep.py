"""``capest sweep``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from capest.cli.comparison import ONE_CONDITION, given_once, output_path
from capest.cli.complete_from_files import complete_varied
from capest.cli.complete_words import complete_figures, complete_ranges
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
from capest.errors import InputError

if TYPE_CHECKING:
    from capest.runner.sweep_axis import Axis


@click.command()
@scenario_argument
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="SECTION.KEY=VALUES",
    shell_complete=complete_varied,
    help="Values separated by commas, a TOML array, or first:last:count; may be given again for "
    "every combination. The word variants takes all tables [variants.NAME] of the scenario, "
    "variants=NAME,NAME some.",
)
@click.option(
    "--capacity",
    "searched",
    multiple=True,
    metavar="SECTION.KEY=LOW..HIGH",
    shell_complete=complete_ranges,
    help='Search a capacity at every point, as "capest capacity" does, in place of figures; with '
    "--blocked or --while.",
)
@click.option(
    "--blocked", multiple=True, metavar="SHARE", help="Condition of --capacity, such as 2%."
)
@click.option(
    "--while",
    "condition",
    multiple=True,
    metavar="CONDITION",
    shell_complete=complete_figures,
    help="Condition of --capacity, such as 'user_throughput.p05>=1'.",
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
    searched: tuple[str, ...],
    blocked: tuple[str, ...],
    condition: tuple[str, ...],
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
      capest sweep my.toml --vary variants --vary carrier.bandwidth_mhz=10,20
      capest sweep my.toml --vary 'handset.preset=["3gpp-handheld", "smartphone-worst"]'
      capest sweep my.toml --vary constellation.deployed_fraction=0.25,0.5,1 \\
          --capacity users.count=1000..1000000 --blocked 2%
    """
    from capest.runner import sweep as sweeps
    from capest.runner.variants_axis import parse_axes

    axes = parse_axes(varied, scenario)
    changes = settings(trials, until=until)
    key = given_once("--capacity", searched, "one key is searched; vary others with --vary")
    conditions = (
        given_once("--blocked", blocked, ONE_CONDITION),
        given_once("--while", condition, ONE_CONDITION),
    )
    if key is not None:
        if until:
            raise InputError("--until: a capacity needs the same trials at every value; --trials")
        _search(
            *(scenario, [*overrides, *changes], axes, key, *conditions, output),
            backend=backend,
            workers=workers,
            keep_points=keep_points,
            overwrite=overwrite,
            as_json=as_json,
        )
        return
    if blocked or condition:
        option = "--blocked" if blocked else "--while"
        raise InputError(f"{option}: is the condition of a capacity; give --capacity KEY=LOW..HIGH")
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


def _search(
    scenario: Path,
    overrides: Sequence[str],
    axes: Sequence[Axis],
    searched: str,
    blocked: str | None,
    condition: str | None,
    output: Path | None,
    *,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    keep_points: bool,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Search a capacity at every point."""
    from capest.cli.capacity_report import report as report_capacities
    from capest.cli.capacity_runs import run_plans
    from capest.studies.capacity.key_range import parse_range
    from capest.studies.capacity.plan import asked_condition, plan_for_axes

    path = output_path(output, scenario, "-capacities.nc")
    asked = asked_condition(blocked, condition)
    key_range = parse_range(searched, "--capacity")
    plans = plan_for_axes(scenario, overrides, axes, key_range, asked)
    run_plans(
        plans,
        axes,
        path,
        backend=backend,
        workers=workers,
        keep_points=keep_points,
        overwrite=overwrite,
    )
    report_capacities(path, as_json)
