"""How far the figures of a preset may be off, in words for the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from capest.scenario.figure import Figure
    from capest.scenario.presets import Preset

_WIDTH = 80
_INDENT = "    "


def range_lines(preset: Preset) -> list[str]:
    """Return what a study of uncertainty may draw of a preset, and what else might be decided.

    Parameters
    ----------
    preset : Preset

    Returns
    -------
    list of str
        Lines of 80 columns, after an empty one; none where every figure is certain.
    """
    tables = (preset.figures, preset.figures_of_rules, preset.stand_ins)
    own = _uncertain({preset.dotted(key): one for table in tables for key, one in table.items()})
    rows = preset.starter.items()
    starts = _uncertain({key: row.figure for key, row in rows if row.figure is not None})
    lines: list[str] = []
    for heading, figures in (
        ("How far uncertain figures may be off, and what else might be decided:", own),
        ("The same of what a scenario that starts from it assumes besides:", starts),
    ):
        if figures:
            lines += ["", heading, ""]
        for key, figure in _parents_first(figures):
            lines += _wrapped(f"{key} = {_said(key, figure)}", 2 * _INDENT)
            lines += _wrapped(f"{_INDENT}{figure.reason}", _INDENT)
    return lines + list(_meanings([*own.values(), *starts.values()]))


def _uncertain(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {key: figure for key, figure in figures.items() if figure.kind}


def _parents_first(figures: Mapping[str, Figure]) -> Iterator[tuple[str, Figure]]:
    """Yield figures in their order, each with those that follow it behind it."""
    for key, figure in figures.items():
        if figure.follows not in figures:
            yield key, figure
            yield from ((name, one) for name, one in figures.items() if one.follows == key)


def _said(key: str, figure: Figure) -> str:
    from capest.scenario.figure_words import range_text, shape_text, value_text
    from capest.scenario.units import unit_of

    unit = unit_of(key)
    among = "of" if figure.options else "from"
    parts = (value_text(figure.value, unit), f"{among} {range_text(figure, unit)}")
    said = ", ".join(filter(None, (*parts, shape_text(figure))))
    return said if figure.follows else f"{said}; {figure.kind}"


def _is_drawn(figure: Figure) -> bool:
    from capest.scenario.figure import DECISION

    return figure.kind != DECISION and not figure.follows


def _meanings(figures: Iterable[Figure]) -> Iterator[str]:
    """Yield what the kinds and shapes of figures mean."""
    from capest.scenario.figure import KINDS_OF_FIGURES, SHAPES

    kinds = dict.fromkeys(figure.kind for figure in figures)
    # The shape of a decision, or of what follows another figure, says nothing of likelihood.
    drawn = (figure for figure in figures if figure.range is not None and _is_drawn(figure))
    shapes = dict.fromkeys(figure.shape for figure in drawn)
    if kinds:
        yield ""
    for name, meaning in (
        *((kind, KINDS_OF_FIGURES[kind]) for kind in kinds),
        *((shape, SHAPES[shape]) for shape in shapes),
    ):
        yield from _wrapped(f"{name}: {meaning}", _INDENT)


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False)
