"""The command line: a file per subcommand, loaded only when it is called."""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import os
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import click

from capest.errors import CapestError, MissingFontWarning, OldNameWarning
from capest.shown import fit
from capest.version import __version__

_COMMANDS = {
    "run": "Run a scenario to a result file, or finish a run that was cut off.",
    "sweep": "Run a scenario for many values of its keys, into one dataset.",
    "capacity": "Find how many users, satellites, MHz ... a network takes until it breaks.",
    "uncertainty": "Give the answer a range over everything that is assumed.",
    "show": "Show the summary of a result file.",
    "compare": "Compare results with the first: figures, what is beyond chance, what differs.",
    "plot": "Draw a picture of a result: map, reasons, curves, tornado ...",
    "report": "Write one page about a result: answer, map, reasons, assumptions.",
    "export": "Write tables, cells or a grid of a result for other tools: CSV, GeoJSON, GeoTIFF.",
    "budget": "Print the link budgets of a scenario, line by line.",
    "explain": "Say what a key of a scenario means: default, range, source, when it is read.",
    "validate": "Rerun the calibration of 3GPP TR 38.821 and compare.",
    "assign": "Compare choices of which satellite lights which cell, and what is possible.",
    "hopping": "Compare strategies of beam hopping against demand, and with what is possible.",
    "presets": "Satellites, constellations, handsets and services, each figure with its source.",
    "bench": "Measure kernel and whole-run speed on this machine.",
    "doctor": "What this machine has, what is missing and how to get it.",
    "completion": "Print the shell's completion script.",
}


class LazyGroup(click.Group):
    """A group that imports a subcommand's module when it is called, and ends errors well."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a user's day."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import the subcommand."""
        if name not in _COMMANDS:
            return None
        module = importlib.import_module(f"capest.cli.{name}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Turn capest's own errors and interrupts into lines on stderr and an exit code."""
        try:
            with _warnings_in_lines():
                return super().invoke(ctx)
        except CapestError as error:
            for line in str(error).split("\n"):
                click.echo(f"Error: {fit(line)}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            ctx.exit(130)


@contextlib.contextmanager
def _warnings_in_lines() -> Iterator[None]:
    """Print old names as lines on stderr, each once: where Python stood means nothing to people."""
    told: set[str] = set()

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not issubclass(category, OldNameWarning | MissingFontWarning):
            usual(message, category, *place, **more)
        elif str(message) not in told:
            told.add(str(message))
            click.echo(f"Warning: {fit(str(message))}", err=True)

    with warnings.catch_warnings():
        usual = warnings.showwarning
        for ours in (OldNameWarning, MissingFontWarning):
            warnings.simplefilter("always", ours)
        warnings.showwarning = show
        yield


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="capest")
def cli() -> None:
    """How many people can really use this satellite network, and how sure are we?

    \b
    Examples:
      capest run runs/tr38821-case9.toml
      capest run my.toml --set beams.frequency_reuse=3 --trials 5000 -o reuse3.nc
      capest show reuse3.nc --json
      capest presets list
    """


def main() -> None:
    """Entry point of the ``capest`` command."""
    # Hundreds of modules are imported, and nothing of them is garbage: Python would look 700 times.
    gc.set_threshold(20_000)
    # Workers use the cores, one each: threads of NumPy's linear algebra only cost time to start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # an ASCII terminal has no ±
    if "_CAPEST_COMPLETE" in os.environ:
        importlib.import_module("capest.cli.bash_completion")
    try:
        cli(prog_name="capest")
    except OSError as error:
        if error.filename is not None or not _output_fails():
            raise
        click.echo(f"Error: cannot write to standard output: {error.strerror}", err=True)
        sys.exit(1)


def _output_fails() -> bool:
    """Whether standard output takes no more; Python is kept from trying once more at its end."""
    try:
        os.write(sys.stdout.fileno(), b"\n")
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False
