"""Capacities on standard output, from their file alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from capest.cli.json_output import json_text
from capest.results.ours import CAPACITY_MARK
from capest.studies.capacity.capacity_words import (
    CALLS,
    SHARES,
    UNREACHABLE,
    beside_text,
    ends_text,
    figure_text,
    how_sure,
    interval_text,
    key_text,
    limits_text,
    lines_of,
    nearest,
    search_text,
    value_text,
)

if TYPE_CHECKING:
    from capest.studies.capacity.capacity_file import StoredCapacities, StoredCapacity

_HEADINGS = {UNREACHABLE: "out of reach", CALLS: "calls", "calls_in_reach_mean": "in reach"}
_NO_BREAK = "\u00a0"


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

    from capest.results.changed import changed_line
    from capest.results.columns import printable
    from capest.results.left_out import left_out

    width = Console().width
    about = stored.about
    heading = [printable(str(about["title"])), search_text(about)]
    heading += [changed_line(about), left_out(about)]
    echo_wrapped(filter(None, heading), width)
    if len(stored.capacities) == 1 and not stored.capacities[0].place:
        _print_one(stored, stored.capacities[0], width)
    else:
        _print_many(stored, width)
    click.echo(f"{path}: all values with their intervals")


def echo_wrapped(lines: Iterable[str], width: int, *, err: bool = False) -> None:
    """Print sentences, broken at spaces that are not within an interval."""
    from capest.results.columns import wrapped

    for line in lines:
        whole = re.sub(r"\[[^\[\]]*\]", lambda found: found[0].replace(" ", _NO_BREAK), line)
        for part in wrapped(whole, width, "  "):
            click.echo(part, err=err)


def _print_one(stored: StoredCapacities, found: StoredCapacity, width: int) -> None:
    about = stored.about
    echo_wrapped(lines_of(about, found), width)
    beside = [name for name in _HEADINGS if name in found.points[0].beside]
    figure = f"{about['condition_metric']}.{about['condition_statistic']}"
    headings = [str(about[CAPACITY_MARK]), figure, "95 % CI", "met"]
    headings += [_HEADINGS[name] for name in beside]
    share = bool(about["condition_is_share"])
    rows = []
    for point in found.points:
        row = [key_text(about, point.value), figure_text(about, point)]
        row += [limits_text(point.figure, share), "yes" if point.is_met else "no"]
        row += [value_text(point.beside[name].value, name in SHARES) for name in beside]
        rows.append(row)
    _echo_table(headings, rows, width)


def _print_many(stored: StoredCapacities, width: int) -> None:
    about = stored.about
    axes = list(stored.capacities[0].place)
    headings = [*axes, str(about[CAPACITY_MARK]), "95 % CI", "safe", "out of reach"]
    rows: list[list[str]] = []
    more: list[str] = []
    for found in stored.capacities:
        place = [
            f"{value:g}" if isinstance(value, float) else str(value)
            for value in found.place.values()
        ]
        where = ", ".join(place)
        if not found.crossings:
            rows.append([*place, found.verdict, "", "", ""])
            more.append(f"{where}: {found.verdict} in the range: {ends_text(about, found)}")
        for crossing in found.crossings:
            key = key_text(about, crossing.key)
            safe = key_text(about, crossing.safe_key)
            reach = beside_text(found, crossing, UNREACHABLE)
            rows.append([*place, key, interval_text(about, crossing) or "none", safe, reach])
            if crossing.why_no_interval:
                more.append(f"{where}: no interval: {crossing.why_no_interval}")
        more += [f"{where}: {line}" for line in how_sure(about, found)]
    _echo_table(headings, rows, width, keys=len(axes))
    echo_wrapped(dict.fromkeys(more), width)


def _echo_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], width: int, keys: int = 1
) -> None:
    from capest.results.columns import in_columns

    for line in in_columns(headings, rows, width, keys=keys):
        click.echo(line)


def _as_dict(stored: StoredCapacities) -> dict[str, Any]:
    from capest.results.changed import changed_figures

    about = stored.about
    changed = changed_figures(about)
    found = [_one(about, each) for each in stored.capacities]
    head = {
        "made_by": f"capest {about['capest_version']}",
        "key": str(about[CAPACITY_MARK]),
        "condition": str(about["condition"]),
        "range": [_plain(about, each) for each in about["range"]],
        "trials": int(about["trials"]),
        **({"changed": changed} if changed else {}),
        "not_modelled": str(about["not_modelled"]).splitlines(),
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
                **({"capacity_note": each.why_no_interval} if each.why_no_interval else {}),
                "safe_capacity": _plain(about, each.safe_key),
                "met": "below" if each.rising else "above",
                **{
                    name: nearest(found, each).beside[name].value
                    for name in nearest(found, each).beside
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


def _plain(about: dict[str, Any], value: float) -> float | int | None:
    if math.isnan(value):
        return None
    return int(value) if about["whole_numbers"] else float(f"{value:.6g}")
