"""The key of a scenario that is varied, and between which values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from capest.errors import InputError
from capest.runner.sweep_points import parse_axis
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario, fields
from capest.scenario.nearest import nearest
from capest.scenario.overrides import OptionValue, apply_overrides
from capest.scenario.problems import allowed_text, number_kind
from capest.scenario.reading_table import unread
from capest.scenario.write import toml_value

_EXAMPLE = "such as users.count=1000..1000000"
_FAR_APART = 10.0
"""Ratio of the ends from which steps are equal in ratio."""

_DIGITS = 6
"""Significant digits of values of a key that is no whole number."""


@dataclass(frozen=True)
class KeyRange:
    """A key and its range.

    Attributes
    ----------
    key : str
        Dotted.
    low, high : int or float
    whole : bool
        It has whole numbers.
    """

    key: str
    low: float
    high: float
    whole: bool

    @property
    def logarithmic(self) -> bool:
        """Whether steps are equal in ratio."""
        return self.low > 0 and self.high / self.low >= _FAR_APART

    def coordinate(self, value: float) -> float:
        """Where a value stands on the scale of the range."""
        return math.log(value) if self.logarithmic else float(value)

    def value_at(self, coordinate: float) -> float:
        """Value at a coordinate, not rounded."""
        return math.exp(coordinate) if self.logarithmic else coordinate

    def near(self, coordinate: float) -> float:
        """Value that the key may have, nearest to a coordinate."""
        value = min(max(self.value_at(coordinate), self.low), self.high)
        if self.whole:
            return round(value)
        return float(f"{value:.{_DIGITS}g}") if self.low < value < self.high else value

    def coarse(self, points: int) -> list[float]:
        """Values that divide the range evenly, its ends among them."""
        ends = self.coordinate(self.low), self.coordinate(self.high)
        inner = [self.near(each) for each in np.linspace(*ends, points)[1:-1]]
        return list(dict.fromkeys([self.low, *inner, self.high]))

    def setting(self, value: float) -> OptionValue:
        """Override that gives the key a value."""
        text = toml_value(int(value) if self.whole else float(value))
        return OptionValue(f"{self.key}={text}", f"--vary {self.key}={text}")


def parse_range(text: str, option: str = "--vary") -> KeyRange:
    """Read ``key=low..high``.

    Raises
    ------
    InputError
        Not of this form, an unknown key, one without numbers, or ends that are no range.
    """
    said = f"{option} {text}"
    key, equals, span = (part.strip() for part in text.partition("="))
    low_text, dots, high_text = (part.strip() for part in span.partition(".."))
    if not (equals and key and dots and low_text and high_text):
        raise InputError(f"{said}: must have the form section.key=low..high, {_EXAMPLE}")
    if high_text.startswith("."):
        ends = f"{key}={low_text}..{high_text.lstrip('.')}"
        raise InputError(f"{said}: two dots stand between the ends; write {ends}")
    low, high = (_number(said, each) for each in (low_text, high_text))
    if not low < high:
        swapped = f"{key}={high_text}..{low_text}"
        hint = f"write {swapped}" if low > high else "give two different ends"
        raise InputError(f"{said}: the range must rise; {hint}")
    # Old names are told of as a sweep tells of them.
    axis = parse_axis(f"{key}={low_text},{high_text}")
    key = axis.key
    known = fields()
    if key not in known:
        hint = _hint(key, [each for each in known if _has_range(each, known)])
        raise InputError(f"{said}: a scenario has no key {key}; {hint}")
    kind = number_kind(known[key])
    if not _has_range(key, known):
        why = "says how the run is done"
        if not key.startswith("run."):
            why = f"is {allowed_text(key, known[key])}: it has no range"
        raise InputError(f"{said}: {key} {why}; give a key of the network with numbers, {_EXAMPLE}")
    whole = kind is int
    if whole and not (low.is_integer() and high.is_integer()):
        raise InputError(f"{said}: {key} has whole numbers; give whole ends")
    return KeyRange(key, int(low) if whole else low, int(high) if whole else high, whole)


def check_range(
    key_range: KeyRange,
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str],
    values: Sequence[float],
) -> list[Scenario]:
    """Load the scenario at some values, so that a fault of any shows before the first run.

    Raises
    ------
    InputError
        A value that is out of the key's limits or forbidden by a rule; a key that is given too, or
        not read.
    """
    key = key_range.key
    said = apply_overrides({}, overrides).origins.get(key)
    if said is not None:
        raise InputError(f"--vary {key}: given too by {said}; remove one of them")
    found, problems = [], []
    for value in values:
        unused: list[Any] = []
        found.append(load_scenario(source, [*overrides, key_range.setting(value)], excused=unused))
        problems += [each for each in unused if each.key == key]
    if all(unread(key, dict(each.items())) is not None for each in found):
        why = problems[0].allowed if problems else "is not read"
        raise InputError(f"--vary {key}: {why}; vary a key that the scenario reads")
    return found


def _has_range(key: str, known: Mapping[str, Any]) -> bool:
    """Whether a key can be varied."""
    return number_kind(known[key]) is not None and not key.startswith("run.")


def _hint(key: str, candidates: Sequence[str]) -> str:
    """Which key may be meant, of those that can be varied."""
    of_section = [each for each in candidates if each.startswith(f"{key}.")]
    if of_section:
        return f"{key} is a section; give a key of it with numbers, such as {of_section[0]}"
    found = nearest(key, candidates)
    return f"did you mean {found}" if found else '"capest explain KEY" knows every key'


def _number(said: str, text: str) -> float:
    try:
        value = float(text.replace("_", ""))
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{said}: {text} is no number; {_EXAMPLE}")
    return value
