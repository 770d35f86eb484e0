"""What the reference page of scenarios says of a key, without loading any scenario."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from capest.scenario.network_rules import DEFAULT, RULES
from capest.scenario.presets import load_preset, preset_names
from capest.scenario.shell_tables import PAYLOAD, SHELL

_READ_ALWAYS = "always"
_LINK = re.compile(r"\[([^\]]*)\]\(([^)]*)\)")
_OF_TABLE = re.compile(rf"{re.escape(SHELL)}\.[1-9][0-9]*\.([a-z_0-9]+)")

_SAME_AS = {
    **{"orbit": "constellation.shells", "geostationary": "constellation.geostationary"},
    **{"preset": "satellite.preset"},
    **{name: f"satellite.{name}" for name in PAYLOAD},
}
"""Key of a table of shells -> the key that means the same for all satellites."""


@dataclass(frozen=True)
class KeyReference:
    """A row of the page, and what its other tables say of the key.

    Attributes
    ----------
    key, meaning, unit, default, allowed, source : str
        As they stand in the page, with the page of a link in place of it; the default is that of
        the default rules.
    by_rules : dict of str to value
        Version of the rules of a network -> what the key is by them where nobody gives it, ``None``
        where it follows from others; empty where rules say nothing of it.
    by_presets : dict of value to tuple of str
        Value -> names of the presets that supply it by the later rules only.
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
    by_presets: dict[float | str, tuple[str, ...]]
    read: str

    @property
    def default_rules(self) -> str:
        """Rules of a scenario that names none."""
        return DEFAULT


def key_reference(key: str) -> KeyReference:
    """Return what there is to know of a key; ``KeyError`` for one that does not exist."""
    of_table = _OF_TABLE.fullmatch(key)
    if of_table is not None:
        return _of_table(key, of_table[1])
    cells = _rows()[key]
    return KeyReference(
        key,
        *cells,
        by_rules={"0.2": RULES[key].of_02, "0.3": RULES[key].of_03} if key in RULES else {},
        by_presets=_by_presets().get(key, {}),
        read=_read_when().get(key, _READ_ALWAYS),
    )


def same_meaning(key: str) -> str:
    """Return the key that means the same for all satellites, of a key of a table of shells.

    Parameters
    ----------
    key : str
        Dotted.
    """
    of_table = _OF_TABLE.fullmatch(key)
    return key if of_table is None else _SAME_AS[of_table[1]]


def _of_table(key: str, name: str) -> KeyReference:
    same = key_reference(_SAME_AS[name])
    read = "" if same.read == _READ_ALWAYS else f"; {same.read}"
    return replace(
        same,
        key=key,
        meaning=f"Of the satellites of one table: {same.meaning}",
        default=f"that of {same.key}" if name in PAYLOAD else "none",
        by_rules={},
        read=f"with [[{SHELL}]]{read}",
    )


def keys_of_table(key: str) -> tuple[str, ...]:
    """Return the keys of the table of shells that a key names one of, none if it names none."""
    table = re.match(rf"{re.escape(SHELL)}\.[1-9][0-9]*\.", key)
    return () if table is None else tuple(f"{table[0]}{name}" for name in _SAME_AS)


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
            _LINK.sub(_in_words, each) for each in (meaning, unit, default, allowed, source)
        )
    return found  # type: ignore[return-value]


def _in_words(link: re.Match[str]) -> str:
    """Name the page, and the section in quotes, that a link leads to; of other sites the text."""
    text, target = link[1], link[2]
    if target.startswith("http"):
        return text
    page, _, section = target.partition("#")
    page, title = f"docs/{page or 'scenario.md'}", section.replace("-", " ")
    if title == text.casefold():
        return f'"{text}" in {page}'
    return f'{text} ("{title}" in {page})' if title else f"{text} ({page})"


@cache
def _by_presets() -> dict[str, dict[float | str, tuple[str, ...]]]:
    found: dict[str, dict[float | str, tuple[str, ...]]] = {}
    for name in preset_names():
        preset = load_preset(name)
        for key, value in preset.values_by(DEFAULT).items():
            if key in preset.keys_of_rules:
                of_key = found.setdefault(key, {})
                of_key[value] = (*of_key.get(value, ()), name)
    return found


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
