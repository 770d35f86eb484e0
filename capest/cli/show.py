"""``capest show``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option
from capest.errors import CapestError, InputError
from capest.shown import cut, one_line

if TYPE_CHECKING:
    from capest.results.summary import Summary


@click.command()
@click.argument("file", type=FilePath(path_type=Path, endings=(".nc",)))
@click.option("--intervals", is_flag=True, help="Show the interval of every figure.")
@click.option("--by-density", is_flag=True, help="Show what is served by how densely people live.")
@click.option(
    "--assumptions",
    is_flag=True,
    help="Show what the result rests on instead: every figure, where it comes from, its range.",
)
@click.option(
    "--csv",
    "as_csv",
    is_flag=True,
    help="Print the figures as CSV on stdout: of a sweep a row for every point and figure.",
)
@json_option
def show(
    file: Path,
    intervals: bool,
    by_density: bool,
    assumptions: bool,
    as_csv: bool,
    as_json: bool,
) -> None:
    """Show the summary of a result FILE, or the table of a sweep, from the file alone.

    \b
    Examples:
      capest show runs/out/case9.nc
      capest show runs/out/case9.nc --intervals
      capest show runs/out/guowang.nc --by-density
      capest show runs/out/case9.nc --assumptions
      capest show runs/out/case9.nc --csv > case9.csv
      capest show runs/out/case9.nc --json | jq '.estimates[] | select(.metric == "sinr_db")'
    """
    from capest.results.ours import Made, made_by_capest
    from capest.results.sweep_file import axes_of

    if as_csv:
        if intervals or by_density or as_json:
            raise click.UsageError(
                "--csv has all figures with intervals: leave --intervals, --by-density and --json "
                "away (capest export FILE density -o FILE.csv has those by density)"
            )
        print_csv(file, "assumptions" if assumptions else "")
        return
    if assumptions:
        if intervals or by_density:
            raise click.UsageError(
                "--assumptions shows no results: leave --intervals and --by-density away"
            )
        print_assumptions(file, as_json)
        return
    made = made_by_capest(file) if file.is_file() else None
    if made is Made.CAPACITY:
        from capest.cli.capacity_report import report as report_capacities

        report_capacities(file, as_json)
        return
    if made is Made.UNCERTAINTY:
        from capest.cli.uncertainty_report import report as report_study

        report_study(file, as_json)
        return
    if axes_of(file):
        from capest.cli.sweep_table import report

        report(file, as_json)
        return
    print_summary(file, as_json, intervals=intervals, by_density=by_density)


def print_csv(path: Path, table: str = "") -> None:
    """Print a table of a file as CSV on standard output; lines end as everywhere else there.

    Parameters
    ----------
    path : Path
    table : str
        That of its figures, if not given.

    Raises
    ------
    InputError
        Missing, damaged, or not of capest.
    """
    from io import StringIO

    from capest.export.contents import find_content, table_of_figures
    from capest.export.csv_file import write_csv
    from capest.export.source import open_source

    text = StringIO(newline="")
    try:
        with open_source(path) as source:
            name = table or table_of_figures(source)
            write_csv(find_content(source, name).make(), text, line_end="\n")
    except CapestError:
        raise
    except Exception as error:  # libraries raise anything on the bytes of a damaged file
        why = cut(one_line(f"{type(error).__name__}: {error}"))
        raise InputError(f"{path}: damaged ({why}); run its scenario again") from error
    click.echo(text.getvalue(), nl=False)


def print_assumptions(path: Path, as_json: bool) -> None:
    """Print what a result rests on, from its file alone.

    Parameters
    ----------
    path : Path
        Of a result, or of a sweep.
    as_json : bool

    Raises
    ------
    InputError
        Missing, damaged, not of capest, or of a version that did not keep it.
    """
    from rich.console import Console

    from capest.results.identity import attributes_of_file
    from capest.results.rests_on import read_figures
    from capest.results.rests_on_text import lines

    attributes = attributes_of_file(path)
    figures = read_figures(attributes, str(path))
    if as_json:
        title = str(attributes.get("title", ""))
        click.echo(json_text({"title": title, "assumptions": figures}))
        return
    try:
        shown = lines(figures, Console().width)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise InputError(
            f"{path}: damaged: its attribute assumptions cannot be read; run its scenario again"
        ) from None
    for line in shown:
        click.echo(line)


def print_summary(
    path: Path,
    as_json: bool,
    *,
    intervals: bool = False,
    by_density: bool = False,
    more: Mapping[str, Any] | None = None,
) -> None:
    """Print the summary of a result file on standard output.

    Parameters
    ----------
    path : Path
    as_json : bool
        As JSON instead of a table; intervals are always in it.
    intervals : bool
        Show the interval of every figure in the table.
    by_density : bool
        Show what is served by how densely people live; always in JSON.
    more : mapping, optional
        Added to the JSON object.

    Raises
    ------
    InputError
        Missing, not NetCDF, damaged, or not a result of capest.
    """
    from capest.results.stored import open_stored
    from capest.results.summary import Summary

    try:
        with open_stored(path) as stored:
            summary = Summary(stored)
            text = _json(summary, more) if as_json else _table(summary, intervals, by_density)
    except CapestError:
        raise
    except Exception as error:  # libraries raise anything on the bytes of a damaged file
        why = cut(one_line(f"{type(error).__name__}: {error}"))
        if isinstance(error, RecursionError):
            why = "the attribute scenario_toml holds tables in tables without end"
        raise InputError(f"{path}: damaged ({why}); run its scenario again") from error
    click.echo(text, nl=False)


def _json(summary: Summary, more: Mapping[str, Any] | None) -> str:
    return json_text({**summary.to_dict(), **(more or {})}) + "\n"


def _table(summary: Summary, intervals: bool, by_density: bool) -> str:
    """Text for standard output, with styles where that is a terminal."""
    from io import StringIO

    from rich.console import Console

    from capest.results.table import print_table

    screen = Console()
    text = StringIO()
    console = Console(
        file=text, force_terminal=screen.is_terminal, width=screen.width, highlight=False
    )
    print_table(summary, console, intervals=intervals, by_density=by_density)
    return text.getvalue()
