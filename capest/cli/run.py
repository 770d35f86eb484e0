"""``capest run``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from capest.cli.building import tell_of_build
from capest.cli.complete_from_files import complete_variant
from capest.cli.options import (
    FilePath,
    backend_option,
    json_option,
    scenario_argument,
    set_option,
    settings,
    until_option,
)
from capest.cli.variants_note import tell_of_variants

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_ALONE_BELOW_S = 2.0
"""Work of one core that is done before workers have started."""


@click.command()
@scenario_argument
@click.option("--trials", type=click.IntRange(min=1), help="Instead of the scenario's run.trials.")
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's run.seed.")
@until_option
@set_option
@click.option(
    "--variant",
    metavar="NAME",
    shell_complete=complete_variant,
    help="Take the keys of the scenario's table [variants.NAME]; --set wins over them.",
)
@click.option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    help="Result file, whose folder is made where it lacks.  [default: the scenario's name, with a "
    "variant's, and .nc, in this folder]",
)
@click.option("--overwrite", is_flag=True, help="Replace a result of another scenario.")
@backend_option
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Worker processes on this machine; 0 computes in this process.  [default: one a core, "
    "none for a second or two of work; on a GPU one, four for a constellation]",
)
@click.option("--scheduler", metavar="ADDRESS", help="Join a running Dask scheduler.")
@click.option(
    "--scheduler-file",
    type=FilePath(path_type=Path),
    help="Join the Dask scheduler that wrote this file.",
)
@json_option
def run(
    scenario: Path,
    trials: int | None,
    seed: int | None,
    until: tuple[str, ...],
    overrides: tuple[str, ...],
    variant: str | None,
    output: Path | None,
    overwrite: bool,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    scheduler: str | None,
    scheduler_file: Path | None,
    as_json: bool,
) -> None:
    """Run SCENARIO (a TOML file) to a NetCDF result and print its summary.

    A run that was cut off goes on where it stopped when it is started again the same way. A result
    with fewer trials is extended: what it has is not computed again.
    Ctrl-C stops it cleanly.

    \b
    Examples:
      capest run runs/tr38821-case9.toml
      capest run my.toml --trials 20000 --seed 7 -o runs/out/my.nc
      capest run my.toml --trials 100000 --until sinr_db.p05±0.1 --until throughput.mean±1%
      capest run my.toml --variant reuse-1
      capest run my.toml --set beams.frequency_reuse=3 --set carrier.bandwidth_mhz=20
      capest run my.toml --scheduler-file scheduler.json
      capest run my.toml --json | jq .estimates
    """
    if (scheduler is not None) + (scheduler_file is not None) + (workers is not None) > 1:
        raise click.UsageError("give one of --workers, --scheduler and --scheduler-file")

    from capest.cli.interrupts import Interrupts
    from capest.runner import loop
    from capest.runner.execute.choose import executor_maker
    from capest.runner.progress_display import progress_display
    from capest.scenario.load import load_scenario

    changes = [*overrides, *settings(trials, seed, until)]
    loaded = load_scenario(scenario, changes, variant=variant)
    _tell_of_those_not_run(loaded, variant)
    path = output or Path(f"{scenario.stem}{_ending(variant)}.nc")
    if scheduler_file is not None:
        from capest.runner.execute.scheduler_file import scheduler_address

        scheduler_address(scheduler_file)

    may_be_alone = workers is None and scheduler is None and scheduler_file is None

    sharing = loaded.workers_sharing_a_gpu
    make_executor = executor_maker(workers, backend, sharing, scheduler, scheduler_file)
    if scheduler is None:
        tell_of_build(backend)
    with progress_display(loaded.run.trials) as display, Interrupts() as interrupts:

        def on_progress(progress: loop.Progress) -> None:
            interrupts.check()
            display.update(progress)

        def on_merge() -> None:
            interrupts.check()
            display.merging()

        try:
            outcome = loop.run(
                loaded,
                path,
                make_executor,
                backend=backend,
                overwrite=overwrite,
                alone_below_s=_ALONE_BELOW_S if may_be_alone else 0.0,
                on_progress=on_progress,
                on_merge=on_merge,
            )
        except KeyboardInterrupt:
            display.stop()
            click.echo(
                f"Finished blocks are kept in {loop.blocks_folder(path)}; "
                "run the same command again to go on.",
                err=True,
            )
            raise
    _report(outcome, as_json)


def _tell_of_those_not_run(scenario: Scenario, variant: str | None) -> None:
    """Say on standard error that variants of the scenario are not run."""
    for note in scenario.variant_notes:
        click.echo(note, err=True)
    if scenario.variants and variant is None:
        tell_of_variants(scenario, '--variant takes one, "capest sweep --vary variants" all')


def _ending(variant: str | None) -> str:
    """What the name of a result has of a variant; safe in the name of a file."""
    return "" if variant is None else "-" + re.sub(r"[^\w.-]+", "-", variant).strip("-.")


def _report(outcome: loop.RunOutcome, as_json: bool) -> None:  # type: ignore[name-defined]  # noqa: F821
    """Print notices and the summary of the result."""
    for notice in outcome.notices:
        click.echo(notice, err=True)
    from capest.cli.show import print_summary
    from capest.runner.until_text import as_plain, outcome_lines

    rule = {} if outcome.verdict is None else {"until": as_plain(outcome.verdict)}
    print_summary(outcome.path, as_json, more=rule)
    if as_json:
        return
    if outcome.verdict is not None:
        for line in outcome_lines(outcome.verdict, kept=outcome.kept):
            click.echo(line)
    click.echo(f"{outcome.path}  ({outcome.backend}, {outcome.seconds:.1f} s)")
