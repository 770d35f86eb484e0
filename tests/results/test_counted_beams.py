"""What a summary says of the beams that count and of all beams."""

import numpy as np
import pytest

import capest
from capest.results.counted_beams import guard_words, which_beams, which_cells
from capest.scenario.load import load_scenario

SCENARIO = {
    "satellite": {"preset": "tr38821-set1-leo600-s"},
    "beams": {"count": 19, "statistics_count": 7},
    "users": {"per_beam": 40},
    "service": {"mix": "video-call-480p 40%, voice 40%, best-effort 20%"},
    "run": {"trials": 40, "seed": 3},
}


@pytest.fixture(scope="module")
def inner():
    return capest.run(load_scenario(SCENARIO), backend="numpy")


@pytest.mark.parametrize(
    ("counted", "beams", "said"),
    [
        (19, 61, "Figures are of the inner 19 of 61 beams; the other 42 only interfere."),
        (1, 7, "Figures are of the central one of 7 beams; the other 6 only interfere."),
        (6, 7, "Figures are of the inner 6 of 7 beams; the other one only interferes."),
        (7, 7, "Figures are of all 7 beams; those at the rim lack outer neighbours."),
        (1, 1, "Figures are of the only beam."),
        (0, 0, ""),
    ],
)
def test_the_beams_that_count_are_named(counted, beams, said):
    assert which_beams(counted, beams) == said


def test_the_summary_gives_the_whole_satellite_beside_the_beams_that_count(inner):
    summary = inner.capest.summary()
    lines = repr(summary).splitlines()
    assert "Figures are of the inner 7 of 19 beams; the other 12 only interfere." in lines
    assert max(map(len, lines)) <= 80
    assert "in the inner 7 of 19 beams" in summary.headline
    assert "in all 19" in summary.headline
    labels = [label.strip() for label, _, _ in summary.means]
    assert labels.count("of all 19 beams") == 3
    rows = {label: k for k, label in enumerate(labels)}
    # Services are parts of the calls that count, not of the satellite's.
    assert labels[rows["of these: voice"] + 1] == "of all 19 beams"
    total = float(inner["calls_all_beams_mean"])
    assert total == pytest.approx(inner["cell_calls"].values.sum(axis=1).mean())
    found = summary.means[rows["of these: voice"] + 1]
    assert found[1].value == total
    offered = inner["cell_calls_offered"].values.sum(axis=1).mean()
    assert float(found[2].removeprefix("of ")) == pytest.approx(offered, rel=1e-3)


def test_the_total_has_the_interval_of_a_mean_over_trials(inner):
    totals = inner["cell_throughput"].values.astype(np.float64).sum(axis=1)
    half = 2.0227 * totals.std(ddof=1) / np.sqrt(40)  # Student t, 39 degrees of freedom, 97.5 %
    mean = inner["throughput_all_beams_mean"]
    assert float(mean) == pytest.approx(totals.mean(), rel=1e-12)
    assert float(inner["throughput_all_beams_mean_high"] - mean) == pytest.approx(half, rel=1e-4)


def test_programs_are_told_too(inner):
    found = inner.capest.summary().to_dict()
    assert found["counted_beams"] == which_beams(7, 19)
    (total,) = (one for one in found["estimates"] if one["metric"] == "calls_all_beams")
    assert total["low"] < total["value"] < total["high"]
    assert total["unit"] == "1"


def test_nothing_is_said_twice_where_all_beams_count():
    beams = {"count": 7, "statistics_count": 7}
    scenario = load_scenario(SCENARIO | {"beams": beams, "run": {"trials": 4}})
    summary = capest.run(scenario, backend="numpy").capest.summary()
    assert "in all" not in summary.headline
    assert not [label for label, _, _ in summary.means if "of all" in label]
    assert summary.counted_beams == which_beams(7, 7)


def test_guard_cells_are_told_of() -> None:
    assert which_cells(146, 0) == guard_words(0) == ""
    assert which_cells(146, 66) == (
        "Figures are of the region's 146 cells; 66 guard cells around it are served and not "
        "counted."
    )
    assert which_cells(1, 1).endswith("1 cell; 1 guard cell around it is served and not counted.")
