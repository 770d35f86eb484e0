"""Sums over trials as whole numbers, in a constellation's result: a longer run goes on from them.

The means beside them are rounded to single precision; from these the sums cannot be had back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from capest.results.network_schema import FIXED_POINT
from capest.results.variable import Variable

if TYPE_CHECKING:
    import netCDF4

_FIXED_POINT_UNITS = {
    "cell_throughput": "Mbit s-1",
    "cell_elevation": "degree",
    "cell_sinr": "dB",
    "satellite_throughput": "Mbit s-1",
}
"""Sums of real numbers, in units of `1 / FIXED_POINT` of these."""

_SUFFIX = "_sum"


def variable_name(quantity: str) -> str:
    """Variable of the file that has the sums of a quantity of ``BlockResult.cell``."""
    return quantity + _SUFFIX


def variables(quantities: Iterable[str]) -> dict[str, Variable]:
    """Variables of a result whose blocks have these sums per cell and satellite."""
    return {variable_name(quantity): _variable(quantity) for quantity in quantities}


def _variable(quantity: str) -> Variable:
    dimension, _, what = quantity.partition("_")
    units = _FIXED_POINT_UNITS.get(quantity)
    comment = "a whole number: no rounding, so that a run of more trials goes on from here"
    return Variable(
        (dimension,),
        "i8",
        "1" if units is None else f"{1 / FIXED_POINT!r} {units}",
        f"sum over all trials: {what.replace('_', ' ')} of the {dimension}",
        attributes={"comment": comment},
    )


def read(dataset: netCDF4.Dataset) -> dict[str, np.ndarray]:
    """Sums of a result, int64 arrays by the names of ``BlockResult.cell``.

    Empty for one satellite; raises IndexError where a constellation's result has none.
    """
    names = [name for name in dataset.variables if name.endswith(_SUFFIX)]
    if not names and "satellite" in dataset.dimensions:
        raise IndexError("no sums per cell and satellite")
    return {name.removesuffix(_SUFFIX): dataset[name][:] for name in names}
