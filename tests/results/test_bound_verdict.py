"""How far calls are from the bound, in one line and in JSON."""

from __future__ import annotations

import pytest

from capest.results.bound_verdict import bound_ratios, bound_verdict
from capest.statistics.reduction import Estimate


def means(**values: float) -> dict[tuple[str, str], Estimate]:
    """Means over trials by name."""
    return {
        (name, "mean"): Estimate(name, "mean", value, value, value, "1")
        for name, value in values.items()
    }


def test_the_bound_is_split_into_assignment_and_interference() -> None:
    found = means(calls=40_000.0, calls_without_interference=48_000.0, calls_bound=54_000.0)
    ratios = bound_ratios(found)
    assert ratios == pytest.approx(
        {"bound_per_call": 1.35, "by_assignment": 1.125, "by_interference": 1.2}
    )
    line = bound_verdict(found)
    assert "no assignment carries more than 54,000 calls" in line
    assert line.endswith("bound / calls 1.350 = 1.125 (assignment) × 1.200 (interference)")
    in_turn = bound_verdict(found, in_turn=True)
    assert in_turn.endswith("1.125 (assignment and turns) × 1.200 (interference)")


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"calls": 10.0},
        {"calls": 0.0, "calls_without_interference": 1.0, "calls_bound": 2.0},
        {"calls": float("nan"), "calls_without_interference": 1.0, "calls_bound": 2.0},
    ],
)
def test_without_a_bound_or_calls_nothing_is_said(values: dict[str, float]) -> None:
    assert bound_ratios(means(**values)) == {}
    assert bound_verdict(means(**values)) == ""
