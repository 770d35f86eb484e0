"""Names of older versions: they load, with a warning that says what each is called now."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING, Any

from capest.errors import OldNameWarning, Problem
from capest.scenario.constellation_rules import SOURCES, is_constellation
from capest.scenario.plain import set_key
from capest.scenario.presets import with_presets
from capest.scenario.write import toml_value
from capest.scenario.written import UnreadKey, flat
from capest.shown import fit, one_line
from capest.version import __version__

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

_STAND = 2
"""Minor versions that an old name loads in: that of the renaming, and one more."""


@dataclass(frozen=True)
class Renamed:
    """One name that changed.

    Attributes
    ----------
    key, new_key : str
        Dotted; equal where only a value is renamed. A key that goes with its values has a row for
        each of them.
    value, new_value : str, bool or None
        ``None`` where the key is renamed, whatever its value.
    since : tuple of int
        Major and minor version of the renaming.
    constellation : bool or None
        Kind of scenario that read the old key: of many satellites, or of one; ``None`` for both.
    also : tuple of (str, int)
        Keys that get a value with the new name, unless they are given: it means more than the old.
    """

    key: str
    new_key: str
    value: str | bool | None = None
    new_value: str | None = None
    since: tuple[int, int] = (0, 3)
    constellation: bool | None = None
    also: tuple[tuple[str, int], ...] = ()

    @property
    def moves(self) -> bool:
        """Whether the key has a new name, not a value of it alone."""
        return self.key != self.new_key

    @property
    def section(self) -> str:
        """Section of the old key."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Old key within its section."""
        return self.key.rpartition(".")[2]

    def is_of(self, constellation: bool | None) -> bool:
        """Tell whether a kind of scenario read the old key; any does where it is not known yet."""
        return constellation is None or self.constellation in (None, constellation)

    @property
    def goes(self) -> tuple[int, int]:
        """Version that no longer loads the old name."""
        return self.since[0], self.since[1] + _STAND

    @property
    def words(self) -> str:
        """Old name and new, in one line."""
        if self.value is None:
            return f"{self.key} is now called {self.new_key}"
        new = toml_value(self.new_value or "")
        if self.moves:
            new = f"{self.new_key} = {new}"
        words = f"{self.key} = {toml_value(self.value)} is now called {new}"
        return words + "".join(f", with {key} = {value}" for key, value in self.also)

    def is_of_value(self, value: Any) -> bool:
        """Tell whether it renames a value; any where it renames the key alone."""
        return self.value is None or (type(value) is type(self.value) and value == self.value)


RENAMED = (
    Renamed("constellation.beams_per_satellite", "satellite.beams_at_once", constellation=True),
    Renamed("beams.active_count", "satellite.beams_at_once", constellation=False),
    Renamed("beams.allocation", "beams.allocation", "random-hopping", "random"),
    # What was a moment would be a frame.
    Renamed(
        *("beams.allocation", "beams.allocation", "round-robin", "periodic"),
        also=(("beams.slots", 1),),
    ),
    Renamed("uplink.enabled", "uplink.interference", False, "off"),
    Renamed("uplink.enabled", "uplink.interference", True, "full-buffer"),
    Renamed("uplink.scheduled", "uplink.scheduled", "heard", "decodable"),
    Renamed("service.harq_retransmissions", "link.harq_round_trips"),
)
"""Every name that changed; a test says when a row may go."""


@dataclass(frozen=True)
class OldName:
    """An old name that somebody wrote.

    Attributes
    ----------
    renamed : Renamed
    source : str
        File, option or "scenario", for messages.
    problem : Problem or None
        Why it does not stand for the new name here; ``None`` if it does.
    """

    renamed: Renamed
    source: str
    problem: Problem | None = None

    def __str__(self) -> str:
        major, minor = self.renamed.goes
        words = f"{self.renamed.words} (the old name goes in {major}.{minor})"
        return f"{fit(one_line(self.source))}: {words}"


def rename(raw: dict[str, Any], source: str, constellation: bool | None) -> list[OldName]:
    """Give new names to what nested values hold under old ones, in place.

    Parameters
    ----------
    raw : dict
        Nested plain values, presets not resolved.
    source : str
        Where they came from.
    constellation : bool or None
        Whether the scenario is one of many satellites; ``None`` if that is not known yet.

    Returns
    -------
    list of OldName
        What was found, in the order of the table. What has a problem was left out of ``raw``.
    """
    found = []
    for row in RENAMED:
        table = _table(raw, row.section)
        if table is None or row.name not in table:
            continue
        value, problem = table[row.name], None
        if not row.is_of_value(value):
            if row is not _first_of(row.key) or not row.moves or _names_value(row.key, value):
                continue
            problem = _no_such_value(row, value)
        del table[row.name]
        problem = problem or _problem(row, value, raw, constellation)
        found.append(OldName(row, source, problem))
        # What stands in place of the new section is a fault of its own, and stays.
        there = _table(raw, row.new_key.rpartition(".")[0], make=True) is not None
        if problem is None and there and row.is_of(constellation):
            set_key(raw, row.new_key, value if row.value is None else row.new_value)
            for key, moment in row.also:
                if key not in flat(raw, [key]):
                    set_key(raw, key, moment)
    return found


