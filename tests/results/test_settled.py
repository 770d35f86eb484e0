"""A summary says where calls and their interference did not settle."""

from __future__ import annotations

import pytest

from capest.results.settled import settling_notes
from capest.statistics.reduction import Estimate


def estimates(empty: float, full: float) -> dict[tuple[str, str], Estimate]:
    return {
        (name, "mean"): Estimate(name, "mean", value, value, value, "1")
        for name, value in (("calls_from_empty", empty), ("calls_from_full", full))
    }


@pytest.mark.parametrize(("empty", "full", "said"), [
    (1000.0, 1000.0, False), (1000.0, 995.1, False), (1000.0, 994.9, True), (994.9, 1000.0, True),
    (0.0, 0.0, False),
])  # fmt: skip
def test_half_a_percent_is_said(empty: float, full: float, said: bool) -> None:
    found = settling_notes(estimates(empty, full))
    assert bool(found) == said
    if said:
        assert "1,000" in found[0]
        assert "995" in found[0]


def test_nothing_is_said_without_chains() -> None:
    assert settling_notes({}) == []
