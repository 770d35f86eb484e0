"""What is stated of each figure of a scenario, and which table states it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from capest.scenario.default_figures import default_figures
from capest.scenario.figure import DECISION, Figure
from capest.scenario.presets import KINDS, STARTS, Preset, find_preset
from capest.scenario.reading_table import is_read
from capest.scenario.reference_page import key_reference
from capest.scenario.shell_tables import PAYLOAD, SHELL, tables_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

DEFAULT = "default"
GIVEN = "given"


@dataclass(frozen=True)
class StatedFigure:
    """A figure of a scenario with what is stated of it.

    Attributes
    ----------
    key : str
        Dotted.
    value : float, str, bool or None
    figure : Figure
        A decision without a source where no table states anything of this value.
    stated_by : str
        "preset NAME", "default", or "given" where whoever wrote the scenario gives it.
    same : tuple of str
        Further keys that have the same figure for the same reason: those of further tables of
        shells with the same preset.
    """

    key: str
    value: Any
    figure: Figure
    stated_by: str
    same: tuple[str, ...] = ()


def stated_figures(scenario: Scenario) -> tuple[StatedFigure, ...]:
    """Return every figure that trials of a scenario read, in the order of its keys.

    Where a value differs from that which a table speaks of, whoever wrote it knows better: it is
    given then, and has no range.
    """
    values = dict(scenario.items())
    tables = list(_tables(scenario))
    found = []
    for key, value in values.items():
        if key == SHELL:
            found += _of_shells(scenario)
        elif is_read(key, values):
            found.append(_stated(key, value, tables))
    return tuple(found)


def _stated(key: str, value: Any, tables: list[tuple[str, dict[str, Figure]]]) -> StatedFigure:
    for name, figures in tables:
        figure = figures.get(key)
        if figure is not None and figure.value == value:
            if name == DEFAULT and not figure.source:
                figure = replace(figure, source=_source(key))
            return StatedFigure(key, value, figure, name)
    return StatedFigure(key, value, _given(value), GIVEN)


def _given(value: Any) -> Figure:
    return Figure(value, "", "", DECISION)


def _source(key: str) -> str:
    """Source of a default, as the page of keys says it."""
    try:
        return key_reference(key).source
    except KeyError:
        return ""


def _tables(scenario: Scenario) -> Iterator[tuple[str, dict[str, Figure]]]:
    """Names of tables with their figures by dotted key, those that win first."""
    named = [preset for kind in KINDS if (preset := _preset(scenario, kind)) is not None]
    for preset in named:
        yield f"preset {preset.name}", dict(preset.stand_ins)
    for preset in named:
        figures = preset.figures_by(scenario.rules)
        yield f"preset {preset.name}", {preset.dotted(key): one for key, one in figures.items()}
    for preset in named:
        if preset.kind in STARTS:
            rows = preset.starter.items()
            yield (
                f"preset {preset.name}",
                {key: row.figure for key, row in rows if row.figure is not None},
            )
    yield DEFAULT, default_figures()


def _preset(scenario: Scenario, kind: str) -> Preset | None:
    return find_preset(getattr(scenario, kind).preset, kind)


def _of_shells(scenario: Scenario) -> list[StatedFigure]:
    """Figures of tables of shells; equal ones of the same preset are one figure."""
    found: dict[tuple[Any, ...], StatedFigure] = {}
    for number, table in enumerate(tables_of(scenario.constellation.shell), start=1):
        preset = find_preset(table.get("preset"), "satellite")
        figures = {} if preset is None else preset.figures_by(scenario.rules)
        for name in PAYLOAD:
            if table.get(name) is None:
                continue
            key, figure = f"{SHELL}.{number}.{name}", figures.get(name)
            if preset is None or figure is None or figure.value != table[name]:
                found[key,] = StatedFigure(key, table[name], _given(table[name]), GIVEN)
                continue
            if figure.follows:
                parent = figure.follows.rpartition(".")[2]
                figure = replace(figure, follows=f"{SHELL}.{number}.{parent}")
            same = (preset.name, name)
            if same in found:
                known = found[same]
                found[same] = replace(known, same=(*known.same, key))
            else:
                found[same] = StatedFigure(key, table[name], figure, f"preset {preset.name}")
    return list(found.values())
