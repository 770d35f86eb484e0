"""How sure the answer is: its range over the stated assumptions, and which of them make it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from capest.errors import InputError
from capest.plot.figure_words import FigureWords, figure_words
from capest.plot.plain_numbers import plain_number, write_plain_numbers
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
from capest.plot.style import BLUE, GREY, INK, MUTED, ORANGE, PAPER, SKY, VERMILLION
from capest.results.columns import printable
from capest.results.figures import percent_text
from capest.statistics.answer_range import NEARLY_NONE, RANGE_NAME
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.analysis import JointAnswer, joint_of
from capest.studies.uncertainty.study_model import StudiedFigure, Study

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("uncertainty",)
MOST = 1
OPTIONS = ("of",)

_MOST_SHARES = 8
"""Assumptions whose shares are drawn."""

_ROOM_OF_NONE = 0.13
"""Between the place of (nearly) none and the first number of the axis, of its length."""


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    study = study_of_source(sources[0])
    if not study.samples:
        return "the study has no joint sample: run it without --one-at-a-time or --samples 0"
    if not any(np.isfinite(each.answers).any() for each in study.figures):
        return "no sample has an answer"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw the answers of a joint sample, their range, and shares of their variance.

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
    joint = joint_of(study, found)
    if joint is None:
        raise InputError(f"uncertainty: no sample has an answer for {found.figure.name}")
    words = figure_words(found.figure.metric, found.figure.statistic)
    places = decimals_in_words(found, words)
    left, right = sheet.panels(widths=(1.45, 1.0))
    assert left is not None
    _draw_answers(left, found, joint, words, places)
    if right is not None:
        _draw_shares(right, joint)
    title = _title(joint, words, places)
    return Words(
        title=title,
        subtitle=" · ".join(filter(None, _subtitle(source, study, found, joint)))
        + (f" · {more}" if (more := other_figures(study, found)) else ""),
        footer=" · ".join([f"{joint.samples:,} samples, one trial each", source.footer]),
        alt=f"Histogram of the answers of {joint.samples - joint.failed} samples, and shares of "
        f"their variance by assumption. {title}.",
    )


def _draw_answers(
    ax: Axes, found: StudiedFigure, joint: JointAnswer, words: FigureWords, places: int
) -> None:
    """Histogram, and above it the range with its median and the answer at stated values."""
    answers = words.factor * found.answers[np.isfinite(found.answers)]
    histogram = joint.histogram
    edges = words.factor * histogram.edges
    step = float(edges[1] - edges[0]) if len(edges) > 1 else 1.0
    first = float(edges[0]) if len(edges) else 0.0
    last = float(edges[-1]) if len(edges) else 1.0
    none_at = first - max(0.7 * step, _ROOM_OF_NONE * (last - first))
    if len(edges):
        ax.bar(
            edges[:-1],
            histogram.counts,
            np.diff(edges),
            align="edge",
            facecolor=SKY,
            edgecolor=PAPER,
            linewidth=0.8,
        )
    if histogram.none:
        # Beside the others, as wide as one of them: its answers are all but nothing.
        ax.bar(
            none_at,
            histogram.none,
            step,
            facecolor=GREY,
            edgecolor=PAPER,
            hatch="////",
            linewidth=0.8,
        )
    most = max([1, histogram.none, *map(int, histogram.counts)])
    low = (none_at - 0.9 * step) if histogram.none else (first - 0.4 * step)
    high = last + 0.4 * step
    stated = words.factor * found.base.value
    if math.isfinite(stated):
        low, high = min(low, stated - 0.4 * step), max(high, stated + 0.4 * step)
    ax.plot(answers, np.full(len(answers), -0.03 * most), "|", color=MUTED, markersize=5.0)
    _draw_range(ax, joint, words, most, (low, high))
    if math.isfinite(stated):
        ax.plot([stated] * 2, [0.0, 1.05 * most], color=VERMILLION, linewidth=1.3, linestyle="--")
    ax.set_xlim(low, high)
    ax.set_ylim(-0.07 * most, 1.9 * most)
    ax.set_yticks([tick for tick in ax.get_yticks() if 0.0 <= tick <= 1.05 * most])
    write_plain_numbers(ax.xaxis)
    write_plain_numbers(ax.yaxis)
    if histogram.none:
        ticks = [tick for tick in ax.get_xticks() if first <= tick <= high]
        texts = [plain_number(tick) for tick in ticks]
        ax.set_xticks([none_at, *ticks], ["(nearly)\nnone", *texts])
    ax.set_xlabel(words.on_axis)
    ax.set_ylabel("samples")
    ax.legend(handles=_handles(found, joint, words, places), loc="upper left", fontsize=7.5)


def _draw_range(
    ax: Axes, joint: JointAnswer, words: FigureWords, most: int, limits: tuple[float, float]
) -> None:
    """The range as a bar above the histogram, its ends with their intervals, and the median."""
    height, above = 1.13 * most, 1.22 * most

    def shown(value: float) -> float:
        return min(max(words.factor * value, limits[0]), limits[1])

    ends = [shown(one.value) for one in (joint.range.low, joint.range.high)]
    ax.plot(ends, [height] * 2, color=BLUE, linewidth=5.0, solid_capstyle="butt")
    for one in (joint.range.low, joint.range.median, joint.range.high):
        known = [shown(one.low), shown(one.high)]
        ax.plot(known, [above] * 2, color=INK, linewidth=1.1, marker="|", markersize=6.0)
    ax.plot(shown(joint.range.median.value), height, "D", color=ORANGE, markersize=6.0)


def _handles(
    found: StudiedFigure, joint: JointAnswer, words: FigureWords, places: int
) -> list[object]:
    """What marks mean, with their numbers."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    low, median, high = joint.range.low, joint.range.median, joint.range.high

    def said(value: float) -> str:
        return answer_text(words.factor * value, places)

    def limits(one: Interval) -> str:
        return f"[{_limit(one.low, said)}, {_limit(one.high, said)}]"

    handles: list[object] = [
        Line2D(
            [],
            [],
            color=BLUE,
            linewidth=4.0,
            label=f"90 % of the answers: {said(low.value)} to {said(high.value)}",
        ),
        Line2D(
            [],
            [],
            color=INK,
            linewidth=1.1,
            marker="|",
            label=f"95 % intervals of its ends: {limits(low)}, {limits(high)}",
        ),
        Line2D(
            [],
            [],
            color=ORANGE,
            marker="D",
            linestyle="none",
            label=f"median: {said(median.value)} {limits(median)}",
        ),
    ]
    if math.isfinite(found.base.value):
        handles.append(
            Line2D(
                [],
                [],
                color=VERMILLION,
                linestyle="--",
                label=f"at stated values: {said(found.base.value)}",
            )
        )
    if joint.histogram.none:
        none = joint.none
        share = joint.histogram.none / max(1, joint.samples - joint.failed)
        more = f" [{100 * none.low:.0f}, {100 * none.high:.0f}]" if math.isfinite(none.low) else ""
        handles.append(
            Patch(
                facecolor=GREY,
                hatch="////",
                edgecolor=PAPER,
                label=f"(nearly) none: {percent_text(share)}{more} of the samples",
            )
        )
    return handles


