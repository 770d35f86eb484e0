"""What somebody wrote of a scenario, and which of it is not read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic.fields import FieldInfo

from capest.errors import Problem
from capest.scenario.derived import BEAMS_AT_ONCE
from capest.scenario.reading import Values
from capest.scenario.reading_table import unread
from capest.scenario.service_classes import NEEDED

_OF_PRESETS = {
    "satellite.beams_at_once": BEAMS_AT_ONCE,
    "satellite.rf_power_w": None,
    "satellite.pfd_limit_dbw_per_m2_mhz": None,
    "satellite.out_of_band_pfd_limit_dbw_per_m2_mhz": None,
    "constellation.minimum_visibility_s": 0.0,
}
"""Limits: who takes them from a preset believes that they hold. With what each is without one."""

_SERVICE = tuple(f"service.{name}" for name in NEEDED)

_COMPLETE_SHARE = 0.75


@dataclass(frozen=True)
class UnreadKey(Problem):
    """A key that somebody wrote and nothing reads."""

    def __str__(self) -> str:
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.key} is not read: {self.allowed}{hint}"


@dataclass(frozen=True)
class Written:
    """What of a scenario somebody chose.

    Attributes
    ----------
    keys : frozenset of str
        In the file, on the command line, or in a call of ``replace``.
    before : frozenset of str
        Chosen before that call; these are named, but never refused.
    own : mapping of str to value
        What stood there before ``keys`` were written, other than a preset's.
    origins : mapping of str to str
        Where keys, or whole tables, come from that stand in the values, see `origins`.
    labels : frozenset of str
        Sections that have every value already: what their presets are called does not matter.
    """

    keys: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    own: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)
    labels: frozenset[str] = frozenset()

    @property
    def all(self) -> frozenset[str]:
        """Every key that somebody chose."""
        return self.keys | self.before


def flat(raw: Mapping[str, Any], known: Iterable[str]) -> dict[str, Any]:
    """Return the known dotted keys that nested values hold; without those that are ``None``."""
    found = {}
    for key in known:
        table: Any = raw
        for part in key.split("."):
            table = table.get(part) if isinstance(table, Mapping) else None
        if table is not None:
            found[key] = table
    return found


def is_complete(raw: Mapping[str, Any], fields: Mapping[str, FieldInfo]) -> bool:
    """Tell whether a file holds nearly every key, as capest writes them: nobody chose them all.

    Files of other versions may lack some.
    """
    usual = [key for key, field in fields.items() if field.default is not None]
    return len(flat(raw, usual)) >= _COMPLETE_SHARE * len(usual)


def may_be_idle(key: str, own: Values, fields: Mapping[str, FieldInfo]) -> bool:
    """Tell whether a key has to be there even where nothing reads it, as no preset supplies it."""
    required = fields[key].is_required() or key in _SERVICE
    return required and own.get(key) is None


def unread_problems(
    written: Written, values: Values, own: Values, fields: Mapping[str, FieldInfo]
) -> Iterator[UnreadKey]:
    """Yield every key that somebody wrote and that this kind of scenario never reads.

    Parameters
    ----------
    written : Written
    values : mapping
        Of all keys.
    own : mapping
        Values of keys if nobody had written anything: presets and defaults.
    fields : mapping
    """
    for key in fields:
        if key not in written.keys or values.get(key) is None:
            continue
        found = unread(key, values)
        if found is None or (values[key] == own.get(key) and not found.even_default):
            continue
        if not found.neutral and not may_be_idle(key, own, fields):
            hint = f"remove it, or {found.instead}" if found.instead else "remove it"
            yield UnreadKey(key, values[key], found.reason, hint)


def unread_notes(written: frozenset[str], values: Values, fields: Iterable[str]) -> Iterator[str]:
    """Yield a line for every key that somebody wrote, or a limit of a preset, and nothing reads."""
    for key in fields:
        value = values[key]
        of_preset = key in _OF_PRESETS and value != _OF_PRESETS[key]
        if value is None or not (key in written or of_preset):
            continue
        found = unread(key, values)
        if found is not None:
            instead = f"; {found.instead}" if found.instead else ""
            yield f"{key} is not read: {found.reason}{instead}"
