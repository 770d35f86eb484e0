"""What changes from one result to others, and what of it is beyond chance: paired differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from capest.plot.plain_numbers import with_minus
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import FAMILY, INK, MARKS, PAPER
from capest.results.compared_figures import BEYOND, SAME, UNKNOWN, WITHIN, ComparedFigure
from capest.results.comparison import ResultComparisons, compare_results
from capest.results.comparison_text import difference_text, percent_change
from capest.results.figures import interval_text, people_unit, scaled, value_text
from capest.shown import cut
from capest.statistics.reduction import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("run",)
OTHERWISE = {
    "sweep": "capest compare takes sweeps, point by point or one with --at SECTION.KEY=VALUE"
}
"""What does it where a file is of another kind."""
MOST = 8
OPTIONS = ("of",)

_ROW_IN, _AROUND_IN = 0.24, 1.5
_WIDTH_IN = 7.2
_LONGEST_NAME = 28
_NARROW = (-60.0, 100.0)
_TICKS = (-99.9, -99, -90, -75, -50, -25, 0, 50, 100, 300, 900, 9900, 99900)
_TICK_ROOM = 0.18
"""Of the width of a panel, what the label of a tick takes."""

_MANY_RESULTS = 3
"""From so many on, medians stand for the other quantiles."""


@dataclass(frozen=True)
class _Row:
    """One figure of one result on the paper."""

    figure: ComparedFigure
    result: int
    place: float
    value: float
    low: float
    high: float


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    if len(sources) < 2:
        return "it compares the first of two files or more with the others"
    if not any(_rows_of(_compared(sources, ""), unit) for unit in ("%", "dB")):
        return "the files have no headline figure in common; name one with --of"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw differences to the first source with their 95 % intervals.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
        The reference first.
    of : str
        Figure that is drawn in its own unit, such as ``"sinr_db"`` or ``"calls.mean"``; headline
        figures in percent of the reference, and those in dB below, where it is empty.
    """
    found = _compared(sources, of)
    units = [_unit(found[0].figures[0])] if of and found[0].figures else ["%", "dB"]
    groups = [(unit, rows) for unit in units if (rows := _rows_of(found, unit, in_unit=bool(of)))]
    count = sum(len(rows) for _, rows in groups)
    sheet.resize(_WIDTH_IN, _AROUND_IN + 0.3 * len(groups) + _ROW_IN * max(count, 4))
    panels = sheet.panels([len(rows) + 1.0 for _, rows in groups])
    for ax, (unit, rows) in zip(panels, groups, strict=True):
        if ax is not None:
            _panel(ax, rows, unit, found)
    if len(found) > 1 and panels[0] is not None:
        _legend(panels[0], found)
    first = cut(found[0].reference.name, _LONGEST_NAME)
    answer = _answer(found, of)
    drawn = {(row.result, row.figure.name) for _, rows in groups for row in rows}
    return Words(
        title=answer,
        subtitle=(
            f"Difference to {cut(first, _LONGEST_NAME)}, with its 95 % interval{_pairs(found)}. "
            f"Filled: beyond chance{_among(found.figures_at_once, len(drawn))}; hollow: chance may "
            "do it."
            f"{_of_nothing(found, drawn, cut(first, _LONGEST_NAME))}{_warnings(found)}"
        ),
        footer=" | ".join(f"{cut(each.name, _LONGEST_NAME)}: {each.footer}" for each in sources),
        alt=f"Rows of marks with bars to the left and right of a line at zero. {answer}.",
    )


def _warnings(found: ResultComparisons) -> str:
    """What results are not alike in, each sentence once, after a space."""
    said = dict.fromkeys(line for each in found for line in each.warnings)
    return "".join(f" {line}" for line in said)


def _among(compared: int, drawn: int) -> str:
    """Among how many differences one is beyond chance, and how many of them are drawn."""
    if compared == 1:
        return ""
    some = "" if drawn == compared else f" ({drawn:,} drawn)"
    return f" among {compared:,} differences{some}"


def _of_nothing(found: ResultComparisons, drawn: set[tuple[int, str]], reference: str) -> str:
    """Figures that are zero in the reference, of which there is no percentage, in words."""
    texts: dict[str, list[str]] = {}
    for k, one in enumerate(found):
        for each in one.figures:
            if (k, each.name) in drawn or each.reference.value != 0.0:
                continue
            label = f"{each.label}: " if each.label not in texts else ""
            name = f"{cut(one.values.name, _LONGEST_NAME)} " if len(found) > 1 else ""
            value = scaled(each.value, each.factor)
            sure = _WITH_CHANCE.get(each.verdict, "")
            text = f"{label}{name}{value_text(value)}{sure}"
            texts.setdefault(each.label, []).append(text)
    if not texts:
        return ""
    listed = "; ".join(", ".join(each) for each in texts.values())
    return f" In no percentage, as {reference} has 0 of it: {listed}."


_WITH_CHANCE = {BEYOND: " (beyond chance)", WITHIN: " (chance may do it)"}


