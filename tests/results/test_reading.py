"""Opening a result and asking it: the accessor, the summary and its forms."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from capest.errors import InputError
from capest.results.figures import interval_text, value_text
from capest.results.open import open_result
from capest.results.schema import axis_of
from capest.scenario.service_classes import guaranteed_services
from capest.statistics.block import BlockResult
from capest.statistics.quantities import ALL_BEAMS, AXES
from capest.statistics.reduction import Estimate, Reduction
from tests.results import synthetic
from tests.results.test_netcdf import write

TRIALS = 90


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    target = tmp_path_factory.mktemp("reading") / "result.nc"
    write(target, title="Case [9] & <more>", device="H200", elapsed_s=41.3)
    return target


@pytest.fixture
def dataset(path):
    with open_result(path) as opened:
        yield opened


@pytest.fixture(scope="module")
def reduction():
    found = Reduction()
    for index, block in synthetic.blocks(TRIALS, 4):
        found.add(index, block)
    return found


def test_opening_reads_no_trials(dataset):
    assert not dataset["cell_sinr_db"].variable._in_memory
    assert dataset.chunks == {}


def test_what_cannot_be_opened_is_one_line(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        open_result(tmp_path / "none.nc")


def test_estimates_come_back_as_they_were_written(dataset, reduction):
    assert dataset.capest.estimates() == reduction.estimates()


def test_the_stored_quantiles_are_those_of_the_stored_histograms(dataset, reduction):
    for metric in AXES:
        assert dataset.capest.quantile(metric, 0.05) == reduction.interval(metric, "p05")


def test_any_quantile_with_its_interval(dataset):
    found = dataset.capest.quantile("sinr_db", 0.8)
    median = dataset.capest.quantile("sinr_db", 0.5)
    assert found.low < found.value < found.high
    assert found.value > median.value


def test_axes_are_rebuilt_from_the_file(dataset):
    for name, axis in AXES.items():
        bins = dataset[f"{name}_bin"]
        assert axis_of(name, bins.size, bins.attrs) == axis


def test_unknown_metrics_and_probabilities_are_refused(dataset):
    with pytest.raises(
        InputError, match=r"'sinr': did you mean 'sinr_db'\? there are sinr_db, snr_db"
    ):
        dataset.capest.quantile("sinr", 0.5)
    with pytest.raises(InputError, match="0 < p < 1"):
        dataset.capest.quantile("sinr_db", 50)


def test_summary_as_a_dictionary_is_json(dataset, reduction):
    found = json.loads(json.dumps(dataset.capest.summary().to_dict(), allow_nan=False))
    assert found["trials"] == TRIALS
    assert found["users_per_trial"] == 35
    assert (found["beams"], found["statistics_beams"]) == (7, 3)
    assert found["scenario"]["run"]["trials"] == 50
    median = next(
        e for e in found["estimates"] if (e["metric"], e["statistic"]) == ("sinr_db", "p50")
    )
    wanted = reduction.interval("sinr_db", "p50")
    assert median["value"] == wanted.value
    assert median["ci95"] == [wanted.low, wanted.high]
    assert median["units"] == "dB"
    assert "23 groups of whole trials" in found["ci95_of"]["quantiles"]


def test_summary_fits_80_columns_and_says_what_its_intervals_are(dataset):
    shown = repr(dataset.capest.summary())
    lines = shown.splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0] == "Case [9] & <more> · 90 trials × 35 users · H200 · 41.3 s"
    assert lines[1].startswith(
        "5.8 calls at once, ±0.6 in the inner 3 of 7 beams, 13.8 ±0.9 in all 7, 2.04 of"
    )
    first = next(k for k, line in enumerate(lines) if line.startswith("SINR"))
    assert " ".join(lines[first - 1].split()) == "median 5 % 95 % 95 % CI of the median"
    assert [line.split(",")[0] for line in lines[first : first + 3]] == ["SINR", "SNR", "SIR"]
    assert "throughput of 3 statistics beams" in shown
    assert "of 3" in next(line for line in lines if line.startswith("statistics beams lit"))
    assert "Woodruff" in shown
    assert "\x1b" not in shown


def test_summary_outlives_the_file(path):
    with open_result(path) as opened:
        summary = opened.capest.summary()
    assert "SINR" in repr(summary)
    assert summary.to_dict()["trials"] == TRIALS


def test_summary_shows_the_estimates(dataset, reduction):
    line = next(x for x in repr(dataset.capest.summary()).splitlines() if x.startswith("SINR"))
    wanted = [reduction.interval("sinr_db", statistic).value for statistic in ("p50", "p05", "p95")]
    assert [float(word) for word in line.split()[2:5]] == pytest.approx(wanted, abs=0.051)


def test_summary_in_a_notebook_is_html(dataset):
    shown = dataset.capest.summary()._repr_html_()
    assert shown.startswith("<div>")
    assert "Case [9] &amp; &lt;more&gt;" in shown
    # Traffic that is offered is of frames.
    of_all_beams = len(ALL_BEAMS) - 2
    assert shown.count("<tr>") == 1 + 20 + 7 + 16 + len(guaranteed_services()) + of_all_beams


def test_users_per_trial_without_the_attribute(dataset):
    del dataset.attrs["users_per_trial"]
    wanted = int(synthetic.block(0, 1).trial_cell["cell_users"].sum())
    assert dataset.capest.summary().users_per_trial == wanted


def test_a_run_of_one_trial_has_values_without_intervals(tmp_path):
    target = tmp_path / "one.nc"
    write(target, trials=1, block_trials=1)
    with open_result(target) as opened:
        shown = repr(opened.capest.summary())
        found = opened.capest.summary().to_dict()
    assert "n/a" in shown
    assert "Few groups" in shown
    assert all(e["ci95"] == [None, None] for e in found["estimates"])
    assert all(isinstance(e["value"], float) for e in found["estimates"])


def test_infinities_survive_json_and_the_table(tmp_path):
    def no_interference():
        for index, block in synthetic.blocks(24, 1):
            counts = dict(block.histograms)
            counts["sir_db"] = np.zeros_like(counts["sir_db"])
            counts["sir_db"][-1] = 10
            yield index, BlockResult(block.first_trial, block.trial, block.trial_cell, counts)

    target = tmp_path / "out.nc"
    write(target, no_interference(), trials=24, block_trials=1)
    with open_result(target) as opened:
        summary = opened.capest.summary()
    found = json.loads(json.dumps(summary.to_dict(), allow_nan=False))
    sir = next(e for e in found["estimates"] if e["metric"] == "sir_db")
    assert (sir["value"], sir["ci95"]) == ("Infinity", ["Infinity", "Infinity"])
    line = next(x for x in repr(summary).splitlines() if x.startswith("SIR"))
    assert line.split()[2:5] == ["inf"] * 3


@pytest.mark.parametrize(
    ("value", "low", "high", "units", "shown"),
    [
        (3.1234, 3.0234, 3.2234, "dB", ("3.12", "±0.10")),
        (3.1234, 2.6234, 3.6234, "dB", ("3.1", "±0.5")),
        (3.1234, 3.1230, 3.1238, "dB", ("3.12", "±0.01")),
        (38123.4, 37973.4, 38273.4, "Mbit s-1", ("38,123", "±150")),
        (14.6, 13.1, 16.8, "Mbit s-1", ("14.6", "[13.1, 16.8]")),
        (0.0, 0.0, 0.0, "Mbit s-1", ("0", "±0")),
        (-0.001, -0.5, 0.5, "dB", ("0.0", "±0.5")),
        (2.0, -math.inf, 3.0, "dB", ("2.00", "[-inf, 3.00]")),
        (388.0, -math.inf, math.inf, "1", ("388", "not known")),
        (200.4, math.nan, math.nan, "1", ("200", "n/a")),
        (2.5, math.nan, math.nan, "dB", ("2.50", "n/a")),
        (math.nan, math.nan, math.nan, "dB", ("n/a", "n/a")),
        (math.inf, 90.0, math.inf, "dB", ("inf", "[90, inf]")),
    ],
)
def test_figures_have_the_digits_their_interval_allows(value, low, high, units, shown):
    found = Estimate("x", "p50", value, low, high, units)
    assert (value_text(found), interval_text(found)) == shown
