"""Choices of which satellite lights which cell, side by side: a paired sweep with a bound."""

from __future__ import annotations

import importlib.util
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from capest.allocation import cells
from capest.errors import InputError
from capest.extras import lacks
from capest.results.differences import Trials, trials_of
from capest.results.open import open_result
from capest.results.sweep_figures import SweepPoint, points_of_dataset, select_point
from capest.results.sweep_of_cells import OF_CELLS
from capest.runner.sweep_axis import Axis, LabelledAxis
from capest.runner.sweep_points import Point, points_of
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario, fields
from capest.scenario.overrides import OptionValue
from capest.scenario.reading import has_calls
from capest.scenario.reading_table import is_read
from capest.statistics.intervals import Interval
from capest.statistics.ratios import ratio_over_trials
from capest.statistics.reduction import Estimate
from capest.studies.assignment_choices import (
    ASSIGNMENT,
    NEEDS_SCIPY,
    OBJECTIVE,
    ORDER,
    PREFERENCE,
    REFINEMENT,
    AssignmentChoice,
    choices_of,
    parse_choice,
)
from capest.studies.paired import mean_of, refuse_overrides

STRATEGY = "strategy"
"""Axis of the sweep whose labels stand for several keys."""

BEAMS_PER_CELL = "cells.beams_per_cell"
BOUND = "cells.bound"
MOVES = "cells.moves"
INTERFERENCE_FREE = "interference-free"
_COVERAGE = "coverage"

CARRIED = ("calls", "throughput")
"""What is compared: calls, and throughput where nobody calls."""

_CALLS, _BOUND, _FREE = "calls", "calls_bound", "calls_without_interference"


@dataclass(frozen=True)
class PlannedChoices:
    """What is to be compared.

    Attributes
    ----------
    points : list of Point
    axes : list of Axis
        Strategies first, then objectives and beams of a cell where there are several.
    notes : tuple of str
        What is left out and why, a line each.
    """

    points: list[Point]
    axes: list[Axis]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ComparedChoice:
    """One choice, with everything of its trials that says how good it is.

    Attributes
    ----------
    place : dict
        Strategy, and what else was varied and is read: objective, beams of a cell.
    trials : int
    carried : Estimate or None
        Calls carried at once, or Mbit/s where nobody calls; mean over trials.
    difference : Estimate or None
        That less what the first choice carries, over pairs of trials; ``None`` for the first.
    bound : Estimate or None
        Calls that no choice exceeds, mean over trials.
    bound_over_calls : Interval or None
        Ratio of their sums over trials. It is the product of the next two.
    bound_over_free : Interval or None
        Bound over the calls of this assignment without interference: what assignments may gain.
    free_over_calls : Interval or None
        Those over the calls carried: what interference takes.
    further : dict of str to Estimate
        Means over trials beside them, of `FURTHER`, those that the result has.
    of_cells : dict of str to float
        Figures of cells, of `OF_CELLS`, those that the result has.
    """

    place: dict[str, Any]
    trials: int
    carried: Estimate | None
    difference: Estimate | None
    bound: Estimate | None = None
    bound_over_calls: Interval | None = None
    bound_over_free: Interval | None = None
    free_over_calls: Interval | None = None
    further: dict[str, Estimate] = field(default_factory=dict)
    of_cells: dict[str, float] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """Its name in tables."""
        words = [str(self.place[STRATEGY])]
        if OBJECTIVE in self.place:
            words.append(str(self.place[OBJECTIVE]))
        if (beams := self.place.get(BEAMS_PER_CELL)) is not None:
            words.append(f"{beams} beam{'' if beams == 1 else 's'} a cell")
        return ", ".join(words)


FURTHER = ("cells_dark", "calls_from_start", "calls_promised")
"""Quantities whose mean over trials stands beside what is carried."""


