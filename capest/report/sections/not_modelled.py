"""What is not modelled, and how much it might change the answer."""

from __future__ import annotations

import re

from capest.report.blocks import DataTable, Paragraph, ReportSection
from capest.report.report_files import ReportFiles

_SIZED = re.compile(r"(?P<effect>.*\S)\s+\((?P<size>.*)\)\s*$")


def not_modelled(files: ReportFiles) -> ReportSection:
    """Return what the model leaves out, the largest effect first."""
    title = "What is not modelled"
    effects = str(files.attributes.get("not_modelled", "")).splitlines()
    if not effects:
        lack = "The file does not say what its version left out."
        return ReportSection("not-modelled", title, [Paragraph(lack)])
    rows = [_row(each) for each in effects]
    table = DataTable("Effects, the largest first", ("effect", "size"), rows, frozenset({1}))
    words = (
        "Intervals and ranges say nothing of these effects: they stand beside the answer, each "
        "with what is known of its size."
    )
    lack = str(files.attributes.get("calls_lack", ""))
    more = [Paragraph(f"Stands against calls in fact and not here: {lack}.")] if lack else []
    return ReportSection("not-modelled", title, [Paragraph(words), table, *more])


def _row(effect: str) -> tuple[str, str]:
    found = _SIZED.match(effect)
    return (found["effect"], found["size"]) if found else (effect, "not known")
