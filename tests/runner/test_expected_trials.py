"""How many trials a rule will take, and which rules no number of trials fulfils."""

import math

import pytest

from capest.runner.stopping import Reached, Verdict
from capest.runner.until_text import outcome_lines
from capest.scenario.until import parse_until
from capest.statistics.quantities import AXES
from capest.statistics.reduction import Estimate


def verdict(rule: str, value: float, low: float, high: float, trials: int = 1000) -> Verdict:
    (condition,) = parse_until(rule)
    estimate = Estimate(condition.metric, condition.statistic, value, low, high, "1")
    return Verdict(trials, 50, (Reached(condition, estimate),))


def test_half_the_width_takes_four_times_the_trials() -> None:
    found = verdict("throughput.mean±1", 200.0, 198.0, 202.0)
    assert found.expected_trials == pytest.approx(4000)


@pytest.mark.parametrize("metric", ["spectral_efficiency", "user_throughput"])
def test_both_edges_of_a_bin_are_the_end(metric: str) -> None:
    edges = AXES[metric].edges()
    low, high = edges[1200:1202]
    found = verdict(f"{metric}.p50±0.001%", (low + high) / 2, low, high)
    assert found.reached[0].is_one_bin
    assert found.expected_trials == math.inf


def test_within_a_bin_it_goes_on() -> None:
    """Where users do not gather, limits are read off between the edges: 0.05 dB apart here."""
    for shift in (0.0, 0.01):
        found = verdict("sinr_db.p50±0.005", -1.2, -1.21 + shift, -1.19 + shift)
        assert not found.reached[0].is_one_bin
        assert math.isfinite(found.expected_trials)


def test_one_limit_on_an_edge_or_several_bins_apart() -> None:
    edges = AXES["spectral_efficiency"].edges()
    for low, high in ((edges[10], edges[11] - 1e-4), (edges[10], edges[12])):
        assert not verdict("spectral_efficiency.p50±0.01%", low, low, high).reached[0].is_one_bin


def test_means_over_trials_have_no_bins() -> None:
    edges = AXES["calls"].edges()
    low, high = edges[3000:3002]
    found = verdict("calls.mean±0.001%", (low + high) / 2, low, high)
    assert not found.reached[0].is_one_bin


def test_nothing_known() -> None:
    found = verdict("sinr_db.p50±0.1", math.nan, math.nan, math.nan)
    assert not found.reached[0].is_one_bin
    assert found.expected_trials == math.inf


def test_fulfilled_is_not_the_end() -> None:
    low, high = AXES["spectral_efficiency"].edges()[10:12]
    found = verdict("spectral_efficiency.p50±0.01", (low + high) / 2, low, high)
    assert found.reached[0].holds
    assert not found.reached[0].is_one_bin


def test_extremely_narrow_is_more_than_a_run_has() -> None:
    found = verdict("throughput.mean±1e-300%", 200.0, 198.0, 202.0)
    assert found.expected_trials == math.inf
    assert "more than 1,000,000,000 trials" in outcome_lines(found)[1]
    found = verdict("throughput.mean±1e-9", 200.0, 198.0, 202.0)
    assert "more than 1,000,000,000 trials" in outcome_lines(found)[1]


def test_a_percentage_of_nothing_is_said_to_be_nothing() -> None:
    found = verdict("refused_delay_share.mean±5%", 0.0, 0.0, 0.01)
    assert "a percentage of 0 is 0" in outcome_lines(found)[1]


def test_nothing_to_measure_is_said() -> None:
    found = verdict("refused_delay_share.mean±5%", math.nan, math.nan, math.nan)
    assert "nothing to measure" in outcome_lines(found)[1]
