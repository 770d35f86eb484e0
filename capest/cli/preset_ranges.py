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
            lines += _wrapped(f"{key} = {_said(key, figure)}")
            lines += _wrapped(f"{_INDENT}{figure.reason}")
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
    from capest.scenario.units import unit_of
    from capest.scenario.write import toml_value

    value, unit = toml_value(figure.value), f" {unit_of(key)}".rstrip()
    if figure.options:
        return f"{value}: {_listed(figure, unit)}; {figure.kind}"
    assert figure.range is not None
    span = f"{value}: {figure.range[0]} to {figure.range[1]}{unit}"
    if figure.follows:
        return f"{span}, follows {figure.follows}"
    return f"{span}{f', {figure.shape}' if _is_drawn(figure) else ''}; {figure.kind}"


def _listed(figure: Figure, unit: str) -> str:
    """Name the options, those of a choice that is drawn with their shares."""
    from capest.scenario.write import toml_value

    names = [toml_value(value) for value, _ in figure.options]
    if not _is_drawn(figure):
        return " or ".join(names) + unit
    weights = [weight for _, weight in figure.options]
    if len(set(weights)) == 1:
        return f"{' or '.join(names)}{unit}, all as likely"
    shares = [100.0 * weight / sum(weights) for weight in weights]
    pairs = zip(names, shares, strict=True)
    return " or ".join(f"{name}{unit} ({share:.3g} %)" for name, share in pairs)


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
        yield from _wrapped(f"{name}: {meaning}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, subsequent_indent=_INDENT, break_on_hyphens=False)
