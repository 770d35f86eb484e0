"""Options that several subcommands share, each defined once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from capest.cli.complete_words import (
    complete_keys,
    complete_rules,
    complete_settings,
    files_like,
)

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from capest.scenario.overrides import OptionValue

Function = TypeVar("Function", bound=Callable[..., Any])


class FilePath(click.Path):
    """A path; one that no file can have is a fault of usage, not of the system.

    Parameters
    ----------
    endings : tuple of str
        Of files that the Tab key offers; of all, if none is given.
    **more
        As of ``click.Path``.
    """

    def __init__(self, *, endings: tuple[str, ...] = (), **more: Any) -> None:
        super().__init__(**more)
        self._endings = endings

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a NUL character, which the system would answer with a ValueError."""
        if "\0" in str(value):
            self.fail(f"{str(value)!r}: no file can have this name: it holds a NUL character")
        return super().convert(value, param, ctx)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Complete folders, and files of the endings."""
        if not self._endings:
            return super().shell_complete(ctx, param, incomplete)
        return files_like(incomplete, self._endings)


scenario_argument = click.argument("scenario", type=FilePath(path_type=Path, endings=(".toml",)))

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else."
)

_set = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    shell_complete=complete_settings,
    help="Override a key of the scenario; may be given several times.",
)
_unset = click.option(
    "--unset",
    "removed",
    multiple=True,
    metavar="SECTION.KEY",
    shell_complete=complete_keys,
    help="Take a key, or a section, out of the scenario; may be given several times.",
)


def set_option(command: Function) -> Function:
    """Add ``--set`` and ``--unset``; the command gets both as ``overrides``."""

    @functools.wraps(command)
    def with_removals(
        *args: Any, overrides: tuple[str, ...], removed: tuple[str, ...], **kwargs: Any
    ) -> Any:
        from capest.scenario.overrides import Removal

        return command(*args, overrides=(*map(Removal, removed), *overrides), **kwargs)

    return _set(_unset(with_removals))  # type: ignore[return-value]


backend_option = click.option(
    "--backend",
    type=click.Choice(["auto", "numpy", "native", "cupy"]),
    default="auto",
    show_default=True,
    help="What computes: auto takes CuPy if a GPU answers, else compiled kernels where a C++ "
    "compiler is (native), else NumPy.",
)

until_option = click.option(
    "--until",
    multiple=True,
    metavar="FIGURE±WIDTH",
    shell_complete=complete_rules,
    help="Stop when the 95 % interval of a figure is as narrow as this, such as sinr_db.p05±0.1 or "
    "throughput.mean±1% (+- is ±); --trials then is the limit. Given again, all must hold. "
    "Replaces a rule of the file.",
)


def settings(
    trials: int | None = None, seed: int | None = None, until: tuple[str, ...] = ()
) -> list[OptionValue]:
    """Overrides that options of their own stand for; nothing for what was not given."""
    from capest.scenario.overrides import OptionValue

    numbers = {"trials": trials, "seed": seed}
    found = [
        OptionValue(f"run.{key}={value}", f"--{key} {value}")
        for key, value in numbers.items()
        if value is not None
    ]
    if until:
        rules = " ".join(f"--until {each}" for each in until)
        found.append(OptionValue(f"run.until={', '.join(until)}", rules))
    return found