def _compared(sources: Sequence[Source], of: str) -> ResultComparisons:
    names = [each.name or "result" for each in sources]
    return compare_results([each.dataset for each in sources], names, of=[of] if of else [])


def _unit(figure: ComparedFigure) -> str:
    return "%" if figure.factor != 1.0 else people_unit(figure.difference.units)


def _rows_of(found: ResultComparisons, unit: str, *, in_unit: bool = False) -> list[_Row]:
    """Rows of a panel from the top down: figures in their order, each with all results."""
    every = {each.name: each for one in found for each in one.figures}
    if len(found) > _MANY_RESULTS and not in_unit:
        every = {name: each for name, each in every.items() if not name.endswith(("p05", "p95"))}
    rows: list[_Row] = []
    place = 0.0
    for name in every:
        here = [
            (k, each) for k, one in enumerate(found) for each in one.figures if each.name == name
        ]
        drawn = [(k, each, _ends(each, unit, in_unit=in_unit)) for k, each in here]
        drawn = [one for one in drawn if math.isfinite(one[2][0])]
        for k, each, ends in drawn:
            rows.append(_Row(each, k, place, *ends))
            place += 1.0
        # Results of one figure stand together.
        place += 0.5 if drawn and len(found) > 1 else 0.0
    return rows


def _ends(figure: ComparedFigure, unit: str, *, in_unit: bool) -> tuple[float, float, float]:
    """Difference and limits in the unit of a panel; NaN of what has another unit."""
    one = figure.difference
    if in_unit or (unit == "dB" and one.units == "dB"):
        return tuple(figure.factor * end for end in (one.value, one.low, one.high))  # type: ignore[return-value]
    if unit == "%" and one.units != "dB":
        return one.percent, one.percent_low, one.percent_high
    return math.nan, math.nan, math.nan


def _panel(ax: Axes, rows: Sequence[_Row], unit: str, found: ResultComparisons) -> None:
    of_reference = unit == "%" and all(row.value == row.figure.difference.percent for row in rows)
    ends = np.array([[row.value, row.low, row.high] for row in rows])
    # What is not known has no limits: then the value alone makes the axis.
    ends = np.where(np.isfinite(ends), ends, ends[:, :1])
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    if of_reference and (low < _NARROW[0] or high > _NARROW[1]):
        low = _by_ratio(ax, low, high)
    else:
        room = 0.06 * (high - low or 1.0)
        ax.set_xlim(low - room, high + room)
    ax.axvline(0.0, color=INK, linewidth=1.0)
    beyond_edge = " (marks at the edge lie beyond it)" if any(r.value < low for r in rows) else ""
    for row in rows:
        _mark(ax, row, low)
        ax.text(
            1.015,
            row.place,
            _written(row.figure, of_reference=of_reference),
            transform=ax.get_yaxis_transform(),
            va="center",
            fontsize=7.5,
            color=INK,
        )
    by_figure: dict[str, list[float]] = {}
    for row in rows:
        by_figure.setdefault(row.figure.label, []).append(row.place)
    ax.set_yticks([sum(places) / len(places) for places in by_figure.values()], list(by_figure))
    ax.set_ylim(max(row.place for row in rows) + 0.7, -0.7)
    ax.grid(visible=False, axis="y")
    ax.tick_params(axis="y", length=0, pad=8)
    reference = cut(found[0].reference.name, _LONGEST_NAME)
    ax.set_xlabel(
        f"difference, % of {reference}{beyond_edge}"
        if of_reference
        else f"difference{f', {_POINTS.get(unit, unit).strip()}' * bool(unit)}"
    )


def _by_ratio(ax: Axes, low: float, high: float) -> float:
    """Scale an axis of percent by ratios, so that a half and a double are as far from zero.

    Returns
    -------
    float
        Where the axis begins: nothing, less 100 %, lies infinitely far.
    """
    begin = max(1.2 * low, -99.0 if low > -98.0 else min(-99.0, 0.5 * (low - 100.0)))
    begin = max(begin, -99.95)
    end = 1.4 * high if high > 0.0 else 20.0

    def forward(percent: np.ndarray) -> np.ndarray:
        return np.log1p(np.maximum(percent, -99.99) / 100.0)

    def inverse(logarithm: np.ndarray) -> np.ndarray:
        return 100.0 * np.expm1(logarithm)

    ax.set_xscale("function", functions=(forward, inverse))
    ax.set_xlim(begin, end)
    ticks = _ticks_apart(begin, end)
    ax.set_xticks(ticks, [f"{'+' * (tick > 0)}{tick:,g}".replace("-", "−") for tick in ticks])
    ax.minorticks_off()
    return begin


