"""``capest validate``."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from capest.cli.json_output import json_text
from capest.cli.options import FilePath, backend_option, json_option, set_option
from capest.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from capest.results.ours import Target
    from capest.validation.calibrate import Calibration, Comparison

Task = TypeVar("Task")
Found = TypeVar("Found")


@click.command()
@click.option(
    "--case", "cases", type=int, multiple=True, help="Only this study case; may be given again."
)
@click.option(
    "--trials", type=click.IntRange(min=20), default=400, show_default=True, help="Per study case."
)
@click.option(
    "--plot",
    type=FilePath(path_type=Path),
    help="Draw our distributions over the published ones (PNG, SVG or PDF).",
)
@click.option(
    "--workers", type=click.IntRange(min=0), help="Worker processes.  [default: one a core or GPU]"
)
@click.option("--budget", is_flag=True, help="Compare the published link budgets instead.")
@click.option(
    "--m2514",
    is_flag=True,
    help="Hold the LEO-600 handheld cases (9 and 10) against the requirements of Report "
    "ITU-R M.2514 instead.",
)
@set_option
@backend_option
@json_option
def validate(
    cases: tuple[int, ...],
    trials: int,
    plot: Path | None,
    workers: int | None,
    budget: bool,
    m2514: bool,
    overrides: tuple[str, ...],
    backend: Literal["auto", "numpy", "native", "cupy"],
    as_json: bool,
) -> None:
    """Rerun the calibration of 3GPP TR 38.821: 30 study cases, both links.

    Prints ours and the published value (R1-1913224) of coupling loss, SNR, SIR and SINR at 5, 50
    and 95 %, and their difference, for the cases that have been published; --json has all.
    --m2514 prints what IMT-2020 requires of a satellite radio interface, and ours; --set goes with
    it alone.

    \b
    Examples:
      capest validate
      capest validate --case 9 --case 10 --trials 2000
      capest validate --plot calibration.png
      capest validate --budget
      capest validate --m2514
      capest validate --m2514 --case 10 --set link.adaptation=nr-mcs
      capest validate --json | jq '.comparisons[] | select(.case == 9 and .percentile == 50)'
    """
    if budget and m2514:
        raise click.UsageError("give one of --budget and --m2514")
    if budget and (cases or plot is not None):
        raise click.UsageError("--budget goes with neither --case nor --plot")
    if m2514 and plot is not None:
        raise click.UsageError("--m2514 does not go with --plot")
    if overrides and not m2514:
        raise click.UsageError("--set goes with --m2514 only: published cases are what they are")
    if budget:
        _show_budgets(as_json)
        return
    if m2514:
        _show_requirements(cases, trials, workers, overrides, backend, as_json)
        return
    from capest.validation.calibrate import CalibrationTask, calibrate
    from capest.validation.cases import case_numbers

    picture = None if plot is None else _picture(plot)
    known = case_numbers()
    chosen = _chosen(cases, known, f"study cases are {known[0]} to {known[-1]}")
    found = _compute(
        calibrate, lambda name: [CalibrationTask(case, trials, name) for case in chosen],
        workers if len(chosen) > 1 or workers is not None else 0, backend,
    )  # fmt: skip
    found.sort(key=lambda one: one.case)
    if picture is not None:
        from capest.validation.plot import draw_calibration

        draw_calibration(found, picture)
    comparisons = [comparison for one in found for comparison in one.comparisons]
    if as_json:
        click.echo(json_text({"comparisons": [_as_dict(one) for one in comparisons]}))
        return
    _print_table(found)


def _picture(plot: Path) -> Target:
    """Refuse, before any trial, a file that cannot be drawn or is not such a picture."""
    from capest.results.ours import Made, look
    from capest.validation.plot import ENDINGS

    if plot.suffix.lower() not in ENDINGS:
        raise InputError(f"--plot {plot}: the name must end with {', '.join(ENDINGS)}")
    return look(plot, Made.PICTURE, option="--plot")


def _chosen(cases: Sequence[int], known: Sequence[int], hint: str) -> list[int]:
    """Cases asked for, ascending; all of the known ones where none is."""
    if unknown := [number for number in cases if number not in known]:
        raise InputError(f"--case {unknown[0]}: {hint}")
    return sorted(set(cases)) or list(known)


def _compute(
    function: Callable[[Task], Found],
    tasks: Callable[[str], list[Task]],
    workers: int | None,
    backend: Literal["auto", "numpy", "native", "cupy"],
) -> list[Found]:
    """Results of the tasks for the backend that answers, in this process for 0 workers."""
    from capest.backend.driver import local_workers
    from capest.runner.backends import choose_backend
    from capest.runner.execute import dask_cluster
    from capest.runner.execute.inline import InlineExecutor

    count = local_workers(workers, backend)
    executor = InlineExecutor() if count == 0 else dask_cluster.local_cluster(count)
    try:
        return list(executor.run(function, tasks(choose_backend(executor, backend).backend)))
    finally:
        executor.close()


def _show_requirements(
    cases: tuple[int, ...],
    trials: int,
    workers: int | None,
    overrides: tuple[str, ...],
    backend: Literal["auto", "numpy", "native", "cupy"],
    as_json: bool,
) -> None:
    from capest.cli.m2514_table import as_dict, print_evaluations
    from capest.validation.cases import handheld_leo600_cases
    from capest.validation.requirements import (
        DEFAULT_CASES,
        EvaluationTask,
        evaluate,
        evaluated_case,
    )

    known = handheld_leo600_cases()
    listed = ", ".join(map(str, known))
    chosen = _chosen(cases or DEFAULT_CASES, known, f"handheld cases under LEO-600 are {listed}")
    for case in chosen:
        evaluated_case(case, trials, overrides)  # a fault in --set shows before workers start
    # Seconds of work: starting workers would take as long.
    results = _compute(
        evaluate,
        lambda name: [EvaluationTask(case, trials, name, overrides) for case in chosen],
        workers or 0,
        backend,
    )
    found = sorted((one for case in results for one in case), key=lambda one: one.case)
    if as_json:
        click.echo(json_text({"requirements": [as_dict(one) for one in found]}))
        return
    print_evaluations(found)


def _as_dict(one: Comparison) -> dict[str, Any]:
    return {
        "case": one.case,
        "link": one.link,
        "metric": one.metric,
        "percentile": one.percentile,
        "value": _finite(one.value),
        "ci95": [_finite(one.low), _finite(one.high)],
        "reference": one.reference,
        "difference": None if one.difference is None else round(one.difference, 4),
    }


def _finite(value: float) -> float | None:
    return round(value, 4) if math.isfinite(value) else None


def _print_table(found: list[Calibration]) -> None:
    from rich.console import Console
    from rich.table import Table

    from capest.validation.cases import LINKS, METRICS, PERCENTILES

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("case", justify="right")
    table.add_column("link")
    table.add_column("dB")
    for percentile in PERCENTILES:
        table.add_column(f"{percentile} %", justify="right")
    worst: dict[tuple[str, str], Comparison] = {}
    for one in found:
        for link in LINKS:
            for metric in METRICS:
                row = [c for c in one.comparisons if (c.link, c.metric) == (link, metric)]
                if all(c.reference is None for c in row):
                    continue
                table.add_row(str(one.case), link, METRICS[metric], *(_cell(c) for c in row))
                for c in row:
                    if c.difference is not None:
                        best = worst.get((link, metric))
                        if best is None or abs(c.difference) > abs(best.difference or 0.0):
                            worst[link, metric] = c
    console.print("Ours, and in brackets ours minus theirs (R1-1913224).")
    console.print(table)
    console.print()
    for (link, metric), c in sorted(worst.items()):
        console.print(
            f"worst {link} {METRICS[metric]}: {c.difference:+.2f} dB "
            f"at {c.percentile} % of case {c.case}"
        )
    if not worst:
        console.print("No published figures for these cases; --json has ours.")


def _cell(one: Comparison) -> str:
    if one.difference is None:
        return f"{one.value:.2f}"
    return f"{one.value:.2f} ({one.difference:+.2f})"


def _show_budgets(as_json: bool) -> None:
    from capest.validation.budgets import compare_budgets

    found = compare_budgets()
    if as_json:
        content = [
            {
                "case": one.case,
                "link": one.link,
                "line": one.line,
                "value": round(one.value, 4),
                "reference": one.reference,
                "difference": round(one.difference, 4),
                "source": one.source,
            }
            for one in found
        ]
        click.echo(json_text({"budgets": content}))
        return
    from rich.console import Console
    from rich.table import Table

    from capest.cli.budget import LINES

    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("case", "link", "line", "ours", "theirs", "difference"):
        table.add_column(title, justify="left" if title in ("link", "line") else "right")
    for one in found:
        numbers = (f"{one.value:.2f}", f"{one.reference:.2f}", f"{one.difference:+.2f}")
        table.add_row(str(one.case), one.link, LINES[one.line], *numbers)
    console.print(table)
    worst = max(found, key=lambda one: abs(one.difference))
    console.print(
        f"worst: {worst.difference:+.2f} in {worst.line} of case {worst.case} {worst.link}"
    )
