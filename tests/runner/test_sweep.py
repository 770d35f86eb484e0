"""Sweeps: every combination, one dataset, resumable."""

import json

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

from capest import api
from capest.cli import cli
from capest.errors import InputError
from capest.runner import sweep
from capest.runner.execute.inline import InlineExecutor
from capest.scenario.overrides import OptionValue

BASE = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "users": {"per_beam": 3},
    "run": {"trials": 20, "seed": 4},
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("beams.frequency_reuse=1,3,4", (1, 3, 4)),
        ("users.count=10:30:3", (10, 20, 30)),
        (
            "constellation.shells=53: 2/1/1 @ 600, 53: 4/1/1 @ 600",
            ("53: 2/1/1 @ 600", "53: 4/1/1 @ 600"),
        ),
        ("constellation.start=2026-01-01T00:00:00Z", ("2026-01-01T00:00:00Z",)),
        ("a.b = 0.1:0.5:5", (0.1, 0.2, 0.3, 0.4, 0.5)),
        ('handset.preset=["x", "y, z"]', ("x", "y, z")),
        ("beams.allocation=all-on,periodic", ("all-on", "periodic")),
        ("channel.gas_loss=true,false", (True, False)),
    ],
)
def test_axes(text, values):
    axis = sweep.parse_axis(text)
    assert axis.values == values
    assert axis.name == text.partition("=")[0].strip().replace(".", "__")


@pytest.mark.parametrize(
    "text",
    [
        "beams.count",
        "=1,2",
        "a.b=",
        "a.b=[1,",
        "a.b=1:2:1",
        "a.b=1:x:3",
        "a.b=0:inf:3",
        "a.b=1,1",
        "a.b=[]",
    ],
)
def test_axes_that_are_none(text):
    with pytest.raises(InputError, match="--vary"):
        sweep.parse_axis(text)


@pytest.mark.parametrize(
    "override", ["run.seed=3", OptionValue("run.seed=3", "--seed 3")], ids=["set", "seed"]
)
def test_a_key_that_is_varied_is_not_set(override):
    said = getattr(override, "given", f"--set {override}")
    with pytest.raises(InputError, match=f"--vary run.seed: given too by {said}; remove one"):
        sweep.points_of(BASE, [override], [sweep.parse_axis("run.seed=1,2")])


def run(tmp_path, *texts, **options):
    axes = [sweep.parse_axis(text) for text in texts]
    points = sweep.points_of(BASE, [], axes)
    output = tmp_path / "swept.nc"
    sweep.run_sweep(points, axes, output, InlineExecutor, backend="numpy", **options)
    return output


def test_every_point_is_the_run_of_its_scenario(tmp_path):
    path = run(tmp_path, "beams.frequency_reuse=1,3", "handset.noise_figure_db=7.0,9.0,12.0")
    with xr.open_dataset(path) as swept:
        assert swept["sinr_db_quantile"].dims == (
            *("beams__frequency_reuse", "handset__noise_figure_db"),
            "quantile",
        )
        assert swept["throughput_mean"].shape == (2, 3)
        for reuse in (1, 3):
            for figure in (7.0, 9.0, 12.0):
                scenario = api.load(BASE).replace(
                    beams__frequency_reuse=reuse, handset__noise_figure_db=figure
                )
                alone = api.run(scenario, backend="numpy")
                point = swept.sel(beams__frequency_reuse=reuse, handset__noise_figure_db=figure)
                for name in ("sinr_db_quantile", "throughput_mean_low", "served_share_mean"):
                    np.testing.assert_array_equal(point[name].values, alone[name].values)
    assert not sweep.points_folder(path).exists()


def test_all_faults_show_before_the_first_run(tmp_path):
    with pytest.raises(InputError, match="frequency_reuse = 5"):
        run(tmp_path, "beams.frequency_reuse=1,5")
    with pytest.raises(InputError, match="every key once"):
        run(tmp_path, "beams.count=7,19", "beams.count=19,37")
    with pytest.raises(InputError, match="points"):
        run(tmp_path, "run.seed=0:1:5000", "users.per_beam=1,2,3")
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_that_was_cut_off_goes_on(tmp_path):
    seen = []

    def stop_at_the_second(number, point):
        seen.append(number)
        if len(seen) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(tmp_path, "users.per_beam=1,2,3", on_point=stop_at_the_second)
    folder = sweep.points_folder(tmp_path / "swept.nc")
    (first,) = folder.glob("*.nc")
    made = first.stat().st_mtime_ns
    path = run(tmp_path, "users.per_beam=1,2,3", keep_points=True)
    assert first.stat().st_mtime_ns == made
    assert len(list(folder.glob("*.nc"))) == 3
    with xr.open_dataset(path) as swept:
        assert np.isfinite(swept["throughput_mean"]).all()


