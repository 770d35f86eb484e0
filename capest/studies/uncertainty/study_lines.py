"""What ``capest uncertainty`` prints: lines of at most 80 columns, the answer first."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence

from capest.results.bars import bar, fits_blocks
from capest.results.changed import changed_line
from capest.results.columns import printable
from capest.results.figures import number, people_unit, percent_text
from capest.results.left_out import left_out
from capest.statistics.answer_range import NEARLY_NONE, RANGE_NAME
from capest.statistics.intervals import Interval
from capest.studies.uncertainty.analysis import JointAnswer, joint_of
from capest.studies.uncertainty.study_model import StudiedFigure, Study
from capest.studies.uncertainty.tornado import tornado_lines
from capest.studies.uncertainty.tornado_rows import change_of, places_of, rows_of

WIDTH = 80
_BAR = 30
_MOSTLY = 0.5
"""Share of the variance from which a range is mostly chance."""


def lines_of(study: Study, *, ascii_only: bool | None = None) -> Iterator[str]:
    """Lines for the terminal.

    Parameters
    ----------
    study : Study
    ascii_only : bool, optional
        Bars of ASCII; by default where standard output knows no others.
    """
    plain = not fits_blocks() if ascii_only is None else ascii_only
    yield from textwrap.wrap(printable(str(study.about.get("title", ""))), WIDTH)
    if changed := changed_line(study.about):
        yield from _wrapped(changed)
    for found in study.figures:
        joint = joint_of(study, found)
        yield ""
        # An answer that hangs on a few decibels is a curve before it is a range.
        if found.margins:
            yield from margin_lines(study, found, ascii_only=plain)
            yield ""
        if joint is not None:
            yield from range_lines(study, found, joint, ascii_only=plain)
            yield ""
        if study.ends and found.ends:
            yield from tornado_lines(study, found, ascii_only=plain)
            yield ""
        if joint is not None:
            yield from share_lines(joint, ascii_only=plain)
            yield ""
        yield from _wrapped(what_first(study, found, joint))
    yield from _failed(study)
    yield from conditions(study)
    if lacking := left_out(study.about):
        yield ""
        yield from _wrapped(f"Not in this range either, {lacking}")


def range_lines(
    study: Study, found: StudiedFigure, joint: JointAnswer, *, ascii_only: bool
) -> Iterator[str]:
    """The range with the uncertainty of its ends, Monte Carlo error, and a histogram."""
    figure, unit = found.figure, people_unit(found.figure.units)
    low, median, high = joint.range.low, joint.range.median, joint.range.high
    places = places_of(found.base if math.isfinite(found.base.value) else median)

    def shown(interval: Interval) -> str:
        return limits_text(interval, places)

    ends = f"{number(low.value, places)} to {number(high.value, places)}"
    yield from _wrapped(f"{figure.label}: {ends} {unit}".rstrip() + f", {RANGE_NAME}")
    rows = [
        ("lower end", number(low.value, places), shown(low)),
        ("median", number(median.value, places), shown(median)),
        ("upper end", number(high.value, places), shown(high)),
        (
            "at stated values",
            number(found.base.value, places),
            f"{shown(found.base)}, by chance alone",
        ),
        ("chance of one trial", f"±{_error(joint, places)}", _part(joint)),
    ]
    if not math.isnan(joint.none.value):
        limits = f"95 % CI {100 * joint.none.low:.1f} to {100 * joint.none.high:.1f} %"
        words = f"at most {100 * NEARLY_NONE:g} % of the stated values' answer; {limits}"
        rows.append(("(nearly) none", percent_text(joint.none.value), words))
    width = max(len(value) for _, value, _ in rows)
    for label, value, more in rows:
        yield from textwrap.wrap(
            f"  {label:<19} {value:>{width}}  {more}", WIDTH, subsequent_indent=" " * 24
        )
    if joint.range.note:
        yield from _wrapped(f"  {joint.range.note}")
    if joint.monte_carlo.share.value >= _MOSTLY:
        yield from _wrapped(
            "  Most of this range is chance, not assumptions: trials of more users, or of a larger "
            "region, have less of it"
        )
    yield f"  {joint.samples - joint.failed:,} samples, one trial each:"
    yield from histogram_lines(joint, places, ascii_only=ascii_only)


def limits_text(interval: Interval, places: int) -> str:
    """Limits of an interval, or why there are none."""
    if math.isnan(interval.low) or math.isnan(interval.high):
        note = interval.note.partition(": ")[2] or interval.note
        return f"95 % CI not known{f': {note}' if note else ''}"
    low, high = (
        number(each, places) if math.isfinite(each) else "no limit"
        for each in (interval.low, interval.high)
    )
    return f"95 % CI [{low}, {high}]"


def _error(joint: JointAnswer, places: int) -> str:
    return number(joint.monte_carlo.standard_error.value, places)


def _part(joint: JointAnswer) -> str:
    part = joint.monte_carlo
    if math.isnan(part.share.value):
        return part.standard_error.note or "standard error"
    share = min(part.share.value, 1.0)
    return f"standard error, {percent_text(share)} of the variance ({part.pairs} samples twice)"


def histogram_lines(joint: JointAnswer, places: int, *, ascii_only: bool) -> Iterator[str]:
    """A bar for every bin, nearly none first."""
    found = joint.histogram
    most = max([found.none, found.endless, *map(int, found.counts)], default=0)
    edges = [number(float(edge), places) for edge in found.edges]
    width = max(map(len, edges), default=0)
    rows = [("(nearly) none", found.none)] if found.none else []
    rows += [
        (f"{a:>{width}} to {b:>{width}}", int(count))
        for a, b, count in zip(edges[:-1], edges[1:], found.counts, strict=True)
    ]
    rows += [("without end", found.endless)] if found.endless else []
    across = max(map(len, (label for label, _ in rows)), default=0)
    for label, count in rows:
        drawn = bar(count / most if most else 0.0, _BAR, ascii_only=ascii_only)
        yield f"  {label:>{across}}  {drawn} {count:,}"


def margin_lines(study: Study, found: StudiedFigure, *, ascii_only: bool) -> Iterator[str]:
    """The curve against link margin, as bars with intervals."""
    figure, unit = found.figure, people_unit(found.figure.units)
    places = places_of(found.base)
    yield from _wrapped(
        f"{figure.label} against link margin (both gains of the phone){f', {unit}' if unit else ''}"
    )
    values = [answer.value.value for answer in found.margins]
    if not any(values):
        yield from _wrapped(f"  {figure.label}: 0 at every margin tried; a wider one may find some")
        return
    there = [each for each in values if math.isfinite(each)]
    # Decibels have no zero to start a bar from.
    least = 0.0 if figure.is_amount else min(there, default=0.0)
    most = max(there, default=0.0) - least
    texts = [number(each, places) for each in values]
    width = max(map(len, texts))
    for margin, answer, text in zip(study.margins_db, found.margins, texts, strict=True):
        share = (answer.value.value - least) / most if most > 0 else 0.0
        drawn = bar(share, _BAR, ascii_only=ascii_only)
        change = (
            "" if margin == 0.0 else _change(answer.percent, answer.difference, figure.is_amount)
        )
        yield f"  {margin:>+6g} dB {text:>{width}}  {drawn} {change}".rstrip()


def _change(percent: Interval, difference: Interval, is_amount: bool) -> str:
    """A change with its interval."""
    shown, unit, places = (percent, " %", 1) if is_amount else (difference, " dB", 2)
    if math.isnan(shown.value):
        return ""
    half = max(shown.high - shown.value, shown.value - shown.low)
    more = "" if math.isnan(half) else f" ±{half:.{places}f}"
    return f"{shown.value:+.{places}f}{more}{unit}"


def share_lines(joint: JointAnswer, *, ascii_only: bool) -> Iterator[str]:
    """Shares of the variance, the largest first."""
    found = joint.shares
    yield "Share of the variance that goes when one assumption is known (first order)"
    ordered = sorted(
        found.shares,
        key=lambda one: math.inf if math.isnan(one.first_order.value) else -one.first_order.value,
    )
    with_lmg = all(one.lmg is not None for one in ordered)
    head = f"{'95 % CI':>14}{'LMG':>7}" if with_lmg else f"{'95 % CI':>14}"
    yield f"  {'':<34} {'share':>6}{head}"
    seen = [one for one in ordered if one.first_order.low > 0.0]
    for one in seen:
        share = one.first_order
        limits = f"{100 * share.low:.0f} to {100 * share.high:.0f} %"
        lmg = f"{100 * one.lmg.value:>5.0f} %" if one.lmg is not None else ""
        drawn = bar(share.value, 14, ascii_only=ascii_only)
        value = f"{100 * share.value:.0f} %"
        yield f"  {one.name[:34]:<34} {value:>6}{limits:>14}{lmg}  {drawn}".rstrip()
    # Shares cannot be negative, so that chance alone makes each a little more than it is.
    if rest := [one.name for one in ordered if one not in seen]:
        said = "not told apart from 0 %" if seen else "none is told apart from 0 %"
        yield from _wrapped(f"  {said}: {', '.join(rest)}")
    if found.note:
        yield from _wrapped(
            f"  LMG shares of a regression on ranks: {found.note} (cross-validated R² "
            f"{found.r2:.2f})"
        )
    elif with_lmg:
        yield f"  LMG: shares of a regression on ranks, cross-validated R² {found.r2:.2f}"


def what_first(study: Study, found: StudiedFigure, joint: JointAnswer | None) -> str:
    """One sentence: what to find out first."""
    if joint is not None:
        first = joint.first
        if first is None:
            return (
                f"What to find out first for {found.figure.label}: no single assumption stands out "
                "from what chance gives with these samples."
            )
        share = percent_text(first.share.value)
        also = ""
        if first.not_told_apart:
            also = f"; not told apart from {_listed(first.not_told_apart[:3])}"
        return (
            f"Find out first: {first.name}; knowing it is expected to take {share} of the variance "
            f"of {found.figure.label} away{also}."
        )
    rows = rows_of(study, found) if found.ends else []
    if not rows or not rows[0].size > 0:
        return ""
    row = rows[0]
    changes = [change_of(answer, found.figure.is_amount) for _, answer in row.ends]
    return f"Find out first: {row.key}; alone it moves {found.figure.label} by {_listed(changes)}."


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _failed(study: Study) -> Iterator[str]:
    if not study.failures:
        return
    yield ""
    count = len({each.sample for each in study.failures})
    yield from _wrapped(
        f"{count:,} of {study.samples:,} samples have no answer, and are left out of the range:"
    )
    for each in study.failures[:5]:
        yield from _wrapped(
            f"  sample {each.sample}, trial {each.trial}: {each.message}; {each.values}"
        )
    if len(study.failures) > 5:
        yield f"  ... and {len(study.failures) - 5:,} more, all named in the file"


def conditions(study: Study) -> Iterator[str]:
    """What the answer depends on and is not drawn."""
    told = str(study.about.get("decisions", ""))
    if told:
        yield ""
        yield from _wrapped(f"Decisions, which are not drawn and the answer depends on: {told}")


def _wrapped(text: str) -> list[str]:
    indent = " " * (len(text) - len(text.lstrip()))
    return textwrap.wrap(
        text, WIDTH, subsequent_indent=f"{indent}  ", break_long_words=False, break_on_hyphens=False
    )
