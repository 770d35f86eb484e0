"""What the README shows works as it stands there, and prints what it says."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP = "python3 -m venv"


def blocks(language: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
    return [text for name, text in found if name == language]


@pytest.fixture
def readers_folder(tmp_path: Path) -> Path:
    """What set-up leaves: the scenarios, and the environment in ``.venv``."""
    (tmp_path / "runs").mkdir()
    for scenario in (ROOT / "runs").rglob("*.toml"):
        copy = tmp_path / scenario.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(scenario, copy)
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def in_a_plain_shell(command: str, folder: Path) -> str:
    """Standard output of a command where nothing is activated that the command does not."""
    own = str(Path(sys.prefix) / "bin")
    path = [each for each in os.environ["PATH"].split(os.pathsep) if each != own]
    # Not the capest of another environment either: nothing but what a system has.
    path = [each for each in path if not (Path(each) / "capest").exists()]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=folder,
        env={"PATH": os.pathsep.join(path), "HOME": str(folder), "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    assert "Traceback" not in done.stderr, done.stderr
    return done.stdout


COMMANDS = [block for block in blocks("sh") if not block.startswith(SET_UP)]
OF_MY_OWN = [block for block in COMMANDS if "my.toml" in block]


@pytest.mark.slow
def test_blocks_run_one_after_the_other_in_shells_of_their_own(readers_folder: Path) -> None:
    assert len(OF_MY_OWN) == 4
    for block in OF_MY_OWN:
        assert in_a_plain_shell(block, readers_folder)
    for name in ("my.toml", "reuse3.nc", "indoors.nc", "settled.nc", "calls.nc", "my-sweep.nc"):
        assert (readers_folder / name).exists(), name


@pytest.mark.slow
@pytest.mark.parametrize("block", [block for block in COMMANDS if block not in OF_MY_OWN])
def test_other_blocks_run_alone(readers_folder: Path, block: str) -> None:
    assert in_a_plain_shell(block, readers_folder)


@pytest.mark.slow
def test_the_script_runs(readers_folder: Path) -> None:
    (code,) = blocks("python")
    (readers_folder / "script.py").write_text(f"{code.rstrip()}\nprint(ds.capest.summary())\n")
    assert "SINR" in in_a_plain_shell(".venv/bin/python script.py", readers_folder)


@pytest.mark.slow
def test_the_first_command_prints_what_the_readme_says(readers_folder: Path) -> None:
    (first, _) = [line for line in TEXT.splitlines() if line.startswith(SET_UP)]
    _, _, after_installation = first.partition(' install ".[report]" && ')
    printed = in_a_plain_shell(after_installation, readers_folder)
    assert (readers_folder / "runs/out/case9.nc").exists()
    assert (readers_folder / "runs/out/case9.svg").read_text(encoding="utf-8").count("<path") > 5
    (shown,) = blocks("")
    lines = iter(line.rstrip() for line in printed.splitlines())
    for expected in shown.splitlines():
        if expected == "...":
            continue
        # The time is that of the machine; what comes before a line may be left out.
        pattern = re.sub(r"[\d.]+ s$", "TIME", expected.rstrip())
        pattern = re.escape(pattern).replace("TIME", r"[\d.,]+ s")
        assert any(re.fullmatch(pattern, line) for line in lines), (expected, printed)


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_the_two_commands_are_complete() -> None:
    commands = [line for line in TEXT.splitlines() if line.startswith(SET_UP)]
    assert len(commands) == 2
    assert "capest run runs/tr38821-case9.toml" in commands[0]
    assert commands[1].endswith("-m pytest")