def compared() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Name the combinations that are compared if none is named, and those left out for a package.

    The first is the one that others are compared with.
    """
    names = sorted(choices_of(ASSIGNMENT), key=lambda name: name != cells.DEFAULT)
    lacking = () if has_scipy() else NEEDS_SCIPY
    return (
        tuple(name for name in names if name not in lacking),
        tuple(name for name in names if name in lacking),
    )


def has_scipy() -> bool:
    """Tell whether the optional package is there that solves and bounds."""
    return importlib.util.find_spec("scipy") is not None


def plan_points(
    source: Path,
    overrides: Sequence[str],
    strategies: Sequence[str] = (),
    objectives: Sequence[str] = (),
    beams_per_cell: Sequence[int] = (),
    bound: bool | None = None,
    moves: int | None = None,
) -> PlannedChoices:
    """Scenario of every choice, all with the same users and satellites.

    Parameters
    ----------
    source : Path
        File of a scenario.
    overrides : sequence of str
        ``section.key=value``.
    strategies : sequence of str
        As of `parse_choice`; all combinations if there is none.
    objectives : sequence of str
        Names of ``cells.objective``; that of the scenario if there is none.
    beams_per_cell : sequence of int
        That of the scenario if there is none.
    bound : bool or None
        With the bound of ``cells.bound`` or without; ``None`` for what the scenario says, and with
        it where that says nothing.
    moves : int or None
        That every search tries; ``None`` for those of the scenario.

    Raises
    ------
    InputError
        For a faulty scenario, one that leaves no choice, and a choice that cannot be computed here.
    """
    own = {ASSIGNMENT, ORDER, PREFERENCE, REFINEMENT}
    refuse_overrides(overrides, own, "{key} is what strategies differ in; name each by --strategy")
    scenario = load_scenario(source, overrides, excused=[])
    _check_choice(source, scenario)
    names, left_out = (tuple(strategies), ()) if strategies else compared()
    choices = {choice.label: choice for choice in map(parse_choice, names)}
    if moves is not None:
        choices = _with_moves(choices, moves)
    _check_solvable(choices.values())
    notes = [f"{name} is left out: {lacks('scipy', 'it')}" for name in left_out]
    searched = any(choice.searches for choice in choices.values())
    lights_all = _COVERAGE in (*objectives, scenario.cells.objective)
    more: list[OptionValue] = []
    axes: list[Axis] = []
    for key, option, values in (
        (OBJECTIVE, "--objective", objectives),
        (BEAMS_PER_CELL, "--beams-per-cell", beams_per_cell),
    ):
        different = tuple(dict.fromkeys(values))
        settings = [OptionValue(f"{key}={value}", f"{option} {value}") for value in different]
        if different:
            refuse_overrides(overrides, {key}, f"{{key}} is given by {option} too")
        if len(different) > 1:
            axes.append(LabelledAxis(key, different, sets=tuple((each,) for each in settings)))
        elif key == OBJECTIVE and searched and not lights_all:
            # What the others do not read would be named as such.
            choices = _to_searches(choices, settings)
        else:
            more += settings
    axes.insert(0, _strategies(list(choices.values())))
    with_bound, said = _of_bound(scenario, bound)
    notes += said
    points = points_of(source, [*overrides, *more, *with_bound], axes)
    idle = [point.scenario for point in points if _searches_nothing(point.scenario)]
    if idle:
        covers = any(each.covers_first for each in idle)
        why = f'{OBJECTIVE} = "coverage" lights all' if covers else "beams take turns"
        notes.append(
            f"+local-search searches nothing, and its figures are the start's, where {why}"
        )
    return PlannedChoices(points, axes, tuple(notes))


def _searches_nothing(scenario: Scenario) -> bool:
    """Whether a search is named and not read."""
    return scenario.cells.refinement != "none" and scenario.search_moves is None


def _check_choice(source: Path, scenario: Scenario) -> None:
    """Refuse a scenario in which nothing decides which satellite lights which cell."""
    if not scenario.has_constellation:
        raise InputError(
            f"{source}: one satellite lights the beams of its own layout: there is no choice of "
            "satellites for cells to compare; give a scenario with a constellation"
        )
    if scenario.cells.layout == "satellite-fixed":
        raise InputError(
            f'{source}: cells.layout = "satellite-fixed": beams move with their satellites, so '
            'there is no choice of cells to compare; with "earth-fixed" there is'
        )


def _check_solvable(choices: Any) -> None:
    for choice in choices:
        if choice.label.partition("+")[0] in NEEDS_SCIPY and not has_scipy():
            raise InputError(lacks("scipy", f"--strategy {choice.label}"))


def _with_moves(choices: Mapping[str, AssignmentChoice], moves: int) -> dict[str, AssignmentChoice]:
    """Give searches their budget; the others have none."""
    said = f"--moves {moves}"
    if not any(choice.searches for choice in choices.values()):
        raise InputError(f"{said}: no strategy searches; +local-search behind one makes it search")
    return _to_searches(choices, [OptionValue(f"{MOVES}={moves}", said)])


def _to_searches(
    choices: Mapping[str, AssignmentChoice], more: Sequence[OptionValue]
) -> dict[str, AssignmentChoice]:
    """Give overrides to the choices that search alone."""
    return {
        label: replace(choice, settings=(*choice.settings, *more)) if choice.searches else choice
        for label, choice in choices.items()
    }


def _strategies(choices: Sequence[AssignmentChoice]) -> Axis:
    labels = tuple(choice.label for choice in choices)
    return LabelledAxis(STRATEGY, labels, sets=tuple(choice.settings for choice in choices))


def _of_bound(scenario: Scenario, wanted: bool | None) -> tuple[list[OptionValue], list[str]]:
    """Overrides that switch the bound on or off, and what is to be said of them."""
    if BOUND not in fields():
        return [], []
    if wanted is False:
        return [OptionValue(f"{BOUND}=none", "--no-bound")], []
    if wanted is None and BOUND in scenario.written:
        return [], []
    calls = has_calls(dict(scenario.items()))
    if calls and has_scipy():
        return [OptionValue(f"{BOUND}={INTERFERENCE_FREE}", "--bound" if wanted else "")], []
    if wanted and calls:
        raise InputError(lacks("scipy", "--bound"))
    if wanted:
        raise InputError("--bound: the bound is one on calls, and nobody calls")
    return [], [f"no bound: {lacks('scipy', 'it')}"] if calls else []


def compare(path: Path, plan: PlannedChoices) -> list[ComparedChoice]:
    """Compare all choices of a sweep with the first.

    Parameters
    ----------
    path : Path
        File of the sweep.
    plan : PlannedChoices
        What it was made from.

    Returns
    -------
    list of ComparedChoice
        In the order of the sweep. A choice that does not read what else is varied, such as an
        objective, stands there once.
    """
    found: dict[str, ComparedChoice] = {}
    with open_result(path) as dataset:
        every = points_of_dataset(dataset)
        for planned, point in zip(plan.points, every, strict=True):
            place = _read_of(point.place, planned.scenario)
            selected = select_point(dataset, point.place)
            one = _of_point(point, place, trials_of(selected), first=point is every[0])
            of_cells = {name: float(selected[name]) for name in OF_CELLS if name in selected}
            one = replace(one, of_cells={k: v for k, v in of_cells.items() if not math.isnan(v)})
            found.setdefault(one.label, one)
    return list(found.values())


def _read_of(place: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    values = dict(scenario.items())
    return {key: value for key, value in place.items() if key == STRATEGY or is_read(key, values)}


def _of_point(
    point: SweepPoint, place: dict[str, Any], trials: Trials, *, first: bool
) -> ComparedChoice:
    less = None if first else mean_of(point.differences, CARRIED)
    of_trials = {name: trials.of_trials(name) for name in (_CALLS, _BOUND, _FREE)}
    calls, bound, free = (_in_all(each) for each in of_trials.values())
    means = {name: mean_of(point.estimates, (name,)) for name in FURTHER}
    return ComparedChoice(
        place,
        point.sizes["trials"],
        mean_of(point.estimates, CARRIED),
        less and less.estimate(),
        mean_of(point.estimates, (_BOUND,)),
        _ratio(bound, calls),
        _ratio(bound, free),
        _ratio(free, calls),
        {name: each for name, each in means.items() if each is not None},
    )


def _in_all(values: np.ndarray | None) -> np.ndarray | None:
    """Values of all trials; None where some trials have none, as of neighbours in a sweep."""
    return None if values is None or (values < 0).any() else values


def _ratio(numerator: np.ndarray | None, denominator: np.ndarray | None) -> Interval | None:
    if numerator is None or denominator is None:
        return None
    return ratio_over_trials(numerator, denominator)
