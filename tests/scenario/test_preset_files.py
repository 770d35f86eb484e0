"""Presets of users: ``preset`` is the path of a TOML file of the form of the packaged ones."""

from __future__ import annotations

import os
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.errors import InputError, ScenarioError
from capest.runner.sweep_points import parse_axis, points_of
from capest.scenario.assumed import assumptions_of
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.model import Scenario
from capest.scenario.presets import load_preset, preset_names

PACKAGED = Path(str(files("capest.scenario"))) / "presets"
FIGURES = {
    "altitude_km": '{ value = 550, confidence = "filed", source = "FCC" }',
    "frequency_ghz": '{ value = 2.0, confidence = "filed", source = "FCC" }',
    "eirp_density_dbw_per_mhz": '{ value = 34, confidence = "assumed", source = "mine", '
    'kind = "not known", range = [30, 38], reason = "as of others" }',
    "antenna_gain_dbi": '{ value = 30, confidence = "reported", source = "a talk" }',
    "antenna_diameter_m": '{ value = 2.0, confidence = "reported", source = "a talk" }',
    "hpbw_deg": '{ value = 4.4, confidence = "derived", source = "from the diameter" }',
}


def preset(path: Path, kind: str = "satellite", more: str = "", **figures: str) -> Path:
    """Write a preset of a satellite, with some rows in place of others; empty ones are out."""
    rows = {**FIGURES, **figures} if kind == "satellite" else figures
    path.parent.mkdir(exist_ok=True, parents=True)
    text = "".join(f"{key} = {row}\n" for key, row in rows.items() if row)
    path.write_text(f'kind = "{kind}"\ntitle = "Mine"\n[figures]\n{text}{more}')
    return path


def scenario(path: Path, name: object) -> Path:
    path.write_text(
        f'[satellite]\npreset = "{name}"\n[beams]\ncount = 7\nstatistics_count = 7\n'
        "[run]\ntrials = 2\n"
    )
    return path


def faults(path: Path, name: object = "mine.toml") -> list[str]:
    with pytest.raises(ScenarioError) as error:
        load_scenario(scenario(path / "s.toml", name))
    return str(error.value).splitlines()


@pytest.mark.parametrize("name", preset_names())
def test_every_packaged_preset_is_such_a_file(name: str, tmp_path: Path) -> None:
    path = tmp_path / "copy.toml"
    shutil.copy(PACKAGED / f"{name}.toml", path)

    mine, packaged = load_preset(str(path)), load_preset(name)

    assert mine.figures == packaged.figures
    assert mine.starter == packaged.starter
    assert mine.stand_ins == packaged.stand_ins


def test_a_copy_of_a_preset_makes_the_same_scenario_with_the_same_assumptions(
    tmp_path: Path,
) -> None:
    shutil.copy(PACKAGED / "starlink-dtc-filed.toml", tmp_path / "mine.toml")
    mine = load_scenario(scenario(tmp_path / "s.toml", "mine.toml"))
    packaged = load_scenario(scenario(tmp_path / "p.toml", "starlink-dtc-filed"))

    assert fingerprint(mine) == fingerprint(packaged)
    assert [one.key for one in assumptions_of(mine)] == [
        one.key for one in assumptions_of(packaged)
    ]
    assert any(one.key == "satellite.eirp_density_dbw_per_mhz" for one in assumptions_of(mine))


def test_paths_start_in_the_folder_of_the_file_and_those_of_options_in_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    preset(tmp_path / "there" / "mine.toml")
    preset(tmp_path / "here" / "mine.toml", hpbw_deg=FIGURES["hpbw_deg"].replace("4.4", "3.3"))
    path = scenario(tmp_path / "there" / "s.toml", "mine.toml")
    monkeypatch.chdir(tmp_path / "here")

    assert load_scenario(path).satellite.hpbw_deg == 4.4
    assert load_scenario(path, ["satellite.preset=mine.toml"]).satellite.hpbw_deg == 3.3
    given = {"satellite": {"preset": "./mine.toml"}}
    assert load_scenario(given).satellite.hpbw_deg == 3.3
    assert load_scenario(path).replace(satellite__preset="mine.toml").satellite.hpbw_deg == 3.3


