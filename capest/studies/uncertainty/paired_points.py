"""Runs in pairs of a study: the same trials at the stated values and at other ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capest.errors import InputError, Problem, ScenarioError
from capest.runner.sweep_axis import LabelledAxis
from capest.runner.sweep_points import Point
from capest.scenario.assumed import Assumption
from capest.scenario.load import load_scenario
from capest.scenario.overrides import OptionValue, Removal
from capest.scenario.write import toml_value

BASE = "stated values"
"""Label of the point that the others are compared with."""

Source = str | Path | Mapping[str, Any]


@dataclass(frozen=True)
class End:
    """An assumption at one end of its range, or with another option.

    Attributes
    ----------
    assumption : int
        Its place among the assumptions.
    value : float, int, str or bool
    """

    assumption: int
    value: Any


@dataclass(frozen=True)
class PairedPoints:
    """What is run in pairs.

    Attributes
    ----------
    points : list of Point
        That of the stated values first.
    axes : list of LabelledAxis
        One.
    """

    points: list[Point]
    axes: list[LabelledAxis]


def loaded(
    source: Source, overrides: Sequence[str], settings: Sequence[str], said: str, cure: str
) -> Any:
    """Scenario with further settings, whose faults are those of what was asked for.

    Raises
    ------
    InputError
        One line: what was asked for, the first fault, and what may be done.
    """
    excused: list[Problem] = []
    try:
        return load_scenario(source, [*overrides, *settings], excused=excused)
    except ScenarioError as error:
        raise InputError(f"{said}: {error.problems[0]}; {cure}") from error


def of_trials(overrides: Sequence[str], trials: int, *, ruled: bool) -> list[str]:
    """Overrides of a run with so many trials, whatever rule the scenario has."""
    found = [*overrides, OptionValue(f"run.trials={trials}", f"--trials {trials}")]
    return [*found, Removal("run.until")] if ruled else found


def ends_of(assumptions: Sequence[Assumption]) -> list[End]:
    """Every assumption at both ends, and every other option of a choice."""
    return [
        End(number, value)
        for number, assumption in enumerate(assumptions)
        for value in assumption.ends()
        if value != assumption.centre
    ]


def points_of_ends(
    source: Source, overrides: Sequence[str], assumptions: Sequence[Assumption], ends: Sequence[End]
) -> PairedPoints:
    """Load the scenario of every end, so that a range that a rule forbids shows before all runs.

    Raises
    ------
    InputError
        An end that the rules forbid.
    """
    labels, points = [BASE], [Point((0,), load_scenario(source, overrides))]
    sets: list[tuple[OptionValue, ...]] = [()]
    for end in ends:
        assumption = assumptions[end.assumption]
        label = f"{assumption.key}={toml_value(end.value)}"
        settings = [OptionValue(text, label) for text in assumption.settings(end.value)]
        cure = f"give another range with --range {assumption.key}=LOW:HIGH, or hold it with --fix"
        scenario = loaded(source, overrides, settings, f"the range of {assumption.key}", cure)
        points.append(Point((len(points),), scenario))
        labels.append(label)
        sets.append(tuple(settings))
    return PairedPoints(points, [LabelledAxis("assumption", tuple(labels), sets=tuple(sets))])
