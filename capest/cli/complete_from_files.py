"""Words that the Tab key offers from files that are named before: what they hold, and variants.

A file is opened with netCDF4 alone, and a scenario read as TOML: nobody waits for more.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from capest.cli.complete_words import complete_lists, figures, files_like, offered

if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem

_VARIANTS = "variants"


@dataclass(frozen=True)
class _Held:
    """What a file of results holds.

    Attributes
    ----------
    variables : frozenset of str
    kind : str
        As of `source.kind_of`.
    axes : dict of str to list of str
        Keys that a sweep varies, with their values.
    """

    variables: frozenset[str]
    kind: str
    axes: dict[str, list[str]]


def complete_picture(
    context: click.Context, _: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete files and, behind the first one, names of pictures that such files have."""
    from capest.registry import Registry

    found = files_like(typed, (".nc",))
    named = _arguments(context, "what")
    if not named:
        return found
    pictures = Registry("capest.plot.pictures", "draw")
    files = _held(named)
    names = [
        name
        for name in pictures.names()
        if name.startswith(typed)
        and len(named) <= pictures.constant(name, "MOST", 1)
        and all(each.kind in pictures.constant(name, "KINDS", ()) for each in files)
        and (name != "compare" or len(named) > 1)
    ]
    return [*offered((name, pictures.title(name)) for name in names), *found]


def complete_drawn(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete what a picture may show: a metric, a mean, or a value of cells, of the files."""
    from capest.statistics.quantities import AXES, QUANTITIES, of_dims

    files = _held(_arguments(context, "what"))
    cells = of_dims("cell")
    rows = {name: axis.long_name for name, axis in AXES.items()}
    rows |= {name: row.long_name for name, row in cells.items()}
    if files:
        means = {row.name: row.long_name for row in QUANTITIES if row.mean or row.is_share}
        rows |= {name: about for name, about in means.items() if f"{name}_mean" in _all_of(files)}
        rows = {
            name: about
            for name, about in rows.items()
            if {name, f"{name}_quantile", f"{name}_mean"} & _all_of(files)
        }
    return offered((name, about) for name, about in rows.items() if name.startswith(typed))


def complete_groups(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete what a picture is told apart by: groups of cells, or the axes of a sweep."""
    from capest.registry import Registry

    files = _held(_arguments(context, "what"))
    axes = dict.fromkeys(key for each in files for key in each.axes)
    groups = Registry("capest.plot.pictures", "draw").constant("reasons", "BY", {})
    rows = [(key, "") for key in axes] or list(groups.items())
    return offered((name, about) for name, about in rows if name.startswith(typed))


def complete_compared(
    context: click.Context, _: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete the name of a figure that the files have, such as ``sinr_db.p05``."""
    files = _held(_arguments(context, "files"))
    return offered(
        (name, about)
        for name, about in figures()
        if name.startswith(typed) and (not files or _has_figure(files, name))
    )


def complete_point(context: click.Context, _: click.Parameter, typed: str) -> list[CompletionItem]:
    """Complete ``SECTION.KEY=VALUE`` of the points of sweeps."""
    axes: dict[str, list[str]] = {}
    for each in _held(_arguments(context, "files")):
        for key, values in each.axes.items():
            axes[key] = list(dict.fromkeys([*axes.get(key, []), *values]))
    key, equals, value = typed.partition("=")
    if not equals:
        return offered((f"{name}=", "") for name in axes if name.startswith(key))
    fitting = (each for each in axes.get(key, []) if each.startswith(value))
    return offered((f"{key}={each}", "") for each in fitting)


def complete_variant(
    context: click.Context, _: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete the name of a variant of the scenario."""
    return offered((name, "") for name in _variants(context) if name.startswith(typed))


def complete_varied(
    context: click.Context, parameter: click.Parameter, typed: str
) -> list[CompletionItem]:
    """Complete ``SECTION.KEY=VALUE,VALUE`` and ``variants=NAME,NAME``."""
    key, equals, listed = typed.partition("=")
    if key == _VARIANTS and equals:
        done, comma, last = listed.rpartition(",")
        given = done.split(",")
        names = (f'"{name}"' if "," in name else name for name in _variants(context))
        fitting = (name for name in names if name.startswith(last) and name not in given)
        return offered((f"{key}={done}{comma}{name}", "") for name in fitting)
    found = complete_lists(context, parameter, typed)
    if not equals and _VARIANTS.startswith(typed) and _variants(context):
        about = "all variants of the scenario; variants=NAME,NAME some"
        found = [*offered([(_VARIANTS, about)]), *found]
    return found


def _variants(context: click.Context) -> list[str]:
    """Names of the variants of the scenario that is named before; none where it has none."""
    named = _arguments(context, "scenario")
    if not named:
        return []
    try:
        tables = tomllib.loads(Path(named[0]).read_text(encoding="utf-8")).get(_VARIANTS, {})
    except (OSError, ValueError):
        return []
    return list(tables) if isinstance(tables, dict) else []


def _arguments(context: click.Context, name: str) -> tuple[str | Path, ...]:
    """Words of an argument; behind an option without a value click has not told them apart yet."""
    found = context.params.get(name)
    if found is None or found == ():
        return tuple(context.args)
    return tuple(found) if isinstance(found, tuple) else (found,)


def _held(paths: Iterable[str | Path]) -> list[_Held]:
    """What files hold; those that cannot be read are left out."""
    return [found for path in paths if (found := _hold(path)) is not None]


def _hold(path: str | Path) -> _Held | None:
    import netCDF4

    from capest.errors import CapestError
    from capest.results.dataset_kinds import kind_of
    from capest.results.sweep_file import AXES

    try:
        with netCDF4.Dataset(path) as file:
            attributes = {name: file.getncattr(name) for name in file.ncattrs()}
            marks: Any = SimpleNamespace(attrs=attributes)
            names = str(attributes.get(AXES, "")).split(", ")
            axes = dict(_axis(file[name]) for name in names if name in file.variables)
            return _Held(frozenset(file.variables), kind_of(marks), axes)
    except (CapestError, OSError, RuntimeError, ValueError, LookupError, AttributeError):
        return None


def _axis(variable: Any) -> tuple[str, list[str]]:
    """Key of an axis of a sweep, and its values as text."""
    from capest.results.sweep_file import key_of

    attributes = {name: variable.getncattr(name) for name in variable.ncattrs()}
    named: Any = SimpleNamespace(attrs=attributes, name=variable.name)
    is_truth = attributes.get("dtype") == "bool"
    values = [each.item() if hasattr(each, "item") else each for each in variable[:]]
    texts = [str(bool(each)).lower() if is_truth else _text(each) for each in values]
    return key_of(named), texts


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) and float(f"{value:g}") == value else str(value)


def _all_of(files: Iterable[_Held]) -> frozenset[str]:
    """Variables that every file has."""
    first, *others = (each.variables for each in files)
    return first.intersection(*others)


def _has_figure(files: Iterable[_Held], name: str) -> bool:
    metric, _, statistic = name.partition(".")
    return f"{metric}_{'mean' if statistic == 'mean' else 'quantile'}" in _all_of(files)
