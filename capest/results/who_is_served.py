"""Who is served and who is not, of a result: never served, by density of people, how evenly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from capest.results.by_density import DensityGroup, density_groups, why_no_groups
from capest.results.cell_totals import CellTotals, cell_totals
from capest.results.stored import Stored
from capest.results.unserved import Unserved, unserved_of
from capest.statistics.fairness import jain_index

_THROUGHPUT = "user_throughput"


@dataclass(frozen=True)
class WhoIsServed:
    """Who is served and who is not.

    Attributes
    ----------
    unserved : Unserved
    by_density : list of DensityGroup
        Ten groups of equally many people.
    why_no_groups : str
        Why there are none.
    jain_over_cells : float
        Jain's index of the share served in each cell that asked, every cell with equal weight; NaN
        where nobody asked, or nobody was served.
    jain_over_users : float
        Of calls: each is carried or not, so that it is the share carried. Else of the throughput
        of users, from their distribution.
    rough_people : bool
        People are counted where the centres of places are.
    """

    unserved: Unserved
    by_density: list[DensityGroup]
    why_no_groups: str
    jain_over_cells: float
    jain_over_users: float
    rough_people: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Everything as plain values; a share of nothing is left out."""
        calls = self.unserved.what == "calls"
        indices = {
            "jain_over_cells": self.jain_over_cells,
            "jain_over_users": self.jain_over_users,
            "of_cells": f"share of {'calls carried' if calls else 'users served'} of every cell "
            "that asked, with equal weights",
            "of_users": "calls, carried or not" if calls else "throughput",
        }
        no_groups = {"no_served_by_density": self.why_no_groups} if self.why_no_groups else {}
        return {
            "unserved": self.unserved.to_dict(),
            "served_by_density": [each.to_dict() for each in self.by_density],
            **no_groups,
            "fairness": {
                name: None if isinstance(value, float) and math.isnan(value) else value
                for name, value in indices.items()
            },
        }


def who_is_served(stored: Stored) -> WhoIsServed | None:
    """Find out who is served and who is not.

    Parameters
    ----------
    stored : Stored

    Returns
    -------
    WhoIsServed or None
        ``None`` where a file has no values of cells.
    """
    totals = cell_totals(stored)
    if totals is None:
        return None
    asks = totals.asked > 0
    return WhoIsServed(
        unserved_of(totals),
        density_groups(totals),
        why_no_groups(totals),
        jain_over_cells=jain_index(totals.served[asks] / totals.asked[asks]),
        jain_over_users=_over_users(stored, totals),
        rough_people=totals.rough_people,
    )


def _over_users(stored: Stored, totals: CellTotals) -> float:
    """Jain's index over calls, or over the throughput of users."""
    if totals.what == "calls":
        carried, asked = float(totals.served.sum()), float(totals.asked.sum())
        return carried / asked if carried > 0.0 else math.nan
    if f"{_THROUGHPUT}_count" not in stored.names:
        return math.nan
    counts = stored.values(f"{_THROUGHPUT}_count").sum(axis=0)
    above = int(stored.values(f"{_THROUGHPUT}_above").sum())
    below = int(stored.values(f"{_THROUGHPUT}_below").sum())
    rate = stored.values(f"{_THROUGHPUT}_bin")
    # Whoever has less than the first bin has nothing; nobody has more than the last one.
    return jain_index(np.array([0.0, *rate, rate[-1]]), np.array([below, *counts, above]))
