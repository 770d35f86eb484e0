"""What a sweep shows and stores: full names, intervals, beams that count, at any width."""

import json
import re

import netCDF4
import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import capest
from capest.cli import cli
from capest.errors import InputError
from capest.runner import sweep
from capest.runner.execute.inline import InlineExecutor

SCENARIO = """
title = "Swept"
[satellite]
preset = "tr38821-set1-leo600-s"
[beams]
count = 19
statistics_count = 7
[users]
per_beam = 30
[service]
preset = "voice"
[run]
trials = 8
"""


@pytest.fixture(scope="module")
def scenario(tmp_path_factory):
    path = tmp_path_factory.mktemp("scenario") / "s.toml"
    path.write_text(SCENARIO)
    return path


def swept(scenario, output, *axes, sets=(), **options):
    parsed = [sweep.parse_axis(text) for text in axes]
    points = sweep.points_of(scenario, sets, parsed)
    said = sweep.run_sweep(points, parsed, output, InlineExecutor, backend="numpy", **options)
    return output, said


@pytest.fixture(scope="module")
def presets(scenario, tmp_path_factory):
    output = tmp_path_factory.mktemp("presets") / "presets.nc"
    handsets = "handset.preset=3gpp-handheld,smartphone-worst"
    return swept(scenario, output, handsets, "service.preset=voice,video-call-480p")[0]


def summary_of(path):
    with capest.open(path) as dataset:
        return dataset.capest.summary()


def test_a_file_may_be_opened_again_while_it_is_open(presets):
    opened = [capest.open(presets) for _ in range(5)]
    for dataset in opened:
        assert len(dataset.capest.summary().points) == 4


def test_axes_with_the_same_last_name(presets):
    with capest.open(presets) as dataset:
        assert dataset["calls_mean"].dims == ("handset__preset", "service__preset")
        point = dataset.sel(handset__preset="3gpp-handheld", service__preset="voice")
        alone = capest.run(capest.load(SCENARIO_DICT), backend="numpy")
        for one in alone.capest.estimates():
            (same,) = (
                found
                for found in point.capest.estimates()
                if (found.metric, found.statistic) == (one.metric, one.statistic)
            )
            np.testing.assert_equal(
                (same.value, same.low, same.high), (one.value, one.low, one.high)
            )
        assert dataset["handset__preset"].attrs["scenario_key"] == "handset.preset"


SCENARIO_DICT = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "users": {"per_beam": 30},
    "service": {"preset": "voice"},
    "handset": {"preset": "3gpp-handheld"},
    "run": {"trials": 8},
}


@pytest.mark.parametrize(
    ("axis", "name", "values"),
    [
        ("run.trials=4,8", "run__trials", [4, 8]),
        ("title=a,b", "title", ["a", "b"]),
        ("run.seed=1,18446744073709551615", "run__seed", [1, 2**64 - 1]),
        ("channel.gas_loss=true,false", "channel__gas_loss", [True, False]),
        ("handset.noise_figure_db=7,9.5", "handset__noise_figure_db", [7.0, 9.5]),
        # A title may look like a number: then it is text, as all of them are.
        ('title=["1", "2"]', "title", ["1", "2"]),
        ("service.mix=[\"voice 50%, best-effort 50%\", \"voice 100%\"]", "service__mix",
         ["voice 50%, best-effort 50%", "voice 100%"]),
    ],
)  # fmt: skip
def test_any_key_is_an_axis(scenario, tmp_path, axis, name, values):
    base = capest.load(scenario).replace(run__trials=4)
    sets = ["run.trials=4"] if "trials" not in axis else []
    source = scenario
    if "mix" in axis:
        source = tmp_path / "mix.toml"
        source.write_text(SCENARIO.replace('[service]\npreset = "voice"', ""))
    path, _ = swept(source, tmp_path / "one.nc", axis, sets=sets)
    with capest.open(path) as dataset:
        assert dataset[name].values.tolist() == values
        wanted = values if name == "run__trials" else [base.run.trials] * 2
        assert dataset["trials"].values.tolist() == wanted
        assert [point.place for point in dataset.capest.summary().points] == [
            {name.replace("__", "."): value} for value in values
        ]


