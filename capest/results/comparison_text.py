"""Compared results as lines of a terminal, and as HTML."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

from capest.results.changed import title_as_run
from capest.results.columns import in_columns, printable, wrapped
from capest.results.compared_figures import (
    BEYOND,
    SAME,
    UNKNOWN,
    UNSURE,
    WITHIN,
    ComparedFigure,
    ComparedResult,
    figure_label,
)
from capest.results.figures import change_text, interval_text, scaled, value_text
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    from capest.results.comparison import ResultComparison, ResultComparisons

WIDTH = 80

_MARKS = {BEYOND: "*", UNSURE: "~", WITHIN: " ", SAME: "=", UNKNOWN: "?"}

_SHORTEST_LABEL, _LONGEST_LABEL = 14, 30
_MOST_KEYS = 20


def comparison_lines(found: ResultComparisons, width: int = WIDTH) -> list[str]:
    """Lines for a terminal of so many columns.

    Parameters
    ----------
    found : ResultComparisons
    width : int
    """
    letters = _letters(found)
    first = found[0].reference
    results = {first.name: first} | {each.values.name: each.values for each in found}
    lines: list[str] = []
    for name, result in results.items():
        lines += wrapped(f"{letters[name]}  {_about(result)}", width, "   ")
    for each in found:
        lines += ["", *_section(each, letters, width, asked=found.asked)]
    return [*lines, "", *_legend(found, width)]


def _letters(found: ResultComparisons) -> dict[str, str]:
    names = dict.fromkeys([found[0].reference.name, *(each.values.name for each in found)])
    return {name: chr(ord("A") + k) for k, name in enumerate(names)}


def _about(result: ComparedResult) -> str:
    title = title_as_run(result.dataset.attrs)
    trials = result.trials.trials
    seed = f"seed {printable(result.trials.seed)}"
    parts = [title, f"{trials:,} trial{'s' * (trials != 1)}", seed]
    return f"{result.name}: {' · '.join(filter(None, parts))}"


def _section(
    found: ResultComparison, letters: Mapping[str, str], width: int, *, asked: bool
) -> Iterator[str]:
    """Everything about one result."""
    a, b = letters[found.reference.name], letters[found.values.name]
    place = f" at {found.values.place}" if found.values.place else ""
    yield from wrapped(f"{b} less {a}{place}", width)
    for line in (pairs_words(found), *found.warnings):
        yield from wrapped(line, width)
    yield ""
    if found.figures:
        yield from in_columns(*comparison_table(found, a, b, width), width)
    else:
        yield "No figure that both have and that means the same in both."
    for line in notes_of_comparison(found, asked=asked):
        yield from wrapped(line, width, "  ")
    yield ""
    yield from _apart(found, width)


def pairs_words(found: ResultComparison) -> str:
    """Whether trials make pairs, and why not."""
    seeds = [printable(each.trials.seed) for each in (found.reference, found.values)]
    if seeds[0] != seeds[1]:
        return (
            f"Not paired: other seed ({seeds[0]} and {seeds[1]}). Intervals are of independent "
            "runs; with one seed they would be narrower."
        )
    both = found.common_trials
    trials = found.reference.trials.trials, found.values.trials.trials
    of_all = "" if trials[0] == trials[1] else f", not of all {max(trials):,}"
    text = f"Paired: one seed, differences are of the {both:,} trials that both have{of_all}."
    if of_all:
        text += " Values are of all trials of each."
    if both == 1:
        text = "Paired, but one trial in common tells nothing of chance."
    users = [each.dataset.attrs.get("users_per_trial") for each in (found.reference, found.values)]
    if None not in users and str(users[0]) != str(users[1]):
        text += (
            " The numbers of users differ: users of one number in one trial agree, and intervals "
            "hold however little pairs have in common."
        )
    apart: dict[str, list[str]] = {}
    for each in found.figures:
        if each.why_apart:
            apart.setdefault(each.why_apart, []).append(each.name)
    for why, names in apart.items():
        text += f" Not paired, as of independent runs: {_some(names)} ({why})."
    return text


def comparison_table(
    found: ResultComparison, a: str, b: str, width: int = WIDTH
) -> tuple[list[str], list[list[str]]]:
    """Headings and cells; a long label, or an interval in brackets, goes on in the next row.

    Parameters
    ----------
    found : ResultComparison
    a, b : str
        What the reference and the other result are called.
    width : int
        Columns that labels leave to numbers, where they can.
    """
    numbers = []
    for each in found.figures:
        left, right, difference, percent, verdict = figure_cells(each)
        mark = f"{_MARKS[each.verdict]} {verdict}"
        numbers.append([left, right, *_in_two(difference), percent, mark])
    headers = ["figure", a, b, "difference", "percent", "chance"]
    wide = [max(len(cell) for cell in column) for column in zip(*numbers, strict=True)]
    wide = [*wide[:2], max(wide[2:4]), *wide[4:]] if wide else []
    taken = sum(2 + max(pair) for pair in zip(wide, map(len, headers[1:]), strict=False))
    room = min(max(width - taken, _SHORTEST_LABEL), _LONGEST_LABEL)
    rows: list[list[str]] = []
    for each, (left, right, value, interval, percent, chance) in zip(
        found.figures, numbers, strict=True
    ):
        first, *more = wrapped(each.label, room)
        mark = chance.ljust(wide[-1])
        rows.append([first.ljust(room), left, right, value, percent, mark])
        for line, below in zip_longest(more, [interval] if interval else [], fillvalue=""):
            rows.append([line.ljust(room), "", "", below, "", ""])
    headers = [headers[0].ljust(room), *headers[1:-1], headers[-1].ljust(wide[-1] if wide else 0)]
    return headers, rows


def figure_cells(figure: ComparedFigure) -> tuple[str, str, str, str, str]:
    """Reference, value, difference with interval, percent and verdict of one figure, as shown.

    Parameters
    ----------
    figure : ComparedFigure
    """
    return (
        value_text(scaled(figure.reference, figure.factor)),
        value_text(scaled(figure.value, figure.factor)),
        difference_text(figure),
        percent_change(figure),
        figure.verdict,
    )


def _in_two(difference: str) -> tuple[str, str]:
    """A difference, and its interval where that stands in brackets."""
    value, bracket, rest = difference.partition(" [")
    return value, f"[{rest}" if bracket else ""


def difference_text(figure: ComparedFigure) -> str:
    """The difference with its interval, as it is shown: of shares in percentage points."""
    found = figure.difference
    if found.note.startswith("same"):
        return "0"
    if found.note:
        shown = scaled(found.estimate(), figure.factor)
        return f"{'+' if shown.value > 0 else ''}{value_text(shown)}"
    shown = scaled(found.estimate(), figure.factor)
    text = change_text(shown)
    leaves_out_zero = shown.low > 0.0 or shown.high < 0.0
    if "±" in text and leaves_out_zero and shown.half_width >= abs(shown.value):
        # Nearly symmetric: the half width alone would say that zero is inside.
        return f"{text.partition(' ')[0]} {interval_text(shown, brackets=True)}"
    return text


def percent_change(figure: ComparedFigure) -> str:
    """The difference in percent of the reference; empty where that makes no sense."""
    found = figure.difference
    if math.isnan(found.percent) or found.note.startswith("same"):
        return ""
    ends = (found.percent, found.percent_low, found.percent_high)
    shown = Estimate(found.metric, found.statistic, *ends, "percent", found.note)
    text = value_text(shown)
    sign = "+" if found.percent > 0 and any(digit in text for digit in "123456789") else ""
    return f"{sign}{text} %"


def notes_of_comparison(found: ResultComparison, *, asked: bool) -> list[str]:
    """What is not known or not compared, with why; sentences.

    Parameters
    ----------
    found : ResultComparison
    asked : bool
        Whether figures have the names that ``--of`` takes, not those for people.
    """
    return [*_notes(found), *_not_compared(found, asked=asked)]


def _notes(found: ResultComparison) -> Iterator[str]:
    """Why differences are not known."""
    about: dict[str, list[str]] = {}
    for each in found.figures:
        if each.verdict == UNKNOWN and each.difference.note:
            about.setdefault(each.difference.note, []).append(each.name)
    for note, names in about.items():
        yield f"Unknown: {note.removeprefix('not known: ')} ({_some(names)})."


def _not_compared(found: ResultComparison, *, asked: bool) -> Iterator[str]:
    about: dict[str, list[str]] = {}
    for key, why in found.not_compared.items():
        about.setdefault(why, []).append(figure_label(*key) if not asked else ".".join(key))
    for why, names in about.items():
        yield f"Not compared: {', '.join(names)} ({why})."


def _apart(found: ResultComparison, width: int) -> Iterator[str]:
    """What differs in the runs and in their scenarios."""
    if not found.runs and not found.keys:
        yield from wrapped("Scenarios, versions and rules are the same.", width)
        return
    for run in found.runs:
        yield from wrapped(f"  {run.line}", width, "    ")
    if not found.keys_are_read:
        yield from wrapped(
            "Scenario (a file does not say what it read: keys that both have, read or not):",
            width,
        )
    elif found.keys:
        yield "Scenario:"
    for key in found.keys[:_MOST_KEYS]:
        yield from wrapped(f"  {key.line}", width, "    ")
    if len(found.keys) > _MOST_KEYS:
        yield f"  and {len(found.keys) - _MOST_KEYS:,} keys more, see --json"
    if not found.keys:
        yield "Scenarios are the same, key by key."


def verdict_words(found: ResultComparisons) -> list[str]:
    """What the verdicts mean; sentences, empty where nothing is compared."""
    if not found.figures_at_once:
        return []
    return [line.lstrip("".join(_MARKS.values())) for line in _verdicts(found, 10_000)]


def _legend(found: ResultComparisons, width: int) -> Iterator[str]:
    """What the columns mean."""
    yield from wrapped(
        "After each difference its 95 % interval, in the unit of the figure: of shares in "
        "percentage points. Percent is of A.",
        width,
    )
    if not found.figures_at_once:
        return
    yield from _verdicts(found, width)
    if not found.asked:
        yield from wrapped("--all compares every figure, --of FIGURE those you name.", width)


def _verdicts(found: ResultComparisons, width: int) -> Iterator[str]:
    count = found.figures_at_once
    verdicts = {figure.verdict for each in found for figure in each.figures}
    many = "the one difference" if count == 1 else f"all {count:,} differences"
    yield from wrapped(
        f"* beyond: beyond chance, of {many} together: the chance that any such mark is wrong is "
        "5 % at most (Holm).",
        width,
        "  ",
    )
    if UNSURE in verdicts:
        yield from wrapped(
            f"~ unsure: its interval leaves out 0, as about {0.05 * count:.2g} of {count:,} would "
            "by chance if nothing differed.",
            width,
            "  ",
        )
    if WITHIN in verdicts:
        yield "  within: 0 lies in its interval: chance alone may do it."
    if SAME in verdicts:
        yield "= same: equal in all trials that both have."


def _some(names: Sequence[str]) -> str:
    shown = names if len(names) <= 4 else [*names[:3], f"and {len(names) - 3} figures more"]
    return ", ".join(shown)


def comparison_html(found: ResultComparisons) -> str:
    """Tables for a notebook."""
    letters = _letters(found)
    parts = []
    for each in found:
        a, b = letters[each.reference.name], letters[each.values.name]
        headers, rows = comparison_table(each, a, b)
        place = f" at {each.values.place}" if each.values.place else ""
        title = f"{b}: {each.values.name} less {a}: {each.reference.name}{place}"
        head = "".join(f"<th>{escape(name)}</th>" for name in headers)
        body = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows
        )
        more = [pairs_words(each), *each.warnings, *notes_of_comparison(each, asked=found.asked)]
        more += _apart(each, 10_000)
        below = "".join(f"<div>{escape(line)}</div>" for line in more)
        parts.append(
            f"<strong>{escape(title)}</strong><table><thead><tr>{head}</tr></thead>"
            f"<tbody>{body}</tbody></table>{below}"
        )
    legend = "".join(f"<div>{escape(line)}</div>" for line in _legend(found, 10_000))
    return f"<div>{''.join(parts)}{legend}</div>"
