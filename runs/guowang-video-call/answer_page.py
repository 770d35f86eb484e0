"""README.md out of its template and of what answer.py found.

A figure of the template is a name of a quantity and the case it is of, in double braces:
``{{calls | services | voice}}``, with the scenario behind where several have the label:
``{{calls | who asks | 100,000 without a network | ast-usa}}``. A table is named by its title:
``{{table | Delay}}``. A figure of a study of uncertainty is named by the study:
``{{range | GW-A59}}``.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import answer_range_tables
from answer_tables import milliseconds, number, percent, tables

import capest
from capest.scenario.not_modelled import not_modelled

TEMPLATE = Path(__file__).parent / "README.template.md"

WIDTH = 118
"""Characters of a line of prose."""

_TOGETHER = "\N{NO-BREAK SPACE}"
"""Between a figure and its interval, until lines are broken."""

_LINK = re.compile(r"\[[^]]*\]: ")

_PLACE = re.compile(r"\{\{(.+?)\}\}", re.DOTALL)

_OF_CASES: dict[str, Callable[[dict[str, Any]], str]] = {
    **{
        name: lambda case, name=name: number(case[name])  # type: ignore[misc]
        for name in (
            *("calls", "calls_per_million_people", "calls_per_beam"),
            *("calls_while_in_view", "beams"),
        )
    },
    **{
        name: lambda case, name=name: percent(case[name])  # type: ignore[misc]
        for name in (
            *("refused", "refused_for_sky", "refused_for_link"),
            *("time_in_view", "calls_on_fading"),
        )
    },
    **{
        name: lambda case, name=name: milliseconds(case[name])  # type: ignore[misc]
        for name in ("packet_ms", "packet_at_once_ms", "packet_again_ms")
    },
    "way_ms": lambda case: milliseconds(case["propagation_ms"]["p50"]),
    "there_and_back_ms": lambda case: milliseconds(case["propagation_ms"]["p50"], 2.0),
}
"""Name of a quantity -> its text."""


def page(answer: dict[str, Any], template: str) -> str:
    """Fill the template.

    Raises
    ------
    KeyError
        For a figure that no case has; the message is what stands in the braces.
    """
    ranges = answer.get("ranges", {})
    found = tables(answer) | {"Not modelled": _not_modelled()}
    if ranges:
        found |= answer_range_tables.tables(ranges)

    def fill(place: re.Match[str]) -> str:
        name, *where = (" ".join(part.split()) for part in place[1].split("|"))
        try:
            if name == "table":
                return found[where[0]]
            if where[0] in ranges:
                return answer_range_tables.figure(ranges, name, *where).replace(" ", _TOGETHER)
            return _figure(answer["cases"], name, *where).replace(" ", _TOGETHER)
        except (KeyError, ValueError):
            raise KeyError(place[1]) from None

    lines = _PLACE.sub(fill, template).split("\n")
    return "\n".join(map(_wrapped, lines)).replace(_TOGETHER, " ")


def _not_modelled() -> str:
    """What no trial of GW-A59 computes, the largest first, in Markdown."""
    values = dict(capest.load(TEMPLATE.parent / "scenarios" / "gw-a59-china.toml").items())
    lines = ["| effect | size | where the size comes from |", "| --- | --- | --- |"]
    rows = not_modelled(values)
    return "\n".join([*lines, *(f"| {row.effect} | {row.size} | {row.source} |" for row in rows)])


def _wrapped(line: str) -> str:
    """Break a line of prose; in the template a paragraph is one line."""
    if line.startswith(("|", "#")) or _LINK.match(line):
        return line
    hang = "  " if line.startswith("- ") else ""
    return textwrap.fill(
        line, WIDTH, subsequent_indent=hang, break_long_words=False, break_on_hyphens=False
    )


def _figure(
    cases: list[dict[str, Any]], name: str, group: str, label: str, scenario: str = ""
) -> str:
    (case,) = (
        case
        for case in cases
        if (case["group"], case["label"]) == (group, label) and scenario in ("", case["scenario"])
    )
    if name.startswith("refused for "):
        return percent(case["reasons"][name.removeprefix("refused for ")])
    return _OF_CASES[name](case)
