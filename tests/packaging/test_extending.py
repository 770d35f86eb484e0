"""The page on extending is done, step by step, in a copy of the package."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import indent

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "capest" / "docs" / "extending.md").read_text(encoding="utf-8")

NEW_ROW = re.compile(
    r"item in\s`([\w/.]+)`, after\s`([^`]+)`:\n\n```python\n(.*?)^```$", re.S | re.M
)
COMMANDS = re.compile(r"^```sh\n(.*?)^```$", re.S | re.M)

pytestmark = pytest.mark.slow

# Coverage of this run is not that of the tests in the copy.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if name != "PYTEST_ADDOPTS" and not name.startswith("COV_")
}

SECTIONS = {part.partition("\n")[0]: part for part in re.split(r"^## ", PAGE, flags=re.M)[1:]}


def new_files(text: str) -> dict[str, str]:
    """Path and content of the files that a section adds."""
    found = {}
    for block in re.finditer(r"^```(python|csv|toml)\n(.*?)^```$", text, re.S | re.M):
        said = text[: block.start()].rpartition("```")[2]
        named = re.findall(r"[Tt]he\s(?:file|test)\s`([\w/.-]+)`", said)
        if named:
            found[named[-1]] = block[2]
    return found


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout in which everything on the page has been done."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in ("capest", "kernels", "tests", "runs"):
        ignored = shutil.ignore_patterns("__pycache__", "out", "guowang-video-call")
        shutil.copytree(ROOT / name, folder / name, ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copy(ROOT / "README.md", folder)
    for text in SECTIONS.values():
        for name, content in new_files(text).items():
            assert not (folder / name).exists(), name
            (folder / name).write_text(content, encoding="utf-8")
        for name, line, row in NEW_ROW.findall(text):
            before = (folder / name).read_text(encoding="utf-8")
            assert before.count(f"{line}\n") == 1, line
            item = indent(f"{row.rstrip()},\n", "    ")
            after = before.replace(f"{line}\n", f"{line}\n{item}")
            (folder / name).write_text(after, encoding="utf-8")
    return folder


def python(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy."""
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=ENVIRONMENT | {"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def call(folder: Path, *command: str) -> str:
    """Output of a Python command that succeeds."""
    done = python(folder, *command)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def test_every_section_adds_one_file_or_row_and_one_test() -> None:
    assert len(SECTIONS) == 6
    for title, text in SECTIONS.items():
        files = list(new_files(text))
        tests = [name for name in files if name.startswith("tests/")]
        assert (len(files) - len(tests) + len(NEW_ROW.findall(text)), len(tests)) == (1, 1), title
        assert COMMANDS.search(text), title


def test_the_copy_is_what_runs(copy: Path) -> None:
    where = call(copy, "-c", "import capest; print(capest.__file__)").strip()
    assert Path(where).is_relative_to(copy)


@pytest.mark.parametrize("title", SECTIONS)
def test_its_test_passes(copy: Path, title: str) -> None:
    (test,) = (name for name in new_files(SECTIONS[title]) if name.startswith("tests/"))
    assert "1 passed" in call(copy, "-m", "pytest", "-q", "-n0", test)


@pytest.mark.parametrize("title", SECTIONS)
def test_its_commands_run(copy: Path, title: str) -> None:
    for block in COMMANDS.findall(SECTIONS[title]):
        for line in block.splitlines():
            first, *words = shlex.split(line)
            assert first == "capest"
            assert call(copy, "-m", "capest", *words)


def test_tests_of_every_choice_hold_for_the_new_ones(copy: Path) -> None:
    tests = ["tests/allocation/cells", "tests/allocation/slots/test_without_demand.py"]
    tests += ["tests/physics/test_antenna.py", "tests/physics/test_environment.py"]
    new = "demand-times-snr or innermost or gaussian or open-sea or tablet"
    found = call(
        copy, "-m", "pytest", "-q", "-n0", *tests, "tests/scenario/test_presets.py", "-k", new
    )
    assert int(re.findall(r"(\d+) passed", found)[0]) > 15


def test_pages_are_written_from_the_code(copy: Path) -> None:
    call(copy, "tests/statistics/quantities_page.py", "--write")
    call(copy, "tests/scenario/scenario_page.py", "--write")
    page = (copy / "capest/docs/scenario.md").read_text(encoding="utf-8")
    for name in ("demand-times-snr", "innermost", "gaussian"):
        assert f'- "{name}": ' in page
    assert '"open-sea"' in page
    assert "`lit_users_share`" in (copy / "capest/docs/quantities.md").read_text(encoding="utf-8")


def test_a_wrong_name_is_answered_with_the_new_ones(copy: Path) -> None:
    scenario = "runs/tr38821-case9.toml"
    done = python(copy, "-m", "capest", "run", scenario, "--set", "satellite.pattern=gausian")
    assert done.returncode == 2
    assert 'must be one of "bessel", "gaussian", "s1528-leo"' in done.stderr
    assert 'did you mean "gaussian"' in done.stderr
