"""How far this version's study cases are from the published ones, as it was computed once.

``tests/validation/test_stored_differences.py`` computes them again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from capest.validation.cases import LINKS, METRICS, read_reference

TRIALS = 400
"""Trials of every study case."""


@dataclass(frozen=True)
class StoredDifference:
    """One percentile of one study case.

    Attributes
    ----------
    case : int
    link, metric : str
    percentile : int
    value_db, published_db : float
        Ours, and that of R1-1913224.
    """

    case: int
    link: str
    metric: str
    percentile: int
    value_db: float
    published_db: float

    @property
    def difference_db(self) -> float:
        """Ours less theirs."""
        return self.value_db - self.published_db


def stored_differences() -> list[StoredDifference]:
    """Read all of them, in the order of the study cases."""
    return [
        StoredDifference(
            int(row["case"]),
            row["link"],
            row["metric"],
            int(row["percentile"]),
            float(row["value_db"]),
            float(row["published_db"]),
        )
        for row in read_reference("differences")
    ]


def largest_by_metric(
    found: Sequence[StoredDifference],
) -> list[tuple[str, str, StoredDifference, StoredDifference]]:
    """Return link, metric, and the largest differences of a median and of the other percentiles."""
    rows = []
    for link in LINKS:
        for metric in METRICS:
            of_metric = [each for each in found if (each.link, each.metric) == (link, metric)]
            medians = [each for each in of_metric if each.percentile == 50]
            others = [each for each in of_metric if each.percentile != 50]
            if medians and others:
                rows.append((link, metric, _largest(medians), _largest(others)))
    return rows


def _largest(found: Sequence[StoredDifference]) -> StoredDifference:
    return max(found, key=lambda each: abs(each.difference_db))
