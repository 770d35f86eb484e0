"""How much there can be of something: a figure against it, its limit, and where it crosses."""

from __future__ import annotations

from typing import Any

from capest.plot.capacity_curve import draw_capacity
from capest.plot.capacity_sweep import axes_of_capacities, draw_capacities
from capest.plot.capacity_title import (
    capacity_title,
    condition_words,
    crossing_words,
    safe_words,
)
from capest.plot.key_words import key_is, key_name, key_value_with_unit
from capest.plot.sheet import Sheet, Words
from capest.plot.source import Source
from capest.plot.stored_scenario import who_ask
from capest.plot.studied import capacities_of_source
from capest.plot.style import FAMILY
from capest.plot.sweep_points import SweptAxis
from capest.results.ours import CAPACITY_MARK
from capest.studies.capacity.capacity_file import StoredCapacities, StoredCapacity
from capest.studies.capacity.capacity_words import how_sure, key_text

KINDS = ("capacity",)
MOST = 1


def why_not(sources: tuple[Source, ...]) -> str:
    """Why it cannot be drawn; empty where it can."""
    found = capacities_of_source(sources[0]).capacities
    if not found:
        return "the file has no capacities"
    axes = axes_of_capacities(found)
    if len(axes) > 2:
        keys = ", ".join(axis.key for axis in axes)
        return f"it shows two axes, and {keys} have several values each: search fewer at once"
    if len(axes) == 2 and len(axes[1].values) > len(FAMILY):
        return f"{axes[1].key} has more than {len(FAMILY)} values: search fewer at once"
    return ""


def draw(sheet: Sheet, sources: tuple[Source, ...]) -> Words:
    """Draw what a search of a capacity visited and found, or capacities along a sweep.

    Parameters
    ----------
    sheet : Sheet
    sources : tuple of Source
    """
    source = sources[0]
    stored = capacities_of_source(source)
    (ax,) = sheet.panels()
    assert ax is not None
    about, found = stored.about, stored.capacities
    asks = who_ask(about, [str(about[CAPACITY_MARK]), *found[0].place])
    if len(found) == 1:
        draw_capacity(sheet, ax, about, found[0])
        title = capacity_title(about, found[0])
        subtitle = [source.title, asks, *_of_one(about, found[0])]
    else:
        axes = axes_of_capacities(found)
        draw_capacities(sheet, ax, about, found, axes)
        title = _title_of_many(about, found, axes)
        subtitle = [source.title, asks, condition_words(about), *_verdicts(stored)]
    return Words(
        title=title,
        subtitle=" · ".join(filter(None, subtitle)),
        footer=source.footer,
        alt=f"{key_name(str(about[CAPACITY_MARK]))} and {condition_words(about)}. {title}.",
    )


def _of_one(about: dict[str, Any], found: StoredCapacity) -> list[str]:
    """What else a search says: at which place, the safe value, further crossings."""
    parts = [
        f"{key_name(key)}: {key_value_with_unit(key, value)}" for key, value in found.place.items()
    ]
    parts += [safe_words(about, crossing) for crossing in found.crossings]
    parts += [
        f"no interval: {crossing.why_no_interval}"
        for crossing in found.crossings
        if crossing.why_no_interval
    ]
    return parts + how_sure(about, found)


def _verdicts(stored: StoredCapacities) -> list[str]:
    """What searches without a key, or with several, found."""
    low, high = (key_text(stored.about, each) for each in stored.about["range"])
    count = {
        verdict: sum(each.verdict == verdict for each in stored.capacities)
        for verdict in ("everywhere", "nowhere", "several")
    }
    parts = [f"searched from {low} to {high}"]
    parts += [
        f"met {verdict} in the range at {count[verdict]}"
        for verdict in ("everywhere", "nowhere")
        if count[verdict]
    ]
    if count["several"]:
        parts.append(f"crosses several times at {count['several']}: small marks")
    return parts


def _title_of_many(
    about: dict[str, Any], capacities: list[StoredCapacity], axes: list[SweptAxis]
) -> str:
    """The largest and the smallest capacity."""
    key = key_name(str(about[CAPACITY_MARK]))
    name = f"{key[:1].upper()}{key[1:]}"
    some = [each for each in capacities if each.crossings]
    if not some:
        verdicts = sorted({each.verdict for each in capacities})
        return f"{name}: {condition_words(about)} is met {' or '.join(verdicts)} in the range"

    def said(found: StoredCapacity) -> str:
        where = ", ".join(key_is(axis.key, found.place[axis.key]) for axis in axes)
        return f"{crossing_words(about, found.crossings[0])} at {where}"

    most = max(some, key=lambda each: each.crossings[0].key)
    least = min(some, key=lambda each: each.crossings[0].key)
    if most is least:
        return f"{name}: {said(most)}"
    return f"{name}: most {said(most)}; least {said(least)}"
