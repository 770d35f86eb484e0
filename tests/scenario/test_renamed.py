"""Names of older versions: they load with a warning, and mean what the new ones mean."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import capest
from capest.cli import cli
from capest.errors import InputError, OldNameWarning, ScenarioError
from capest.runner.sweep import parse_axis, points_of
from capest.scenario import renamed
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario, fields
from capest.scenario.presets import load_preset, presets_of
from capest.scenario.renamed import RENAMED, Renamed
from capest.scenario.starter import starter
from capest.scenario.write import toml_value
from capest.version import __version__

SUFFIXES = (".toml", ".md", ".py", ".ipynb")
LEO = {"preset": "tr38821-set1-leo600-s"}
ONE = {
    "satellite": {**LEO, "beams_at_once": 3},
    "beams": {"count": 7, "statistics_count": 7, "allocation": "random"},
}
MOMENT = {**ONE, "beams": {**ONE["beams"], "slots": 1}}
MANY = {
    "satellite": LEO,
    "constellation": {"shells": "50: 28/4/1 @ 600"},
    "region": {"kind": "box", "south_deg": 30, "north_deg": 40, "west_deg": 0, "east_deg": 10},
    "users": {"placement": "uniform", "count": 20},
}
TWO_WAYS = {**MANY, "service": {"preset": "voice"}}
UPLINK = {**ONE, "uplink": {"interference": "full-buffer"}}
# Old key -> a scenario that reads it, and values under the old name and the new one.
CASES: dict[tuple[str, str | bool | None], tuple[dict[str, Any], Any, Any]] = {
    ("constellation.beams_per_satellite", None): (MANY, 7, 7),
    ("beams.active_count", None): (ONE, 5, 5),
    ("beams.allocation", "random-hopping"): (ONE, "random-hopping", "random"),
    ("beams.allocation", "round-robin"): (MOMENT, "round-robin", "periodic"),
    ("uplink.enabled", False): (TWO_WAYS, False, "off"),
    ("uplink.enabled", True): (TWO_WAYS, True, "full-buffer"),
    ("uplink.scheduled", "heard"): (UPLINK, "heard", "decodable"),
    ("service.harq_retransmissions", None): (TWO_WAYS, 3, 3),
}
OTHER = {"beams.allocation": "all-on", "uplink.scheduled": "all"}
ROWS = [pytest.param(row, id=row.words) for row in RENAMED]


def without(raw: dict[str, Any], key: str) -> dict[str, Any]:
    section, _, name = key.partition(".")
    table = {k: v for k, v in raw.get(section, {}).items() if k != name}
    return {**raw, section: table}


def having(raw: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    section, _, name = key.partition(".")
    return {**raw, section: {**raw.get(section, {}), name: value}}


def toml(raw: dict[str, Any]) -> str:
    lines = []
    for section, table in raw.items():
        lines += [f"[{section}]", *(f"{key} = {toml_value(table[key])}" for key in table)]
    return "\n".join(lines) + "\n"


def told(row: Renamed, source: str) -> str:
    return f"{source}: {row.words} (the old name goes in 0.5)"


def case(row: Renamed) -> tuple[dict[str, Any], Any, Scenario]:
    """Scenario without the key, its old value, and the scenario by today's name."""
    base, old, new = CASES[row.key, row.value]
    bare = without(base, row.new_key)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return bare, old, load_scenario(having(bare, row.new_key, new))


def same(one: Scenario, other: Scenario) -> bool:
    return (
        one == other
        and fingerprint(one) == fingerprint(other)
        and (
            (one.to_toml(), one.written, one.notes) == (other.to_toml(), other.written, other.notes)
        )
    )


def written(value: Any) -> str:
    """A value as people write it in an option."""
    return value if isinstance(value, str) else toml_value(value)


def test_every_row_has_a_case_and_leads_to_what_there_is():
    assert {(row.key, row.value) for row in RENAMED} == set(CASES)
    for row in RENAMED:
        assert row.new_key in fields()
        assert (row.key == row.new_key) == (row.key in fields())


def test_no_row_has_outlived_its_time():
    """Where a version no longer reads a name, its row stays for two more, to say the new name."""
    major, minor = map(int, __version__.split(".")[:2])
    for row in RENAMED:
        assert row.since <= (major, minor) <= (row.goes[0], row.goes[1] + 1)


