"""A sweep keeps the trials of its points, so that any two are compared in pairs."""

import json
import math

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

CASE_9 = {
    "rules": "0.2",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "users": {"per_beam": 3},
    "run": {"trials": 60, "seed": 4},
}
AXIS = "satellite.eirp_density_dbw_per_mhz"
BOTH = f"{AXIS}=34,35"
AXES_OF_BLOCKS = ("run__block_trials", AXIS.replace(".", "__"))


def swept(path, *axes, sets=(), **options):
    parsed = [sweep.parse_axis(text) for text in axes]
    points = sweep.points_of(CASE_9, sets, parsed)
    sweep.run_sweep(points, parsed, path, InlineExecutor, backend="numpy", **options)
    return path


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """EIRP and 1 dB more, with the results of the points."""
    return swept(tmp_path_factory.mktemp("pairs") / "eirp.nc", BOTH, keep_points=True)


def test_trials_and_histograms_are_those_of_the_points(kept):
    results = {}
    for path in sweep.points_folder(kept).glob("*.nc"):
        point = capest.open(path).load()
        point.close()
        results["34.0" in point.scenario_toml.split("eirp_density")[1].splitlines()[0]] = point
    with capest.open(kept) as dataset:
        for value, at in ((34, True), (35, False)):
            point = dataset.sel({AXIS.replace(".", "__"): value})
            same = [
                name
                for name, variable in results[at].variables.items()
                if variable.dims[:1] in (("trial",), ("group",)) and "cell" not in variable.dims
            ]
            assert {"throughput", "served_users", "sinr_db_count", "group_trials"} <= set(same)
            for name in same:
                np.testing.assert_array_equal(point[name].values, results[at][name].values)
                assert dataset[name].dtype == results[at][name].dtype


def test_any_two_points_and_any_two_results_are_compared_alike(kept):
    paths = sorted(sweep.points_folder(kept).glob("*.nc"))
    with capest.open(paths[0]) as one, capest.open(paths[1]) as other, capest.open(kept) as whole:
        if "34.0" not in one.scenario_toml.split("eirp_density")[1].splitlines()[0]:
            one, other = other, one
        between = other.capest.difference_to(one)
        of_sweep = whole.capest.difference({AXIS: 35}, {AXIS: 34})
        assert between.to_list() == of_sweep.to_list()
        back = whole.capest.difference({AXIS: 34}, {AXIS: 35})
        there = of_sweep["throughput", "mean"]
        assert back["throughput", "mean"].low == pytest.approx(-there.high)
        # The table of the sweep has the same.
        _, second = whole.capest.summary().points
        for found in of_sweep:
            stored = second.differences[found.metric, found.statistic]
            np.testing.assert_equal(
                (stored.value, stored.low, stored.high, stored.percent_high, stored.paired),
                (found.value, found.low, found.high, found.percent_high, found.paired),
            )
        title = " ".join(repr(of_sweep).split("\n\n")[0].split())
        assert title == f"{AXIS} = 35 less {AXIS} = 34"
        assert max(map(len, repr(of_sweep).splitlines())) <= 80
        assert "figure" in of_sweep._repr_html_()


def test_a_point_has_any_quantile(kept):
    alone = capest.run(CASE_9, backend="numpy")
    with capest.open(kept) as dataset:
        point = dataset.sel({AXIS.replace(".", "__"): 34})
        for metric in ("sinr_db", "user_throughput"):
            assert point.capest.quantile(metric, 0.3) == alone.capest.quantile(metric, 0.3)
        with pytest.raises(InputError, match="no metric 'sinr'"):
            point.capest.quantile("sinr", 0.3)


def test_pairs_are_far_sharper_than_independent_runs(kept, tmp_path):
    """1 dB more EIRP: the same users in the same places."""
    other = capest.load(CASE_9).replace(run__seed=5)
    with capest.open(kept) as dataset:
        paired = dataset.capest.difference({AXIS: 35}, {AXIS: 34})
        reference = dataset.capest.difference({AXIS: 34}, {AXIS: 34})
        assert reference["sinr_db", "p50"].note.startswith("same")
        apart = dataset.isel({AXIS.replace(".", "__"): 1}).capest.difference_to(
            capest.run(other.replace(satellite__eirp_density_dbw_per_mhz=34.0), backend="numpy")
        )
    for figure in (("throughput", "mean"), ("sinr_db", "p50"), ("snr_db", "p50")):
        assert paired[figure].paired
        assert not apart[figure].paired
        width, wide = (each[figure].high - each[figure].low for each in (paired, apart))
        assert width < 0.25 * wide, figure
    # The signal rises by 1 dB for everybody, and interference does as well.
    assert paired["snr_db", "p50"].value == pytest.approx(1.0, abs=1e-6)
    assert "independent runs" in repr(apart)


