"""``capest capacity``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from capest.cli.comparison import ONE_CONDITION, given_once, output_path
from capest.cli.complete_words import complete_figures, complete_ranges
from capest.cli.options import (
    FilePath,
    backend_option,
    json_option,
    scenario_argument,
    set_option,
    settings,
)
from capest.cli.variants_note import tell_of_variants

_ENDING = "-capacity.nc"


@click.command()
@scenario_argument
@click.option(
    "--vary",
    "varied",
    multiple=True,
    required=True,
    metavar="SECTION.KEY=LOW..HIGH",
    shell_complete=complete_ranges,
    help="Key with numbers, and the range that is searched; steps are equal in ratio where the "
    "ends are a factor of 10 apart or more.",
)
@click.option(
    "--blocked",
    multiple=True,
    metavar="SHARE",
    help="Of the callers whose own link closes in an empty network, at most so many find no room, "
    "such as 2%.",
)
@click.option(
    "--while",
    "condition",
    multiple=True,
    metavar="CONDITION",
    shell_complete=complete_figures,
    help="A figure, <= or >=, and a number, such as 'user_throughput.p05>=1'; figures are those of "
    "--until.",
)
@click.option(
    "--trials",
    type=click.IntRange(1, 1_000_000),
    help="Of every value, instead of the scenario's run.trials.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's run.seed.")
@set_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FilePath(path_type=Path),
    help="Dataset of the search.  [default: the scenario's name with -capacity.nc, in this folder]",
)
@click.option("--keep-points", is_flag=True, help="Keep the result file of every value.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@backend_option
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Worker processes on this machine; 0 computes in this process.  [default: one a core; on "
    "a GPU one, four for a constellation]",
)
@json_option
def capacity(
    scenario: Path,
    varied: tuple[str, ...],
    blocked: tuple[str, ...],
    condition: tuple[str, ...],
    trials: int | None,
    seed: int | None,
    overrides: tuple[str, ...],
    output: Path | None,
    keep_points: bool,
    overwrite: bool,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    as_json: bool,
) -> None:
    """Find how far a key of SCENARIO goes until a figure no longer meets a condition.

    Five values over the whole range show whether the figure goes one way; closer and closer ones
    between them follow, all with the same trials. The key has a 95 % interval from trials drawn
    again, and stands twice: where the estimate meets the condition, and where the limit of its
    interval does, which is the safe one. Where the figure goes up and down, all crossings stand
    there. A search that was cut off goes on where it stopped when it is started again the same way.

    \b
    Examples:
      capest capacity my.toml --vary users.count=1000..1000000 --blocked 2%
      capest capacity my.toml --vary carrier.bandwidth_mhz=1..30 --while 'refused_share.mean<=10%'
      capest capacity my.toml --vary constellation.deployed_fraction=0.1..1 \\
          --while 'user_throughput.p05>=0.1'
    """
    from capest.cli.capacity_report import report
    from capest.cli.capacity_runs import run_plans
    from capest.studies.capacity.key_range import parse_range
    from capest.studies.capacity.plan import asked_condition, plan_capacity

    path = output_path(output, scenario, _ENDING)
    key = given_once("--vary", varied, "one key is searched; capest sweep --capacity varies others")
    asked = asked_condition(
        given_once("--blocked", blocked, ONE_CONDITION),
        given_once("--while", condition, ONE_CONDITION),
    )
    changes = [*overrides, *settings(trials, seed)]
    plan = plan_capacity(scenario, changes, parse_range(key or ""), asked)
    tell_of_variants(plan.first)
    run_plans(
        [plan],
        [],
        path,
        backend=backend,
        workers=workers,
        keep_points=keep_points,
        overwrite=overwrite,
    )
    report(path, as_json)
