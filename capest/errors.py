"""The exceptions a user may meet; each carries what the message says as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time


class CapestError(Exception):
    """Base of every error capest raises on purpose; exit code 1."""

    exit_code = 1


class InputError(CapestError):
    """What was asked for cannot be done: wrong file, key, value or option; exit code 2."""

    exit_code = 2


@dataclass(frozen=True)
class Problem:
    """One fault of a scenario: which key, which value, what would be right."""

    key: str
    value: object
    allowed: str
    hint: str = ""

    def __str__(self) -> str:
        value = "" if self.value is None else f" = {shown(self.value)}"
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.key}{value}: {self.allowed}{hint}"


def shown(value: object) -> str:
    """Show a value in a message: moments and lists as TOML writes them, the rest as Python does."""
    if isinstance(value, date | time):
        text = value.isoformat()
        return f"{text[:-6]}Z" if text.endswith("+00:00") else text
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key!r}: {shown(item)}' for key, item in value.items())}}}"
    return repr(value)


class ScenarioError(InputError):
    """A scenario with one or more faults, all of them reported together.

    Attributes
    ----------
    source : str
        The file or preset the scenario came from.
    problems : tuple of Problem
        Every fault found.
    """

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__("\n".join(f"{source}: {problem}" for problem in self.problems))


class BackendError(InputError):
    """The compute backend asked for is not usable on this machine."""


class StorageError(CapestError):
    """Reading or writing results failed at run time (full disk, lost file, damaged block)."""
