"""Why not more: who is refused and why, and what else bounds the answer."""

from __future__ import annotations

from collections.abc import Mapping

from capest.report.blocks import Block, BulletList, DataTable, Paragraph, ReportSection
from capest.report.drawings import drawings
from capest.report.report_files import ReportFiles
from capest.results.figures import interval_text, number, value_text
from capest.results.headline import in_percent
from capest.statistics.reduction import Estimate
from capest.statistics.refusals import REFUSAL_REASONS, SHORT_REASONS


def limits(
    files: ReportFiles, estimates: Mapping[tuple[str, str], Estimate]
) -> ReportSection | None:
    """Return the reasons of refusal of a run, with what bounds the answer otherwise.

    Parameters
    ----------
    files : ReportFiles
        The first is a run, else there is no such section.
    estimates : mapping of (metric, statistic) to Estimate
        Of the run.
    """
    summary = files.summary
    if summary is None:
        return None
    blocks: list[Block] = [Paragraph(f"{summary.headline}.")] if summary.headline else []
    rows = _reasons(estimates)
    blocks += drawings(("reasons",), (files.first,), "limits")
    if rows:
        table = DataTable(
            "Calls refused, by reason; a refused call has one",
            ("reason", "share of the refused, %", "95 % interval", "calls a trial"),
            rows,
        )
        blocks.append(table)
    lines = [
        *summary.delay_verdicts,
        summary.bound_verdict,
        summary.search_verdict,
        summary.counted_beams,
        *summary.power_and_flux,
    ]
    told = [f"{line[0].upper()}{line[1:]}" for line in lines if line]
    if told:
        blocks.append(BulletList(told))
    return ReportSection("limits", "Why not more", blocks) if blocks else None


def _reasons(estimates: Mapping[tuple[str, str], Estimate]) -> list[tuple[str, str, str, str]]:
    offered = estimates.get(("calls_offered", "mean"))
    refused = estimates.get(("refused_share", "mean"))
    if offered is None or refused is None:
        return []
    all_refused = offered.value * refused.value
    found = [
        (reason, estimates[f"refused_{reason}_share", "mean"])
        for reason in REFUSAL_REASONS
        if (f"refused_{reason}_share", "mean") in estimates
    ]
    rows = []
    for reason, share in sorted(found, key=lambda one: -one[1].value):
        if share.value > 0.0:
            shown = in_percent(share)
            calls = number(share.value * all_refused, 0)
            sure = interval_text(shown, brackets=True)
            rows.append((SHORT_REASONS[reason], value_text(shown), sure, calls))
    return rows
