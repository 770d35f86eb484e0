"""``capest show``: from the file alone, for people and for programs."""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
from dataclasses import replace

import netCDF4
import numpy as np
import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.cli.show import show
from capest.errors import InputError
from capest.results.by_density import DensityGroup
from capest.results.changed import changed_line
from capest.results.unserved import PartOfCells, Unserved
from capest.results.who_is_served import WhoIsServed
from capest.results.who_is_served_text import never_served_line, sentences
from tests.results.test_netcdf import write


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("show") / "result.nc"
    write(target)
    return target


def run(*arguments):
    found = CliRunner().invoke(show, [str(a) for a in arguments], catch_exceptions=False)
    return found.output


def test_the_table_is_plain_text_of_80_columns_when_piped(path):
    shown = run(path)
    assert "SINR, dB" in shown
    assert "95 % CI of the median" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "\x1b" not in shown


def test_intervals_of_every_figure_on_demand(path):
    shown = run(path, "--intervals")
    assert max(map(len, shown.splitlines())) <= 80
    rows = [line for line in shown.splitlines() if line.startswith("  95 % CI")]
    assert len(rows) == 20
    assert all(row.count("[") == 3 for row in rows)


def test_json_is_one_object_and_nothing_else(path):
    found = json.loads(run(path, "--json"))
    assert found["title"] == "synthetic"
    first = found["estimates"][0]
    assert set(first) == {"metric", "statistic", "value", "low", "high", "unit", "ci95", "units"}
    assert first["ci95"] == [first["low"], first["high"]]
    assert first["ci95"][0] <= first["value"] <= first["ci95"][1]


