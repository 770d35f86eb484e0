"""What a result rests on: every effective figure and where it comes from, as its file keeps it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from capest.errors import InputError
from capest.shown import one_line

ATTRIBUTE = "assumptions"
"""Attribute of a result, or of a sweep: a list in JSON with an object for every figure."""

VARIED = "values"
"""In place of ``value`` where points of a sweep differ: all that there are, in their order."""

_MOST_VALUES = 100
"""Values of one figure that a sweep keeps at most."""

CHANGED = "changed by whoever wrote the scenario"
NOT_KNOWN = "not known: somebody knows it, we do not; a study of uncertainty draws it"
CHOICE = "choices of model"
DECISION = "decisions: the result is conditional on them"
COMPUTED = "how much is computed, and how"
GIVEN = "standard, filed, measured, reported or derived; nobody doubts it"

_GROUP_OF_KIND = {"not known": NOT_KNOWN, "choice of model": CHOICE, "decision": DECISION}
_GROUPS = (CHANGED, NOT_KNOWN, CHOICE, DECISION, GIVEN, COMPUTED)


def figures_of(attributes: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return what a result rests on, grouped.

    Parameters
    ----------
    attributes : mapping
        Of a result.

    Returns
    -------
    list of dict or None
        See ``scenario.assumed.rests_on`` for the fields. Changed figures come first, then those not
        known, choices of model, decisions, the others, and keys of ``run``; within a group in the
        order of the scenario. ``None`` for a file that does not say.
    """
    text = attributes.get(ATTRIBUTE)
    if text is None:
        return None
    rows = json.loads(str(text))
    if not all(isinstance(row["key"], str) for row in rows):
        raise TypeError("no figures")
    places = {name: place for place, name in enumerate(_GROUPS)}
    return sorted(rows, key=lambda row: places[group_of(row)])


def read_figures(attributes: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """Return `figures_of` a result that says what it rests on.

    Parameters
    ----------
    attributes : mapping
        Of a result.
    where : str
        What the result is called in messages.

    Raises
    ------
    InputError
        It is of a version that did not keep it, or damaged.
    """
    try:
        figures = figures_of(attributes)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise InputError(
            f"{where}: damaged: its attribute {ATTRIBUTE} cannot be read; run its scenario again"
        ) from None
    if figures is None:
        version = one_line(str(attributes.get("capest_version", "an older version")))
        raise InputError(
            f"{where}: does not say what it rests on, as files of capest {version} may not; run "
            "its scenario again"
        )
    return figures


def group_of(row: Mapping[str, Any]) -> str:
    """Return the heading that a figure stands under."""
    if row.get("changed"):
        return CHANGED
    if str(row["key"]).startswith("run."):
        return COMPUTED
    return _GROUP_OF_KIND.get(str(row.get("kind", "")), GIVEN)


def of_points_together(texts: Sequence[str]) -> str:
    """Return what all points of a sweep rest on.

    Parameters
    ----------
    texts : sequence of str
        The attribute of each point.

    Returns
    -------
    str
        The attribute of the sweep. A figure whose value differs has all values, and of the other
        fields those that are the same at all points that read it; ``points`` counts those points
        where some do not.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    parsed = {text: json.loads(text) for text in dict.fromkeys(texts)}
    for text in texts:
        for row in parsed[text]:
            found.setdefault(row["key"], []).append(row)
    merged = [_merged(rows, len(texts)) for rows in found.values()]
    return json.dumps(merged, ensure_ascii=False, separators=(",", ":"))


def _merged(rows: Sequence[dict[str, Any]], points: int) -> dict[str, Any]:
    first = rows[0]
    row = {k: v for k, v in first.items() if all(one.get(k) == v for one in rows)}
    if "value" not in row:
        values = _distinct(one.get("value") for one in rows)
        row[VARIED] = values[:_MOST_VALUES]
        if len(values) > _MOST_VALUES:
            row["count_of_values"] = len(values)
    if "origin" not in row:
        kinds = {str(one.get("origin", "")).partition("=")[0] for one in rows}
        row["origin"] = kinds.pop() if len(kinds) == 1 else "differs"
    if any(one.get("changed") for one in rows):
        row["changed"] = True
    return row if len(rows) == points else {**row, "points": len(rows)}


def _distinct(values: Iterable[Any]) -> list[Any]:
    found = {json.dumps(value, sort_keys=True): value for value in values}
    return list(found.values())
