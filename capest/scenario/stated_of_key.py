"""What the defaults and all presets state of one key, without any scenario."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from capest.scenario.default_figures import default_figures
from capest.scenario.figure import Figure
from capest.scenario.presets import load_preset, preset_names


@dataclass(frozen=True)
class Statement:
    """What a table of presets states of a key.

    Attributes
    ----------
    key : str
        Dotted.
    figure : Figure
    by_rules : bool
        Whether it holds by the later rules of a network only.
    """

    key: str
    figure: Figure
    by_rules: bool = False


@cache
def stated_by_presets() -> dict[Statement, tuple[str, ...]]:
    """Return every statement of the packaged presets with the names of those that make it."""
    found: dict[Statement, tuple[str, ...]] = {}
    for name in preset_names():
        for one in dict.fromkeys(_of_preset(name)):
            found[one] = (*found.get(one, ()), name)
    return found


def statements_of(key: str) -> dict[Statement, tuple[str, ...]]:
    """Return what presets state of a key, with the names of those that do.

    Parameters
    ----------
    key : str
        Dotted.
    """
    return {one: names for one, names in stated_by_presets().items() if one.key == key}


def default_of(key: str) -> Figure | None:
    """Return what the defaults state of a key; ``None`` of one that has no default."""
    return default_figures().get(key)


def followers_of(key: str) -> tuple[str, ...]:
    """Return the keys that follow a key in any table, in the order of their names."""
    of_defaults = ((each, figure) for each, figure in default_figures().items())
    of_presets = ((one.key, one.figure) for one in stated_by_presets())
    found = {each for each, figure in (*of_defaults, *of_presets) if figure.follows == key}
    return tuple(sorted(found))


def _of_preset(name: str) -> Iterator[Statement]:
    preset = load_preset(name)
    for table in (preset.figures, preset.stand_ins):
        yield from (Statement(preset.dotted(key), figure) for key, figure in table.items())
    for key, figure in preset.figures_of_rules.items():
        yield Statement(preset.dotted(key), figure, by_rules=True)
    for key, row in preset.starter.items():
        if row.figure is not None:
            yield Statement(key, row.figure)
