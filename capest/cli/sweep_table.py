"""The summary of a sweep on standard output."""

from __future__ import annotations

from pathlib import Path

import click

from capest.cli.json_output import json_text
from capest.errors import CapestError, InputError


def report(path: Path, as_json: bool) -> None:
    """Print the headline figures of every point on standard output.

    Parameters
    ----------
    path : Path
        File of a sweep.
    as_json : bool
        An object with all figures of all points, instead of a table.

    Raises
    ------
    InputError
        Damaged, or not of a sweep.
    """
    from capest.results.changed import changed_figures
    from capest.results.open import open_result
    from capest.results.sweep_summary import SweepSummary

    try:
        with open_result(path) as dataset:
            summary = SweepSummary(dataset)
            changed = changed_figures(dataset.attrs)
    except CapestError:
        raise
    except Exception as error:  # libraries raise anything on the bytes of a damaged file
        raise InputError(
            f"{path}: damaged ({type(error).__name__}: {error}); run its sweep again"
        ) from error
    if as_json:
        click.echo(
            json_text({**({"changed": changed} if changed else {}), "points": summary.to_list()})
        )
        return
    from rich.console import Console

    for line in summary.lines(Console().width):
        click.echo(line)
    click.echo(f"{path}: all figures with their intervals")
