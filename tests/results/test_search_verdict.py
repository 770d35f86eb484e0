"""What a local search came to, in one line and in JSON."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import xarray as xr

from capest.results.search_verdict import LocalSearch, local_search, search_verdict
from capest.results.stored import OfDataset
from capest.statistics.intervals import Interval
from capest.statistics.reduction import Estimate

SEARCHED: dict[str, Any] = {
    "constellation": {},
    "cells": {"layout": "earth-fixed", "refinement": "local-search", "objective": "throughput"},
    "beams": {"allocation": "all-on"},
}


def means(**values: float) -> dict[tuple[str, str], Estimate]:
    """Means over trials by name."""
    return {
        (name, "mean"): Estimate(name, "mean", value, value - 1.0, value + 1.0, "1")
        for name, value in values.items()
    }


def stored(**values: list[int]) -> OfDataset:
    """A result with one value a trial of each quantity."""
    return OfDataset(xr.Dataset({name: ("trial", each) for name, each in values.items()}))


FOUND = means(calls=513.0, calls_from_start=422.0, calls_promised=519.0)


def test_start_end_and_what_the_search_counted() -> None:
    search = LocalSearch("calls", Interval(21.56, 20.76, 22.36))
    line = "local search: 422.0 calls at the start, 513.0 at the end (+21.6 %, ±0.8)"
    assert search_verdict(search, FOUND) == f"{line}, 519.0 as it counted"
    assert search_verdict(search, FOUND, 3) == f"{line}, 519.0 as it counted, with guard cells"


def test_another_objective_is_named() -> None:
    line = search_verdict(LocalSearch("max-min", None), FOUND)
    assert line.endswith('; it maximised cells.objective = "max-min", not calls')


def test_the_change_is_the_ratio_of_sums_over_pairs_of_trials() -> None:
    end, start = [11, 12, 12, 13, 12, 11], [10, 10, 11, 11, 10, 10]
    search = local_search(stored(calls=end, calls_from_start=start), {}, 6)
    assert search is not None
    assert search.objective == "calls"
    gained = search.gained_percent
    assert gained is not None
    ratio = sum(end) / sum(start)
    assert gained.value == pytest.approx(100.0 * (ratio - 1.0))
    errors = (np.array(end) - ratio * np.array(start)) / np.mean(start)
    half = 2.5706 * 100.0 * np.sqrt(errors @ errors / 5 / 6)  # Student's t of 5 degrees
    assert gained.high - gained.value == pytest.approx(half, rel=1e-3)
    assert search.to_dict()["calls_gained_percent_ci95"] == [gained.low, gained.high]


def test_without_calls_the_line_says_what_it_maximised() -> None:
    search = local_search(stored(throughput=[1, 2]), SEARCHED, 2)
    line = 'local search: it maximised cells.objective = "throughput"'
    assert search_verdict(search, means(throughput=1.5)) == line
    assert search is not None
    assert search.to_dict() == {"objective": "throughput"}


@pytest.mark.parametrize(
    "changes",
    [
        {"beams": {"allocation": "periodic"}},
        {"cells": SEARCHED["cells"] | {"refinement": "none"}},
        {"cells": SEARCHED["cells"] | {"layout": "satellite-fixed"}},
        {"cells": SEARCHED["cells"] | {"objective": "coverage"}},
        {"cells": {}, "beams": {}},
    ],
)
def test_without_a_search_nothing_is_said(changes: dict[str, Any]) -> None:
    assert local_search(stored(throughput=[1]), SEARCHED | changes, 1) is None
    assert search_verdict(None, {}) == ""
