"""``capest bench``."""

from __future__ import annotations

import json
from typing import Any, Literal

import click

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
    help="Trials of the whole run.",
)
@click.option(
    "--workers", type=click.IntRange(min=0), help="For the whole run.  [default: one a core]"
)
@json_option
def bench(
    backend: Literal["auto", "numpy", "cupy"],
    seconds: float,
    trials: int,
    workers: int | None,
    as_json: bool,
) -> None:
    """Measure the pair kernels of both links (per core or GPU) and whole runs on this machine.

    A link pair is one user and one beam. The kernel is timed in this process on one core, together
    with the obvious way to write it, so that their ratio can be quoted; errors are against
    double precision with the exact antenna pattern.

    \b
    Examples:
      capest bench
      capest bench --seconds 10 --trials 100000 --json > bench.json
    """
    import os

    # One core is one core: the pools of the linear algebra library start with NumPy.
    os.environ.update(dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"), "1"))
    from dataclasses import asdict

    from capest.backend import choose
    from capest.benchmark.downlink import kernel_speed
    from capest.benchmark.run import run_speed
    from capest.benchmark.scenario import machine
    from capest.benchmark.uplink import uplink_speed
    from capest.execute import dask_cluster
    from capest.execute.inline import InlineExecutor

    chosen: Any = choose.resolve(backend)
    count = dask_cluster.usable_cores() if workers is None else workers
    run = run_speed(
        chosen,
        trials,
        count,
        (lambda: InlineExecutor()) if count == 0 else (lambda: dask_cluster.local_cluster(count)),
    )
    layouts = ((61, 1), (127, 3), (331, 1))
    kernels = [kernel_speed(chosen, beams, reuse, seconds) for beams, reuse in layouts]
    uplinks = [uplink_speed(chosen, beams, reuse, seconds) for beams, reuse in layouts]
    if as_json:
        content = {
            "machine": machine(),
            "backend": chosen,
            "kernel": [asdict(speed) for speed in kernels],
            "uplink": [asdict(speed) for speed in uplinks],
            "run": asdict(run),
        }
        click.echo(json.dumps(content, indent=2))
        return
    _print_tables(machine(), chosen, kernels, uplinks, run)


def _print_tables(
    machine: dict[str, Any], backend: str, kernels: list[Any], uplinks: list[Any], run: Any
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console()
    console.print(f"{machine['processor']}, capest {machine['capest']}, {backend}")
    table = Table(box=None, pad_edge=False)
    for title in ("users × beams", "colours", "M pairs/s", "× obvious", "gain, dB", "SINR, dB"):
        table.add_column(title, justify="right")
    for speed in kernels:
        table.add_row(
            f"{speed.users:,} × {speed.beams}",
            str(speed.colours),
            f"{speed.pairs_per_s / 1e6:,.0f}",
            f"{speed.pairs_per_s / speed.baseline_pairs_per_s:.1f}",
            f"{speed.gain_error_db:.4f}",
            f"{speed.sinr_error_db:.4f}",
        )
    console.print(table)
    table = Table(box=None, pad_edge=False)
    for title in ("uplink drops × beams", "colours", "M pairs/s", "× obvious", "SINR, dB"):
        table.add_column(title, justify="right")
    for speed in uplinks:
        table.add_row(
            f"{speed.drops:,} × {speed.beams}",
            str(speed.colours),
            f"{speed.pairs_per_s / 1e6:,.0f}",
            f"{speed.pairs_per_s / speed.baseline_pairs_per_s:.1f}",
            f"{speed.sinr_error_db:.4f}",
        )
    console.print(table)
    console.print(
        f"whole run: {run.trials:,} trials, {run.workers} workers, "
        f"{run.trials_per_s:,.0f} trials/s ({run.seconds:.1f} s with start), "
        f"peak {run.peak_memory_mib:,.0f} MiB in the client"
    )
