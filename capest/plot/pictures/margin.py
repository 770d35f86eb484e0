"""How near the cliff is: the answer against link margin, in decibels."""

from __future__ import annotations

import itertools
import math

import numpy as np

from capest.errors import InputError
from capest.plot.curve_axis import upright_limits, write_points
from capest.plot.figure_words import FigureWords, figure_words
from capest.plot.plain_numbers import plain_number, write_plain_numbers
from capest.plot.point_labels import PointLabel, ends_first, place_labels
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
from capest.plot.style import BLUE, GREY, INK
from capest.results.figures import percent_text
from capest.statistics.answer_range import NEARLY_NONE
from capest.studies.uncertainty.study_model import StudiedFigure, Study

KINDS = ("uncertainty",)
MOST = 1
OPTIONS = ("of",)


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    if not study_of_source(sources[0]).margins_db:
        return "the study has no curve: capest uncertainty SCENARIO --margin -6:6:2 makes one"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "") -> Words:
    """Draw a figure against link margin, with its 95 % band, and the stated point.

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
    if not found.margins:
        raise InputError(f"margin: the study has no curve of {found.figure.name}")
    words = figure_words(found.figure.metric, found.figure.statistic)
    margins = np.array(study.margins_db)
    limits = (
        words.factor
        * np.array(
            [(each.value.value, each.value.low, each.value.high) for each in found.margins]
        ).T
    )
    places = decimals_in_words(found, words)
    (ax,) = sheet.panels()
    assert ax is not None
    bottom, top = upright_limits(limits, words.from_zero)
    shown = np.where(np.isposinf(limits), top, np.where(np.isneginf(limits), bottom, limits))
    write_points(ax, margins, shown, colour=BLUE, line="-", mark="o", label=words.name)
    ax.axvline(0.0, color=INK, linewidth=0.9, linestyle=":")
    ax.plot([0.0], [limits[0][margins == 0.0][0]], "o", color=INK, markersize=7.0, zorder=4)
    step = 0.03 * (margins[-1] - margins[0]) or 1.0
    edge_db = nearly_none_up_to(study, found)
    if edge_db is not None:
        ax.axvspan(
            margins[0] - step,
            edge_db,
            facecolor="none",
            edgecolor=GREY,
            hatch="////",
            linewidth=0.0,
            zorder=0,
            label=f"nearly none: at most {100 * NEARLY_NONE:g} % of the stated answer",
        )
        ax.legend(loc="upper left", bbox_to_anchor=(0.0, 1.1), borderaxespad=0.0)
    ax.set_ylim(bottom, top)
    ax.set_xlim(margins[0] - step, margins[-1] + step)
    ax.set_xlabel("link margin added to both gains of the phone, dB (0: as stated)")
    ax.set_ylabel(words.on_axis)
    write_plain_numbers(ax.yaxis)
    write_plain_numbers(ax.xaxis)

    def label() -> None:
        order = sorted(ends_first(len(margins)), key=lambda k: margins[k] != 0.0)
        texts = [
            PointLabel(
                float(margins[k]),
                float(limits[0][k]),
                answer_text(float(limits[0][k]), places) + _at_stated(float(margins[k])),
            )
            for k in order
            if math.isfinite(limits[0][k])
        ]
        stated = (np.zeros(2), np.array([bottom, top]))
        bars = [(np.full(2, margins[k]), shown[1:, k]) for k in range(len(margins))]
        place_labels(ax, texts, [(margins, limits[0]), stated, *bars])

    sheet.when_laid_out(label)
    title = _title(study, found, words, places)
    return Words(
        title=title,
        subtitle=" · ".join(filter(None, _subtitle(source, study, found, edge_db))),
        footer=" · ".join([f"{study.about.get('paired_trials')} trials a point", source.footer]),
        alt=f"{words.name} against link margin from {plain_number(margins[0])} to "
        f"{plain_number(margins[-1])} dB. {title}.",
    )


def nearly_none_up_to(study: Study, found: StudiedFigure) -> float | None:
    """Up to which margin next to nothing is left of the answer at stated values.

    Parameters
    ----------
    study : Study
    found : StudiedFigure

    Returns
    -------
    float or None
        In dB; None where something is left at the least margin, of decibels, and where there is
        none to begin with.
    """
    if not found.figure.is_amount or not 0.0 < found.base.value < math.inf:
        return None
    most = NEARLY_NONE * found.base.value
    both = zip(study.margins_db, found.margins, strict=True)
    none = [
        margin for margin, _ in itertools.takewhile(lambda one: one[1].value.value <= most, both)
    ]
    return none[-1] if none else None


def _at_stated(margin_db: float) -> str:
    return " as stated" if margin_db == 0.0 else ""


def _title(study: Study, found: StudiedFigure, words: FigureWords, places: int) -> str:
    def said(value: float) -> str:
        return words.with_unit(answer_text(words.factor * value, places))

    values = [each.value.value for each in found.margins]
    name = f"{words.name[:1].upper()}{words.name[1:]}"
    parts = [f"{name}: {said(found.base.value)} as stated"]
    first, last = study.margins_db[0], study.margins_db[-1]
    if first < 0.0:
        parts.append(f"{said(values[0])} with {plain_number(-first)} dB less")
    if last > 0.0:
        parts.append(f"{said(values[-1])} with {plain_number(last)} dB more")
    return ", ".join(parts)


def _subtitle(
    source: Source, study: Study, found: StudiedFigure, edge_db: float | None
) -> list[str]:
    parts = title_and_users(source, study)
    limits = [each.value.low for each in found.margins] + [
        each.value.high for each in found.margins
    ]
    if any(map(math.isfinite, limits)):
        parts.append("with 95 % confidence intervals")
    else:
        parts.append("no intervals: too few trials")
    if found.figure.is_amount and found.base.value > 0.0:
        if edge_db is not None:
            parts.append(f"nearly none is left at {plain_number(edge_db)} dB and below")
        else:
            least = min(each.value.value for each in found.margins) / found.base.value
            if least < 1.0:
                parts.append(f"{percent_text(least)} of the stated answer is left at the least")
    parts.append(other_figures(study, found))
    return parts
