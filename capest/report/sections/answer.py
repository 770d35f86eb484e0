"""The answer: one figure with its interval, the range of a study, and what limits it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from capest.plot.capacity_title import condition_words, key_with_unit
from capest.plot.key_words import key_name, key_value_with_unit
from capest.plot.source import Source
from capest.report.report_files import ReportFiles, differing_words
from capest.report.values import value_words
from capest.results.dataset_kinds import CAPACITY, SWEEP, UNCERTAINTY
from capest.results.figures import (
    interval_text,
    number,
    people_unit,
    percent_text,
    value_text,
)
from capest.results.ours import CAPACITY_MARK
from capest.results.summary import Summary
from capest.results.sweep_summary import SweepSummary
from capest.statistics.answer_range import RANGE_NAME
from capest.statistics.reduction import Estimate
from capest.statistics.refusals import REFUSAL_REASONS
from capest.studies.capacity.capacity_file import capacities_of
from capest.studies.capacity.capacity_words import interval_text as capacity_interval
from capest.studies.capacity.capacity_words import key_text
from capest.studies.uncertainty.analysis import joint_of
from capest.studies.uncertainty.study_model import Study
from capest.studies.uncertainty.tornado_rows import places_of

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


HOW_TO_GET_A_RANGE = (
    "A study of uncertainty of this scenario shows how far off it may be: capest uncertainty makes "
    "one, and capest report takes its file after the first."
)


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


def answer(files: ReportFiles, estimates: Mapping[tuple[str, str], Estimate]) -> HeadlineAnswer:
    """Return the answer of the first file, of whatever kind it is.

    Parameters
    ----------
    files : ReportFiles
    estimates : mapping of (metric, statistic) to Estimate
        Of a run; empty of other kinds.
    """
    kind = files.first.kind
    if kind == SWEEP:
        return _of_sweep(files.first)
    if kind == UNCERTAINTY:
        return _of_study(files.studies[0][1])
    if kind == CAPACITY:
        return _of_capacities(files.first)
    return _of_run(files, estimates)


def _of_run(files: ReportFiles, estimates: Mapping[tuple[str, str], Estimate]) -> HeadlineAnswer:
    """The answer of a run: calls, or what its satellites carry."""
    summary = files.summary
    assert summary is not None
    calls = estimates.get(("calls", "mean"))
    if calls is not None:
        users = str((files.scenario.get("service") or {}).get("preset", "")) == "message"
        found, unit = calls, f"{'users' if users else 'calls'} at once"
    else:
        label, found, own = summary.means[0]
        unit = f"{own}, {label}" if own else label
    ranges = list(_ranges(files, found)) or [HOW_TO_GET_A_RANGE]
    lines = [*_of_how_many(estimates), *_limit(estimates), *ranges, *_said(summary)]
    return HeadlineAnswer(value_text(found), unit, _interval_words(found), tuple(lines))


def _interval_words(found: Estimate) -> str:
    """Return the 95 % interval in words, or why it is not known."""
    if found.note or math.isnan(found.low):
        why = found.note.partition(": ")[2]
        return f"How sure is not known{f': {why}' if why else ''}"
    return (
        f"95 % interval {interval_text(found, brackets=True).strip('[]').replace(', ', ' to ')}, "
        "by chance alone"
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
    """The range of every study of this scenario, and why others give none."""
    name = f"{found.metric}.{found.statistic}"
    for source, study in files.studies:
        if differs := differing_words(files.first, source):
            yield f"{source.name} is a study of another scenario, and gives no range: {differs}."
            continue
        sentences = list(range_sentences(study, name))
        studied = ", ".join(each.figure.name for each in study.figures)
        yield from sentences or [f"{source.name} gives no range of this figure, but of {studied}."]


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


def _of_sweep(source: Source) -> HeadlineAnswer:
    """Of a sweep: the figure at its last point, and at its first."""
    points = SweepSummary(source.dataset).points
    names = (("calls", "mean"), ("throughput", "mean"))
    there = {name for point in points for name in point.estimates}
    name = next((each for each in names if each in there), None)
    known = [point for point in points if name in point.estimates]
    if name is None or not known:
        return HeadlineAnswer(f"{len(points):,}", "points", "Figures of each are below")
    last, first = known[-1], known[0]
    found = last.estimates[name]
    unit = (
        f"{'calls at once' if name[0] == 'calls' else people_unit(found.units)}, {_at(last.place)}"
    )
    lines = []
    if first is not last:
        before = first.estimates[name]
        lines.append(f"{value_text(before)} {_said_interval(before)} with {_at(first.place)}.")
    return HeadlineAnswer(value_text(found), unit, _interval_words(found), tuple(lines))


def _said_interval(found: Estimate) -> str:
    return f"({interval_text(found)})" if found.note else interval_text(found)


def _at(place: Mapping[str, object]) -> str:
    return ", ".join(f"{key} = {value_words(value)}" for key, value in place.items())


def _of_study(study: Study) -> HeadlineAnswer:
    """Of a study of uncertainty: the range, and the answer at stated values."""
    found = study.figures[0]
    base, places = found.base, places_of(found.base)
    stated = number(base.value, places)
    unit = f"{found.figure.label} {people_unit(found.figure.units)}".strip()
    at_stated = f"At the stated values {stated}, by {study.about.get('paired_trials')} trials."
    joint = joint_of(study, found)
    if joint is None:
        return HeadlineAnswer(stated, f"{unit} at stated values", "No joint sample gives a range")
    ends = (joint.range.low.value, joint.range.high.value)
    value = " to ".join(number(each, places) for each in ends)
    none = ""
    if joint.none.value > 0.0:
        none = f"{percent_text(joint.none.value)} of the samples have (nearly) none."
    lines = [none, at_stated, f"{joint.range.note}." if joint.range.note else ""]
    first = RANGE_NAME[0].upper() + RANGE_NAME[1:]
    return HeadlineAnswer(value, unit, first, tuple(line for line in lines if line))


def _of_capacities(source: Source) -> HeadlineAnswer:
    """Of a search of capacities: the first key that was found."""
    stored = capacities_of(source.stored)
    about, first = stored.about, stored.capacities[0]
    key = str(about[CAPACITY_MARK])
    condition = condition_words(about)
    places = [f"{key_name(k)}: {key_value_with_unit(k, at)}" for k, at in first.place.items()]
    where = f" ({', '.join(places)})" if places else ""
    if not first.crossings:
        low, high = (key_text(about, each) for each in about["range"])
        span = key_with_unit(about, f"{low} to {high}")
        unit = f"for {key_name(key)} from {span}{where}"
        return HeadlineAnswer(first.verdict, unit, f"With {condition}")
    crossing = first.crossings[0]
    interval = capacity_interval(about, crossing)
    sure = f"95 % interval {interval.strip('[]').replace(', ', ' to ')}" if interval else ""
    which = "most" if crossing.rising else "least"
    return HeadlineAnswer(
        key_with_unit(about, key_text(about, crossing.key)),
        key_name(key),
        sure or f"No interval: {crossing.why_no_interval}",
        (f"It is the {which} with {condition}{where}.",),
    )
