"""Named sets of keys of a scenario, ``[variants.NAME]``, which a sweep takes one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from capest.errors import InputError, Problem, ScenarioError
from capest.scenario.nearest import nearest
from capest.scenario.overrides import OptionValue, Removal
from capest.scenario.problems import printable
from capest.scenario.write import toml_value
from capest.shown import as_text

SECTION = "variants"
"""Table of a scenario that holds a table for every variant; also the axis of a sweep of them."""

_NOT_VARIED = {
    "run.seed": "a variant keeps the seed: pairs of trials need the same draws in all of them",
}


def take_variants(raw: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """Take the variants out of a scenario, in place.

    Parameters
    ----------
    raw : dict
        Nested plain values of a scenario.

    Returns
    -------
    variants : dict of str to dict
        Name -> nested values, in the order of the file; without those at fault.
    problems : list of Problem
    """
    if SECTION not in raw:
        return {}, []
    tables = raw.pop(SECTION)
    example = "such as [variants.reuse-1] with beams.frequency_reuse = 1 below it"
    if not isinstance(tables, dict):
        return {}, [Problem(SECTION, tables, "must be a table with a table a variant", example)]
    found, problems = {}, []
    for name, table in tables.items():
        shown = f"{SECTION}.{printable(name)}"
        if not name.strip() or name != name.strip() or not name.isprintable():
            said = "the name of a variant has letters, and no space at its ends"
            problems.append(Problem(shown, None, said, example))
        elif not isinstance(table, dict):
            problems.append(Problem(shown, table, f"must be a table, [{shown}]", example))
        else:
            faults = list(_wrong_keys(shown, table))
            problems += faults
            if not faults:
                found[name] = table
    return found, problems


def _wrong_keys(shown: str, table: Mapping[str, Any]) -> Iterator[Problem]:
    for parts, value in _leaves((), table):
        key = ".".join(map(printable, parts))
        if parts[0] == SECTION:
            yield Problem(f"{shown}.{key}", None, "a variant has no variants of its own")
        elif key in _NOT_VARIED:
            yield Problem(f"{shown}.{key}", value, _NOT_VARIED[key], "remove it")
        elif not all(re.fullmatch(r"[\w-]+", part) for part in parts):
            yield Problem(f"{shown}.{key}", value, "unknown key")


def _leaves(
    above: tuple[str, ...], table: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves((*above, name), value)
        else:
            yield (*above, name), value


def keys_of_variant(table: Mapping[str, Any]) -> dict[str, Any]:
    """Dotted keys that a variant sets, with their values; ``None`` takes a key out."""
    return {".".join(parts): value for parts, value in _leaves((), table)}


def variant_settings(table: Mapping[str, Any], given: str) -> list[OptionValue]:
    """Overrides that a variant stands for.

    Parameters
    ----------
    table : mapping
        Nested values of the variant.
    given : str
        What asked for it, such as ``--variant reuse-1``.
    """
    found: list[OptionValue] = []
    for key, value in keys_of_variant(table).items():
        if value is None:
            found.append(Removal(key, given))
            continue
        text = as_text(value) if isinstance(value, date | time) else toml_value(value)
        found.append(OptionValue(f"{key}={text}", given))
    return found


def named_variant(variants: Mapping[str, Any], name: str, given: str) -> Any:
    """The variant of a name.

    Raises
    ------
    InputError
        There is none.
    """
    if name in variants:
        return variants[name]
    if not variants:
        raise InputError(
            f"{given}: the scenario has no variants: give it some, such as a table "
            "[variants.reuse-1] with beams.frequency_reuse = 1 below it"
        )
    near = nearest(name, list(variants))
    hint = f"did you mean {near!r}? " if near else ""
    raise InputError(f"{given}: no variant {name!r}: {hint}there are {names_listed(variants)}")


def names_listed(variants: Mapping[str, Any]) -> str:
    """Names of variants as an option takes them: those with a comma in quotes."""
    return ", ".join(f'"{name}"' if "," in name else name for name in variants)


def faults_of_variants(
    variants: Mapping[str, Mapping[str, Any]],
    known: Sequence[Problem],
    build: Callable[[list[OptionValue], list[Problem]], object],
) -> tuple[list[Problem], list[str]]:
    """Make the scenario of every variant, and say what is wrong with it.

    Parameters
    ----------
    variants : mapping of str to mapping
    known : sequence of Problem
        Faults of the scenario without any variant.
    build : callable
        Takes overrides, and a list for what is not read; raises `ScenarioError`.

    Returns
    -------
    problems : list of Problem
        Keys are ``variants.NAME.key`` where the variant sets the key.
    notes : list of str
        What a variant sets and its scenario does not read.
    """
    problems, notes = [], []
    of_base = {str(each) for each in known}
    for name, table in variants.items():
        own = f"{SECTION}.{printable(name)}"
        keys = keys_of_variant(table)
        unread: list[Problem] = []
        try:
            build(variant_settings(table, ""), unread)
        except ScenarioError as error:
            found = [each for each in error.problems if str(each) not in of_base]
            problems += [_of_variant(each, own, keys) for each in found]
        notes += [f"{own}.{each}" for each in unread if each.key in keys]
    return problems, notes


def _of_variant(problem: Problem, own: str, keys: Mapping[str, Any]) -> Problem:
    """A fault under the name that it has in the file."""
    # A section of the variant alone holds what is unknown in it.
    inside = any(f"{key}.".startswith(f"{problem.key}.") for key in keys)
    if problem.key in keys or inside:
        return replace(problem, key=f"{own}.{problem.key}")
    return Problem(own, None, str(problem))
