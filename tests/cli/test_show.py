"""``capest show``: from the file alone, for people and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import netCDF4
import pytest
from click.testing import CliRunner

from capest.cli import cli
from capest.cli.show import show
from capest.errors import InputError
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
