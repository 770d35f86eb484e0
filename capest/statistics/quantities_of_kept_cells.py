"""Rows of the table of quantities: values of every trial and cell that ``run.keep_cells`` adds.

A name stands for a mean over trials already: the values of trials have it with ``_by_trial``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from capest.statistics.quantities_of_cells import OF_CELLS
from capest.statistics.quantity import Quantity, QuantityCondition, When
from capest.statistics.refusals import WHY_REFUSED

_NO_USER = "missing where no user has a beam"
_DARK = "missing where the cell has no lit beam"
_WHOLE, _REAL = "i4", "f4"

_WORDS: dict[str, tuple[str, str, str, str]] = {
    "cell_satellites_in_view": (_WHOLE, "satellites above the mask", "mean", ""),
    "cell_users": (_WHOLE, "users in the cell", "sum", ""),
    "cell_lit_share": (
        _REAL,
        "1 where the cell has a beam, in a frame in any slot",
        "mean",
        "",
    ),
    "cell_slot_share": (
        _REAL,
        "share of the frame's slots in which the cell is lit",
        "mean",
        _DARK,
    ),
    "cell_offered_traffic": (
        _REAL,
        "downlink traffic that the cell's users want over the frame",
        "sum",
        "",
    ),
    "cell_lit_users": (_WHOLE, "users with a beam in the cell", "sum", ""),
    "cell_served_users": (_WHOLE, "users served in the cell", "sum", ""),
    "cell_throughput": (_REAL, "downlink throughput of the cell", "sum", ""),
    "cell_elevation": (
        _REAL,
        "elevation of the serving satellite, mean over the cell's users with a beam",
        "mean",
        _NO_USER,
    ),
    "cell_sinr_db": (
        _REAL,
        "signal to interference and noise ratio, mean of the dB values of the cell's users with a "
        "beam",
        "mean",
        _NO_USER,
    ),
    "cell_calls": (_WHOLE, "calls that the cell's users have", "sum", ""),
    "cell_calls_offered": (_WHOLE, "calls that the cell's users ask for", "sum", ""),
    "cell_calls_at_or_below_minimum": (
        _WHOLE,
        "callers of the cell who hold cells.minimum_share of the rate they want, or an equal part "
        "of their beam, and whose call is not carried",
        "sum",
        "",
    ),
    "cell_downlink_load": (
        _REAL,
        "share of the time of the cell's beam that calls take",
        "mean",
        _DARK,
    ),
    "cell_uplink_load": (
        _REAL,
        "share of the uplink subchannels of the cell's beam that calls take",
        "mean",
        _DARK,
    ),
    **{
        f"cell_calls_refused_{reason}": (
            _WHOLE,
            f"calls of the cell's users refused because {why}",
            "sum",
            "",
        )
        for reason, why in WHY_REFUSED.items()
    },
}
"""Type, words, cell method and reason of missing values, by the name of the mean."""


def by_trial_name(name: str) -> str:
    """Name of a cell's values in every trial, where its own stands for a mean over trials."""
    return f"{name}_by_trial"


def _kept(row: Quantity) -> Quantity:
    dtype, long_name, method, comment = _WORDS[row.name]
    return replace(
        row,
        name=by_trial_name(row.name),
        dims=("trial", "cell"),
        dtype=dtype,
        long_name=long_name,
        cell_methods=f"area: {method}",
        when=(*row.when, QuantityCondition(When.KEPT_CELLS)),
        comment=comment,
    )


_BY_MEAN: dict[str, Quantity] = {
    row.name: _kept(row) for row in OF_CELLS if row.dims == ("cell",) and row.name in _WORDS
}

OF_KEPT_CELLS: tuple[Quantity, ...] = tuple(_BY_MEAN.values())
"""In the order of the means."""


def values_by_trial(sums: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Values of every trial and cell, as a result keeps them.

    Parameters
    ----------
    sums : mapping of str to int64 array (trials, cells)
        Names as of ``BlockResult.cell``.

    Returns
    -------
    dict of str to array (trials, cells)
        NaN where nothing counts.
    """
    found = {}
    for name, row in _BY_MEAN.items():
        how = row.sum
        assert how is not None
        of, per = how.of or name, how.per
        if of not in sums or (per and per not in sums):
            continue
        values = sums[of]
        if row.dtype == _REAL:
            values = values.astype(np.float64) * how.unit
        if per:
            with np.errstate(invalid="ignore", divide="ignore"):
                values = values / sums[per]
        found[row.name] = values.astype(row.dtype)
    return found
