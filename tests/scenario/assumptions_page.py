"""The tables of the page on assumptions, from the presets and the defaults.

``python tests/scenario/assumptions_page.py --write`` writes them into the page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path

from capest.scenario.assumed.lookup import default_figures
from capest.scenario.assumed.words import range_text, shape_text, value_text
from capest.scenario.figure import CHOICE, DECISION, NOT_KNOWN, Figure
from capest.scenario.presets import load_preset, preset_names
from capest.scenario.reference_page import key_reference
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
        "one of the options by the weights in brackets, and shows each singly.",
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


@dataclass(frozen=True)
class Statement:
    """What a table states of a key."""

    key: str
    figure: Figure
    remark: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """Key, value, range, shape, confidence, source and reason, as the page has them."""
        unit = unit_of(self.key)
        ranged = range_text(self.figure, unit)
        shape = shape_text(self.figure)
        if self.figure.follows:
            shape = shape.replace(self.figure.follows, f"`{self.figure.follows}`")
        return (
            f"`{self.key}`{self.remark}",
            value_text(self.figure.value, unit),
            ranged,
            shape,
            self.figure.confidence,
            self.figure.source,
            self.figure.reason,
        )


def of_defaults() -> Iterator[Statement]:
    """Defaults with a range, in the order of the keys."""
    for key, figure in default_figures().items():
        yield Statement(key, replace(figure, source=_source(key)))


def of_presets() -> dict[Statement, list[str]]:
    """Statements of presets with the names of those that make them, in the order of names."""
    found: dict[Statement, list[str]] = {}
    for name in preset_names():
        preset = load_preset(name)
        starter = {k: row.figure for k, row in preset.starter.items() if row.figure is not None}
        tables = (
            (preset.figures, ""),
            (preset.figures_of_rules, " by the rules of 0.3"),
            (preset.stand_ins, ""),
            (starter, ""),
        )
        for table, remark in tables:
            for key, figure in table.items():
                names = found.setdefault(Statement(preset.dotted(key), figure, remark), [])
                if name not in names:
                    names.append(name)
    return found


def made() -> str:
    """All sections of the page that are made."""
    return "\n".join((*(_section(kind) for kind in INTRODUCTIONS), _not_looked_up()))


def _section(kind: str) -> str:
    title, words = INTRODUCTIONS[kind]
    own = [_row(one.cells) for one in of_defaults() if _is_shown(one.figure, kind)]
    stated = of_presets().items()
    rows = [
        _row((", ".join(names), *one.cells)) for one, names in stated if _is_shown(one.figure, kind)
    ]
    return (
        f"## {title}\n\n{words}\n\n### Of defaults\n\n{OWN_HEAD}{''.join(own)}"
        f"\n### Of presets\n\n{PRESET_HEAD}{''.join(rows)}"
    )


def _not_looked_up() -> str:
    """Keys of statements, with a range or without, that lean on a text nobody saw."""
    everything = (*of_defaults(), *of_presets())
    keys = [one.key for one in everything if NOT_SEEN in one.figure.source + one.figure.reason]
    listed = "".join(f"- `{key}`\n" for key in sorted(set(keys)))
    return f"## What was not looked up\n\n{NOT_SEEN_WORDS}\n\n{listed}"


def _is_shown(figure: Figure, kind: str) -> bool:
    return figure.kind == kind and (figure.range is not None or bool(figure.options))


def _row(cells: tuple[str, ...]) -> str:
    text = " | ".join(cell.replace("|", "\\|") for cell in cells)
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
