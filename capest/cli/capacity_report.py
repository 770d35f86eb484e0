"""Capacities on standard output, from their file alone."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click

from capest.cli.json_output import json_text


def report(path: Path, as_json: bool) -> None:
    """Print what a search of capacities found.

    Raises
    ------
    InputError
        Damaged, or not of capacities.
    """
    from capest.studies.capacity.capacity_file import read_capacities
    from capest.studies.capacity.capacity_summary import CapacitySummary

    summary = CapacitySummary(read_capacities(path))
    if as_json:
        click.echo(json_text(summary.to_dict()))
        return
    from rich.console import Console

    for line in summary.lines(Console().width):
        click.echo(line)
    click.echo(f"{path}: all values with their intervals")


def echo_wrapped(lines: Iterable[str], width: int, *, err: bool = False) -> None:
    """Print sentences, broken at spaces that are not within an interval."""
    from capest.studies.capacity.capacity_summary import whole_lines

    for part in whole_lines(lines, width):
        click.echo(part, err=err)