def test_seeds_as_an_axis_are_not_paired_and_the_table_says_so(tmp_path):
    path = swept(tmp_path / "seeds.nc", "run.seed=1,2", "beams.frequency_reuse=1,3")
    with capest.open(path) as dataset:
        summary = dataset.capest.summary()
        kinds = dataset["throughput_mean_difference_kind"]
        assert kinds.values.tolist() == [[0, 1], [2, 2]]
        assert kinds.attrs["flag_meanings"].split()[:3] == ["not_compared", "paired", "independent"]
    assert "Δ: difference to run.seed = 1, beams.frequency_reuse = 1, with" in repr(summary)
    assert (
        "Δ of other seeds, or of blocks that do not fit: difference of independent runs"
        in " ".join(repr(summary).split())
    )


def test_the_last_trials_of_a_longer_point_have_no_pair(tmp_path):
    path = swept(tmp_path / "trials.nc", "run.trials=40,80", "beams.frequency_reuse=1,3")
    with capest.open(path) as dataset:
        lit = dataset["lit_users"]
        assert lit.sel(run__trials=40).isnull().sum() == 2 * 40
        assert lit.sel(run__trials=80).notnull().all()
        found = dataset.capest.difference(
            {"run.trials": 80, "beams.frequency_reuse": 3},
            {"run.trials": 40, "beams.frequency_reuse": 1},
        )
        reuse = dataset["throughput"].isel(trial=slice(40))
        wanted = reuse.sel(run__trials=80, beams__frequency_reuse=3) - reuse.sel(
            run__trials=40, beams__frequency_reuse=1
        )
        assert found["throughput", "mean"].value == pytest.approx(float(wanted.mean()))
        assert found["throughput", "mean"].paired
        assert found["throughput", "mean"].common_trials == 40
        assert dataset["common_trials"].values.tolist() == [[40, 40], [40, 40]]
        # The table says it, as its differences are not those of its figures.
        said = " ".join(repr(dataset.capest.summary()).split())
        assert "Δ is of the 40 trials that a point and the first have in common" in said
        listed = dataset.capest.summary().to_list()[3]["estimates"]
        by_name = {(each["metric"], each["statistic"]): each for each in listed}
        throughput = by_name["throughput", "mean"]
        assert throughput["difference"]["common_trials"] == 40
        assert throughput["difference"]["value"] == pytest.approx(found["throughput", "mean"].value)
        # A figure of the same scenario, over more trials: those of the pairs are the same.
        more = dataset.capest.difference(
            {"run.trials": 80, "beams.frequency_reuse": 1},
            {"run.trials": 40, "beams.frequency_reuse": 1},
        )
        assert more["throughput", "mean"].note.startswith("same")


def test_blocks_that_do_not_fit_leave_independent_runs(tmp_path):
    """Blocks of 10 and of 25 in 100 trials: two joined groups, each of all blocks of 50 trials."""
    path = swept(tmp_path / "blocks.nc", "run.block_trials=10,25", BOTH, sets=["run.trials=100"])
    with capest.open(path) as dataset:
        apart = dataset.capest.difference(
            {"run.block_trials": 25, AXIS: 35}, {"run.block_trials": 10, AXIS: 34}
        )
        found = apart["sinr_db", "p95"]
        ours, theirs = (
            {(e.metric, e.statistic): e for e in one.capest.estimates()}["sinr_db", "p95"]
            for one in (dataset.isel(dict.fromkeys(AXES_OF_BLOCKS, k)) for k in (1, 0))
        )
        summary = dataset.capest.summary()
    assert not found.paired
    assert found.common_trials is None
    down = math.hypot(ours.value - ours.low, theirs.high - theirs.value)
    assert found.low == pytest.approx(found.value - down)
    assert all(math.isfinite(each.low) for each in apart if not each.note)
    # Means have their pairs all the same.
    assert apart["throughput", "mean"].paired
    assert "not paired, as of independent runs: sinr_db.p95" in " ".join(repr(apart).split())
    stored = summary.points[3].differences["sinr_db", "p95"]
    assert (stored.low, stored.high, stored.paired) == (found.low, found.high, False)


