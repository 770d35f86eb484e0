"""``capest run`` as a user types it: the way of the data, and every bad input in one clear line."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capest.cli import cli

SCENARIO = """
title = "small"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[run]
trials = 40
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(SCENARIO)
    return path


def invoke(*arguments: object) -> Result:
    words = [str(argument) for argument in arguments]
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def run(scenario: Path, *more: object) -> Result:
    return invoke("run", scenario, "--workers", "0", *more)


def test_result_and_summary(scenario: Path) -> None:
    result = run(scenario)
    assert result.exit_code == 0, result.output
    assert Path("small.nc").exists()
    assert not Path("small.nc.blocks").exists()
    for word in ("SINR, dB", "throughput per user", "95 %", "small.nc"):
        assert word in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 100


def test_json_is_one_object_and_nothing_else(scenario: Path) -> None:
    content = json.loads(run(scenario, "--json").stdout)
    estimates = {(e["metric"], e["statistic"]): e for e in content["estimates"]}
    sinr = estimates["sinr_db", "p50"]
    assert sinr["ci95"][0] < sinr["value"] < sinr["ci95"][1]
    assert sinr["units"] == "dB"
    assert content["trials"] == 40
    for metric in ("spectral_efficiency", "user_throughput", "beam_throughput"):
        for statistic in ("p05", "p50", "p95"):
            assert (metric, statistic) in estimates


def test_again_does_nothing_and_shows_the_same(scenario: Path) -> None:
    first = run(scenario)
    before = Path("small.nc").stat().st_mtime_ns
    again = run(scenario)
    assert "nothing to do" in again.stderr
    assert Path("small.nc").stat().st_mtime_ns == before
    summary = first.stdout.splitlines()[:-1]
    assert again.stdout.splitlines()[:-1] == summary


def test_more_trials_replace_fewer_do_not(scenario: Path) -> None:
    assert run(scenario).exit_code == 0
    assert run(scenario, "--trials", 60).exit_code == 0
    fewer = run(scenario, "--trials", 50)
    assert fewer.exit_code == 2
    assert "holds 60 trials of this scenario, more than the 50 asked for" in fewer.stderr
    assert run(scenario, "--trials", 50, "--overwrite").exit_code == 0


def test_set_and_seed_reach_the_scenario(scenario: Path) -> None:
    content = json.loads(
        run(scenario, "--set", "beams.frequency_reuse=3", "--seed", 9, "--json").stdout
    )
    assert content["scenario"]["run"]["seed"] == 9
    assert content["scenario"]["beams"]["frequency_reuse"] == 3


def one_line(result: Result) -> str:
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("Error: ")
    return line


def test_missing_file(scenario: Path) -> None:
    assert "none.toml" in one_line(run(Path("none.toml")))


def test_broken_toml(scenario: Path) -> None:
    scenario.write_text("[beams\ncount = 7")
    assert "line 1" in one_line(run(scenario))


def test_all_faults_of_a_file_at_once(scenario: Path) -> None:
    scenario.write_text(
        SCENARIO.replace("count = 7\nstat", "cuont = 7\nstat", 1)
        + 'trails = 5\n[carrier]\nbandwidth_mhz = "30 MHz"\n'
    )
    result = run(scenario)
    assert result.exit_code == 2
    text = result.stderr
    for part in ("beams.cuont", "count", "run.trails", "trials", "carrier.bandwidth_mhz", "in MHz"):
        assert part in text
    assert "Traceback" not in text


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("carrier.bandwidth_mhz=nan", "bandwidth_mhz"),
        ("carrier.bandwidth_mhz=0", "bandwidth_mhz"),
        ("handset.noise_figure_db=inf", "noise_figure_db"),
        ("users.per_beam=-1", "per_beam"),
        ("satellite.elevation_deg=3", "Earth"),
        ("run.trials=0", "trials"),
        ("beams.nonsense=1", "nonsense"),
        ("nonsense", "nonsense"),
    ],
)
def test_bad_overrides(scenario: Path, override: str, words: str) -> None:
    assert words in one_line(run(scenario, "--set", override))


def test_more_active_beams_than_beams(scenario: Path) -> None:
    result = run(scenario, "--set", "beams.allocation=random", "--set", "satellite.beams_at_once=8")
    line = one_line(result)
    assert "satellite.beams_at_once" in line
    assert "7" in line