def test_help_has_examples_and_loads_nothing_heavy():
    code = (
        "import sys\n"
        "from capest.cli.show import show\n"
        "heavy = {'xarray', 'netCDF4', 'rich', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
        "show(['--help'], prog_name='capest show')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Examples:" in done.stdout
    assert "--json" in done.stdout


@pytest.mark.parametrize("kind", ["missing", "folder", "text"])
def test_what_cannot_be_shown_is_bad_input(tmp_path, kind):
    target = {"missing": tmp_path / "none.nc", "folder": tmp_path, "text": tmp_path / "a.nc"}[kind]
    (tmp_path / "a.nc").write_text("hello")
    with pytest.raises(InputError) as caught:
        run(target)
    assert str(target) in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.fixture(scope="module")
def shown(path):
    return CliRunner().invoke(cli, ["show", str(path)]).stdout


@pytest.mark.parametrize("place", [step / 40 for step in range(40)])
def test_a_damaged_file_is_one_clear_line_or_shown_right(path, shown, tmp_path, place):
    content = bytearray(path.read_bytes())
    start = int(place * len(content))
    content[start : start + 64] = bytes(byte ^ 0xFF for byte in content[start : start + 64])
    damaged = tmp_path / "damaged.nc"
    damaged.write_bytes(content)
    result = CliRunner().invoke(cli, ["show", str(damaged)], catch_exceptions=False)
    if result.exit_code == 0:
        # The bytes belong to nothing the summary reads.
        assert result.stdout == shown
    else:
        assert result.exit_code == 2
        assert len(result.stderr.strip().splitlines()) == 1
        assert "damaged.nc" in result.stderr


@pytest.mark.parametrize(
    "environment",
    [{"PYTHONIOENCODING": "ascii"}, {"COLUMNS": "40"}, {"NO_COLOR": "1", "TERM": "dumb"}],
)
def test_any_terminal_shows_every_row(path, environment):
    done = subprocess.run(
        [sys.executable, "-m", "capest", "show", str(path)],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    for row in (b"SINR, dB", b"throughput per beam, Mbit/s"):
        assert row in done.stdout


def changed(path, target, name, value):
    target.write_bytes(path.read_bytes())
    with netCDF4.Dataset(target, "a") as dataset:
        dataset.setncattr(name, value)
    return target


@pytest.mark.parametrize(
    ("name", "value", "options"),
    [
        ("elapsed_s", "x", []),
        ("trials_done", [1, 2], []),
        ("scenario_toml", "a" + ".a" * 5000 + " = 1", ["--json"]),
    ],
)
def test_an_attribute_of_another_kind_is_one_line(path, tmp_path, name, value, options):
    bad = changed(path, tmp_path / "bad.nc", name, value)
    result = CliRunner().invoke(cli, ["show", str(bad), *options], catch_exceptions=False)
    assert result.exit_code == 2
    (line,) = result.stderr.strip().splitlines()
    assert "bad.nc" in line
    assert "damaged" in line


def test_a_title_does_not_steer_the_terminal(path, tmp_path):
    title = "\x1b[31mred\x1b]0;own\x07 <script>"
    shown = run(changed(path, tmp_path / "title.nc", "title", title))
    assert shown.startswith("\\x1b[31mred\\x1b]0;own\\x07 <script>")
    assert all(line.isprintable() for line in shown.splitlines())


@pytest.mark.parametrize("width", [40, 60, 80])
@pytest.mark.parametrize("options", [[], ["--intervals"]])
def test_no_number_is_broken_by_the_width(path, width, options):
    narrow, wide = (
        CliRunner().invoke(show, [str(path), *options], env={"COLUMNS": str(columns)}).stdout
        for columns in (width, 200)
    )
    assert max(map(len, narrow.splitlines())) <= width
    # Words of the wide one, numbers and intervals among them, all stand whole in the narrow one.
    assert set(wide.split()) <= set(narrow.split())


def test_csv_has_the_figures_and_nothing_else(path):
    rows = list(csv.DictReader(run(path, "--csv").splitlines()))
    listed = json.loads(run(path, "--json"))["estimates"]
    assert [(row["metric"], row["statistic"]) for row in rows] == [
        (each["metric"], each["statistic"]) for each in listed
    ]
    for row, each in zip(rows, listed, strict=True):
        # JSON writes infinities as words, and what is no number as null.
        value = math.nan if each["value"] is None else float(each["value"])
        assert float(row["value"] or "nan") == pytest.approx(value, nan_ok=True)
        assert row["units"] == each["unit"]


def test_csv_goes_with_no_other_view(path):
    for other in ("--json", "--intervals", "--by-density"):
        done = CliRunner().invoke(show, [str(path), "--csv", other])
        assert done.exit_code == 2
        assert "--csv has all figures" in done.output


def rests_on(*rows):
    return {"assumptions": json.dumps([{"changed": True, **row} for row in rows])}


def test_what_was_changed_is_one_line():
    hpbw = {"key": "satellite.hpbw_deg", "value": 4.0, "instead_of": 4.4127}
    users = {"key": "users.per_beam", "value": 4, "instead_of": 10}
    preset = {"key": "satellite.preset", "value": "tr38821-set1-leo600-s"}
    trials = {"key": "run.trials", "value": 4, "instead_of": 1000}
    varied = {"key": "users.count", "values": [1, 2]}
    same = {"key": "link.harq", "value": "on", "changed": False}
    said = changed_line(rests_on(preset, hpbw, users, trials, varied, same))
    assert said == (
        "changed: satellite.hpbw_deg = 4 (4.4127), users.per_beam = 4 (10), "
        "satellite.preset = tr38821-set1-leo600-s"
    )
    many = [{"key": f"link.k{k}", "value": True} for k in range(7)]
    assert changed_line(rests_on(*many)).endswith("link.k3 = true and 3 more (--assumptions)")
    assert changed_line(rests_on(*many[:5])).endswith("link.k4 = true")
    hostile = {"key": "region.file", "value": "\x1b[31m" + "x" * 300}
    assert "\x1b" not in changed_line(rests_on(hostile))
    assert len(changed_line(rests_on(hostile))) < 120
    assert changed_line({}) == changed_line(rests_on(same)) == ""
    assert changed_line({"assumptions": "{"}) == ""


def served(people, shares):
    """Ten groups with shares of calls served, and a hundred cells of which five never had any."""
    never = PartOfCells(5, 0.05, 10.0, 0.1, 5e3, 0.05, 1.25e6, 0.025)
    asking = PartOfCells(100, 1.0, 100.0, 1.0, 1e5, 1.0, 5e7, 1.0)
    none = PartOfCells(0, 0.0, 0.0, 0.0)
    often = PartOfCells(4, 0.04, 9.8, 0.098, 4e3, 0.04, 1.1e6, 0.022)
    found = Unserved(
        *(40, "calls", False, asking, never, none, 0.07, {}, np.arange(5)),
        rarely_served=often,
        asked_seldom=PartOfCells(1, 0.01, 0.2, 0.002, 1e3, 0.01, 1.5e5, 0.003),
        least_asking_trials=6,
    )
    groups = [
        DensityGroup(k, k + 1.0, 10.0, 1e4, people, 100.0, 100.0 * share)
        for k, share in enumerate(shares)
    ]
    return WhoIsServed(found, groups, "", 0.5, 0.5)


def test_who_is_never_served_and_shares_by_tenths():
    shares = [0.48, 0.38, 0.46, 0.47, 0.38, 0.28, 0.22, 0.16, 0.1, 0.04]
    found = served(5e6, shares)
    assert never_served_line(found) == (
        "never served in any of 6 or more trials in which they asked: 1.1 million people (2 %), in "
        "4 of 100 cells whose users asked; 150,000 more where too few trials had users to tell"
    )
    seldom = replace(
        found.unserved, rarely_served=PartOfCells(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    )
    assert never_served_line(replace(found, unserved=seldom)) == (
        "served in none of 40 trials: 1.2 million people (2 %), in 5 of 100 cells whose users "
        "asked; 40 trials are too few to rule out chance"
    )
    (tenths,) = (line for line in sentences(found) if line.startswith("By tenths"))
    assert tenths == (
        "By tenths of the people, from the least densely settled to the densest: "
        "48, 38, 46, 47, 38, 28, 22, 16, 10, 4 %."
    )
    assert any("tenths of the users" in line for line in sentences(served(None, shares)))
