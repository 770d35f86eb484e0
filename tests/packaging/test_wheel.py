"""The wheel holds kernels and presets, and works where there is no checkout."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.slow


def call(*command: object, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    call(sys.executable, "-m", "build", "--no-isolation", "-o", folder, ROOT, cwd=folder)
    return folder


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("site")
    (wheel,) = built.glob("*.whl")
    call(
        sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", target,
        wheel, cwd=target,
    )  # fmt: skip
    return target


def test_wheel_puts_everything_under_capest(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info" not in name} == {"capest"}
    sources = [each for each in ROOT.joinpath("kernels").rglob("*") if each.is_file()]
    assert any(each.suffix == ".cpp" for each in sources)
    for source in sources:
        assert f"capest/{source.relative_to(ROOT)}" in names
    folders = (
        "scenario",
        "scenario/presets",
        "physics/tables",
        "physics/environments",
        "docs",
        "geo/data",
        "report",
    )
    for folder in folders:
        for source in ROOT.joinpath("capest", folder).glob("*.*"):
            assert f"capest/{folder}/{source.name}" in names


def test_sdist_keeps_kernels_at_the_top(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.split("/", 1)[-1] for name in archive.getnames()}
    assert {"kernels/sinr.cu", "runs/tr38821-case9.toml", "README.md", "pyproject.toml"} <= names
    assert not any(name.startswith("runs/out") for name in names)


def test_installed_outside_the_checkout(installed: Path, tmp_path: Path) -> None:
    where = call(
        sys.executable, "-c",
        "import capest; from capest.backend.source import kernel_source;"
        "assert 'pattern_gain' in kernel_source('sinr.cu');"
        "print(capest.__file__)",
        cwd=tmp_path, PYTHONPATH=str(installed),
    )  # fmt: skip
    assert Path(where.strip()).is_relative_to(installed)
    # Without site-packages, where an editable install would show the checkout.
    spec = call(
        sys.executable, "-S", "-c", "import importlib.util as u; print(u.find_spec('kernels'))",
        cwd=tmp_path, PYTHONPATH=str(installed),
    )  # fmt: skip
    assert spec.strip() == "None"
    run = [sys.executable, "-m", "capest"]
    call(*run, "presets", "init", "tr38821-set1-leo600-s", "-o", "my.toml",
         cwd=tmp_path, PYTHONPATH=str(installed))  # fmt: skip
    shown = call(*run, "run", "my.toml", "--trials", 20, "--workers", 1,
                 cwd=tmp_path, PYTHONPATH=str(installed))  # fmt: skip
    assert "SINR, dB" in shown
    assert (tmp_path / "my.nc").exists()


def test_top_level_is_as_prescribed() -> None:
    tracked = call("git", "ls-files", cwd=ROOT).splitlines() if (ROOT / ".git").exists() else []
    top = {name.split("/")[0] for name in tracked if not name.startswith(".")}
    assert top <= {"pyproject.toml", "README.md", "capest", "kernels", "tests", "runs"}