@pytest.mark.parametrize("row", ROWS)
def test_in_a_file(row, tmp_path):
    bare, old, today = case(row)
    path = tmp_path / "old.toml"
    path.write_text(toml(having(bare, row.key, old)))
    with pytest.warns(OldNameWarning) as caught:
        loaded = capest.load(path)
    assert [str(one.message) for one in caught] == [told(row, str(path))]
    # Python shows it beside the line that called, not one of capest's own.
    assert caught[0].filename == __file__
    assert same(loaded, today)


@pytest.mark.parametrize("row", ROWS)
def test_in_a_mapping(row):
    bare, old, today = case(row)
    with pytest.warns(OldNameWarning) as caught:
        loaded = load_scenario(having(bare, row.key, old))
    assert [str(one.message) for one in caught] == [told(row, "scenario")]
    assert same(loaded, today)


@pytest.mark.parametrize("row", ROWS)
def test_in_an_override(row):
    bare, old, today = case(row)
    text = f"{row.key}={written(old)}"
    # It wins over what stands there by today's name.
    for raw in (bare, having(bare, row.new_key, dict(today.items())[row.new_key])):
        with pytest.warns(OldNameWarning) as caught:
            loaded = load_scenario(raw, [text])
        assert [str(one.message) for one in caught] == [told(row, f"--set {text}")]
        assert same(loaded, today)


@pytest.mark.parametrize("row", ROWS)
def test_in_a_section_of_an_override(row):
    bare, old, today = case(row)
    section, _, name = row.key.partition(".")
    own = {**bare.get(section, {}), name: old}
    listed = ", ".join(f"{key} = {toml_value(value)}" for key, value in own.items())
    with pytest.warns(OldNameWarning):
        loaded = load_scenario(bare, [f"{section}={{{listed}}}"])
    assert loaded == today


@pytest.mark.parametrize("row", ROWS)
def test_in_replace(row):
    base, old, _ = CASES[row.key, row.value]
    _, _, today = case(row)
    before = load_scenario(base)
    section, _, name = row.key.partition(".")
    for changes in ({f"{section}__{name}": old}, {section: {name: old}}):
        with pytest.warns(OldNameWarning) as caught:
            changed = before.replace(**changes)
        assert [str(one.message) for one in caught] == [told(row, "scenario")]
        assert changed == today
        assert fingerprint(changed) == fingerprint(today)
        assert row.new_key in changed.written


def test_a_name_that_means_more_is_refused_in_a_sweep():
    with pytest.raises(InputError, match=r'now called "periodic", with beams.slots = 1'):
        parse_axis("beams.allocation=all-on,round-robin")


def test_what_a_name_means_beside_is_not_forced():
    raw = having(having(ONE, "beams.allocation", "round-robin"), "beams.slots", 5)
    with pytest.warns(OldNameWarning, match="with beams.slots = 1"):
        assert load_scenario(raw).slots == 5
    with pytest.warns(OldNameWarning):
        found = load_scenario(ONE, ["beams.allocation=round-robin"])
    assert (found.beams.allocation, found.beams.slots) == ("periodic", 1)
    with pytest.warns(OldNameWarning):
        found = load_scenario(ONE).replace(beams__allocation="round-robin")
    assert (found.beams.allocation, found.beams.slots) == ("periodic", 1)


@pytest.mark.parametrize("row", [row for row in RENAMED if not row.also], ids=lambda row: row.words)
def test_in_a_sweep(row):
    base, old, new = CASES[row.key, row.value]
    other = now = OTHER[row.key] if isinstance(old, str) else old + 1
    if isinstance(old, bool):
        other, now = not old, CASES[row.key, not old][2]
    text = f"{row.key}={written(old)},{written(other)}"
    with pytest.warns(OldNameWarning) as caught:
        axis = parse_axis(text)
    assert told(row, f"--vary {text}") in {str(one.message) for one in caught}
    assert len({str(one.message) for one in caught}) == 1 + isinstance(old, bool)
    today = parse_axis(f"{row.new_key}={new},{now}")
    assert (axis.key, axis.values, axis.name) == (today.key, today.values, today.name)
    found, expected = (points_of(base, [], [each]) for each in (axis, today))
    assert [point.scenario for point in found] == [point.scenario for point in expected]


