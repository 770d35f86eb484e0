"""Other runs beside the first: figures of each, and differences with intervals."""

from __future__ import annotations

from capest.errors import InputError
from capest.plot.source import Source
from capest.report.blocks import Block, BulletList, DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles, differing_keys
from capest.report.values import value_words
from capest.results.difference_table import Differences, differences_of
from capest.results.figures import change_text, interval_text, scaled, value_text
from capest.results.summary import Summary
from capest.statistics.reduction import Estimate

_MOST_KEYS = 40


def comparison(files: ReportFiles) -> ReportSection | None:
    """Return the runs beside the first run; ``None`` where there is one alone, or none."""
    if files.summary is None or len(files.runs) < 2:
        return None
    others = [each for each in files.runs if each is not files.first]
    blocks: list[Block] = [*drawings(("compare",), files.runs, "comparison")]
    blocks.append(_side_by_side(files.runs))
    for each in others:
        blocks += _difference(files.first, each)
    return ReportSection("comparison", "Beside other runs", blocks)


def _side_by_side(runs: tuple[Source, ...]) -> DataTable:
    means = [{label: (found, unit) for label, found, unit in Summary(each.stored).means} for each in runs]
    labels = dict.fromkeys(label for each in means for label in each)
    rows = []
    for label in labels:
        shown = [each.get(label) for each in means]
        rows.append([label.strip(), *(_cell(*one) if one else "n/a" for one in shown)])
    names = [each.name for each in runs]
    return DataTable("Means over trials, with 95 % intervals", ["figure", *names], rows)


def _cell(found: Estimate, unit: str) -> str:
    sure = f"({interval_text(found)})" if found.note else interval_text(found)
    return f"{value_text(found)} {sure} {unit}".strip()


def _difference(first: Source, other: Source) -> list[Block]:
    blocks: list[Block] = []
    keys = differing_keys(first, other)
    if keys:
        rows = [(key, value_words(a), value_words(b)) for key, a, b in keys[:_MOST_KEYS]]
        caption = f"What differs in the scenarios ({len(keys):,} keys)"
        headings = ("key", first.name, other.name)
        table = DataTable(caption, headings, rows, frozenset({1, 2}))
        blocks.append(FoldedBlocks(caption, [table]))
    else:
        blocks.append(Paragraph(f"{other.name} has the same scenario, but for trials and title."))
    try:
        found = differences_of(other.dataset, first.dataset)
    except InputError as error:
        return [*blocks, Paragraph(f"{other.name}: no differences: {error}")]
    blocks.append(_differences(first, other, found))
    blocks.append(BulletList([found.pairs]))
    return blocks


def _differences(first: Source, other: Source, found: Differences) -> DataTable:
    rows = []
    for each in found:
        if each.statistic in ("mean", "p50"):
            factor = 100.0 if each.metric.endswith("_share") else 1.0
            shown = scaled(each.estimate(), factor)
            unit = "%" if factor == 100.0 else each.units
            beyond = "not known" if each.note else _beyond(shown)
            name = f"{each.metric}.{each.statistic}"
            rows.append((name, change_text(shown), unit if unit != "1" else "", beyond))
    return DataTable(
        f"{other.name} less {first.name}",
        ("figure", "difference, with its 95 % interval", "unit", "beyond chance"),
        rows,
        frozenset({2, 3}),
    )


def _beyond(found: Estimate) -> str:
    return "yes" if found.low > 0.0 or found.high < 0.0 else "no"
