"""Capacities on standard output, from their file alone."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capest.cli.comparison import table_of
from capest.cli.json_output import json_text
from capest.results.ours import CAPACITY_MARK

if TYPE_CHECKING:
    from rich.console import Console

    from capest.statistics.intervals import Interval
    from capest.studies.capacity.capacity_file import (
        StoredCapacities,
        StoredCapacity,
        StoredCrossing,
    )

_UNREACHABLE, _CALLS = "unreachable_share_mean", "calls_mean"
_HEADINGS = {_UNREACHABLE: "out of reach", _CALLS: "calls", "calls_in_reach_mean": "in reach"}
_SHARES = {_UNREACHABLE, "blocked_share_mean"}


def report(path: Path, as_json: bool) -> None:
    """Print what a search of capacities found.

    Raises
    ------
    InputError
        Damaged, or not of capacities.
    """
    from capest.studies.capacity.capacity_file import read_capacities

    stored = read_capacities(path)
    if as_json:
        click.echo(json_text(_as_dict(stored)))
        return
    from rich.console import Console

    console = Console(highlight=False)
    about = stored.about
    console.print(str(about["title"]), markup=False)
    console.print(
        f"{about[CAPACITY_MARK]} with {_condition(about)}, {int(about['trials']):,} trials each, "
        f"{_range(about)}",
        markup=False,
    )
    if len(stored.capacities) == 1 and not stored.capacities[0].place:
        _print_one(console, stored, stored.capacities[0])
    else:
        _print_many(console, stored)
    click.echo(f"{path}: all values with their intervals")


def _print_one(console: Console, stored: StoredCapacities, found: StoredCapacity) -> None:
    about = stored.about
    for line in lines_of(about, found):
        console.print(line, markup=False)
    beside = [name for name in _HEADINGS if name in found.points[0].beside]
    figure = f"{about['condition_metric']}.{about['condition_statistic']}"
    headings = [str(about[CAPACITY_MARK]), figure, "95 % CI", "met"]
    headings += [_HEADINGS[name] for name in beside]
    share = bool(about["condition_is_share"])
    rows = []
    for point in found.points:
        row = [_key(about, point.value), _value(point.figure.value, share)]
        row += [_limits(point.figure, share), "yes" if point.is_met else "no"]
        row += [_value(point.beside[name].value, name in _SHARES) for name in beside]
        rows.append(row)
    console.print(table_of(headings, rows))


def _print_many(console: Console, stored: StoredCapacities) -> None:
    about = stored.about
    axes = list(stored.capacities[0].place)
    headings = [*axes, str(about[CAPACITY_MARK]), "95 % CI", "safe", "out of reach"]
    rows, more = [], []
    for found in stored.capacities:
        place = [f"{value:g}" if isinstance(value, float) else str(value)
                 for value in found.place.values()]  # fmt: skip
        if not found.crossings:
            rows.append([*place, f"{found.verdict} in the range", "", "", ""])
        rows += [
            [
                *place,
                _key(about, crossing.key),
                _interval(about, crossing),
                _key(about, crossing.safe_key),
                _beside(found, crossing, _UNREACHABLE),
            ]
            for crossing in found.crossings
        ]
        if found.verdict == "several":
            more.append(f"{', '.join(place)}: the figure crosses several times")
    console.print(table_of(headings, rows))
    for line in more:
        console.print(line, markup=False)


def lines_of(about: dict[str, Any], found: StoredCapacity) -> list[str]:
    """What a search found, in sentences."""
    key, condition = about[CAPACITY_MARK], _condition(about)
    share = bool(about["condition_is_share"])
    first, last = found.points[0], found.points[-1]
    ends = (
        f"{_value(first.figure.value, share)} at {_key(about, first.value)}, "
        f"{_value(last.figure.value, share)} at {_key(about, last.value)}"
    )
    lines = []
    if found.verdict == "nowhere":
        lines.append(f"Nowhere in the range: {condition} at none of the values visited: {ends}")
    elif found.verdict == "everywhere":
        lines.append(f"Everywhere in the range: {condition} at all values visited: {ends}")
    for crossing in found.crossings:
        which = "most" if crossing.rising else "least"
        lines.append(
            f"{which} {key}: {_key(about, crossing.key)} {_interval(about, crossing)} by the "
            "estimate"
        )
        if math.isnan(crossing.safe_key):
            lines.append(
                "  none by the limit of the figure's own interval: "
                f"{int(about['trials']):,} trials leave it too wide"
            )
        else:
            lines.append(
                f"  {_key(about, crossing.safe_key)} by the limit of the figure's interval: the "
                "safe one"
            )
        if beside := _beside(found, crossing, _UNREACHABLE):
            lines.append(f"  out of reach of any beam there: {beside} of callers")
        if calls := _beside(found, crossing, _CALLS):
            lines.append(f"  calls carried at once there: {calls}")
    if len(found.crossings) > 1:
        lines.append("The figure goes up and down: these are all crossings that the values show")
    elif not found.is_monotone:
        lines.append("The figure goes up and down in the range: there may be further crossings")
    return lines


def _as_dict(stored: StoredCapacities) -> dict[str, Any]:
    about = stored.about
    found = [_one(about, each) for each in stored.capacities]
    head = {
        "made_by": f"capest {about['capest_version']}",
        "key": str(about[CAPACITY_MARK]),
        "condition": str(about["condition"]),
        "range": [_plain(about, each) for each in about["range"]],
        "trials": int(about["trials"]),
        "seed": int(about["seed"]),
    }
    if len(found) == 1 and not stored.capacities[0].place:
        return head | found[0]
    return head | {"capacities": found}


def _one(about: dict[str, Any], found: StoredCapacity) -> dict[str, Any]:
    figure = f"{about['condition_metric']}_{about['condition_statistic']}"
    return {
        **({"at": found.place} if found.place else {}),
        "verdict": found.verdict,
        "goes_one_way": found.is_monotone,
        "crossings": [
            {
                "capacity": _plain(about, each.key),
                "capacity_ci95": [_plain(about, each.low), _plain(about, each.high)],
                "interval_reaches_end": [each.low_is_open, each.high_is_open],
                "safe_capacity": _plain(about, each.safe_key),
                "met": "below" if each.rising else "above",
                **{
                    name: _nearest(found, each).beside[name].value
                    for name in _nearest(found, each).beside
                },
            }
            for each in found.crossings
        ],
        "points": [
            {
                "value": _plain(about, each.value),
                figure: each.figure.value,
                f"{figure}_ci95": [each.figure.low, each.figure.high],
                "met": each.is_met,
                **{name: beside.value for name, beside in each.beside.items()},
            }
            for each in found.points
        ],
    }


def _nearest(found: StoredCapacity, crossing: StoredCrossing) -> Any:
    """Point that was visited nearest to a crossing."""
    return min(found.points, key=lambda each: abs(each.value - crossing.key))


def _beside(found: StoredCapacity, crossing: StoredCrossing, name: str) -> str:
    beside = _nearest(found, crossing).beside
    return _value(beside[name].value, name in _SHARES) if name in beside else ""


def _condition(about: dict[str, Any]) -> str:
    return str(about["condition"]).replace("<=", " <= ").replace(">=", " >= ").replace("%", " %")


def _range(about: dict[str, Any]) -> str:
    low, high = (_key(about, each) for each in about["range"])
    return f"searched from {low} to {high}"


def _plain(about: dict[str, Any], value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if about["whole_numbers"] else float(f"{value:.6g}")


def _key(about: dict[str, Any], value: float) -> str:
    if math.isnan(value):
        return "none"
    return f"{int(value):,}" if about["whole_numbers"] else f"{value:,.4g}"


def _interval(about: dict[str, Any], crossing: StoredCrossing) -> str:
    if math.isnan(crossing.low):
        return "(too few trials for an interval)"
    low, high = _key(about, crossing.low), _key(about, crossing.high)
    return (
        f"[{'below ' if crossing.low_is_open else ''}{low}, "
        f"{'above ' if crossing.high_is_open else ''}{high}]"
    )


def _value(value: float, share: bool) -> str:
    if math.isnan(value):
        return "n/a"
    return f"{100 * value:.3g} %" if share else f"{value:,.4g}"


def _limits(figure: Interval, share: bool) -> str:
    if figure.note:
        return "not known"
    factor = 100 if share else 1
    return f"[{factor * figure.low:,.3g}, {factor * figure.high:,.3g}]"
