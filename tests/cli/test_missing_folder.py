"""A file in a folder that is not there: said in one line before anything is computed, or made."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import capest
from capest.cli import cli

SMALL = """
title = "small"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[run]
trials = 6
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("result")
    (folder / "small.toml").write_text(SMALL)
    path = folder / "small.nc"
    capest.run(folder / "small.toml", output=path, backend="numpy").close()
    return path


WRITERS = {
    "plot": ("plot", "{result}", "cdf", "-o", "{to}.png"),
    "report": ("report", "{result}", "-o", "{to}.html"),
    "csv": ("export", "{result}", "figures", "-o", "{to}.csv"),
    "parquet": ("export", "{result}", "figures", "-o", "{to}.parquet"),
    "zarr": ("export", "{result}", "all", "-o", "{to}.zarr"),
    "scenario": ("presets", "init", "tr38821-set1-leo600-s", "-o", "{to}.toml"),
    "calibration": ("validate", "--plot", "{to}.png"),
}


@pytest.mark.parametrize("where", ["missing", "a file"])
@pytest.mark.parametrize("command", WRITERS)
def test_a_folder_that_is_not_there_is_refused_in_one_line(
    command: str, where: str, result: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*arguments: object, **named: object) -> None:
        raise AssertionError("something is computed")

    for computed in ("capest.plot.picture.draw", "capest.report.page.report_page"):
        monkeypatch.setattr(computed, never)
    folder = tmp_path / "folder"
    if where == "a file":
        folder.write_text("mine")
    words = [each.format(result=result, to=folder / "x") for each in WRITERS[command]]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 2, done.output
    last = done.output.strip().splitlines()[-1]
    assert str(folder / "x") in last
    assert ("no such folder" if where == "missing" else "is not a folder") in last
    assert "Traceback" not in done.output
    assert [each.name for each in tmp_path.iterdir()] == (["folder"] if where == "a file" else [])


def test_a_run_makes_its_folder_from_the_command_line_and_from_python(
    result: Path, tmp_path: Path
) -> None:
    scenario = result.with_suffix(".toml")
    path = tmp_path / "one" / "two" / "x.nc"
    words = ["run", str(scenario), "-o", str(path), "--workers", "0", "--backend", "numpy"]
    done = CliRunner().invoke(cli, words)
    assert done.exit_code == 0, done.output
    path_of_python = tmp_path / "three" / "x.nc"
    capest.run(scenario, output=path_of_python, backend="numpy").close()
    assert path.is_file()
    assert path_of_python.is_file()
