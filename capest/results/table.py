"""The summary as a table: for a terminal (rich), as plain text, and as HTML for notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from io import StringIO
from typing import TYPE_CHECKING

from capest.results.columns import wrapped
from capest.results.figures import interval_text, value_text

if TYPE_CHECKING:
    from rich.console import Console

    from capest.results.summary import Summary

_COLUMNS = ("median", "5 %", "95 %", "95 % CI of the median")
WIDTH = 80


def print_table(
    summary: Summary, console: Console, *, intervals: bool = False, by_density: bool = False
) -> None:
    """Print the summary on a rich console.

    Parameters
    ----------
    summary : Summary
    console : rich.console.Console
        A terminal or not: styles are dropped where it is none.
    intervals : bool
        Show the interval of every figure, under it, not of the median only.
    by_density : bool
        Show what is served by density of people.
    """
    from rich.text import Text

    def say(lines: Iterable[str], style: str = "") -> None:
        for line in lines:
            # Lines are of the right length already, but for words that are longer.
            console.print(Text(line, style=style), soft_wrap=True)

    width = console.width
    say(wrapped(summary.heading, width), "bold")
    if summary.headline:
        say(wrapped(summary.headline, width), "bold")
    if summary.never_served:
        say(wrapped(summary.never_served, width), "bold")
    verdicts = (*summary.delay_verdicts, summary.search_verdict, summary.bound_verdict)
    for line in (summary.changed, summary.left_out, summary.counted_beams, *verdicts):
        if line:
            say(wrapped(line, width))
    for line, style in _quantiles(summary, width, intervals):
        say([line], style)
    say(["", *_means(summary, width), ""])
    if by_density:
        say([*summary.by_density(width), ""])
    for line in summary.who_is_served:
        say(wrapped(line, width))
    if summary.who_is_served:
        say([""])
    for line in summary.power_and_flux:
        say(wrapped(line, width))
    if summary.power_and_flux:
        say([""])
    for note in summary.notes:
        say(wrapped(note, width), "dim")


def _quantiles(summary: Summary, width: int, intervals: bool) -> Iterator[tuple[str, str]]:
    """Lines of the quantiles with their styles; below each other where columns do not fit."""
    names = _COLUMNS[: 3 if intervals else 4]
    rows: list[tuple[str, list[str], str]] = []
    for label, (low, median, high) in summary.rows:
        shown = [value_text(found) for found in (median, low, high)]
        if intervals:
            rows.append((label, shown, ""))
            limits = [interval_text(found, brackets=True) for found in (median, low, high)]
            rows.append(("  95 % CI", limits, "dim"))
        else:
            rows.append((label, [*shown, interval_text(median)], ""))
    first = max((len(label) for label, _, _ in rows), default=0)
    sizes = [
        max(len(name), *(len(cells[k]) for _, cells, _ in rows)) if rows else len(name)
        for k, name in enumerate(names)
    ]
    room = width - first - sum(sizes)
    if room >= len(sizes):
        gap = 2 if room >= 2 * len(sizes) and not intervals else 1
        for label, cells, style in [("", list(names), "dim"), *rows]:
            columns = (cell.rjust(size + gap) for cell, size in zip(cells, sizes, strict=True))
            yield label.ljust(first) + "".join(columns), style
        return
    for label, cells, style in rows:
        yield label, style
        for name, cell in zip(names, cells, strict=True):
            yield f"    {name}  {cell}", style


def _means(summary: Summary, width: int) -> Iterator[str]:
    rows = [
        (
            label,
            value_text(found),
            f"{interval_text(found)} {f'({units})' if found.note and units else units}".rstrip(),
        )
        for label, found, units in summary.means
    ]
    first, second, third = (max((len(row[k]) for row in rows), default=0) for k in range(3))
    for label, value, interval in rows:
        if first + second + third + 4 <= width:
            yield f"{label.ljust(first)}  {value.rjust(second)}  {interval}"
        else:
            yield label
            yield f"    {value}  {interval}"


def text(summary: Summary) -> str:
    """Plain text of at most 80 columns."""
    from rich.console import Console

    buffer = StringIO()
    # In a notebook rich would show it at once, and leave the text empty.
    console = Console(file=buffer, width=WIDTH, color_system=None, force_jupyter=False)
    print_table(summary, console)
    return "\n".join(line.rstrip() for line in buffer.getvalue().splitlines())


def html(summary: Summary) -> str:
    """Table for a notebook; every figure carries its interval as a tooltip."""
    head = "".join(f"<th>{escape(name)}</th>" for name in ("", *_COLUMNS))
    body = []
    for label, (low, median, high) in summary.rows:
        cells = "".join(
            f'<td title="95 % CI {escape(interval_text(found, brackets=True))}">'
            f"{escape(value_text(found))}</td>"
            for found in (median, low, high)
        )
        cells += f"<td>{escape(interval_text(median))}</td>"
        body.append(f'<tr><th style="text-align:left">{escape(label)}</th>{cells}</tr>')
    for label, found, units in summary.means:
        shown = f"{value_text(found)} {interval_text(found)} {units}"
        body.append(
            f'<tr><th style="text-align:left">{escape(label)}</th>'
            f'<td colspan="{len(_COLUMNS)}">{escape(shown)}</td></tr>'
        )
    notes = "<br>".join(
        escape(note) for note in (*summary.who_is_served, *summary.power_and_flux, *summary.notes)
    )
    lines = (
        *(summary.heading, summary.headline, summary.never_served, summary.changed),
        *(summary.left_out, summary.counted_beams),
        *(*summary.delay_verdicts, summary.search_verdict, summary.bound_verdict),
    )
    first = "<br>".join(escape(line) for line in lines if line)
    return (
        f"<div><strong>{first}</strong>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        f"<small>{notes}</small></div>"
    )
