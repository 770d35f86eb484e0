"""What ``capest assign`` prints: tables of 80 columns, and one object."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from capest.cli.comparison import plain_estimate, print_notes, table_of, trials_words
from capest.results.figures import counted
from capest.shown import label_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario
    from capest.statistics.intervals import Interval
    from capest.statistics.reduction import Estimate
    from capest.studies.assign import ComparedChoice

_RATIOS = (
    ("bound_over_calls", "bound / calls"),
    ("bound_over_free", "bound / free"),
    ("free_over_calls", "free / calls"),
)
"""Ratios of a choice with their headings."""

_DARK = "cells_dark"

_LONG = 28
"""Characters of a label from which on it takes more than one line."""


def as_dict(
    scenario: Scenario, found: Sequence[ComparedChoice], notes: Sequence[str] = ()
) -> dict[str, Any]:
    """The comparison as plain values.

    Parameters
    ----------
    scenario : Scenario
        Of the first choice.
    found : sequence of ComparedChoice
    notes : sequence of str
        What is left out and why, and what the runs have to say.
    """
    from capest.results.ours import MADE_BY

    return {
        "made_by": MADE_BY,
        "compared": _what(found),
        "bound": getattr(scenario.cells, "bound", "none"),
        "users": scenario.users_per_trial,
        "trials": max(one.trials for one in found),
        "seed": scenario.run.seed,
        "notes": list(notes),
        "strategies": [_plain(one, _what(found)) for one in found],
    }


def _plain(one: ComparedChoice, what: str) -> dict[str, Any]:
    names = {key.rpartition(".")[2]: value for key, value in one.place.items()}
    said: dict[str, Any] = {**names, "trials": one.trials}
    said |= {} if one.carried is None else plain_estimate(what, one.carried)
    said |= plain_estimate("difference", one.difference)
    every = {"calls_bound": one.bound, **{name: getattr(one, name) for name, _ in _RATIOS}}
    for name, each in (every | one.further).items():
        said |= {} if each is None else plain_estimate(name, each)
    return said | {name: round(value, 6) for name, value in one.of_cells.items()}


def _what(found: Sequence[ComparedChoice]) -> str:
    """Whether calls or throughput are compared."""
    return next((one.carried.metric for one in found if one.carried is not None), "calls")


def print_tables(scenario: Scenario, found: Sequence[ComparedChoice], title: str) -> None:
    """Print the comparison: what is carried, what is possible, and who is served.

    Parameters
    ----------
    scenario : Scenario
        Of the first choice.
    found : sequence of ComparedChoice
    title : str
    """
    from rich.console import Console

    console = Console(highlight=False)
    console.print(title, markup=False)
    users, service = scenario.users_per_trial, label_of(scenario.service.preset or "")
    service = service or scenario.service.mix or ""
    console.print(
        f"{counted(users, 'user') if users else 'Users'}{f' of {service}' if service else ''}, "
        f"{trials_words([one.trials for one in found])}; the same users and satellites for all",
        markup=False,
    )
    shown: list[tuple[str, Any]] = []
    for caption, headings, rows in _tables(found, shown):
        console.print()
        console.print(caption, markup=False)
        console.print(table_of(headings, rows))
    console.print()
    print_notes(console, shown)


def _tables(
    found: Sequence[ComparedChoice], shown: list[tuple[str, Any]]
) -> Iterator[tuple[str, list[str], list[list[str]]]]:
    """Captions, headings and cells; adds what is shown, with its label."""
    calls = _what(found) == "calls"
    what = "Calls carried at once" if calls else "Throughput, Mbit/s"
    first = found[0].label if len(found[0].label) <= _LONG - 8 else "the first"
    headings = ["", "calls" if calls else "Mbit/s", "95 % CI", f"less {first}", "95 % CI"]
    rows = [
        [_lines(one), *_cells(one.carried), *_cells(one.difference, signed=True)] for one in found
    ]
    yield f"{what}, mean over trials", headings[: 3 if len(found) == 1 else 5], rows
    shown += [(f"{one.label} {headings[1]}", one.carried) for one in found if one.carried]
    shown += [(f"{one.label} {headings[3]}", one.difference) for one in found if one.difference]
    ratios = [
        (name, heading) for name, heading in _RATIOS if any(getattr(one, name) for one in found)
    ]
    if ratios:
        caption = "What is possible without interference (bound), ratios of sums over trials"
        if len(ratios) == len(_RATIOS):
            caption += "\nfree: calls of the same assignment without interference"
        rows = [[_lines(one), *(_ratio(getattr(one, name)) for name, _ in ratios)] for one in found]
        yield caption, ["", *(heading for _, heading in ratios)], rows
        shown += [
            (f"{one.label} {heading}", each)
            for one in found
            for name, heading in ratios
            if (each := getattr(one, name)) is not None
        ]
    headings, rows = _who_is_served(found)
    if len(headings) > 1:
        yield "Who is served; deciles of people, or users, by how densely they live", headings, rows
        shown += [
            (f"{one.label} dark cells", one.further[_DARK]) for one in found if _DARK in one.further
        ]


def _who_is_served(found: Sequence[ComparedChoice]) -> tuple[list[str], list[list[str]]]:
    """Headings and cells of what the results have."""
    from capest.results.sweep_of_cells import JAIN, WORST_DECILE

    columns: dict[str, list[str]] = {}
    if all(_DARK in one.further for one in found):
        columns["cells dark"] = [" ".join(_cells(one.further[_DARK])) for one in found]
    for name, heading, factor, places in (
        (WORST_DECILE, "worst decile, %", 100.0, 1),
        (JAIN, "Jain's index", 1.0, 3),
    ):
        if any(name in one.of_cells for one in found):
            values = [one.of_cells.get(name) for one in found]
            columns[heading] = [
                "n/a" if value is None else f"{factor * value:.{places}f}" for value in values
            ]
    rows = zip(*([_lines(one) for one in found], *columns.values()), strict=True)
    return ["", *columns], [list(row) for row in rows]


def _lines(one: ComparedChoice) -> str:
    """Its label, in lines where it is long: a word that is cut is hard to read."""
    if len(one.label) <= _LONG:
        return one.label
    strategy, *more = one.label.split(", ")
    base, plus, refinement = strategy.partition("+")
    words = [strategy] if len(strategy) <= _LONG else [base, f" {plus}{refinement}"]
    return "\n".join([*words, *(f" {', '.join(more)}" for _ in more[:1])])


def _cells(one: Estimate | None, *, signed: bool = False) -> list[str]:
    """Value and interval, in two columns."""
    from capest.results.figures import interval_text, value_text

    if one is None:
        return ["", ""]
    value = value_text(one)
    sign = "+" if signed and one.value > 0 and any(digit in value for digit in "123456789") else ""
    return [f"{sign}{value}", interval_text(one)]


def _ratio(one: Interval | None) -> str:
    """Value and interval; two decimals of an interval that is not symmetric, which takes room."""
    from capest.results.figures import decimals, interval_text, number, value_text
    from capest.statistics.reduction import Estimate

    if one is None:
        return ""
    shown = Estimate("ratio", "mean", one.value, one.low, one.high, "1", one.note)
    interval = interval_text(shown)
    if not interval.startswith("["):
        return f"{value_text(shown)} {f'({interval})' if one.note else interval}"
    value, low, high = (
        number(each, min(decimals(shown), 2)) for each in (one.value, one.low, one.high)
    )
    return f"{value} [{low}, {high}]"
