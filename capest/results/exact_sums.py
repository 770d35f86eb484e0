"""Sums over trials as whole numbers, in a result file: a longer run goes on from them.

The means beside them are rounded to single precision: the sums cannot be had back from those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from capest.results.layouts import has_layout
from capest.results.variable import Variable
from capest.statistics.quantities_of_cells import FIXED_POINT

if TYPE_CHECKING:
    import netCDF4

_DIMENSIONS = ("cell", "satellite")

_QUANTITIES = "quantities"
"""Attribute with the names of what is summed up."""

_COMMENT = (
    "whole numbers, without rounding, so that a run of more trials goes on from here; sums of real "
    f"numbers (throughput, elevation, sinr) are in units of 1/{int(FIXED_POINT)} Mbit s-1, degree, "
    "dB"
)


def variables(quantities: Iterable[str]) -> dict[str, Variable]:
    """Variables of a result whose blocks have these sums (names of ``BlockResult.cell``)."""
    found = {}
    for dimension, names in _by_dimension(quantities):
        found[f"{dimension}_sums"] = Variable(
            (f"{dimension}_sum", dimension),
            "i8",
            "1",
            f"{len(names)} sums over all trials per {dimension}",
            # No variable: the NetCDF library may crash where texts are opened twice.
            attributes={"comment": _COMMENT, _QUANTITIES: " ".join(names)},
        )
    return found


def sizes(quantities: Iterable[str]) -> dict[str, int]:
    """Lengths of the dimensions that only these variables have."""
    return {f"{dimension}_sum": len(names) for dimension, names in _by_dimension(quantities)}


def write(dataset: netCDF4.Dataset, sums: Mapping[str, np.ndarray]) -> None:
    """Write the sums into their variables."""
    for dimension, names in _by_dimension(sums):
        dataset[f"{dimension}_sums"][:] = np.stack([sums[name] for name in names])


def read(dataset: netCDF4.Dataset) -> dict[str, np.ndarray]:
    """Sums of a result, int64 arrays by the names of ``BlockResult.cell``.

    Raises IndexError where a constellation's result has none.
    """
    sums: dict[str, np.ndarray] = {}
    for dimension in _DIMENSIONS:
        if f"{dimension}_sums" in dataset.variables or not has_layout(dataset.variables):
            variable = dataset[f"{dimension}_sums"]
            names = str(variable.getncattr(_QUANTITIES)).split()
            sums |= dict(zip(names, variable[:], strict=True))
    return sums


def _by_dimension(quantities: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    there = list(quantities)
    for dimension in _DIMENSIONS:
        if names := [name for name in there if name.startswith(f"{dimension}_")]:
            yield dimension, names