def test_equal_values_are_one():
    with pytest.raises(InputError, match="twice"):
        sweep.parse_axis("handset.noise_figure_db=7,7.0")


def test_json_has_every_figure_with_its_interval(presets):
    shown = json.loads(CliRunner().invoke(cli, ["show", str(presets), "--json"]).stdout)
    rows = shown["points"]
    assert [(row["handset.preset"], row["service.preset"]) for row in rows] == [
        (handset, service)
        for handset in ("3gpp-handheld", "smartphone-worst")
        for service in ("voice", "video-call-480p")
    ]
    with xr.open_dataset(presets) as dataset:
        for row, (i, j) in zip(rows, np.ndindex(2, 2), strict=True):
            assert (row["beams"], row["statistics_beams"], row["trials"]) == (19, 7, 8)
            found = {(one["metric"], one["statistic"]): one for one in row["estimates"]}
            usual = {"metric", "statistic", "value", "low", "high", "unit"}
            if (i, j) != (0, 0):
                usual.add("difference")
            if (i, j) != (0, 0):
                usual.add("difference")
            assert set(found["sinr_db", "p05"]) == usual
            calls = found["calls", "mean"]
            assert set(calls) == usual | ({"note"} if calls["low"] is None else set())
            for end in ("", "_low", "_high"):
                key = end.removeprefix("_") or "value"
                stored = dataset[f"calls_all_beams_mean{end}"].values[i, j]
                # Where too few trials carry a call there are no limits.
                wanted = None if np.isnan(stored) else stored
                assert found["calls_all_beams", "mean"][key] == wanted
            assert found["sinr_db", "p05"]["unit"] == "dB"


@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_no_number_is_broken_by_the_width(presets, width):
    result = CliRunner().invoke(cli, ["show", str(presets)], env={"COLUMNS": str(width)})
    lines = result.stdout.splitlines()[:-1]
    assert max(map(len, lines)) <= width
    headers, rows = summary_of(presets).table()
    for row in rows:
        for header, cell in zip(headers, row, strict=True):
            assert any(cell in line for line in lines), cell
            if header not in ("handset.preset", "service.preset"):
                known = re.search(r"(±[\d.,<]|\(not known\)|\(same\)|\[.*\])", cell)
                assert known or (header.startswith("Δ") and cell == "first"), cell


def test_intervals_of_the_table_are_those_of_the_file(presets):
    headers, rows = summary_of(presets).table()
    with xr.open_dataset(presets) as dataset:
        value, low, high = (
            dataset[f"calls_all_beams_mean{end}"].values[0, 0] for end in ("", "_low", "_high")
        )
    shown = rows[0][headers.index("calls, all beams")]
    number, half = (float(part.replace(",", "")) for part in shown.split(" ±"))
    assert number == pytest.approx(value, abs=0.51)
    assert half == pytest.approx((high - low) / 2, rel=0.1, abs=0.051)


def test_a_sweep_over_beams_says_which_count_and_gives_the_whole_satellite(scenario, tmp_path):
    path, _ = swept(scenario, tmp_path / "beams.nc", "beams.count=7,19")
    summary = summary_of(path)
    headers, rows = summary.table()
    assert [row[headers.index("beams counted")] for row in rows] == ["7 of 7", "7 of 19"]
    assert rows[0][headers.index("calls")] == rows[0][headers.index("calls, all beams")]
    assert rows[1][headers.index("calls")] != rows[1][headers.index("calls, all beams")]
    assert "rim" in repr(summary)


def test_one_sentence_where_the_same_beams_count_everywhere(presets):
    summary = summary_of(presets)
    assert "Figures are of the inner 7 of 19 beams; the other 12 only interfere." in repr(summary)
    assert "beams counted" not in summary.table()[0]


