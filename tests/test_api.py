"""The Python interface."""

import re
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from click.testing import CliRunner

import capest
from capest.api.asked import source_of
from capest.cli import cli
from capest.errors import InputError, ScenarioError, ScenarioNote

SMALL = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 7},
    "run": {"trials": 40},
}


def test_load_replace_run_and_open(tmp_path: Path) -> None:
    scenario = capest.load(SMALL).replace(beams__frequency_reuse=3)
    path = tmp_path / "out.nc"
    dataset = capest.run(scenario, trials=60, output=path)
    assert isinstance(dataset, xr.Dataset)
    assert dataset.sizes["trial"] == 60
    dataset.close()
    with capest.open(path) as again:
        assert "SINR" in repr(again.capest.summary())
        value = again.capest.quantile("sinr_db", 0.5)
        assert value.low < value.value < value.high
    # Plain xarray opens it too.
    with xr.open_dataset(path, engine="netcdf4") as plain:
        assert plain.attrs["Conventions"] == "CF-1.11"
        assert plain["cell_throughput"].dims == ("trial", "cell")


def test_without_an_output_nothing_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    dataset = capest.run(SMALL, seed=5)
    assert np.isfinite(dataset["throughput"].values).all()
    assert list(tmp_path.iterdir()) == []


def test_until() -> None:
    one = capest.run(SMALL, trials=2000, until="sinr_db.p50±0.5")
    two = capest.run(SMALL, trials=2000, until=["sinr_db.p50±0.5", "served_share.mean±2.5%"])
    assert one.attrs["stopped_by"] == two.attrs["stopped_by"] == "rule"
    assert one.sizes["trial"] <= two.sizes["trial"] < 2000
    assert two.attrs["until"] == "sinr_db.p50±0.5, served_share.mean±2.5%"
    with pytest.raises(ScenarioError, match="no figure"):
        capest.run(SMALL, until="nonsense.p50±1")


def test_the_same_through_workers(tmp_path: Path) -> None:
    here = capest.run(SMALL)
    there = capest.run(SMALL, workers=1)
    xr.testing.assert_identical(here.drop_attrs(), there.drop_attrs())


def test_errors() -> None:
    with pytest.raises(ScenarioError) as caught:
        capest.load({**SMALL, "beams": {"count": 8}})
    assert caught.value.problems[0].key == "beams.count"
    with pytest.raises(InputError, match="workers"):
        capest.run(SMALL, workers=-1)
    with pytest.raises(InputError, match=r"none\.nc"):
        capest.open("none.nc")
    with pytest.raises(AttributeError):
        capest.nonsense  # noqa: B018


AXES = {"beams.frequency_reuse": [1], "carrier.bandwidth_mhz": np.array([5.0, 10.0])}
RUNS = Path(__file__).parents[1] / "runs"
FILES = sorted([*RUNS.glob("*.toml"), *RUNS.glob("*/scenarios/*.toml")])


def test_a_sweep_is_that_of_the_command(tmp_path: Path) -> None:
    toml = tmp_path / "small.toml"
    toml.write_text(capest.load(SMALL).to_toml())
    path = tmp_path / "sweep.nc"
    words = ["--vary", "beams.frequency_reuse=1", "--vary", "carrier.bandwidth_mhz=5.0,10.0"]
    more = ["--trials", "4", "--workers", "0", "--backend", "numpy", "-o", str(path)]
    done = CliRunner().invoke(cli, ["sweep", str(toml), *words, *more])
    assert done.exit_code == 0, done.output
    found = capest.sweep(toml, AXES, trials=4, backend="numpy")
    with capest.open(path) as wanted:
        xr.testing.assert_identical(found.drop_attrs(), wanted.load().drop_attrs())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_loaded_scenario_is_a_source_of_others(path: Path) -> None:
    """What varies it loads it anew: as it was, and also where it was changed in Python."""
    scenario = capest.load(path)
    assert capest.load(source_of(scenario)) == scenario
    changed = scenario.replace(handset__noise_figure_db=6.5, run__trials=3)
    again = capest.load(source_of(changed))
    assert again == changed
    # What follows from what somebody wrote still follows.
    assert again.written >= {"handset.noise_figure_db", "run.trials"}


