"""What ``capest uncertainty`` found, on standard output."""

from __future__ import annotations

from pathlib import Path

import click

from capest.cli.json_output import json_text


def report(path: Path, as_json: bool) -> None:
    """Print what the file of a study holds.

    Parameters
    ----------
    path : Path
        File of a study of uncertainty.
    as_json : bool
        One object, instead of text.

    Raises
    ------
    InputError
        Damaged, or of something else.
    """
    from capest.studies.uncertainty.study_reading import read_study

    study = read_study(path)
    if as_json:
        from capest.studies.uncertainty.study_json import as_dict

        click.echo(json_text(as_dict(study)))
        return
    from capest.studies.uncertainty.study_lines import lines_of

    for line in lines_of(study):
        click.echo(line)
    click.echo(f"{path}: all answers with their intervals")