def _limit(value: float, said: object) -> str:
    return said(value) if math.isfinite(value) else "no limit"  # type: ignore[operator]


def _draw_shares(ax: Axes, joint: JointAnswer) -> None:
    """Shares of the variance, the largest first, with intervals; grey where it may be none."""
    every = [one for one in joint.shares.shares if math.isfinite(one.first_order.value)]
    every.sort(key=lambda one: -one.first_order.value)
    shown = every[:_MOST_SHARES]
    ax.set_title("share of the variance, first order", fontsize=9.0)
    if not shown:
        note = joint.shares.note or "not known"
        ax.text(0.5, 0.5, note, ha="center", va="center", wrap=True, color=MUTED, fontsize=8.0)
        ax.set_axis_off()
        return
    for k, one in enumerate(shown):
        share = one.first_order
        told = share.low > 0.0
        ax.barh(
            -k,
            100.0 * share.value,
            0.55,
            facecolor=BLUE if told else GREY,
            edgecolor=PAPER,
            hatch="" if told else "////",
            linewidth=0.0,
        )
        if math.isfinite(share.low) and math.isfinite(share.high):
            ax.plot(
                [100.0 * share.low, 100.0 * share.high],
                [-k, -k],
                color=INK,
                linewidth=1.0,
                marker="|",
                markersize=6.0,
            )
        if one.lmg is not None:
            ax.plot(100.0 * one.lmg.value, -k, "D", color=ORANGE, markersize=5.0)
        ax.annotate(
            f"{printable(one.name)}  {100.0 * share.value:.0f} %",
            (0.0, -k + 0.36),
            xytext=(1.0, 0.0),
            textcoords="offset points",
            ha="left",
            va="bottom",
            fontsize=7.5,
        ).set_in_layout(False)
    ax.set_yticks([])
    ax.set_ylim(-len(shown) + 0.4, 0.85)
    ax.set_xlim(0.0, 100.0)
    ax.set_xlabel("%, with 95 % interval" + (" (◆ LMG)" if shown[0].lmg is not None else ""))
    ax.spines["left"].set_visible(False)
    ax.grid(visible=False, axis="y")


def _title(joint: JointAnswer, words: FigureWords, places: int) -> str:
    low, high = (
        answer_text(words.factor * one.value, places) for one in (joint.range.low, joint.range.high)
    )
    name = f"{words.name[:1].upper()}{words.name[1:]}"
    title = f"{name}: {words.with_unit(f'{low} to {high}')}, {RANGE_NAME}"
    if joint.histogram.none and math.isfinite(joint.none.value):
        title += f"; (nearly) none in {percent_text(joint.none.value)} of the samples"
    return title


def _subtitle(source: Source, study: Study, found: StudiedFigure, joint: JointAnswer) -> list[str]:
    parts = title_and_users(source, study)
    if joint.first is not None:
        parts.append(f"find out first: {joint.first.name}")
    else:
        parts.append("no single assumption stands out from chance")
    grey = sum(1 for one in joint.shares.shares if not one.first_order.low > 0.0)
    if grey:
        parts.append(f"{grey} assumption{'' if grey == 1 else 's'} not told apart from 0 % (grey)")
    if joint.histogram.none and found.base.value > 0.0:
        parts.append(
            f"(nearly) none: at most {100 * NEARLY_NONE:g} % of the answer at stated values"
        )
    if joint.failed:
        parts.append(f"{joint.failed:,} samples without an answer are left out")
    parts.append(joint.range.note)
    return parts
