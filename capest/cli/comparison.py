"""What commands that compare choices in pairs share: options, plain values, tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from capest.cli.options import (
    FilePath,
    backend_option,
    json_option,
    set_option,
    until_option,
)
from capest.errors import InputError

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from capest.runner.sweep import Point

_OTHER_KINDS = {".json", ".csv", ".tsv", ".txt", ".xlsx", ".parquet", ".zarr"}
ONE_CONDITION = "one condition is searched"
"""What is said of a condition that is given more than once."""

_WIDTH_OF_NUMBERS = 62
"""Of 80 columns, those that numbers may take beside labels."""

Function = TypeVar("Function", bound=Callable[..., Any])


def comparison_options(ending: str) -> Callable[[Function], Function]:
    """Add the options of a paired sweep, from ``--trials`` to ``--json``.

    Parameters
    ----------
    ending : str
        Of the default output, such as ``"-hopping.nc"``.
    """
    options = (
        click.option(
            "--trials",
            type=click.IntRange(2, 1_000_000),
            help="Instead of the scenario's run.trials.",
        ),
        click.option(
            "--seed", type=click.IntRange(min=0), help="Instead of the scenario's run.seed."
        ),
        until_option,
        set_option,
        click.option(
            "-o",
            "--output",
            metavar="FILE",
            type=FilePath(path_type=Path),
            help="Dataset of the comparison, a sweep.  [default: the scenario's name with "
            f"{ending}, in this folder]",
        ),
        click.option("--keep-points", is_flag=True, help="Keep the result file of every strategy."),
        click.option("--overwrite", is_flag=True, help="Replace a file that is there."),
        backend_option,
        click.option(
            "--workers",
            type=click.IntRange(min=0),
            help="Worker processes on this machine; 0 computes in this process.  [default: one a "
            "core; on a GPU one]",
        ),
        json_option,
    )

    def add(command: Function) -> Function:
        for option in reversed(options):
            command = option(command)
        return command

    return add


def output_path(output: Path | None, scenario: Path, ending: str) -> Path:
    """File of a comparison.

    Raises
    ------
    InputError
        It is named as a file of another kind, such as JSON, which is printed.
    """
    path = output or Path(f"{scenario.stem}{ending}")
    if path.suffix.lower() in _OTHER_KINDS:
        raise InputError(f"-o {path}: is written as NetCDF: name a file .nc; --json prints JSON")
    return path


def given_once(option: str, values: Sequence[str], instead: str) -> str | None:
    """The value of an option; ``None`` if it was not given.

    Raises
    ------
    InputError
        It was given more than once.
    """
    if len(values) > 1:
        raise InputError(f"{option}: given {len(values)} times; {instead}")
    return values[0] if values else None


def check_trials(points: Sequence[Point]) -> None:
    """Refuse one trial, of which nothing is known.

    Raises
    ------
    InputError
    """
    trials = points[0].scenario.run.trials
    if trials < 2:
        raise InputError(f"run.trials = {trials}: intervals over trials need at least 2")


def plain_estimate(name: str, one: Any) -> dict[str, Any]:
    """An estimate or interval as JSON has it, with its limits and why there are none.

    Without one it is zero: the difference of the first choice to itself.
    """
    if one is None:
        return {name: 0.0, f"{name}_ci95": [0.0, 0.0]}
    note = {f"{name}_note": one.note} if one.note else {}
    limits = [_rounded(one.low), _rounded(one.high)]
    return {name: _rounded(one.value), f"{name}_ci95": limits, **note}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def trials_words(trials: Sequence[int]) -> str:
    """Such as "24 trials" and "12 to 40 trials"."""
    numbers = sorted(set(trials))
    return f"{' to '.join(f'{n:,}' for n in dict.fromkeys((numbers[0], numbers[-1])))} trials"


def table_of(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """A table whose numbers stand right; what does not fit is wrapped, never cut.

    Labels are wrapped before numbers are, where numbers leave them room.
    """
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    columns = list(zip(headings, *rows, strict=False))
    whole = sum(2 + max(map(len, column)) for column in columns[1:]) <= _WIDTH_OF_NUMBERS
    for number, heading in enumerate(headings):
        # A number that is cut is another number.
        table.add_column(
            heading,
            justify="right" if number else "left",
            overflow="fold",
            no_wrap=whole and number > 0,
        )
    for row in rows:
        table.add_row(*row[: len(headings)])
    return table


def print_notes(console: Console, shown: Sequence[tuple[str, Any]]) -> None:
    """Print why intervals are not known, of figures with their labels."""
    from capest.results.figures import notes_of

    for line in notes_of((name, each) for name, each in shown if not math.isnan(each.value)):
        console.print(line, markup=False)
