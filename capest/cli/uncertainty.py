"""``capest uncertainty``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

from capest.cli.comparison import output_path
from capest.cli.complete_words import complete_figures
from capest.cli.options import (
    FilePath,
    backend_option,
    json_option,
    scenario_argument,
    set_option,
    settings,
)
from capest.cli.variants_note import tell_of_variants

_ENDING = "-uncertainty.nc"
_SAMPLES = 256
_TRIALS = 8


@click.command()
@scenario_argument
@click.option(
    "--of",
    multiple=True,
    metavar="FIGURE",
    shell_complete=complete_figures,
    help="Figure whose range is wanted, named as --until names it, such as calls or sinr_db.p50; "
    "may be given again.  [default: calls where a service asks for them, else sinr_db.p50 and "
    "throughput]",
)
@click.option(
    "--samples",
    type=click.IntRange(min=0),
    help="Samples of all assumptions together, 20 or more; 0 for none.  [default: 256; "
    "with --one-at-a-time none]",
)
@click.option(
    "--one-at-a-time",
    is_flag=True,
    help="Try every assumption at its ends alone, without the joint sample.",
)
@click.option(
    "--margin",
    metavar="LOW:HIGH:STEP",
    help="Curve of the answer against link margin, in dB, such as -6:6:1: both gains of the phone "
    "are moved.  [default: -6:6:2 where much rests on fading, else none]",
)
@click.option(
    "--trials",
    type=click.IntRange(2, 1_000_000),
    default=_TRIALS,
    show_default=True,
    help="Of every run in pairs; a sample has one trial.",
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's run.seed.")
@click.option(
    "--fix",
    "fixed",
    multiple=True,
    metavar="KEY",
    help="Hold an assumption at its stated value; may be given again.",
)
@click.option(
    "--range",
    "ranges",
    multiple=True,
    metavar="KEY=LOW:HIGH",
    help="Range of your own for a key with a number; may be given again.",
)
@set_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FilePath(path_type=Path),
    help=f"Dataset of the study.  [default: the scenario's name with {_ENDING}, in this folder]",
)
@click.option("--overwrite", is_flag=True, help="Replace a study that is there.")
@backend_option
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Worker processes on this machine; 0 computes in this process.  [default: one a core; "
    "on a GPU one, four for a constellation]",
)
@click.option("--scheduler", metavar="ADDRESS", help="Join a running Dask scheduler.")
@click.option(
    "--scheduler-file",
    type=FilePath(path_type=Path),
    help="Join the Dask scheduler that wrote this file.",
)
@json_option
def uncertainty(
    scenario: Path,
    of: tuple[str, ...],
    samples: int | None,
    one_at_a_time: bool,
    margin: str | None,
    trials: int,
    seed: int | None,
    fixed: tuple[str, ...],
    ranges: tuple[str, ...],
    overrides: tuple[str, ...],
    output: Path | None,
    overwrite: bool,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    scheduler: str | None,
    scheduler_file: Path | None,
    as_json: bool,
) -> None:
    """Give the answer of SCENARIO a range over everything that is assumed in it.

    First every assumption is tried at both ends of its range, one at a time, with the same users
    and satellites: what each is worth. Then all are drawn together: the range of the answer, its
    share of samples with nearly none, and which assumption makes how much of it. What somebody
    decides is never drawn. A study that was cut off goes on where it stopped when it is started
    again the same way.

    \b
    Examples:
      capest uncertainty runs/guowang-video-call/scenarios/gw-a59-china.toml
      capest uncertainty my.toml --one-at-a-time --of calls --of throughput
      capest uncertainty my.toml --margin -6:6:1 --samples 0
      capest uncertainty my.toml --range handset.noise_figure_db=5:9 --fix link.overhead
    """
    if (scheduler is not None) + (scheduler_file is not None) + (workers is not None) > 1:
        raise click.UsageError("give one of --workers, --scheduler and --scheduler-file")

    from capest.cli.uncertainty_progress import run_with_progress
    from capest.cli.uncertainty_report import report
    from capest.runner.execute.choose import executor_maker
    from capest.studies.uncertainty.assumptions import parse_range
    from capest.studies.uncertainty.margin import parse_margin
    from capest.studies.uncertainty.study import check_study_output
    from capest.studies.uncertainty.study_plan import plan_study

    path = output_path(output, scenario, _ENDING)
    if samples is None:
        samples = 0 if one_at_a_time else _SAMPLES
    plan = plan_study(
        scenario,
        [*overrides, *settings(seed=seed)],
        of=of,
        samples=samples,
        one_at_a_time=one_at_a_time or samples > 0,
        margins_db=() if margin is None else parse_margin(margin),
        trials=trials,
        fixed=fixed,
        ranges=[parse_range(text) for text in ranges],
    )
    check_study_output(path, overwrite=overwrite)
    tell_of_variants(plan.scenario)

    sharing = plan.scenario.workers_sharing_a_gpu
    make_executor = executor_maker(workers, backend, sharing, scheduler, scheduler_file)
    run_with_progress(
        plan,
        path,
        make_executor,
        backend=backend,
        overwrite=overwrite,
        in_process=workers == 0,
        builds_here=scheduler is None and scheduler_file is None,
    )
    report(path, as_json)