def test_written_keys_win_and_a_new_preset_takes_along_what_the_old_one_supplied(
    tmp_path: Path,
) -> None:
    more = '"users.indoor_share" = { value = 0.5, confidence = "measured", source = "survey" }\n'
    path = preset(tmp_path / "mine.toml", more=more)
    loaded = load_scenario(
        scenario(tmp_path / "s.toml", "mine.toml"), ["satellite.antenna_gain_dbi=29"]
    )

    assert (loaded.satellite.antenna_gain_dbi, loaded.satellite.hpbw_deg) == (29, 4.4)
    assert loaded.origins["satellite.hpbw_deg"] == f"preset {path}"
    other = load_scenario({"satellite": {"preset": str(path)}, "users": {}})
    assert other.users.indoor_share == 0.5
    assert other.origins["users.indoor_share"] == f"preset {path}"
    packaged = other.replace(satellite__preset="tr38821-set1-leo600-s")
    assert packaged.users.indoor_share == 0.0


def test_tables_of_shells_and_other_sections_take_paths(tmp_path: Path) -> None:
    preset(tmp_path / "mine.toml", beams_at_once='{value = 9, confidence = "filed", source = "F"}')
    preset(
        tmp_path / "phone.toml",
        "handset",
        noise_figure_db='{value = 6, confidence = "measured", source = "lab"}',
        antenna_gain_dbi='{value = -3, confidence = "measured", source = "lab"}',
        antenna_temperature_k='{value = 290, confidence = "standard", source = "TR 38.821"}',
        transmit_power_dbm='{value = 23, confidence = "standard", source = "TS 38.101-5"}',
        transmit_gain_dbi='{value = -3, confidence = "measured", source = "lab"}',
    )
    preset(
        tmp_path / "sub" / "calls.toml",
        "service",
        downlink_kbps='{value = 300, confidence = "measured", source = "lab"}',
        uplink_kbps='{value = 200, confidence = "measured", source = "lab"}',
        delay_budget_ms='{value = 150, confidence = "standard", source = "G.114"}',
        guaranteed='{value = true, confidence = "standard", source = "TS 23.501"}',
    )
    preset(
        tmp_path / "shells.toml",
        "constellation",
        minimum_elevation_deg='{value = 25, confidence = "filed", source = "F"}',
    )
    (tmp_path / "s.toml").write_text(
        '[satellite]\npreset = "tr38821-set1-leo600-s"\n[constellation]\n'
        'preset = "shells.toml"\n[[constellation.shell]]\norbit = "53: 8/2/1 @ 550"\n'
        'preset = "mine.toml"\n[region]\nkind = "circle"\nlatitude_deg = 30\nlongitude_deg = 110\n'
        'radius_km = 200\n[handset]\npreset = "phone.toml"\n[service]\npreset = "sub/calls.toml"\n'
        '[users]\ncount = 10\nplacement = "uniform"\n'
    )
    loaded = load_scenario(tmp_path / "s.toml")

    assert loaded.constellation.shell is not None
    assert loaded.constellation.shell[0].beams_at_once == 9
    assert loaded.constellation.minimum_elevation_deg == 25
    assert (loaded.handset.noise_figure_db, loaded.service.uplink_kbps) == (6, 200)
    origin = loaded.origins["constellation.shell.1.hpbw_deg"]
    assert origin == f"preset {tmp_path / 'mine.toml'}"

    # A result has all values: it loads without the files, and whatever became of them.
    toml = loaded.to_toml()
    for path in tmp_path.rglob("*.toml"):
        path.unlink()
    (tmp_path / "phone.toml").write_text("no TOML")
    (tmp_path / "again.toml").write_text(toml)
    again = load_scenario(tmp_path / "again.toml")
    assert again == loaded
    assert fingerprint(again) == fingerprint(loaded)
    assert again.replace(users__count=11).handset.noise_figure_db == 6


