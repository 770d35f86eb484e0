"""Presets: named figures of satellites and handsets, each with its source and confidence."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from capest.errors import InputError, Problem
from capest.scenario.figure import Figure, figure_of
from capest.scenario.nearest import nearest
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


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    folder = files("capest.scenario") / "presets"
    entries = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in entries if name.endswith(".toml")))


@cache
def load_preset(name: str) -> Preset:
    """Read one preset.

    Raises
    ------
    InputError
        If there is none of that name; the message names the nearest.
    """
    known = preset_names()
    if name not in known:
        found = nearest(name, known)
        hint = f"did you mean {found}" if found else "capest presets list shows all"
        raise InputError(f"no preset is called {name!r}; {hint}")
    text = (files("capest.scenario") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return read_preset(name, text)


def read_preset(name: str, text: str) -> Preset:
    """Read the text of a preset's file."""
    raw = tomllib.loads(text)
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


def presets_of(kind: str) -> tuple[Preset, ...]:
    """Return every preset of a kind, by name."""
    return tuple(preset for preset in map(load_preset, preset_names()) if preset.kind == kind)


def with_presets(
    raw: Mapping[str, Any], defaults: Mapping[str, str]
) -> tuple[dict[str, Any], list[Problem]]:
    """Fill sections from the presets they name; keys already there win.

    Parameters
    ----------
    raw : mapping
        Nested plain values of a scenario; its ``rules`` tell which figures hold.
    defaults : mapping of section to str
        The preset of a section that names none.

    Returns
    -------
    filled : dict
        A copy of ``raw`` with the values of presets.
    problems : list of Problem
        Names that are no preset of the section. An unknown name passes where it has no value
        left to supply: it is only a label then, as in results older than a renamed preset.
    """
    filled = dict(raw)
    problems = []
    for kind in KINDS:
        section = filled.get(kind, {} if kind in defaults else None)
        if not isinstance(section, Mapping):
            continue
        name = section.get("preset", defaults.get(kind))
        if not isinstance(name, str):
            continue
        if name not in preset_names():
            if not _supplied_keys(kind) <= section.keys():
                problems.append(_unknown(kind, name))
        elif (preset := load_preset(name)).kind == kind:
            # Of a service, None is what nobody gave; elsewhere it may be a preset's figure undone.
            given = {k: v for k, v in section.items() if kind != "service" or v is not None}
            filled[kind] = given
            for key, value in preset.values_by(raw.get("rules")).items():
                place, _, own = key.partition(".")
                table = filled.get(place)
                if isinstance(table, Mapping) and own not in table:
                    filled[place] = {**table, own: value}
        else:
            problems.append(_unknown(kind, name, f"it is a {preset.kind} preset"))
    return filled, problems


def supplied(raw: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    """Return dotted key -> value of all that the presets of a scenario supply, written or not.

    Parameters
    ----------
    raw, defaults
        See `with_presets`.
    """
    found: dict[str, Any] = {}
    for preset in _named(raw, defaults):
        found |= preset.values_by(raw.get("rules"))
    return found


def moved_by_rules(raw: Mapping[str, Any], defaults: Mapping[str, str]) -> set[str]:
    """Return the dotted keys of which the presets of a scenario have figures of rules.

    Parameters
    ----------
    raw, defaults
        See `with_presets`.
    """
    return {key for preset in _named(raw, defaults) for key in preset.keys_of_rules}


def _named(raw: Mapping[str, Any], defaults: Mapping[str, str]) -> Iterator[Preset]:
    """Yield the presets that the sections of a scenario name and that are of their kind."""
    for kind in KINDS:
        section = raw.get(kind, {})
        name = section.get("preset", defaults.get(kind)) if isinstance(section, Mapping) else None
        if isinstance(name, str) and name in preset_names() and load_preset(name).kind == kind:
            yield load_preset(name)


@cache
def _suppliers() -> dict[str, str]:
    """Kind of preset by key of another section that its presets supply."""
    presets = map(load_preset, preset_names())
    return {
        key: preset.kind
        for preset in presets
        for key in (*preset.figures, *preset.figures_of_rules)
        if "." in key
    }


def supplier(key: str) -> str:
    """Return the kind of preset that a new one of takes a key along: nearly always its section."""
    return _suppliers().get(key, key.partition(".")[0])


def _supplied_keys(kind: str) -> set[str]:
    """Keys that most presets of a kind supply: a section with all of them needs none."""
    presets = presets_of(kind)
    counts = Counter(key for preset in presets for key in preset.figures if "." not in key)
    return {key for key, count in counts.items() if 2 * count > len(presets)}


def _unknown(kind: str, name: str, reason: str = "") -> Problem:
    names = [preset.name for preset in presets_of(kind)]
    found = nearest(name, names)
    hints = [reason, f"did you mean {found}" if found and not reason else ""]
    hints.append(f"{kind} presets: {', '.join(names)}")
    return Problem(
        f"{kind}.preset", name, f"must name a {kind} preset", "; ".join(filter(None, hints))
    )
