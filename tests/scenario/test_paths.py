"""Paths in a scenario: those of a file start in its folder, all others in the working folder."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.errors import InputError
from capest.runner.sweep_points import parse_axis, points_of
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.scenario.paths import PATH_KEYS, shown_path

SCENARIO = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
preset = "iridium-66"
[region]
kind = "geojson"
file = "maps/area.geojson"
[cells]
diameter_km = 300
[users]
placement = "file"
file = "../people.csv"
count = 40
[run]
trials = 2
"""


def square(west: float) -> str:
    ring = [[west, 40], [west + 8, 40], [west + 8, 46], [west, 46], [west, 40]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scenario in a folder of its own, its files around it, and another working folder."""
    folder = tmp_path / "project" / "scenarios"
    (folder / "maps").mkdir(parents=True)
    (folder / "maps" / "area.geojson").write_text(square(0))
    (folder.parent / "people.csv").write_text("lat,lon,population\n43,4,900\n43,5,100\n")
    (folder / "s.toml").write_text(SCENARIO)
    work = tmp_path / "work"
    (work / "maps").mkdir(parents=True)
    (work / "maps" / "area.geojson").write_text(square(2))
    (work / "people.csv").write_text("lat,lon\n42,3\n")
    monkeypatch.chdir(work)
    return folder


def paths(scenario: object) -> dict[str, str]:
    return {key: value for key, value in scenario.items() if key in PATH_KEYS and value}  # type: ignore[attr-defined]


def test_paths_of_a_file_start_in_its_folder(project: Path) -> None:
    expected = {
        "region.file": str(project / "maps" / "area.geojson"),
        "users.file": str(project.parent / "people.csv"),
    }
    assert paths(load_scenario(project / "s.toml")) == expected
    relative = Path("../project/scenarios/s.toml")
    assert paths(load_scenario(relative)) == expected


def test_paths_of_overrides_start_in_the_working_folder(project: Path) -> None:
    for text in ("users.file=people.csv", 'users={placement="file",file="people.csv",count=9}'):
        scenario = load_scenario(project / "s.toml", [text])
        assert scenario.users.file == str(Path.cwd() / "people.csv")
        assert scenario.region.file == str(project / "maps" / "area.geojson")
    changed = load_scenario(project / "s.toml").replace(users__file="people.csv")
    assert changed.users.file == str(Path.cwd() / "people.csv")
    mapping = {
        "satellite": {"preset": "tr38821-set1-leo600-s"},
        "constellation": {"catalogue": "a.tle"},
        "region": {"kind": "earth"},
        "users": {"placement": "uniform", "count": 5},
    }
    assert load_scenario(mapping).constellation.catalogue == str(Path.cwd() / "a.tle")
    assert load_scenario(mapping, ["constellation.catalogue=/x/b.tle"]).constellation.catalogue == (
        "/x/b.tle"
    )


def test_paths_of_a_sweep_start_in_the_working_folder(project: Path) -> None:
    (Path.cwd() / "more.csv").write_text("lat,lon\n41,3\n")
    axis = parse_axis("users.file=people.csv,more.csv")
    points = points_of(project / "s.toml", [], [axis])
    assert [Path(str(point.scenario.users.file)).name for point in points] == list(axis.values)
    assert all(Path(str(point.scenario.users.file)).parent == Path.cwd() for point in points)


def test_a_scenario_is_the_same_from_any_folder(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenario = load_scenario(project / "s.toml")
    mark = fingerprint(scenario)
    monkeypatch.chdir(project)
    assert fingerprint(load_scenario("s.toml")) == mark
    copy = project.parent / "copy.toml"
    copy.write_text(scenario.to_toml())
    assert load_scenario(copy) == scenario


def test_a_run_from_another_folder_is_found_again(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ["run", str(project / "s.toml"), "--workers", "0", "-o", str(project / "x.nc")]
    first = CliRunner().invoke(cli, words)
    assert first.exit_code == 0, first.output
    assert "column population is the weight of its line" in first.output
    monkeypatch.chdir(project)
    again = CliRunner().invoke(cli, ["run", "s.toml", "--workers", "0", "-o", "x.nc"])
    assert again.exit_code == 0, again.output
    assert "complete" in again.output
    shown = CliRunner().invoke(cli, ["show", "x.nc"])
    assert shown.exit_code == 0, shown.output


def test_paths_are_shown_short(project: Path) -> None:
    assert shown_path(str(Path.cwd() / "maps" / "a.csv")) == "maps/a.csv"
    assert shown_path(str(project / "a.csv")) == str(project / "a.csv")
    scenario = load_scenario(project / "s.toml", ["users.file=nothing.csv"])
    with pytest.raises(InputError, match=r"^nothing\.csv: cannot be read"):
        scenario.effective()


def test_other_values_are_left_to_the_checks(project: Path) -> None:
    with pytest.raises(InputError, match=r"users\.file = 5: must be text"):
        load_scenario(project / "s.toml", ["users.file=5"])