def in_new_names(
    settings: Mapping[str, Any], source: str, constellation: bool | None
) -> tuple[dict[str, Any], list[OldName]]:
    """Return settings of dotted keys, or of sections, by new names; see `rename`."""
    renamed: dict[str, Any] = {}
    found: list[OldName] = []
    for key, value in settings.items():
        table: dict[str, Any] = {}
        set_key(table, key, value)
        # Of a key that is given by both names, the old one has to be told.
        rivals = {row.new_key for row in RENAMED if row.key == key and row.moves} & settings.keys()
        for rival in rivals:
            set_key(table, rival, settings[rival])
        names = rename(table, source, constellation)
        found += names
        told = [each.renamed for each in names if each.problem is None]
        also = {other for row in told for other, _ in row.also} - settings.keys()
        moved = {row.new_key for row in told} - rivals | also
        for each in (key, *moved):
            section, _, name = each.rpartition(".")
            left = _table(table, section) if section else table
            if left is not None and name in left:
                renamed[each] = left[name]
    return renamed, found


def tell(found: Iterable[OldName], *, complete: bool = False) -> None:
    """Warn of old names that are no fault, each once, beside the line outside capest that led here.

    Parameters
    ----------
    found : iterable of OldName
    complete : bool
        See `problems_of`.
    """
    there = [each for each in found if not problems_of([each], complete=complete)]
    for text in dict.fromkeys(map(str, there)):
        warnings.warn(text, OldNameWarning, stacklevel=_lines_inside() + 1)


def problems_of(found: Iterable[OldName], *, complete: bool = False) -> list[Problem]:
    """Return what is wrong with old names.

    Parameters
    ----------
    found : iterable of OldName
    complete : bool
        They stand in a file that holds every key, also those of the other kind of scenario.
    """
    problems = [each.problem for each in found if each.problem is not None]
    return [each for each in problems if not (complete and isinstance(each, UnreadKey))]


def is_of_constellation(raw: Mapping[str, Any]) -> bool:
    """Tell whether nested values, presets not resolved, are of many satellites."""
    return is_constellation(flat(with_presets(raw, {})[0], SOURCES))


def new_names(keys: Iterable[str]) -> dict[str, str]:
    """Return old key -> new key of the keys that were renamed to one of some keys."""
    there = set(keys)
    rows = (row for row in RENAMED if row.moves and row.new_key in there)
    return {row.key: row.new_key for row in rows}


def new_values(key: str) -> dict[str, str]:
    """Return old value -> new value of a key."""
    rows = (row for row in RENAMED if row.key == key)
    return {
        row.value: row.new_value for row in rows if isinstance(row.value, str) and row.new_value
    }


def read_by_any(renamed: Renamed, scenarios: Iterable[Scenario]) -> bool:
    """Tell whether any of some scenarios is of the kind that read an old key."""
    return any(renamed.is_of(scenario.has_constellation) for scenario in scenarios)


def not_of_this_kind(row: Renamed) -> UnreadKey:
    """Say that the other kind of scenario read an old key."""
    kind = "a constellation" if row.constellation else "one satellite"
    return UnreadKey(row.key, None, f"only with {kind}", "remove it")


def _problem(
    row: Renamed, value: Any, raw: Mapping[str, Any], constellation: bool | None
) -> Problem | None:
    if value is not None and not row.is_of(constellation):
        return not_of_this_kind(row)
    if row.moves and row.new_key in flat(raw, [row.new_key]):
        both = f"is now called {row.new_key}, which is given too"
        return Problem(row.key, value, both, "remove it")
    if _version() >= row.goes:
        new = row.words.partition(" is now called ")[2].partition(", with ")[0]
        return Problem(row.key, value, f"is now called {new}", "the old name is no longer read")
    return None


def _first_of(key: str) -> Renamed:
    return next(row for row in RENAMED if row.key == key)


def _names_value(key: str, value: Any) -> bool:
    """Tell whether a value, or that a key is taken out, has a row of its own."""
    return value is None or any(row.is_of_value(value) for row in RENAMED if row.key == key)


def _no_such_value(row: Renamed, value: Any) -> Problem:
    rows = [each for each in RENAMED if each.key == row.key]
    old = " or ".join(toml_value(each.value) for each in rows if each.value is not None)
    new = ", ".join(toml_value(each.new_value) for each in rows if each.new_value is not None)
    allowed = f"must be {old}"
    return Problem(row.key, value, allowed, f"write {row.new_key}, now its name, with {new}")


def _table(raw: Mapping[str, Any], section: str, *, make: bool = False) -> dict[str, Any] | None:
    """Table of a section; ``None`` if there is none or something else stands there."""
    table: Any = raw
    for part in section.split("."):
        table = table.get(part, {} if make else None)
        if not isinstance(table, dict):
            return None
    return table


def _version() -> tuple[int, int]:
    major, minor = __version__.split(".")[:2]
    return int(major), int(minor)


def _lines_inside() -> int:
    """Count the calls of capest that lead here, this function's caller first."""
    frame: FrameType | None = sys._getframe(1)
    count = 0
    while frame is not None and frame.f_globals.get("__name__", "").startswith("capest."):
        frame, count = frame.f_back, count + 1
    return count
