"""What each assumption is worth alone: the answer at both ends of it, the largest change first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.plot.figure_words import FigureWords, figure_words
from capest.plot.plain_numbers import write_plain_numbers
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.studied import (
    answer_text,
    decimals_in_words,
    other_figures,
    studied_figure,
    study_of_source,
    title_and_users,
)
from capest.plot.style import BLUE, GREY, INK, PAPER, VERMILLION
from capest.plot.tornado_layout import TornadoGroup, is_told_apart, tornado_groups
from capest.studies.uncertainty.study_model import StudiedFigure, Study
from capest.studies.uncertainty.tornado_rows import TornadoRow, rows_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("uncertainty",)
MOST = 1
OPTIONS = ("of",)

_MOST_LINES = 20
"""Lines of bars that a page holds."""

_LINE_IN, _GAP = 0.24, 0.45
_TEXT_PT = 7.5


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    study = study_of_source(sources[0])
    if not study.ends:
        return "the study tried no assumption alone: it has none with a range"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw bars from the answer at stated values to that at every end of every assumption.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    of : str
        Figure of the study; its first where it is empty.
    """
    source = sources[0]
    study = study_of_source(source)
    found = studied_figure(study, of)
    words = figure_words(found.figure.metric, found.figure.statistic)
    every = [row for row in rows_of(study, found) if row.size > 0.0]
    if not found.ends or not math.isfinite(found.base.value):
        raise InputError(f"tornado: {found.figure.name} has no answer at stated values")
    places = decimals_in_words(found, words)
    rows = _shown(every)
    groups = tornado_groups(rows, found.base.value, places, words.factor)
    lines = sum(group.lines for group in groups)
    width = float(sheet.figure.get_size_inches()[0])
    sheet.resize(width, 1.6 + _LINE_IN * max(lines + _GAP * len(groups), 4.0))
    (ax,) = sheet.panels()
    assert ax is not None
    base = words.factor * found.base.value
    _draw(ax, groups, base)
    _name_base(ax, base, words, places)
    write_plain_numbers(ax.xaxis)
    ax.set_xlabel(words.on_axis)
    _make_room(ax, groups, base, 72.0 * _panel_in(sheet, ax, groups))
    if words.from_zero:
        low, high = ax.get_xlim()
        ax.set_xticks([tick for tick in ax.get_xticks() if max(low, 0.0) <= tick <= high])
    title = _title(found, words, every, places)
    return Words(
        title=title,
        subtitle=" · ".join(filter(None, _subtitle(source, study, found, every, rows))),
        footer=" · ".join([f"{study.about.get('paired_trials')} trials each", source.footer]),
        alt=f"A bar for each assumption, the largest first: {', '.join(row.key for row in rows)}. "
        f"{title}.",
    )


def _shown(rows: list[TornadoRow]) -> list[TornadoRow]:
    """The largest that the page holds."""
    shown: list[TornadoRow] = []
    lines = 0
    for row in rows:
        lines += max(1, len(row.ends) - 1)
        if shown and lines > _MOST_LINES:
            break
        shown.append(row)
    return shown


def _draw(ax: Axes, groups: list[TornadoGroup], base: float) -> None:
    middles = []
    for k, group in enumerate(groups):
        shift = _GAP * k
        middles.append(-(group.first + 0.5 * (group.lines - 1) + shift))
        for bar in group.bars:
            y = -(bar.line + shift)
            colour = (BLUE if bar.is_above else VERMILLION) if group.is_told_apart else GREY
            ax.barh(
                y,
                bar.end - base,
                0.78,
                left=base,
                facecolor=colour,
                edgecolor=PAPER,
                hatch="" if bar.is_above else "////",
                linewidth=0.0,
            )
            low, high = base + bar.interval.low, base + bar.interval.high
            known = math.isfinite(low) and math.isfinite(high)
            if known:
                ax.errorbar(
                    bar.end,
                    y,
                    xerr=[[max(bar.end - low, 0.0)], [max(high - bar.end, 0.0)]],
                    fmt="none",
                    ecolor=INK,
                    elinewidth=0.9,
                    capsize=2.0,
                )
            outer = max(bar.end, base) if bar.is_above else min(bar.end, base)
            if known:
                outer = max(outer, high) if bar.is_above else min(outer, low)
            ax.annotate(
                bar.text,
                (outer, y),
                xytext=(4.0 if bar.is_above else -4.0, 0.0),
                textcoords="offset points",
                ha="left" if bar.is_above else "right",
                va="center",
                fontsize=_TEXT_PT,
                color=INK,
            ).set_in_layout(False)
    ax.axvline(base, color=INK, linewidth=0.9)
    ax.set_yticks(middles, [group.name for group in groups], fontsize=_TEXT_PT)
    ax.tick_params(axis="y", length=0.0)
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False, axis="y")
    if groups:
        last = groups[-1]
        ax.set_ylim(-(last.first + last.lines - 1 + _GAP * (len(groups) - 1)) - 0.7, 0.7)
    else:
        ax.set_yticks([])


