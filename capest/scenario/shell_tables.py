"""Tables ``[[constellation.shell]]``: satellites of a constellation with payloads of their own.

Their keys are named with the number of the table, from 1 on: ``constellation.shell.2.hpbw_deg``.
What a table leaves out is that of ``[satellite]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from capest.errors import InputError, Problem
from capest.scenario.derived import BEAMS_AT_ONCE
from capest.scenario.nearest import nearest
from capest.scenario.paths import is_path, shown_path
from capest.scenario.presets import find_preset, load_preset, presets_of, problems_of_file
from capest.scenario.shell_notation import parse_longitudes, parse_shells

if TYPE_CHECKING:
    from capest.scenario.model import Scenario

SHELL = "constellation.shell"

EXAMPLE = "53: 1584/72/17 @ 550"
"""An orbit as a table has it."""

PLACES = ("orbit", "geostationary")
"""Keys of a table that say where its satellites are, one of which it has."""

PAYLOAD = (
    "eirp_density_dbw_per_mhz",
    "antenna_gain_dbi",
    "antenna_diameter_m",
    "hpbw_deg",
    "g_over_t_db_per_k",
    "beams_at_once",
    "rf_power_w",
    "feeder_bandwidth_mhz",
    "largest_scan_deg",
    "pfd_limit_dbw_per_m2_mhz",
)
"""Keys of a table that stand in place of those of ``[satellite]``."""

PAYLOAD_NEEDED = PAYLOAD[:4]
"""Those that every preset of a satellite has."""

COMMON = ("frequency_ghz", "pattern", "antenna")
"""Keys of ``[satellite]`` that all tables share, which a preset of theirs must have too."""

WHY_COMMON = "shells share one carrier and one kind of beam, else they would not interfere"


@dataclass(frozen=True)
class PayloadFigures:
    """What satellites of a constellation carry; figures as in ``[satellite]``."""

    eirp_density_dbw_per_mhz: float
    antenna_gain_dbi: float
    antenna_diameter_m: float
    hpbw_deg: float
    g_over_t_db_per_k: float | None
    beams_at_once: int
    rf_power_w: float | None
    feeder_bandwidth_mhz: float | None
    largest_scan_deg: float | None
    pfd_limit_dbw_per_m2_mhz: float | None


def key_of_model(key: str) -> str:
    """Return the key of the model that a key names or is in: ``constellation.shell`` of tables'."""
    return SHELL if key.startswith(f"{SHELL}.") else key


def tables_of(value: Any) -> list[dict[str, Any]]:
    """Return tables as plain dicts, whether they are validated or not; empty if there are none."""
    if value is None:
        return []
    return [dict(each) if isinstance(each, Mapping) else each.model_dump() for each in value]


def payloads_of(scenario: Scenario) -> tuple[PayloadFigures, ...]:
    """Return the payload of each table, in the order of the tables."""
    base = {name: getattr(scenario.satellite, name) for name in PAYLOAD}
    if base["beams_at_once"] is None:
        base["beams_at_once"] = BEAMS_AT_ONCE
    return tuple(
        _within_limits(
            scenario, {name: base[name] if table[name] is None else table[name] for name in PAYLOAD}
        )
        for table in tables_of(scenario.constellation.shell)
    )


def _within_limits(scenario: Scenario, own: dict[str, Any]) -> PayloadFigures:
    """Return the payload of such figures, which lights no more beams than its limits leave."""
    beams = scenario.beams_within_limits(
        own["beams_at_once"],
        own["feeder_bandwidth_mhz"],
        own["rf_power_w"],
        own["eirp_density_dbw_per_mhz"] - own["antenna_gain_dbi"],
    )
    return PayloadFigures(**{**own, "beams_at_once": beams})


def base_payload(scenario: Scenario) -> PayloadFigures:
    """Return the payload of ``[satellite]``."""
    own = {name: getattr(scenario.satellite, name) for name in PAYLOAD}
    return PayloadFigures(**{**own, "beams_at_once": scenario.beams_at_once})


