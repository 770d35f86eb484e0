"""A selection is never answered with the figures of the whole, nor by an error of xarray."""

from __future__ import annotations

from collections.abc import Callable

import matplotlib as mpl
import pytest
import xarray as xr

import capest
from capest.errors import InputError
from capest.results.whole import why_not_whole

SMALL = {
    "title": "Reuse 1",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 7},
    "run": {"trials": 12},
}
FIXED = (
    *("link.thresholds", "link.harq_processes", "channel.fading_gain", "satellite.pattern"),
    *("satellite.rf_power_w", "satellite.out_of_band_rejection_db"),
)
ASKED: dict[str, Callable[[xr.Dataset], object]] = {
    "ci": lambda ds: ds.capest.ci("throughput"),
    "summary": lambda ds: ds.capest.summary(),
    "cdf": lambda ds: ds.capest.cdf("sinr_db"),
    "quantile": lambda ds: ds.capest.quantile("sinr_db", 0.05),
    "to_pandas": lambda ds: ds.capest.to_pandas(),
    "estimates": lambda ds: ds.capest.estimates(),
    "difference_to": lambda ds: ds.capest.difference_to(ds),
    "compare": lambda ds: ds.capest.compare(ds),
    "convergence": lambda ds: ds.capest.plot.convergence(),
    "plot cdf": lambda ds: ds.capest.plot.cdf(),
}


@pytest.fixture(scope="module", autouse=True)
def quiet_backend() -> None:
    mpl.use("agg")


@pytest.fixture(scope="module")
def run() -> xr.Dataset:
    return capest.run(SMALL, backend="numpy")


@pytest.fixture(scope="module")
def sweep() -> xr.Dataset:
    return capest.sweep(SMALL, {"beams.frequency_reuse": [1, 3]}, backend="numpy")


@pytest.mark.parametrize("ask", ASKED)
@pytest.mark.parametrize(
    ("select", "said"),
    [
        (lambda ds: ds.isel(trial=slice(0, 5)), "holds 5 of the 12 trials that its figures are of"),
        (lambda ds: ds.isel(trial=0), "holds 1 of the 12 trials"),
        (lambda ds: ds.isel(trial=[]), "holds 0 of the 12 trials"),
        (lambda ds: ds.isel(group=slice(0, 3)), "holds 3 of the 12 groups of trials"),
        (lambda ds: ds.isel(sinr_db_bin=slice(0, 500)), "500 of the 3,200 bins of sinr_db"),
        (lambda ds: ds.isel(quantile=0), "quantiles of this dataset were selected"),
        (lambda ds: ds[["throughput"]], "none of the figures of its file"),
    ],
    ids=["five trials", "one trial", "no trial", "groups", "bins", "quantile", "variable"],
)
def test_a_part_of_a_run_is_refused_in_one_line(
    ask: str, select: Callable[[xr.Dataset], xr.Dataset], said: str, run: xr.Dataset
) -> None:
    with pytest.raises(InputError) as caught:
        ASKED[ask](select(run))
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("ask", ["ci", "summary", "cdf", "to_pandas"])
def test_trials_of_a_sweep_are_refused_and_points_are_not(ask: str, sweep: xr.Dataset) -> None:
    for part in (slice(0, 3), 0):
        with pytest.raises(InputError, match="of the 12 trials"):
            ASKED[ask](sweep.isel(trial=part))
    with pytest.raises(InputError, match="none of the figures"):
        ASKED[ask](sweep[["throughput"]])
    ASKED[ask](sweep.isel(beams__frequency_reuse=slice(1)))
    ASKED[ask](sweep.sel(beams__frequency_reuse=3))


def test_points_with_less_trials_than_others_are_whole(sweep: xr.Dataset) -> None:
    """Rules that end a run leave points of several lengths in one file."""
    fewer = sweep.assign(trials=("beams__frequency_reuse", [12, 6], sweep["trials"].attrs))
    assert why_not_whole(fewer) == ""
    assert why_not_whole(fewer.sel(beams__frequency_reuse=3).isel(trial=slice(6))) == ""
    assert "5 of the 6" in why_not_whole(fewer.sel(beams__frequency_reuse=3).isel(trial=slice(5)))


