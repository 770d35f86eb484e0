"""How close capest is to what 3GPP has published, so that a reader can weigh the answer."""

from __future__ import annotations

from capest.report.blocks import DataTable, FoldedBlocks, Paragraph, ReportSection
from capest.validation.cases import METRICS
from capest.validation.stored_differences import (
    TRIALS,
    StoredDifference,
    largest_by_metric,
    stored_differences,
)
from capest.version import __version__

_LINKS = {"DL": "downlink", "UL": "uplink"}


def validity() -> ReportSection:
    """Return the differences of this version to the calibration of TR 38.821."""
    found = stored_differences()
    cases = {each.case for each in found}
    largest = max(abs(each.difference_db) for each in found)
    medians = max(abs(each.difference_db) for each in found if each.percentile == 50)
    words = (
        f"capest {__version__} computes the study cases of 3GPP TR 38.821. {len(found):,} "
        f"percentiles of {len(cases)} of them are published, in R1-1913224: medians differ by "
        f"{medians:.2f} dB at most, 5 % and 95 % points by {largest:.2f} dB. This is of channel, "
        "antennas and interference of one satellite; assignment, services and constellations "
        "have no published figures of this kind."
    )
    rows = [
        (f"{_LINKS[link]}, {METRICS[metric]}", _shown(median), _shown(tail))
        for link, metric, median, tail in largest_by_metric(found)
    ]
    table = DataTable(
        f"Largest differences, ours less theirs ({TRIALS} trials a case)",
        ("metric", "median, dB", "5 % and 95 %, dB"),
        rows,
    )
    everything = DataTable(
        "Every published percentile",
        ("case", "metric", "point", "ours, dB", "published, dB", "difference, dB"),
        [
            (
                str(each.case),
                f"{_LINKS[each.link]}, {METRICS[each.metric]}",
                f"{each.percentile} %",
                f"{each.value_db:.2f}",
                f"{each.published_db:.2f}",
                f"{each.difference_db:+.2f}",
            )
            for each in found
        ],
        frozenset({1}),
    )
    folded = FoldedBlocks(f"Every published percentile ({len(found)})", [everything])
    return ReportSection("validity", "How far it is from 3GPP", [Paragraph(words), table, folded])


def _shown(found: StoredDifference) -> str:
    where = f"{found.percentile} % of case" if found.percentile != 50 else "case"
    return f"{found.difference_db:+.2f} ({where} {found.case})"