def test_result_of_another_scenario_in_the_way(scenario: Path) -> None:
    run(scenario, "-o", "there.nc")
    before = Path("there.nc").read_bytes()
    line = one_line(run(scenario, "--seed", 2, "-o", "there.nc"))
    assert "another scenario" in line
    assert Path("there.nc").read_bytes() == before
    assert run(scenario, "--seed", 2, "-o", "there.nc", "--overwrite").exit_code == 0


def test_foreign_file_in_the_way(scenario: Path) -> None:
    Path("notes.nc").write_text("mine")
    assert "notes.nc" in one_line(run(scenario, "-o", "notes.nc"))
    assert Path("notes.nc").read_text() == "mine"


def test_output_that_cannot_be_written(scenario: Path) -> None:
    assert "is a folder" in one_line(run(scenario, "-o", "."))
    Path("file").write_text("")
    assert "file" in one_line(run(scenario, "-o", "file/out.nc"))


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can mount a small file system")
def test_full_disk(scenario: Path, tmp_path: Path) -> None:
    full = tmp_path / "full"
    full.mkdir()
    mount = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=300k", "tmpfs", str(full)], capture_output=True
    )
    if mount.returncode != 0:
        pytest.skip("tmpfs cannot be mounted here")
    try:
        result = run(scenario, "-o", full / "out.nc", "--trials", 2000)
        assert result.exit_code == 1
        (line,) = result.stderr.strip().splitlines()
        assert "No space left" in line
        assert "Traceback" not in result.output
        left = [path.name for path in full.rglob("*") if path.is_file()]
        assert not [name for name in left if name.startswith(".")]
        assert "out.nc" not in left
        # With room again the run goes on from its blocks.
        subprocess.run(["mount", "-o", "remount,size=50m", str(full)], check=True)
        result = run(scenario, "-o", full / "out.nc", "--trials", 2000)
        assert result.exit_code == 0
        assert "resumed" in result.stderr
    finally:
        subprocess.run(["umount", str(full)], check=True)


def test_cupy_without_a_gpu_says_what_is_missing(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "cupy", None)
    line = one_line(run(scenario, "--backend", "cupy"))
    assert "CuPy" in line
    assert "cuda1" in line


def test_options_that_exclude_each_other(scenario: Path) -> None:
    result = invoke("run", scenario, "--workers", 1, "--scheduler", "tcp://x:1")
    assert result.exit_code == 2
    assert "give one of" in result.stderr


def test_nobody_answers(scenario: Path) -> None:
    line = one_line(invoke("run", scenario, "--scheduler-file", "none.json"))
    assert "no such file" in line


@pytest.mark.parametrize(
    "command",
    [
        *(
            "",
            "run",
            "show",
            "budget",
            "validate",
            "assign",
            "hopping",
            "presets",
            "bench",
            "doctor",
            "completion",
        ),
    ],
)
def test_help_has_examples(command: str) -> None:
    result = invoke(*command.split(), "--help")
    assert result.exit_code == 0
    assert "Examples:" in result.stdout
    assert "  capest " in result.stdout


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_script(shell: str) -> None:
    result = invoke("completion", shell)
    assert result.exit_code == 0
    assert "_CAPEST_COMPLETE" in result.stdout


def test_completion_really_completes() -> None:
    result = CliRunner().invoke(
        cli,
        env={
            "_CAPEST_COMPLETE": "bash_complete",
            "COMP_WORDS": "capest run --ba",
            "COMP_CWORD": "2",
        },
        prog_name="capest",
    )
    assert "--backend" in result.output


