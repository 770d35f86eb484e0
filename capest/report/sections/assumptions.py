"""What the answer rests on: every figure, where it comes from, how well it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from capest.report.blocks import Block, DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.report.report_files import ReportFiles
from capest.report.values import value_words
from capest.results.rests_on import NOT_KNOWN, VARIED, figures_of, group_of

_HEADINGS = ("key", "value", "from", "how well known", "range or options", "source and reason")


def assumptions(files: ReportFiles) -> ReportSection:
    """Return everything that the answer rests on, grouped by who knows it."""
    figures = figures_of(files.attributes)
    if figures is None:
        lack = "The file is of a version that did not keep what its result rests on."
        return ReportSection("assumptions", "What it rests on", [Paragraph(lack)])
    groups = [(name, list(rows)) for name, rows in groupby(figures, group_of)]
    unknown = sum(len(rows) for name, rows in groups if name == NOT_KNOWN)
    blocks: list[Block] = [
        Paragraph(
            f"{len(figures):,} figures decide the answer. {unknown:,} of them are known to "
            "somebody and not to us: their ranges say how far off they may be."
        )
    ]
    blocks += [_folded(name, rows) for name, rows in groups]
    return ReportSection("assumptions", "What it rests on", blocks)


def _folded(name: str, rows: Sequence[Mapping[str, Any]]) -> FoldedBlocks:
    title = f"{name[0].upper()}{name[1:]}"
    table = DataTable(title, _HEADINGS, [_row(each) for each in rows], frozenset(range(1, 6)))
    return FoldedBlocks(f"{title} ({len(rows)})", [table])


def _row(row: Mapping[str, Any]) -> tuple[str, ...]:
    unit = f" {row['unit']}" if row.get("unit") else ""
    value = row[VARIED] if VARIED in row else row.get("value")
    instead = f", in place of {value_words(row['instead_of'])}" if "instead_of" in row else ""
    reasons = [str(row[name]) for name in ("reason", "source") if row.get(name)]
    follows = [f"follows {row['follows']}"] if row.get("follows") else []
    return (
        str(row["key"]),
        f"{value_words(value)}{unit}",
        f"{row.get('origin', '')}{instead}",
        str(row.get("confidence") or row.get("kind") or "not stated"),
        _range(row, unit),
        "; ".join([*follows, *reasons]),
    )


def _range(row: Mapping[str, Any], unit: str) -> str:
    if row.get("range"):
        low, high = row["range"]
        return f"{value_words(low)} to {value_words(high)}{unit}"
    return " or ".join(value_words(value) for value, _ in row.get("options") or ())
