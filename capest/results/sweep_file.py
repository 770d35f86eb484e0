"""What the file of a sweep holds, and whether a file is one; read without xarray."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.file_kinds import check_regular
from capest.results.columns import printable
from capest.statistics.rare_events import FEWEST_CONTRIBUTING

if TYPE_CHECKING:
    import netCDF4
    import xarray as xr

    from capest.results.differences import Difference

AXES = "sweep_axes"
"""Attribute of a sweep's file: names of its dimensions."""

KEY = "scenario_key"
"""Attribute of an axis: its key in a scenario, dotted, or a word for what its labels name."""

DIFFERENCE_TO = "difference_to"
"""Attribute of a sweep: which point the stored differences are to."""

KINDS = (
    "not_compared",
    "paired",
    "independent",
    "same_in_all_trials",
    "too_few_trials",
    "outside_the_bins",
)
"""How a difference is known: meanings of the flags 0, 1, ... of ``<figure>_difference_kind``."""

MOST_POINTS = 10_000
"""Points of a sweep at most."""


def kind_of(found: Difference) -> int:
    """Flag of a difference, see `KINDS`."""
    if not found.note:
        return KINDS.index("paired" if found.paired else "independent")
    if found.note.startswith("same"):
        return KINDS.index("same_in_all_trials")
    return KINDS.index("outside_the_bins" if "bins" in found.note else "too_few_trials")


def note_of(kind: int, common_trials: int = 0) -> str:
    """Why a stored difference has no limits; empty where it has some.

    Parameters
    ----------
    kind : int
        Flag of the difference, see `KINDS`.
    common_trials : int
        Trials that make pairs; 0 where nobody knows.
    """
    if KINDS[kind] == "too_few_trials" and 0 < common_trials < FEWEST_CONTRIBUTING:
        return f"not known: {common_trials} trials are too few"
    return {
        "same_in_all_trials": "same: equal in all trials",
        "too_few_trials": "not known: too few trials have any, or differ",
        "outside_the_bins": "not known: outside the bins",
    }.get(KINDS[kind], "")


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
        if not _is_of_axis(dataset[name], name):
            return f"the values of {printable(name)!r} have other dimensions"
    points = math.prod(dataset.dimensions[name].size for name in names)
    if not 0 < points <= MOST_POINTS:
        return f"{points:,} points where a sweep has 1 to {MOST_POINTS:,}"
    if "trials" not in dataset.variables or dataset["trials"].dimensions != tuple(names):
        return "it does not say how many trials every point has"
    return _wrong_figure(dataset, names)


def _is_of_axis(variable: netCDF4.Variable, name: str) -> bool:
    """Whether a variable has one value, or one text as characters, for each place of an axis."""
    characters = variable.dtype == "S1"
    return variable.dimensions[:1] == (name,) and len(variable.dimensions) == 1 + characters


_DIMENSIONS = {(), ("quantile",), ("trial",), ("group",), ("group", "bin"), ("bin", "bnds")}
"""Of a variable, after those of the axes: figures, trials, histograms and their bins."""


def _wrong_figure(dataset: netCDF4.Dataset, names: Sequence[str]) -> str:
    # Files of 0.2 have a scalar beside the figures.
    for name, variable in dataset.variables.items():
        own = variable.dimensions
        own = own[len(names) :] if own[: len(names)] == tuple(names) else own
        own = tuple("bin" if dim.endswith("_bin") else dim for dim in own)
        if name not in dataset.dimensions and own not in _DIMENSIONS:
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
