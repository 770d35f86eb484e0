"""What has to hold of figures that say how well they are known, in presets and in the defaults.

Each check returns what is wrong, one line each: a test demands an empty list, and a small bad table
shows that the fault is found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from capest.errors import ScenarioError
from capest.scenario.figure import DECISION, KINDS_OF_FIGURES, LOG_UNIFORM, SHAPES, UNIFORM, Figure
from capest.scenario.load import load_scenario
from capest.scenario.model import fields
from capest.scenario.plain import set_key
from capest.scenario.presets import CONFIDENCES
from capest.scenario.reading_table import is_read
from capest.scenario.write import toml_value

MOST_OF_A_REASON = 5
"""Figures that one reason may serve."""


def faults_of(table: Mapping[str, Figure]) -> list[str]:
    """What is wrong with the rows of one table, by dotted key."""
    found = []
    for key, figure in table.items():
        ranged = figure.range is not None
        found += _told(key, _of_words(figure))
        found += _told(key, _of_range(figure) if ranged else _of_options(figure))
        parent = table.get(figure.follows) if figure.follows else None
        if figure.follows and (parent is None or parent.range is None):
            found.append(f"{key}: follows {figure.follows}, which has no range here")
        if parent is not None and parent.follows:
            found.append(f"{key}: follows {figure.follows}, which itself follows another")
    return found


def not_allowed(table: Mapping[str, Figure]) -> list[str]:
    """Ends of ranges and options that the field of their key does not take."""
    found = []
    for key, figure in table.items():
        if key not in fields():
            found.append(f"{key}: there is no such key")
            continue
        taken = _type_of(fields()[key])
        for value in ends_of(figure):
            try:
                taken.validate_python(value, strict=True)
            except ValidationError as error:
                found.append(f"{key}: {value!r}: {error.errors()[0]['msg']}")
    return found


def overused_reasons(tables: Iterable[Mapping[str, Figure]]) -> list[str]:
    """Reasons that serve more figures than anybody can have thought of singly."""
    served: dict[str, list[str]] = defaultdict(list)
    for table in tables:
        for key, figure in table.items():
            if figure.reason:
                served[figure.reason.strip().casefold()].append(key)
    return [
        f"{len(keys)} figures have one reason, {reason!r}: {', '.join(keys)}"
        for reason, keys in served.items()
        if len(keys) > MOST_OF_A_REASON
    ]


def unloadable(key: str, figure: Figure, settings: Mapping[str, Any]) -> list[str]:
    """Ends and options with which a scenario does not load, or no longer reads the key.

    Parameters
    ----------
    settings : mapping
        Dotted keys of a scenario that reads the key.
    """
    found = []
    for value in ends_of(figure):
        try:
            scenario = load_scenario(nested(settings), [f"{key}={toml_value(value)}"])
        except ScenarioError as error:
            found.append(f"{key} = {value!r}: {error}")
            continue
        if not is_read(key, dict(scenario.items())):
            found.append(f"{key} = {value!r}: is not read")
    return found


def ends_of(figure: Figure) -> tuple[Any, ...]:
    """Both ends of a range, or all options."""
    return figure.range or tuple(value for value, _ in figure.options)


def nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Sections of dotted keys."""
    raw: dict[str, Any] = {}
    for key, value in settings.items():
        set_key(raw, key, value)
    return raw


def _type_of(field: FieldInfo) -> TypeAdapter[Any]:
    rules = tuple(field.metadata)
    return TypeAdapter(Annotated[(field.annotation, *rules)] if rules else field.annotation)


def _told(key: str, faults: Iterable[str]) -> list[str]:
    return [f"{key}: {fault}" for fault in faults]


def _of_words(figure: Figure) -> Iterable[str]:
    ranged = figure.range is not None or bool(figure.options)
    if figure.kind not in ("", *KINDS_OF_FIGURES):
        yield f"{figure.kind!r} is no kind"
    if figure.confidence not in ("", *CONFIDENCES):
        yield f"{figure.confidence!r} is no confidence"
    if figure.range is not None and figure.options:
        yield "has a range and options"
    if ranged and not figure.kind:
        yield "has a range and no kind"
    if ranged and not figure.reason:
        yield "has a range without a reason"
    if figure.reason and not ranged:
        yield "has a reason without a range"
    if figure.confidence == "assumed" and not ranged:
        yield "is assumed and has neither a range nor options"
    elif figure.kind not in ("", DECISION) and not ranged:
        yield f"is {figure.kind} and has neither a range nor options"
    if figure.kind not in ("", DECISION) and figure.value is None:
        yield f"is {figure.kind} and has no value"
    if figure.kind != DECISION and not figure.confidence:
        yield "has no confidence"


def _of_range(figure: Figure) -> Iterable[str]:
    assert figure.range is not None
    if figure.shape not in SHAPES:
        yield f"{figure.shape!r} is no shape"
    low, high = sorted(figure.range) if figure.follows else figure.range
    if not low < high:
        yield f"the low end of {figure.range} does not lie below the high one"
    elif figure.value is not None and not low <= figure.value <= high:
        yield f"its value {figure.value!r} lies outside of {figure.range}"
    if figure.shape == LOG_UNIFORM and low <= 0.0:
        yield f"a log-uniform range cannot begin at {low!r}"


def _of_options(figure: Figure) -> Iterable[str]:
    if figure.shape != UNIFORM:
        yield "has a shape without a range"
    if not figure.options:
        return
    values = [value for value, _ in figure.options]
    if len(values) < 2:
        yield "has one option"
    if len(set(map(repr, values))) < len(values):
        yield "has an option twice"
    if figure.value is not None and figure.value not in values:
        yield f"its value {figure.value!r} is no option"
    if not all(weight > 0 for _, weight in figure.options):
        yield "has an option without weight"
