"""``capest bench``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from capest.cli.json_output import json_text
from capest.cli.options import backend_option, json_option


@click.command()
@backend_option
@click.option(
    "--seconds",
    type=click.FloatRange(min=0.0, min_open=True),
    default=2.0,
    show_default=True,
    help="Time for each kernel figure.",
)
@click.option(
    "--trials",
    type=click.IntRange(min=1),
    default=10_000,
    show_default=True,
    help="Trials of a whole run.",
)
@click.option(
    "--workers", type=click.IntRange(min=0), help="Of a run.  [default: one a core or GPU]"
)
@click.option("--all", "everything", is_flag=True, help="Also sizes, uneven work and scaling.")
@click.option("--gpu", is_flag=True, help="Instead everything of a GPU, as JSON, in minutes.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Instead CPU seconds of trials against another checkout, version 0.2 or later.",
)
@json_option
def bench(
    backend: Literal["auto", "numpy", "native", "cupy"],
    seconds: float,
    trials: int,
    workers: int | None,
    everything: bool,
    gpu: bool,
    against: Path | None,
    as_json: bool,
) -> None:
    """Measure the pair kernels of both links (per core or GPU) and whole runs on this machine.

    A link pair is one user and one beam. The kernel is timed in this process on one core, together
    with that of NumPy and the obvious way to write it, so that ratios can be quoted; beside it
    stands the share of what the hardware could do on paper. Errors are against double precision
    with the exact antenna pattern.

    \b
    Examples:
      capest bench
      capest bench --all
      capest bench --seconds 10 --trials 100000 --json > bench.json
      capest bench --against ../capest-0.2.0
      capest bench --gpu > gpu.json
    The last one needs NumPy and CuPy only as: python -m capest.benchmark.gpu
    """
    import os
    import sys

    # One core is one core: the pools of the linear algebra library start with NumPy.
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
    if gpu:
        from capest.benchmark.gpu import main

        sys.exit(main([str(seconds)], json_text))
    if against is not None:
        _bench_against(against, as_json)
        return
    from rich.console import Console

    from capest.backend import choose
    from capest.backend.driver import local_workers
    from capest.benchmark.suite import measure
    from capest.cli.bench_tables import print_tables
    from capest.runner.execute import dask_cluster

    chosen: Any = choose.resolve(backend)
    count = local_workers(workers, chosen)
    count = dask_cluster.usable_cores() if count is None else count
    found = measure(
        chosen,
        seconds,
        trials,
        count,
        everything,
        lambda what: click.echo(f"measuring {what} …", err=True),
    )
    if as_json:
        click.echo(json_text(found))
    else:
        print_tables(found, Console())


def _bench_against(other: Path, as_json: bool) -> None:
    from capest.benchmark.against import against

    found = against(other, told=lambda case: click.echo(f"measuring {case} …", err=True))
    if as_json:
        rows = [
            {
                "case": one.case,
                "seconds_per_trial": one.seconds_per_trial,
                "their_seconds_per_trial": one.their_seconds_per_trial,
                "ratio": one.ratio,
            }
            for one in found
        ]
        click.echo(json_text({"against": str(other), "cases": rows}))
        return
    click.echo("CPU time of a trial, NumPy on one core     here     there   times as fast")
    for one in found:
        here, there = (
            f"{1e3 * s:7.2f} ms" for s in (one.seconds_per_trial, one.their_seconds_per_trial)
        )
        click.echo(f"{one.case:38} {here} {there} {one.ratio:8.2f}")
