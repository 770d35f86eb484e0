"""Dimensions and variables of a sweep's file, made before its points are written.

A variable of a point gets the axes of the sweep before its own dimensions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.results import schema
from capest.results.sweep_file import KEY, KINDS
from capest.results.variable import flags
from capest.statistics.quantities import AXES as HISTOGRAM_AXES
from capest.statistics.quantity import QUANTILES

if TYPE_CHECKING:
    import netCDF4

_NO_COUNT = np.iinfo(np.int32).min
"""Whole number of a trial that a point does not have."""

_MOST_TRIALS_A_CHUNK = 2**15

_SIZES = {
    "satellites": "satellites of the scenario",
    "trials": "trials of the point",
    "common_trials": "trials that the point and the first have in common, of which its differences"
    " to the first are; 0 of other seeds",
    "block_trials": "trials of a block of the point, 0 where blocks grow by themselves",
    "beams": "beams of the satellite, 0 for a constellation",
    "statistics_beams": "beams that count in the statistics, 0 for a constellation",
}


@dataclass(frozen=True)
class SweepAxis:
    """A dimension of a sweep: its name, the dotted key it stands for, its values, what they are.

    Where the values are labels of settings of several keys, a word stands in place of the key, and
    the comment says what each label stands for.
    """

    name: str
    key: str
    values: np.ndarray
    long_name: str
    comment: str = ""


@dataclass(frozen=True)
class Kept:
    """A variable of the points: dimensions after the axes, type and attributes."""

    dims: tuple[str, ...]
    dtype: np.dtype
    attributes: dict[str, Any]


def define(
    dataset: netCDF4.Dataset,
    axes: Sequence[SweepAxis],
    sizes: Mapping[str, int],
    kept: Mapping[str, Kept],
    *,
    lacking: bool,
    of_cells: Mapping[str, str],
) -> None:
    """Make the dimensions and variables of a sweep's file, and write its coordinates.

    Parameters
    ----------
    dataset : netCDF4.Dataset
        New file.
    axes : sequence of SweepAxis
    sizes : mapping of str to int
        Greatest sizes of the points' dimensions.
    kept : mapping of str to Kept
        Variables of the points.
    lacking : bool
        Whether some points lack trials, or some of these variables.
    of_cells : mapping of str to str
        Figures from values of cells, with what they are.
    """
    names = tuple(axis.name for axis in axes)
    for axis in axes:
        dataset.createDimension(axis.name, len(axis.values))
    _define_common(dataset, sizes)
    for axis in axes:
        _write_axis(dataset, axis)
    for name, text in _SIZES.items():
        _describe(dataset.createVariable(name, "i8", names, fill_value=False), "1", text)
    for name, text in of_cells.items():
        _describe(dataset.createVariable(name, "f8", names, fill_value=np.nan), "1", text)
    text = "seed of the point's random numbers"
    _describe(dataset.createVariable("seed", "u8", names, fill_value=False), "1", text)
    for name, variable in kept.items():
        _create(dataset, names, name, variable, lacking)
        if not name.endswith(("_low", "_high")) and is_figure(name, variable.dims):
            _create_difference(dataset, names, name, variable)


def is_figure(name: str, dims: tuple[str, ...]) -> bool:
    """Tell whether a variable is a mean or has quantiles of all trials, or is a limit of one."""
    stem = name.removesuffix("_low").removesuffix("_high")
    return dims in ((), ("quantile",)) and stem.endswith(("_quantile", "_mean"))


def _define_common(dataset: netCDF4.Dataset, sizes: Mapping[str, int]) -> None:
    """Dimensions beside the axes, with their coordinates."""
    dims = {"trial": sizes["trial"], "group": sizes["group"], "quantile": len(QUANTILES)}
    for name, size in dims.items():
        dataset.createDimension(name, size)
        about = schema.COORDINATES[name]
        made = dataset.createVariable(name, about.dtype, (name,), fill_value=False)
        made.setncatts(about.netcdf_attributes())
        made[:] = list(QUANTILES.values()) if name == "quantile" else np.arange(size)
    dataset.createDimension("bnds", 2)
    for metric in (dim.removesuffix("_bin") for dim in sizes if dim.endswith("_bin")):
        axis = HISTOGRAM_AXES[metric]
        edges = axis.edges()
        dataset.createDimension(f"{metric}_bin", sizes[f"{metric}_bin"])
        about_bins = schema.histogram_variables(axis)
        for name, values in (
            (f"{metric}_bin", schema.bin_centres(axis)),
            (f"{metric}_bin_bounds", np.stack([edges[:-1], edges[1:]], axis=1)),
        ):
            made = dataset.createVariable(
                name, "f8", about_bins[name].dims, fill_value=False, zlib=True, complevel=1
            )
            made.setncatts(about_bins[name].netcdf_attributes())
            made[:] = values


def _write_axis(dataset: netCDF4.Dataset, axis: SweepAxis) -> None:
    """Coordinate of an axis; texts in characters of fixed number, which any library reads."""
    values, attributes = axis.values, {"long_name": axis.long_name, KEY: axis.key}
    attributes |= {"comment": axis.comment} if axis.comment else {}
    if values.dtype.kind == "U":
        encoded = np.char.encode(values, "utf-8")
        length = f"{axis.name}_length"
        dataset.createDimension(length, encoded.dtype.itemsize)
        made = dataset.createVariable(axis.name, "S1", (axis.name, length))
        made.setncatts(attributes)
        made.set_auto_chartostring(False)
        made[:] = encoded.view("S1").reshape(len(values), -1)
        made._Encoding = "utf-8"
        return
    if values.dtype.kind == "b":
        # As xarray writes truth values, which NetCDF does not have.
        values, attributes = values.astype(np.int8), attributes | {"dtype": "bool"}
    made = dataset.createVariable(axis.name, values.dtype, (axis.name,), fill_value=False)
    made.setncatts(attributes)
    made[:] = values


def _create(
    dataset: netCDF4.Dataset, names: tuple[str, ...], name: str, variable: Kept, lacking: bool
) -> None:
    storage: dict[str, Any] = {}
    fill: Any = False
    if variable.dims[:1] in (("trial",), ("group",)):
        # A chunk is of one point, so that a point is read and written alone.
        sizes = [dataset.dimensions[dim].size for dim in variable.dims]
        chunk = [min(size, _MOST_TRIALS_A_CHUNK) for size in sizes]
        storage = {"zlib": True, "complevel": 1, "fletcher32": True}
        storage["chunksizes"] = [*(1 for _ in names), *chunk]
        # Chunks are written whole and once: a cache of more than one would grow with the points.
        storage["chunk_cache"] = int(np.prod(chunk)) * variable.dtype.itemsize
    if variable.dims == ("trial",):
        fill = (np.nan if variable.dtype.kind == "f" else _NO_COUNT) if lacking else False
    elif variable.dims[:1] != ("group",):
        fill = np.nan
    made = dataset.createVariable(
        name, variable.dtype, (*names, *variable.dims), fill_value=fill, **storage
    )
    made.setncatts(variable.attributes)


def _create_difference(
    dataset: netCDF4.Dataset, names: tuple[str, ...], name: str, variable: Kept
) -> None:
    units, said = variable.attributes["units"], variable.attributes["long_name"]
    dims = (*names, *variable.dims)
    stem = f"{name}_difference"
    for ending, unit in (("", units), ("_percent", "percent")):
        if units == "dB" and ending:
            continue
        text = f"difference to the first point: {said}"
        for end, limit in (
            ("", ""),
            ("_low", "lower limit of the "),
            ("_high", "upper limit of the "),
        ):
            made = dataset.createVariable(f"{stem}{ending}{end}", "f8", dims, fill_value=np.nan)
            _describe(made, unit, limit + text)
    kind = dataset.createVariable(f"{stem}_kind", "i1", dims, fill_value=False)
    kind.setncatts({"long_name": f"how known is the {text}"})
    kind.setncatts(flags(" ".join(KINDS)))


def _describe(variable: netCDF4.Variable, units: str, long_name: str) -> None:
    variable.setncatts({"units": units, "long_name": long_name})