def test_an_edited_file_changes_no_result_that_is_opened_again(tmp_path: Path) -> None:
    path = preset(tmp_path / "mine.toml")
    loaded = load_scenario(scenario(tmp_path / "s.toml", "mine.toml"))
    (tmp_path / "kept.toml").write_text(loaded.to_toml())
    preset(path, beams_at_once='{value = 3, confidence = "filed", source = "F"}')

    assert load_scenario(tmp_path / "kept.toml") == loaded
    assert loaded.replace(run__trials=3).satellite.beams_at_once is None
    changed = load_scenario(tmp_path / "s.toml")
    assert changed.satellite.beams_at_once == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('{ value = "4 degree", confidence = "filed", source = "F" }', "must be a number"),
        ('{ value = -4, confidence = "filed", source = "F" }', "at least 0.000001 and below 90"),
        ('{ value = true, confidence = "filed", source = "F" }', "are not numbers"),
        ('{ value = nan, confidence = "filed", source = "F" }', "must be a number"),
        ('{ value = 4, confidence = "field", source = "F" }', "did you mean filed"),
        ('{ value = 4, confidence = "sure", source = "F" }', "one of standard, filed, measured"),
        ('{ value = 4, confidence = 3, source = "F" }', "confidence = 3: must be one of"),
        ('{ value = 4, confidence = "filed", sorce = "F" }', "did you mean source"),
        ('{ value = 4, confidence = "filed" }', "source is required"),
        ('{ value = 4, confidence = "filed", source = " " }', "must say where"),
        ('{ confidence = "filed", source = "F" }', "value is required"),
        ("4", "must be a table: { value = "),
        ("[1, 2]", "must be a table"),
        ('{ value = 4, confidence = "assumed", source = "F" }', "needs a range or options"),
    ],
)
def test_faults_of_a_row_are_one_line_with_file_key_value_and_what_would_be_right(
    row: str, said: str, tmp_path: Path
) -> None:
    preset(tmp_path / "mine.toml", hpbw_deg=row)
    found = [line for line in faults(tmp_path) if "figures.hpbw_deg" in line]

    assert found
    assert all("s.toml: satellite.preset = " in line and "mine.toml" in line for line in found)
    assert any(said in line for line in found), found


STATED = '{ value = 4, confidence = "assumed", source = "F", kind = "not known", reason = "r", '


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("range = [5, 3] }", "range = [5, 3]: its low end must lie below its high end; write [3"),
        ("range = [4, 4] }", "must lie below"),
        ("range = [5, 6] }", "must hold the value, 4"),
        ("range = [-5, 6] }", "must be a number"),
        ("range = [1, 1000] }", "must be a number"),
        ("range = [5] }", "must be two numbers"),
        ('range = ["a", 5] }', "must be two numbers"),
        ("range = 5 }", "must be two numbers"),
        ('range = [3, 5], shape = "unifrom" }', 'did you mean "uniform"'),
        ('range = [3, 5], shape = "normal" }', '"uniform", "triangular", "log-uniform"'),
        ("range = [3, 5], options = { 3 = 1, 5 = 1 } }", "a range and options"),
        ("options = { 3 = 1, 5 = 1 } }", "must hold the value"),
        ("options = { 4 = 1 } }", "two or more"),
        ("options = { 4 = 1, 5 = 0 } }", "weights above 0"),
        ("options = { 4 = 1, x = 1 } }", "options.x = 'x': must be"),
        ('range = [3, 5], follows = "antena_gain_dbi" }', "did you mean antenna_gain_dbi"),
        ('range = [3, 5], follows = "altitude_km" }', "has no range here"),
        ("range = [3, 5], follows = 3 }", "no figure of this file"),
        ('shape = "uniform" }', "is that of a range, which lacks"),
    ],
)
def test_faults_of_what_is_stated(more: str, said: str, tmp_path: Path) -> None:
    preset(tmp_path / "mine.toml", hpbw_deg=STATED + more)
    found = faults(tmp_path)

    assert any("figures.hpbw_deg" in line and said in line for line in found), found


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (STATED.replace('"not known"', '"not-known"') + "range = [3, 5] }", "did you mean"),
        (STATED.replace('"not known"', '"x"') + "range = [3, 5] }", '"choice of model", "decision'),
        (STATED.replace('"not known"', '"choice of model"') + "range = [3, 5] }", "has options"),
        (STATED.replace('reason = "r", ', "") + "range = [3, 5] }", "required: why this range"),
        (STATED.replace('kind = "not known", ', "") + "range = [3, 5] }", "a range and no kind"),
    ],
)
def test_faults_of_kind_and_reason(row: str, said: str, tmp_path: Path) -> None:
    preset(tmp_path / "mine.toml", hpbw_deg=row)
    assert any(said in line for line in faults(tmp_path)), faults(tmp_path)


