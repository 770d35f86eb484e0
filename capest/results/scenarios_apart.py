"""What differs in the scenarios of two results, key by key, and in how they were computed."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from capest.results.columns import printable
from capest.results.rests_on import ATTRIBUTE, VARIED
from capest.shown import cut, short_path

_OF_RUNS = ("run.trials", "run.seed", "rules", "title")
"""Keys that are told with the runs, not with the scenarios."""

_LONGEST = 60
"""Characters of a value that a line shows."""


@dataclass(frozen=True)
class UnlikeKey:
    """A key that two scenarios do not have alike.

    Attributes
    ----------
    key : str
    reference, value : object
        Its values; ``None`` where a scenario does not read it.
    reference_origin, origin : str
        Where they come from, as far as the files say.
    unit : str
    """

    key: str
    reference: Any
    value: Any
    reference_origin: str = ""
    origin: str = ""
    unit: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        return dict(vars(self))

    @property
    def line(self) -> str:
        """Such as "beams.frequency_reuse: 3 → 1 [default → --set]"."""
        unit = f" {self.unit}" if self.unit else ""
        change = f"{_text(self.reference, self.key)} → {_text(self.value, self.key)}{unit}"
        origins = [
            _origin(each, self.key) if value is not None else "not read"
            for each, value in (
                (self.reference_origin, self.reference),
                (self.origin, self.value),
            )
        ]
        if not any(origins):
            return printable(f"{self.key}: {change}")
        said = (
            origins[0] if origins[0] == origins[1] else " → ".join(each or "?" for each in origins)
        )
        return printable(f"{self.key}: {change} [{said}]")


@dataclass(frozen=True)
class UnlikeRun:
    """Something of two runs, not of their scenarios, that is not alike."""

    what: str
    reference: str
    value: str

    def to_dict(self) -> dict[str, str]:
        """Plain values that JSON can hold."""
        return dict(vars(self))

    @property
    def line(self) -> str:
        """Such as "trials: 40 → 8"."""
        return printable(f"{self.what}: {self.reference or 'none'} → {self.value or 'none'}")


def unlike_keys(
    values: Mapping[str, Any],
    reference: Mapping[str, Any],
    places: tuple[Mapping[str, Any], Mapping[str, Any]] = ({}, {}),
) -> list[UnlikeKey]:
    """Keys that two results read and do not have alike, or that one of them alone reads.

    Where either file does not say what it read, as those of 0.2, keys of both scenarios are
    compared that both have, read or not.

    Parameters
    ----------
    values, reference : mapping
        Attributes of two results.
    places : (mapping, mapping)
        Values of keys at points of sweeps, of the values and of the reference.
    """
    every = [_figures(each) for each in (values, reference)]
    if any(each is None for each in every):
        ours, theirs = (
            _with_place(_written(e), p) for e, p in zip((values, reference), places, strict=True)
        )
        shown = [key for key in theirs if key in ours]
    else:
        ours, theirs = (
            _with_place(each or {}, place) for each, place in zip(every, places, strict=True)
        )
        shown = list(dict.fromkeys((*theirs, *ours)))
    nothing: dict[str, Any] = {}
    found = []
    for key in shown:
        mine, other = ours.get(key, nothing), theirs.get(key, nothing)
        if key in _OF_RUNS or _same(mine.get("value"), other.get("value")):
            continue
        found.append(
            UnlikeKey(
                key,
                other.get("value"),
                mine.get("value"),
                str(other.get("origin", "")),
                str(mine.get("origin", "")),
                str(mine.get("unit", "") or other.get("unit", "")),
            )
        )
    return found


def keys_are_known(attributes: Mapping[str, Any]) -> bool:
    """Whether a file says which keys it read."""
    return _figures(attributes) is not None


def unlike_runs(
    values: Mapping[str, Any],
    reference: Mapping[str, Any],
    trials: tuple[int, int],
    seeds: tuple[str, str],
) -> list[UnlikeRun]:
    """What of versions, rules, seeds and trials two results do not have alike.

    Parameters
    ----------
    values, reference : mapping
        Attributes of two results.
    trials : (int, int)
        Of the values and of the reference.
    seeds : (str, str)
    """

    def said(name: str) -> tuple[str, str]:
        return str(reference.get(name, "")), str(values.get(name, ""))

    every = [
        ("capest", *said("capest_version")),
        ("rules", *(_rules(each) for each in (reference, values))),
        ("later rules", *said("later_rules")),
        ("seed", seeds[1], seeds[0]),
        ("trials", f"{trials[1]:,}", f"{trials[0]:,}"),
        ("users a trial", *(_count(each) for each in said("users_per_trial"))),
        ("computed by", *said("backend")),
    ]
    # A sweep says nothing of users: its points may differ.
    known = [row for row in every if row[0] == "later rules" or (row[1] and row[2])]
    return [UnlikeRun(*row) for row in known if row[1] != row[2]]


def _rules(attributes: Mapping[str, Any]) -> str:
    # Files of versions that knew no other do not say.
    return str(attributes.get("rules", "")) or "0.2"


def _count(text: str) -> str:
    return f"{int(text):,}" if text.isdigit() else text


def _figures(attributes: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
    """Figures that a result read, by their key; ``None`` where its file does not say."""
    text = attributes.get(ATTRIBUTE)
    if text is None:
        return None
    try:
        rows = json.loads(str(text))
        found: dict[str, dict[str, Any]] = {}
        for row in rows:
            for key in (row["key"], *row.get("same", ())):
                found[str(key)] = row if VARIED not in row else {**row, "value": row[VARIED]}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return found


def _written(attributes: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Keys of the scenario that a file keeps, by their dotted names."""
    try:
        tables = tomllib.loads(str(attributes.get("scenario_toml", "")))
        return {key: {"value": value} for key, value in _leaves("", tables)}
    except (ValueError, RecursionError):
        return {}


def _leaves(above: str, table: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(f"{above}{name}.", value)
        else:
            yield f"{above}{name}", value


def _with_place(
    figures: Mapping[str, dict[str, Any]], place: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    at = {key: {**figures[key], "value": each} for key, each in place.items() if key in figures}
    return {**figures, **at}


def _same(value: Any, other: Any) -> bool:
    """Equal as TOML has them: 1 and 1.0 are, 1 and true are not."""
    if isinstance(value, bool) or isinstance(other, bool):
        return value is other
    return bool(value == other)


def _text(value: Any, key: str) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return cut(short_path(value) if key.endswith(".preset") else value or '""', _LONGEST)
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e15 else f"{value:g}"
    if isinstance(value, int):
        return f"{value:,}"
    return cut(json.dumps(value, ensure_ascii=False), _LONGEST)


def _origin(origin: str, key: str) -> str:
    """Origin in words; an option without the key and value that stand beside it."""
    option, _, setting = origin.partition(" ")
    if option.startswith("--") and setting.partition("=")[0].strip() == key:
        return option
    if origin.startswith("preset "):
        return f"preset {cut(short_path(origin.removeprefix('preset ')), _LONGEST)}"
    return cut(origin, _LONGEST)
