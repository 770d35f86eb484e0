"""The one table of quantities of a result, and what follows from it.

A new quantity is one row in ``quantities_of_users``, ``quantities_of_trials``,
``quantities_of_emissions``, ``quantities_of_cells`` or ``quantities_of_kept_cells``: blocks may
then hold it, and estimates, result files, summaries, sweeps, ``--until``, JSON and the page on
results have it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from capest.statistics.histograms import HistogramAxis
from capest.statistics.quantities_of_cells import OF_CELLS
from capest.statistics.quantities_of_emissions import OF_EMISSIONS, SHARES_OF_EMISSIONS
from capest.statistics.quantities_of_kept_cells import OF_KEPT_CELLS
from capest.statistics.quantities_of_trials import OF_TRIALS
from capest.statistics.quantities_of_users import OF_USERS
from capest.statistics.quantity import Quantity, When

QUANTITIES: tuple[Quantity, ...] = (
    *(*OF_USERS, *OF_TRIALS, *OF_EMISSIONS, *SHARES_OF_EMISSIONS),
    *(*OF_CELLS, *OF_KEPT_CELLS),
)
"""Every quantity that a block may hold, and every share, in the order in which they are told."""


def of_dims(*dims: str) -> dict[str, Quantity]:
    """Rows with these dimensions, by name, without families."""
    return {row.name: row for row in QUANTITIES if row.dims == dims and not row.is_family}


# A cell's name may stand twice: with a value in every trial, and with a mean over trials.
_NAMED = {row.name: row for row in QUANTITIES if not {"cell", "satellite"} & {*row.dims}}

_FAMILIES = sorted(
    (row for row in _NAMED.values() if row.is_family), key=lambda row: -len(row.name)
)

_PLACES = {name: place for place, name in enumerate(_NAMED)}

AXES: dict[str, HistogramAxis] = {
    row.name: row.axis
    for row in sorted(_NAMED.values(), key=lambda row: row.over_trials)
    if row.distribution
}
"""Bins of every distribution, those over trials last."""

SHARES: tuple[Quantity, ...] = tuple(row for row in _NAMED.values() if row.share)
"""Ratios of sums over trials."""

ALL_BEAMS: dict[str, str] = {
    row.name: each.detail
    for row in _NAMED.values()
    for each in row.when
    if each.when is When.ONE_SATELLITE and each.detail
}
"""Figures of one satellite with all its beams, each with the figure of the beams that count."""


@lru_cache(maxsize=256)
def quantity(name: str) -> Quantity:
    """Row of users, beams, trials or a share.

    Parameters
    ----------
    name : str
        Such as ``"throughput"``, or of a family ``"calls_voice"``.

    Raises
    ------
    KeyError
        There is no such quantity.
    """
    found = _NAMED.get(name)
    if found is not None and not found.is_family:
        return found
    for family in _FAMILIES:
        before, after = map(re.escape, family.name.split("{service}"))
        match = re.fullmatch(f"{before}([a-z0-9_]+){after}", name)
        if match:
            return family.of_service(match[1].replace("_", "-"))
    raise KeyError(name)


def is_known(name: str) -> bool:
    """Whether there is a quantity of this name, see `quantity`."""
    try:
        quantity(name)
    except KeyError:
        return False
    return True


def in_order(names: Iterable[str]) -> list[str]:
    """Sort names of quantities by the table, those of one family by their service."""

    def place(name: str) -> tuple[int, str]:
        row = quantity(name)
        return _PLACES[row.family or row.name], name

    return sorted(names, key=place)


def figures(services: Iterable[str] = ()) -> list[str]:
    """Every figure there may be, such as ``"sinr_db.p05"``.

    Parameters
    ----------
    services : iterable of str
        Presets whose calls a mix counts one by one.
    """
    rows = [row for row in _NAMED.values() if not row.is_family]
    rows += [family.of_service(each) for each in services for family in _FAMILIES]
    return [f"{row.name}.{statistic}" for row in rows for statistic in row.statistics]


CALLS_AT_RATES = ("calls_at_least_rate", "calls_between_rates", "calls_at_wanted_rate")
"""Calls that adapt, from the least rate to the wanted one."""


def calls_of_service(preset: str) -> tuple[str, str]:
    """Name the calls of one service of a mix: carried, and offered."""
    name = preset.replace("-", "_")
    return f"calls_{name}", f"calls_offered_{name}"
