"""Values that no one means: one line of a sensible length, and never a traceback."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.scenario.until import parse_until
from capest.shown import LONGEST_LINE, cut, fit, one_line

BASE = """
title = "plain"
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
[users]
per_beam = 2
[beams]
count = 7
statistics_count = 7
[run]
trials = 8
"""
DEEP = "a" + ".a" * 5000
DIGITS = "9" * 5000


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "plain.toml"
    path.write_text(BASE)
    return path


def refused(*words: object) -> list[str]:
    result = CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)
    assert result.exit_code == 2, result.output
    lines = result.stderr.removesuffix("\n").split("\n")
    for line in lines:
        assert line.startswith("Error: ")
        assert line.isprintable()
        assert len(line) < LONGEST_LINE + 100
    return lines


@pytest.mark.parametrize(
    "value",
    [
        f"{DEEP}=1",
        f"satellite.{DEEP}=1",
        f"satellite.altitude_km.{DEEP}=1",
        f"satellite.altitude_km={'[' * 5000}",
        f"satellite.altitude_km={DIGITS}",
        f"satellite.preset='{DIGITS}'",
        f"users.per_beam={DIGITS}",
        f"service.mix='voice {DIGITS}%'",
        f"run.until='sinr_db.p50±{DIGITS}x'",
    ],
    ids=lambda value: value[:24],
)
def test_values_without_end(plain: Path, value: str) -> None:
    refused("run", plain, "--workers", 0, "--set", value)


@pytest.mark.parametrize("part", ["total", "planes", "phasing", "inclination", "altitude"])
def test_a_shell_of_thousands_of_digits(plain: Path, part: str) -> None:
    parts = {"inclination": "53", "total": "4", "planes": "2", "phasing": "0", "altitude": "600"}
    parts[part] = DIGITS
    shells = "{inclination}: {total}/{planes}/{phasing} @ {altitude}".format(**parts)
    (line,) = refused("run", plain, "--workers", 0, "--set", f'constellation.shells="{shells}"')[:1]
    assert "shell" in line
    assert len(line) < 1500


def test_more_satellites_than_memory_are_refused(plain: Path) -> None:
    shells = ", ".join(["53: 200000/1/0 @ 600"] * 200)
    lines = refused("run", plain, "--workers", 0, "--set", f'constellation.shells="{shells}"')
    said = "40,000,000 satellites need about 10.0 GB of memory in every process; at most 2,000,000"
    assert any(said in line for line in lines)


def test_a_long_value_is_cut_in_its_middle(plain: Path) -> None:
    lines = refused(
        "run", plain, "--workers", 0, "--set", f"satellite.altitude_km=[{DIGITS[:4000]}]"
    )
    assert any("999…(" in line and "more)…999" in line for line in lines)


def test_control_characters_are_escaped(plain: Path) -> None:
    plain.write_text(BASE + '[service]\nmix = "a\\u0000\\u001b[31m:1"\n')
    (line,) = refused("run", plain, "--workers", 0)
    assert r"a\x00\x1b[31m" in line


@pytest.mark.parametrize(
    "key",
    [
        "satellite.altitude_km",
        "satellite.antenna_diameter_m",
        "satellite.uplink_antenna_diameter_m",
        "satellite.hpbw_deg",
        "satellite.rf_power_w",
        "beams.spacing_uv",
        "uplink.bandwidth_mhz",
        "region.radius_km",
    ],
)
def test_numbers_next_to_nothing_are_out_of_range(plain: Path, key: str) -> None:
    lines = refused("run", plain, "--workers", 0, "--set", f"{key}=5e-324")
    assert any(f"{key} = 5e-324: must be a number" in line and "at least" in line for line in lines)


def test_a_condition_that_is_repeated_counts_once(plain: Path) -> None:
    assert len(parse_until(", ".join(["sinr_db.p50±0.5"] * 5000))) == 1
    assert len(parse_until("sinr_db.p50±0.5, sinr_db.p50±1, sinr_db.p50±0.5")) == 2


DAMAGE = {
    "trials_done": ([1, 2], "damaged: attribute trials_done is [1 2]"),
    "block_trials": (0, "damaged: attribute block_trials is 0"),
    "backend": (None, "not a result of capest (no attribute backend)"),
}


@pytest.fixture
def result(plain: Path) -> Path:
    words = ["run", str(plain), "--workers", "0", "-o", "result.nc"]
    assert CliRunner().invoke(cli, words).exit_code == 0
    return Path("result.nc")


def damage(path: Path, name: str, value: object) -> None:
    import netCDF4

    with netCDF4.Dataset(path, "a") as dataset:
        if value is None:
            dataset.delncattr(name)
        else:
            dataset.setncattr(name, value)


@pytest.mark.parametrize("name", DAMAGE)
@pytest.mark.parametrize("command", ["show", "json", "run", "until"])
def test_damaged_attributes(plain: Path, result: Path, name: str, command: str) -> None:
    value, said = DAMAGE[name]
    damage(result, name, value)
    before = result.read_bytes()
    run = ["run", plain, "--workers", 0, "-o", result]
    words = {
        "show": ["show", result],
        "json": ["show", "--json", result],
        "run": run,
        "until": [*run, "--until", "sinr_db.p50±0.01"],
    }
    (line,) = refused(*words[command])
    assert said in line
    assert result.read_bytes() == before


def test_trials_that_are_not_there(plain: Path, result: Path) -> None:
    damage(result, "trials_done", 9)
    assert "trials_done is 9, but it holds 8 trials" in refused("show", result)[0]


def test_damage_that_shows_in_the_table_only(result: Path) -> None:
    damage(result, "elapsed_s", "x")
    (line,) = refused("show", result)
    assert "damaged" in line


def test_a_scenario_in_a_result_that_is_nested_without_end(result: Path) -> None:
    damage(result, "scenario_toml", f"{DEEP} = 1")
    (line,) = refused("show", "--json", result)
    assert "scenario_toml" in line


def scheduler_file(name: str) -> Path:
    path = Path(f"{name}.json")
    if name == "folder":
        path.mkdir()
    elif name == "pipe":
        os.mkfifo(path)
    elif name != "missing":
        content = {
            "empty": "",
            "half": '{"type": "Scheduler", "id": "Sch',
            "list": "[1]",
            "nameless": json.dumps({"id": "a"}),
            "number": json.dumps({"address": 5}),
            "binary": "\udcff\udc80",
        }[name]
        path.write_text(content, errors="surrogateescape")
    return path


SCHEDULER_FILES = {
    "missing": "no such file",
    "folder": "is a folder",
    "pipe": "is a pipe",
    "empty": "is empty",
    "half": "is not the JSON that 'dask scheduler --scheduler-file half.json' writes",
    "binary": "is not the JSON",
    "list": "holds no address",
    "nameless": "holds no address",
    "number": "holds the address 5",
}


@pytest.mark.parametrize("name", SCHEDULER_FILES)
def test_files_that_are_no_schedulers(plain: Path, monkeypatch, name: str) -> None:
    monkeypatch.setattr("capest.runner.execute.scheduler_file._PAUSE_S", 0.0)
    monkeypatch.setattr("capest.runner.loop.run", lambda *_, **__: pytest.fail("started"))
    (line,) = refused("run", plain, "--scheduler-file", scheduler_file(name))
    assert SCHEDULER_FILES[name] in line


def test_a_scheduler_file_may_still_be_written(plain: Path, monkeypatch) -> None:
    from capest.runner.execute import scheduler_file as reader

    path = Path("js.json")
    path.write_text('{"addr')
    whole = json.dumps({"address": "tcp://127.0.0.1:1"})
    monkeypatch.setattr(reader.time, "sleep", lambda _: path.write_text(whole))
    assert reader.scheduler_address(path) == "tcp://127.0.0.1:1"


def test_text_for_one_line() -> None:
    assert one_line("a\n\x1b\x85\udcff é") == r"a\n\x1b\x85\udcff é"
    assert cut("x" * 200) == "x" * 200
    assert cut("a" * 150 + "b" * 150) == "a" * 100 + "…(100 more)…" + "b" * 100
    assert len(fit("x" * 10**6)) < 300
    assert len(fit("x " * 10**6)) < LONGEST_LINE + 50