def _ticks_apart(begin: float, end: float) -> list[float]:
    """Ticks between two values of percent, from zero outward, whose labels have room."""
    room = _TICK_ROOM * (math.log1p(end / 100.0) - math.log1p(begin / 100.0))
    kept: list[float] = []
    for tick in sorted(_TICKS, key=lambda tick: abs(math.log1p(tick / 100.0))):
        if not begin <= tick <= end:
            continue
        place = math.log1p(tick / 100.0)
        if all(abs(place - math.log1p(other / 100.0)) >= room for other in kept):
            kept.append(tick)
    return sorted(kept)


def _mark(ax: Axes, row: _Row, begin: float) -> None:
    colour, mark = FAMILY[row.result % len(FAMILY)], MARKS[row.result % len(MARKS)]
    beyond = row.figure.verdict == BEYOND
    if row.figure.verdict not in (SAME, UNKNOWN):
        left, right = ax.get_xlim()
        ends = [min(max(end, left), right) for end in (row.low, row.high)]
        ax.plot(ends, [row.place] * 2, color=colour, linewidth=1.6, solid_capstyle="butt")
    ax.plot(
        [max(row.value, begin)],
        [row.place],
        marker=mark,
        markersize=6.0,
        color=colour,
        markerfacecolor=colour if beyond else PAPER,
        markeredgewidth=1.4,
        linestyle="none",
        clip_on=False,
        zorder=3,
    )


def _written(figure: ComparedFigure, *, of_reference: bool) -> str:
    """Such as "29,738 → 2,851 (−90 %)"."""
    both = [value_text(scaled(each, figure.factor)) for each in (figure.reference, figure.value)]
    if figure.verdict == SAME:
        return with_minus(f"{both[0]} (same)")
    text = f"{both[0]} → {both[1]} ({_change(figure, of_reference=of_reference)})"
    return with_minus(f"{text} ?" if figure.verdict == UNKNOWN else text)


def _change(figure: ComparedFigure, *, of_reference: bool) -> str:
    """The change with its unit and its interval, such as "−3.2 ±0.4 %"."""
    change = percent_change(figure) if of_reference else ""
    value, unit = change.removesuffix(" %"), " %"
    if not change:
        plain = difference_text(figure).partition(" ")[0]
        value, unit = plain, _POINTS.get(_unit(figure), "")
    # A percentage may have no limits where the difference has some.
    interval = _interval(figure, of_reference=bool(change))
    if interval and not any(digit.isdigit() for digit in interval):
        return with_minus(f"{value}{unit}, limits {interval}")
    return with_minus(f"{value}{f' {interval}' if interval else ''}{unit}")


_POINTS = {"%": " % points", "dB": " dB"}


def _legend(ax: Axes, found: ResultComparisons) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D(
            [],
            [],
            color=FAMILY[k % len(FAMILY)],
            marker=MARKS[k % len(MARKS)],
            linewidth=1.6,
            label=cut(each.values.name, _LONGEST_NAME),
        )
        for k, each in enumerate(found)
    ]
    ax.legend(
        handles=handles, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=min(3, len(handles))
    )


def _answer(found: ResultComparisons, of: str) -> str:
    """The first figure of each result, against the reference."""
    have = [each for each in found if each.figures]
    figure = have[0].figures[0]
    unit = _unit(figure)
    of_reference = not of and unit != "dB"
    label = figure.label.removesuffix(f", {unit}")
    told = [
        (one.values.name, each) for one in have for each in one.figures if each.name == figure.name
    ]
    if len(found) == 1:
        both, _, change = _written(figure, of_reference=of_reference).partition(" (")
        unit_and_label = f"{unit} {label}" if unit else label
        return f"{cut(told[0][0], _LONGEST_NAME)}: {both} {unit_and_label} ({change}"
    base = value_text(scaled(figure.reference, figure.factor))
    reference = cut(found[0].reference.name, _LONGEST_NAME)
    shown = [
        f"{cut(name, _LONGEST_NAME)} {with_minus(value_text(scaled(each.value, each.factor)))} "
        f"({'same' if each.verdict == SAME else _change(each, of_reference=of_reference)})"
        for name, each in told
    ]
    more = f"; and {len(shown) - 3} more" if len(shown) > 4 else ""
    listed = "; ".join(shown[:3] if more else shown)
    what = f"{label[:1].upper()}{label[1:]}"
    return f"{what}, {f'{with_minus(base)} {unit}'.strip()} in {reference}: {listed}{more}"


def _interval(figure: ComparedFigure, *, of_reference: bool) -> str:
    """Interval of a change as people read it; empty where there is none."""
    found = figure.difference
    if figure.verdict in (SAME, UNKNOWN):
        return ""
    if not of_reference:
        return difference_text(figure).partition(" ")[2]
    if math.isnan(found.percent_low):
        return ""
    ends = (found.percent, found.percent_low, found.percent_high)
    return interval_text(Estimate(found.metric, found.statistic, *ends, "percent"))


def _pairs(found: ResultComparisons) -> str:
    seeds = {each.common_trials > 0 for each in found}
    if seeds == {True}:
        return " from pairs of trials"
    return ", of independent runs" if seeds == {False} else ", from pairs where seeds agree"
