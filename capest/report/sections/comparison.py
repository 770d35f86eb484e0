"""Other runs beside the first: figures of each, and differences with intervals."""

from __future__ import annotations

from collections.abc import Sequence

from capest.errors import InputError
from capest.plot.source import Source
from capest.report.blocks import Block, DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles, differing_keys
from capest.report.values import value_words
from capest.results.difference_table import Differences, differences_of
from capest.results.differences import Difference
from capest.results.figures import change_text, interval_text, people_unit, value_text
from capest.results.summary import Summary
from capest.statistics.reduction import Estimate

_MOST_KEYS = 40


def comparison(files: ReportFiles) -> ReportSection | None:
    """Return the runs beside the first run; ``None`` where there is one alone, or none."""
    if files.summary is None or len(files.runs) < 2:
        return None
    others = [each for each in files.runs if each is not files.first]
    found = [_differences_or_why(each, files.first) for each in others]
    blocks: list[Block] = [*drawings(("compare",), files.runs, "comparison")]
    blocks.append(_side_by_side(files.first, others, found))
    for other, each in zip(others, found, strict=True):
        blocks += _details(files.first, other, each)
    return ReportSection("comparison", "Beside other runs", blocks)


def _differences_or_why(other: Source, first: Source) -> Differences | str:
    try:
        return differences_of(other.dataset, first.dataset)
    except InputError as error:
        return str(error)


def _side_by_side(
    first: Source, others: Sequence[Source], found: Sequence[Differences | str]
) -> DataTable:
    """Means of every run, and what the others have more or less than the first."""
    means = [_means(each) for each in (first, *others)]
    rows = []
    for label in dict.fromkeys(label for each in means for label in each):
        row = [label.strip(), _cell(means[0].get(label))]
        for own, differences in zip(means[1:], found, strict=True):
            row += [_cell(own.get(label)), _less(own.get(label), differences)]
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


def _less(own: tuple[Estimate, str] | None, differences: Differences | str) -> str:
    if own is None or isinstance(differences, str):
        return "n/a"
    found, unit = own
    for each in differences:
        if (each.metric, each.statistic) == (found.metric, found.statistic):
            factor = 100.0 if unit == "%" and each.units == "1" else 1.0
            return change_text(each.estimate(), factor)
    return "n/a"


def _details(first: Source, other: Source, found: Differences | str) -> list[Block]:
    """What differs in the scenarios, and all differences."""
    blocks: list[Block] = []
    keys = differing_keys(first, other)
    if keys:
        rows = [(key, value_words(a), value_words(b)) for key, a, b in keys[:_MOST_KEYS]]
        caption = f"What differs in the scenarios of {first.name} and {other.name}"
        table = DataTable(caption, ("key", first.name, other.name), rows, frozenset({1, 2}))
        blocks.append(FoldedBlocks(f"{caption} ({len(keys):,} keys)", [table]))
    else:
        blocks.append(Paragraph(f"{other.name} has the same scenario, but for trials and title."))
    if isinstance(found, str):
        return [*blocks, Paragraph(f"{other.name}: no differences: {found}")]
    caption = f"Every figure: {other.name} less {first.name}"
    table = DataTable(
        caption,
        ("figure", "difference, with its 95 % interval", "unit", "beyond chance"),
        [_row(each) for each in found],
        frozenset({2, 3}),
    )
    return [*blocks, FoldedBlocks(caption, [table, Paragraph(found.pairs)])]


def _row(found: Difference) -> tuple[str, str, str, str]:
    name = f"{found.metric}.{found.statistic}"
    return name, change_text(found.estimate()), people_unit(found.units), _beyond(found)


def _beyond(found: Difference) -> str:
    if found.note:
        return "same" if found.note.startswith("same") else "not known"
    return "yes" if found.low > 0.0 or found.high < 0.0 else "no"
