"""What the reference page of scenarios says of a key, without loading any scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from capest.scenario.network_rules import DEFAULT, RULES

_READ_ALWAYS = "always"
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


@dataclass(frozen=True)
class KeyReference:
    """A row of the page, and what its other tables say of the key.

    Attributes
    ----------
    key, meaning, unit, default, allowed, source : str
        As they stand in the page, without its links; the default is that of the default rules.
    by_rules : dict of str to value
        Version of the rules of a network -> what the key is by them where nobody gives it, ``None``
        where it follows from others; empty where rules say nothing of it.
    read : str
        When it is read.
    """

    key: str
    meaning: str
    unit: str
    default: str
    allowed: str
    source: str
    by_rules: dict[str, object]
    read: str

    @property
    def default_rules(self) -> str:
        """Rules of a scenario that names none."""
        return DEFAULT


def key_reference(key: str) -> KeyReference:
    """Return what there is to know of a key; ``KeyError`` for one that does not exist."""
    cells = _rows()[key]
    rules = {"0.2": RULES[key].of_02, "0.3": RULES[key].of_03} if key in RULES else {}
    return KeyReference(key, *cells, by_rules=rules, read=_read_when().get(key, _READ_ALWAYS))


def known_keys() -> tuple[str, ...]:
    """Return all dotted keys, in the order of the page."""
    return tuple(_rows())


@cache
def _rows() -> dict[str, tuple[str, str, str, str, str]]:
    found = {}
    for line in _page().partition("\n## Rules of a network\n")[0].splitlines():
        row = re.match(r"\| `([a-z_0-9.]+)` \| ", line)
        if row is None:
            continue
        # A cell without anything in it is one space wide.
        filled = line.strip().strip("|").replace("| |", "|  |").replace("| |", "|  |")
        cells = [each.strip() for each in filled.split(" | ")]
        _, meaning, unit, default, allowed, source = (cells + [""] * 6)[:6]
        found[row[1]] = tuple(
            _LINK.sub(r"\1", each) for each in (meaning, unit, default, allowed, source)
        )
    return found  # type: ignore[return-value]


@cache
def _read_when() -> dict[str, str]:
    found: dict[str, str] = {}
    for line in _page().partition("\n| read | keys |\n")[2].splitlines():
        if not line.startswith("| "):
            break
        when, _, keys = line.strip("| ").rpartition(" | ")
        found |= dict.fromkeys(re.findall(r"`([a-z_0-9.]+)`", keys), when.replace("`", ""))
    return found


@cache
def _page() -> str:
    return (files("capest") / "docs" / "scenario.md").read_text(encoding="utf-8")
