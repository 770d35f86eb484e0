"""``capest plot``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capest.cli.complete_from_files import complete_drawn, complete_groups, complete_picture
from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option
from capest.errors import InputError

if TYPE_CHECKING:
    from capest.plot.source import Source


@click.command()
@click.argument(
    "what", nargs=-1, required=True, metavar="FILE... [PICTURE]", shell_complete=complete_picture
)
@click.option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    help="Picture to write: .svg, .png or .pdf.  [default: FILE-PICTURE.svg, in this folder]",
)
@click.option(
    "--of",
    metavar="FIGURE",
    shell_complete=complete_drawn,
    help="What is drawn, such as cell_calls or sinr_db.",
)
@click.option(
    "--by",
    metavar="WHAT",
    shell_complete=complete_groups,
    help="What it is told apart by, such as latitude or country.",
)
@click.option("--size", metavar="WxH", help="Width and height in inches.  [default: 7.2x5.4]")
@click.option("--dpi", type=click.IntRange(30, 1200), default=150, show_default=True)
@json_option
def plot(
    what: tuple[str, ...],
    output: Path | None,
    of: str | None,
    by: str | None,
    size: str | None,
    dpi: int,
    as_json: bool,
) -> None:
    """Draw a PICTURE of result files; without PICTURE, list those that can be drawn of them.

    \b
    Examples:
      capest plot guowang.nc
      capest plot guowang.nc map -o calls.svg
      capest plot guowang.nc reasons --by country -o reasons.png
      capest plot case9.nc case10.nc cdf --of sinr_db -o sinr.pdf
    """
    from capest.plot import picture

    files, name = _split(what)
    sources = _open(files)
    if name is None:
        _list(sources, as_json)
        return
    picture.check_name(name)
    path = output or Path(f"{files[0].stem}-{name}.svg")
    ending = path.suffix.lower().removeprefix(".")
    if ending not in picture.FORMATS:
        endings = ", ".join(f".{each}" for each in picture.FORMATS)
        raise InputError(f"-o {path}: a picture ends with {endings}")
    from capest.results.ours import Made, look

    target = look(path, Made.PICTURE)
    options = {key: value for key, value in {"of": of, "by": by}.items() if value is not None}
    drawn = picture.draw(name, sources, size_in=_size(size), options=options)
    target.write(drawn.content(ending, dpi))
    if as_json:
        click.echo(json_text({"file": str(path), "picture": name, **vars(drawn.words)}))
    else:
        click.echo(drawn.words.title)
        click.echo(str(path))


def _split(what: Sequence[str]) -> tuple[list[Path], str | None]:
    """Files, and the name of a picture: the last word, unless it is a file."""
    last = what[-1]
    is_name = len(what) > 1 and not Path(last).exists() and not Path(last).suffix
    files = what[:-1] if is_name else what
    return [Path(each) for each in files], last if is_name else None


def _open(files: Sequence[Path]) -> list[Source]:
    from capest.plot.source import Source, names_apart
    from capest.results.open import open_result

    return [
        Source(open_result(path), name, str(path))
        for path, name in zip(files, names_apart(files), strict=True)
    ]


def _list(sources: Sequence[Source], as_json: bool) -> None:
    """Print what can be drawn of the files, and why the others cannot."""
    from capest.plot import picture

    rows: list[dict[str, Any]] = [
        {
            "picture": name,
            "answers": picture.answers(name),
            "why_not": picture.why_not(name, sources),
        }
        for name in picture.names()
    ]
    if as_json:
        click.echo(json_text({"pictures": rows}))
        return
    formatter = click.HelpFormatter(width=80)
    there = [(row["picture"], row["answers"]) for row in rows if not row["why_not"]]
    lacking = [(row["picture"], row["why_not"]) for row in rows if row["why_not"]]
    if there:
        with formatter.section("Pictures of this file" if len(sources) == 1 else "Of these files"):
            formatter.write_dl(there)
    if lacking:
        with formatter.section("Not of it" if len(sources) == 1 else "Not of them"):
            formatter.write_dl(lacking)
    click.echo(formatter.getvalue(), nl=False)


def _size(text: str | None) -> tuple[float, float]:
    from capest.plot.style import SIZE_IN

    if text is None:
        return SIZE_IN
    try:
        width, height = (float(each) for each in text.lower().split("x"))
    except ValueError:
        width = height = 0.0
    if not (2.0 <= width <= 40.0 and 2.0 <= height <= 40.0):
        raise InputError(f"--size {text}: expected width x height in inches, 2 to 40: 7.2x5.4")
    return width, height
