"""The answer: one figure with its interval, the range of a study, and what limits it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from capest.plot.source import Source
from capest.report.report_files import ReportFiles, differing_keys
from capest.results.columns import printable
from capest.results.figures import (
    interval_text,
    number,
    people_unit,
    percent_text,
    value_text,
)
from capest.results.summary import Summary
from capest.statistics.answer_range import RANGE_NAME
from capest.statistics.quantities import quantity
from capest.statistics.reduction import Estimate
from capest.statistics.refusals import REFUSAL_REASONS
from capest.studies.uncertainty.analysis import joint_of
from capest.studies.uncertainty.study_model import Study

_WHY = {
    "bandwidth": "the beam has no bandwidth left",
    "uplink": "the phone is too weak to be heard (uplink)",
    "downlink": "the satellite's signal is too weak at the phone (downlink)",
    "delay": "packets would take too long",
    "beam": "no beam is free for the cell",
    "elevation": "no satellite stands high enough",
    "satellite": "no satellite is above the horizon",
}
"""Why a call is refused, to be read after "because"."""


@dataclass(frozen=True)
class HeadlineAnswer:
    """What stands at the top of a report.

    Attributes
    ----------
    value, unit : str
    interval : str
        In words; says why where there is none.
    lines : tuple of str
        Of what it is, the range, the limit.
    """

    value: str
    unit: str
    interval: str
    lines: tuple[str, ...] = field(default=())


def answer_of_run(files: ReportFiles, estimates: Mapping[tuple[str, str], Estimate]) -> HeadlineAnswer:
    """Return the answer of a run.

    Parameters
    ----------
    files : ReportFiles
        The first is the run.
    estimates : mapping of (metric, statistic) to Estimate
        Of the run.
    """
    summary = files.summary
    assert summary is not None
    calls = estimates.get(("calls", "mean"))
    if calls is not None:
        users = str((files.scenario.get("service") or {}).get("preset", "")) == "message"
        found, unit = calls, f"{'users' if users else 'calls'} at once"
    else:
        label, found, own = summary.means[0]
        unit = f"{own}, {label}" if own else label
    lines = [*_of_how_many(estimates), *_ranges(files, found), *_limit(estimates), *_said(summary)]
    return HeadlineAnswer(value_text(found), unit, interval_words(found), tuple(lines))


def interval_words(found: Estimate) -> str:
    """Return the 95 % interval in words, or why it is not known."""
    if found.note or math.isnan(found.low):
        why = found.note.partition(": ")[2]
        return f"How sure is not known{f': {why}' if why else ''}"
    return (
        f"95 % interval {interval_text(found, brackets=True).strip('[]').replace(', ', ' to ')}"
        if math.isfinite(found.low) and math.isfinite(found.high)
        else f"95 % interval {interval_text(found)}"
    )


def _of_how_many(estimates: Mapping[tuple[str, str], Estimate]) -> Iterator[str]:
    offered = estimates.get(("calls_offered", "mean"))
    refused = estimates.get(("refused_share", "mean"))
    if offered is not None:
        share = ""
        if refused is not None and not math.isnan(refused.value):
            share = f"; {percent_text(refused.value)} of them are refused"
        yield f"Of {value_text(offered)} who ask at once{share}."


def _ranges(files: ReportFiles, found: Estimate) -> Iterator[str]:
    """The range of every study of this scenario."""
    for source, study in files.studies:
        if not differing_keys(files.first, source):
            yield from range_sentences(study, f"{found.metric}.{found.statistic}")


def range_sentences(study: Study, wanted: str = "") -> Iterator[str]:
    """Say the range of a figure of a study; of its first one by default."""
    for each in study.figures:
        if wanted and each.figure.name != wanted:
            continue
        joint = joint_of(study, each)
        if joint is None:
            continue
        low, high = joint.range.low.value, joint.range.high.value
        places = 0 if max(abs(low), abs(high)) >= 100 else 2
        unit = people_unit(each.figure.units)
        text = f"{number(low, places)} to {number(high, places)} {unit}".rstrip()
        none = ""
        if joint.none.value > 0.0:
            none = f"; {percent_text(joint.none.value)} of the samples have (nearly) none"
        yield f"{text}: the {RANGE_NAME}{none}."
        if not wanted:
            return


def _limit(estimates: Mapping[tuple[str, str], Estimate]) -> Iterator[str]:
    shares = {
        reason: estimates[f"refused_{reason}_share", "mean"].value
        for reason in REFUSAL_REASONS
        if (f"refused_{reason}_share", "mean") in estimates
    }
    shares = {reason: share for reason, share in shares.items() if share > 0.0}
    if shares:
        reason = max(shares, key=lambda each: shares[each])
        why = _WHY.get(reason, reason)
        yield f"Not more, because for {percent_text(shares[reason])} of the refused {why}."


def _said(summary: Summary) -> Iterator[str]:
    """What the summary says of the answer beside its figures."""
    yield from (line[0].upper() + line[1:] for line in (summary.bound_verdict,) if line)


def titled(source: Source) -> str:
    """Title of a file's scenario."""
    return printable(source.title)


def figure_label(metric: str) -> str:
    """What people call a figure."""
    row = quantity(metric)
    return row.label or row.long_name
