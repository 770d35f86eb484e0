"""``capest compare``: from the files alone, for people and for programs."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from capest.cli import cli

SCENARIO = """
title = "small"
rules = "0.2"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 7
statistics_count = 7
[users]
per_beam = 2
[run]
trials = 8
"""
OLD = Path(__file__).parents[1] / "reference" / "result_0.2.0.nc.gz"


def call(*words: str | Path) -> Result:
    return CliRunner().invoke(cli, [str(word) for word in words])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("compare")
    (place / "s.toml").write_text(SCENARIO, encoding="utf-8")
    common = ("--workers", "0", "--backend", "numpy")
    for name, *more in (
        ("a.nc",),
        ("b.nc", "--set", "beams.frequency_reuse=3", "--set", "handset.noise_figure_db=12.0"),
        ("c.nc", "--seed", "9"),
    ):
        done = call("run", place / "s.toml", "-o", place / name, *common, *more)
        assert done.exit_code == 0, done.output
    varied = ("--vary", "beams.frequency_reuse=1,3")
    done = call("sweep", place / "s.toml", *varied, "-o", place / "sweep.nc", *common)
    assert done.exit_code == 0, done.output
    (place / "old.nc").write_bytes(gzip.decompress(OLD.read_bytes()))
    return place


def test_a_table_of_80_columns(folder: Path) -> None:
    done = call("compare", folder / "a.nc", folder / "b.nc", folder / "c.nc")
    assert done.exit_code == 0, done.output
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in done.stdout
    assert lines[0] == "A  a: small · 8 trials · seed 1"
    assert "B less A" in lines
    assert "Paired: one seed, differences are of the 8 trials that both have." in lines
    assert "  beams.frequency_reuse: 1 → 3 [default → --set]" in lines
    assert "Not paired: other seed (1 and 9)." in done.stdout
    assert any(line.endswith("* beyond") for line in lines)


def test_json_has_every_part(folder: Path) -> None:
    done = call("compare", folder / "a.nc", folder / "b.nc", "--of", "snr_db.p50", "--json")
    found = json.loads(done.stdout)
    assert found["at_once"] == 1
    (one,) = found["comparisons"]
    assert (one["reference"], one["result"], one["common_trials"]) == ("a", "b", 8)
    (figure,) = one["figures"]
    assert (figure["metric"], figure["statistic"], figure["unit"]) == (
        *("snr_db", "p50"),
        "dB",
    )
    difference = figure["difference"]
    assert difference["low"] < difference["value"] < difference["high"]
    assert difference["value"] == pytest.approx(
        figure["result"]["value"] - figure["reference"]["value"]
    )
    assert figure["verdict"] == "beyond"
    rows = {row["key"]: row for row in one["scenario"]}
    assert rows["beams.frequency_reuse"] == {
        **{"key": "beams.frequency_reuse", "reference": 1, "value": 3, "unit": ""},
        **{"reference_origin": "default", "origin": "--set beams.frequency_reuse=3"},
    }
    assert (rows["handset.noise_figure_db"]["value"], len(rows)) == (12.0, 2)


def test_a_file_of_0_2_and_a_file_twice(folder: Path) -> None:
    done = call("compare", folder / "a.nc", folder / "old.nc")
    assert done.exit_code == 0, done.output
    assert "→ 0.2.0" in done.stdout
    done = call("compare", folder / "a.nc", folder / "a.nc")
    assert done.exit_code == 0
    assert "B  a (2): small" in done.stdout
    assert "Scenarios, versions and rules are the same." in done.stdout


def test_points_of_sweeps(folder: Path) -> None:
    done = call("compare", folder / "sweep.nc", folder / "sweep.nc", "--of", "throughput")
    assert done.exit_code == 0, done.output
    assert "B less A at beams.frequency_reuse = 3" in done.stdout
    done = call("compare", folder / "a.nc", folder / "sweep.nc", "--at", "beams.frequency_reuse=1")
    assert done.exit_code == 0, done.output
    assert "= same" in done.stdout
    assert "beyond" not in done.stdout.partition("After each")[0]


def test_points_of_variants_are_told_by_their_names(folder: Path, tmp_path: Path) -> None:
    """Names are text, which a file keeps as plain strings."""
    tables = '[variants.one]\nbeams.frequency_reuse = 1\n[variants."by three"]\n'
    scenario = tmp_path / "v.toml"
    scenario.write_text(f"{SCENARIO}{tables}beams.frequency_reuse = 3\n", encoding="utf-8")
    swept = tmp_path / "v.nc"
    common = ("--workers", "0", "--backend", "numpy")
    done = call("sweep", scenario, "--vary", "variants", "-o", swept, *common)
    assert done.exit_code == 0, done.output
    other = folder / "a.nc"
    of = ("--of", "throughput", "--json")
    done = call("compare", other, swept, "--at", "variants=one", *of)
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["comparisons"][0]["figures"][0]["verdict"] == "same"
    done = call("compare", other, swept, "--at", "variants=by three", *of)
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)["comparisons"][0]["figures"][0]
    done = call("compare", other, folder / "sweep.nc", "--at", "beams.frequency_reuse=3", *of)
    assert found == json.loads(done.stdout)["comparisons"][0]["figures"][0]
    done = call("compare", other, swept, "--at", "variants=two")
    assert done.exit_code == 2
    assert "has no such point; variants is one, by three" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["a.nc"], "give two files or more"),
        (["a.nc", "sweep.nc"], "select one of each sweep, such as --at 'beams.frequency_reuse=3'"),
        (["a.nc", "sweep.nc", "--at", "beams.frequency_reuse=4"], "has no such point"),
        (["a.nc", "sweep.nc", "--at", "beams"], "must have the form section.key=value"),
        (["a.nc", "none.nc"], "none.nc: no such file"),
        (["a.nc", "s.toml"], "not a NetCDF file"),
        (["a.nc", "b.nc", "--of", "cals"], "--of cals: no such figure"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    folder: Path, words: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    done = call("compare", *words)
    assert done.exit_code == 2
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_help_has_examples_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from capest.cli.compare import compare\n"
        "assert 'Examples' in compare.help\n"
        "heavy = {'xarray', 'netCDF4', 'matplotlib', 'pandas', 'rich'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
