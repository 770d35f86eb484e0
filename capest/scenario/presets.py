"""Presets: named figures of satellites and handsets, each with its source and confidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from capest.errors import InputError, Problem, ScenarioError
from capest.scenario.figure import Figure
from capest.scenario.nearest import nearest
from capest.scenario.paths import is_path, shown_path
from capest.scenario.preset_file import faults_of_form, read_content
from capest.scenario.preset_table import (
    CONFIDENCES,
    KINDS,
    STARTS,
    Preset,
    StarterValue,
    preset_of,
    read_preset,
)
from capest.scenario.toml_file import parse_toml
from capest.shown import label_of

__all__ = [
    "CONFIDENCES",
    "KINDS",
    "STARTS",
    "Figure",
    "Preset",
    "StarterValue",
    "find_preset",
    "load_preset",
    "moved_by_rules",
    "preset_names",
    "presets_of",
    "problems_of_file",
    "read_preset",
    "supplied",
    "supplied_by",
    "supplier",
    "with_presets",
]

_NEEDED = {
    "satellite": {"altitude_km", "frequency_ghz", "eirp_density_dbw_per_mhz"}
    | {"antenna_gain_dbi", "antenna_diameter_m", "hpbw_deg"},
    "handset": {"antenna_gain_dbi", "noise_figure_db", "antenna_temperature_k"},
    "constellation": {"minimum_elevation_deg"},
    "service": {"downlink_kbps", "uplink_kbps", "delay_budget_ms", "guaranteed"},
}
"""Keys without which a section cannot be."""

PLACES_OF_SATELLITES = {"shells", "shell", "geostationary", "catalogue"}
"""Keys of a constellation one of which says where its satellites are."""


@cache
def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, sorted."""
    folder = files("capest.scenario") / "presets"
    entries = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name[: -len(".toml")] for name in entries if name.endswith(".toml")))


def load_preset(name: str) -> Preset:
    """Read one preset.

    Parameters
    ----------
    name : str
        Of a packaged preset, or the path of a TOML file of the same form.

    Raises
    ------
    InputError
        If there is none of that name, the message names the nearest; or no such file.
    ScenarioError
        With every fault in the form of a file.
    """
    if is_path(name):
        return _of_file(name)
    known = preset_names()
    if name not in known:
        found = nearest(name, known)
        hint = f"did you mean {found}" if found else "capest presets list shows all"
        raise InputError(f"no preset is called {name!r}; {hint}")
    return _packaged(name)


@cache
def _packaged(name: str) -> Preset:
    text = (files("capest.scenario") / "presets" / f"{name}.toml").read_text(encoding="utf-8")
    return read_preset(name, text)


def _of_file(path: str) -> Preset:
    """Read the file of a user, which may have changed since."""
    return _judged(path, read_content(path, preset_names()))


@lru_cache(maxsize=64)
def _judged(path: str, text: str) -> Preset:
    """Preset of a file's text that has no fault."""
    # The keys of a scenario know their presets.
    from capest.scenario.preset_values import faults_of_values

    shown = Path(shown_path(path))
    raw = parse_toml(shown, text)
    faults = list(faults_of_form(raw, KINDS, tuple(CONFIDENCES)))
    faults += faults_of_values(raw, {fault.key for fault in faults})
    if faults:
        raise ScenarioError(str(shown), faults)
    return preset_of(path, {"title": label_of(path), **raw})


def find_preset(name: object, kind: str) -> Preset | None:
    """Return the preset that a section names; ``None`` if there is none, or of another kind."""
    if not isinstance(name, str) or not (is_path(name) or name in preset_names()):
        return None
    try:
        preset = load_preset(name)
    except InputError:
        return None
    return preset if preset.kind == kind else None


def presets_of(kind: str) -> tuple[Preset, ...]:
    """Return every preset of a kind, by name."""
    return tuple(preset for preset in map(load_preset, preset_names()) if preset.kind == kind)


def with_presets(
    raw: Mapping[str, Any], defaults: Mapping[str, str], labels: Collection[str] = ()
) -> tuple[dict[str, Any], list[Problem]]:
    """Fill sections from the presets they name; keys already there win.

    Parameters
    ----------
    raw : mapping
        Nested plain values of a scenario; its ``rules`` tell which figures hold.
    defaults : mapping of section to str
        The preset of a section that names none.
    labels : collection of str
        Sections that have every value already: the path of a preset's file is only a label there,
        whatever became of the file.

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
        complete = _supplied_keys(kind) <= section.keys()
        if is_path(name) and kind in labels and _is_filled(kind, section):
            continue
        try:
            preset = load_preset(name)
        except InputError as error:
            if not complete or is_path(name):
                problems += _unusable(kind, name, error)
            continue
        if preset.kind == kind:
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
    for _, values in supplied_by(raw, defaults):
        found |= values
    return found


def supplied_by(
    raw: Mapping[str, Any], defaults: Mapping[str, str]
) -> list[tuple[str, dict[str, Any]]]:
    """Return the presets of a scenario with dotted key -> value of what each supplies.

    Parameters
    ----------
    raw, defaults
        See `with_presets`.
    """
    rules = raw.get("rules")
    return [(preset.name, preset.values_by(rules)) for preset in _named(raw, defaults)]


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
        preset = find_preset(name, kind)
        if preset is not None:
            yield preset


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


def _supplied_keys(kind: str) -> frozenset[str]:
    """Keys that most presets of a kind supply: a section with all of them needs none."""
    return _of_most(kind, preset_names())


@cache
def _of_most(kind: str, names: tuple[str, ...]) -> frozenset[str]:
    presets = [preset for preset in map(load_preset, names) if preset.kind == kind]
    counts = Counter(key for preset in presets for key in preset.figures if "." not in key)
    return frozenset(key for key, count in counts.items() if 2 * count > len(presets))


def _is_filled(kind: str, section: Mapping[str, Any]) -> bool:
    """Tell whether a section has what nothing but a preset supplies."""
    there = {key for key, value in section.items() if value is not None}
    places = kind != "constellation" or bool(there & PLACES_OF_SATELLITES)
    return places and there >= _NEEDED[kind]


def _unusable(kind: str, name: str, error: InputError) -> list[Problem]:
    if not is_path(name):
        return [_unknown(kind, name)]
    return problems_of_file(f"{kind}.preset", name, error)


def problems_of_file(key: str, path: str, error: InputError) -> list[Problem]:
    """Return every fault of a preset's file as a problem of the key that names it."""
    shown = shown_path(path)
    said = map(str, error.problems) if isinstance(error, ScenarioError) else [str(error)]
    return [Problem(key, shown, text.removeprefix(f"{shown}: ")) for text in said]


def _unknown(kind: str, name: str, reason: str = "") -> Problem:
    names = [preset.name for preset in presets_of(kind)]
    found = nearest(name, names)
    hints = [reason, f"did you mean {found}" if found and not reason else ""]
    hints.append(f"{kind} presets: {', '.join(names)}")
    return Problem(
        f"{kind}.preset", name, f"must name a {kind} preset", "; ".join(filter(None, hints))
    )
