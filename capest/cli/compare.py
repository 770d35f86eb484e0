"""``capest compare``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from capest.cli.complete_from_files import complete_compared, complete_point
from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option
from capest.errors import CapestError, InputError
from capest.shown import cut, one_line

if TYPE_CHECKING:
    import xarray as xr


@click.command()
@click.argument(
    "files",
    nargs=-1,
    required=True,
    metavar="FILE FILE...",
    type=FilePath(path_type=Path, endings=(".nc",)),
)
@click.option(
    "--of",
    "figures",
    multiple=True,
    metavar="FIGURE",
    shell_complete=complete_compared,
    help="Compare this figure, such as calls or sinr_db.p05; may be given several times.",
)
@click.option("--all", "all_figures", is_flag=True, help="Compare every figure.")
@click.option(
    "--at",
    "places",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    shell_complete=complete_point,
    help="Of sweeps, the point to compare; may be given again, once for each axis.",
)
@json_option
def compare(
    files: tuple[Path, ...],
    figures: tuple[str, ...],
    all_figures: bool,
    places: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare result files with the first: figures, what is beyond chance, and what differs.

    Trials of one seed make pairs, so that differences are far sharper than the results themselves.
    Sweeps with the same points are compared point by point.

    \b
    Examples:
      capest compare handheld.nc smartphone.nc
      capest compare reuse1.nc reuse3.nc reuse4.nc --of calls --of sinr_db.p05
      capest compare old.nc new.nc --all
      capest compare china-sweep.nc usa-sweep.nc --at constellation.deployed_fraction=1
      capest compare a.nc b.nc --json | jq '.comparisons[0].scenario'
    """
    if len(files) < 2:
        raise InputError(
            "give two files or more: the first is what the others are compared with; capest show "
            "compares the points of one sweep"
        )
    if figures and all_figures:
        raise click.UsageError("--all compares every figure: leave --of away")
    from capest.plot.source import names_apart
    from capest.results.comparison import compare_results
    from capest.results.comparison_text import comparison_lines

    datasets = [_open(path, places) for path in files]
    try:
        found = compare_results(datasets, names_apart(files), of=figures, all_figures=all_figures)
        if as_json:
            text = json_text({"comparisons": found.to_list(), "at_once": found.figures_at_once})
        else:
            from rich.console import Console

            text = "\n".join(comparison_lines(found, Console().width))
    except CapestError:
        raise
    except (OSError, RuntimeError, ValueError, LookupError, TypeError) as error:
        # Libraries raise anything on the bytes of a damaged file.
        why = cut(one_line(f"{type(error).__name__}: {error}"))
        raise InputError(f"one of the files is damaged ({why}); run its scenario again") from error
    finally:
        for dataset in datasets:
            dataset.close()
    click.echo(text)


def _open(path: Path, places: tuple[str, ...]) -> xr.Dataset:
    """Open a file; of a sweep the point that is asked for."""
    from capest.results.open import open_result
    from capest.results.sweep_figures import axes_of_dataset, plain_value
    from capest.results.sweep_file import axis_name, key_of

    dataset = open_result(path)
    for place in places:
        key, equals, text = (part.strip() for part in place.partition("="))
        if not equals or not key or not text:
            raise InputError(f"--at {place}: must have the form section.key=value")
        name = axis_name(key)
        if name not in axes_of_dataset(dataset):
            continue
        values = [plain_value(value) for value in dataset[name].values]
        at = [k for k, value in enumerate(values) if _is_value(value, text)]
        if not at:
            there = ", ".join(map(str, values))
            raise InputError(
                f"--at {place}: {path} has no such point; {key_of(dataset[name])} is {there}"
            )
        dataset = dataset.isel({name: at[0]})
    return dataset


def _is_value(value: object, text: str) -> bool:
    """Whether a value of an axis is what somebody wrote."""
    if isinstance(value, bool):
        return text == ("true" if value else "false")
    if isinstance(value, int | float):
        try:
            return float(text) == value
        except ValueError:
            return False
    return text.strip('"') == str(value)