def _name_base(ax: Axes, base: float, words: FigureWords, places: int) -> None:
    text = words.with_unit(answer_text(base, places))
    ax.annotate(
        f"as stated: {text}",
        (base, 1.0),
        xycoords=ax.get_xaxis_transform(),
        xytext=(0.0, 2.0),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=_TEXT_PT,
        color=INK,
    )


def _panel_in(sheet: Sheet, ax: Axes, groups: list[TornadoGroup]) -> float:
    """Width of the panel, rather too small than too large."""
    if not sheet.is_whole:
        return float(ax.get_window_extent().width) / float(sheet.figure.dpi)
    width = float(sheet.figure.get_size_inches()[0])
    names = max((len(group.name) for group in groups), default=0) * 0.6 * _TEXT_PT / 72.0
    return max(width - names - 0.5, 0.3 * width)


def _make_room(ax: Axes, groups: list[TornadoGroup], base: float, panel_pt: float) -> None:
    """Widen the axis so that texts at the bars are on the paper."""
    bars = [bar for group in groups for bar in group.bars]
    if not bars:
        ax.set_xlim(base - 1.0, base + 1.0)
        ax.set_xticks([base])
        return

    def share(is_above: bool) -> float:
        longest = max((len(bar.text) for bar in bars if bar.is_above is is_above), default=0)
        return min((0.64 * _TEXT_PT * longest + 8.0) / panel_pt, 0.4) if longest else 0.02

    ends = [base, *(bar.end for bar in bars)]
    limits = [(base + bar.interval.low, base + bar.interval.high) for bar in bars]
    ends += [end for pair in limits for end in pair if all(map(math.isfinite, pair))]
    low, high = min(ends), max(ends)
    left, right = share(False), share(True)
    span = (high - low) / (1.0 - left - right)
    ax.set_xlim(low - left * span, high + right * span)


def _title(found: StudiedFigure, words: FigureWords, rows: list[TornadoRow], places: int) -> str:
    def said(value: float) -> str:
        return answer_text(words.factor * value, places)

    stated = f"{words.name[:1].upper()}{words.name[1:]}: {words.with_unit(said(found.base.value))}"
    if not rows:
        return f"{stated}, and no assumption alone changes it"
    first = rows[0]
    known = [answer for _, answer in first.ends if math.isfinite(answer.difference.value)]
    low = min(known, key=lambda answer: answer.difference.value)
    high = max(known, key=lambda answer: answer.difference.value)
    if high.difference.value <= 0.0:
        moves = f"takes it down to {said(low.value.value)}"
    elif low.difference.value >= 0.0:
        moves = f"takes it up to {said(high.value.value)}"
    else:
        moves = f"makes it {said(low.value.value)} to {said(high.value.value)}"
    return f"{stated} at stated values; {first.key} alone {moves}"


def _subtitle(
    source: Source,
    study: Study,
    found: StudiedFigure,
    every: list[TornadoRow],
    shown: list[TornadoRow],
) -> list[str]:
    parts = title_and_users(source, study)
    total = len(rows_of(study, found))
    if len(shown) < len(every):
        parts.append(f"the {len(shown)} largest of {total} assumptions")
    else:
        parts.append(f"{total} assumption{'' if total == 1 else 's'}")
    known = [
        answer.difference
        for row in every
        for _, answer in row.ends
        if math.isfinite(answer.difference.low) and math.isfinite(answer.difference.high)
    ]
    if known:
        grey = sum(not is_told_apart(row) for row in every)
        parts.append("thin lines: 95 % intervals of the changes")
        if grey:
            parts.append(f"{grey} not told apart from no change (grey)")
    elif every:
        parts.append("how sure changes are is not known: too few trials")
    if idle := total - len(every):
        parts.append(f"{idle} change{'s' if idle == 1 else ''} nothing")
    parts.append(other_figures(study, found))
    return parts
