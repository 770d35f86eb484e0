"""Distributions in words: medians, who has nothing, and whom a distribution is of."""

from __future__ import annotations

import math
from collections.abc import Sequence

from capest.plot.distributions import Member
from capest.plot.key_words import key_name
from capest.plot.plain_numbers import with_minus
from capest.results.figures import interval_text, people_unit, percent_text, value_text
from capest.statistics.quantities import AXES
from capest.statistics.reduction import Estimate

_UNLIKE = 0.01
"""Shares of users that differ by more are said where medians are compared."""

_MOST_SAID = 3
"""Medians of a title."""

_LONGEST = 34


def quantile_text(member: Member, metric: str, p: float, with_unit: bool = True) -> str:
    """A quantile with its interval, such as "11.71 dB ±0.26", or "nothing"."""
    below, _ = member.share_in_open_bins(metric)
    if below >= p:
        return least_words(member, metric)
    found = member.quantile(metric, p)
    units = AXES[metric].units
    one = Estimate(
        metric, f"p{round(100 * p):02d}", found.value, found.low, found.high, units, found.note
    )
    unit = people_unit(units) if with_unit else ""
    return value_with_interval(one, unit)


def value_with_interval(one: Estimate, unit: str) -> str:
    """A value with its unit and its interval, or that nobody knows this."""
    value = with_minus(value_text(one))
    text = f"{value} {unit}" if unit else value
    if one.note or math.isnan(one.low) or math.isnan(one.high):
        return f"{text} (interval not known)"
    return f"{text} {with_minus(interval_text(one))}"


def least_words(member: Member, metric: str) -> str:
    """What those have whom the lowest bin holds: it has no lower end."""
    return "nothing" if member.trials.axis(metric).logarithmic else "no link"


def title_of_one(member: Member, metric: str, name: str) -> str:
    """The median of one distribution, its ends, and how many have nothing.

    Parameters
    ----------
    member : Member
    metric : str
    name : str
        Of the metric, for people.
    """
    below, above = member.share_in_open_bins(metric)
    parts = [f"{percent_text(below)} have {least_words(member, metric)}"] if below > 0.0 else []
    if below < 0.5:
        parts.append(f"median {quantile_text(member, metric, 0.5)}")
    ends = []
    if below < 0.05:
        ends.append(f"5 % below {quantile_text(member, metric, 0.05, with_unit=False)}")
    if below < 0.95 and above < 0.05:
        unit = below >= 0.5
        ends.append(f"5 % above {quantile_text(member, metric, 0.95, with_unit=unit)}")
    return f"{name}: {'; '.join(filter(None, [*parts, ', '.join(ends)]))}"


def title_of_several(members: Sequence[Member], metric: str, name: str) -> str:
    """Medians of some distributions, those of the ends where there are many.

    Where they are of very different shares of all users, these are said: a median of the few with
    a good link says nothing of the others.
    """
    shares = [1.0 - without_beam(member, metric) for member in members]
    unlike = max(shares) - min(shares) > _UNLIKE

    def said(k: int) -> str:
        text = quantile_text(members[k], metric, 0.5)
        return f"{text} of the {percent_text(shares[k])} of users with a beam" if unlike else text

    if len(members) <= _MOST_SAID:
        each = (f"{short(member.full_name)}: {said(k)}" for k, member in enumerate(members))
        return f"{name}, median of {'; '.join(each)}"
    first, last = members[0], members[-1]
    if first.key:
        where = f"{key_name(first.key)} {short(first.name)}", short(last.name)
        return f"{name}, median: {said(0)} at {where[0]}; {said(-1)} at {where[1]}"
    return (
        f"{name}, median: from {said(0)} ({short(first.name)}) to {said(-1)} ({short(last.name)})"
    )


def who_is_in_it(members: Sequence[Member], metric: str) -> list[str]:
    """Say how many lie in the open bins, and whom a distribution leaves out."""
    below, above = zip(*(member.share_in_open_bins(metric) for member in members), strict=True)
    found = []
    if any(below):
        infinite = "" if members[0].trials.axis(metric).logarithmic else " (−∞)"
        least = f"{least_words(members[0], metric)}{infinite}"
        found.append(f"have {least}{_by_member(members, below)}")
    if any(above):
        found.append(f"lie above all bins{_by_member(members, above)}")
    without = [without_beam(member, metric) for member in members]
    if any(without):
        found.append(f"users without a beam are not in it{_by_member(members, without)}")
    return found


def without_beam(member: Member, metric: str) -> float:
    """Share of all users without a beam, where the distribution is of the others; else 0."""
    if AXES[metric].population != "user":
        return 0.0
    users, lit = (member.trials.of_trials(name) for name in ("users", "lit_users"))
    counts = member.trials.counts(metric)
    if users is None or lit is None or counts is None or counts.sum() != lit.sum():
        return 0.0
    return 1.0 - float(lit.sum()) / float(users.sum())


def _by_member(members: Sequence[Member], shares: Sequence[float]) -> str:
    """Shares with what they are of, such as ": 21 % (a), 11 % (b)"."""
    if len(members) == 1:
        return f": {percent_text(shares[0])}"
    said = ", ".join(
        f"{percent_text(share)} ({short(member.name)})"
        for member, share in zip(members, shares, strict=True)
    )
    by = f", by {key_name(members[0].key)}" if members[0].key else ""
    return f"{by}: {said}"


def short(name: str, most: int = _LONGEST) -> str:
    """A name of so many letters at most."""
    return name if len(name) <= most else f"{name[: most - 1]}…"
