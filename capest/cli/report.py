"""``capest report``."""

from __future__ import annotations

from pathlib import Path

import click

from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option
from capest.errors import CapestError, InputError
from capest.shown import cut, one_line


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="OUT.nc [MORE.nc]...",
    type=FilePath(path_type=Path, endings=(".nc",)),
)
@click.option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    help="Page to write, .html.  [default: FILE-report.html, in this folder]",
)
@json_option
def report(files: tuple[Path, ...], output: Path | None, as_json: bool) -> None:
    """Write one page about a result: question, answer, map, reasons, assumptions, how to cite.

    The page is about the first file: a run, a sweep, a study of uncertainty or a search of
    capacities. Further runs are compared with it, and a study of uncertainty of the same scenario
    gives its answer a range. It needs no network, prints on paper and fits a phone.

    \b
    Examples:
      capest report guowang.nc
      capest report guowang.nc uncertainty.nc -o guowang.html
      capest report guowang.nc typical.nc rollout.nc capacity.nc -o all.html
      capest report rollout.nc -o rollout.html --json
    """
    from capest.extras import need

    for package in ("jinja2", "matplotlib"):
        need(package, "capest report")
    from capest.plot.source import Source, names_apart
    from capest.report.page import report_page
    from capest.results.open import open_result
    from capest.results.ours import Made, look

    path = output or Path(f"{files[0].stem}-report.html")
    if path.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"-o {path}: a report ends with .html")
    target = look(path, Made.REPORT)
    named = zip(files, names_apart(files), strict=True)
    sources = [Source(open_result(each), name, str(each)) for each, name in named]
    try:
        page = report_page(sources)
    except CapestError:
        raise
    except Exception as error:  # libraries raise anything on the content of a damaged file
        why = cut(one_line(f"{type(error).__name__}: {error}"))
        raise InputError(f"{', '.join(map(str, files))}: damaged ({why})") from error
    target.write(page.content)
    if as_json:
        content = {"file": str(path), "bytes": len(page.content), "sections": list(page.sections)}
        click.echo(json_text(content))
    else:
        click.echo(f"{path}: {len(page.content) / 1000.0:,.0f} kB")
