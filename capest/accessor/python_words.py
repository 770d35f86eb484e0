"""Refusals in the words of Python: names of arguments in place of options of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from capest.errors import InputError, ScenarioError

_IN_PYTHON = {
    "-o": "output",
    "--overwrite": "overwrite=True",
    "--while": "while_",
    "--fix": "fixed",
    "--range": "ranges",
    "--margin": "margins_db",
    "--one-at-a-time": "one_at_a_time=True",
    "--keep-points": "keep_points=True",
    "--capacity": "vary",
    "--set": "overrides",
}
"""Options of commands whose names differ here."""


@contextmanager
def in_python_words() -> Iterator[None]:
    """Refuse with the names of arguments in place of those of options."""
    try:
        yield
    except ScenarioError as error:
        # Values stand there as somebody wrote them: only what a hint points to is renamed.
        error.args = (re.sub(r"(?<=; see )--[a-z][a-z-]*", _argument, str(error)),)
        raise
    except InputError as error:
        error.args = (re.sub(r"(?<![\w-])(--[a-z][a-z-]*|-o)(?![\w-])", _argument, str(error)),)
        raise


def _argument(found: re.Match[str]) -> str:
    option = found[0]
    return _IN_PYTHON.get(option, option.removeprefix("--").replace("-", "_"))
