"""Reads a scenario from a TOML file or a mapping and reports every fault together."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from capest.errors import Problem, ScenarioError
from capest.scenario.model import Scenario, build_scenario, drop_rule_values, fields
from capest.scenario.network_rules import LATER_KEYS, rules_of
from capest.scenario.origins import FILE, GIVEN
from capest.scenario.overrides import apply_overrides, name_overrides, unknown_removals
from capest.scenario.paths import anchor_paths
from capest.scenario.plain import plain
from capest.scenario.presets import KINDS, STARTS, load_preset, preset_names
from capest.scenario.renamed import is_of_constellation, problems_of, rename, tell
from capest.scenario.shell_tables import key_of_model
from capest.scenario.toml_file import near_sibling, read_toml
from capest.scenario.variants import (
    faults_of_variants,
    named_variant,
    take_variants,
    variant_settings,
)
from capest.scenario.written import Written, flat, is_complete


def load_scenario(
    source: str | Path | Mapping[str, Any],
    overrides: Sequence[str] = (),
    *,
    excused: list[Problem] | None = None,
    variant: str | None = None,
) -> Scenario:
    """Load a scenario, resolve its presets and validate it.

    Its variants are checked too, but where ``excused`` is given: many scenarios of one file are
    loaded so, and the first has them checked.

    Parameters
    ----------
    source : str, Path or mapping
        A TOML file, or its content as nested mappings. Relative paths of a file start in its
        folder, those of a mapping and of overrides in the working folder.
    overrides : sequence of str
        ``section.key=value`` each, applied before presets are resolved; see `apply_overrides`.
    excused : list of Problem, optional
        Takes what was written and this scenario does not read, which is a fault otherwise.
    variant : str, optional
        Name of the variant to take; ``overrides`` win over its keys.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        If the file cannot be read or is no TOML, or has no such variant.
    ScenarioError
        With every fault of the content and of the overrides, also a key that is not read.
    """
    read = _Source(source)
    changes = list(overrides)
    if variant is not None:
        said = f"--variant {variant}"
        table = named_variant(read.variants, variant, said)
        changes = [*variant_settings(table, said), *changes]
    try:
        scenario = read.build(changes, excused)
    except ScenarioError as error:
        raise ScenarioError(read.name, [*error.problems, *read.faults]) from None
    faults, notes = read.check() if excused is None else (read.faults, [])
    if faults:
        raise ScenarioError(read.name, faults)
    scenario._variants, scenario._variant_notes = read.variants, tuple(notes)
    return scenario


def load_variants(source: str | Path | Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Load the variants of a scenario, and check each of them.

    Parameters
    ----------
    source : str, Path or mapping
        As of `load_scenario`.

    Returns
    -------
    dict of str to dict
        Name -> nested values; paths are absolute.

    Raises
    ------
    InputError
        If the file cannot be read or is no TOML.
    ScenarioError
        With every fault of the variants; not with those that the scenario has without them.
    """
    read = _Source(source)
    faults, _ = read.check()
    if faults:
        raise ScenarioError(read.name, faults)
    return read.variants


class _Source:
    """What a scenario is made of, apart from its variants."""

    def __init__(self, source: str | Path | Mapping[str, Any]) -> None:
        self._folder: Path | None = None
        if isinstance(source, Mapping):
            self.name, self._raw = "scenario", plain(source)
        else:
            self.name, self._raw = str(source), read_toml(Path(source), _file_hint)
            self._folder = Path(source).parent
        self.variants, self.faults = take_variants(self._raw)
        for table in self.variants.values():
            anchor_paths(table, self._folder or "")

    def build(self, overrides: Sequence[str], excused: list[Problem] | None) -> Scenario:
        """Make the scenario with some keys overridden."""
        # Making a scenario changes what it is made of.
        raw = copy.deepcopy(self._raw) if self.variants else self._raw
        return _scenario_of(self.name, raw, self._folder, overrides, excused)

    def check(self) -> tuple[list[Problem], list[str]]:
        """Faults of the variants, and what they set and their scenarios do not read."""
        known: Sequence[Problem] = ()
        if not self.variants:
            return self.faults, []
        try:
            # Overrides may mend what is wrong with the file.
            self.build((), [])
        except ScenarioError as error:
            known = error.problems
        found, notes = faults_of_variants(self.variants, known, self.build)
        return [*self.faults, *found], notes


def _scenario_of(
    name: str,
    raw: dict[str, Any],
    folder: Path | None,
    overrides: Sequence[str],
    excused: list[Problem] | None,
) -> Scenario:
    """Make a scenario from the content of its file, which is changed."""
    # What an old name stands for depends on the kind of scenario, which no old name decides.
    overridden = plain(raw)
    apply_overrides(overridden, overrides)
    constellation, complete = is_of_constellation(overridden), is_complete(raw, fields())
    old_names = rename(raw, name, constellation)
    before = flat(raw, fields())
    if complete and "rules" not in raw and not before.keys() & LATER_KEYS:
        raw["rules"] = "0.2"  # a result of a version that knew no other
    if complete and rules_of(overridden) != rules_of(raw):
        # Nobody chose every key of the file: what follows from its rules follows from others now.
        drop_rule_values(raw)
        before = flat(raw, fields())
    found = apply_overrides(raw, overrides, constellation=constellation)
    tell([*old_names, *([] if found.problems else found.old_names)], complete=complete)
    faults = [*found.problems, *unknown_removals(found, list(fields()))]
    faults += problems_of(old_names, complete=complete) + problems_of(found.old_names)
    anchor_paths(raw, folder or "", found.origins)
    before = {key: value for key, value in before.items() if not found.is_removed(key)}
    # Of a complete file, such as a result keeps, nobody chose every key.
    own = before if complete else {}
    chosen = {key_of_model(key) for key in found.origins}
    keys = frozenset(chosen & fields().keys()) | (before.keys() - own.keys())
    in_file = (key for key in before.keys() - own.keys() if not found.sets_table_of(key))
    origins = dict.fromkeys(in_file, GIVEN if folder is None else FILE) | found.origins
    renewed = {key.partition(".")[0] for key in found.origins if key.endswith(".preset")}
    labels = frozenset(KINDS) - renewed - found.origins.keys() if complete else frozenset[str]()
    written = Written(keys, own=own, origins=origins, labels=labels)
    idle = None if excused is None else list[Problem]()
    try:
        scenario = build_scenario(name, raw, faults, written=written, excused=idle)
    except ScenarioError as error:
        raise ScenarioError(name, name_overrides(error.problems, found, before)) from None
    if excused is not None and idle is not None:
        excused += name_overrides(idle, found, before)
    return scenario


def _file_hint(path: Path) -> str:
    """Suggest what a missing file may have meant."""
    if path.name in preset_names():
        kind = load_preset(path.name).kind
        if kind not in STARTS:
            return f'; {path.name} is a {kind} preset: write preset = "{path.name}" in [{kind}]'
        return f"; {path.name} is a preset: capest presets init {path.name} -o {path.name}.toml"
    return near_sibling(path)
