"""``ds.capest`` of runs, sweeps, studies of uncertainty and searches of capacities."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from click.testing import CliRunner

import capest
from capest.cli import cli
from capest.errors import InputError

SMALL = {
    "title": "Small <script>alert(1)</script>\x1b[31m",
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 7, "statistics_count": 7},
    "run": {"trials": 12},
}
KINDS = ("run", "sweep", "uncertainty", "capacity")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of every kind."""
    folder = tmp_path_factory.mktemp("kinds")
    found = {kind: folder / f"{kind}.nc" for kind in KINDS}
    common = {"backend": "numpy"}
    axes = {"beams.frequency_reuse": [1, 3]}
    asked = {"low": 5.0, "high": 20.0, "while_": "user_throughput.p50>=0.5"}
    capest.run(SMALL, output=found["run"], **common).close()
    capest.sweep(SMALL, axes, output=found["sweep"], **common).close()
    study = {"samples": 20, "trials": 2, "of": "throughput"}
    held = [
        *("link.thresholds", "link.harq_processes", "channel.fading_gain", "satellite.pattern"),
        *("satellite.rf_power_w", "satellite.out_of_band_rejection_db"),
    ]
    capest.uncertainty(SMALL, output=found["uncertainty"], fixed=held, **study, **common).close()
    key = "carrier.bandwidth_mhz"
    capest.capacity(SMALL, key, trials=3, output=found["capacity"], **asked, **common).close()
    return found


@pytest.fixture(scope="module")
def opened(files: dict[str, Path]) -> dict[str, xr.Dataset]:
    """The same as plain xarray opens them."""
    found = {}
    for kind, path in files.items():
        with xr.open_dataset(path) as dataset:
            found[kind] = dataset.load()
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_the_summary_is_what_show_prints(
    kind: str, files: dict[str, Path], opened: dict[str, xr.Dataset]
) -> None:
    dataset = opened[kind]
    assert dataset.capest.kind == kind
    summary = dataset.capest.summary()
    done = CliRunner().invoke(cli, ["show", str(files[kind])], env={"COLUMNS": "80"})
    assert done.exit_code == 0, done.output
    shown = [line.rstrip() for line in done.output.splitlines()]
    said = [line.rstrip() for line in repr(summary).splitlines()]
    assert len(said) > 5
    assert said == shown[: len(said)]
    assert len(shown) - len(said) <= 1  # the file's name
    assert "\x1b" not in repr(summary)


@pytest.mark.parametrize("kind", KINDS)
def test_html_is_escaped(kind: str, opened: dict[str, xr.Dataset]) -> None:
    html = opened[kind].capest.summary()._repr_html_()
    assert "<script" not in html
    assert "\x1b" not in html
    assert "&lt;script&gt;" in html


