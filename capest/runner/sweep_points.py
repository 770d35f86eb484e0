"""The points of a sweep: which keys take which values, and the scenario of every combination."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError, Problem, ScenarioError
from capest.results.sweep_file import MOST_POINTS
from capest.runner.sweep_axis import Axis
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.overrides import apply_overrides
from capest.scenario.reading_table import is_read
from capest.scenario.renamed import OldName, in_new_names, not_of_this_kind, read_by_any, tell
from capest.shown import as_text


@dataclass(frozen=True)
class Point:
    """One combination of values: where it lies in the sweep, and its scenario."""

    place: tuple[int, ...]
    scenario: Scenario


def parse_axis(text: str) -> Axis:
    """Read ``key=values``.

    Parameters
    ----------
    text : str
        Values are separated by commas, a TOML array, or ``first:last:count`` for evenly spaced
        numbers.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    key, equals, listed = (part.strip() for part in text.partition("="))
    example = "such as beams.frequency_reuse=1,3 or constellation.deployed_fraction=0.1:1:10"
    if not equals or not key or not listed:
        raise InputError(f"--vary {text}: must have the form section.key=values, {example}")
    values: Sequence[Any]
    spaced = listed.split(":")
    # Commas, quotes and the dashes of a date tell lists, texts and moments from three numbers.
    if len(spaced) == 3 and not re.search(r"""[,\["']|\d-\d""", listed):
        values = _spaced(text, spaced)
    elif listed.startswith("["):
        try:
            array = tomllib.loads(f"values = {listed}")["values"]
            values = [
                as_text(value) if isinstance(value, date | time) else value for value in array
            ]
        except tomllib.TOMLDecodeError as error:
            raise InputError(f"--vary {text}: broken array: {error}") from None
    else:
        values = [_value(part.strip()) for part in listed.split(",")]
    key, values, old_names = _in_new_names(text, key, values)
    tell(old_names)
    if not values or len(set(map(_same, values))) != len(values):
        raise InputError(f"--vary {text}: names no value, or one twice; {example}")
    return Axis(key, tuple(values), old_names)


def _in_new_names(
    text: str, key: str, values: Sequence[Any]
) -> tuple[str, list[Any], tuple[OldName, ...]]:
    """Key and values by the names of today, and the old ones there were."""
    renamed, found = [], []
    new_key = key
    for value in values:
        # Which kind of scenario it is shows when the points are loaded.
        settings, old_names = in_new_names({key: value}, f"--vary {text}", None)
        if len(settings) > 1:
            words = "; ".join(each.renamed.words for each in old_names)
            raise InputError(f"--vary {text}: {words}: use the new name, and --set for the rest")
        ((new_key, now),) = settings.items()
        renamed.append(now)
        found += old_names
    return new_key, renamed, tuple({str(each): each for each in found}.values())


def _same(value: Any) -> Any:
    """What is equal for equal values: 1 and 1.0 are, 1 and true are not."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else repr(value)


def _spaced(text: str, parts: Sequence[str]) -> list[float] | list[int]:
    try:
        first, last, count = float(parts[0]), float(parts[1]), int(parts[2])
    except ValueError:
        count = 0
    if not 2 <= count <= MOST_POINTS or not np.isfinite([first, last]).all():
        raise InputError(
            f"--vary {text}: first:last:count needs two numbers and a count of 2 to {MOST_POINTS:,}"
        )
    # Rounded so that 0.1:1:10 holds 0.3 and not 0.30000000000000004.
    values = [float(f"{value:.12g}") for value in np.linspace(first, last, count)]
    if all(value.is_integer() for value in values):
        return [int(value) for value in values]
    return list(values)


def _value(text: str) -> Any:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    # A moment is text in a scenario.
    return text if isinstance(value, date | time) else value


def points_of(
    source: str | Path | Mapping[str, Any], overrides: Sequence[str], axes: Sequence[Axis]
) -> list[Point]:
    """Load the scenario of every combination, so that all faults show before the first run.

    A key that some points read and others do not is no fault.

    Raises
    ------
    InputError
        For too many points, a key varied twice, a faulty scenario, or a key that no point reads.
    """
    keys = [key for axis in axes for key in axis.keys]
    if len(set(keys)) != len(keys):
        raise InputError(f"--vary: {', '.join(keys)}: every key once")
    for key, said in apply_overrides({}, overrides).origins.items():
        if key in keys:
            raise InputError(f"--vary {key}: given too by {said}; remove one of them")
    total = int(np.prod([len(axis.values) for axis in axes]))
    if total > MOST_POINTS:
        raise InputError(f"--vary: makes {total:,} points; at most {MOST_POINTS:,} are possible")
    found = []
    problems: dict[str, Problem] = {}
    idle: set[str] | None = None
    for place in itertools.product(*(range(len(axis.values)) for axis in axes)):
        settings = [
            setting for axis, k in zip(axes, place, strict=True) for setting in axis.settings(k)
        ]
        unread: list[Problem] = []
        scenario = load_scenario(source, [*overrides, *settings], excused=unread)
        found.append(Point(place, scenario))
        problems = {problem.key: problem for problem in unread} | problems
        values = dict(scenario.items())
        # A key at its default is no problem of a point, which does not read it all the same.
        here = {problem.key for problem in unread} | {k for k in keys if not is_read(k, values)}
        idle = here if idle is None else idle & here
    faults = [problem for key, problem in problems.items() if idle and key in idle]
    scenarios = [point.scenario for point in found]
    faults += [
        not_of_this_kind(old.renamed)
        for axis in axes
        for old in axis.old_names
        if not read_by_any(old.renamed, scenarios)
    ]
    if faults:
        name = "scenario" if isinstance(source, Mapping) else str(source)
        raise ScenarioError(name, faults)
    return found
