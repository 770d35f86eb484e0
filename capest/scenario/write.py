"""Scenarios as TOML text."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from capest.scenario.shell_tables import SHELL, tables_of

if TYPE_CHECKING:
    from capest.scenario.model import Scenario


def to_toml(scenario: Scenario) -> str:
    """Write every key with its value; what is left automatic stands as a comment.

    The names of presets stay, but every value they supplied is written out, and written values win
    over those of a preset: the text loads to an equal scenario whatever becomes of the presets.

    Parameters
    ----------
    scenario : Scenario

    Returns
    -------
    str
    """
    automatic = automatic_values(scenario)
    lines: list[str] = []
    shells: list[dict[str, Any]] = []
    current = ""
    for key, value in scenario.items():
        if key == SHELL:
            shells = tables_of(value)
            continue
        section, _, name = key.rpartition(".")
        if section != current:
            lines += ["", f"[{section}]"]
            current = section
        if value is not None:
            lines.append(f"{name} = {toml_value(value)}")
        elif (found := automatic.get(key)) is not None:
            lines.append(f"# {name} = {toml_value(found)}  (automatic)")
    for table in shells:
        lines += ["", f"[[{SHELL}]]"]
        lines += [f"{k} = {toml_value(v)}" for k, v in table.items() if v is not None]
    return "\n".join(lines) + "\n"


def automatic_values(scenario: Scenario) -> dict[str, bool | int | float | None]:
    """Return dotted key -> what it comes to where nobody gives it, of keys left automatic."""
    found: dict[str, bool | int | float | None] = {"beams.spacing_uv": scenario.beam_spacing_uv}
    if scenario.has_constellation:
        found["cells.diameter_km"] = scenario.cell_diameter_km
    elif scenario.users.placement != "beam" and scenario.users.devices_per_person is None:
        found["users.count"] = scenario.users_per_trial
    return found


def dumped(value: Any) -> Any:
    """Return a value whose tables are plain mappings."""
    if isinstance(value, list | tuple):
        return [dumped(each) for each in value]
    return value.model_dump(exclude_none=True) if hasattr(value, "model_dump") else value


def toml_value(value: str | bool | int | float | Sequence[Any] | Mapping[str, Any]) -> str:
    """Write one TOML value, or an array of them.

    JSON's escapes are TOML's, except that TOML also wants DEL escaped.
    """
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{k} = {toml_value(v)}' for k, v in value.items())}}}"
    if hasattr(value, "model_dump"):
        return toml_value(value.model_dump(exclude_none=True))
    if isinstance(value, Sequence):
        return f"[{', '.join(map(toml_value, value))}]"
    return repr(value)
