"""Bars of a tornado: which lie on one line, and how far each reaches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from capest.plot.key_words import key_value_with_unit
from capest.plot.studied import answer_text
from capest.results.columns import printable
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.tornado_rows import TornadoRow, cut_value

_VALUE = 18
"""Letters of a value at a bar, at most."""


@dataclass(frozen=True)
class TornadoBar:
    """A bar from the answer at stated values to the answer at an end of an assumption.

    Attributes
    ----------
    line : int
        Counted from the top.
    end : float
        The answer there, by the difference of pairs of trials.
    interval : Interval
        Of the change; NaN limits where it is not known.
    text : str
        Value of the assumption, and the answer.
    is_above : bool
    """

    line: int
    end: float
    interval: Interval
    text: str
    is_above: bool


@dataclass(frozen=True)
class TornadoGroup:
    """An assumption with its bars.

    Attributes
    ----------
    name : str
        Key and stated value.
    first, lines : int
        First line, and how many it has.
    bars : tuple of TornadoBar
    is_told_apart : bool
        Any change is told apart from zero, or it is not known whether.
    """

    name: str
    first: int
    lines: int
    bars: tuple[TornadoBar, ...]
    is_told_apart: bool


def is_told_apart(row: TornadoRow) -> bool:
    """Whether any change of an assumption is more than chance; True where that is not known."""
    return any(
        not (answer.difference.low <= 0.0 <= answer.difference.high)
        for _, answer in row.ends
        if answer.difference.value != 0.0
    )


def tornado_groups(
    rows: Sequence[TornadoRow], base: float, places: int, factor: float = 1.0
) -> list[TornadoGroup]:
    """Lay out rows, from the top: two ends on either side of the base share a line.

    Parameters
    ----------
    rows : sequence of TornadoRow
        In the order in which they are drawn.
    base : float
        Answer at stated values.
    places : int
        Decimals of answers.
    factor : float
        By which all answers are multiplied, the base too: 100 of shares in percent.
    """
    found = []
    line = 0
    for row in rows:
        ends = [one for one in row.ends if math.isfinite(one[1].difference.value)]
        above = [one for one in ends if one[1].difference.value > 0.0]
        below = [one for one in ends if one[1].difference.value <= 0.0]
        above.sort(key=lambda one: -one[1].difference.value)
        below.sort(key=lambda one: one[1].difference.value)
        bars = tuple(
            TornadoBar(
                line + k,
                factor * (base + answer.difference.value),
                _times(factor, answer.difference),
                _text(row.key, value, factor * answer.value.value, places),
                side is above,
            )
            for side in (below, above)
            for k, (value, answer) in enumerate(side)
        )
        lines = max(len(above), len(below), 1)
        name = f"{printable(row.key)} = {printable(cut_value(row.centre, 30))}"
        found.append(TornadoGroup(name, line, lines, bars, is_told_apart(row)))
        line += lines
    return found


def _times(factor: float, one: Interval) -> Interval:
    return Interval(factor * one.value, factor * one.low, factor * one.high, one.note)


def _text(key: str, value: str, answer: float, places: int) -> str:
    plain = cut_value(value, _VALUE)
    try:
        shown = key_value_with_unit(key, float(plain))
    except ValueError:
        shown = printable(plain)
    return f"{shown}: {answer_text(answer, places)}"
