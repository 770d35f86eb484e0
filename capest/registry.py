"""Folders whose files are the choices of a key: one strategy, pattern or environment = one file."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any


@dataclass(frozen=True)
class Registry:
    """The choices that the files of a folder are.

    What is asked of all files at once (names, titles, constants) is read from their text: a
    scenario knows its choices without loading NumPy.

    Attributes
    ----------
    package : str
        The folder, such as ``"capest.physics.patterns"``.
    function : str
        What every Python file there defines; empty for a folder of tables.
    """

    package: str
    function: str = ""

    @property
    def suffix(self) -> str:
        """Ending of the files' names."""
        return ".py" if self.function else ".csv"

    def names(self) -> tuple[str, ...]:
        """Names of the choices by the alphabet: those of the files, with hyphens."""
        return _names(self.package, self.suffix)

    def find(self, name: str) -> Callable[..., Any]:
        """Load the function of a choice, one of `names`."""
        found: Callable[..., Any] = getattr(import_module(self._module(name)), self.function)
        return found

    def title(self, name: str) -> str:
        """First line of the docstring of a choice."""
        docstring = ast.get_docstring(_tree(self.package, self._file(name))) or ""
        return docstring.partition("\n")[0]

    def constant(self, name: str, constant: str, default: Any) -> Any:
        """Value that a choice gives a constant, ``default`` where it gives none."""
        for each in _tree(self.package, self._file(name)).body:
            if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == constant:
                return ast.literal_eval(each.value)
        return default

    def text(self, name: str) -> str:
        """Content of the file of a choice."""
        return (files(self.package) / self._file(name)).read_text(encoding="utf-8")

    def _file(self, name: str) -> str:
        return name.replace("-", "_") + self.suffix

    def _module(self, name: str) -> str:
        if name not in self.names():
            raise KeyError(name)
        return f"{self.package}.{name.replace('-', '_')}"


@cache
def _names(package: str, suffix: str) -> tuple[str, ...]:
    entries = (entry.name for entry in files(package).iterdir())
    stems = (name.removesuffix(suffix) for name in entries if name.endswith(suffix))
    return tuple(sorted(stem.replace("_", "-") for stem in stems if not stem.startswith("_")))


@cache
def _tree(package: str, file: str) -> ast.Module:
    return ast.parse((files(package) / file).read_text(encoding="utf-8"))
