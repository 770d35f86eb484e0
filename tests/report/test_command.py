"""``capest report``: what it writes, what it replaces, and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capest import extras
from capest.cli import cli
from capest.results.ours import Made, made_by_capest


def report(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, ["report", *map(str, words)])


def test_a_page_and_its_name(
    files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert report(files["satellite"]).exit_code == 0
    path = tmp_path / "satellite-report.html"
    assert made_by_capest(path) is Made.REPORT
    # Our own is replaced.
    path.write_bytes(path.read_bytes() + b"<!-- changed -->")
    done = report(files["satellite"], "--json")
    content = json.loads(done.stdout)
    assert content["bytes"] == path.stat().st_size
    assert "question" in content["sections"]
    assert b"changed" not in path.read_bytes()


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><html><body>mine</body></html>",
        b'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>x</title>'
        b'<meta name="generator" content="capest 0.3.0">',
        b"",
    ],
)
def test_pages_of_others_are_left_alone(
    content: bytes, files: dict[str, Path], tmp_path: Path
) -> None:
    path = tmp_path / "mine.html"
    path.write_bytes(content)
    done = report(files["satellite"], "-o", path)
    assert done.exit_code == 2
    assert "left alone" in done.stderr
    assert path.read_bytes() == content


def test_wrong_input_is_one_line(files: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.nc"
    broken.write_bytes(files["satellite"].read_bytes()[:5000])
    for words in (
        (files["satellite"], "-o", tmp_path / "page.pdf"),
        (tmp_path / "none.nc", "-o", tmp_path / "page.html"),
        (broken, "-o", tmp_path / "page.html"),
    ):
        done = report(*words)
        assert done.exit_code == 2
        assert done.stderr.count("\n") == 1
        assert done.stderr.startswith("Error: ")
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize("package", ["jinja2", "matplotlib"])
def test_a_missing_package_is_one_line(
    package: str, files: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> None:
        if name == package:
            raise ModuleNotFoundError(name=package)

    monkeypatch.setattr(extras, "import_module", missing)
    done = report(files["satellite"], "-o", tmp_path / "page.html")
    assert done.exit_code == 2
    extra = {"jinja2": "report", "matplotlib": "plot"}[package]
    assert (
        f'capest report needs the package {package}: pip install "capest[{extra}]"' in done.stderr
    )
