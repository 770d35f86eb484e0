"""Overrides of single keys: ``section.key=value``, as the command line takes them."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from typing import Any

from capest.errors import Problem
from capest.scenario.nearest import did_you_mean_key, nearest
from capest.scenario.plain import remove_key, set_key
from capest.scenario.renamed import OldName, in_new_names, new_names
from capest.scenario.shell_tables import key_of_model, number_problem
from capest.shown import cut, one_line


class OptionValue(str):
    """An override that an option of its own stands for.

    Parameters
    ----------
    override : str
        ``section.key=value``.
    given : str
        As it was given, such as ``--until sinr_db.p05±0.1``; empty where nobody gave it.
    """

    given: str

    def __new__(cls, override: str, given: str) -> OptionValue:
        """Make the text that is applied, and keep what messages call it."""
        made = super().__new__(cls, override)
        made.given = given
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Say what a copy in another process is made of."""
        return type(self), (str(self), self.given)


class Removal(OptionValue):
    """A key, or a section, that ``--unset`` takes out of the scenario."""

    def __new__(cls, key: str, given: str = "") -> Removal:
        """Make the text that is applied."""
        return super().__new__(cls, key, given or f"--unset {key}")  # type: ignore[return-value]


@dataclass
class Overridden:
    """What overrides did to the values of a scenario.

    Attributes
    ----------
    origins : dict of str to str
        Overridden key to the override as it was given.
    removed : dict of str to str
        Key, or section, that was taken out to the override as it was given.
    problems : list of Problem
        Overrides that cannot be read, and keys given by an old name and the new one.
    old_names : list of OldName
        Names of older versions.
    """

    origins: dict[str, str] = field(default_factory=dict)
    removed: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    old_names: list[OldName] = field(default_factory=list)
    _names: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)

    def is_removed(self, key: str) -> bool:
        """Tell whether a key was taken out, or its section."""
        return any(f"{key}.".startswith(f"{each}.") for each in self.removed)

    def sets_table_of(self, key: str) -> bool:
        """Tell whether the table that holds a key was given whole."""
        return any(key.startswith(f"{each}.") for each in self.origins)

    def note(self, text: str, settings: Iterable[str], old: Iterable[OldName], value: Any) -> None:
        """Note which keys an override set, or took out where its value is ``None``."""
        said = given(text)
        renamed = [each.renamed for each in old if each.renamed.moves]
        old_keys = {row.new_key: row.key for row in renamed}
        for key in settings:
            names = {} if value is None else self._names.get(key, {})
            names |= {old_keys.get(key, key): said}
            if len(names) > 1:
                self.problems.append(_given_twice(key, names))
            self._names[key] = {} if value is None else names
            for known in (self.origins, self.removed) if value is None else (self.removed,):
                for below in [each for each in known if f"{each}.".startswith(f"{key}.")]:
                    del known[below]
        named = dict.fromkeys((*settings, *(row.key for row in renamed)), said)
        if value is None:
            self.removed |= named
        else:
            self.origins |= named


def _given_twice(key: str, names: Mapping[str, str]) -> Problem:
    """Say that a key is given by its name and by an old one."""
    old = next(name for name in names if name != key)
    rival = next(said for name, said in names.items() if name != old)
    allowed = f"{old} is now called {key}, which {rival} gives too"
    return Problem(names[old], None, allowed, "remove one of them")


def apply_overrides(
    raw: dict[str, Any], overrides: Sequence[str], *, constellation: bool = False
) -> Overridden:
    """Set the overridden keys in place; later ones win.

    Parameters
    ----------
    raw : dict
        Nested values of a scenario.
    overrides : sequence of str
        ``section.key=value`` each, with a TOML value; other text is taken as a string, so that
        ``beams.allocation=periodic`` needs no quotes. A `Removal` takes a key or a section out.
    constellation : bool
        Whether the scenario is one of many satellites; tells what an old name stands for.

    Returns
    -------
    Overridden
    """
    found = Overridden()
    for text in overrides:
        key, equals, value = (part.strip() for part in text.partition("="))
        removes = isinstance(text, Removal)
        if bool(equals) == removes or not all(part.strip() for part in key.split(".")):
            form, example = "section.key=value", "--set beams.frequency_reuse=3"
            if removes:
                form, example = "section.key or section", "--unset region.file"
            said = f"must have the form {form}"
            found.problems.append(Problem(given(text), None, said, f"such as {example}"))
            continue
        try:
            parsed = None if removes else _value(value)
        except ValueError as error:
            found.problems.append(Problem(given(text), None, f"broken value: {error}"))
            found.origins[key] = given(text)
            continue
        settings, old_names = in_new_names({key: parsed}, given(text), constellation)
        found.old_names += old_names
        strays = [number_problem(raw, name) for name in settings]
        if any(strays):
            found.problems += [replace(each, key=given(text)) for each in strays if each]
            continue
        for name, setting in settings.items():
            if setting is None:
                remove_key(raw, name)
            else:
                set_key(raw, name, setting)
        found.note(text, settings, old_names, parsed)
    return found


def given(text: str) -> str:
    """Return an override as it was given, on one line."""
    return _shown(text.given if isinstance(text, OptionValue) else f"--set {text}")


def name_overrides(
    problems: Sequence[Problem], overridden: Overridden, in_file: Collection[str] = ()
) -> list[Problem]:
    """Add to each problem which overrides it came from, and how a key of the file is taken out.

    Parameters
    ----------
    problems : sequence of Problem
    overridden : Overridden
    in_file : collection of str
        Keys that somebody wrote in the file.
    """
    return [_named(problem, overridden, in_file) for problem in problems]


def unknown_removals(overridden: Overridden, known: Sequence[str]) -> list[Problem]:
    """Return a problem for everything taken out that is neither a key nor a section."""
    sections = {section for key in known for section in _sections(key)}
    old = new_names(known)
    problems = []
    for key, said in overridden.removed.items():
        if key_of_model(key) not in {*known, *sections, *old}:
            alike = None if "." in key else nearest(key, sections)
            hint = f"did you mean {alike}" if alike else did_you_mean_key(key, known, old)
            problems.append(Problem(said, None, "no such key or section", hint))
    return problems


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


def _sections(key: str) -> Iterator[str]:
    parts = key.split(".")
    for count in range(1, len(parts)):
        yield ".".join(parts[:count])


def _named(problem: Problem, overridden: Overridden, in_file: Collection[str]) -> Problem:
    keys = {problem.key: None, **dict.fromkeys(getattr(problem, "reads", ()))}
    involved = [
        said
        for key, said in overridden.origins.items()
        if said and (key in keys or key.startswith(f"{problem.key}."))
    ]
    hint = problem.hint
    if hint.startswith("remove") and overridden.origins:
        left = [key for key in keys if key in in_file and key not in overridden.origins]
        hint += f", as with --unset {left[0]}" if left else ""
    if involved:
        hint = "; ".join(filter(None, [hint, "see " + ", ".join(dict.fromkeys(involved))]))
    return replace(problem, hint=hint)
