"""``capest presets``: list, show and start from the figures that come with capest."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option

if TYPE_CHECKING:
    from collections.abc import Mapping

    from click.shell_completion import CompletionItem
    from rich.table import Table

    from capest.scenario.presets import Figure, Preset


def _complete(
    _: click.Context, parameter: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """Complete the name of a preset in the shell; only those ``init`` can use, for ``init``."""
    from click.shell_completion import CompletionItem

    from capest.scenario.presets import STARTS, load_preset, preset_names

    found = (load_preset(name) for name in preset_names() if name.startswith(incomplete))
    return [
        CompletionItem(preset.name, help=preset.title)
        for preset in found
        if preset.kind in STARTS or parameter.name != "start_name"
    ]


@click.group(invoke_without_command=True)
@click.pass_context
def presets(context: click.Context) -> None:
    """Satellites, constellations, handsets and services, each figure with its source.

    \b
    Examples:
      capest presets list
      capest presets show tr38821-set1-leo600-s
      capest presets init tr38821-set1-leo600-s -o my.toml
    """
    if context.invoked_subcommand is None:
        context.invoke(list_presets, as_json=False)


@presets.command("list")
@json_option
def list_presets(as_json: bool) -> None:
    """List all presets.

    \b
    Examples:
      capest presets list
      capest presets list --json
    """
    from capest.scenario.presets import load_preset, preset_names

    found = [load_preset(name) for name in preset_names()]
    if as_json:
        listed = [{"name": p.name, "kind": p.kind, "title": p.title} for p in found]
        click.echo(json_text({"presets": listed}))
        return
    table = _table("name", "kind", "what it is")
    for preset in sorted(found, key=lambda p: p.kind, reverse=True):
        table.add_row(preset.name, preset.kind, preset.title)
    _print_table(table)


@presets.command("show")
@click.argument("name", shell_complete=_complete)
@json_option
def show_preset(name: str, as_json: bool) -> None:
    """Show every figure of preset NAME with unit, confidence, source and range.

    Below the figures stand the ranges of those that are uncertain, which figures follow others, and
    what a scenario that starts from the preset assumes besides.

    NAME may be the path of a TOML file of your own: it has a separator, or ends in .toml.

    \b
    Examples:
      capest presets show 3gpp-handheld
      capest presets show ./my-satellite.toml
      capest presets show tr38821-set1-geo-s --json
    """
    from capest.cli.preset_ranges import range_lines
    from capest.scenario.presets import CONFIDENCES, load_preset

    preset = load_preset(name)
    if as_json:
        click.echo(json_text(_as_dict(preset)))
        return
    click.echo(f"{preset.title} ({preset.kind} preset)\n")
    _print_figures(preset.figures)
    click.echo()
    if preset.figures_of_rules:
        click.echo('By rules = "0.3" of a scenario also, or instead:\n')
        _print_figures(preset.figures_of_rules)
        click.echo()
    if preset.stand_ins:
        click.echo("In place of what nobody has published:\n")
        _print_figures(preset.stand_ins)
        click.echo()
    shown = [*preset.figures.values(), *preset.figures_of_rules.values()]
    shown += preset.stand_ins.values()
    for confidence in dict.fromkeys(figure.confidence for figure in shown):
        click.echo(f"{confidence}: {CONFIDENCES[confidence]}")
    for line in range_lines(preset):
        click.echo(line)


@presets.command("init")
@click.argument("start_name", metavar="NAME", shell_complete=_complete)
@click.option(
    "-o",
    "--output",
    type=FilePath(path_type=Path),
    help="Write to this file, which must not exist yet, instead of the terminal.",
)
def init_scenario(start_name: str, output: Path | None) -> None:
    """Write a starter scenario for satellite or constellation preset NAME.

    It is short, commented and runs as it is. A system that flies comes with its own constellation,
    region, bandwidth and handset; a satellite of TR 38.821 with the beams of its study case.

    \b
    Examples:
      capest presets init tr38821-set1-leo600-s
      capest presets init guowang-gw-a59 -o guowang.toml
      capest presets init tr38821-set1-geo-s -o geo.toml
    """
    from capest.errors import InputError
    from capest.results.files import reason
    from capest.results.ours import TOML_MARK, look
    from capest.scenario.starter import starter

    text = f"{TOML_MARK}\n{starter(start_name)}"
    if output is None:
        click.echo(text, nl=False)
        return
    # Even one of ours stays: it may have been edited since.
    if os.path.lexists(output):
        raise InputError(f"{output}: exists already and is left alone; choose another name")
    target = look(output)
    try:
        target.write(text.encode())
    except OSError as error:
        raise InputError(f"{output}: cannot be written: {reason(error)}") from None
    click.echo(f"wrote {output}; run it with: capest run {output}", err=True)


def _as_dict(preset: Preset) -> dict[str, object]:
    from capest.scenario.units import unit_of

    tables: dict[str, dict[str, object]] = {
        name: {key: {**_fields(figure), "unit": unit_of(key)} for key, figure in figures.items()}
        for name, figures in (
            ("figures", preset.figures),
            ("figures_of_rules", preset.figures_of_rules),
            ("stand_ins", preset.stand_ins),
        )
    }
    tables["starter"] = {
        key: {
            **({"value": row.value} if row.figure is None else _fields(row.figure)),
            "unit": unit_of(key),
            "remark": row.remark,
        }
        for key, row in preset.starter.items()
    }
    return {"name": preset.name, "kind": preset.kind, "title": preset.title, **tables}


def _fields(figure: Figure) -> dict[str, object]:
    """Return the fields of a figure; options by names, as each has a value and a weight."""
    from dataclasses import asdict

    options = [{"value": value, "weight": weight} for value, weight in figure.options]
    return {**asdict(figure), "options": options}


def _print_figures(figures: Mapping[str, Figure]) -> None:
    from capest.scenario.units import unit_of

    words = any(isinstance(figure.value, str) for figure in figures.values())
    table = _table("key", "value", "unit", "confidence", "source", words=words)
    for key, figure in figures.items():
        table.add_row(key, f"{figure.value}", unit_of(key), figure.confidence, figure.source)
    _print_table(table)


def _table(*headings: str, words: bool = False) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading == "value" and not words else "left",
            no_wrap=heading in ("key", "name"),
            # Addresses of sources are longer than a column and must stay whole.
            overflow="fold" if heading == "source" else "ellipsis",
        )
    return table


def _print_table(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False, markup=False, emoji=False).print(table)
