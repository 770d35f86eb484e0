"""``capest hopping``."""

from __future__ import annotations

import contextlib
import math
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from capest.allocation.slots import STRATEGIES
from capest.cli.json_output import json_text
from capest.cli.options import FilePath, json_option, scenario_argument, set_option, settings
from capest.errors import InputError, StorageError

if TYPE_CHECKING:
    from capest.results.ours import Target
    from capest.scenario.model import Scenario
    from capest.statistics.intervals import Interval
    from capest.studies.hopping import Compared
    from capest.studies.hopping_trials import Settings

NAMES = tuple(name for name in STRATEGIES.names() if name != "all-on")
"""Of the strategies that light so many beams at a time."""


@click.command()
@scenario_argument
@click.option(
    "--active",
    type=click.IntRange(min=1),
    help="Beams lit at a time.  [default: the scenario's satellite.beams_at_once]",
)
@click.option(
    "--slots", type=click.IntRange(1, 100_000), default=64, show_default=True, help="Of a frame."
)
@click.option(
    "--demand",
    type=click.FloatRange(min=1e-6, max=1e6),
    default=1.0,
    show_default=True,
    help="Mbit/s that every user wants.",
)
@click.option(
    "--strategy",
    "strategies",
    type=click.Choice(NAMES),
    multiple=True,
    help="Only this one; may be given again. The others are compared with the first.  "
    "[default: all]",
)
@click.option(
    "--bound",
    type=click.Choice(["fluid", "interference"]),
    default="fluid",
    show_default=True,
    help="What is possible: without interference, or with it (few cells only, needs SciPy).",
)
@click.option(
    "--trials", type=click.IntRange(2, 1_000_000), help="Instead of the scenario's run.trials."
)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's run.seed.")
@set_option
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    type=FilePath(path_type=Path, dir_okay=False),
    help="Write what --json prints to this file too, in one step; replaces an earlier comparison.",
)
@json_option
def hopping(
    scenario: Path,
    active: int | None,
    slots: int,
    demand: float,
    strategies: tuple[str, ...],
    bound: Literal["fluid", "interference"],
    trials: int | None,
    seed: int | None,
    overrides: tuple[str, ...],
    output: Path | None,
    as_json: bool,
) -> None:
    """Compare strategies of beam hopping for the satellite of SCENARIO, downlink.

    A frame has so many slots, and in each exactly so many beams are lit. All strategies get the
    same users; their traffic is shown in percent of a bound that no plan can exceed, with 95 %
    intervals over trials, and the differences to the first strategy with intervals over pairs.
    Every user wants --demand, whatever the scenario's [service] and [scheduler]; those of a cell
    share its time equally, up to their demand. A comparison that was cut off starts afresh.

    \b
    Examples:
      capest hopping runs/hopping-hotspots.toml
      capest hopping runs/hopping-hotspots.toml --demand 0.3 --slots 128
      capest hopping my.toml --active 12 --strategy max-min --strategy proportional
      capest hopping my.toml --trials 1000 -o hopping.json
      capest hopping my.toml --json | jq '.strategies[] | [.strategy, .of_bound]'
    """
    from capest.scenario.load import load_scenario
    from capest.scenario.reading_hopping import check_one_satellite, hopping_notes
    from capest.studies.hopping import compare
    from capest.studies.hopping_trials import Settings, compared, play

    if not math.isfinite(demand):
        raise click.BadParameter("must be a number of Mbit/s", param_hint="--demand")
    target = None if output is None else _target(output, scenario)
    loaded = load_scenario(scenario, [*overrides, *settings(trials, seed)])
    check_one_satellite(loaded)
    _refuse_unread(scenario, loaded, overrides)
    beams = active or loaded.satellite.beams_at_once
    if beams is None:
        raise InputError(
            "how many beams are lit at a time? The scenario has no satellite.beams_at_once: "
            "give --active"
        )
    for note in hopping_notes(loaded):
        click.echo(note, err=True)
    played = Settings(tuple(dict.fromkeys(strategies)) or compared(), beams, slots, demand, bound)
    found = compare(play(loaded, played))
    text = json_text(_as_dict(loaded, played, found))

    def show() -> None:
        if as_json:
            click.echo(text)
        else:
            _print_table(loaded, played, found, loaded.title or str(scenario))

    if target is not None:
        try:
            _write(target, text)
        except StorageError:
            show()  # what could not be kept is not lost
            raise
    show()


