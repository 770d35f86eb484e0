"""Where every value of a scenario comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from capest.scenario.network_rules import rule_values, rules_of
from capest.scenario.presets import supplied_by
from capest.scenario.shell_tables import SHELL, raw_tables, supplied_to_tables
from capest.scenario.written import flat

FILE = "file"
"""Somebody wrote it in the scenario's file."""

GIVEN = "given"
"""Somebody gave it in Python: in a mapping, or in a call of ``replace``."""

DEFAULT = "default"
"""Nobody gave it, no preset supplies it."""

PRESET = "preset "
"""Before the name of the preset, or the path of its file, that supplies it."""

RULES = "rules "
"""Before the version of the rules of a network that it follows from."""

FOLLOWS = "follows "
"""Before the key that it moved with."""


def is_own(origin: str) -> bool:
    """Tell whether somebody chose a value: in a file, in Python, or by an option."""
    return origin in (FILE, GIVEN) or origin.startswith("--")


def fillers(
    raw: Mapping[str, Any], default_presets: Mapping[str, str], defaults: Mapping[str, Any]
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return what fills keys that nobody gives, by where it comes from; the first wins.

    Parameters
    ----------
    raw : mapping
        Nested plain values of a scenario, presets not resolved yet.
    default_presets : mapping of section to str
        The preset of a section that names none.
    defaults : mapping
        Dotted key -> default.
    """
    rules = rules_of(raw)
    of_presets = [*supplied_by(raw, default_presets), *supplied_to_tables(raw)]
    of_rules = {key: value for key, value in rule_values(rules).items() if value is not None}
    return [
        *((f"{PRESET}{name}", values) for name, values in of_presets),
        (f"{RULES}{rules}", of_rules),
        (DEFAULT, defaults),
    ]


def origins_of(
    raw: Mapping[str, Any],
    known: Sequence[str],
    given: Mapping[str, str],
    filled: Sequence[tuple[str, Mapping[str, Any]]],
    default_source: str = FILE,
) -> dict[str, str]:
    """Return dotted key -> where its value comes from.

    Parameters
    ----------
    raw : mapping
        Nested plain values, presets not resolved yet.
    known : sequence of str
        All dotted keys of a scenario.
    given : mapping of str to str
        Origin of what stands in ``raw``, by dotted key or by the table that holds it. A key without
        one stands in a file that holds every key, which nobody chose: its value tells.
    filled : sequence of (str, mapping)
        Origin, and the values by dotted key that it fills in where nothing is given; the first
        that has a key wins.
    default_source : str
        Origin of a value in ``raw`` that is of none of the ``filled``.

    Returns
    -------
    dict of str to str
        Keys of tables of shells, such as ``constellation.shell.2.hpbw_deg``, as far as the
        scenario gives them.
    """
    there = flat(raw, known) | dict(_of_tables(raw))
    of_fillers = (key for _, values in filled for key in values)
    found = {}
    for key in dict.fromkeys((*known, *there, *of_fillers)):
        origin = _nearest(key, given) if key in there else None
        if origin is None:
            origin = next((name for name, values in filled if _fills(values, key, there)), None)
        found[key] = origin or (default_source if key in there else DEFAULT)
    return found


def _fills(values: Mapping[str, Any], key: str, there: Mapping[str, Any]) -> bool:
    return key in values and (key not in there or values[key] == there[key])


def _nearest(key: str, given: Mapping[str, str]) -> str | None:
    """Origin of a key, or of the table nearest around it."""
    parts = key.split(".")
    names = (".".join(parts[:count]) for count in range(len(parts), 0, -1))
    return next((given[name] for name in names if name in given), None)


def _of_tables(raw: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for number, table in enumerate(raw_tables(raw), 1):
        for name, value in table.items() if isinstance(table, Mapping) else ():
            if value is not None:
                yield f"{SHELL}.{number}.{name}", value
