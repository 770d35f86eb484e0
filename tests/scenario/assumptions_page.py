"""The tables of the page on assumptions, from the presets and the defaults.

``python tests/scenario/assumptions_page.py --write`` writes them into the page.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from capest.scenario.default_figures import default_figures
from capest.scenario.figure import CHOICE, DECISION, NOT_KNOWN, Figure
from capest.scenario.figure_words import range_text, shape_text, value_text
from capest.scenario.reference_page import key_reference
from capest.scenario.stated_of_key import stated_by_presets
from capest.scenario.units import unit_of

PAGE = Path(str(files("capest") / "docs" / "assumptions.md"))

START = "## Not known\n"
"""Where the tables begin: what stands before is written by hand."""

INTRODUCTIONS = {
    NOT_KNOWN: (
        "Not known",
        "Somebody knows these figures: who built the satellite or the phone, or who runs the "
        "network. A study of uncertainty draws each from its range.",
    ),
    CHOICE: (
        "Choices of model",
        "Published models differ, and nothing says which is right. A study of uncertainty draws "
        "one of the options by their weights, and shows each singly.",
    ),
    DECISION: (
        "Decisions",
        "Whoever builds, runs or asks decides these. Nothing draws them: every answer holds for "
        "the decisions of its scenario, and the range says what else might be decided.",
    ),
}

NOT_SEEN = "not looked up"
NOT_SEEN_WORDS = (
    "Nothing on this page was asked of an operator or of a maker of phones. Where a text was not "
    "at hand, its figure counts as assumed, and the source or the reason says so:"
)

OWN_HEAD = (
    "| key | value | range | shape | confidence | source | reason |\n"
    "| --- | --- | --- | --- | --- | --- | --- |\n"
)
PRESET_HEAD = (
    "| presets | key | value | range | shape | confidence | source | reason |\n"
    "| --- | --- | --- | --- | --- | --- | --- | --- |\n"
)


def cells(key: str, figure: Figure, by_rules: bool = False) -> tuple[str, ...]:
    """Key, value, range, shape, confidence, source and reason of a figure, as the page has them."""
    unit, shape = unit_of(key), shape_text(figure)
    if figure.follows:
        shape = shape.replace(figure.follows, f"`{figure.follows}`")
    return (
        f"`{key}`" + (" by the rules of 0.3" if by_rules else ""),
        value_text(figure.value, unit),
        range_text(figure, unit),
        shape,
        figure.confidence,
        figure.source,
        figure.reason,
    )


def of_defaults() -> dict[str, Figure]:
    """Defaults with their sources, in the order of the keys."""
    found = default_figures().items()
    return {key: replace(figure, source=_source(key)) for key, figure in found}


def made() -> str:
    """All sections of the page that are made."""
    return "\n".join((*(_section(kind) for kind in INTRODUCTIONS), _not_looked_up()))


def _section(kind: str) -> str:
    title, words = INTRODUCTIONS[kind]
    own = [_row(cells(key, each)) for key, each in of_defaults().items() if _is_shown(each, kind)]
    rows = [
        _row((", ".join(names), *cells(one.key, one.figure, one.by_rules)))
        for one, names in stated_by_presets().items()
        if _is_shown(one.figure, kind)
    ]
    return (
        f"## {title}\n\n{words}\n\n### Of defaults\n\n{OWN_HEAD}{''.join(own)}"
        f"\n### Of presets\n\n{PRESET_HEAD}{''.join(rows)}"
    )


def _not_looked_up() -> str:
    """Keys of statements, with a range or without, that lean on a text nobody saw."""
    of_presets = ((one.key, one.figure) for one in stated_by_presets())
    stated = (*of_defaults().items(), *of_presets)
    keys = [key for key, figure in stated if NOT_SEEN in figure.source + figure.reason]
    listed = "".join(f"- `{key}`\n" for key in sorted(set(keys)))
    return f"## What was not looked up\n\n{NOT_SEEN_WORDS}\n\n{listed}"


def _is_shown(figure: Figure, kind: str) -> bool:
    return figure.kind == kind and (figure.range is not None or bool(figure.options))


def _row(row: tuple[str, ...]) -> str:
    text = " | ".join(cell.replace("|", "\\|") for cell in row)
    return f"| {text} |\n".replace("|  |", "| |").replace("|  |", "| |")


def _source(key: str) -> str:
    source = key_reference(key).source
    return "" if source == "assumed" else source


def page(text: str) -> str:
    """The page as it should be."""
    return text[: text.index(START)] + made()


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(text), encoding="utf-8")
    elif page(text) != text:
        sys.exit("the page differs: python tests/scenario/assumptions_page.py --write")
