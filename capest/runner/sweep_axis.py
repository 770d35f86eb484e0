"""What a sweep varies: one key of a scenario, or sets of settings that have a label each."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.results.sweep_file import axis_name
from capest.scenario.overrides import OptionValue
from capest.scenario.renamed import OldName


@dataclass(frozen=True)
class Axis:
    """A key and the values it takes.

    Attributes
    ----------
    key : str
        Dotted, such as ``"beams.frequency_reuse"``.
    values : tuple
    old_names : tuple of OldName
        Under which they were given.
    """

    key: str
    values: tuple[Any, ...]
    old_names: tuple[OldName, ...] = ()

    @property
    def name(self) -> str:
        """Name of the dimension, see ``axis_name``."""
        return axis_name(self.key)

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the scenario that it sets, at any of its values."""
        return (self.key,)

    @property
    def long_name(self) -> str:
        """What the values are, for people."""
        return f"{self.key} of the scenario"

    @property
    def comment(self) -> str:
        """What each value stands for, a line each; empty where it stands for itself."""
        return ""

    def settings(self, place: int) -> list[OptionValue]:
        """Overrides that one of its values stands for."""
        value = _toml(self.values[place])
        return [OptionValue(f"{self.key}={value}", f"--vary {self.key}={value}")]

    @property
    def coordinate(self) -> np.ndarray:
        """Values of the dimension: numbers, truth values, or texts; TOML where they are mixed."""
        kinds = {type(value) for value in self.values}
        if kinds <= {int, float}:
            # The first type that holds every value as it is: seeds may need all 64 bits.
            for dtype in (np.int64, np.uint64, np.float64):
                with contextlib.suppress(OverflowError):
                    found = np.array(self.values, dtype=dtype)
                    if found.tolist() == list(self.values):
                        return found
        if len(kinds) == 1 and kinds <= {bool, str}:
            return np.array(self.values)
        return np.array(
            [value if isinstance(value, str) else _toml(value) for value in self.values]
        )


@dataclass(frozen=True)
class LabelledAxis(Axis):
    """Labels that stand for settings of any keys, several at once.

    Its ``key`` is that of a scenario where every label is a value of this key alone; else a word
    for what the labels name, such as ``"strategy"``.

    Attributes
    ----------
    sets : tuple of tuple of OptionValue
        Overrides of each label.
    """

    sets: tuple[tuple[OptionValue, ...], ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """Keys of the scenario that it sets or takes out, at any of its labels."""
        every = (text.partition("=")[0].strip() for of_label in self.sets for text in of_label)
        return tuple(dict.fromkeys(every))

    @property
    def long_name(self) -> str:
        """What the labels are, for people."""
        if self.keys == (self.key,):
            return super().long_name
        return f"{self.key}: a choice of {', '.join(self.keys)} of the scenario"

    @property
    def comment(self) -> str:
        """What each label stands for, a line each."""
        if self.keys == (self.key,):
            return super().comment
        every = zip(self.values, self.sets, strict=True)
        return "\n".join(
            f"{label}: {', '.join(filter(_sets, texts)) or 'as the scenario is'}"
            for label, texts in every
        )

    def settings(self, place: int) -> list[OptionValue]:
        """Overrides that one of its labels stands for."""
        return list(self.sets[place])


def _sets(override: str) -> bool:
    """Whether an override gives a key a value, not takes it out."""
    return "=" in override


def _toml(value: Any) -> str:
    from capest.scenario.write import toml_value

    return toml_value(value)
