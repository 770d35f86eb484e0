"""Overrides of single keys: ``section.key=value``, as the command line takes them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, time
from typing import Any

from capest.errors import Problem
from capest.scenario.plain import set_key
from capest.scenario.renamed import OldName, in_new_names
from capest.scenario.rules import BrokenRule
from capest.shown import cut, one_line


def apply_overrides(
    raw: dict[str, Any], overrides: Sequence[str], *, constellation: bool = False
) -> tuple[dict[str, str], list[Problem], list[OldName]]:
    """Set the overridden keys in place; later ones win.

    Parameters
    ----------
    raw : dict
        Nested values of a scenario.
    overrides : sequence of str
        ``section.key=value`` each, with a TOML value; other text is taken as a string, so that
        ``beams.allocation=periodic`` needs no quotes.
    constellation : bool
        Whether the scenario is one of many satellites; tells what an old name stands for.

    Returns
    -------
    origins : dict of str to str
        Overridden key to the override's text.
    problems : list of Problem
        Overrides that cannot be read.
    old_names : list of OldName
        Names of older versions.
    """
    origins: dict[str, str] = {}
    problems: list[Problem] = []
    old_names: list[OldName] = []
    for text in overrides:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not all(part.strip() for part in key.split(".")):
            problems.append(
                Problem(
                    f"--set {_shown(text)}",
                    None,
                    "must have the form section.key=value",
                    "such as --set beams.frequency_reuse=3",
                )
            )
            continue
        try:
            one = {key: _value(value)}
        except ValueError as error:
            problems.append(Problem(f"--set {_shown(text)}", None, f"broken value: {error}"))
            origins[key] = text
            continue
        settings, found = in_new_names(one, f"--set {_shown(text)}", constellation)
        old_names += found
        for name, setting in settings.items():
            set_key(raw, name, setting)
        origins |= dict.fromkeys((*settings, *(each.renamed.key for each in found)), text)
    return origins, problems, old_names


def name_overrides(problems: Sequence[Problem], origins: dict[str, str]) -> list[Problem]:
    """Add to each problem of an overridden key which override it came from."""
    return [_named(problem, origins) for problem in problems]


def _value(text: str) -> Any:
    """Read a TOML value, or take the text itself where it does not set out to be one."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError) as error:
        if text[:1] in ("'", '"', "[", "{"):
            raise ValueError(str(error).partition(" (at")[0]) from None
        return text
    # A moment is text in a scenario.
    moment = isinstance(parsed.get("value"), date | time)
    return parsed["value"] if len(parsed) == 1 and not moment else text


def _shown(text: str) -> str:
    return cut(one_line(text))


def _named(problem: Problem, origins: dict[str, str]) -> Problem:
    keys = {problem.key, *(problem.reads if isinstance(problem, BrokenRule) else ())}
    involved = [
        _shown(text)
        for key, text in origins.items()
        if key in keys or key.startswith(f"{problem.key}.")
    ]
    if not involved:
        return problem
    hints = [problem.hint, "see --set " + ", --set ".join(involved)]
    return replace(problem, hint="; ".join(filter(None, hints)))
