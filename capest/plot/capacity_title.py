"""What a search of a capacity found, in one sentence, and its condition in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from capest.plot.figure_words import FigureWords, figure_words
from capest.plot.key_words import key_name, key_unit
from capest.plot.plain_numbers import plain_number
from capest.results.ours import CAPACITY_MARK
from capest.studies.capacity.capacity_file import StoredCapacity, StoredCrossing
from capest.studies.capacity.capacity_words import ends_text, interval_text, key_text
from capest.studies.capacity.condition import FigureCondition, parse_while


def condition_of(about: Mapping[str, Any]) -> FigureCondition:
    """The condition that was searched for."""
    return parse_while(str(about["condition"]))


def words_of(about: Mapping[str, Any]) -> FigureWords:
    """Words of the figure that is asked for."""
    return figure_words(str(about["condition_metric"]), str(about["condition_statistic"]))


def condition_words(about: Mapping[str, Any]) -> str:
    """Such as "at most 2 % calls refused", "calls at once at least 30"."""
    condition, words = condition_of(about), words_of(about)
    relation = (
        ("less than" if condition.strict else "at most")
        if condition.at_most
        else ("more than" if condition.strict else "at least")
    )
    limit = words.with_unit(plain_number(round(words.factor * condition.threshold, 12)))
    if condition.is_share:
        return f"{relation} {limit} {words.name}"
    return f"{words.name} {relation} {limit}"


def key_with_unit(about: dict[str, Any], text: str) -> str:
    """A value of the key as text, with its unit."""
    unit = key_unit(str(about[CAPACITY_MARK]))
    return f"{text} {unit}" if unit and unit != "%" else text


def crossing_words(about: dict[str, Any], crossing: StoredCrossing) -> str:
    """Such as "1,189 [below 1,000, 1,404]"."""
    interval = interval_text(about, crossing)
    text = key_text(about, crossing.key)
    return key_with_unit(about, f"{text} {interval}" if interval else text)


def safe_words(about: dict[str, Any], crossing: StoredCrossing) -> str:
    """The safe value, or that there is none."""
    if math.isnan(crossing.safe_key):
        return "no value is safe: trials are too few for one"
    return f"safe: {key_with_unit(about, key_text(about, crossing.safe_key))}"


def capacity_title(about: dict[str, Any], found: StoredCapacity) -> str:
    """The answer of one search."""
    name = key_name(str(about[CAPACITY_MARK]))
    condition = condition_words(about)
    low, high = (key_text(about, each) for each in about["range"])
    span = key_with_unit(about, f"{low} to {high}")
    if found.verdict in ("everywhere", "nowhere"):
        ends = ends_text(about, found)
        if found.verdict == "everywhere":
            return f"All values of {name} from {span} have {condition}: {ends}"
        return f"No value of {name} from {span} has {condition}: {ends}"
    if len(found.crossings) == 1:
        (crossing,) = found.crossings
        which = "Most" if crossing.rising else "Least"
        return f"{which} {name}: {crossing_words(about, crossing)} with {condition}"
    several = "; ".join(
        f"{'up to' if each.rising else 'from'} {crossing_words(about, each)}"
        for each in found.crossings
    )
    return f"{name[:1].upper()}{name[1:]} with {condition}: {several}"
