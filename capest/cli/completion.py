"""``capest completion``."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell.

    \b
    Examples:
      capest completion bash > ~/.local/share/bash-completion/completions/capest
      capest completion zsh  > ~/.zfunc/_capest
      capest completion fish > ~/.config/fish/completions/capest.fish
    """
    import importlib

    from capest.cli import cli

    importlib.import_module("capest.cli.bash_completion")
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    # Not kind.source(): for bash that asks the installed bash for its version first.
    variables = kind(cli, {}, "capest", "_CAPEST_COMPLETE")
    click.echo(variables.source_template % variables.source_vars())
