"""One variable of a result file, as the tables of variables have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Variable:
    """One variable of a result file.

    Attributes
    ----------
    dims : tuple of str
        Dimensions, slowest first.
    dtype : str
        NumPy type string.
    units : str or None
        UDUNITS string or ``dB``; None where CF wants none (flags, bounds).
    long_name : str or None
        For people; None for bounds, which inherit from their coordinate.
    standard_name : str or None
        From the CF standard name table, where one exists.
    cell_methods : str or None
        How the values came from finer ones.
    fill : float or None
        ``_FillValue``.
    attributes : mapping
        Further CF attributes: bounds, flag_values, coordinates, ancillary_variables.
    """

    dims: tuple[str, ...]
    dtype: str
    units: str | None
    long_name: str | None
    standard_name: str | None = None
    cell_methods: str | None = None
    fill: float | None = None
    attributes: Mapping[str, object] = field(default_factory=dict)

    def netcdf_attributes(self) -> dict[str, object]:
        """Attributes to write, in a fixed order, without ``_FillValue``."""
        named = {
            "long_name": self.long_name,
            "standard_name": self.standard_name,
            "units": self.units,
            "cell_methods": self.cell_methods,
        }
        return {k: v for k, v in named.items() if v is not None} | dict(self.attributes)


def flags(meanings: str) -> dict[str, object]:
    """Attributes of a variable whose values 0, 1, ... stand for words."""
    values = np.arange(len(meanings.split()), dtype=np.int8)
    return {"flag_values": values, "flag_meanings": meanings}
