"""The summary as a table: for a terminal (rich), as plain text, and as HTML for notebooks."""

from __future__ import annotations

from html import escape
from io import StringIO
from typing import TYPE_CHECKING

from capest.results.figures import interval_text, value_text

if TYPE_CHECKING:
    from rich.console import Console

    from capest.results.summary import Summary

_COLUMNS = ("median", "5 %", "95 %", "95 % CI of the median")
WIDTH = 80


def print_table(summary: Summary, console: Console, *, intervals: bool = False) -> None:
    """Print the summary on a rich console.

    Parameters
    ----------
    summary : Summary
    console : rich.console.Console
        A terminal or not: styles are dropped where it is none.
    intervals : bool
        Show the interval of every figure, under it, not of the median only.
    """
    from rich.table import Table
    from rich.text import Text

    console.print(Text(summary.heading, style="bold"))
    if summary.headline:
        console.print(Text(summary.headline, style="bold"))
    for verdict in summary.delay_verdicts:
        console.print(Text(verdict))
    gap = 1 if intervals else 2
    table = Table(box=None, pad_edge=False, padding=(0, gap, 0, 0), header_style="dim")
    table.add_column("")
    for name in _COLUMNS[: 3 if intervals else 4]:
        table.add_column(name, justify="right", no_wrap=True)
    for label, (low, median, high) in summary.rows:
        shown = [value_text(found) for found in (median, low, high)]
        if intervals:
            table.add_row(label, *shown)
            limits = [interval_text(found, brackets=True) for found in (median, low, high)]
            table.add_row("  95 % CI", *limits, style="dim")
        else:
            table.add_row(label, *shown, interval_text(median))
    console.print(table)
    console.print()
    means = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), show_header=False)
    means.add_column(no_wrap=True)
    means.add_column(justify="right", no_wrap=True)
    means.add_column(no_wrap=True)
    for label, found, units in summary.means:
        of_what = f"({units})" if found.note else units
        means.add_row(label, value_text(found), f"{interval_text(found)} {of_what}")
    console.print(means)
    console.print()
    for note in summary.notes:
        console.print(Text(note, style="dim"))


def text(summary: Summary) -> str:
    """Plain text of at most 80 columns."""
    from rich.console import Console

    buffer = StringIO()
    print_table(summary, Console(file=buffer, width=WIDTH, color_system=None))
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
    notes = "<br>".join(escape(note) for note in summary.notes)
    lines = (summary.heading, summary.headline, *summary.delay_verdicts)
    first = "<br>".join(escape(line) for line in lines if line)
    return (
        f"<div><strong>{first}</strong>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
        f"<small>{notes}</small></div>"
    )