def content_of_tables(scenario: Scenario) -> dict[str, Any]:
    """What tables say, as far as it can change a result; as one text of shells if they may be."""
    base = base_payload(scenario)
    found, plain = [], True
    tables = tables_of(scenario.constellation.shell)
    for table, payload in zip(tables, payloads_of(scenario), strict=True):
        place = {name: table[name] for name in PLACES if table[name] is not None}
        own = {
            name: getattr(payload, name)
            for name in PAYLOAD
            if getattr(payload, name) != getattr(base, name) and name != "feeder_bandwidth_mhz"
        }
        found.append(place | own)
        plain = plain and not own and "orbit" in place
    if plain:
        return {"shells": ", ".join(each["orbit"] for each in found)}
    return {"shell": found}


def with_shell_presets(
    raw: Mapping[str, Any], *, complete: bool = False
) -> tuple[dict[str, Any], list[Problem]]:
    """Fill tables from the satellite presets they name; keys already there win.

    Parameters
    ----------
    raw : mapping
        Nested plain values of a scenario, presets of its sections resolved.
    complete : bool
        Whether the tables have every value already: the path of a preset's file is only a label
        there, whatever became of the file.

    Returns
    -------
    filled : dict
        A copy.
    problems : list of Problem
    """
    section, problems = raw.get("constellation"), list[Problem]()
    tables = section.get("shell") if isinstance(section, Mapping) else None
    if not isinstance(tables, list | tuple):
        return dict(raw), []
    satellite = raw.get("satellite")
    common = satellite if isinstance(satellite, Mapping) else {}
    filled = []
    for number, table in enumerate(tables, 1):
        name = table.get("preset") if isinstance(table, Mapping) else None
        if not isinstance(name, str):
            filled.append(table)
            continue
        key = f"{SHELL}.{number}.preset"
        if {*PAYLOAD_NEEDED} <= table.keys() and is_path(name) and complete:
            filled.append(table)
            continue
        preset = find_preset(name, "satellite")
        if preset is None:
            problems += _no_preset(key, name)
            filled.append(table)
            continue
        values = {k.partition(".")[2]: v for k, v in preset.values_by(raw.get("rules")).items()}
        problems += _unlike(key, shown_path(name) if is_path(name) else name, values, common)
        own = {k: v for k, v in values.items() if k in PAYLOAD}
        filled.append(own | {k: v for k, v in table.items() if v is not None or k not in own})
    return {**raw, "constellation": {**dict(section or {}), "shell": filled}}, problems


