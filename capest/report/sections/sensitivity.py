"""How the answer moves: ranges, tornado and cliff of studies, curves of sweeps, capacities."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from capest.plot.capacity_title import condition_words
from capest.plot.key_words import key_name, key_value_with_unit
from capest.plot.source import Source
from capest.report.blocks import (
    Block,
    BulletList,
    DataTable,
    FoldedBlocks,
    Paragraph,
    ReportSection,
    SubHeading,
)
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles, differing_words
from capest.report.sections.answer import HOW_TO_GET_A_RANGE, range_sentences
from capest.results.columns import printable
from capest.results.figures import number, people_unit, percent_text
from capest.results.ours import CAPACITY_MARK
from capest.results.sweep_summary import SweepSummary
from capest.statistics.intervals import Interval
from capest.studies.capacity.capacity_file import capacities_of
from capest.studies.capacity.capacity_words import condition_text, lines_of, search_text
from capest.studies.uncertainty.analysis import JointAnswer, joint_of
from capest.studies.uncertainty.study_model import StudiedFigure, Study
from capest.studies.uncertainty.tornado_rows import change_of, cut_value, places_of, rows_of

_LONGEST_VALUE = 40
_COLUMNS = 6


def sensitivity(files: ReportFiles) -> ReportSection:
    """Return how the answer moves with what is assumed and with what is decided."""
    blocks: list[Block] = []
    for place, (source, study) in enumerate(files.studies):
        blocks += _of_study(files, source, study, f"study{place}")
    for place, source in enumerate(files.sweeps):
        blocks += _of_sweep(source, f"sweep{place}")
    for place, source in enumerate(files.capacities):
        blocks += _of_capacity(source, f"capacity{place}")
    if not files.studies:
        blocks.append(Paragraph(HOW_TO_GET_A_RANGE, is_muted=True))
    return ReportSection("sensitivity", "How the answer moves", blocks)


def _of_study(files: ReportFiles, source: Source, study: Study, place: str) -> Iterator[Block]:
    yield SubHeading(f"What is assumed: {source.name}")
    if differs := differing_words(files.first, source):
        yield Paragraph(f"This study is of another scenario: {differs}.")
    yield from drawings(("uncertainty", "tornado", "margin"), (source,), place)
    for found in study.figures:
        joint = joint_of(study, found)
        if joint is not None:
            yield Paragraph(" ".join(range_sentences(study, found.figure.name)))
            yield _range_table(found, joint)
        if found.ends:
            yield from _tornado(study, found)
        if found.margins:
            yield _margins(study, found)
        if joint is not None and joint.shares.shares:
            yield _shares(joint)
    if study.failures:
        count = len({each.sample for each in study.failures})
        yield Paragraph(f"{count:,} of {study.samples:,} samples have no answer.")
    if decisions := str(study.about.get("decisions", "")):
        yield FoldedBlocks(
            "Decisions, which are not drawn and the range depends on",
            [BulletList(decisions.split(", "))],
        )


def _range_table(found: StudiedFigure, joint: JointAnswer) -> DataTable:
    places, unit = _places(found, joint), people_unit(found.figure.units)
    rows = [
        (label, number(each.value, places), _limits(each, places))
        for label, each in (
            ("lower end", joint.range.low),
            ("median", joint.range.median),
            ("upper end", joint.range.high),
            ("at stated values, by chance alone", found.base),
        )
    ]
    title = f"{found.figure.label}{f', {unit}' if unit else ''}: range over the stated assumptions"
    note = f" ({joint.range.note})" if joint.range.note else ""
    return DataTable(
        f"{title}, {joint.samples - joint.failed:,} samples{note}",
        ("end", "value", "95 % interval of it"),
        rows,
    )


def _places(found: StudiedFigure, joint: JointAnswer) -> int:
    return places_of(found.base if math.isfinite(found.base.value) else joint.range.median)


def _limits(found: Interval, places: int) -> str:
    if math.isnan(found.low) or math.isnan(found.high):
        return "not known"
    low, high = (
        number(each, places) if math.isfinite(each) else "no limit"
        for each in (found.low, found.high)
    )
    return f"{low} to {high}"


def _tornado(study: Study, found: StudiedFigure) -> Iterator[Block]:
    places, is_amount = places_of(found.base), found.figure.is_amount
    rows, idle = [], []
    for row in rows_of(study, found):
        if row.changes_nothing:
            idle.append(row.key)
            continue
        for value, answer in row.ends:
            change = answer.percent if is_amount else answer.difference
            sure = _limits(change, 1 if is_amount else 2)
            cells = (row.key, cut_value(row.centre, _LONGEST_VALUE))
            moved = number(answer.value.value, places)
            tried = cut_value(value, _LONGEST_VALUE)
            rows.append((*cells, tried, moved, change_of(answer, is_amount), sure))
    unit = "%" if is_amount else "dB"
    table = DataTable(
        f"{found.figure.label}, one assumption at a time: the largest change first",
        ("assumption", "stated", "tried", "answer", "change", f"95 % interval, {unit}"),
        rows,
        frozenset({1, 2}),
    )
    more = [Paragraph(f"No change at any end: {', '.join(idle)}.")] if idle else []
    yield FoldedBlocks("Every assumption at its ends, as a table", [table, *more])


def _margins(study: Study, found: StudiedFigure) -> DataTable:
    places = places_of(found.base)
    rows = [
        (f"{margin:+g} dB", number(answer.value.value, places), _limits(answer.value, places))
        for margin, answer in zip(study.margins_db, found.margins, strict=True)
    ]
    title = f"{found.figure.label} against link margin (both gains of the phone)"
    return DataTable(title, ("margin", "answer", "95 % interval"), rows)


def _shares(joint: JointAnswer) -> FoldedBlocks:
    def size(one: float) -> float:
        return math.inf if math.isnan(one) else -one

    shares = sorted(joint.shares.shares, key=lambda one: size(one.first_order.value))
    rows = [
        (
            one.name,
            "n/a" if math.isnan(one.first_order.value) else percent_text(one.first_order.value),
            f"{_limits(_percent(one.first_order), 0)} %",
        )
        for one in shares
    ]
    table = DataTable(
        "Share of the variance that goes when one assumption is known (first order)",
        ("assumption", "share", "95 % interval"),
        rows,
    )
    first = "no single assumption stands out from chance with these samples"
    if joint.first is not None:
        first = f"{joint.first.name}: {percent_text(joint.first.share.value)} of the variance"
        if joint.first.not_told_apart:
            first += f", not told apart from {', '.join(joint.first.not_told_apart[:3])}"
    return FoldedBlocks(f"What to find out first: {first}", [table])


def _percent(found: Interval) -> Interval:
    return Interval(100.0 * found.value, 100.0 * found.low, 100.0 * found.high, found.note)


def _of_sweep(source: Source, place: str) -> Iterator[Block]:
    summary = SweepSummary(source.dataset)
    yield SubHeading(f"Along {' and '.join(summary.axes) or 'one point'}: {source.name}")
    yield Paragraph(f"{summary.heading}.")
    yield from drawings(("sweep",), (source,), place)
    headings, rows = summary.table()
    tables = list(_in_parts(headings, rows, len(summary.axes)))
    yield FoldedBlocks(
        f"Every point as a table ({len(rows)})", [*tables, BulletList(summary.notes)]
    )


def _in_parts(headings: list[str], rows: list[list[str]], keys: int) -> Iterator[DataTable]:
    """A table as several that paper has room for; the columns of the axes stand in each."""
    caption = "Figures of every point, with their 95 % intervals"
    for first in range(keys, len(headings), _COLUMNS):
        columns = [*range(keys), *range(first, min(first + _COLUMNS, len(headings)))]
        part = [[row[k] for k in columns] for row in rows]
        yield DataTable(caption, [headings[k] for k in columns], part)
        caption = "The same, further figures"


def _of_capacity(source: Source, place: str) -> Iterator[Block]:
    stored = capacities_of(source.stored)
    about = stored.about
    yield SubHeading(f"How much until it breaks: {source.name}")
    yield Paragraph(f"{printable(source.title)}: {_in_words(about, search_text(about))}.")
    yield from drawings(("capacity",), (source,), place)
    lines = []
    for each in stored.capacities:
        where = ", ".join(
            f"{key_name(key)}: {key_value_with_unit(key, value)}"
            for key, value in each.place.items()
        )
        told = [_in_words(about, line.strip()) for line in lines_of(about, each)]
        lines += [f"{where}: {line}" if where else line for line in told]
    yield BulletList([f"{line[0].upper()}{line[1:]}" for line in lines])


def _in_words(about: Mapping[str, Any], line: str) -> str:
    """A line of a search with its key and its condition in words."""
    key = str(about[CAPACITY_MARK])
    line = line.replace(condition_text(dict(about)), condition_words(about))
    return line.replace(key, key_name(key))
