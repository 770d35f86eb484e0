"""Runs beside a first file that is no run: what each answers."""

from __future__ import annotations

from capest.report.blocks import Block, BulletList, Paragraph, ReportSection, SubHeading
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles, differing_words
from capest.report.sections.answer import HOW_TO_GET_A_RANGE, answer
from capest.results.stored import stored_estimates

_PICTURES = ("map", "reasons")


def runs_beside(files: ReportFiles) -> ReportSection | None:
    """Return the answers of runs beside a sweep or a study; ``None`` where there are none.

    Parameters
    ----------
    files : ReportFiles
    """
    if files.summary is not None or not files.runs:
        return None
    blocks: list[Block] = []
    for place, source in enumerate(files.runs):
        found = {(one.metric, one.statistic): one for one in stored_estimates(source.stored)}
        said = answer(ReportFiles((source,)), found)
        blocks.append(SubHeading(f"{source.name}: {source.title}"))
        blocks.append(Paragraph(f"{said.value} {said.unit}. {said.interval}."))
        # How to get a range is said once, beside the answer of the page.
        if lines := [line for line in said.lines if line != HOW_TO_GET_A_RANGE]:
            blocks.append(BulletList(lines))
        if differs := differing_words(files.first, source):
            blocks.append(Paragraph(f"Its scenario differs from that of this page: {differs}."))
        blocks += drawings(_PICTURES, (source,), f"run{place}")
    return ReportSection("runs", "Runs beside it", blocks)