def supplied_to_tables(raw: Mapping[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return the presets that tables name with what each supplies, by keys such as
    ``constellation.shell.2.hpbw_deg``.

    Parameters
    ----------
    raw : mapping
        Nested plain values of a scenario.
    """
    found = []
    for number, table in enumerate(raw_tables(raw), 1):
        name = table.get("preset") if isinstance(table, Mapping) else None
        preset = find_preset(name, "satellite")
        if preset is not None:
            values = preset.values_by(raw.get("rules"))
            own = {name: values.get(f"satellite.{name}") for name in PAYLOAD}
            keys = {f"{SHELL}.{number}.{k}": v for k, v in own.items() if v is not None}
            found.append((preset.name, keys))
    return found


def _no_preset(key: str, name: str) -> list[Problem]:
    if is_path(name):
        try:
            kind = load_preset(name).kind
        except InputError as error:
            return problems_of_file(key, name, error)
        said = f'must be the file of a satellite preset, and its kind is "{kind}"'
        return [Problem(key, shown_path(name), said)]
    names = [preset.name for preset in presets_of("satellite")]
    found = nearest(name, names)
    hint = f"did you mean {found}" if found else f"satellite presets: {', '.join(names)}"
    return [Problem(key, name, "must name a satellite preset", hint)]


def _unlike(
    key: str, name: str, values: Mapping[str, Any], common: Mapping[str, Any]
) -> Iterator[Problem]:
    defaults = {"pattern": "bessel", "antenna": "dish"}
    for each in COMMON:
        own = values.get(each, defaults.get(each))
        shared = common.get(each, defaults.get(each))
        if own != shared and None not in (own, shared):
            yield Problem(
                key,
                name,
                f"its {each} is {own}, that of [satellite] {shared}: {WHY_COMMON}",
                "write the figures of the payload themselves, or run the shell alone",
            )


def table_problem(value: Any, shells: str | None) -> Problem | None:
    """Refuse tables that do not say where satellites are, or stand beside ``shells``."""
    tables = tables_of(value)
    for problem in place_problems(tables):
        return problem
    orbits = [str(table["orbit"]) for table in tables if table.get("orbit") is not None]
    if orbits and shells is not None:
        return Problem(
            SHELL,
            None,
            "not beside constellation.shells (a preset may supply it): satellites would be there "
            "twice",
            "write all shells as tables and remove constellation.shells or constellation.preset",
        )
    try:
        parse_shells(", ".join(orbits) or "0: 1/1/0 @ 600")
    except InputError as error:  # too many together
        return Problem(SHELL, None, str(error))
    return None


def place_problems(tables: Sequence[Any]) -> Iterator[Problem]:
    """Yield what is wrong with where the satellites of tables are, validated or not."""
    for number, table in enumerate(tables, 1):
        if not isinstance(table, Mapping):
            continue  # refused for that
        given = [name for name in PLACES if table.get(name) is not None]
        key = f"{SHELL}.{number}"
        if len(given) != 1:
            said = "must have one of orbit and geostationary, which say where its satellites are"
            yield Problem(key, None, said, f'such as orbit = "{EXAMPLE}"')
            continue
        text = table[given[0]]
        if not isinstance(text, str):
            continue
        try:
            (parse_shells if given[0] == "orbit" else parse_longitudes)(text)
        except InputError as error:
            yield Problem(f"{key}.{given[0]}", text, str(error))


def raw_tables(raw: Mapping[str, Any]) -> Sequence[Any]:
    """Return the tables of nested plain values, validated or not; empty if there are none."""
    section = raw.get("constellation")
    tables = section.get("shell") if isinstance(section, Mapping) else None
    return tables if isinstance(tables, list | tuple) else ()


def layout_problem(
    value: Any, layout: str, spacing_uv: float | None, hpbw_deg: float
) -> Problem | None:
    """Refuse one layout of satellite-fixed beams for beams of several widths."""
    if layout != "satellite-fixed" or spacing_uv is not None:
        return None
    for number, table in enumerate(tables_of(value), 1):
        width = table.get("hpbw_deg")
        if width not in (None, hpbw_deg):
            return Problem(
                f"{SHELL}.{number}.hpbw_deg",
                width,
                "satellite-fixed beams lie in one layout for all satellites, and beams.spacing_uv "
                "does not say how far apart",
                "write beams.spacing_uv",
            )
    return None


def number_problem(raw: Mapping[str, Any], key: str) -> Problem | None:
    """Refuse the number of a table that is not there."""
    if not key.startswith(f"{SHELL}."):
        return None
    count = len(raw_tables(raw))
    number = key.split(".")[2]
    if number.isascii() and number.isdigit() and 1 <= int(number) <= count:
        return None
    if not count:
        said = f"names no table: the scenario has no [[{SHELL}]]"
        return Problem(key, None, said, f'write the tables first, such as orbit = "{EXAMPLE}"')
    there = f"there are {count} tables [[{SHELL}]], counted from 1"
    return Problem(key, None, f"names no table: {there}", f"such as {SHELL}.1.beams_at_once")


def dotted(loc: Iterable[int | str]) -> str:
    """Key of a place in a scenario; tables are counted from 1."""
    return ".".join(str(part + 1) if isinstance(part, int) else part for part in loc)


def unknown_in_table(name: str, names: Sequence[str]) -> tuple[str, str]:
    """Say what is wrong with a key that tables do not have, and what would be right."""
    if name == "altitude_km":
        return "stands in orbit, behind the @", f'such as orbit = "{EXAMPLE}"'
    common = ("uplink_frequency_ghz", "element_exponent", "payload", *COMMON)
    if name in common:
        return f"is common to all shells: {WHY_COMMON}", f"write satellite.{name}"
    found = nearest(name, names)
    return "unknown key", f"did you mean {found}" if found else f"known: {', '.join(names)}"
