"""What a capacity is asked of: scenario, key and condition, checked before the first run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from capest.errors import InputError
from capest.runner.sweep_axis import Axis
from capest.runner.sweep_points import points_of
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.overrides import OptionValue, Removal
from capest.studies.capacity.condition import (
    COUNT_REACHABLE,
    FigureCondition,
    check_figure,
    check_threshold,
    parse_blocked,
    parse_while,
)
from capest.studies.capacity.key_range import KeyRange, check_range
from capest.studies.capacity.scan import POINTS

_EITHER = "give --blocked SHARE, such as 2%, or --while CONDITION, such as 'sinr_db.p05>=0'"


@dataclass(frozen=True)
class AskedCondition:
    """A condition, and how it was given.

    Attributes
    ----------
    condition : FigureCondition
    said : str
        Such as ``--blocked 2%``.
    """

    condition: FigureCondition
    said: str


@dataclass(frozen=True)
class CapacityPlan:
    """One capacity that is asked for.

    Attributes
    ----------
    source : str, Path or mapping
        Of the scenario.
    overrides : tuple of str
    key_range : KeyRange
    condition : FigureCondition
    first : Scenario
        That of the lower end of the range.
    notes : tuple of str
        What the user should know, a line each.
    """

    source: str | Path | Mapping[str, Any]
    overrides: tuple[str, ...]
    key_range: KeyRange
    condition: FigureCondition
    first: Scenario
    notes: tuple[str, ...] = ()

    def scenario_at(self, value: float) -> Scenario:
        """Scenario at a value of the key; raises InputError for one that a rule forbids."""
        return load_scenario(
            self.source, [*self.overrides, self.key_range.setting(value)], excused=[]
        )


def asked_condition(blocked: str | None, while_: str | None) -> AskedCondition:
    """Read the one of two options that was given.

    Raises
    ------
    InputError
        None, both, or one that cannot be read.
    """
    if blocked is not None and while_ is not None:
        raise InputError(f"--blocked and --while: one condition at a time; {_EITHER}")
    if blocked is not None:
        return AskedCondition(parse_blocked(blocked), f"--blocked {blocked}")
    if while_ is None:
        raise InputError(f"a capacity needs a condition: {_EITHER}")
    found = AskedCondition(parse_while(while_), f"--while '{while_}'")
    return found


def plan_capacity(
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str],
    key_range: KeyRange,
    asked: AskedCondition,
) -> CapacityPlan:
    """Check that a capacity can be searched.

    Parameters
    ----------
    source : str, Path or mapping
        Of a scenario.
    overrides : sequence of str
        ``section.key=value``.
    key_range : KeyRange
    asked : AskedCondition

    Raises
    ------
    InputError
        A faulty scenario, at a value of the scan; a key or a figure that it does not have.
    """
    condition, notes = asked.condition, []
    (first,) = check_range(key_range, source, overrides, [key_range.low])
    more = [*overrides]
    if first.run.until is not None:
        more.append(Removal("run.until"))
        notes.append(
            "run.until is left out: a capacity needs the same trials at every value "
            f"(run.trials = {first.run.trials:,})"
        )
    if condition.needs_reach:
        # Without calls the key would be named as one that is not read.
        if first.service.downlink_kbps is None and first.service.mix is None:
            check_figure(condition, first, asked.said)
        more.append(OptionValue(f"{COUNT_REACHABLE}=true", asked.said))
    try:
        (check,) = check_range(key_range, source, more, [key_range.low])
    except InputError:
        check_figure(condition, first, asked.said)
        raise
    check_figure(condition, check, asked.said)
    check_threshold(condition, asked.said)
    check_range(key_range, source, more, key_range.coarse(POINTS))
    return CapacityPlan(source, tuple(more), key_range, condition, check, tuple(notes))


def plan_for_axes(
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str],
    axes: Sequence[Axis],
    key_range: KeyRange,
    asked: AskedCondition,
) -> list[CapacityPlan]:
    """Plan a capacity for every combination of values of some axes, the last of them fastest.

    Parameters
    ----------
    source, overrides, key_range, asked
        As of `plan_capacity`.
    axes : sequence of Axis
        At least one.

    Raises
    ------
    InputError
        As of `plan_capacity` and ``sweep_points.points_of``.
    """
    if any(key_range.key in axis.keys for axis in axes):
        raise InputError(
            f"--capacity {key_range.key}: is varied by --vary too; vary another key, or search "
            "another one"
        )
    # An axis that no point reads shows here.
    points = points_of(source, [*overrides, key_range.setting(key_range.low)], axes)
    found = []
    for point in points:
        settings = [
            setting
            for axis, k in zip(axes, point.place, strict=True)
            for setting in axis.settings(k)
        ]
        found.append(plan_capacity(source, [*overrides, *settings], key_range, asked))
    return found
