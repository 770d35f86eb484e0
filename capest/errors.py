"""The exceptions a user may meet; each carries what the message says as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capest.shown import as_text, cut, fit, one_line


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
        shown = "" if self.value is None else f" = {cut(as_text(self.value))}"
        hint = f"; {self.hint}" if self.hint else ""
        return fit(f"{self.key}{shown}: {self.allowed}{hint}")


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
        super().__init__("\n".join(f"{one_line(source)}: {each}" for each in self.problems))


class OldNameWarning(FutureWarning):
    """A name of an older version, which is read for some time still; shown by default."""


class ScenarioNote(UserWarning):
    """What one should know of a scenario or its run, in Python; the command line prints it."""


class MissingFontWarning(UserWarning):
    """A picture has letters that no font of this machine has: they are drawn as boxes."""


class BackendError(InputError):
    """The compute backend asked for is not usable on this machine."""


class StorageError(CapestError):
    """Reading or writing results failed at run time (full disk, lost file, damaged block)."""
