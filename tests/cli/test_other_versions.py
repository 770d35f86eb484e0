"""What another version of capest began is refused in one line, and left as it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import netCDF4
import pytest
from click.testing import CliRunner, Result

from capest.cli import cli
from capest.results.blockfile import RunIdentity
from capest.results.manifest import MANIFEST_NAME
from capest.results.store import BlockStore
from capest.runner import loop
from capest.runner.execute.inline import InlineExecutor
from capest.runner.sweep import points_folder
from capest.scenario.fingerprint import fingerprint
from capest.scenario.load import load_scenario
from capest.version import __version__

SCENARIO = """
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[users]
per_beam = 2
[run]
trials = 20
"""
RUN = ["run", "s.toml", "--workers", "0", "--backend", "numpy", "-o", "s.nc"]
SWEEP = ["sweep", "s.toml", "--vary", "users.per_beam=2,3", "--workers", "0", "-o", "w.nc"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("s.toml").write_text(SCENARIO)
    return tmp_path


def cut_off(output: Path, version: str) -> Path:
    """Leave what a run leaves that was cut off: some of its blocks, and a manifest."""

    class Stopped(Exception):
        pass

    def stop(progress: loop.Progress) -> None:
        raise Stopped

    scenario = load_scenario(Path("s.toml"))
    with pytest.raises(Stopped):
        loop.run(scenario, output, InlineExecutor, backend="numpy", on_progress=stop)
    blocks = loop.blocks_folder(output)
    manifest = blocks / MANIFEST_NAME
    text = manifest.read_text()
    assert f'"{__version__}"' in text
    manifest.write_text(text.replace(__version__, version))
    assert len(list(blocks.glob("block-*"))) >= 1
    return blocks


def contents(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path): path.read_bytes() for path in files}


def invoke(*words: str) -> Result:
    return CliRunner().invoke(cli, words, catch_exceptions=False)


def refused(*words: str) -> str:
    done = invoke(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


def test_a_run_that_was_cut_off(folder: Path) -> None:
    blocks = cut_off(Path("s.nc"), "0.2.0")
    before = contents(folder)
    line = refused(*RUN)
    assert f"capest version there 0.2.0, now {__version__}" in line
    assert all(word in line for word in (str(blocks), "--overwrite", "another output"))
    assert contents(folder) == before
    assert invoke(*RUN, "--overwrite").exit_code == 0
    assert Path("s.nc").exists()
    assert not blocks.exists()


def of_the_earlier_form(blocks: Path) -> None:
    """What builds of this version left that wrote a zip a block."""
    manifest = blocks / MANIFEST_NAME
    text = manifest.read_text()
    assert '"capest_blocks": 2' in text
    manifest.write_text(text.replace('"capest_blocks": 2', '"capest_blocks": 1'))
    for path in blocks.glob("block-*"):
        path.rename(blocks / "block-000000.npz")


def test_a_run_of_an_earlier_build_that_was_cut_off(folder: Path) -> None:
    blocks = cut_off(Path("s.nc"), __version__)
    of_the_earlier_form(blocks)
    before = contents(folder)
    assert "form of block files there 1, now 2; delete that folder" in refused(*RUN)
    assert contents(folder) == before
    assert invoke(*RUN, "--overwrite").exit_code == 0
    assert not blocks.exists()


def test_the_same_version_goes_on(folder: Path) -> None:
    cut_off(Path("s.nc"), __version__)
    assert "trials were there already" in invoke(*RUN).stderr


def test_a_result(folder: Path) -> None:
    assert invoke(*RUN).exit_code == 0
    with netCDF4.Dataset("s.nc", "a") as file:
        file.capest_version = "0.2.0"
    before = contents(folder)
    for words in (RUN, [*RUN, "--trials", "40"]):
        line = refused(*words)
        assert "by capest 0.2.0" in line
        assert "--overwrite" in line
    assert contents(folder) == before
    assert invoke("show", "s.nc").exit_code == 0
    assert invoke(*RUN, "--overwrite").exit_code == 0


def as_results(points: Path) -> None:
    for path in points.glob("*.nc"):
        with netCDF4.Dataset(path, "a") as file:
            file.capest_version = "0.2.0"


def as_blocks(points: Path) -> None:
    for path in points.glob("*.nc"):
        path.unlink()
        identity = fingerprint(load_scenario(Path("s.toml")))
        blocks = loop.blocks_folder(path)
        BlockStore.open(blocks, RunIdentity(identity, "0.2.0", "numpy", 1)).close()


def as_an_earlier_build(points: Path) -> None:
    for path in points.glob("*.nc"):
        path.unlink()
        cut_off(path, __version__)
        of_the_earlier_form(loop.blocks_folder(path))


@pytest.mark.parametrize(
    ("made_old", "whose"),
    [
        (as_results, "0.2.0"),
        (as_blocks, "0.2.0"),
        (as_an_earlier_build, f"{__version__}, an earlier build,"),
    ],
)
def test_a_sweep(folder: Path, made_old: Callable[[Path], None], whose: str) -> None:
    assert invoke(*SWEEP, "--keep-points").exit_code == 0
    Path("w.nc").unlink()
    made_old(points_folder(Path("w.nc")))
    before = contents(folder)
    line = refused(*SWEEP)
    assert f"a sweep that capest {whose} started" in line
    assert f"this is capest {__version__}" in line
    assert "w.nc.points" in line
    assert {k: v for k, v in contents(folder).items() if "lock" not in k} == {
        k: v for k, v in before.items() if "lock" not in k
    }
    assert invoke(*SWEEP, "--overwrite").exit_code == 0
    assert Path("w.nc").exists()