def test_notes_come_once_even_of_points_that_were_there_already(scenario, tmp_path):
    axes = ["uplink.interference=full-buffer,off", "users.per_beam=3,4"]
    output = tmp_path / "notes.nc"
    _, first = swept(scenario, output, *axes, keep_points=True)
    output.unlink()
    _, again = swept(scenario, output, *axes)
    for said in (first, again):
        assert len([note for note in said if "no interference" in note]) == 1
    shown = repr(summary_of(output))
    assert "Note: the uplink" not in shown
    assert "At some points: the uplink of calls has no interference" in shown


def test_a_notebook_gets_a_table(presets):
    shown = summary_of(presets)._repr_html_()
    assert shown.count("<tr>") == 5
    assert "<th>handset.preset</th>" in shown


def test_what_a_sweep_does_not_have_is_said(presets):
    with capest.open(presets) as dataset:
        with pytest.raises(InputError, match="select one with"):
            dataset.capest.estimates()
        with pytest.raises(InputError, match="select one with"):
            dataset.capest.quantile("sinr_db", 0.3)
        with pytest.raises(InputError, match="sweep"):
            dataset.capest.by_country()
        # What is selected is a smaller sweep.
        half = dataset.sel(service__preset="voice")
        assert half.capest.summary().axes == ("handset.preset",)
        assert len(half.capest.summary().points) == 2


def test_a_sweep_of_0_2_is_read(presets, tmp_path):
    old = tmp_path / "old.nc"
    with xr.open_dataset(presets) as dataset:
        earlier = dataset.isel(service__preset=0, drop=True).rename(handset__preset="preset")
        dropped = [n for n in earlier.data_vars if "all_beams" in n or "beams" in n]
        later = ("difference", "seed", "block_trials")
        dropped += [n for n in earlier.data_vars if any(part in n for part in later)]
        dropped += [n for n in earlier.variables if {"trial", "group"} & set(earlier[n].dims)]
        dropped += [n for n in earlier.variables if n.endswith(("_bin", "_bin_bounds"))]
        earlier = earlier.drop_vars(dict.fromkeys(dropped)).assign_coords(all_trials=3.5)
        earlier["preset"].attrs = {"long_name": "handset.preset of the scenario"}
        earlier.attrs["sweep_axes"] = "preset"
        earlier.to_netcdf(old)
    result = CliRunner().invoke(cli, ["show", str(old)])
    assert result.exit_code == 0, result.output
    assert "handset.preset" in result.stdout
    assert "smartphone-worst" in result.stdout


def _called_a_sweep(path):
    capest.run(capest.load(SCENARIO_DICT), trials=2, backend="numpy", output=path)
    with netCDF4.Dataset(path, "a") as file:
        file.setncattr("sweep_axes", "trial")


def _huge(path):
    with netCDF4.Dataset(path, "w") as file:
        file.createDimension("x", 2**31 - 1)
        file.createVariable("x", "f8", ("x",), chunksizes=(1000,))
        file.setncattr("sweep_axes", "x")


def _no_values(path):
    with netCDF4.Dataset(path, "w") as file:
        file.setncattr("sweep_axes", "\x1b[31m")


def _other_dimensions(path):
    with netCDF4.Dataset(path, "w") as file:
        for name, size in (("x", 2), ("y", 2), ("quantile", 3)):
            file.createDimension(name, size)
        for name in ("x", "trials"):
            file.createVariable(name, "i8", ("x",))
        file.createVariable("calls_mean", "f8", ("y",))
        file.setncattr("sweep_axes", "x")


@pytest.mark.parametrize("make", [_called_a_sweep, _huge, _no_values, _other_dimensions])
def test_what_is_called_a_sweep_and_is_none_is_one_line(tmp_path, make):
    path = tmp_path / "bad.nc"
    make(path)
    result = CliRunner().invoke(cli, ["show", str(path)])
    assert result.exit_code == 2
    (line,) = result.stderr.strip().splitlines()
    assert "bad.nc: damaged: " in line
    assert line.isprintable()
    with pytest.raises(InputError, match="damaged"):
        capest.open(path)
