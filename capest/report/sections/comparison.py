"""Other runs beside the first: figures of each, and differences with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from capest.plot.source import Source
from capest.report.blocks import (
    Block,
    BulletList,
    DataTable,
    FoldedBlocks,
    Paragraph,
    ReportSection,
)
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles, differing_keys
from capest.report.values import value_words
from capest.results.compared_figures import ComparedFigure
from capest.results.comparison import ResultComparison, compare_results
from capest.results.figures import change_text, interval_text, value_text
from capest.results.summary import Summary
from capest.statistics.reduction import Estimate

_MOST_KEYS = 40


def comparison(files: ReportFiles) -> ReportSection | None:
    """Return the runs beside the first run; ``None`` where there is one alone, or none."""
    if files.summary is None or len(files.runs) < 2:
        return None
    others = [each for each in files.runs if each is not files.first]
    names = [each.name for each in files.runs]
    compared = compare_results([each.dataset for each in files.runs], names, all_figures=True)
    blocks: list[Block] = [*drawings(("compare",), files.runs, "comparison")]
    blocks.append(_side_by_side(files.first, others, compared))
    for other, each in zip(others, compared, strict=True):
        blocks += _details(files.first, other, each)
    return ReportSection("comparison", "Beside other runs", blocks)


def _side_by_side(
    first: Source, others: Sequence[Source], found: Sequence[ResultComparison]
) -> DataTable:
    """Means of every run, and what the others have more or less than the first."""
    means = [_means(each) for each in (first, *others)]
    rows = []
    for label in dict.fromkeys(label for each in means for label in each):
        row = [label.strip(), _cell(means[0].get(label))]
        for own, compared in zip(means[1:], found, strict=True):
            row += [_cell(own.get(label)), _less(own.get(label), compared)]
        rows.append(row)
    headings = ["figure", first.name]
    for each in others:
        headings += [each.name, f"{each.name} less {first.name}"]
    return DataTable("Means over trials, with 95 % intervals", headings, rows)


def _means(source: Source) -> dict[str, tuple[Estimate, str]]:
    return {label: (found, unit) for label, found, unit in Summary(source.stored).means}


def _cell(shown: tuple[Estimate, str] | None) -> str:
    if shown is None:
        return "n/a"
    found, unit = shown
    sure = f"({interval_text(found)})" if found.note else interval_text(found)
    return f"{value_text(found)} {sure} {unit}".strip()


def _less(own: tuple[Estimate, str] | None, compared: ResultComparison) -> str:
    if own is None:
        return "n/a"
    found, unit = own
    for each in compared.figures:
        if (each.difference.metric, each.difference.statistic) == (found.metric, found.statistic):
            is_percent = unit == "%" and each.difference.units == "1"
            return change_text(each.difference.estimate(), 100.0 if is_percent else each.factor)
    return "n/a"


def _details(first: Source, other: Source, found: ResultComparison) -> list[Block]:
    """What differs in the scenarios and runs, and all differences."""
    blocks: list[Block] = []
    keys = differing_keys(first, other)
    if keys:
        rows = [(key, value_words(a), value_words(b)) for key, a, b in keys[:_MOST_KEYS]]
        caption = f"What differs in the scenarios of {first.name} and {other.name}"
        table = DataTable(caption, ("key", first.name, other.name), rows, frozenset({1, 2}))
        blocks.append(FoldedBlocks(f"{caption} ({len(keys):,} keys)", [table]))
    else:
        blocks.append(Paragraph(f"{other.name} has the same scenario, but for trials and title."))
    if found.runs:
        blocks.append(BulletList([each.line for each in found.runs]))
    caption = f"Every figure: {other.name} less {first.name}"
    table = DataTable(
        caption,
        ("figure", "difference, with its 95 % interval", "beyond chance, of all compared"),
        [_row(each) for each in found.figures],
        frozenset({2}),
    )
    apart = [
        f"{metric}.{statistic} is not compared: {why}"
        for (metric, statistic), why in found.not_compared.items()
    ]
    more = [BulletList(apart)] if apart else []
    return [*blocks, FoldedBlocks(caption, [table, *more])]


def _row(found: ComparedFigure) -> tuple[str, str, str]:
    apart = f" ({found.why_apart})" if found.why_apart else ""
    shown = change_text(found.difference.estimate(), found.factor)
    return found.label, shown, f"{found.verdict}{apart}"
