"""``capest export``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capest.cli.complete_words import complete_contents
from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option
from capest.errors import CapestError, InputError
from capest.shown import cut, one_line

if TYPE_CHECKING:
    from capest.export.source import ExportSource


@click.command()
@click.argument("file", type=FilePath(path_type=Path, endings=(".nc",)))
@click.argument("what", required=False, shell_complete=complete_contents)
@click.option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    help="File to write: .csv, .parquet, .geojson, .tif, .nc or .zarr.",
)
@click.option(
    "--resolution",
    type=float,
    metavar="DEGREES",
    help="Step of a grid (.tif, .nc) in latitude and longitude.  [default: 0.1]",
)
@json_option
def export(
    file: Path, what: str | None, output: Path | None, resolution: float | None, as_json: bool
) -> None:
    """Write WHAT of a result FILE in a format of other tools; without WHAT, list what it holds.

    WHAT is a table, such as figures or cells, or a variable of the file, such as cell_calls.

    \b
    Examples:
      capest export guowang.nc
      capest export guowang.nc figures -o figures.csv
      capest export guowang.nc cells -o cells.geojson
      capest export guowang.nc cell_calls -o calls.tif --resolution 0.05
      capest export rollout.nc figures -o rollout.parquet
      capest export guowang.nc all -o guowang.zarr
    """
    from capest.export.source import open_source

    if what is None and (output is not None or resolution is not None):
        raise click.UsageError("-o and --resolution need a WHAT: capest export FILE lists them")
    if what is not None and output is None:
        raise click.UsageError(f"-o is missing: the file to write, such as -o {what}.csv")
    try:
        with open_source(file) as source:
            if what is None or output is None:
                _list(source, as_json)
                return
            _write(source, what, output, resolution, as_json)
    except (CapestError, OSError):
        raise
    except (RuntimeError, ValueError, LookupError, TypeError, AttributeError) as error:
        # Libraries raise anything on the bytes of a damaged file.
        why = cut(one_line(f"{type(error).__name__}: {error}"))
        raise InputError(
            f"{one_line(str(file))}: damaged ({why}); run its scenario again"
        ) from error


def _write(
    source: ExportSource, what: str, output: Path, resolution: float | None, as_json: bool
) -> None:
    from capest.export.write import export as write

    try:
        done = write(source, what, output, resolution)
    except OSError as error:
        from capest.results.files import reason

        raise InputError(f"-o {one_line(str(output))}: {reason(error)}") from error
    if as_json:
        size = None if done.grid is None else {"rows": done.grid[0], "columns": done.grid[1]}
        click.echo(json_text({"file": str(output), "what": what, "rows": done.rows, "grid": size}))
        return
    if done.grid is not None:
        said = f" ({done.grid[0]:,} × {done.grid[1]:,} places)"
    else:
        said = "" if done.rows is None else f" ({done.rows:,} row{'' if done.rows == 1 else 's'})"
    click.echo(f"{one_line(str(output))}{said}")


def _list(source: ExportSource, as_json: bool) -> None:
    """Print tables and variables, with what they are and the formats that suit."""
    import shutil

    from capest.export.contents import contents
    from capest.export.formats import ALL_VARIABLES, formats_of
    from capest.results.columns import printable, wrapped

    rows: list[dict[str, Any]] = []
    for each in contents(source):
        about, units = _about(source, each.name, each.is_table)
        if each.name == ALL_VARIABLES:
            about = "every variable of the file, with its coordinates"
        kind = "table" if each.is_table else "variable"
        places = [] if each.is_table or not about else list(_along(source, each.name))
        rows.append({"name": each.name, "kind": kind, "about": about, "units": units})
        rows[-1] |= {"along": places, "formats": list(formats_of(each))}
    if as_json:
        click.echo(json_text({"file": str(source.path), "contents": rows}))
        return
    width = min(shutil.get_terminal_size().columns, 100)
    headings: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        along = f" by {' and '.join(row['along'])}" if row["along"] else ""
        heading = f"{row['kind']}s{along}, as {' '.join(row['formats'])}:"
        headings.setdefault(heading[0].upper() + heading[1:], []).append(row)
    for heading, below in headings.items():
        for line in wrapped(heading, width):
            click.echo(line)
        for row in below:
            units = f" [{row['units']}]" if row["units"] not in ("", "1") else ""
            text = printable(f"{row['name']}{units}: {row['about']}")
            for line in wrapped(text, width - 2, "    "):
                click.echo(f"  {line}")
    click.echo("Any other variable of the file goes by its name as well.")


def _along(source: ExportSource, name: str) -> tuple[str, ...]:
    return source.dimensions(name) if name in source.stored.names else ()


def _about(source: ExportSource, name: str, is_table: bool) -> tuple[str, str]:
    """What a table or a variable is, and its units."""
    from capest.export.contents import TABLES_ABOUT

    if is_table:
        return TABLES_ABOUT.get(name, ""), ""
    if name not in source.stored.names:
        return "", ""
    return source.about(name), source.units(name)
