"""What ``--json`` prints: one object that says which shape it has."""

from __future__ import annotations

import importlib
import json
import math
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.cli.json_output import SCHEMA, json_text

from ..benchmark.small import make_small

SCENARIO = """
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
beams_at_once = 3
[beams]
count = 7
statistics_count = 7
allocation = "random"
[users]
per_beam = 2
[run]
trials = 4
"""
NETWORK = """
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
beams_at_once = 2
[constellation]
shells = "60: 100/10/1 @ 600"
[region]
kind = "circle"
latitude_deg = 50
longitude_deg = 10
radius_km = 150
[cells]
diameter_km = 100
[users]
placement = "uniform"
count = 9
[run]
trials = 2
"""
RUN = ["run", "s.toml", "--workers", "0", "--backend", "numpy"]
SWEEP = ["sweep", "s.toml", "--vary", "users.per_beam=1,2", "--workers", "0", "--overwrite"]
# Command -> its words; several where options change what is printed.
WORDS: dict[str, list[list[str]]] = {
    "run": [[*RUN, "--overwrite"], [*RUN, "--until", "sinr_db.p50±9", "--overwrite"]],
    "sweep": [SWEEP],
    "show": [["show", "s.nc"], ["show", "s-sweep.nc"]],
    "plot": [["plot", "s.nc"]],
    "report": [["report", "s.nc", "-o", "s.html"]],
    "compare": [["compare", "s.nc", "s.nc"], ["compare", "s-sweep.nc", "s-sweep.nc", "--all"]],
    "export": [["export", "s.nc"], ["export", "s.nc", "cells", "-o", "cells.parquet"]],
    "budget": [["budget", "s.toml"]],
    "validate": [
        ["validate", "--case", "9", "--trials", "20", "--workers", "0"],
        ["validate", "--budget"],
        ["validate", "--m2514", "--case", "9", "--trials", "20"],
    ],
    "assign": [
        ["assign", "c.toml", "--strategy", "max-sinr", "--workers", "0", "--overwrite"],
    ],
    "hopping": [
        [
            "hopping",
            "s.toml",
            "--slots",
            "4",
            "--workers",
            "0",
            "--strategy",
            "random",
            "--overwrite",
        ]
    ],
    "uncertainty": [
        [
            "uncertainty",
            "s.toml",
            "--samples",
            "0",
            "--margin",
            "-1:1:1",
            "--trials",
            "2",
            "--workers",
            "0",
            "--overwrite",
        ]
    ],
    "capacity": [
        [
            "capacity",
            "s.toml",
            "--vary",
            "users.per_beam=1..3",
            "--while",
            "user_throughput.p50>=1",
            "--trials",
            "6",
            "--workers",
            "0",
            "--overwrite",
        ]
    ],
    "presets list": [["presets", "list"]],
    "presets show": [["presets", "show", "3gpp-handheld"], ["presets", "show", "iridium-66"]],
    "bench": [["bench", "--seconds", "0.001", "--trials", "4", "--workers", "0", "--rounds", "1"]],
    "doctor": [["doctor"]],
    "explain": [["explain", "link.overhead"]],
}


def commands(group: click.Group, stem: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command by its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} ")
        else:
            yield stem + name, command


def read(text: str) -> dict:
    """Read JSON as strictly as other languages do."""

    def refuse(name: str) -> float:
        raise AssertionError(f"{name} is no JSON")

    return json.loads(text, parse_constant=refuse)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("json")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        Path("s.toml").write_text(SCENARIO)
        Path("c.toml").write_text(NETWORK)
        for words in ([*RUN, "-o", "s.nc"], SWEEP):
            assert CliRunner().invoke(cli, words, catch_exceptions=False).exit_code == 0
    return place


def test_every_command_with_json_is_here() -> None:
    offered = {
        name
        for name, command in commands(cli)
        if any("--json" in parameter.opts for parameter in command.params)
    }
    assert offered == set(WORDS)


@pytest.mark.parametrize(
    "words", [each for every in WORDS.values() for each in every], ids=" ".join
)
def test_an_object_with_its_schema(
    words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    if words[0] == "bench":
        make_small(monkeypatch)
    done = CliRunner().invoke(cli, [*words, "--json"], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    content = read(done.stdout)
    assert next(iter(content)) == "schema"
    assert content["schema"] == SCHEMA == 1
    assert len(content) > 1


def test_a_gpu_is_told_in_the_same_form(monkeypatch: pytest.MonkeyPatch) -> None:
    from capest.benchmark import gpu

    monkeypatch.setattr(gpu.choose, "kernels", lambda name: None)
    monkeypatch.setattr(gpu, "measure", lambda *_: ({"kernel": []}, True))
    done = CliRunner().invoke(cli, ["bench", "--gpu"])
    assert (done.exit_code, read(done.stdout)) == (0, {"schema": SCHEMA, "kernel": []})


def test_what_is_no_number_is_null() -> None:
    content = {"a": math.nan, "b": [math.inf, {"c": (-math.inf, 1.5)}], "d": "NaN", "e": True}
    assert read(json_text(content)) == {
        **{"schema": SCHEMA, "a": None, "b": [None, {"c": [None, 1.5]}], "d": "NaN", "e": True},
    }


def test_the_number_is_explained() -> None:
    page = Path(importlib.import_module("capest").__file__ or "").parent / "docs/changelog.md"
    assert f'"schema": {SCHEMA}' in page.read_text("utf-8")