def test_a_sweep_of_a_scenario_that_was_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    changed = capest.load(SMALL).replace(handset__antenna_gain_dbi=-2.0)
    found = capest.sweep(changed, {"beams.frequency_reuse": [3]}, trials=2, backend="numpy")
    alone = capest.run(changed.replace(beams__frequency_reuse=3), trials=2, backend="numpy")
    point = found.isel(beams__frequency_reuse=0)
    np.testing.assert_array_equal(point["throughput"], alone["throughput"])
    assert list(tmp_path.iterdir()) == []
    assert "source" not in found.encoding


def test_a_capacity_lies_where_the_figure_crosses(tmp_path: Path) -> None:
    """Of one satellite with users in turn the throughput of a user goes with the bandwidth."""
    output = tmp_path / "capacity.nc"
    asked = {"low": 5, "high": 20, "while_": "user_throughput.p50>=0.5"}
    key = "carrier.bandwidth_mhz"
    found = capest.capacity(
        SMALL, key, trials=4, output=output, keep_points=True, backend="numpy", **asked
    )
    assert found.encoding["source"] == str(output)
    assert (tmp_path / "capacity.nc.points").is_dir()
    at = found.capest.ci(key).value
    for value, is_met in ((at * 0.97, False), (at * 1.03, True)):
        scenario = capest.load(SMALL).replace(carrier__bandwidth_mhz=float(f"{value:.6g}"))
        rate = capest.run(scenario, trials=4, backend="numpy").capest.ci("user_throughput.p50")
        assert (rate.value >= 0.5) == is_met
    over = {"beams.frequency_reuse": [1]}
    each = capest.capacity(SMALL, key, over=over, trials=4, backend="numpy", **asked)
    assert each.capest.ci(key)["value"].dims == ("beams__frequency_reuse",)
    assert float(each.capest.ci(key)["value"].sel(beams__frequency_reuse=1)) == at


