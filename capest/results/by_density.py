"""The share of calls or users served, by how densely people live: groups of equal many people."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from capest.results.cell_totals import CellTotals

UNITS = {
    **dict.fromkeys(("lowest_per_km2", "highest_per_km2"), "km-2"),
    **dict.fromkeys(("cells", "people", "asked", "served", "share"), "1"),
    **dict.fromkeys(("at_minimum", "share_with_minimum"), "1"),
    "area_km2": "km2",
}
"""Units of what is known of a group."""


@dataclass(frozen=True)
class DensityGroup:
    """Cells of a group of people, or of users where nobody knows where people live.

    Cells at a border belong to both groups in part, so that groups are equally large.

    Attributes
    ----------
    lowest_per_km2, highest_per_km2 : float
        Density of the cells in it: people, or users of a trial, per km².
    cells : float
    area_km2 : float
    people : float or None
    asked, served : float
        Calls (or users) a trial.
    at_minimum : float or None
        Callers a trial who hold the minimum or an equal part of their beam, and whose call is not
        carried; ``None`` where nobody can.
    """

    lowest_per_km2: float
    highest_per_km2: float
    cells: float
    area_km2: float
    people: float | None
    asked: float
    served: float
    at_minimum: float | None = None

    @property
    def share(self) -> float:
        """What is served of what is asked for; NaN where nobody asks."""
        return self.served / self.asked if self.asked > 0.0 else float("nan")

    @property
    def shares(self) -> dict[str, float]:
        """Shares of what is asked for: served, and served or at the minimum where there is one."""
        found = {"share": self.share}
        if self.at_minimum is not None:
            something = self.served + self.at_minimum
            share = something / self.asked if self.asked > 0.0 else float("nan")
            found["share_with_minimum"] = share
        return found

    def to_dict(self) -> dict[str, float]:
        """What is known, as plain values."""
        found = {name: value for name, value in vars(self).items() if value is not None}
        return found | (self.shares if self.asked > 0.0 else {})


def why_no_groups(totals: CellTotals) -> str:
    """Why there are no groups by density; empty where there are."""
    if totals.area_km2 is None:
        return (
            "cells have no place on the Earth, and no area: satellite.latitude_deg and "
            "longitude_deg give them one"
        )
    if not totals.asked.any():
        return "nobody asked in any trial"
    return ""


def density_groups(totals: CellTotals, groups: int = 10) -> list[DensityGroup]:
    """Divide people into groups of equal size, from thinly to densely settled cells.

    Cells are sorted by people per km², or by users per km² as drawn where users are not placed by
    where people live; those without any are left out.

    Parameters
    ----------
    totals : CellTotals
    groups : int
        1 or more.

    Returns
    -------
    list of DensityGroup
        Empty where `why_no_groups` says why.
    """
    if why_no_groups(totals) or totals.area_km2 is None:
        return []
    trials = max(totals.trials, 1)
    of_users = totals.people is None
    size = totals.asked / trials if totals.people is None else totals.people
    settled = np.flatnonzero(size > 0.0)
    density = size[settled] / totals.area_km2[settled]
    order = np.argsort(density, kind="stable")
    density, settled = density[order], settled[order]
    reached = np.concatenate([[0.0], np.cumsum(size[settled], dtype=np.float64)])
    if reached[-1] <= 0.0:
        return []
    ends = reached[-1] * np.arange(groups + 1) / groups
    # The first and the last cell of which a group has a part.
    first = np.clip(np.searchsorted(reached, ends[:-1], side="right") - 1, 0, len(settled) - 1)
    last = np.clip(np.searchsorted(reached, ends[1:], side="left") - 1, 0, len(settled) - 1)

    def parts(values: np.ndarray) -> np.ndarray:
        summed = np.concatenate([[0.0], np.cumsum(values[settled], dtype=np.float64)])
        return np.diff(np.interp(ends, reached, summed))

    has_minimum = totals.at_minimum is not None
    least = np.zeros(len(size)) if totals.at_minimum is None else totals.at_minimum / trials
    columns = zip(
        *(density[first], density[last], parts(np.ones(len(size))), parts(totals.area_km2)),
        *(parts(size), parts(totals.asked / trials), parts(totals.served / trials), parts(least)),
        strict=True,
    )
    return [
        DensityGroup(
            *(low, high, cells, area, None if of_users else people, asked, served),
            at_minimum=held if has_minimum else None,
        )
        for low, high, cells, area, people, asked, served, held in (
            map(float, row) for row in columns
        )
    ]
