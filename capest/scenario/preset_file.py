"""Presets of users: TOML files of the form that the packaged ones have, read and judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from capest.errors import Problem
from capest.scenario.nearest import nearest
from capest.scenario.paths import shown_path
from capest.scenario.toml_file import near_sibling, read_text

LARGEST_BYTES = 1_000_000
"""Bytes of a file at most; the largest packaged preset has some ten thousand."""

TABLES = ("figures", "figures_of_rules", "stand_ins", "starter")
"""Tables of a preset, the first of which it must have."""

_KEYS = ("kind", "title", "combined_branches", *TABLES)
_NEEDED = ("value", "confidence", "source")
_STATED = ("kind", "range", "shape", "options", "reason", "follows")
_ROW = {
    **dict.fromkeys(("figures", "figures_of_rules", "stand_ins"), (*_NEEDED, *_STATED)),
    "starter": ("value", "remark", "confidence", "source", *_STATED),
}
_FORM = '{ value = 30, confidence = "assumed", source = "where it stands" }'


def read_content(path: str, packaged: tuple[str, ...]) -> str:
    """Read the text of a preset's file.

    Parameters
    ----------
    path : str
    packaged : tuple of str
        Names of the packaged presets, for who meant one.

    Raises
    ------
    InputError
        It is missing, no text file, or larger than a preset.
    """

    def hint(missing: Path) -> str:
        if missing.stem in packaged:
            return f'; the packaged preset is called "{missing.stem}", without a path'
        return near_sibling(missing)

    return read_text(Path(shown_path(path)), hint, LARGEST_BYTES)


def faults_of_form(
    raw: Mapping[str, Any], kinds: tuple[str, ...], confidences: tuple[str, ...]
) -> Iterator[Problem]:
    """Yield what is wrong with the form of a preset, whatever its keys mean.

    Parameters
    ----------
    raw : mapping
        Content of the file.
    kinds : tuple of str
        Sections that presets can fill.
    confidences : tuple of str
        What a figure's confidence can be.
    """
    for name in raw:
        if name not in _KEYS:
            found = nearest(name, _KEYS)
            hint = f"did you mean {found}" if found else f"there are {', '.join(_KEYS)}"
            yield Problem(name, None, "a preset has no such key or table", hint)
    kind, title, branches = raw.get("kind"), raw.get("title", ""), raw.get("combined_branches", 1)
    if kind not in kinds:
        near = nearest(kind, kinds) if isinstance(kind, str) else None
        said = "must be the section that it fills: one of " + ", ".join(f'"{k}"' for k in kinds)
        required = f"required: {said.removeprefix('must be ')}" if kind is None else said
        yield Problem("kind", kind, required, f'did you mean "{near}"' if near else "")
    if not isinstance(title, str):
        yield Problem("title", title, "must be text", "put it in quotes")
    if type(branches) is not int or branches not in (1, 2):
        yield Problem("combined_branches", branches, "must be 1 or 2")
    elif branches == 2 and "antenna_gain_dbi" not in _table(raw, "figures"):
        said = "says what figures.antenna_gain_dbi is of, which the file lacks"
        yield Problem("combined_branches", 2, said, "add that figure")
    if not raw.keys() & {*TABLES}:
        yield Problem("figures", None, f"required: a table [figures] with rows such as x = {_FORM}")
    for table in TABLES:
        if not isinstance(raw.get(table, {}), Mapping):
            yield Problem(table, raw[table], f"must be a table, [{table}]")
        for key, row in _table(raw, table).items():
            yield from _faults_of_row(table, key, row, confidences)


def _table(raw: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = raw.get(name, {})
    return table if isinstance(table, Mapping) else {}


def _faults_of_row(
    table: str, key: str, row: object, confidences: tuple[str, ...]
) -> Iterator[Problem]:
    place = place_of(table, key)
    if not isinstance(row, Mapping):
        yield Problem(place, row, f"must be a table: {_FORM}")
        return
    if "." not in key and row and not row.keys() & {*_ROW[table]}:
        inner = next(iter(row))
        said = "must be a figure with its value"
        yield Problem(place, None, said, f'write a dotted key in quotes, "{key}.{inner}"')
        return
    allowed = _ROW[table]
    for name in row:
        if name not in allowed:
            found = nearest(name, allowed)
            hint = f"did you mean {found}" if found else f"there are {', '.join(allowed)}"
            yield Problem(f"{place}.{name}", row[name], "a figure has no such field", hint)
    needed = ("value",) if table == "starter" else _NEEDED
    missing = [name for name in needed if name not in row]
    if missing:
        what = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} required"
        hint = f"confidence is one of {', '.join(confidences)}" if "confidence" in missing else ""
        yield Problem(place, None, what, hint)
    for name in ("source", "remark", "reason"):
        if name in row and not isinstance(row[name], str):
            yield Problem(f"{place}.{name}", row[name], "must be text", "put it in quotes")
        elif name == "source" and not str(row.get(name, "-")).strip():
            yield Problem(f"{place}.source", None, "must say where the figure can be looked up")
    confidence = row.get("confidence")
    if confidence is not None and confidence not in confidences:
        near = nearest(confidence, confidences) if isinstance(confidence, str) else None
        said = f"must be one of {', '.join(confidences)}"
        yield Problem(f"{place}.confidence", confidence, said, f"did you mean {near}" * bool(near))


def place_of(table: str, key: str) -> str:
    """Name the row of a table as TOML does."""
    return f'{table}."{key}"' if "." in key else f"{table}.{key}"
