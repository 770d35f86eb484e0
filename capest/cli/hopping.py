"""``capest hopping``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from capest.cli.comparison import (
    check_trials,
    comparison_options,
    output_path,
    plain_estimate,
    print_notes,
    table_of,
    trials_words,
)
from capest.cli.json_output import json_text
from capest.cli.options import scenario_argument, settings
from capest.cli.points import run_points
from capest.errors import InputError, ScenarioError
from capest.results.figures import counted
from capest.scenario.choices import HOPPING
from capest.scenario.nearest import nearest
from capest.scenario.renamed import new_values
from capest.shown import label_of

if TYPE_CHECKING:
    from rich.console import Console

    from capest.runner.sweep import Axis, Point
    from capest.scenario.model import Scenario
    from capest.statistics.reduction import Estimate
    from capest.studies.hopping import ComparedStrategy

_ENDING = "-hopping.nc"


class _Strategy(click.ParamType):
    """A strategy that lights so many beams at a time, also by its old name."""

    name = "strategy"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Refuse a name of no strategy, and say which may be meant."""
        known = new_values("beams.allocation")
        if value in known:
            click.echo(f"--strategy {value}: is now called {known[value]}", err=True)
            return known[value]
        if value in HOPPING:
            return str(value)
        if value == "all-on":
            self.fail('"all-on" lights every beam, and leaves nothing to plan', param, ctx)
        found = nearest(str(value), [*HOPPING, *known])
        there = ", ".join(HOPPING)
        hint = f"did you mean {known.get(found, found)}" if found else f"there are {there}"
        self.fail(f'no strategy is called "{value}": {hint}', param, ctx)


@click.command()
@scenario_argument
@click.option(
    "--active",
    type=click.IntRange(min=1),
    help="Beams lit at a time.  [default: the scenario's satellite.beams_at_once]",
)
@click.option(
    "--slots",
    type=click.IntRange(1, 100_000),
    help="Of a frame.  [default: the scenario's beams.slots, or 64]",
)
@click.option(
    "--demand",
    type=click.FloatRange(min=1e-6, max=1e6),
    help="Mbit/s that a user wants who has no guaranteed rate.  [default: the scenario's "
    "users.demand_mbps, or 1]",
)
@click.option(
    "--strategy",
    "strategies",
    type=_Strategy(),
    multiple=True,
    metavar="NAME",
    help=f"Only this one, of {', '.join(HOPPING)}; may be given again. The others are compared "
    "with the first.  [default: all]",
)
@click.option(
    "--bound",
    type=click.Choice(["fluid", "interference"]),
    help="What is possible: without interference, or with it (few cells only, needs SciPy).  "
    "[default: the scenario's beams.bound, or fluid]",
)
@comparison_options(_ENDING)
def hopping(
    scenario: Path,
    active: int | None,
    slots: int | None,
    demand: float | None,
    strategies: tuple[str, ...],
    bound: Literal["fluid", "interference"] | None,
    trials: int | None,
    seed: int | None,
    until: tuple[str, ...],
    overrides: tuple[str, ...],
    output: Path | None,
    keep_points: bool,
    overwrite: bool,
    backend: Literal["auto", "numpy", "native", "cupy"],
    workers: int | None,
    as_json: bool,
) -> None:
    """Compare strategies of beam hopping for the satellites of SCENARIO.

    A frame has so many slots, and in each a satellite lights so many of its cells. This is a sweep
    over beams.allocation: all strategies get the same users; their traffic is shown in percent of a
    bound that no plan can exceed, with 95 % intervals over trials, and the differences to the first
    strategy with intervals over pairs. A comparison that was cut off goes on where it stopped when
    it is started again the same way.

    \b
    Examples:
      capest hopping runs/hopping-hotspots.toml
      capest hopping runs/hopping-hotspots.toml --demand 0.3 --slots 128
      capest hopping my.toml --active 12 --strategy max-min --strategy proportional
      capest hopping my.toml --trials 5000 --until bound_share.mean±1% -o hopping.nc
      capest hopping my.toml --json | jq '.strategies[] | [.strategy, .of_bound]'
    """
    from capest.scenario.overrides import OptionValue
    from capest.studies.hopping import compare, compared, plan_points

    if demand is not None and not math.isfinite(demand):
        raise click.BadParameter("must be a number of Mbit/s", param_hint="--demand")
    path = output_path(output, scenario, _ENDING)
    changes = []
    for key, option, value in (
        ("satellite.beams_at_once", "--active", active),
        ("beams.slots", "--slots", slots),
        ("users.demand_mbps", "--demand", demand),
        ("beams.bound", "--bound", bound),
    ):
        changes += [] if value is None else [OptionValue(f"{key}={value}", f"{option} {value}")]
    changes += settings(trials, seed, until)
    chosen = tuple(dict.fromkeys(strategies)) or compared()
    points, axis = _points(plan_points, scenario, [*overrides, *changes], chosen)
    check_trials(points)
    run_points(
        points,
        [axis],
        path,
        backend=backend,
        workers=workers,
        keep_points=keep_points,
        overwrite=overwrite,
    )
    found = compare(path)
    if as_json:
        click.echo(json_text(_as_dict(points[0].scenario, found)))
        return
    _print_table(points[0].scenario, found, points[0].scenario.title or str(scenario))
    click.echo(f"{path}: all figures with their intervals")


