"""The differences that a report shows are those of this version.

``python tests/validation/test_stored_differences.py`` writes them again.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest

from capest.validation import cases
from capest.validation.calibrate import CalibrationTask, Comparison, calibrate
from capest.validation.stored_differences import (
    TRIALS,
    largest_by_metric,
    stored_differences,
)

FILE = Path(cases.__file__).parent / "reference" / "differences.csv"


def computed(case: int, backend: str = "numpy") -> list[Comparison]:
    found = calibrate(CalibrationTask(case, TRIALS, backend)).comparisons
    return [each for each in found if each.reference is not None]


@pytest.mark.parametrize("case", [9, 10])
def test_stored_values_are_those_that_are_computed(case: int) -> None:
    stored = {
        (each.link, each.metric, each.percentile): each
        for each in stored_differences()
        if each.case == case
    }
    found = computed(case)
    assert {(each.link, each.metric, each.percentile) for each in found} == set(stored)
    for each in found:
        row = stored[each.link, each.metric, each.percentile]
        assert row.value_db == pytest.approx(each.value, abs=0.0006)
        assert row.published_db == each.reference


def test_every_published_percentile_has_one() -> None:
    keys = {(each.case, each.link, each.metric, each.percentile) for each in stored_differences()}
    assert keys == set(cases.published())


def test_the_largest_by_metric_are_larger_than_all_others() -> None:
    found = stored_differences()
    rows = largest_by_metric(found)
    assert len(rows) == 8
    for link, metric, median, tail in rows:
        for each in found:
            if (each.link, each.metric) == (link, metric):
                largest = median if each.percentile == 50 else tail
                assert abs(each.difference_db) <= abs(largest.difference_db)


def test_differences_are_as_small_as_the_page_of_validation_says() -> None:
    for each in stored_differences():
        limit = 0.14 if each.percentile == 50 else 0.22
        assert abs(each.difference_db) <= limit, each


def write() -> None:
    """Write what this version computes."""
    numbers = sorted({case for case, *_ in cases.published()})
    with FILE.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("case", "link", "metric", "percentile", "value_db", "published_db"))
        for number in numbers:
            for each in computed(number, "native"):
                row = (each.case, each.link, each.metric, each.percentile)
                writer.writerow((*row, f"{each.value:.3f}", f"{each.reference:g}"))


if __name__ == "__main__":
    sys.exit(write())
