"""Turns what pydantic refuses into problems that say what is allowed, all of a scenario at once."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date, time
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from capest.errors import Problem
from capest.scenario.lists import Listed
from capest.scenario.nearest import did_you_mean_key, nearest
from capest.scenario.renamed import new_names, new_values
from capest.scenario.rules import broken_rules
from capest.scenario.sections import ShellSettings
from capest.scenario.shell_tables import (
    dotted,
    key_of_model,
    place_problems,
    raw_tables,
    unknown_in_table,
)
from capest.scenario.units import unit_of

_REASONS = {
    "handset.branches": "phones have two receive branches in the bands of satellites; four are for "
    "bands of the ground above 2.5 GHz"
}
"""Why a key is allowed no more, where that asks for a word."""


def find_problems(
    model: type[BaseModel], raw: Mapping[str, Any], unresolved: Collection[str] = ()
) -> list[Problem]:
    """Find every fault of a scenario: keys, types, ranges and rules between keys.

    Parameters
    ----------
    model : type
        The scenario's model.
    raw : mapping
        Nested plain values, presets resolved.
    unresolved : collection of str
        Sections whose preset is not known: what it would supply is not reported as missing.

    Returns
    -------
    list of Problem
        Empty if the model accepts ``raw``.
    """
    try:
        model.model_validate(raw)
    except ValidationError as error:
        faults = {fault["loc"]: fault for fault in error.errors(include_url=False) if fault["loc"]}
        keys = dict(keys_of(model))
        missing = [_dotted(loc) for loc, fault in faults.items() if fault["type"] == "missing"]
        unknown = {loc for loc, fault in faults.items() if fault["type"] == "extra_forbidden"}
        wrong = {
            _dotted(loc): fault["input"] for loc, fault in faults.items() if loc not in unknown
        }
        problems = [_wrong(key, value, keys) for key, value in wrong.items() if key not in missing]
        problems += [_unknown(loc, faults[loc]["input"], keys) for loc in faults if loc in unknown]
        excused = {*unresolved, *(key.partition(".")[0] for key in wrong if ".preset" in key)}
        problems += _missing([k for k in missing if k.partition(".")[0] not in excused], keys)
        problems += broken_rules(good_values(raw, keys, set(wrong)))
        # The rules look at tables only if all are whole, and name the first fault.
        named = {problem.key for problem in problems} | {*wrong}
        return problems + [
            each for each in place_problems(raw_tables(raw)) if each.key not in named
        ]
    return []


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Yield every dotted key of a model with its field, nested sections unfolded."""
    for name, field in model.model_fields.items():
        if is_section(field):
            yield from keys_of(field.annotation, f"{prefix}{name}.")  # type: ignore[arg-type]
        else:
            yield prefix + name, field


def is_section(field: FieldInfo) -> bool:
    """Tell whether a field is a table of further keys."""
    return isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)


def allowed_text(key: str, field: FieldInfo) -> str:
    """Say in words what a key may be set to, such as "a number, in km, above 0"."""
    if listed := _listed(field):
        return listed.words
    kind, choices = _kind(field)
    if choices:
        return "one of " + ", ".join(json.dumps(choice) for choice in choices)
    if kind is bool:
        return "true or false"
    if kind is str:
        return "text"
    unit = unit_of(key)
    noun = "whole number" if kind is int else "number"
    parts = [f"a {noun}", f"in {unit}" if unit else "", " and ".join(_bounds(field))]
    return ", ".join(part for part in parts if part)


def number_kind(field: FieldInfo) -> type[int] | type[float] | None:
    """Whole numbers or numbers that a key takes; ``None`` of other keys, and of a few choices."""
    kind, choices = _kind(field)
    if choices or _listed(field) or kind not in (int, float):
        return None
    found: type[int] | type[float] = kind
    return found


def _listed(field: FieldInfo) -> Listed | None:
    """What a key holds that takes a list."""
    marks = (mark for option in get_args(field.annotation) for mark in get_args(option))
    return next((mark for mark in marks if isinstance(mark, Listed)), None)


def _kind(field: FieldInfo) -> tuple[Any, tuple[Any, ...]]:
    """Type of a field without its ``None``, and its choices if it is one of a few."""
    annotation = field.annotation
    if type(None) in get_args(annotation):
        annotation = next(o for o in get_args(annotation) if o is not type(None))
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    choices = get_args(annotation) if get_origin(annotation) is Literal else ()
    return (type(choices[0]) if choices else annotation), choices