def _points(
    plan_points: Any, scenario: Path, overrides: Sequence[str], strategies: Sequence[str]
) -> tuple[list[Point], Axis]:
    """Points of the sweep; says which option would help where it is not known how many are lit."""
    try:
        points, axis = plan_points(scenario, overrides, strategies)
    except ScenarioError as error:
        key = "satellite.beams_at_once"
        if any(one.key == key and one.value is None for one in error.problems):
            raise InputError(
                f"how many beams are lit at a time? The scenario has no {key}: give --active"
            ) from error
        raise
    return points, axis


def _as_dict(scenario: Scenario, found: Sequence[ComparedStrategy]) -> dict[str, Any]:
    from capest.results.ours import MADE_BY

    return {
        "made_by": MADE_BY,
        "cells": _cells(scenario),
        "active": scenario.beams_at_once,
        "slots": scenario.slots,
        "demand_mbit_s": scenario.demand_mbps,
        "bound": scenario.beams.bound,
        "trials": max(one.trials for one in found),
        "seed": scenario.run.seed,
        "strategies": [
            {
                "strategy": one.strategy,
                "trials": one.trials,
                **plain_estimate("of_bound", one.of_bound),
                **plain_estimate("of_offered", one.of_offered),
                **plain_estimate("least_satisfaction", one.least_satisfaction),
                **plain_estimate("difference", one.difference),
                **_calls(one),
            }
            for one in found
        ],
    }


def _calls(one: ComparedStrategy) -> dict[str, Any]:
    """Calls carried and how many more than with the first strategy, where anybody calls."""
    if one.calls is None:
        return {}
    return {
        **plain_estimate("calls", one.calls),
        **plain_estimate("calls_difference", one.calls_difference),
    }


def _print_table(scenario: Scenario, found: Sequence[ComparedStrategy], title: str) -> None:
    from rich.console import Console

    console = Console(highlight=False)
    console.print(title, markup=False)
    of_each = " at most for a satellite" if scenario.has_constellation else ""
    users = scenario.users_per_trial
    console.print(
        f"{counted(_cells(scenario), 'cell')}{of_each}, {scenario.beams_at_once} lit at a time, "
        f"{counted(scenario.slots, 'slot')}, {counted(users, 'user') if users else 'users'} of "
        f"{_wanted(scenario)}, {trials_words([one.trials for one in found])}"
    )
    least = "with" if scenario.beams.bound == "interference" else "without"
    console.print(f"Traffic served, in percent; the bound is {least} interference")
    if math.isnan(found[0].of_bound.value):
        console.print("Nothing can be served in any trial: no cell has a rate, even alone")
    headings = ["", "of the bound", "of demand", "worst cell"]
    if len(found) > 1:
        headings.append(f"less {found[0].strategy}")
    shown, rows = [], []
    for one in found:
        columns = (one.of_bound, one.of_offered, one.least_satisfaction)
        cells = [one.strategy, *(_percent(each) for each in columns)]
        cells.append("" if one.difference is None else _percent(one.difference, sign="+"))
        rows.append(cells)
        every = zip(headings[1:], (*columns, one.difference), strict=False)
        shown += [(f"{one.strategy} {name}", each) for name, each in every if each is not None]
    console.print(table_of(headings, rows))
    if any(one.calls is not None for one in found):
        shown += _print_calls(console, found)
    print_notes(console, shown)


def _print_calls(console: Console, found: Sequence[ComparedStrategy]) -> list[tuple[str, Estimate]]:
    """Print calls by strategy; returns what is shown."""
    from capest.results.figures import interval_text

    console.print("Calls carried at once, mean over trials")
    headings = ["", "calls", "95 % CI", f"less {found[0].strategy}", "95 % CI"]
    shown, rows = [], []
    for one in found:
        cells = [one.strategy]
        for sign, each in (("", one.calls), ("+", one.calls_difference)):
            cells += ["", ""] if each is None else [f"{each.value:{sign}.4g}", interval_text(each)]
            shown += [] if each is None else [(f"{one.strategy} calls", each)]
        rows.append(cells)
    console.print(table_of(headings[: 1 + len(found) * 2], rows))
    return shown


def _cells(scenario: Scenario) -> int:
    """Cells that a satellite lights in turn; of a constellation, at most."""
    if not scenario.has_constellation:
        return scenario.beam_count
    of_layout = scenario.cells.layout == "satellite-fixed"
    return scenario.beams.count if of_layout else scenario.cells_at_once


def _wanted(scenario: Scenario) -> str:
    asked = label_of(scenario.service.preset or "") or scenario.service.mix
    if asked:
        return asked
    return f"{scenario.demand_mbps:g} Mbit/s"


def _percent(one: Estimate, sign: str = "") -> str:
    from capest.results.figures import interval_text, scaled

    if math.isnan(one.value):
        return "-"
    percent = scaled(one, 100.0)
    value = f"{percent.value:{sign}.1f}"
    if math.isnan(one.low) and math.isnan(one.high):
        return f"{value} ({interval_text(percent)})"
    above, below = percent.high - percent.value, percent.value - percent.low
    if min(above, below) >= 0.8 * max(above, below):
        return f"{value} ±{max(above, below):.1f}"
    return f"{value} [{percent.low:.1f}, {percent.high:.1f}]"
