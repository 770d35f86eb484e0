"""What a search of capacities found, in words."""

from __future__ import annotations

import itertools
import math
import re
from typing import TYPE_CHECKING, Any

from capest.results.ours import CAPACITY_MARK

if TYPE_CHECKING:
    from capest.statistics.intervals import Interval
    from capest.studies.capacity.capacity_file import StoredCapacity, StoredCrossing, StoredPoint

UNREACHABLE, CALLS = "unreachable_share_mean", "calls_mean"
SHARES = {UNREACHABLE, "blocked_share_mean"}
_DIGITS, _MOST_DIGITS = 3, 12


def condition_text(about: dict[str, Any]) -> str:
    """Such as ``blocked_share.mean <= 2 %``."""
    spaced = re.sub(r"\s*([<>]=?)\s*", r" \1 ", str(about["condition"]))
    return spaced.replace("%", " %")


def search_text(about: dict[str, Any]) -> str:
    """What was varied, between what, and with how many trials."""
    low, high = (key_text(about, each) for each in about["range"])
    trials = int(about["trials"])
    return (
        f"{about[CAPACITY_MARK]} with {condition_text(about)}, "
        f"{trials:,} trial{'' if trials == 1 else 's'} each, searched from {low} to {high}"
    )


def key_text(about: dict[str, Any], value: float) -> str:
    """A value of the key."""
    if math.isnan(value):
        return "none"
    return f"{int(value):,}" if about["whole_numbers"] else _with_digits(value, 4)


def _with_digits(value: float, digits: int) -> str:
    """A number with so many digits at least, and never in powers of ten for being large."""
    return f"{value:,.0f}" if 10.0**digits <= abs(value) < math.inf else f"{value:,.{digits}g}"


def interval_text(about: dict[str, Any], crossing: StoredCrossing) -> str:
    """Interval of a key; empty where there is none."""
    if math.isnan(crossing.low):
        return ""
    low, high = key_text(about, crossing.low), key_text(about, crossing.high)
    return (
        f"[{'below ' if crossing.low_is_open else ''}{low}, "
        f"{'above ' if crossing.high_is_open else ''}{high}]"
    )


def value_text(value: float, share: bool, digits: int | None = None) -> str:
    """A figure; shares in percent."""
    if math.isnan(value):
        return "n/a"
    digits = digits or (_DIGITS if share else _DIGITS + 1)
    return f"{100 * value:.{digits}g} %" if share else _with_digits(value, digits)


def figure_text(about: dict[str, Any], point: StoredPoint) -> str:
    """Figure of a point, with so many digits that it is on the side of the threshold it is on."""
    from capest.studies.capacity.condition import parse_while

    share, condition = bool(about["condition_is_share"]), parse_while(str(about["condition"]))
    value = point.figure.value
    if not math.isfinite(value):
        return value_text(value, share)
    for digits in range(_DIGITS if share else _DIGITS + 1, _MOST_DIGITS):
        shown = value_text(value, share, digits)
        number = float(shown.removesuffix(" %").replace(",", "")) / (100.0 if share else 1.0)
        if condition.is_met(number) == point.is_met:
            return shown
    return value_text(value, share, _MOST_DIGITS)


def limits_text(figure: Interval, share: bool) -> str:
    """Interval of a figure."""
    if figure.note or not (math.isfinite(figure.low) or math.isfinite(figure.high)):
        return "not known"
    factor = 100 if share else 1
    low, high = (_with_digits(factor * each, 3) for each in (figure.low, figure.high))
    return f"[{low}, {high}]"


def ends_text(about: dict[str, Any], found: StoredCapacity) -> str:
    """The figure at both ends of the range."""
    return ", ".join(
        f"{figure_text(about, each)} at {key_text(about, each.value)}"
        for each in (found.points[0], found.points[-1])
    )


def nearest(found: StoredCapacity, crossing: StoredCrossing) -> StoredPoint:
    """Point nearest to a crossing of those that were visited and meet the condition."""
    met = [each for each in found.points if each.is_met]
    return min(met or found.points, key=lambda each: abs(each.value - crossing.key))


def beside_text(found: StoredCapacity, crossing: StoredCrossing, name: str) -> str:
    """A figure beside the one that is asked for, nearest to a crossing; empty without it."""
    beside = nearest(found, crossing).beside
    return value_text(beside[name].value, name in SHARES) if name in beside else ""


def lines_of(about: dict[str, Any], found: StoredCapacity) -> list[str]:
    """What a search found, in sentences."""
    condition = condition_text(about)
    lines = []
    if found.verdict in ("nowhere", "everywhere"):
        where = "none of" if found.verdict == "nowhere" else "all"
        lines.append(
            f"{found.verdict.capitalize()} in the range: {condition} at {where} "
            f"{'the ' if where != 'all' else ''}values visited: {ends_text(about, found)}"
        )
    for crossing in found.crossings:
        lines += _lines_of_crossing(about, found, crossing)
    return lines + how_sure(about, found)


def _lines_of_crossing(
    about: dict[str, Any], found: StoredCapacity, crossing: StoredCrossing
) -> list[str]:
    key = str(about[CAPACITY_MARK])
    which = "most" if crossing.rising else "least"
    interval = interval_text(about, crossing) or f"(no interval: {crossing.why_no_interval})"
    lines = [f"{which} {key}: {key_text(about, crossing.key)} {interval} by the estimate"]
    if math.isnan(crossing.safe_key):
        trials = int(about["trials"])
        why = "one trial has none" if trials == 1 else f"{trials:,} trials leave it too wide"
        lines.append(f"  none by the limit of the figure's own interval: {why}")
    else:
        lines.append(
            f"  {key_text(about, crossing.safe_key)} by the limit of the figure's interval: the "
            "safe one"
        )
    if beside := beside_text(found, crossing, UNREACHABLE):
        lines.append(f"  out of reach of any beam there: {beside} of callers")
    if calls := beside_text(found, crossing, CALLS):
        lines.append(f"  calls carried at once there: {calls}")
    return lines


def how_sure(about: dict[str, Any], found: StoredCapacity) -> list[str]:
    """What the values that were visited say of further crossings."""
    changes = [
        (left.value, right.value)
        for left, right in itertools.pairwise(found.points)
        if left.is_met != right.is_met
    ]
    lines = []
    if found.is_monotone is None:
        lines.append(
            "One trial tells no interval, and not whether the figure goes up and down or that is "
            "chance"
        )
    elif found.is_monotone is False and len(found.crossings) > 1:
        lines.append("The figure goes up and down: crossings lie between the values of the scan")
    elif found.is_monotone is False:
        lines.append("The figure goes up and down in the range: there may be further crossings")
    elif len(found.crossings) > 1:
        lines.append(
            "The estimate crosses the threshold several times; the trials do not tell whether "
            "that is chance"
        )
    if len(changes) > len(found.crossings):
        low, high = key_text(about, changes[0][0]), key_text(about, changes[-1][1])
        lines.append(
            f"From {low} to {high} values that meet the condition and values that do not take "
            f"turns, {len(changes)} times: the key is a middle of them"
        )
    return lines
