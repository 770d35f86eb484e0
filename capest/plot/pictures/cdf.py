"""How a figure is distributed over users or beams, with bands, published curves, differences."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from capest.errors import InputError
from capest.plot.curve_labels import NamedCurve, write_names
from capest.plot.distribution_words import (
    short,
    title_of_one,
    title_of_several,
    value_with_interval,
    who_is_in_it,
)
from capest.plot.distributions import Member, members_of, metrics_of
from capest.plot.key_words import key_name
from capest.plot.plain_numbers import in_percent, plain_number, with_minus, write_plain_numbers
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.style import FAMILY, GREEN, INK, LINES, MARKS, MUTED, PAPER, SIZE_IN
from capest.results.dataset_kinds import SWEEP
from capest.results.differences import differences
from capest.results.figures import change_text, people_unit
from capest.statistics.quantities import AXES, quantity
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import Estimate
from capest.validation.cases import METRICS, curves, published
from capest.validation.which_case import which_case

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KINDS = ("run", "sweep")
MOST = 7
OPTIONS = ("of", "by")

_BEYOND = 0.002
"""Share of the users that lie beyond the panel to either side."""

_FEWEST_BINS = 40
_SIZE_IN = (8.4, 5.0)

_MOST_NAMED = 4
"""Curves with their names beside them; of more a legend tells the patterns of the lines."""

_QUANTILE = {"p05": "5th percentile", "p50": "median", "p95": "95th percentile"}

_READ_DB = {"A": 0.08, "B": 0.2, "S": 0.05}
"""How far a published figure may be misread, by its quality; see ``validation.reference``."""


@dataclass(frozen=True)
class _Row:
    """A difference: of which member (its number), at which quantile, and how it is shown."""

    member: int
    label: str
    found: Estimate
    misread: float = 0.0


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    if not metrics_of(sources):
        several = " all of them" if len(sources) > 1 else ""
        return f"there is no distribution over users or beams that{several or ' it'} holds"
    if len(sources) > 1 and any(source.kind == SWEEP for source in sources):
        return "a sweep has a family of its own: it is drawn alone"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...], of: str = "sinr_db", by: str = "") -> Words:
    """Draw distribution functions with pointwise bands, and their differences.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
        Results, or one sweep.
    of : str
        A metric with a histogram.
    by : str
        Key of a sweep's axis along which curves differ; the first one where it is empty.

    Raises
    ------
    InputError
        No such metric or axis; nobody was counted.
    """
    there = metrics_of(sources)
    if of not in there:
        raise InputError(f"--of {of}: there is no distribution of it: {', '.join(there)}")
    if by and sources[0].kind != SWEEP:
        raise InputError(f"--by {by}: a run has no axis; give several files, or a sweep")
    found = [members_of(source, by, MOST) for source in sources]
    everyone = [member for members, _ in found for member in members]
    members = [member for member in everyone if member.has(of)]
    if not members:
        raise InputError(f"--of {of}: nobody was counted in any trial")
    notes = [note for _, note in found if note]
    notes += [f"{each.name}: nobody was counted" for each in everyone if not each.has(of)]
    cases = [_case(member, of) for member in members]
    rows = _published_rows(members, cases, of) or _family_rows(members, of)
    if sheet.is_whole and rows and tuple(sheet.figure.get_size_inches()) == SIZE_IN:
        sheet.resize(*_SIZE_IN)
    panels = sheet.panels(widths=(1.7, 1.0) if rows else (1.0,))
    ax = panels[0]
    assert ax is not None
    _draw_curves(sheet, ax, members, cases, of)
    if rows and panels[-1] is not None and len(panels) > 1:
        _draw_differences(panels[-1], rows, of, _reference(members[0], any(cases)))
    return _words(members, cases, of, rows, notes)


def _case(member: Member, metric: str) -> int | None:
    """Study case of a member, where its distribution of a metric is published."""
    if member.source.kind == SWEEP:
        return None
    link, name = _link(metric)
    scenario = tomllib.loads(str(member.source.dataset.attrs.get("scenario_toml", "")))
    case = which_case(scenario, link) if name in METRICS else None
    return case if case is not None and (case, link, name, 50) in published() else None


def _link(metric: str) -> tuple[str, str]:
    """Link and metric as published figures name them."""
    stem = metric.removeprefix("uplink_")
    return ("DL" if stem == metric else "UL"), stem


def _published_rows(
    members: Sequence[Member], cases: Sequence[int | None], metric: str
) -> list[_Row]:
    """Ours less published ones, of members that are study cases."""
    link, name = _link(metric)
    found = []
    for k, (member, case) in enumerate(zip(members, cases, strict=True)):
        for p in (0.05, 0.5, 0.95):
            reference = published().get((case or 0, link, name, round(100 * p)))
            if reference is None:
                continue
            ours = member.quantile(metric, p)
            less = Estimate(
                metric,
                f"p{round(100 * p):02d}",
                ours.value - reference.value_db,
                ours.low - reference.value_db,
                ours.high - reference.value_db,
                "dB",
                ours.note,
            )
            label = f"case {case}, {round(100 * p)} %"
            found.append(_Row(k, label, less, _READ_DB[reference.quality]))
    return found


def _family_rows(members: Sequence[Member], metric: str) -> list[_Row]:
    """Members less the first, paired where their draws are common."""
    found = []
    for k, member in enumerate(members[1:], start=1):
        for each in differences(member.trials, members[0].trials):
            if each.metric == metric and each.statistic in QUANTILES:
                word = _QUANTILE[each.statistic]
                found.append(_Row(k, f"{short(member.name, 22)}: {word}", each.estimate()))
    order = {statistic: place for place, statistic in enumerate(sorted(QUANTILES))}
    return sorted(found, key=lambda row: (row.member, order[row.found.statistic]))


def _draw_curves(
    sheet: Sheet,
    ax: Axes,
    members: Sequence[Member],
    cases: Sequence[int | None],
    metric: str,
) -> None:
    ends = [member.ends(metric, _BEYOND) for member in members]
    low, high = min(end[0] for end in ends), max(end[1] for end in ends)
    logarithmic = members[0].trials.axis(metric).logarithmic and low > 0.0 and high > 5.0 * low
    if logarithmic:
        ax.set_xscale("log")
    else:
        # Values that are all alike are a step, not a slope within a bin.
        least = _FEWEST_BINS * members[0].trials.axis(metric).step if not low > 0.0 else 0.0
        margin = max(0.03 * (high - low), 0.5 * (least - high + low), 1e-3 * abs(high))
        low, high = low - margin, high + margin
    ax.set_xlim(low, high)
    ax.set_ylim(0.0, 1.0)
    drawn = []
    for k, member in enumerate(members):
        x, band = member.band(metric, low, high)
        colour, line = FAMILY[k % len(FAMILY)], LINES[k % len(LINES)]
        # Beyond all values the limits of the share are those of what nobody showed: no band.
        inside = (band.share > 0.0) & (band.share < 1.0)
        ax.fill_between(
            x, band.low, band.high, where=inside, color=colour, alpha=0.25, linewidth=0.0
        )
        ax.plot(x, band.share, color=colour, linestyle=line, linewidth=1.6, label=member.name)
        drawn.append(NamedCurve(x, band.share, short(member.name), colour))
    link, name = _link(metric)
    for k, case in enumerate(cases):
        values, probabilities = curves().get((case or 0, link, name), ([], []))
        ax.plot(
            values[::2],
            probabilities[::2],
            linestyle="none",
            marker="D",
            markersize=3.2,
            markerfacecolor=PAPER,
            markeredgecolor=INK,
            markeredgewidth=0.6,
            label="3GPP R1-1913224" if case and not any(cases[:k]) else "_",
        )
    in_percent(ax.yaxis)
    if logarithmic:
        _decades(ax)
    else:
        write_plain_numbers(ax.xaxis)
    whom = "beams" if AXES[metric].population == "beam" else "users"
    ax.set_xlabel(quantity(metric).label)
    ax.set_ylabel(f"share of {whom} with less")

    def name_curves() -> None:
        written = 1 < len(members) <= _MOST_NAMED and write_names(ax, drawn)
        handles, labels = ax.get_legend_handles_labels()
        wanted = [
            (handle, label)
            for handle, label in zip(handles, labels, strict=True)
            if label.startswith("3GPP") or (len(members) > 1 and not written)
        ]
        if wanted:
            title = key_name(members[0].key) if members[0].key and not written else None
            ax.legend(*zip(*wanted, strict=True), loc="best", title=title)

    sheet.when_laid_out(name_curves)


def _decades(ax: Axes) -> None:
    """Write numbers at a logarithmic axis out: 0.01, 0.1, 1, 10."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = ax.get_xlim()
    several = high / low > 30.0
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0,) if several else (1.0, 2.0, 5.0)))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: plain_number(value)))
    ax.xaxis.set_minor_formatter(NullFormatter())


