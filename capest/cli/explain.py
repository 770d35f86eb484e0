"""``capest explain``."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import click

from capest.cli.json_output import json_text
from capest.cli.options import json_option

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from click.shell_completion import CompletionItem

_MOST_NAMES = 3
_LARGEST_WIDTH = 100
_INDENT = " " * 19


def _complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Complete a key in the shell."""
    from click.shell_completion import CompletionItem

    from capest.scenario.reference_page import key_reference, known_keys

    found = (key for key in known_keys() if key.startswith(incomplete))
    return [CompletionItem(key, help=key_reference(key).meaning) for key in found]


@click.command()
@click.argument("key", shell_complete=_complete)
@json_option
def explain(key: str, as_json: bool) -> None:
    """Say what KEY of a scenario means, and how far off it may be.

    Its default, what the rules of a network and presets by them make of it, unit, source, what is
    allowed, and when it is read; of an overhead also its parts. Then whether it is not known, a
    choice of model or a decision, its range or options with the reason, what decides it or
    follows it, and what presets state in place of that.

    \b
    Examples:
      capest explain link.overhead
      capest explain satellite.antenna_diameter_m
      capest explain handset.body_loss_db --json
      capest explain constellation.shell.2.beams_at_once
    """
    from capest.cli.stated import stated_as_dict, stated_in_words
    from capest.errors import InputError
    from capest.physics.overhead import OVERHEAD
    from capest.results.columns import wrapped
    from capest.scenario.nearest import nearest
    from capest.scenario.reference_page import key_reference, keys_of_table, known_keys
    from capest.shown import one_line

    known = keys_of_table(key) or known_keys()
    if below := [each for each in known if key and each.startswith(f"{key}.")]:
        raise InputError(f"{key}: is a section, with the keys {', '.join(below)}")
    if key not in known:
        near = nearest(key, known)
        hint = f"did you mean {near}" if near else _hint(key, known)
        raise InputError(f"{one_line(key) or 'no name'}: there is no such key; {hint}")
    found, parts = key_reference(key), OVERHEAD.get(key, ())
    if as_json:
        listed = [{"name": p.name, "share": p.share, "source": p.source} for p in parts]
        about = {
            "key": key,
            "meaning": found.meaning,
            "unit": found.unit,
            "default": _bare(found.default),
            "rules": found.by_rules,
            "presets": [
                {"value": value, "names": list(names)} for value, names in found.by_presets.items()
            ],
            "allowed": found.allowed,
            "source": found.source,
            "read": found.read,
            "parts": listed,
            **stated_as_dict(key),
        }
        click.echo(json_text(about))
        return
    lines = [
        ("unit", found.unit),
        ("default", _bare(found.default)),
        *((f'rules = "{rules}"', _shown(value)) for rules, value in found.by_rules.items()),
        ("presets", _of_presets(found.by_presets)),
        ("allowed", found.allowed),
        ("source", found.source),
        ("read", found.read),
        *((f"{part.share:.3f}", f"{part.name} ({part.source})") for part in parts),
        *stated_in_words(key),
    ]
    width = min(shutil.get_terminal_size().columns, _LARGEST_WIDTH)
    for line in wrapped(f"{key}: {found.meaning}", width):
        click.echo(line)
    for name, text in lines:
        if text:
            label = f"{name}:" if name else ""
            for line in wrapped(f"  {label:16} {text}", width, _INDENT):
                click.echo(line)


def _hint(key: str, known: Sequence[str]) -> str:
    from capest.scenario.nearest import did_you_mean_key

    # A word without a section is none of the few keys that have none.
    return did_you_mean_key(key if "." in key else f"{key}.", known, {})


def _bare(text: str) -> str:
    """Leave out the marks of code around a whole text."""
    inner = text[1:-1]
    return inner if text == f"`{inner}`" and "`" not in inner else text


def _shown(value: object) -> str:
    return "follows from other keys" if value is None else str(value)


def _of_presets(by_presets: Mapping[float | str, tuple[str, ...]]) -> str:
    """Say which presets supply what by the later rules, with three names of each value."""
    parts = []
    for value, names in by_presets.items():
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        shown = value if isinstance(value, str) else f"{value:g}"
        parts.append(f"{shown} of {', '.join(names[:_MOST_NAMES])}{more}")
    return f'{"; ".join(parts)}; not with rules = "0.2"' if parts else ""