def test_a_notebook_shows_a_summary_once(
    opened: dict[str, xr.Dataset], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rich takes a notebook for a screen of its own; the text of a summary must not go there."""
    pytest.importorskip("IPython")
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    displayed: list[object] = []
    monkeypatch.setattr("IPython.display.display", lambda *a, **k: displayed.append(a))
    for kind in KINDS:
        assert "Small" in repr(opened[kind].capest.summary())
    assert displayed == []


def test_ci_of_a_run_is_the_stored_estimate(opened: dict[str, xr.Dataset]) -> None:
    dataset = opened["run"]
    found = dataset.capest.ci("throughput")
    assert found.value == float(dataset["throughput_mean"])
    assert (found.low, found.high) == (
        float(dataset["throughput_mean_low"]),
        float(dataset["throughput_mean_high"]),
    )
    assert repr(found).startswith("throughput: ")
    assert "Mbit/s, " in repr(found)
    assert "95 % confidence interval" in repr(found)
    low = dataset.capest.ci("sinr_db.p05")
    assert low.value == float(dataset["sinr_db_quantile"][0])
    assert dataset.capest.ci("sinr_db").statistic == "p50"


def test_ci_of_a_sweep_goes_over_its_axes(opened: dict[str, xr.Dataset]) -> None:
    dataset = opened["sweep"]
    found = dataset.capest.ci("sinr_db.p05")
    assert found["value"].dims == ("beams__frequency_reuse",)
    np.testing.assert_array_equal(found["value"], dataset["sinr_db_quantile"].isel(quantile=0))
    assert (found["low"] <= found["value"]).all()
    assert (found["value"] <= found["high"]).all()
    assert found["value"].attrs["units"] == "dB"
    one = dataset.sel(beams__frequency_reuse=3).capest.ci("sinr_db.p05")
    assert one.value == float(found["value"].sel(beams__frequency_reuse=3))


def test_ci_of_a_study_is_its_range(opened: dict[str, xr.Dataset]) -> None:
    dataset = opened["uncertainty"]
    found = dataset.capest.ci("throughput")
    answers = np.sort(dataset["throughput_mean"].values)
    # Of 20 answers the order statistics of 5, 50 and 95 % are those of rank 1, 10 and 19.
    assert (found.low, found.value, found.high) == (answers[0], answers[9], answers[18])
    assert "90 % range over the stated assumptions" in repr(found)


def test_ci_of_a_search_is_the_key(opened: dict[str, xr.Dataset]) -> None:
    dataset = opened["capacity"]
    found = dataset.capest.ci("carrier.bandwidth_mhz")
    assert found.value == float(dataset["capacity"][0])
    assert 5.0 < found.value < 20.0
    assert dataset.capest.ci("capacity") == found
    assert f"{found.value:.4g}" in repr(found)


@pytest.mark.parametrize(
    ("kind", "asked", "said"),
    [
        ("run", "throughputs", "did you mean throughput?"),
        ("run", "sinr_db.p20", "sinr_db has p05, p50, p95"),
        ("run", "calls", "there are beam_throughput"),
        ("sweep", "throughputs.mean", "did you mean throughput?"),
        ("uncertainty", "throughputs", "did you mean throughput?"),
        ("capacity", "throughput", "carrier.bandwidth_mhz"),
    ],
)
def test_an_unknown_figure_is_answered_with_the_nearest(
    kind: str, asked: str, said: str, opened: dict[str, xr.Dataset]
) -> None:
    with pytest.raises(InputError) as caught:
        opened[kind].capest.ci(asked)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_distribution_agrees_with_quantiles(opened: dict[str, xr.Dataset]) -> None:
    dataset = opened["run"]
    found = dataset.capest.cdf("sinr_db")
    assert found["value"].attrs["units"] == "dB"
    probability = found["probability"].values
    assert probability[0] == 0.0
    assert probability[-1] == 1.0
    assert (np.diff(probability) >= 0).all()
    for p in (0.05, 0.5, 0.95):
        quantile = dataset.capest.quantile("sinr_db", p).value
        # Bins of 0.05 dB: the distribution reaches p within the bin of the quantile.
        assert np.interp(quantile - 0.05, found["value"], probability) <= p
        assert np.interp(quantile + 0.05, found["value"], probability) >= p
    assert (found["probability_low"] <= probability).all()
    assert (found["probability_high"] >= probability).all()


def test_the_distribution_of_a_sweep_is_that_of_its_points(opened: dict[str, xr.Dataset]) -> None:
    both = opened["sweep"].capest.cdf("user_throughput")
    alone = opened["run"].capest.cdf("user_throughput")
    first = both.sel(beams__frequency_reuse=1)
    for name in ("probability", "probability_low", "probability_high"):
        np.testing.assert_array_equal(first[name].sel(value=alone["value"]), alone[name])


@pytest.mark.parametrize("kind", ["uncertainty", "capacity"])
def test_studies_say_what_they_do_not_have(kind: str, opened: dict[str, xr.Dataset]) -> None:
    accessor = opened[kind].capest
    for ask in (
        lambda: accessor.cdf("sinr_db"),
        lambda: accessor.quantile("sinr_db", 0.5),
        accessor.estimates,
        accessor.unserved,
    ):
        with pytest.raises(InputError, match="which keeps no"):
            ask()
    dimension = "sample" if kind == "uncertainty" else "point"
    less = opened[kind].drop_vars(list(opened[kind].data_vars)[:3]).isel({dimension: slice(2)})
    with pytest.raises(InputError, match=r"open its file again|give the whole dataset"):
        less.capest.summary()


def test_tables(opened: dict[str, xr.Dataset]) -> None:
    run = opened["run"].capest.to_pandas()
    assert list(run) == ["metric", "statistic", "value", "low", "high", "unit", "note"]
    assert len(run) == len(opened["run"].capest.estimates())
    sweep = opened["sweep"].capest.to_pandas()
    assert next(iter(sweep)) == "beams.frequency_reuse"
    assert set(sweep["beams.frequency_reuse"]) == {1, 3}
    picked = sweep.query("metric == 'throughput' and statistic == 'mean'")["value"]
    np.testing.assert_array_equal(picked, opened["sweep"]["throughput_mean"])
    study = opened["uncertainty"].capest.to_pandas()
    assert len(study) == 20
    np.testing.assert_array_equal(
        study["throughput.mean"], opened["uncertainty"]["throughput_mean"]
    )
    assert set(study["link.adaptation"]) <= {"nr-cqi", "nr-mcs"}
    assert pd.api.types.is_float_dtype(study["link.overhead"])
    assert study["link.overhead"].between(0.21, 0.31).all()
    visited = opened["capacity"].capest.to_pandas()
    assert visited["carrier.bandwidth_mhz"].is_monotonic_increasing
    assert (visited["met"] == (visited["value"] >= 0.5)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_assumptions_of_every_kind(kind: str, opened: dict[str, xr.Dataset]) -> None:
    rows = opened[kind].capest.assumptions()
    assert any(row["key"] == "link.overhead" for row in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_plot_lists_what_there_is_and_why_not_the_rest(
    kind: str, opened: dict[str, xr.Dataset]
) -> None:
    plot = opened[kind].capest.plot
    said = repr(plot)
    assert set(plot()) <= {name for name in dir(plot) if not name.startswith("_")}
    for name in dir(plot):
        if not name.startswith("_"):
            assert f"  {name} " in said
            assert getattr(plot, name).__name__ == name
            assert "Parameters" in getattr(plot, name).__doc__
            assert name in plot._repr_html_()
    if kind != "run":
        assert "convergence" not in plot()
        assert "it is of a run" in said
    with pytest.raises(AttributeError, match="there are"):
        plot.nonsense  # noqa: B018


def test_one_trial_says_that_it_knows_no_interval() -> None:
    one = capest.run(SMALL, trials=1, backend="numpy")
    found = one.capest.ci("throughput")
    assert math.isnan(found.low)
    assert "one trial gives no interval" in repr(found)
    band = one.capest.cdf("sinr_db")
    assert np.isnan(band["probability_low"]).all()
    assert band.attrs["interval_note"]