def test_a_study_of_uncertainty() -> None:
    held = [
        *("link.thresholds", "link.harq_processes", "channel.fading_gain", "satellite.pattern"),
        *("satellite.rf_power_w", "satellite.out_of_band_rejection_db", "link.adaptation"),
    ]
    found = capest.uncertainty(
        SMALL,
        of="throughput",
        samples=20,
        trials=3,
        fixed=held,
        ranges={"handset.noise_figure_db": (5, 9)},
        margins_db=[-2, 2],
        backend="numpy",
    )
    assert found["margin"].values.tolist() == [-2.0, 0.0, 2.0]
    drawn = found.capest.to_pandas()
    assert drawn["handset.noise_figure_db"].between(5, 9).all()
    assert not set(held) & set(drawn)
    one = capest.uncertainty(
        SMALL, of=["throughput"], one_at_a_time=True, trials=3, fixed=held, backend="numpy"
    )
    assert "sample" not in one.sizes
    assert {"assumption", "low", "high"} <= set(one.capest.to_pandas())
    assert "no samples were drawn" in repr(one.capest.ci("throughput"))


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: capest.sweep(SMALL, {}), "vary: names no key"),
        (lambda: capest.sweep(SMALL, {"beams.frequency_reuse": 5}), "is no list of values"),
        (
            lambda: capest.sweep(SMALL, {"beams.frequency_reuse": [1, None]}),
            "beams.frequency_reuse",
        ),
        (lambda: capest.sweep(SMALL, {"beams.nonsense": [1]}), "unknown key"),
        (lambda: capest.sweep(SMALL, AXES, keep_points=True), "give output="),
        (lambda: capest.sweep(SMALL, AXES, workers=-1), "workers = -1"),
        (
            lambda: capest.capacity(SMALL, "users.count", low=1, high=9),
            "needs a condition: give bl",
        ),
        (lambda: capest.capacity(SMALL, "users.count=1..9", low=1, high=9, blocked=0.1), "alone"),
        (lambda: capest.capacity(SMALL, "users.count", low=9, high=1, blocked=0.1), "must rise"),
        (lambda: capest.capacity(SMALL, "users.count", low=1, high=9, blocked=3), "blocked 3"),
        (lambda: capest.uncertainty(SMALL, of="cals"), "of cals: there is no figure"),
        (lambda: capest.uncertainty(SMALL, samples=3), "samples 3: must be 20"),
        (lambda: capest.uncertainty(SMALL, samples=0), "one_at_a_time=True"),
        (lambda: capest.uncertainty(SMALL, trials=1), "trials = 1"),
        (lambda: capest.uncertainty(SMALL, margins_db=["a"]), "margins_db"),
        (lambda: capest.uncertainty(SMALL, ranges={"link.overhead": 3}), "two numbers"),
        (lambda: capest.uncertainty(SMALL, fixed=["link.nonsense"]), "fixed link.nonsense"),
    ],
)
def test_bad_input_is_answered_in_one_line_of_python(
    ask: Callable[[], object], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        ask()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not re.search(r"(?<!see )--\w", str(caught.value)), "an option of the command line"
    assert list(tmp_path.iterdir()) == []


def test_notes_are_warnings_at_the_line_that_asked() -> None:
    crowded = {**SMALL, "satellite": {**SMALL["satellite"], "rf_power_w": 50.0}}
    with pytest.warns(ScenarioNote, match=r"satellite\.rf_power_w = 50") as caught:
        capest.run(crowded, trials=2, backend="numpy")
    assert all(Path(one.filename) == Path(__file__) for one in caught)
    with pytest.warns(ScenarioNote) as caught:
        capest.sweep(crowded, "beams.frequency_reuse=1,3", trials=2, backend="numpy")
    assert all(Path(one.filename) == Path(__file__) for one in caught)


def test_progress_is_shown_when_it_is_wanted(capsys: pytest.CaptureFixture[str]) -> None:
    for progress, shown in ((None, False), (False, False), (True, True)):
        capest.uncertainty(SMALL, one_at_a_time=True, trials=2, backend="numpy", progress=progress)
        assert ("paired runs of 2 trials in this process" in capsys.readouterr().err) == shown


def test_all_names_are_there() -> None:
    for name in capest.__all__:
        assert callable(getattr(capest, name))
        assert "Examples" in getattr(capest, name).__doc__ or name in ("load", "open")
    assert set(capest.__all__) <= set(dir(capest))


def test_import_is_light() -> None:
    code = "import sys, capest; sys.exit(int('xarray' in sys.modules or 'numpy' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_variants_of_a_scenario_are_swept(tmp_path: Path) -> None:
    reuse = {"one": {"beams": {"frequency_reuse": 1}}, "three": {"beams": {"frequency_reuse": 3}}}
    scenario = capest.load({**SMALL, "run": {"trials": 2}, "variants": reuse})
    for source in (scenario, scenario.replace(handset__antenna_gain_dbi=-3.0)):
        found = capest.sweep(source, "variants", backend="numpy")
        assert found["variants"].values.tolist() == ["one", "three"]
    some = capest.sweep(scenario, {"variants": ["three"]}, backend="numpy")
    assert some["variants"].values.tolist() == ["three"]
    with pytest.raises(InputError, match="vary variants"):
        capest.sweep(scenario, {"variants": ["two"]})


def test_one_override_is_a_text_and_keys_are_written_as_replace_takes_them() -> None:
    assert capest.load(SMALL, "users.per_beam=5").users.per_beam == 5
    both = capest.load(SMALL, ["users.per_beam=5", "beams.frequency_reuse=3"])
    assert (both.users.per_beam, both.beams.frequency_reuse) == (5, 3)
    with pytest.raises(ScenarioError, match="unknown key") as caught:
        capest.load(SMALL, "beams.nope=5")
    assert "--" not in str(caught.value)
    found = capest.sweep(SMALL, {"beams__frequency_reuse": [1, 3]}, trials=2, backend="numpy")
    assert found["beams__frequency_reuse"].values.tolist() == [1, 3]
    with pytest.raises(ScenarioError, match=r"beams\.nope") as caught:
        capest.sweep(SMALL, {"beams.nope": [1, 3]}, trials=2, backend="numpy")
    assert "--" not in str(caught.value)


def test_a_notebook_shows_each_note_once_and_as_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from capest.api import told

    monkeypatch.setattr(told, "is_interactive", lambda: True)
    told.say_once.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.simplefilter("default", ScenarioNote)
        for _ in range(2):
            told.warn_of(["a note of this test", "another one"])
    assert capsys.readouterr().out == "Note: a note of this test\nNote: another one\n"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ScenarioNote)
        told.warn_of(["a third"])
    assert capsys.readouterr().out == ""
    told.say_once.cache_clear()