def test_every_point_stops_on_its_own(tmp_path):
    rule = "throughput.mean±0.5%"
    axes = [sweep.parse_axis("beams.frequency_reuse=1,3"), sweep.parse_axis("users.per_beam=1,9")]
    points = sweep.points_of(BASE, ["rules=0.2", "run.trials=400", f"run.until={rule}"], axes)
    output = tmp_path / "swept.nc"
    notices = sweep.run_sweep(points, axes, output, InlineExecutor, backend="numpy")
    with xr.open_dataset(output) as swept:
        trials = swept["trials"].values
        half = (swept["throughput_mean_high"] - swept["throughput_mean_low"]).values / 2
        narrow = half <= 0.005 * swept["throughput_mean"].values
    assert len(np.unique(trials)) > 2
    assert (narrow == (trials < 400)).all()
    missed = [
        f"beams.frequency_reuse = {(1, 3)[i]}, users.per_beam = {(1, 9)[j]}: "
        f"{rule} not reached in 400 trials"
        for i, j in zip(*np.nonzero(~narrow), strict=True)
    ]
    assert missed
    assert list(notices) == missed


def test_points_of_different_rules_are_different_files(tmp_path):
    path = run(tmp_path, 'run.until=["sinr_db.p50±5", "sinr_db.p50±4"]', keep_points=True)
    assert len(list(sweep.points_folder(path).glob("*.nc"))) == 2


def test_a_sweep_says_of_its_calls_what_holds_at_all_points(tmp_path):
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        '[satellite]\npreset = "tr38821-set1-leo600-s"\n[beams]\ncount = 7\nstatistics_count = 7\n'
        '[service]\npreset = "voice"\n[uplink]\ninterference = "off"\n[run]\ntrials = 4\n'
    )
    output = tmp_path / "out.nc"

    def swept(axis):
        arguments = ["sweep", str(scenario), "--vary", axis, "-o", str(output), "--overwrite"]
        result = CliRunner().invoke(cli, [*arguments, "--workers", "0", "--backend", "numpy"])
        assert result.exit_code == 0, result.output
        with xr.open_dataset(output) as dataset:
            return result.stdout, dataset.attrs

    shown, attributes = swept("users.per_beam=2,20")
    assert "calls" in shown.split()
    assert "served," not in shown.split()
    assert "Note: the uplink of calls has no interference" in shown
    assert attributes["calls_lack"] == "uplink without interference"
    assert attributes["delay_budgets"] == "5QI 1: 100"
    shown, attributes = swept("uplink.interference=full-buffer,off")
    assert "Note" not in shown
    assert "calls_lack" not in attributes
    assert attributes["delay_budgets"] == "5QI 1: 100"
    assert attributes["rules"] == "0.3"
    _, attributes = swept("rules=0.2,0.3")
    assert "rules" not in attributes


def test_command_line(tmp_path):
    scenario = tmp_path / "s.toml"
    scenario.write_text(
        '[satellite]\npreset = "tr38821-set1-leo600-s"\n[beams]\ncount = 7\nstatistics_count = 7\n'
        "[run]\ntrials = 10\n"
    )
    output = tmp_path / "out.nc"
    arguments = ["sweep", str(scenario), "--vary", "users.per_beam=1,5", "-o", str(output)]
    arguments += ["--workers", "0", "--backend", "numpy"]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0
    assert max(map(len, result.stdout.splitlines()[:-1])) <= 80
    again = CliRunner().invoke(cli, arguments)
    assert again.exit_code == 2
    assert "--overwrite" in again.stderr
    swept = json.loads(CliRunner().invoke(cli, [*arguments, "--json", "--overwrite"]).stdout)
    assert [row["users.per_beam"] for row in swept["points"]] == [1, 5]
    shown = CliRunner().invoke(cli, ["show", str(output)])
    assert shown.stdout.splitlines()[:-1] == result.stdout.splitlines()[:-1]
    bad = CliRunner().invoke(cli, [*arguments[:3], "users.per_beam=0", *arguments[4:]])
    assert bad.exit_code == 2
    assert "users.per_beam = 0" in bad.stderr


def test_a_key_that_no_point_reads_is_refused_also_at_its_default():
    axis = sweep.parse_axis("cells.lit=occupied,all")
    raw = {"satellite": {"preset": "tr38821-set1-leo600-s"}}
    with pytest.raises(InputError, match=r"cells.lit is not read"):
        sweep.points_of(raw, [], [axis])
