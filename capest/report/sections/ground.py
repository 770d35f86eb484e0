"""Where: a map whose cells say what they hold."""

from __future__ import annotations

from capest.report.blocks import ReportSection
from capest.report.report_files import ReportFiles


def ground(files: ReportFiles) -> ReportSection | None:
    """Return the map of a run of a constellation; ``None`` of others."""
    return None
