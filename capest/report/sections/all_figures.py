"""Every figure of a run with its interval, and pictures that stand nowhere else."""

from __future__ import annotations

from capest.report.blocks import Block, BulletList, DataTable, FoldedBlocks, ReportSection
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles
from capest.results.figures import interval_text, value_text

_PICTURES = ("cdf", "delay", "hopping", "beams", "coverage", "convergence")


def all_figures(files: ReportFiles) -> ReportSection | None:
    """Return all figures of a run; ``None`` of other files."""
    summary = files.summary
    if summary is None:
        return None
    blocks: list[Block] = [*drawings(_PICTURES, (files.first,), "figures")]
    means = [
        (label.strip(), value_text(found), interval_text(found, brackets=True), unit)
        for label, found, unit in summary.means
    ]
    spread = [
        (label, *(value_text(each) for each in (row[1], row[0], row[2])), interval_text(row[1]))
        for label, row in summary.rows
    ]
    blocks.append(
        FoldedBlocks(
            "All figures as tables",
            [
                DataTable(
                    "Means over trials",
                    ("figure", "mean", "95 % interval", "unit"),
                    means,
                    frozenset({3}),
                ),
                DataTable(
                    "Distributions over users, beams or trials",
                    ("figure", "median", "5 %", "95 %", "95 % interval of the median"),
                    spread,
                ),
            ],
        )
    )
    blocks.append(FoldedBlocks("What the intervals are", [BulletList([" ".join(summary.notes)])]))
    return ReportSection("figures", "All figures", blocks)