@pytest.mark.parametrize("row", ROWS)
def test_a_scenario_that_an_older_version_wrote_whole(row):
    """Complete files have the keys of both kinds of scenario, whoever reads them."""
    _, old, today = case(row)
    raw = without(today.model_dump(exclude_none=True), row.new_key)
    # 0.2 wrote 19 beams into scenarios of one satellite, too, where nothing read them.
    if not today.has_constellation:
        raw["constellation"]["beams_per_satellite"] = 19
    if row.value is not None:
        raw = without(raw, "satellite.beams_at_once")
        raw["beams"]["active_count"] = today.satellite.beams_at_once
    raw = having(raw, row.key, old)
    with pytest.warns(OldNameWarning):
        loaded = load_scenario(raw)
    assert loaded == today
    assert fingerprint(loaded) == fingerprint(today)


def test_bytes_of_a_run(tmp_path):
    import netCDF4

    raw = having(having(without(ONE, "satellite.beams_at_once"), "beams.active_count", 3),
                 "beams.allocation", "round-robin")  # fmt: skip
    with pytest.warns(OldNameWarning):
        old = capest.load(raw)
    # What was a moment is none by the new name alone.
    new = load_scenario(having(MOMENT, "beams.allocation", "periodic"))
    contents = []
    for name, scenario in (("old.nc", old), ("new.nc", new)):
        capest.run(scenario, trials=20, output=tmp_path / name).close()
        with netCDF4.Dataset(tmp_path / name) as file:
            variables = {key: file[key][:].tobytes() for key in file.variables}
            contents.append((variables, file.scenario_fingerprint, file.scenario_toml))
    assert contents[0] == contents[1]


@pytest.mark.parametrize("row", [row for row in RENAMED if row.value is None], ids=str)
def test_both_names_are_refused(row, tmp_path):
    base, old, _ = CASES[row.key, row.value]
    both = having(having(base, row.new_key, old), row.key, old)
    expected = f"{row.key} = {old}: is now called {row.new_key}, which is given too; remove it"
    with pytest.raises(ScenarioError) as caught:
        load_scenario(both)
    assert str(caught.value) == f"scenario: {expected}"
    names = {key.replace(".", "__"): old for key in (row.key, row.new_key)}
    with pytest.raises(ScenarioError, match="is given too"):
        load_scenario(base).replace(**names)
    with pytest.warns(OldNameWarning):
        axes = [parse_axis(f"{key}=2,3") for key in (row.key, row.new_key)]
    with pytest.raises(InputError, match="every key once"):
        points_of(base, [], axes)


@pytest.mark.parametrize("row", [r for r in RENAMED if r.constellation is not None], ids=str)
def test_a_key_of_the_other_kind_of_scenario_is_refused(row):
    """Neither limit ever stood for the other one."""
    base = ONE if row.constellation else MANY
    kind = "a constellation" if row.constellation else "one satellite"
    expected = f"{row.key} is not read: only with {kind}; remove it"
    with pytest.warns(OldNameWarning):
        axes = [parse_axis(f"{row.key}=2,3")]
    for refuse in (
        lambda: load_scenario(having(base, row.key, 5)),
        lambda: load_scenario(base, [f"{row.key}=5"]),
        lambda: load_scenario(base).replace(**{row.key.replace(".", "__"): 5}),
        lambda: points_of(base, [], axes),
    ):
        with pytest.raises(ScenarioError) as caught:
            refuse()
        assert [str(problem).partition("; see")[0] for problem in caught.value.problems] == [
            expected
        ]
    # What nobody gave is no fault.
    with pytest.warns(OldNameWarning):
        assert load_scenario(base).replace(**{row.key.replace(".", "__"): None})


def test_the_kind_follows_from_presets_and_overrides():
    raw = {**MANY, "constellation": {"beams_per_satellite": 5}}
    for overrides in (["constellation.preset=iridium-66"], ['constellation.geostationary="10"']):
        with pytest.warns(OldNameWarning):
            assert load_scenario(raw, overrides).satellite.beams_at_once == 5