def test_points_of_other_users_are_paired_as_far_as_they_go(tmp_path):
    path = swept(tmp_path / "users.nc", "users.per_beam=3,4")
    with capest.open(path) as dataset:
        found = dataset.capest.difference({"users.per_beam": 4}, {"users.per_beam": 3})
    assert all(each.paired for each in found)
    assert found["sinr_db", "p50"].low < 0.0 < found["sinr_db", "p50"].high


def test_table_and_json(kept):
    shown = CliRunner().invoke(cli, ["show", str(kept)], env={"COLUMNS": "80"}).stdout
    assert max(map(len, shown.splitlines()[:-1])) <= 80
    assert "Δ Mbit/s" in shown
    assert "Δ SINR, dB" in shown
    assert f"Δ: difference to {AXIS} = 34" in shown.replace("\n", " ")
    printed = CliRunner().invoke(cli, ["show", str(kept), "--json"]).stdout
    first, second = json.loads(printed)["points"]
    assert all("difference" not in each for each in first["estimates"])
    found = {(each["metric"], each["statistic"]): each for each in second["estimates"]}
    mean, median = (
        found[figure]["difference"] for figure in (("throughput", "mean"), ("sinr_db", "p50"))
    )
    assert set(mean) == {
        *("value", "low", "high", "percent", "percent_low", "percent_high", "paired"),
        "common_trials",
    }
    assert set(median) == {"value", "low", "high", "paired", "common_trials"}
    assert (mean["common_trials"], median["common_trials"]) == (60, 60)
    assert "have in common" not in shown
    assert mean["low"] < mean["value"] < mean["high"]
    assert mean["percent_low"] < mean["percent"] < mean["percent_high"]
    assert found["users", "mean"]["difference"]["note"].startswith("same")


@pytest.mark.parametrize(
    ("point", "said"),
    [
        ({"beams.count": 7}, "no axis 'beams__count': there are satellite.eirp_density"),
        ({AXIS: 36}, "eirp_density_dbw_per_mhz = 36: no such point: give one of 34, 35"),
        ({}, "no satellite.eirp_density_dbw_per_mhz: give one of 34, 35"),
    ],
)
def test_points_that_are_none(kept, point, said):
    with capest.open(kept) as dataset, pytest.raises(InputError, match=said):
        dataset.capest.difference(point, {AXIS: 34})


def test_what_cannot_be_compared_is_one_line(kept):
    result = capest.open(next(sweep.points_folder(kept).glob("*.nc")))
    with capest.open(kept) as dataset:
        with pytest.raises(InputError, match="this is no sweep"):
            result.capest.difference({AXIS: 34}, {AXIS: 35})
        with pytest.raises(
            InputError, match="10 of the 60 trials that its figures are of: give the whole"
        ):
            result.isel(trial=slice(10)).capest.difference_to(result)
        with pytest.raises(InputError, match="select one with"):
            result.capest.difference_to(dataset)
    with pytest.raises(InputError, match="no difference without 'trials'"):
        result.capest.difference_to(xr.Dataset())
    result.close()


def test_a_point_is_read_alone(kept):
    """Chunks are of one point: memory and time do not grow with the points of a sweep."""
    with netCDF4.Dataset(kept) as file:
        for name in ("throughput", "sinr_db_count"):
            assert file[name].chunking()[0] == 1
            assert file[name].filters()["zlib"]
    with capest.open(kept) as dataset:
        assert not dataset["sinr_db_count"]._in_memory
        assert dataset["sinr_db_quantile"]._in_memory


def test_a_finished_sweep_goes_on_from_kept_points(tmp_path):
    def sweep_to(trials, values="34,35", **options):
        said = []
        path = swept(
            tmp_path / "s.nc",
            f"{AXIS}={values}",
            sets=[f"run.trials={trials}"],
            on_progress=lambda progress: said.append(progress.trials_found),
            **options,
        )
        return path, said

    path, _ = sweep_to(20)
    with pytest.raises(
        InputError, match=r"without its points \(--keep-points\).* with --overwrite"
    ):
        sweep_to(40)
    sweep_to(20, keep_points=True, overwrite=True)
    with pytest.raises(InputError, match="whose points are kept: --overwrite goes on from them"):
        sweep_to(40)
    # Both points begin with the trials there are; a third one with none.
    _, said = sweep_to(40, "34,35,36", overwrite=True)
    assert set(said) == {0, 20}
    whole = swept(tmp_path / "whole.nc", f"{AXIS}=34,35,36", sets=["run.trials=40"])
    with capest.open(path) as found, capest.open(whole) as wanted:
        xr.testing.assert_identical(found.drop_attrs(), wanted.drop_attrs())
