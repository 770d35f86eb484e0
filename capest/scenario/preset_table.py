"""What a preset is: the tables of its file as figures."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from capest.scenario.figure import Figure, figure_of
from capest.scenario.network_rules import later_rules_hold

KINDS = ("satellite", "handset", "constellation", "service")
"""Sections of a scenario that presets can fill."""

STARTS = ("satellite", "constellation")
"""Kinds of presets that a scenario can start from."""

CONFIDENCES = {
    "standard": "laid down in a standard or an agreed study",
    "filed": "in a filing with a regulator",
    "measured": "measured by a third party",
    "reported": "said by the operator or the press",
    "assumed": "a plausible choice without a source",
    "derived": "computed from other figures",
}
"""How far to trust a figure."""


@dataclass(frozen=True)
class StarterValue:
    """What a scenario that starts from a preset says of one key.

    Attributes
    ----------
    value : float, str or bool
    remark : str
        Where it comes from, or that it is assumed; empty where the key speaks for itself.
    figure : Figure or None
        What is stated of how well it is known; nothing of a decision that speaks for itself.
    """

    value: float | str
    remark: str = ""
    figure: Figure | None = None


@dataclass(frozen=True)
class Preset:
    """Named figures for one section of a scenario.

    Attributes
    ----------
    name, kind, title : str
        ``kind`` is the section, one of `KINDS`.
    figures : mapping of str to Figure
        By key of the section, or by dotted key of another one; read-only, since all who ask for the
        preset share it.
    figures_of_rules : mapping of str to Figure
        Those that hold by the later rules of a network only, see `network_rules`; they win over
        ``figures`` then.
    starter : mapping of str to StarterValue
        By dotted key: the rest of the system, for a scenario that starts from the preset.
    stand_ins : mapping of str to Figure
        By dotted key of other sections: figures that stand in for what nobody published, with what
        is stated of them where a scenario has their value.
    combined_branches : int
        Receive branches of a handset that its ``antenna_gain_dbi`` is of, all together.
    """

    name: str
    kind: str
    title: str
    figures: Mapping[str, Figure]
    figures_of_rules: Mapping[str, Figure]
    starter: Mapping[str, StarterValue]
    stand_ins: Mapping[str, Figure]
    combined_branches: int = 1

    def figures_by(self, rules: object) -> Mapping[str, Figure]:
        """Return all figures that hold where the key ``rules`` of a scenario has a value."""
        if not later_rules_hold(rules):
            return self.figures
        return {**self.figures, **self.figures_of_rules}

    def values_by(self, rules: object) -> dict[str, float | str]:
        """Return the values of `figures_by` by dotted key."""
        return {self.dotted(key): one.value for key, one in self.figures_by(rules).items()}

    @property
    def keys_of_rules(self) -> set[str]:
        """Dotted keys of ``figures_of_rules``."""
        return set(map(self.dotted, self.figures_of_rules))

    def dotted(self, key: str) -> str:
        """Return the key with its section."""
        return key if "." in key else f"{self.kind}.{key}"


def read_preset(name: str, text: str) -> Preset:
    """Read the text of a packaged preset's file."""
    return preset_of(name, tomllib.loads(text))


def preset_of(name: str, raw: Mapping[str, Any]) -> Preset:
    """Return the preset of a file's content, which has no fault."""
    kind = raw["kind"]

    def figures(table: str) -> Mapping[str, Figure]:
        rows = raw.get(table, {}).items()
        return MappingProxyType({key: figure_of(row, kind) for key, row in rows})

    return Preset(
        name=name,
        kind=kind,
        title=raw["title"],
        figures=figures("figures"),
        figures_of_rules=figures("figures_of_rules"),
        starter=MappingProxyType(
            {key: _starter_value(key, row) for key, row in raw.get("starter", {}).items()}
        ),
        stand_ins=figures("stand_ins"),
        combined_branches=raw.get("combined_branches", 1),
    )


def _starter_value(key: str, row: Mapping[str, Any]) -> StarterValue:
    stated = {name: field for name, field in row.items() if name != "remark"}
    remark = row.get("remark", "")
    if stated.keys() == {"value"}:
        return StarterValue(row["value"], remark)
    figure = figure_of({"source": remark, **stated}, key.rpartition(".")[0])
    return StarterValue(row["value"], remark, figure)