def _draw_differences(ax: Axes, rows: Sequence[_Row], metric: str, reference: str) -> None:
    """Draw a point with its interval for each difference."""
    for y, row in enumerate(rows):
        colour, mark = FAMILY[row.member % len(FAMILY)], MARKS[row.member % len(MARKS)]
        found = row.found
        if not np.isfinite(found.value):
            ax.text(0.0, y, " not known", fontsize=7.0, color=MUTED, va="center")
            continue
        if row.misread:
            ends = (found.value - row.misread, found.value + row.misread)
            ax.plot(ends, (y, y), color=GREEN, linewidth=7.0, alpha=0.25, solid_capstyle="butt")
        if np.isfinite([found.low, found.high]).all():
            ax.plot((found.low, found.high), (y, y), color=colour, linewidth=1.4)
        ax.plot(found.value, y, marker=mark, color=colour, markersize=4.5)
        ax.annotate(
            with_minus(change_text(found)),
            (1.0, y),
            xycoords=("axes fraction", "data"),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=7.0,
            va="center",
            annotation_clip=False,
        )
    ax.axvline(0.0, color=INK, linewidth=0.8)
    ax.set_ylim(len(rows) - 0.4, -0.6)
    ax.set_yticks(range(len(rows)), [row.label for row in rows], fontsize=7.5)
    for above, below in pairwise(range(len(rows))):
        if rows[above].member != rows[below].member:
            ax.axhline(above + 0.5, color=MUTED, linewidth=0.4)
    ax.tick_params(axis="y", length=0)
    ax.grid(visible=False, axis="y")
    write_plain_numbers(ax.xaxis)
    unit = people_unit(AXES[metric].units)
    ax.set_xlabel(f"difference{f', {unit}' if unit else ''}")
    ax.set_title(reference, fontsize=9.0)