def _target(output: Path, scenario: Path) -> Target:
    """Refuse, before any trial, a file that cannot be written or is not such a comparison."""
    from capest.results.files import reason
    from capest.results.ours import Made, look

    with contextlib.suppress(OSError, ValueError):
        if output.samefile(scenario):
            raise InputError(f"-o {output}: is the scenario; name another file")
    target = look(output, Made.COMPARISON)
    if not output.parent.is_dir():
        raise InputError(f"-o {output}: there is no folder {output.parent}")
    try:
        with tempfile.TemporaryFile(dir=output.parent):
            pass
    except OSError as error:
        raise InputError(f"-o {output}: cannot be written: {reason(error)}") from error
    return target


def _write(target: Target, text: str) -> None:
    """Write the file whole or not at all."""
    from capest.results.files import reason

    try:
        target.write(f"{text}\n".encode())
    except OSError as error:
        raise StorageError(f"-o {target.path}: cannot be written: {reason(error)}") from error


def _refuse_unread(path: Path, scenario: Scenario, overrides: Sequence[str]) -> None:
    """Refuse overrides that a comparison does not read."""
    from capest.errors import ScenarioError
    from capest.scenario.overrides import apply_overrides
    from capest.scenario.reading_hopping import refused

    problems = list(refused(scenario, apply_overrides({}, overrides)[0]))
    if problems:
        raise ScenarioError(str(path), problems)


def _as_dict(scenario: Scenario, played: Settings, found: Sequence[Compared]) -> dict[str, Any]:
    from capest.results.ours import MADE_BY

    return {
        "made_by": MADE_BY,
        "cells": scenario.beam_count,
        "active": played.beams,
        "slots": played.slots,
        "demand_mbit_s": played.demand_per_user,
        "bound": played.bound,
        "trials": scenario.run.trials,
        "seed": scenario.run.seed,
        "strategies": [
            {
                "strategy": one.strategy,
                **_plain("of_bound", one.of_bound),
                **_plain("of_offered", one.of_offered),
                **_plain("least_satisfaction", one.least_satisfaction),
                **_plain("difference", one.difference),
            }
            for one in found
        ],
    }


def _plain(name: str, one: Interval) -> dict[str, Any]:
    return {name: _rounded(one.value), f"{name}_ci95": [_rounded(one.low), _rounded(one.high)]}


def _rounded(value: float) -> float | None:
    return None if math.isnan(value) else round(value, 6)


def _print_table(
    scenario: Scenario, played: Settings, found: Sequence[Compared], title: str
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(title, markup=False)
    console.print(
        f"{_counted(scenario.beam_count, 'cell')}, {played.beams} lit at a time, "
        f"{_counted(played.slots, 'slot')}, {_counted(scenario.users_per_trial, 'user')} of "
        f"{played.demand_per_user:g} Mbit/s, {scenario.run.trials} trials"
    )
    least = "with" if played.bound == "interference" else "without"
    console.print(f"Traffic served, in percent; the bound is {least} interference")
    if math.isnan(found[0].of_bound.value):
        console.print("Nothing can be served in any trial: no cell has a rate, even undisturbed")
    headings = ["", "of the bound", "of demand", "worst cell"]
    if len(found) > 1:
        headings.append(f"less {found[0].strategy}")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for one in found:
        intervals = (one.of_bound, one.of_offered, one.least_satisfaction)
        difference = "" if one is found[0] else _percent(one.difference, sign="+")
        cells = (one.strategy, *(_percent(each) for each in intervals), difference)
        table.add_row(*cells[: len(headings)])
    console.print(table)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 else 's'}"


def _percent(one: Interval, sign: str = "") -> str:
    if math.isnan(one.value):
        return "-"
    half = 100 * (one.high - one.value)
    return f"{100 * one.value:{sign}.1f} ±{half:.1f}"
