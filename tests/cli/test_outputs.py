"""Commands write where nothing is, or over what capest made; and read regular files only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capest.api import run as run_scenario
from capest.cli import cli
from capest.errors import InputError, StorageError
from capest.results.ours import MADE_BY, TOML_MARK
from capest.runner import loop
from capest.runner.execute.inline import InlineExecutor
from capest.runner.sweep import parse_axis, points_of, run_sweep

SCENARIO = """
title = "small"
[satellite]
preset = "tr38821-set1-leo600-s"
beams_at_once = 2
[users]
per_beam = 2
[beams]
count = 7
statistics_count = 7
allocation = "periodic"
[run]
trials = 8
"""
HOPPING = ("hopping", "--workers", 0)
VARY = ("--vary", "beams.frequency_reuse=1,3")


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "small.toml"
    path.write_text(SCENARIO)
    return path


def invoke(*words: object) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words], catch_exceptions=False)


def refused(*words: object) -> str:
    result = invoke(*words)
    assert result.exit_code == 2, result.output
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stderr.startswith("Error: ")
    return result.stderr


def commands(scenario: Path, output: object) -> dict[str, list[object]]:
    return {
        "run": ["run", scenario, "--workers", 0, "-o", output, "--overwrite"],
        "sweep": ["sweep", scenario, "--workers", 0, *VARY, "-o", output, "--overwrite"],
        "hopping": [*HOPPING, scenario, "-o", output, "--overwrite"],
        "presets": ["presets", "init", "tr38821-set1-leo600-s", "-o", output],
        "validate": ["validate", "--case", 9, "--trials", 20, "--plot", output],
    }


@pytest.mark.parametrize("command", ["run", "sweep", "hopping", "presets", "validate"])
@pytest.mark.parametrize("kind", ["scenario", "empty", "pipe", "link", "device", "surrogate"])
def test_nothing_else_is_replaced(
    scenario: Path, monkeypatch: pytest.MonkeyPatch, command: str, kind: str
) -> None:
    monkeypatch.setattr("capest.runner.loop.build", lambda *_: pytest.fail("built"))
    monkeypatch.setattr("capest.runner.batches.run_batch", lambda *_: pytest.fail("computed"))
    monkeypatch.setattr("capest.cli.validate._compute", lambda *_: pytest.fail("computed"))
    output = scenario if command != "validate" else scenario.with_suffix(".png")
    if command == "validate":
        output.write_text(SCENARIO)
    if kind == "device":
        if command == "validate":
            pytest.skip("a device has no ending of a picture")
        output = Path("/dev/null")
    elif kind == "surrogate":
        output = scenario.with_name("a\udcff.png")
    elif kind != "scenario":
        output = scenario.with_name("out.png")
        if kind == "empty":
            output.touch()
        elif kind == "pipe":
            os.mkfifo(output)
        else:
            output.symlink_to(scenario)
    before = None if kind == "surrogate" else os.lstat(output)
    refused(*commands(scenario, output)[command])
    assert scenario.read_text() == SCENARIO
    if before is not None:
        after = os.lstat(output)
        assert (after.st_ino, after.st_mode, after.st_size) == (
            before.st_ino,
            before.st_mode,
            before.st_size,
        )


def test_the_scenario_is_never_the_result(scenario: Path) -> None:
    said = refused("run", scenario, "-o", scenario, "--overwrite", "--workers", 0)
    assert f"-o {scenario}: was not made by capest" in said
    # The result's default name may be that of the scenario.
    odd = scenario.rename("small.nc")
    assert "was not made by capest" in refused("run", odd, "--workers", 0, "--overwrite")
    assert odd.read_text() == SCENARIO


def test_a_starter_carries_the_mark_and_stays(scenario: Path) -> None:
    assert invoke("presets", "init", "tr38821-set1-leo600-s", "-o", "my.toml").exit_code == 0
    text = Path("my.toml").read_text()
    assert text.startswith(f"{TOML_MARK}\n")
    said = refused("run", "my.toml", "-o", "my.toml", "--overwrite", "--workers", 0)
    assert "holds a scenario" in said
    refused("presets", "init", "tr38821-set1-leo600-s", "-o", "my.toml")
    assert Path("my.toml").read_text() == text


def test_a_comparison_of_an_older_version_is_told(scenario: Path) -> None:
    Path("out.json").write_text(json.dumps({"made_by": MADE_BY, "strategies": []}))
    assert "is written as NetCDF" in refused(*HOPPING, scenario, "-o", "out.json")
    assert "holds a comparison of beam hopping" in refused(
        "run", scenario, "--workers", 0, "-o", "out.json", "--overwrite"
    )


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_picture_carries_the_mark_and_is_replaced(scenario: Path, ending: str) -> None:
    pytest.importorskip("matplotlib")
    words = ["validate", "--case", 9, "--trials", 20, "--plot", f"out.{ending}"]
    for _ in range(2):
        assert invoke(*words).exit_code == 0
    assert "holds a picture" in refused(
        "run", scenario, "--workers", 0, "-o", f"out.{ending}", "--overwrite"
    )


def test_a_picture_needs_an_ending_with_a_place_for_the_mark(scenario: Path) -> None:
    assert "must end with .png, .svg, .pdf" in refused("validate", "--plot", "out.jpg")


def test_runs_and_sweeps_replace_each_other_only_if_asked(scenario: Path) -> None:
    run = ["run", scenario, "--workers", 0, "-o", "same.nc"]
    sweep = ["sweep", scenario, "--workers", 0, *VARY, "-o", "same.nc"]
    assert invoke(*run).exit_code == 0
    before = Path("same.nc").read_bytes()
    assert "holds the result of a run; choose another -o, or replace it" in refused(*sweep)
    assert Path("same.nc").read_bytes() == before
    assert invoke(*sweep, "--overwrite").exit_code == 0
    assert "holds the result of a sweep; choose another -o, or replace it" in refused(*run)
    assert invoke(*run, "--overwrite").exit_code == 0
    assert not list(Path().glob("same.nc.*"))


@pytest.fixture
def held(scenario: Path):
    """Hold a run or a sweep of ``same.nc`` after its first batch, as if it took hours."""
    reached, go_on = threading.Event(), threading.Event()

    def wait(_: object) -> None:
        reached.set()
        assert go_on.wait(60)

    failures: list[BaseException] = []

    def start(work) -> threading.Thread:
        def guarded() -> None:
            try:
                work(wait)
            except BaseException as error:
                failures.append(error)
                reached.set()

        thread = threading.Thread(target=guarded)
        thread.start()
        assert reached.wait(60)
        return thread

    yield start, go_on, failures
    go_on.set()


def swept(scenario: Path, on_progress=None) -> None:
    axes = [parse_axis("beams.frequency_reuse=1,3")]
    points = points_of(scenario, [], axes)
    run_sweep(points, axes, Path("same.nc"), InlineExecutor, on_progress=on_progress)


@pytest.mark.parametrize("first", ["run", "sweep"])
@pytest.mark.parametrize("second", ["run", "sweep"])
def test_the_second_of_two_is_refused(scenario: Path, held, first: str, second: str) -> None:
    start, go_on, failures = held

    def ran(on_progress=None) -> None:
        run_scenario(scenario, output="same.nc", on_progress=on_progress).close()

    works = {"run": ran, "sweep": lambda on_progress=None: swept(scenario, on_progress)}
    thread = start(works[first])
    with pytest.raises(InputError, match="another run is writing in"):
        works[second]()
    go_on.set()
    thread.join()
    assert not failures
    assert invoke("show", "same.nc").exit_code == 0
    assert not list(Path().glob("same.nc.*"))


@pytest.mark.parametrize("what", ["run", "sweep"])
def test_what_appears_while_it_works_is_kept(scenario: Path, held, what: str) -> None:
    start, go_on, failures = held
    if what == "run":
        thread = start(lambda wait: run_scenario(scenario, output="same.nc", on_progress=wait))
    else:
        thread = start(lambda wait: swept(scenario, wait))
    Path("same.nc").write_text("precious")
    go_on.set()
    thread.join()
    (failure,) = failures
    assert isinstance(failure, StorageError)
    assert "left alone" in str(failure)
    assert Path("same.nc").read_text() == "precious"
    kept = loop.blocks_folder(Path("same.nc")) if what == "run" else Path("same.nc.points")
    assert any(kept.iterdir())
    Path("same.nc").unlink()
    words = ["run", scenario] if what == "run" else ["sweep", scenario, *VARY]
    again = invoke(*words, "--workers", 0, "-o", "same.nc")
    assert again.exit_code == 0, again.output
    if what == "run":
        assert "resumed: 8 of 8 trials were there already" in again.stderr


def test_a_sweep_leaves_the_blocks_of_a_run_that_was_cut_off(scenario: Path) -> None:
    def stop(_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_scenario(scenario, output="same.nc", on_progress=stop)
    words = ["sweep", scenario, "--workers", 0, *VARY, "-o", "same.nc"]
    assert "holds blocks of a run that was cut off" in refused(*words)
    assert any(Path("same.nc.blocks").glob("block-*"))
    assert invoke(*words, "--overwrite").exit_code == 0
    assert not Path("same.nc.blocks").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["run", "PIPE"],
        ["show", "PIPE"],
        ["show", "--json", "PIPE"],
        ["budget", "PIPE"],
        ["hopping", "PIPE"],
        ["sweep", "PIPE", *VARY],
        ["run", "small.toml", "--scheduler-file", "PIPE"],
    ],
)
@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_pipes_and_devices_are_not_read(scenario: Path, words: list[str], kind: str) -> None:
    os.mkfifo("pipe")
    path = "pipe" if kind == "pipe" else "/dev/zero"
    said = refused(*(path if word == "PIPE" else word for word in words))
    assert f"{path}: is a {kind}" in said


SHELL = 'shells = "53: 72/8/1 @ 600"'
COUNTRY = 'kind = "country"\ncountry = "CH"'
UNIFORM = 'placement = "uniform"'


@pytest.mark.parametrize(
    ("constellation", "region", "users"),
    [
        (SHELL, 'kind = "geojson"\nfile = "pipe"', UNIFORM),
        (SHELL, COUNTRY, 'placement = "file"\nfile = "pipe"'),
        (SHELL, COUNTRY, 'placement = "file"\nfile = "pipe.nc"'),
        ('catalogue = "pipe"', COUNTRY, UNIFORM),
    ],
    ids=["region", "users", "grid", "catalogue"],
)
def test_pipes_named_in_a_scenario_are_not_read(
    scenario: Path, constellation: str, region: str, users: str
) -> None:
    for name in ("pipe", "pipe.nc"):
        os.mkfifo(name)
    scenario.write_text(
        f'[satellite]\npreset = "tr38821-set1-leo600-s"\n[constellation]\n{constellation}\n'
        f"[region]\n{region}\n[cells]\ndiameter_km = 100.0\n[users]\n{users}\ncount = 5\n"
    )
    assert "is a pipe" in refused("run", scenario, "--workers", 0)


@pytest.mark.parametrize("words", [["show", "same.nc"], ["show", "--json", "same.nc"], ["--help"]])
def test_a_full_disk_under_standard_output_is_one_line(scenario: Path, words: list[str]) -> None:
    assert invoke("run", scenario, "--workers", 0, "-o", "same.nc").exit_code == 0
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "capest", *words], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert done.stderr == ("Error: cannot write to standard output: No space left on device\n")
