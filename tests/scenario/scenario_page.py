"""Parts of the page on scenarios that follow from the model and from folders of choices.

``python tests/scenario/scenario_page.py --write`` writes them into the page: units, and what a key
may be set to, in the rows of its tables; a line for every choice that is a file.
"""

from __future__ import annotations

import re
import sys
from importlib.resources import files
from pathlib import Path

from capest.allocation import cells, slots
from capest.physics.patterns import PATTERNS
from capest.registry import Registry
from capest.scenario.choices import HOPPING
from capest.scenario.model import Scenario
from capest.scenario.network_rules import RULES
from capest.scenario.problems import allowed_text, keys_of
from capest.scenario.reading_table import READ_WHEN
from capest.scenario.units import unit_of
from capest.scenario.write import toml_value

PAGE = Path(str(files("capest") / "docs" / "scenario.md"))

FIELDS = dict(keys_of(Scenario))

CHOICES: dict[str, tuple[Registry, tuple[str, ...]]] = {
    "satellite.pattern": (PATTERNS, PATTERNS.names()),
    "cells.assignment": (cells.STRATEGIES, cells.STRATEGIES.names()),
    "cells.order": (cells.ORDERS, cells.ORDERS.names()),
    "cells.preference": (cells.PREFERENCES, cells.PREFERENCES.names()),
    "beams.allocation": (slots.STRATEGIES, ("all-on", *HOPPING)),
}
"""Keys whose choices are files with a docstring."""


def row(line: str) -> str:
    """A row of a table of keys as it should be."""
    found = re.match(r"\| `([a-z0-9_.]+)` \| ", line)
    if found is None or found[1] not in FIELDS:
        return line
    parts = line.strip().strip("|").replace("| |", "|  |").replace("| |", "|  |").split(" | ")
    key = found[1]
    parts[2], parts[4] = unit_of(key), allowed_text(key, FIELDS[key])
    text = " | ".join(each.strip() for each in parts)
    return re.sub(r"\|  (?=\|)", "| ", re.sub(r"\|  (?=\|)", "| ", f"| {text} |"))


def choices(key: str) -> str:
    """The list of a key's choices."""
    registry, names = CHOICES[key]
    return "".join(f'- "{name}": {registry.title(name)}\n' for name in names)


def read_when() -> str:
    """The table of when a key is read."""
    keys_by_words: dict[str, list[str]] = {}
    for key, conditions in READ_WHEN.items():
        words = "; ".join(each.words for each in conditions)
        keys_by_words.setdefault(words, []).append(f"`{key}`")
    lines = [f"| {words} | {', '.join(keys)} |\n" for words, keys in keys_by_words.items()]
    return "".join(["| read | keys |\n", "| --- | --- |\n", *lines])


def rules() -> str:
    """The table of what the rules of a network make of keys."""
    rows = [(key, row.of_02, row.of_03) for key, row in sorted(RULES.items())]
    shown = [(f"`{key}`", *(_shown(value) for value in values)) for key, *values in rows]
    head = ("key", '`rules = "0.2"`', '`rules = "0.3"`')
    return "".join(f"| {' | '.join(each)} |\n" for each in (head, ("---",) * 3, *shown))


def _shown(value: object) -> str:
    return "–" if value is None else f"`{toml_value(value)}`"  # type: ignore[arg-type]


def page(text: str) -> str:
    """The page as it should be."""
    start, end = text.index("## Rules of a network"), text.index("## Presets")
    found = "".join(f"{row(line)}\n" for line in text[:start].splitlines())
    for key in CHOICES:
        head = f"Choices of `{key}`:\n\n"
        place = found.index(head) + len(head)
        rest = re.sub(r"\A(- .*\n)*", "", found[place:])
        found = found[:place] + choices(key) + rest
    of_rules, _, of_reading = text[start:end].partition("## When a key is read")
    said = of_rules.partition("| key |")[0]
    when = f"## When a key is read{of_reading.partition('| read |')[0]}"
    return f"{found}{said}{rules()}\n{when}{read_when()}\n{text[end:]}"


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(text), encoding="utf-8")
    elif page(text) != text:
        sys.exit("the page differs: python tests/scenario/scenario_page.py --write")
