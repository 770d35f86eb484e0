"""Other runs beside the first: what ``capest compare`` says of them."""

from __future__ import annotations

from collections.abc import Sequence

from capest.plot import picture
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
from capest.report.report_files import ReportFiles, differing_keys
from capest.report.values import value_words
from capest.results.comparison import MOST, ResultComparison, ResultComparisons, compare_results
from capest.results.comparison_text import (
    figure_cells,
    notes_of_comparison,
    pairs_words,
    verdict_words,
)

_MOST_KEYS = 40


def comparison(files: ReportFiles) -> ReportSection | None:
    """Return the runs beside the first of them; ``None`` where there is one alone, or none.

    Differences are those of ``capest compare``, and below them those of ``capest compare --all``.
    """
    if len(files.runs) < 2:
        return None
    runs, more = files.runs[:MOST], files.runs[MOST:]
    headline, everything = _compared(runs), _compared(runs, all_figures=True)
    blocks: list[Block] = [*drawings(("compare",), runs, "comparison")]
    if lacks := picture.why_not("compare", runs):
        blocks.append(Paragraph(f"There is no picture of all of it: {lacks}.", is_muted=True))
    for other, short, full in zip(runs[1:], headline, everything, strict=True):
        blocks += _of_one(runs[0], other, short, full, everything)
    blocks.append(Paragraph(_LEGEND, is_muted=True))
    if told := verdict_words(headline):
        blocks.append(BulletList(told))
    if more:
        names = ", ".join(each.name for each in more)
        blocks.append(Paragraph(f"Not compared, for {MOST} runs are the most: {names}."))
    return ReportSection("comparison", "Beside other runs", blocks)


_LEGEND = (
    "After each difference stands its 95 % interval, in the unit of the figure: of shares in "
    "percentage points. Percent is of the first run."
)


def _compared(runs: Sequence[Source], *, all_figures: bool = False) -> ResultComparisons:
    names = [each.name or each.title for each in runs]
    return compare_results([each.dataset for each in runs], names, all_figures=all_figures)


def _of_one(
    first: Source,
    other: Source,
    short: ResultComparison,
    full: ResultComparison,
    everything: ResultComparisons,
) -> list[Block]:
    """One run against the first: how they pair, differences, and what differs in scenarios."""
    names = short.reference.name, short.values.name
    blocks: list[Block] = [SubHeading(f"{names[1]} less {names[0]}")]
    blocks += [Paragraph(line) for line in (pairs_words(short), *short.warnings)]
    if short.figures:
        blocks.append(_table("Headline figures, with 95 % intervals of differences", short))
    if apart := notes_of_comparison(short, asked=False):
        blocks.append(BulletList(apart))
    keys = differing_keys(first, other)
    if keys:
        rows = [(key, value_words(a), value_words(b)) for key, a, b in keys[:_MOST_KEYS]]
        caption = f"What differs in the scenarios of {names[0]} and {names[1]}"
        table = DataTable(caption, ("key", *names), rows, frozenset({1, 2}))
        blocks.append(FoldedBlocks(f"{caption} ({len(keys):,} keys)", [table]))
    else:
        blocks.append(Paragraph(f"{names[1]} has the same scenario, but for trials and title."))
    if full.runs:
        blocks.append(BulletList([each.line for each in full.runs]))
    caption = f"Every figure: {names[1]} less {names[0]}"
    told = [*notes_of_comparison(full, asked=True), *verdict_words(everything)]
    inner: list[Block] = [_table(caption, full), BulletList(told)]
    return [*blocks, FoldedBlocks(caption, inner)]


def _table(caption: str, found: ResultComparison) -> DataTable:
    """A row for every figure, cell by cell as ``capest compare`` shows it."""
    names = found.reference.name, found.values.name
    rows = [
        (each.label, *figure_cells(each)[:-1], _chance(each.verdict, each.why_apart))
        for each in found.figures
    ]
    return DataTable(
        caption, ("figure", *names, "difference", "percent", "chance"), rows, frozenset({5})
    )


def _chance(verdict: str, why_apart: str) -> str:
    return f"{verdict} ({why_apart})" if why_apart else verdict
