"""Words that the Tab key offers: keys and their values, figures, presets, pictures, files.

All of it comes from texts and folders: nobody waits for pydantic or xarray while typing.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]

_CHOICES = "one of "
_PRESET = re.compile(r"([a-z]+)(?:\.shell\.\d+)?\.preset")


def complete_settings(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete ``SECTION.KEY=VALUE``."""
    key, equals, value = typed.partition("=")
    if not equals:
        return _keys(key, "=")
    return offered((f"{key}={each}", "") for each in values_of(key) if each.startswith(value))


def complete_lists(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete ``SECTION.KEY=VALUE,VALUE``."""
    key, equals, values = typed.partition("=")
    if not equals:
        return _keys(key, "=")
    done, comma, last = values.rpartition(",")
    given = set(done.split(","))
    fitting = (each for each in values_of(key) if each.startswith(last) and each not in given)
    return offered((f"{key}={done}{comma}{each}", "") for each in fitting)


def complete_ranges(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the key of ``SECTION.KEY=LOW..HIGH``: keys that have no choices."""
    from capest.scenario.reference_page import known_keys

    names = (key for key in known_keys() if "." in key and not values_of(key))
    return _described((key for key in names if key.startswith(typed)), "=")


def complete_keys(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete ``SECTION.KEY``."""
    return _keys(typed, "")


def complete_figures(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the name of a figure, such as ``sinr_db.p05``."""
    return offered((name, about) for name, about in figures() if name.startswith(typed))


def complete_rules(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete the figure of ``FIGURE±WIDTH``; +- is ±, and every keyboard has it."""
    return offered((f"{name}+-", about) for name, about in figures() if name.startswith(typed))


def complete_contents(
    context: click.Context, __: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete what the file holds that can be exported; nothing where it cannot be read."""
    path = context.params.get("file")
    if path is None:
        return []
    from capest.errors import CapestError
    from capest.export.contents import names_of
    from capest.export.source import open_source

    try:
        with open_source(Path(path)) as source:
            names = names_of(source)
    except (CapestError, OSError, RuntimeError, ValueError, LookupError):
        return []
    return offered((name, "") for name in names if name.startswith(typed))


def values_of(key: str) -> list[str]:
    """Values that a key may have: its choices, true and false, or the presets of its kind.

    Parameters
    ----------
    key : str
        Dotted.

    Returns
    -------
    list of str
        Empty where any number or text will do, and of a key that there is not.
    """
    from capest.scenario.presets import load_preset, preset_names
    from capest.scenario.reference_page import key_reference, known_keys, same_meaning

    if preset := _PRESET.fullmatch(key):
        # A shell's preset is one of satellites.
        kind = "satellite" if ".shell." in key else preset[1]
        return [name for name in preset_names() if load_preset(name).kind == kind]
    key = same_meaning(key)
    if key not in known_keys():
        return []
    allowed = key_reference(key).allowed
    if allowed.startswith("true or false"):
        return ["true", "false"]
    if not allowed.startswith(_CHOICES):
        return []
    words = allowed.removeprefix(_CHOICES).partition(";")[0].split(", ")
    return [word.strip().strip('"') for word in words]


def figures() -> Iterator[tuple[str, str]]:
    """Names of figures as rules name them, with what they are."""
    from capest.statistics.quantities import AXES, QUANTITIES
    from capest.statistics.quantity import QUANTILES

    for name, axis in AXES.items():
        for statistic in QUANTILES:
            yield f"{name}.{statistic}", axis.long_name
    for row in QUANTITIES:
        if (row.mean or row.is_share) and not row.is_family:
            yield f"{row.name}.mean", row.long_name


def files_like(typed: str, endings: tuple[str, ...]) -> list[CompletionItem]:
    """Folders, and files of some endings, that begin as typed."""
    folder, start = os.path.split(typed)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            there = sorted((each.name, each.is_dir()) for each in entries)
    except OSError:
        return []
    found = []
    for name, is_folder in there:
        hidden = name.startswith(".") and not start.startswith(".")
        if name.startswith(start) and not hidden and name.isprintable():
            if is_folder:
                found.append((os.path.join(folder, name, ""), ""))
            elif name.lower().endswith(endings):
                found.append((os.path.join(folder, name), ""))
    return offered(found)


def _keys(typed: str, ending: str) -> list[CompletionItem]:
    from capest.scenario.reference_page import keys_of_table, known_keys

    known = keys_of_table(typed) or known_keys()
    return _described((key for key in known if key.startswith(typed)), ending)


def _described(keys: Iterable[str], ending: str) -> list[CompletionItem]:
    from capest.scenario.reference_page import key_reference

    return offered((f"{key}{ending}", key_reference(key).meaning) for key in keys)


def offered(found: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Words with what they are, as the shell takes them."""
    from click.shell_completion import CompletionItem

    return [CompletionItem(word, help=about or None) for word, about in found]