def test_a_statement_without_fault_is_read(tmp_path: Path) -> None:
    preset(tmp_path / "mine.toml", hpbw_deg=STATED + 'range = [3, 5], shape = "triangular" }')
    loaded = load_scenario(scenario(tmp_path / "s.toml", "mine.toml"))

    found = {one.key: one.figure for one in assumptions_of(loaded)}
    assert found["satellite.hpbw_deg"].range == (3, 5)
    assert found["satellite.eirp_density_dbw_per_mhz"].range == (30, 38)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x = [", "broken TOML"),
        ("", "kind: required: the section that it fills"),
        ('title = "x"\n[figures]\n', "kind: required"),
        ('kind = "satelite"\n[figures]\n', 'did you mean "satellite"'),
        ("kind = 3\n[figures]\n", "kind = 3: must be the section"),
        ('kind = "handset"\n[figures]\n', "it is a handset preset"),
        ('kind = "satellite"\nfigures = 3\n', "figures = 3: must be a table"),
        ('kind = "satellite"\n', "figures: required: a table [figures]"),
        ('kind = "satellite"\n[figurs]\n', "did you mean figures"),
        (
            'kind = "satellite"\n[figures]\nhpbw = {value=1,confidence="filed",source="x"}\n',
            "figures.hpbw: [satellite] has no such key; did you mean hpbw_deg",
        ),
        (
            'kind = "satellite"\n[figures]\n"users.cont" = '
            '{value=1,confidence="filed",source="x"}\n',
            "there is no such key; did you mean",
        ),
        (
            'kind = "satellite"\n[figures]\nusers.count = '
            '{value=1,confidence="filed",source="x"}\n',
            'write a dotted key in quotes, "users.count"',
        ),
        (
            'kind = "satellite"\n[figures]\npreset = {value="x",confidence="filed",source="x"}\n',
            "no preset supplies this key",
        ),
        ('kind = "handset"\ncombined_branches = 2\n[figures]\n', "which the file lacks"),
        ("\x00\x01", "broken TOML"),
    ],
)
def test_faults_of_a_file(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(text)
    found = faults(tmp_path)

    assert any(said in line for line in found), found


def test_a_missing_file_is_told_with_its_nearest_sibling_or_the_packaged_preset(
    tmp_path: Path,
) -> None:
    preset(tmp_path / "mine.toml")
    (line,) = faults(tmp_path, "mien.toml")
    assert "there is no such file; did you mean" in line
    assert "mine.toml?" in line
    (line,) = faults(tmp_path, "tr38821-set1-leo600-s.toml")
    assert 'the packaged preset is called "tr38821-set1-leo600-s", without a path' in line
    (line,) = faults(tmp_path, "ghost/mine.toml")
    assert line.endswith("there is no such file")


def test_what_is_no_file_of_text_is_refused_without_waiting(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "binary.toml").write_bytes(b"\x89HDF\r\n\x1a\n\xff\xfe")
    (tmp_path / "huge.toml").write_bytes(b"#" * 1_000_001)

    said = {
        "folder.toml": "is a directory",
        "./": "is a directory",
        "pipe.toml": "is a pipe",
        "binary.toml": "is not UTF-8 text",
        "huge.toml": "has 1,000,001 bytes",
    }
    for name, words in said.items():
        (line,) = faults(tmp_path, name)
        assert words in line
    (line,) = faults(tmp_path, "a\\u0000b.toml")
    assert "cannot be read" in line


def test_a_fault_of_an_option_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = scenario(tmp_path / "s.toml", "tr38821-set1-leo600-s")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ScenarioError, match=r"see --set satellite\.preset=mine\.toml"):
        load_scenario(path, ["satellite.preset=mine.toml"])


