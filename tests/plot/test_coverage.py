"""Satellites in view by latitude are the file's, weighted as they say."""

import matplotlib
import numpy as np
import pytest

from capest.plot.latitude_zones import zones_of
from capest.plot.pictures.coverage import _widest
from capest.results.stored import OfDataset
from tests.plot.map_runs import drawn, run_of_beams, run_of_calls, run_over, why_not


def test_means_of_zones() -> None:
    zones = zones_of(np.array([-89.0, 0.2, 0.4, 10.1]), 1.0)
    assert zones.width_deg == 5.0
    np.testing.assert_array_equal(zones.middle_deg, [-87.5, 2.5, 12.5])
    values, weight = np.array([4.0, 1.0, 3.0, 8.0]), np.array([0.0, 3.0, 1.0, 2.0])
    np.testing.assert_array_equal(zones.mean(values, weight), [np.nan, 1.5, 8.0])
    low, high = zones.extremes(values)
    np.testing.assert_array_equal(low, [4.0, 1.0, 8.0])
    np.testing.assert_array_equal(high, [4.0, 3.0, 8.0])


def test_one_cell_is_one_zone() -> None:
    zones = zones_of(np.array([47.3]), 1000.0)
    assert len(zones.middle_deg) == 1
    assert abs(zones.middle_deg[0] - 47.3) <= 0.5 * zones.width_deg


# Clopper and Pearson (1934): of n trials none, 1 - 0.025^(1/n); of 10 trials 5, 0.187 to 0.813.
@pytest.mark.parametrize(
    ("share", "trials", "low", "high"),
    [(0.0, 40, 0.0, 0.0881), (1.0, 8, 0.6306, 1.0), (0.5, 10, 0.1871, 0.8129)],
)
def test_limits(share: float, trials: int, low: float, high: float) -> None:
    np.testing.assert_allclose(_widest(share, trials), (low, high), atol=5e-5)


def test_limits_are_wider_between_whole_trials() -> None:
    low, high = _widest(0.45, 10)
    assert low == pytest.approx(_widest(0.4, 10)[0])
    assert high == pytest.approx(_widest(0.5, 10)[1])


def test_limits_cover_a_share_of_cells_that_vary_together() -> None:
    # Half of the cells are covered by chance of 0.2, the others by 0.6, each half as one.
    rng = np.random.default_rng(5)
    trials, repeats = 12, 2000
    mean = 0.5 * (
        rng.binomial(trials, 0.2, repeats) / trials + rng.binomial(trials, 0.6, repeats) / trials
    )
    covers = [low <= 0.4 <= high for low, high in (_widest(float(each), trials) for each in mean)]
    assert np.mean(covers) > 0.95


def test_curves_are_the_files() -> None:
    dataset = run_over("earth")
    figure = drawn("coverage", dataset).figure
    top, bottom = figure.axes[:2]
    zones = zones_of(dataset.cell_latitude.values, float(dataset.cell_area.mean()))
    area = dataset.cell_area.values
    for ax, values in (
        (top, dataset.cell_satellites_in_view.values),
        (bottom, 100.0 * (1.0 - dataset.cell_covered_share.values)),
    ):
        (line,) = [each for each in ax.lines if each.get_label() == "mean by area"]
        y = np.asarray(line.get_ydata(), dtype=float)
        expected = zones.mean(values.astype(float), area)
        np.testing.assert_allclose(y[np.isfinite(y)], expected, atol=1e-4)
    # Users are anywhere: nobody knows where people live.
    assert not [each for each in top.lines if "people" in str(each.get_label())]


def test_people_are_a_weight_where_they_are_known() -> None:
    shown = drawn("coverage", run_of_calls())
    assert [each for each in shown.figure.axes[0].lines if "people" in str(each.get_label())]
    assert "by area and by people" in shown.words.subtitle


def test_title() -> None:
    dataset = run_of_calls()
    title = drawn("coverage", dataset).words.title
    counted = dataset.cell_counted.values != 0
    share = 100.0 * float(dataset.covered_cells_mean) / counted.sum()
    assert f"{share:.1f} % of moments" in title or "in each of 3 trials" in title
    assert "20°" in drawn("coverage", dataset).words.subtitle


def test_title_and_bars_and_summary_have_one_interval() -> None:
    dataset = run_of_calls()
    trials = int(dataset.attrs["trials_done"])
    counted = dataset.cell_counted.values != 0
    full = dataset.copy(deep=True)
    full["covered_cells"][:] = counted.sum()
    full["cell_covered_share"][:] = 1.0
    full["covered_cells_mean"][...] = float(counted.sum())
    # Clopper and Pearson, two-sided: all of n trials leave 0.025^(1/n) to 1.
    low = 0.025 ** (1.0 / trials)
    shown = drawn("coverage", full)
    assert f": {100.0 * low:.0f} to 100 % of moments (95 % interval)" in shown.words.title
    assert "confidence" not in shown.words.title
    bars = shown.figure.axes[1].containers[-1]
    tops = [each.get_segments()[0][1, 1] for each in bars.lines[2]]  # type: ignore[attr-defined]
    np.testing.assert_allclose(tops, 100.0 * (1.0 - low), rtol=1e-6)


def test_some_cells_alone_have_no_figures_of_all() -> None:
    dataset = run_of_calls()
    some = dataset.isel(cell=np.flatnonzero(dataset.cell_counted.values)[[3, 9]])
    title = drawn("coverage", some).words.title
    assert "%" not in title
    assert title.startswith("Satellites in view on average")


def test_why_not() -> None:
    assert "stands still" in why_not("coverage", run_of_beams())
    assert "one cell is selected" in why_not("coverage", run_of_calls().isel(cell=2))
    assert "lacks cell_covered_share" in why_not(
        "coverage", run_of_calls().drop_vars("cell_covered_share")
    )


def test_small_and_with_labels() -> None:
    shown = drawn("coverage", run_over("pole"))
    assert len(shown.content("svg")) < 200e3
    words = [each.get_text() for each in shown.figure.findobj(matplotlib.text.Text)]
    assert any("° N" in each for each in words)
    assert "latitude" in words
    assert OfDataset(run_over("pole")).sizes["cell"] > 20
