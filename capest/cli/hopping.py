"""``capest hopping``."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from capest.cli.options import json_option, scenario_argument, set_option, settings
from capest.errors import InputError

if TYPE_CHECKING:
    from capest.hopping_comparison import Compared
    from capest.hopping_trials import Settings
    from capest.scenario.model import Scenario
    from capest.statistics import Interval

NAMES = ("periodic", "random", "proportional", "max-min", "interference-aware")
"""Of the strategies; a test compares them with ``hopping.STRATEGIES``, which loads NumPy."""


@click.command()
@scenario_argument
@click.option(
    "--active",
    type=click.IntRange(min=1),
    help="Beams lit at a time.  [default: the scenario's beams.active_count]",
)
@click.option(
    "--slots", type=click.IntRange(1, 100_000), default=64, show_default=True, help="Of a frame."
)
@click.option(
    "--demand",
    type=click.FloatRange(min=0.0, min_open=True),
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
@click.option("--trials", type=click.IntRange(min=2, max=1_000_000), default=100, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), help="Instead of the scenario's run.seed.")
@set_option
@json_option
def hopping(
    scenario: Path,
    active: int | None,
    slots: int,
    demand: float,
    strategies: tuple[str, ...],
    bound: Literal["fluid", "interference"],
    trials: int,
    seed: int | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Compare strategies of beam hopping for the satellite of SCENARIO, downlink.

    A frame has so many slots, and in each exactly so many beams are lit. All strategies get the
    same users; their traffic is shown in percent of a bound that no plan can exceed, with 95 %
    intervals over trials, and the differences to the first strategy with intervals over pairs.

    \b
    Examples:
      capest hopping runs/hopping-hotspots.toml
      capest hopping runs/hopping-hotspots.toml --demand 0.3 --slots 128
      capest hopping my.toml --active 12 --strategy max-min --strategy proportional
      capest hopping my.toml --json | jq '.strategies[] | [.strategy, .of_bound]'
    """
    from capest.hopping_comparison import compare
    from capest.hopping_trials import Settings, play
    from capest.scenario.load import load_scenario

    if not math.isfinite(demand):
        raise click.BadParameter("must be a number of Mbit/s", param_hint="--demand")
    loaded = load_scenario(scenario, [*overrides, *settings(trials, seed)])
    beams = active or loaded.beams.active_count
    if beams is None:
        raise InputError(
            "how many beams are lit at a time? The scenario has no beams.active_count: "
            "give --active"
        )
    played = Settings(tuple(dict.fromkeys(strategies)) or NAMES, beams, slots, demand, bound)
    found = compare(play(loaded, played))
    if as_json:
        click.echo(json.dumps(_as_dict(loaded, played, found), indent=1))
        return
    _print_table(loaded, played, found, loaded.title or str(scenario))


def _as_dict(scenario: Scenario, played: Settings, found: Sequence[Compared]) -> dict[str, Any]:
    return {
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
    return {name: round(one.value, 6), f"{name}_ci95": [round(one.low, 6), round(one.high, 6)]}


def _print_table(
    scenario: Scenario, played: Settings, found: Sequence[Compared], title: str
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    console.print(title, markup=False)
    console.print(
        f"{scenario.beam_count} cells, {played.beams} lit at a time, {played.slots} slots, "
        f"{scenario.users_per_trial} users of {played.demand_per_user:g} Mbit/s, "
        f"{scenario.run.trials} trials"
    )
    least = "with" if played.bound == "interference" else "without"
    console.print(f"Traffic served, in percent; the bound is {least} interference")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    headings = ("", "of the bound", "of demand", "worst cell", f"less {found[0].strategy}")
    for heading in headings:
        table.add_column(heading, justify="right" if heading else "left", no_wrap=True)
    for one in found:
        intervals = (one.of_bound, one.of_offered, one.least_satisfaction)
        difference = "" if one is found[0] else _percent(one.difference, sign="+")
        table.add_row(one.strategy, *(_percent(each) for each in intervals), difference)
    console.print(table)


def _percent(one: Interval, sign: str = "") -> str:
    half = 100 * (one.high - one.value)
    return f"{100 * one.value:{sign}.1f} ±{half:.1f}"