def test_a_table_of_shells_names_its_faults(tmp_path: Path) -> None:
    preset(tmp_path / "phone.toml", "handset", noise_figure_db=FIGURES["altitude_km"])
    text = (
        '[satellite]\npreset = "tr38821-set1-leo600-s"\n[[constellation.shell]]\n'
        'orbit = "53: 8/2/1 @ 550"\npreset = "{}"\n[region]\nkind = "circle"\nlatitude_deg = 30\n'
        "longitude_deg = 110\nradius_km = 200\n[users]\ncount = 10\n"
    )

    def said(name: str) -> str:
        (tmp_path / "s.toml").write_text(text.format(name))
        with pytest.raises(ScenarioError) as error:
            load_scenario(tmp_path / "s.toml")
        return str(error.value)

    assert "constellation.shell.1.preset = " in said("none.toml")
    assert "there is no such file" in said("none.toml")
    preset(tmp_path / "phone.toml", "handset", noise_figure_db=FIGURES["frequency_ghz"])
    assert 'its kind is "handset"' in said("phone.toml")


def test_a_sweep_steps_through_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preset(tmp_path / "a.toml")
    preset(tmp_path / "b.toml", hpbw_deg=FIGURES["hpbw_deg"].replace("4.4", "3.3"))
    path = scenario(tmp_path / "s.toml", "tr38821-set1-leo600-s")
    monkeypatch.chdir(tmp_path)

    points = points_of(path, [], [parse_axis("satellite.preset=a.toml,b.toml")])
    assert [point.scenario.satellite.hpbw_deg for point in points] == [4.4, 3.3]

    command = ["sweep", "s.toml", "--vary", "satellite.preset=a.toml,b.toml", "-o", "o.nc"]
    found = CliRunner().invoke(cli, [*command, "--workers", "0"])
    assert found.exit_code == 0, found.output
    assert "a.toml" in found.stdout


def test_the_command_shows_a_file_and_starts_a_scenario_from_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = preset(tmp_path / "mine.toml")
    monkeypatch.chdir(tmp_path)

    shown = CliRunner().invoke(cli, ["presets", "show", "mine.toml"])
    assert shown.exit_code == 0, shown.output
    assert "Mine (satellite preset)" in shown.stdout
    assert "4.4" in shown.stdout
    started = CliRunner().invoke(cli, ["presets", "init", "mine.toml"])
    assert started.exit_code == 0, started.output
    assert f'preset = "{path}"' in started.stdout
    path.write_text("kind = 3")
    refused = CliRunner().invoke(cli, ["presets", "show", "mine.toml"])
    assert refused.exit_code == 2
    assert "mine.toml: kind = 3: must be" in refused.output


def test_a_service_is_called_by_its_file(tmp_path: Path) -> None:
    shutil.copy(PACKAGED / "video-call-480p.toml", tmp_path / "voice.of.mine.toml")
    path = scenario(tmp_path / "s.toml", "tr38821-set1-leo600-s")
    loaded: Scenario = load_scenario(path, [f"service.preset={tmp_path / 'voice.of.mine.toml'}"])
    (tmp_path / "s.toml").write_text(loaded.to_toml())
    run = ["run", str(path), "-o", str(tmp_path / "o.nc"), "--workers", "0", "--trials", "6"]
    found = CliRunner().invoke(cli, run)

    assert found.exit_code == 0, found.output
    assert "voice.of.mine: " in found.stdout
    assert str(tmp_path) not in found.stdout.replace(str(tmp_path / "o.nc"), "")


def test_names_without_a_path_stay_names() -> None:
    with pytest.raises(InputError, match="no preset is called 'mine'"):
        load_preset("mine")


def test_the_example_of_the_page_is_a_preset(tmp_path: Path) -> None:
    page = (Path(str(files("capest"))) / "docs" / "scenario.md").read_text(encoding="utf-8")
    example = page.partition("# my-phone.toml\n")[2].partition("```")[0]
    (tmp_path / "my-phone.toml").write_text(example)
    path = scenario(tmp_path / "s.toml", "tr38821-set1-leo600-s")
    loaded = load_scenario(path, [f"handset.preset={tmp_path / 'my-phone.toml'}"])

    assert loaded.handset.antenna_gain_dbi == -4
    assert "handset.noise_figure_db" in {one.key for one in assumptions_of(loaded)}
