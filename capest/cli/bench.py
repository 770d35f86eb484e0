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
    help="Trials of a whole run of one satellite.",
)
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    default=3,
    show_default=True,
    help="In which trials and whole runs are timed in turns.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=0),
    help="Of runs whose trials a second are counted.  [default: one a core or GPU]",
)
@click.option("--all", "everything", is_flag=True, help="Also sizes, uneven work and scaling.")
@click.option("--gpu", is_flag=True, help="Instead everything of a GPU, as JSON, in minutes.")
@click.option(
    "--against",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Also trials and whole runs of another checkout, version 0.2 or later.",
)
@json_option
def bench(
    backend: Literal["auto", "numpy", "native", "cupy"],
    seconds: float,
    trials: int,
    rounds: int,
    workers: int | None,
    everything: bool,
    gpu: bool,
    against: Path | None,
    as_json: bool,
) -> None:
    """Measure kernels, trials and whole runs on this machine, beside other ways to compute them.

    Kernels are timed in this process on one core (or GPU), in turns with NumPy's and the obvious
    way to write them; errors are against double precision with the exact antenna pattern. Trials
    and whole runs, from the start of Python to the file, are timed in processes of their own on
    one core: here, with NumPy, by a script of plain NumPy, and with --against by another version.
    Ratios can be quoted, seconds of shared machines cannot.

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
        rounds,
        count,
        everything,
        against,
        lambda what: click.echo(f"measuring {what} …", err=True),
    )
    if as_json:
        click.echo(json_text(found))
    else:
        print_tables(found, Console())