def _reference(first: Member, is_published: bool) -> str:
    """What differences are to."""
    if is_published:
        return "capest less 3GPP"
    return f"less that at {short(first.name, 20)}" if first.key else f"less {short(first.name, 24)}"


def _words(
    members: Sequence[Member],
    cases: Sequence[int | None],
    metric: str,
    rows: Sequence[_Row],
    notes: Sequence[str],
) -> Words:
    """Title, what the marks mean, and what the picture leaves out."""
    label = quantity(metric).label.partition(", ")[0]
    name = f"{label[:1].upper()}{label[1:]}"
    title = _title(members, cases, name, metric, rows)
    said = [members[0].source.title] if len({id(each.source) for each in members}) == 1 else []
    if members[0].key:
        said.append(f"curves by {key_name(members[0].key)}")
    said += ["bands: 95 % at each value, over groups of whole trials, often thinner than the line"]
    if any(row.misread for row in rows):
        said.append("green: how far the published figure may be misread")
    elif rows:
        said.append("at the right 95 % intervals of differences")
    if any(case and _placement(each) == "beam" for each, case in zip(members, cases, strict=True)):
        said.append("users are drawn beam by beam, those of the study uniformly on the ground")
    said += [*notes, *who_is_in_it(members, metric)]
    footers = dict.fromkeys(
        f"{each.name}: {each.source.footer}"
        if len(members) > 1 and not each.key
        else each.source.footer
        for each in members
    )
    return Words(
        title=title,
        subtitle=". ".join(f"{each[:1].upper()}{each[1:]}" for each in said) + ".",
        footer=" | ".join(footers),
        alt=f"Distribution functions of {label} of {', '.join(map(_called, members))}. {title}.",
    )


def _title(
    members: Sequence[Member],
    cases: Sequence[int | None],
    name: str,
    metric: str,
    rows: Sequence[_Row],
) -> str:
    known = [row for row in rows if np.isfinite(row.found.value)]
    if any(cases) and known:
        most = max(known, key=lambda row: abs(row.found.value))
        numbers = " and ".join(str(case) for case in dict.fromkeys(filter(None, cases)))
        percents = sorted({round(100 * QUANTILES[row.found.statistic]) for row in known})
        sign = "+" if most.found.value > 0.0 else ""
        return (
            f"{name} of study case{'s' if ' ' in numbers else ''} {numbers}: largest difference "
            f"from 3GPP at {'/'.join(map(str, percents))} %: "
            f"{sign}{value_with_interval(most.found, 'dB')} ({most.label})"
        )
    if len(members) == 1:
        return title_of_one(members[0], metric, name)
    return title_of_several(members, metric, name)


def _placement(member: Member) -> str:
    scenario = tomllib.loads(str(member.source.dataset.attrs.get("scenario_toml", "")))
    return str(scenario.get("users", {}).get("placement", ""))


def _called(member: Member) -> str:
    """What a member is called; a dataset in memory has no name but its title."""
    return member.full_name or member.source.title or "this result"