def test_cells_may_be_selected_but_not_trials_of_them(run: xr.Dataset) -> None:
    assert run.isel(cell=slice(0, 3)).capest.unserved().asking.cells == 3
    with pytest.raises(InputError, match="holds 5 of the 12 trials"):
        run.isel(trial=slice(0, 5)).capest.unserved()
    with pytest.raises(InputError, match="one cell is selected"):
        run.isel(cell=0).capest.summary()
    assert run.isel(cell=0).capest.ci("throughput").value == float(run["throughput_mean"])


def test_samples_of_a_study_are_refused() -> None:
    study = capest.uncertainty(
        SMALL, samples=20, trials=2, of="throughput", fixed=FIXED, backend="numpy"
    )
    assert why_not_whole(study) == ""
    for part, held in ((slice(0, 10), 10), (0, 1)):
        few = study.isel(sample=part)
        for ask in ("ci", "summary", "to_pandas"):
            with pytest.raises(InputError, match=f"holds {held} of the 20 samples"):
                ASKED[ask](few)
        with pytest.raises(InputError, match=f"holds {held} of the 20 samples"):
            few.capest.plot.uncertainty()
    for ask_cells in (study.capest.by_country, study.capest.by_latitude, study.capest.by_density):
        with pytest.raises(InputError, match="keeps no cells"):
            ask_cells()


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (
            lambda ds: ds.capest.compare("x.nc"),
            r"'x.nc' is a path: give a dataset, as capest\.open",
        ),
        (lambda ds: ds.capest.compare(3), "3 is no dataset"),
        (lambda ds: ds.capest.difference_to("x.nc"), "reference: 'x.nc' is a path"),
        (lambda ds: ds.capest.plot.cdf("x.nc"), "'x.nc' is a path"),
        (lambda ds: ds.capest.plot.cdf(ds, labels=["a"]), "1 name for 2 results"),
        (lambda ds: ds.capest.plot.cdf(ax=[1]), "give one axes of matplotlib.*not list"),
        (lambda ds: ds.capest.plot.cdf(of="nope"), "^of nope: "),
        (lambda ds: ds.capest.compare(ds, of="nope"), "^of nope: no such figure"),
        (lambda ds: ds.capest.ci(), r"name a figure, such as ci\(.*throughput"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words_of_python(
    ask: Callable[[xr.Dataset], object], said: str, run: xr.Dataset
) -> None:
    with pytest.raises(InputError, match=said) as caught:
        ask(run)
    assert "\n" not in str(caught.value)
    assert "--" not in str(caught.value)


def test_a_point_of_a_sweep_is_a_mapping(sweep: xr.Dataset) -> None:
    with pytest.raises(InputError, match="point = 1: give values of the axes"):
        sweep.capest.difference(1, 2)


def test_pictures_of_results_in_memory_have_names(run: xr.Dataset) -> None:
    alt = run.capest.plot.cdf(run).words.alt
    assert "result 1" in alt
    assert "result 2" in alt
    assert " of ." not in run.capest.plot.cdf().words.alt


def test_a_panel_of_somebody_has_the_title_above_what_stands_there(run: xr.Dataset) -> None:
    from matplotlib import pyplot as plt

    figure, (first, second, third) = plt.subplots(1, 3, figsize=(14, 4), layout="constrained")
    drawn = run.capest.plot.reasons(ax=first)
    second.set_title("mine")
    run.capest.plot.reasons(ax=second)
    run.capest.plot.reasons(ax=third, title=False)
    figure.draw_without_rendering()
    assert first.get_title("left").replace("\n", " ") == drawn.words.title
    assert (second.get_title(), second.get_title("left")) == ("mine", "")
    assert third.get_title("left") == ""
    legend, title = first.get_legend(), first._left_title
    assert title.get_window_extent().y0 >= legend.get_window_extent().y1
    plt.close(figure)