def test_start_is_quick_because_heavy_libraries_wait() -> None:
    code = (
        "import sys; from capest.cli import cli; cli(['--help'], standalone_mode=False);"
        "heavy = {'numpy', 'xarray', 'distributed', 'netCDF4', 'cupy', 'pydantic', 'rich'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_trial_path_needs_only_numpy_and_pydantic() -> None:
    code = (
        "import sys;"
        "sys.modules.update(dict.fromkeys(['dask', 'distributed', 'xarray', 'netCDF4', 'rich']));"
        "from capest.scenario.load import load_scenario;"
        "from capest.engine.build import build; from capest.engine.memory import compute_block;"
        "from capest.backend.choose import kernels;"
        "s = load_scenario({'satellite': {'preset': 'tr38821-set1-leo600-s'}});"
        "print(compute_block(build(s), kernels('numpy'), 0, 2).trials)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "2", done.stderr


def test_until_stops_and_says_at_which_trial(scenario: Path) -> None:
    rule = ("--until", "sinr_db.p50+-0.5", "--until", "throughput.mean ± 20 %")
    result = run(scenario, "--trials", 5000, *rule)
    assert result.exit_code == 0, result.output
    assert "stopped after 200 trials: sinr_db.p50 = " in result.stdout
    assert "Mbit/s (" in result.stdout
    shown = invoke("show", "small.nc").stdout
    assert "Stopped by sinr_db.p50±0.5, throughput.mean±20%" in shown
    again = run(scenario, "--trials", 5000, *rule)
    assert "nothing to do" in again.stderr
    assert "fulfilled by the 200 trials: sinr_db.p50 = " in again.stdout


def test_until_that_is_not_reached_says_what_would_do(scenario: Path) -> None:
    result = run(scenario, "--trials", 250, "--until", "throughput.mean±0.1%")
    assert result.exit_code == 0, result.output
    assert "throughput.mean±0.1% not reached in 250 trials" in result.stdout
    assert "trials would do (--trials)" in result.stdout
    few = run(scenario, "--until", "throughput.mean±90%", "-o", "few.nc")
    assert "no rule ends a run before 200 trials and 20 blocks" in few.stdout


def test_until_as_json(scenario: Path) -> None:
    content = json.loads(
        run(scenario, "--trials", 900, "--until", "sinr_db.p50±0.5", "--json").stdout
    )
    until = content["until"]
    assert (until["rule"], until["reached"], until["trials"]) == ("sinr_db.p50±0.5", True, 200)
    (condition,) = until["conditions"]
    assert (condition["metric"], condition["statistic"]) == ("sinr_db", "p50")
    assert 0 < condition["half_width"] <= condition["wanted"] == 0.5
    assert content["trials"] == 200
    shown = json.loads(invoke("show", "small.nc", "--json").stdout)
    assert shown["until"] == {"rule": "sinr_db.p50±0.5", "reached": True}


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("sinr_db.p5±0.1", "there is no figure sinr_db.p5; there is sinr_db.p05, "),
        ("sinr.p05±0.1", "did you mean sinr_db.p05"),
        ("telephones.p50±1%", "there are sinr_db, "),
        ("calls.p50±1%", "with a service such as"),
        ("refused_share.mean±1%", "with a service such as"),
        ("best_effort_throughput.mean±1%", "best-effort in service.mix"),
        ("sinr_db.p05±1%", "percentage means nothing; write a width in dB"),
        ("sinr_db.p05", "a figure and the half width wanted"),
        ("sinr_db.p05±0", "above 0"),
        ("sinr_db.p05±-1", "above 0"),
        ("sinr_db.p05±1e999", "above 0"),
        ("sinr_db.p05±0.1,", "an empty condition"),
        ("throughput.mean±5 Mbit/s", "without units"),
        ("uplink_sinr_db.p50±1", 'with uplink.interference = "full-buffer" it is'),
        ("beam_share.mean±1%", "of constellations only"),
    ],
)
def test_bad_until(scenario: Path, until: str, words: str) -> None:
    line = one_line(run(scenario, "--until", until))
    assert words in line
    assert "uplink_sinr_db.p05" not in line
    assert not Path("small.nc").exists()


AREAS = """
[satellite]
preset = "tr38821-set1-leo600-s"
[constellation]
preset = "iridium-66"
[region]
kind = "geojson"
file = "area.geojson"
[cells]
diameter_km = 500
[users]
placement = "uniform"
count = 50
[run]
trials = 1
"""


def test_notes_and_faults_of_files_reach_the_user(tmp_path: Path) -> None:
    scenario = tmp_path / "areas.toml"
    scenario.write_text(AREAS)
    wide = [[-100, -60], [100, -60], [100, 60], [-100, 60], [-100, -60]]
    bowtie = [[0, 0], [10, 10], [10, 0], [0, 10], [0, 0]]
    area = tmp_path / "area.geojson"
    area.write_text(json.dumps({"type": "Polygon", "coordinates": [wide]}))
    result = run(scenario, "-o", tmp_path / "wide.nc")
    assert result.exit_code == 0, result.output
    assert "200° wide, from longitude -100 east to 100" in " ".join(result.output.split())
    area.write_text(json.dumps({"type": "Polygon", "coordinates": [bowtie]}))
    result = run(scenario, "-o", tmp_path / "bowtie.nc")
    assert result.exit_code == 2
    assert "coordinates[0]: crosses or touches itself at longitude 5, latitude 5" in result.output
    result = run(
        scenario, "-o", tmp_path / "korea.nc",
        *("--set", "region={kind='country', country='Korea'}"),
    )  # fmt: skip
    assert result.exit_code == 2
    assert "North Korea (KP), South Korea (KR)" in result.output