def _bounds(field: FieldInfo) -> list[str]:
    words = {"gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
    return [
        f"{word} {_number(getattr(bound, attribute))}"
        for attribute, word in words.items()
        for bound in field.metadata
        if hasattr(bound, attribute)
    ]


def _number(value: float) -> str:
    """Write a bound; large powers of two as such."""
    if isinstance(value, int) and value >= 2**20 and value & (value - 1) == 0:
        return f"2**{value.bit_length() - 1}"
    if value == int(value) and abs(value) < 1e16:
        return str(int(value))
    return f"{value:.12f}".rstrip("0") if 1e-6 <= abs(value) < 1e-4 else f"{value:g}"


def _wrong(key: str, value: Any, keys: Mapping[str, FieldInfo]) -> Problem:
    field = keys.get(key) or ShellSettings.model_fields.get(key.rpartition(".")[2])
    if field is None or key_of_model(key) not in keys:
        shown = f"[[{key_of_model(key)}]]" if key_of_model(key) in keys else f"[{key}]"
        return Problem(key, value, f"must be a table, {shown}")
    allowed, hint = allowed_text(key, field), hint_for(key, field, value)
    if isinstance(value, str) and _kind(field)[0] in (int, float):
        allowed = f"a bare {allowed.removeprefix('a ')}"
    return Problem(key, value, f"must be {allowed}", hint)


def _missing(missing: list[str], keys: Mapping[str, FieldInfo]) -> list[Problem]:
    """One problem per section: without a preset, most of its keys lack at once."""
    by_section: dict[str, list[str]] = {}
    for key in missing:
        by_section.setdefault(key.partition(".")[0], []).append(key)
    problems = []
    for section, lacking in by_section.items():
        hint = f"{section}.preset can supply what lacks, see: capest presets list"
        if lacking == [section]:
            problems.append(Problem(section, None, f"required: a table [{section}]", hint))
        elif len(lacking) == 1:
            allowed = f"required: {allowed_text(lacking[0], keys[lacking[0]])}"
            problems.append(Problem(lacking[0], None, allowed, hint))
        else:
            names = ", ".join(key.partition(".")[2] for key in lacking)
            problems.append(Problem(section, None, f"{names} are required", hint))
    return problems


def _unknown(loc: tuple[Any, ...], value: Any, keys: Mapping[str, FieldInfo]) -> Problem:
    key = _dotted(loc)
    shown = ".".join(printable(str(part)) for part in key.split("."))
    if key_of_model(key) != key:
        said, hint = unknown_in_table(str(loc[-1]), list(ShellSettings.model_fields))
        return Problem(shown, value, said, hint)
    shown = ".".join(printable(str(part)) for part in loc)
    if isinstance(value, Mapping):
        sections = sorted({known.rpartition(".")[0] for known in keys} - {""})
        found = nearest(key, sections)
        hint = f"did you mean [{found}]" if found else "sections: " + ", ".join(sections)
        return Problem(shown, None, "unknown section", hint)
    if key in keys:  # only a quoted key with a dot in it gets here
        return Problem(shown, value, "unknown key", f"write {key} without quotes")
    return Problem(shown, value, "unknown key", did_you_mean_key(key, list(keys), new_names(keys)))


def printable(text: str) -> str:
    """Return a key as it is, or quoted with escapes where TOML would want it quoted."""
    return text if re.fullmatch(r"[\w-]+", text) else json.dumps(text, ensure_ascii=False)


def hint_for(key: str, field: FieldInfo, value: Any) -> str:
    """Say what may have been meant by a value that a key does not take; empty for no idea."""
    if listed := _listed(field):
        return f"such as {listed.example}"
    kind, choices = _kind(field)
    if isinstance(value, date | time):
        return "put it in quotes" if kind is str else ""
    if isinstance(value, str):
        return _hint_for_text(key, kind, choices, value)
    if isinstance(value, bool):
        return "put it in quotes" if kind is str else "true and false are not numbers"
    if isinstance(value, int | float):
        if kind is bool:
            return "write true or false"
        if kind is str:
            return "put it in quotes"
        if isinstance(value, float) and not math.isfinite(value):
            return "it must be finite"
        if kind is int and isinstance(value, float) and value.is_integer():
            return f"write {value:.0f}"
    return _REASONS.get(key, "")


def _hint_for_text(key: str, kind: Any, choices: tuple[Any, ...], value: str) -> str:
    if kind is str:
        old = new_values(key)
        found = nearest(value, [*choices, *old])
        found = old.get(found or "", found)
        return f'did you mean "{found}"' if found else ""
    if kind is bool:
        lowered = value.strip().lower()
        return f"write {lowered} without quotes" if lowered in ("true", "false") else ""
    match = re.fullmatch(r"\s*([-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(\S*)\s*", value)
    if match and match[2].lower() in ("", unit_of(key).lower()):
        return f"write {match[1]}"
    return ""


def _dotted(loc: tuple[Any, ...]) -> str:
    return dotted(loc)


def good_values(
    raw: Mapping[str, Any], keys: Mapping[str, FieldInfo], bad: set[str]
) -> dict[str, Any]:
    """Return values of the keys no fault touches, defaults where the file says nothing.

    Parameters
    ----------
    raw : mapping
        Nested plain values.
    keys : mapping
        See `keys_of`.
    bad : set of str
        Dotted keys and sections with faults.
    """
    good = {}
    for key, field in keys.items():
        parts = key.split(".")
        if bad & {".".join(parts[: n + 1]) for n in range(len(parts))}:
            continue
        if any(each.startswith(f"{key}.") for each in bad):
            continue
        table: Any = raw
        for part in parts[:-1]:
            table = table.get(part, {})
        good[key] = table.get(parts[-1], field.default)
    return good
