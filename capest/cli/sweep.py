"""``capest sweep``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from capest.cli.options import backend_option, json_option, scenario_argument, set_option

if TYPE_CHECKING:
    import xarray as xr

_COLUMNS = (
    ("satellites", None, "satellites", 1.0),
    ("throughput_mean", None, "Mbit/s", 1.0),
    ("sinr_db_quantile", 0.5, "SINR, dB", 1.0),
    ("user_throughput_quantile", 0.5, "user, Mbit/s", 1.0),
    ("beam_share_mean", None, "beam, %", 100.0),
    ("served_share_mean", None, "served, %", 100.0),
)


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
@set_option
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Dataset of the sweep.  [default: the scenario's name with -sweep.nc, in this folder]",
)
@click.option("--keep-points", is_flag=True, help="Keep the result file of every point.")
@click.option("--overwrite", is_flag=True, help="Replace a file that is there.")
@backend_option
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Worker processes on this machine; 0 computes in this process.  [default: one a core]",
)
@json_option
def sweep(
    scenario: Path,
    varied: tuple[str, ...],
    trials: int | None,
    overrides: tuple[str, ...],
    output: Path | None,
    keep_points: bool,
    overwrite: bool,
    backend: Literal["auto", "numpy", "cupy"],
    workers: int | None,
    as_json: bool,
) -> None:
    """Run SCENARIO for many values of its keys, into one dataset.

    All points share their random numbers. A sweep that was cut off goes on where it stopped when it
    is started again the same way.

    \b
    Examples:
      capest sweep runs/tr38821-case9.toml --vary beams.frequency_reuse=1,3,4
      capest sweep runs/guowang-complete-china.toml --vary constellation.deployed_fraction=0.1:1:10
      capest sweep my.toml --vary 'handset.preset=["3gpp-handheld", "smartphone-worst"]'
    """
    import math

    from capest import sweep as sweeps
    from capest.cli.progress import progress_display
    from capest.loop import Executor

    axes = [sweeps.parse_axis(text) for text in varied]
    changes = [] if trials is None else [f"run.trials={trials}"]
    points = sweeps.points_of(scenario, [*overrides, *changes], axes)
    path = output or Path(f"{scenario.stem}-sweep.nc")

    def make_executor() -> Executor:
        if workers == 0:
            from capest.execute.inline import InlineExecutor

            return InlineExecutor()
        from capest.execute import dask_cluster

        return dask_cluster.local_cluster(workers)

    total = math.fsum(point.scenario.run.trials for point in points)
    with progress_display(int(total)) as display:
        done = 0.0

        def on_point(number: int, point: sweeps.Point) -> None:
            nonlocal done
            done = math.fsum(each.scenario.run.trials for each in points[:number])

        def on_progress(progress: Any) -> None:
            from dataclasses import replace

            display.update(
                replace(progress, trials_done=int(done) + progress.trials_done, trials=int(total))
            )

        try:
            notices = sweeps.run_sweep(
                points,
                axes,
                path,
                make_executor,
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
    _report(path, [axis.name for axis in axes], as_json)


def _report(path: Path, names: list[str], as_json: bool) -> None:
    import json

    import xarray as xr

    with xr.open_dataset(path, engine="netcdf4") as dataset:
        rows = _rows(dataset, names)
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in rows[0]:
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(_shown(value) for value in row.values()))
    console.print(table)
    console.print(f"{path}: medians and means with their intervals, all other figures too")


def _rows(dataset: xr.Dataset, names: list[str]) -> list[dict[str, Any]]:
    """Headline figures of every point, in the order of the sweep."""
    rows = []
    stacked = dataset.stack(point=names)
    for k in range(stacked.sizes["point"]):
        point = stacked.isel(point=k)
        row: dict[str, Any] = {name: point[name].item() for name in names}
        for variable, quantile, title, factor in _COLUMNS:
            if variable not in dataset or (variable == "satellites" and not _several(dataset)):
                continue
            value = point[variable]
            if quantile is not None:
                value = value.sel(quantile=quantile)
            row[title] = value.item() * factor
        rows.append(row)
    return rows


def _several(dataset: xr.Dataset) -> bool:
    return bool((dataset["satellites"] > 1).any())


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
