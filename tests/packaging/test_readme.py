"""What the README shows works as it stands there."""

import re
import shlex
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from capest.cli import cli

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", TEXT, flags=re.DOTALL)


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs").mkdir()
    for scenario in (ROOT / "runs").glob("*.toml"):
        shutil.copy(scenario, tmp_path / "runs")
    return tmp_path


def test_commands(workplace: Path) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    commands = [
        re.search(r"capest (?:run|presets|show|validate|budget) .*", line) for line in lines
    ]
    found = [match.group() for match in commands if match]
    assert len(found) >= 7
    for command in found:
        words = shlex.split(command)[1:]
        if words[0] in ("run", "validate"):
            words += ["--workers", "0"]
        result = CliRunner().invoke(cli, words, catch_exceptions=False)
        assert result.exit_code == 0, (command, result.output)
    assert (workplace / "runs/out/case9.nc").exists()
    assert (workplace / "reuse3.nc").exists()


def test_notebook_lines(workplace: Path) -> None:
    (code,) = blocks("python")
    variables: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), variables)
    assert "SINR" in repr(variables["ds"].capest.summary())  # type: ignore[attr-defined]


def test_links_lead_somewhere() -> None:
    links = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert links
    for link in links:
        assert (ROOT / link).exists(), link


def test_the_two_commands_are_complete() -> None:
    commands = [line for line in TEXT.splitlines() if line.startswith("python3 -m venv")]
    assert len(commands) == 2
    assert "capest run runs/tr38821-case9.toml" in commands[0]
    assert commands[1].endswith("-m pytest")
