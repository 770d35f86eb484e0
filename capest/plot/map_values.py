"""What a map or a layout of beams shows of each cell: values, their unit, and their scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from capest.errors import InputError
from capest.results.figures import people_unit
from capest.results.stored import Stored
from capest.scenario.nearest import nearest
from capest.statistics.quantities import of_dims
from capest.statistics.quantities_of_cells import ADDS_UP
from capest.statistics.refusals import SHORT_REASONS

PER_KM2 = 1e4
"""What adds up over area is shown per so many square kilometres."""

_WIDE = 30.0
"""Amounts whose largest is so many times the smallest are shown on a logarithmic scale."""

_HIGHEST = 99.8
_LOWEST = 1.0
"""Percentiles of the values between which colours run: a few extreme cells go beyond."""

_MBIT = "Mbit/s"
_FEW_MBIT = 0.5
"""Less is shown in kbit/s."""

_PEOPLE = ("cell_people", "cell_residents")
_NO_VALUES = ("cell_sums", "cell_counted")
_OF_PLACE = ("cell_latitude", "cell_longitude", "cell_u", "cell_v", "cell_area")

_SHORT = {
    "cell_calls": "calls at once",
    "cell_calls_offered": "calls asked for",
    "cell_throughput": "downlink throughput",
    "cell_uplink_throughput": "uplink throughput",
    "cell_offered_traffic": "downlink traffic asked for",
    "cell_users": "users",
    "cell_lit_users": "users with a beam",
    "cell_served_users": "users served",
    "cell_people": "people by centres of places",
    "cell_residents": "people living there",
    "cell_sinr_db": "SINR, mean of the dB values of users",
    "cell_uplink_sinr_db": "uplink SINR, mean of the dB values of drops",
    "cell_spectral_efficiency": "spectral efficiency, mean of users served",
    "cell_elevation": "elevation of the serving satellite, mean of users",
    "cell_downlink_load": "share of the beam's time that calls take",
    "cell_uplink_load": "share of the uplink's subchannels that calls take",
    "cell_lit": "share of trials in which the beam is lit",
    "cell_lit_share": "share of trials with a beam",
    "cell_asking_share": "share of trials in which a user asks",
    "cell_dark_share": "share of trials without a beam, of those in which a user asks",
    "cell_covered_share": "share of trials with a satellite in view",
    "cell_satellites_in_view": "satellites in view, mean over trials",
    **{
        f"cell_calls_refused_{reason}": f"calls refused: {words}"
        for reason, words in SHORT_REASONS.items()
    },
}
"""What people call it; others have their long name."""


@dataclass(frozen=True)
class CellValues:
    """A value of every cell.

    Attributes
    ----------
    name : str
        Variable of the file.
    long_name : str
    unit : str
        As people write it; empty of a count or a share.
    values : float64 array (cells,)
        NaN where there is none.
    is_amount : bool
        It adds up over cells; values are per area then, if cells have an area.
    """

    name: str
    long_name: str
    unit: str
    values: np.ndarray
    is_amount: bool

    @property
    def label(self) -> str:
        """What people call it, with its unit."""
        between = " " if self.unit.startswith("per ") else ", "
        return f"{self.long_name}{between}{self.unit}" if self.unit else self.long_name

    @property
    def is_logarithmic(self) -> bool:
        """Amounts over a wide range are shown by their logarithm."""
        positive = self.values[self.values > 0.0]
        if not self.is_amount or not len(positive) or (self.values < 0.0).any():
            return False
        low, high = np.percentile(positive, [_LOWEST, _HIGHEST])
        return bool(high > _WIDE * low)

    @property
    def limits(self) -> tuple[float, float]:
        """Values of the first and the last colour."""
        values = self.values[np.isfinite(self.values)]
        if self.is_logarithmic:
            values = values[values > 0.0]
        if not len(values):
            return 0.0, 1.0
        if self.is_logarithmic:
            low, high = np.percentile(values, [_LOWEST, _HIGHEST])
        else:
            low, high = (float(each) for each in (values.min(), values.max()))
            # What adds up is read from zero.
            low = min(low, 0.0) if self.is_amount else low
        if low == high:
            # One colour for all that are the same: of nothing, or of a share, from 0 to 1.
            if low == 0.0 or (not self.unit and 0.0 <= low <= 1.0):
                return 0.0, 1.0
            apart = 0.5 * abs(low)
            return (low / 2.0, high * 2.0) if self.is_logarithmic else (low - apart, high + apart)
        return float(low), float(high)


def cell_names(stored: Stored) -> list[str]:
    """Variables with a number for every cell."""
    return [
        name
        for name in sorted(stored.names)
        if name not in (*_NO_VALUES, *_OF_PLACE)
        and name.startswith("cell_")
        and stored.dimensions(name) in (("cell",), ("trial", "cell"))
        and stored.values(name, 0).dtype.kind in "iuf"
    ]


def default_name(stored: Stored) -> str:
    """Calls where they are counted, else throughput, else whatever there is."""
    there = cell_names(stored)
    wanted: Sequence[str] = ("cell_calls", "cell_throughput", "cell_served_users")
    return next((name for name in (*wanted, *there) if name in there), "")


def cell_values(stored: Stored, of: str = "", *, per_area: bool = True) -> CellValues:
    """Read what is shown of each cell.

    Parameters
    ----------
    stored : Stored
    of : str
        Variable, with or without ``cell_``; `default_name` where it is empty.
    per_area : bool
        Divide amounts by the area of cells.

    Raises
    ------
    InputError
        No such variable with a number for every cell.
    """
    there = cell_names(stored)
    name = of or default_name(stored)
    if name not in there and f"cell_{name}" in there:
        name = f"cell_{name}"
    if name not in there:
        near = nearest(name, there)
        hint = f"did you mean {near!r}? " if near else ""
        raise InputError(f"--of {of}: no number for every cell: {hint}there are {', '.join(there)}")
    values = stored.values(name).astype(np.float64)
    if "trial" in stored.dimensions(name):
        values = _mean_over_trials(values)
    about = stored.attributes_of(name)
    long_name = _SHORT.get(name) or str(about.get("long_name", name))
    unit = people_unit(str(about.get("units", "")))
    unit = "" if unit == "1" else unit
    row = of_dims("cell").get(name) or of_dims("trial", "cell").get(name)
    is_people = name in _PEOPLE
    is_amount = is_people or (row is not None and (row.cell_methods or "").startswith(ADDS_UP))
    if is_amount and per_area and "cell_area" in stored.names:
        area_km2 = 1.0 if is_people else PER_KM2
        values = values / stored.values("cell_area") * area_km2
        unit = f"{unit} per {'' if is_people else f'{PER_KM2:,.0f} '}km²".strip()
    if unit.startswith(_MBIT) and np.nanmax(np.abs(values), initial=0.0) < _FEW_MBIT:
        values, unit = values * 1e3, unit.replace(_MBIT, "kbit/s")
    return CellValues(name, long_name, unit, values, is_amount)


def _mean_over_trials(values: np.ndarray) -> np.ndarray:
    """Mean of the trials that have a value; NaN where none has."""
    there = np.isfinite(values)
    count = there.sum(axis=0)
    total = np.where(there, values, 0.0).sum(axis=0)
    return np.divide(total, count, out=np.full(len(count), np.nan), where=count > 0)