@pytest.mark.parametrize("row", ROWS)
def test_a_name_whose_time_is_over(row, monkeypatch):
    bare, old, _ = case(row)
    monkeypatch.setattr(renamed, "__version__", "0.5.0")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(having(bare, row.key, old))
    new = row.new_key
    if row.new_value is not None:
        new = f'"{row.new_value}"'
    if row.new_value is not None and row.key != row.new_key:
        new = f"{row.new_key} = {new}"
    assert f"is now called {new}; the old name is no longer read" in str(caught.value)
    assert caught.value.problems[0].key == row.key


def test_one_line_for_each_name_on_the_command_line(tmp_path):
    path = tmp_path / "s.toml"
    raw = having(without(ONE, "satellite.beams_at_once"), "beams.active_count", 3)
    path.write_text(toml(having(raw, "beams.allocation", "random-hopping")))
    expected = [told(row, str(path)) for row in RENAMED if row.section == "beams"][:2]
    commands = (
        ["run", "--trials", "2", "--workers", "0", "-o", str(tmp_path / "s.nc"), "--json"],
        ["sweep", "--trials", "2", "--workers", "0", "-o", str(tmp_path / "w.nc"), "--json",
         "--vary", "users.per_beam=1,2,3"],
        ["budget", "--json"],
        ["hopping", "--trials", "2", "--slots", "4", "--workers", "0", "--json",
         "-o", str(tmp_path / "h.nc")],
    )  # fmt: skip
    for command, *options in commands:
        done = CliRunner().invoke(cli, [command, str(path), *options], catch_exceptions=False)
        assert done.exit_code == 0
        lines = [line for line in done.stderr.splitlines() if "is now called" in line]
        assert lines == [f"Warning: {line}" for line in expected], command
        assert done.stdout.startswith("{")


def test_presets_supply_the_new_name():
    for preset in presets_of("constellation"):
        assert "satellite.beams_at_once" in preset.figures
        assert "beams_per_satellite" not in starter(preset.name)
    iridium = load_preset("iridium-66").figures["satellite.beams_at_once"].value
    raw = {**MANY, "constellation": {"preset": "iridium-66"}}
    one = load_scenario(raw)
    assert one.satellite.beams_at_once == one.beams_at_once == iridium == 48
    assert load_scenario(having(raw, "satellite.beams_at_once", 7)).beams_at_once == 7
    # A new constellation brings its own; a new satellite leaves what the constellation says.
    assert one.replace(constellation__preset="globalstar-24").beams_at_once == 16
    given = one.replace(satellite__beams_at_once=7)
    assert given.replace(constellation__preset="globalstar-24").beams_at_once == 16
    assert given.replace(satellite__preset="tr38821-set1-leo1200-s").beams_at_once == 7


def test_beams_at_once_where_nobody_says():
    assert load_scenario(MANY).satellite.beams_at_once is None
    assert load_scenario(MANY).beams_at_once == 19
    assert load_scenario({"satellite": LEO}).beams_at_once == 61
    assert fingerprint(load_scenario(MANY)) == fingerprint(
        load_scenario(having(MANY, "satellite.beams_at_once", 19))
    )


def test_what_stands_in_place_of_a_section_is_a_fault_of_its_own():
    with pytest.raises(ScenarioError, match=r"satellite = 5: must be a table"):
        load_scenario({**MANY, "satellite": 5, "constellation": {"beams_per_satellite": 5}})
    with pytest.raises(ScenarioError, match=r"beams = 5: must be a table"):
        load_scenario({**ONE, "beams": 5})


def test_examples_have_the_names_of_today():
    root = Path(__file__).parents[2]
    runs = [path for path in (root / "runs").rglob("*.*") if path.suffix in SUFFIXES]
    assert len(runs) > 10
    for path in [root / "README.md", *runs, *(root / "capest").rglob("*.md")]:
        # The changelog says what was renamed; the answer is of the version that made it.
        if path.name in ("changelog.md", "answer.json") or "__pycache__" in path.parts:
            continue
        text = path.read_text("utf-8")
        for row in RENAMED:
            value = (f'"{row.value}"', f"{row.key}={row.value}", f"`{row.value}`")
            names = value if row.key == row.new_key else (row.key,)
            assert not [name for name in names if name in text], path
            assert f"{row.name} = " not in text or row.key == row.new_key, path
