"""Options that several subcommands share, each defined once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from capest.scenario.overrides import OptionValue

Function = TypeVar("Function", bound=Callable[..., Any])


class FilePath(click.Path):
    """A path; one that no file can have is a fault of usage, not of the system."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Refuse a NUL character, which the system would answer with a ValueError."""
        if "\0" in str(value):
            self.fail(f"{str(value)!r}: no file can have this name: it holds a NUL character")
        return super().convert(value, param, ctx)


scenario_argument = click.argument("scenario", type=FilePath(path_type=Path))

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object on stdout and nothing else."
)

_set = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="SECTION.KEY=VALUE",
    help="Override a key of the scenario; may be given several times.",
)
_unset = click.option(
    "--unset",
    "removed",
    multiple=True,
    metavar="SECTION.KEY",
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
