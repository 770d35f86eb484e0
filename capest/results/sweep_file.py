"""What the file of a sweep holds, and whether a file is one; read without xarray."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.columns import printable

if TYPE_CHECKING:
    import netCDF4
    import xarray as xr

AXES = "sweep_axes"
"""Attribute of a sweep's file: names of its dimensions."""

KEY = "scenario_key"
"""Attribute of an axis: its key in a scenario, dotted."""

MOST_POINTS = 10_000
"""Points of a sweep at most."""


def axis_name(key: str) -> str:
    """Name of a key's dimension, as ``Scenario.replace`` writes it: ``beams__frequency_reuse``.

    Dots are legal in NetCDF, but neither in the names that CF recommends nor in keywords of Python.
    """
    return key.replace(".", "__")


def axes_of(path: str | Path) -> list[str]:
    """Names of a sweep's axes, from its file; none if it is anything else."""
    import netCDF4

    check_regular(path)
    try:
        with netCDF4.Dataset(path, "r") as dataset:
            return str(dataset.getncattr(AXES)).split(", ")
    except (OSError, RuntimeError, AttributeError):
        return []


def check_sweep(path: str | Path) -> None:
    """Refuse a file that says it is of a sweep and is none; reads no values.

    Raises
    ------
    InputError
    """
    import netCDF4

    names = axes_of(path)
    try:
        with netCDF4.Dataset(path, "r") as dataset:
            fault = _fault(dataset, names)
    except (OSError, RuntimeError) as error:
        raise InputError(f"{path}: not a NetCDF file that can be read") from error
    if fault:
        raise InputError(f"{path}: damaged: {fault}; run its sweep again")


def _fault(dataset: netCDF4.Dataset, names: Sequence[str]) -> str:
    """What keeps a file from being one of a sweep; empty if nothing does."""
    for name in names:
        if name not in dataset.dimensions or name not in dataset.variables:
            return f"{AXES} names {printable(name)!r}, of which there are no values"
        if dataset[name].dimensions != (name,):
            return f"the values of {printable(name)!r} have other dimensions"
    points = math.prod(dataset.dimensions[name].size for name in names)
    if not 0 < points <= MOST_POINTS:
        return f"{points:,} points where a sweep has 1 to {MOST_POINTS:,}"
    if "trials" not in dataset.variables or dataset["trials"].dimensions != tuple(names):
        return "it does not say how many trials every point has"
    return _wrong_figure(dataset, names)


def _wrong_figure(dataset: netCDF4.Dataset, names: Sequence[str]) -> str:
    # Files of 0.2 have a scalar beside the figures.
    allowed: Collection[tuple[str, ...]] = ((), tuple(names), (*names, "quantile"))
    for name, variable in dataset.variables.items():
        if name not in dataset.dimensions and variable.dimensions not in allowed:
            return f"{printable(name)!r} has other dimensions than the sweep"
    if "quantile" not in dataset.variables or dataset["quantile"].dimensions != ("quantile",):
        return "its quantiles are missing"
    return ""


def key_of(axis: xr.DataArray) -> str:
    """Key of an axis in a scenario, dotted; an earlier capest has it in its long name only."""
    said = axis.attrs.get(KEY)
    if said is None:
        said = str(axis.attrs.get("long_name", axis.name)).removesuffix(" of the scenario")
    return str(said)
