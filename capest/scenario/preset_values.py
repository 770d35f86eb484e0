"""Values of a user's preset, and what it states of them, judged by the keys of a scenario."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from capest.errors import Problem
from capest.scenario.figure import (
    CHOICE,
    DECISION,
    KINDS_OF_FIGURES,
    LOG_UNIFORM,
    SHAPES,
    value_of_text,
)
from capest.scenario.model import fields
from capest.scenario.nearest import did_you_mean_key, nearest
from capest.scenario.preset_file import TABLES, place_of
from capest.scenario.problems import allowed_text, hint_for
from capest.scenario.renamed import new_names

_STATEMENTS = ("range", "options")
_NOT_OF_PRESETS = ("preset", "shell")
"""Keys that no preset supplies: which preset it is, and tables of their own."""


def faults_of_values(raw: Mapping[str, Any], known: Collection[str]) -> Iterator[Problem]:
    """Yield what is wrong with keys and values of a preset, and with what it states of them.

    Parameters
    ----------
    raw : mapping
        Content of the file.
    known : collection of str
        Keys of faults that were found already.
    """
    section = raw.get("kind")
    if not isinstance(section, str) or "kind" in known:
        return
    for table in TABLES:
        rows = raw.get(table, {})
        for key, row in rows.items() if isinstance(rows, Mapping) else ():
            place = place_of(table, key)
            if not isinstance(row, Mapping) or place in known:
                continue
            dotted = key if "." in key else f"{section}.{key}"
            if dotted not in fields() or (_is_own(dotted) and table != "starter"):
                yield Problem(place, None, *_unknown(key, dotted, section))
                continue
            faults = list(_faults_of_row(place, dotted, row))
            yield from (fault for fault in faults if fault.key not in known)
    yield from _faults_of_parents(raw, section)


def _is_own(dotted: str) -> bool:
    return dotted.rpartition(".")[2] in _NOT_OF_PRESETS


def _unknown(key: str, dotted: str, section: str) -> tuple[str, str]:
    if dotted in fields():
        return "no preset supplies this key", "write it in the scenario"
    names = list(fields())
    said = f"[{section}] has no such key" if "." not in key else "there is no such key"
    return said, did_you_mean_key(dotted, names, new_names(fields()))


def _faults_of_row(place: str, key: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    field = fields()[key]
    value = row.get("value")
    taken = _type_of(field)
    if value is not None and not _takes(taken, value):
        yield _not_taken(f"{place}.value", key, field, value)
        return
    kind, shape, reason = row.get("kind", ""), row.get("shape"), row.get("reason", "")
    if "kind" in row and kind not in KINDS_OF_FIGURES:
        yield _none_of(f"{place}.kind", kind, KINDS_OF_FIGURES)
    if shape is not None and shape not in SHAPES:
        yield _none_of(f"{place}.shape", shape, SHAPES)
    stated = [name for name in _STATEMENTS if name in row]
    if len(stated) == 2:
        yield Problem(place, None, "has a range and options", "leave one of them")
        return
    if not stated:
        yield from _faults_without_range(place, row)
        return
    if "kind" not in row and "follows" not in row:
        hint = "kind is one of " + ", ".join(f'"{each}"' for each in KINDS_OF_FIGURES)
        yield Problem(place, None, f"has {_a(stated[0])} and no kind", hint)
    if isinstance(reason, str) and not reason.strip():
        yield Problem(f"{place}.reason", None, f"required: why {_this(stated[0])}")
    if stated == ["range"]:
        yield from _faults_of_range(place, key, field, row)
    else:
        yield from _faults_of_options(place, key, field, row)


def _faults_without_range(place: str, row: Mapping[str, Any]) -> Iterator[Problem]:
    form = 'such as kind = "not known", range = [20, 40], reason = "..."'
    kind = row.get("kind")
    if row.get("confidence") == "assumed":
        yield Problem(place, None, "an assumed figure needs a range or options", form)
    elif kind in KINDS_OF_FIGURES and kind != DECISION:
        yield Problem(place, None, f'what is "{kind}" needs a range or options', form)
    if row.get("shape") is not None:
        yield Problem(f"{place}.shape", row["shape"], "is that of a range, which lacks")
    if "follows" in row:
        said = "needs a range: its values at both ends of the range of what it follows"
        yield Problem(place, None, said)


def _faults_of_range(
    place: str, key: str, field: FieldInfo, row: Mapping[str, Any]
) -> Iterator[Problem]:
    ends, value = row["range"], row.get("value")
    where = f"{place}.range"
    if not isinstance(ends, list) or len(ends) != 2 or not all(map(_is_number, ends)):
        yield Problem(where, ends, "must be two numbers, [low, high]")
        return
    if not _is_number(value):
        yield Problem(where, ends, "only numbers have a range", "write options = { a = 1, b = 1 }")
        return
    for end in ends:
        if not _takes(_type_of(field), end):
            yield _not_taken(where, key, field, end)
            return
    low, high = sorted(ends) if "follows" in row else ends
    if low >= high:
        hint = f"write [{high:g}, {low:g}]" if low > high else "widen it, or leave it out"
        yield Problem(where, ends, "its low end must lie below its high end", hint)
    elif not low <= value <= high:
        yield Problem(where, ends, f"must hold the value, {value:g}")
    if row.get("shape") == LOG_UNIFORM and low <= 0:
        yield Problem(where, ends, "must lie above 0 where its shape is log-uniform")
    if row.get("kind") == CHOICE:
        yield Problem(f"{place}.kind", CHOICE, "has options, not a range", 'or is "not known"')


def _faults_of_options(
    place: str, key: str, field: FieldInfo, row: Mapping[str, Any]
) -> Iterator[Problem]:
    options, where = row["options"], f"{place}.options"
    form = "such as { bessel = 2, taylor = 1 }"
    if not isinstance(options, Mapping) or not all(map(_is_weight, options.values())):
        yield Problem(where, options, "must be a table of values and their weights above 0", form)
        return
    values = [value_of_text(text) for text in options]
    for text, value in zip(options, values, strict=True):
        if not _takes(_type_of(field), value):
            yield _not_taken(f"{where}.{text}", key, field, value)
            return
    if len(values) < 2:
        yield Problem(where, options, "must be two or more", form)
    elif row.get("value") not in values:
        yield Problem(where, options, f"must hold the value, {row.get('value')}")
    if row.get("shape") is not None:
        yield Problem(f"{place}.shape", row["shape"], "is that of a range; options have weights")


def _faults_of_parents(raw: Mapping[str, Any], section: str) -> Iterator[Problem]:
    """Judge what figures follow: one of this file with a range, that follows none itself.

    What stands in another section may be a figure of another file.
    """
    rows = {}
    for table in TABLES:
        found = raw.get(table, {})
        for key, row in found.items() if isinstance(found, Mapping) else ():
            if isinstance(row, Mapping):
                dotted = key if "." in key else f"{section}.{key}"
                rows[place_of(table, key)] = (dotted, row)
    known = dict(rows.values())
    for place, (own, row) in rows.items():
        if "follows" not in row:
            continue
        name = row["follows"]
        dotted = name if "." in str(name) else f"{section}.{name}"
        parent = known.get(dotted)
        where = f"{place}.follows"
        elsewhere = dotted in fields() and not dotted.startswith(f"{section}.")
        if parent is None and elsewhere:
            continue
        if parent is None:
            found = nearest(str(dotted), known)
            short = found.removeprefix(f"{section}.") if found else ""
            yield Problem(
                where, name, "no figure of this file", f"did you mean {short}" if found else ""
            )
        elif "range" not in parent:
            yield Problem(where, name, "has no range here", "give it one")
        elif "follows" in parent:
            if dotted == own:
                yield Problem(where, name, "is the figure itself", "name its parent, or remove it")
                continue
            said = "itself follows another figure"
            yield Problem(where, name, said, f'write follows = "{parent["follows"]}"')


def _not_taken(place: str, key: str, field: FieldInfo, value: Any) -> Problem:
    return Problem(place, value, f"must be {allowed_text(key, field)}", hint_for(key, field, value))


def _none_of(place: str, value: Any, allowed: Collection[str]) -> Problem:
    near = nearest(value, allowed) if isinstance(value, str) else None
    said = "must be one of " + ", ".join(f'"{each}"' for each in allowed)
    return Problem(place, value, said, f'did you mean "{near}"' if near else "")


def _takes(taken: TypeAdapter[Any], value: Any) -> bool:
    try:
        taken.validate_python(value, strict=True)
    except ValidationError:
        return False
    return not isinstance(value, float) or abs(value) < float("inf")


def _type_of(field: FieldInfo) -> TypeAdapter[Any]:
    rules = tuple(field.metadata)
    taken: Any = Annotated[(field.annotation, *rules)] if rules else field.annotation
    return TypeAdapter(taken)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_weight(value: object) -> bool:
    return _is_number(value) and 0 < value < float("inf")  # type: ignore[operator]


def _a(what: str) -> str:
    return "a range" if what == "range" else "options"


def _this(what: str) -> str:
    return "this range" if what == "range" else "these options"
