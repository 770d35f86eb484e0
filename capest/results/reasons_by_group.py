"""Who is served and why the others are not, by groups of cells."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from capest.results.by_density import density_groups
from capest.results.cell_totals import CellTotals
from capest.results.stored import Stored
from capest.results.unserved import NO_BEAM, NO_SATELLITE, TOO_WEAK
from capest.statistics.intervals import Interval
from capest.statistics.rare_events import share_over_trials
from capest.statistics.trial_sums import PartAndWhole

SERVED = "served"
"""Part of those who ask that got what they asked for."""

NO_BEAM_OR_SATELLITE = "beam_or_satellite"
"""Users without a beam in a cell that some trials leave without a satellite: which of the two
kept each of them from a beam is not in the file."""

CENTRE_ABROAD = "centre abroad"
"""Cells at a border of the region, with users of the region and their centre in another country."""

_NO_COUNTRY = "--"

STEPS_DEG = (0.1, 0.2, 0.5, 1.0, 2.0, 2.5, 5.0, 10.0, 15.0, 30.0)
"""Widths of zones of latitude."""


@dataclass(frozen=True)
class Group:
    """Some cells together.

    Attributes
    ----------
    name : str
    asked : float
        Calls asked for, or users, in all trials.
    parts : dict of str to float
        Of these: `SERVED`, and the others by reason.
    """

    name: str
    asked: float
    parts: dict[str, float]

    @property
    def shares(self) -> dict[str, float]:
        """Parts of those who ask, 0 to 1; NaN where nobody asks."""
        whole = self.asked if self.asked > 0.0 else math.nan
        return {part: amount / whole for part, amount in self.parts.items()}


def parts_of_cells(stored: Stored, totals: CellTotals) -> dict[str, np.ndarray]:
    """Who is served and why the others are not, in every cell that counts.

    Parameters
    ----------
    stored : Stored
    totals : CellTotals
        Of the same result.

    Returns
    -------
    dict of str to int64 array (cells,)
        `SERVED`, then reasons of refusal, in all trials. They add up to ``totals.asked``.
    """
    found = {SERVED: totals.served}
    if totals.what == "calls":
        return found | totals.refused
    lit = totals.with_beam
    if lit is None and {"cell_lit", "cell_users"} <= stored.names:
        lit = _users_with_beam(stored)[totals.number]
    if lit is None:
        return found | {"unknown": totals.asked - totals.served}
    dark = totals.asked - lit
    found[TOO_WEAK] = lit - totals.served
    if totals.covered is None:
        return found | {NO_BEAM: dark}
    never, always = totals.covered == 0, totals.covered == totals.trials
    found[NO_BEAM] = np.where(always, dark, 0)
    found[NO_BEAM_OR_SATELLITE] = np.where(always | never, 0, dark)
    found[NO_SATELLITE] = np.where(never, dark, 0)
    return found


def _users_with_beam(stored: Stored) -> np.ndarray:
    """Users in lit beams of one satellite, in all trials, int64 array (cells,)."""
    lit = stored.values("cell_lit") > 0
    found: np.ndarray = (stored.values("cell_users") * lit).sum(axis=0, dtype=np.int64)
    return found


def whole(stored: Stored, totals: CellTotals, parts: dict[str, np.ndarray]) -> Group:
    """Everybody together, also those of a region whom no cell holds.

    Parameters
    ----------
    stored : Stored
    totals : CellTotals
    parts : dict of str to array (cells,)
        See `parts_of_cells`.
    """
    sums = {name: float(values.sum()) for name, values in parts.items()}
    found = by_trial(stored, totals)
    asked = float(totals.asked.sum()) if found is None else float(found[0].sum())
    outside = asked - float(totals.asked.sum())
    if outside > 0.0:
        # Whom no cell holds, no beam is aimed at.
        sums[NO_BEAM] = sums.get(NO_BEAM, 0.0) + outside
    return Group("all", asked, sums)


def by_trial(stored: Stored, totals: CellTotals) -> tuple[np.ndarray, np.ndarray] | None:
    """Who asked and who was served in each trial, int64 arrays (trials,); None where not kept."""
    names = ("calls_offered", "calls") if totals.what == "calls" else ("users", "served_users")
    if not set(names) <= stored.names:
        return None
    asked, served = (stored.values(name).astype(np.int64) for name in names)
    if totals.of_beams and totals.what == "users" and "cell_users" in stored.names:
        # Users of all beams are counted there, also of those that do not count.
        asked = stored.values("cell_users")[:, totals.number].sum(axis=1, dtype=np.int64)
    if served.sum() != totals.served.sum() or asked.sum() < totals.asked.sum():
        return None
    return asked, served


def served_share(stored: Stored, totals: CellTotals) -> Interval:
    """Share of everybody who asks that is served, 0 to 1, with its interval over trials."""
    found = by_trial(stored, totals)
    if found is None:
        asked = float(totals.asked.sum())
        value = float(totals.served.sum()) / asked if asked > 0.0 else math.nan
        return Interval(value, math.nan, math.nan, "n/a: trials are not kept one by one")
    sums = PartAndWhole()
    asked_in, served_in = found
    sums.add(served_in, asked_in)
    return share_over_trials(sums)


def by_key(
    totals: CellTotals, parts: dict[str, np.ndarray], key: np.ndarray, names: Sequence[str]
) -> list[Group]:
    """Sum up the cells of every group.

    Parameters
    ----------
    totals : CellTotals
    parts : dict of str to array (cells,)
        See `parts_of_cells`.
    key : int64 array (cells,)
        Group of each cell, from 0.
    names : sequence of str
        Of the groups.
    """

    def total(values: np.ndarray) -> np.ndarray:
        return np.bincount(key, values.astype(np.float64), minlength=len(names))

    asked, sums = total(totals.asked), {name: total(values) for name, values in parts.items()}
    return [
        Group(name, float(asked[k]), {part: float(of[k]) for part, of in sums.items()})
        for k, name in enumerate(names)
    ]


def by_latitude_zones(
    totals: CellTotals, parts: dict[str, np.ndarray], latitude_deg: np.ndarray, most: int = 16
) -> list[Group]:
    """Sum up cells by zones of latitude, from north to south.

    Parameters
    ----------
    totals : CellTotals
    parts : dict of str to array (cells,)
    latitude_deg : float array (cells,)
        Of the centres of the cells.
    most : int
        Zones at most; their width is the least of `STEPS_DEG` with which there are no more.
    """
    asking = latitude_deg[totals.asked > 0]
    if not len(asking):
        return []
    south, north = float(asking.min()), float(asking.max())
    step = next(
        (each for each in STEPS_DEG if math.floor(north / each) - math.floor(south / each) < most),
        STEPS_DEG[-1],
    )
    zone = np.floor(latitude_deg / step).astype(np.int64)
    first, last = math.floor(south / step), math.floor(north / step)
    key = np.clip(last - zone, 0, last - first)
    names = [_zone_text(k * step, (k + 1) * step) for k in range(last, first - 1, -1)]
    return by_key(totals, parts, key, names)


def _zone_text(south_deg: float, north_deg: float) -> str:
    """Limits of a zone, such as "30–32.5° N"."""
    south_deg, north_deg = max(round(south_deg, 6), -90.0), min(round(north_deg, 6), 90.0)
    if south_deg < 0.0:
        return f"{abs(north_deg):g}–{abs(south_deg):g}° S"
    return f"{south_deg:g}–{north_deg:g}° N"


def by_country_names(
    totals: CellTotals,
    parts: dict[str, np.ndarray],
    country: np.ndarray,
    most: int = 16,
    of_region: Sequence[str] = (),
) -> list[Group]:
    """Sum up cells by country, those with most who ask first, and the last ones together.

    Parameters
    ----------
    totals : CellTotals
    parts : dict of str to array (cells,)
    country : str array (cells,)
        ISO 3166 alpha-2; ``--`` of none.
    most : int
        Groups at most.
    of_region : sequence of str
        Countries of the region, if it is given by countries: all users are in these, and cells at
        their border whose centre lies in another one are a group of their own.
    """
    if of_region:
        at_home = np.isin(country, [*of_region, _NO_COUNTRY])
        country = np.where(at_home, country, CENTRE_ABROAD)
    codes, key = np.unique(country, return_inverse=True)
    asked = np.bincount(key, totals.asked.astype(np.float64), minlength=len(codes))
    order = np.argsort(-asked, kind="stable")
    names = ["no country" if codes[k] == _NO_COUNTRY else str(codes[k]) for k in order]
    if len(codes) > most:
        names = [*names[: most - 1], f"{len(codes) - most + 1:,} others"]
    place = np.empty(len(codes), dtype=np.int64)
    place[order] = np.minimum(np.arange(len(codes)), len(names) - 1)
    return by_key(totals, parts, place[key], names)


def by_density_tenths(totals: CellTotals, parts: dict[str, np.ndarray]) -> list[Group]:
    """Sum up cells by tenths of the people (or users), from densely to thinly settled cells.

    Cells at a border belong to both groups in part, as of `by_density.density_groups`.
    """
    columns = {
        name: density_groups(replace(totals, served=values, at_minimum=None))
        for name, values in parts.items()
    }
    trials = max(totals.trials, 1)
    return [
        Group(
            f"{_density(group.lowest_per_km2)}–{_density(group.highest_per_km2)}",
            group.asked * trials,
            {name: of[k].served * trials for name, of in columns.items()},
        )
        for k, group in reversed(list(enumerate(columns[SERVED])))
    ]


def _density(per_km2: float) -> str:
    return f"{per_km2:,.0f}" if per_km2 >= 10.0 else f"{per_km2:.2g}"


def by_ring(
    totals: CellTotals, parts: dict[str, np.ndarray], u: np.ndarray, v: np.ndarray
) -> list[Group]:
    """Sum up the beams of one satellite by rings around the middle one.

    Parameters
    ----------
    totals : CellTotals
    parts : dict of str to array (cells,)
    u, v : float array (all cells of the file,)
        Direction cosines of the beams, the middle one first.
    """
    ring = ring_of_beams(u, v)[totals.number]
    rings, key = np.unique(ring, return_inverse=True)
    return by_key(totals, parts, key, ["middle" if k == 0 else f"ring {k}" for k in rings])


def ring_of_beams(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    """Ring of each beam of a hexagonal layout around the first, int64 array (beams,).

    Parameters
    ----------
    u, v : float array (beams,)
        Direction cosines.
    """
    du, dv = u - u[0], v - v[0]
    if len(du) < 2:
        return np.zeros(len(du), dtype=np.int64)
    spacing = float(np.hypot(du, dv)[1:].min())
    # Axial coordinates: u = spacing (i + j / 2), v = spacing j sqrt(3/4).
    j = np.rint(dv / (spacing * math.sqrt(0.75)))
    i = np.rint(du / spacing - 0.5 * j)
    found: np.ndarray = np.max(np.abs([i, j, i + j]), axis=0).astype(np.int64)
    return found
