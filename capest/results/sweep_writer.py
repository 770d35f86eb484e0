"""Results of a sweep's points streamed into one NetCDF file, one point in memory at a time.

A variable of a point gets the axes of the sweep before its own dimensions: figures and their
limits, one value a trial of everything that means and shares come from, and the histograms of
groups of trials, all as the result of the point has them. So any two points can be compared in
pairs. The difference of every figure to the first point stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.results import schema
from capest.results.differences import Difference, Trials, differences
from capest.results.identity import GROWING, read_identity
from capest.results.layouts import has_layout
from capest.results.sweep_file import AXES, DIFFERENCE_TO, KEY, KINDS, kind_of
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
    "block_trials": "trials of a block of the point, 0 where blocks grow by themselves",
    "beams": "beams of the satellite, 0 for a constellation",
    "statistics_beams": "beams that count in the statistics, 0 for a constellation",
}


@dataclass(frozen=True)
class SweepAxis:
    """A dimension of a sweep: its name, the dotted key it stands for, and its values."""

    name: str
    key: str
    values: np.ndarray


@dataclass(frozen=True)
class _Kept:
    """A variable of the points: dimensions after the axes, type and attributes."""

    dims: tuple[str, ...]
    dtype: np.dtype
    attributes: dict[str, Any]


def write_sweep(
    path: Path,
    axes: Sequence[SweepAxis],
    places: Sequence[tuple[int, ...]],
    results: Sequence[Path],
    attributes: Mapping[str, Any],
) -> None:
    """Write the file of a sweep.

    Parameters
    ----------
    path : Path
        New file.
    axes : sequence of SweepAxis
    places : sequence of tuple of int
        Where each point lies on the axes; the first is the one that others are compared with.
    results : sequence of Path
        Result of every point.
    attributes : mapping
        Global attributes.

    Raises
    ------
    InputError
        A result cannot be read, or its bins are not those of the first.
    OSError, RuntimeError
        The file cannot be written.
    """
    import netCDF4

    kept, sizes, lacking = _survey(results)
    with netCDF4.Dataset(path, "x", format="NETCDF4") as dataset:
        dataset.setncatts(dict(attributes))
        dataset.setncatts({AXES: ", ".join(axis.name for axis in axes)})
        dataset.setncatts({DIFFERENCE_TO: _named(axes, places[0])})
        names = tuple(axis.name for axis in axes)
        for axis in axes:
            dataset.createDimension(axis.name, len(axis.values))
        with netCDF4.Dataset(results[0]) as first:
            _define_common(dataset, first, sizes)
        for axis in axes:
            _write_axis(dataset, axis)
        for name, text in _SIZES.items():
            _describe(dataset.createVariable(name, "i8", names, fill_value=False), "1", text)
        text = "seed of the point's random numbers"
        _describe(dataset.createVariable("seed", "u8", names, fill_value=False), "1", text)
        for name, variable in kept.items():
            _create(dataset, names, name, variable, lacking)
            if not name.endswith(("_low", "_high")) and _is_figure(name, variable.dims):
                _create_difference(dataset, names, name, variable)
        _write_points(dataset, places, results, kept)


def _survey(results: Sequence[Path]) -> tuple[dict[str, _Kept], dict[str, int], bool]:
    """Variables to keep, greatest sizes of their dimensions, and whether some points lack any."""
    import netCDF4

    kept: dict[str, _Kept] = {}
    sizes: dict[str, int] = {}
    trials: set[int] = set()
    counts: dict[str, int] = {}
    for path in results:
        read_identity(path)
        with netCDF4.Dataset(path) as point:
            trials.add(point.dimensions["trial"].size)
            for name, variable in point.variables.items():
                if not _is_kept(name, variable.dimensions):
                    continue
                counts[name] = counts.get(name, 0) + 1
                for dim, size in zip(variable.dimensions, variable.shape, strict=True):
                    if dim.endswith("_bin") and sizes.get(dim, size) != size:
                        raise InputError(f"{path}: its bins are others; run the sweep anew")
                    sizes[dim] = max(size, sizes.get(dim, 0))
                if name not in kept:
                    wanted = ("units", "long_name")
                    said = {k: v for k, v in variable.__dict__.items() if k in wanted}
                    kept[name] = _Kept(variable.dimensions, variable.dtype, said)
    lacking = len(trials) > 1 or any(count < len(results) for count in counts.values())
    return kept, sizes, lacking


def _is_kept(name: str, dims: tuple[str, ...]) -> bool:
    if dims[:1] in (("trial",), ("group",)):
        return name != dims[0] and all(dim.endswith("_bin") for dim in dims[1:])
    return _is_figure(name, dims)


def _is_figure(name: str, dims: tuple[str, ...]) -> bool:
    stem = name.removesuffix("_low").removesuffix("_high")
    return dims in ((), ("quantile",)) and stem.endswith(("_quantile", "_mean"))


def _define_common(
    dataset: netCDF4.Dataset, first: netCDF4.Dataset, sizes: Mapping[str, int]
) -> None:
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
    values, attributes = axis.values, {"long_name": f"{axis.key} of the scenario", KEY: axis.key}
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
    dataset: netCDF4.Dataset, names: tuple[str, ...], name: str, variable: _Kept, lacking: bool
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
    dataset: netCDF4.Dataset, names: tuple[str, ...], name: str, variable: _Kept
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


def _write_points(
    dataset: netCDF4.Dataset,
    places: Sequence[tuple[int, ...]],
    results: Sequence[Path],
    kept: Mapping[str, _Kept],
) -> None:
    import netCDF4

    of_all = [name for name in dataset.variables if name.endswith("_difference_kind")]
    for name in of_all:
        dataset[name][:] = 0
    with netCDF4.Dataset(results[0]) as reference_file:
        reference_file.set_auto_mask(False)
        reference = _trials_of_file(reference_file)
        for place, path in zip(places, results, strict=True):
            with netCDF4.Dataset(path) as point:
                point.set_auto_mask(False)
                _write_point(dataset, place, point, kept)
                if place == places[0]:
                    continue
                for found in differences(_trials_of_file(point), reference):
                    _write_difference(dataset, place, found)


def _write_point(
    dataset: netCDF4.Dataset,
    place: tuple[int, ...],
    point: netCDF4.Dataset,
    kept: Mapping[str, _Kept],
) -> None:
    for name, variable in kept.items():
        target = dataset[name]
        shape = target.shape[len(place) :]
        if name not in point.variables:
            if variable.dims[:1] == ("group",):
                target[place] = np.zeros(shape, variable.dtype)
            continue
        values = point[name][...]
        if variable.dims[:1] == ("group",) and len(values) < shape[0]:
            more = np.zeros((shape[0] - len(values), *shape[1:]), values.dtype)
            values = np.concatenate([values, more])
        if variable.dims == ("trial",):
            target[(*place, slice(0, len(values)))] = values
        else:
            target[place] = values
    for name, size in _sizes(point).items():
        dataset[name][place] = size
    dataset["seed"][place] = np.uint64(int(point.getncattr("seed")))


def _sizes(point: netCDF4.Dataset) -> dict[str, int]:
    size = {name: dimension.size for name, dimension in point.dimensions.items()}
    beams = size["cell"] if has_layout(point.variables) else 0
    return {
        "satellites": size.get("satellite", 1),
        "trials": size["trial"],
        "block_trials": _block_trials(point) or 0,
        "beams": beams,
        "statistics_beams": int(point["cell_counted"][:].sum()) if beams else 0,
    }


def _block_trials(point: netCDF4.Dataset) -> int | None:
    """Trials of a block of a result, ``None`` where blocks grow by themselves."""
    length = point.getncattr("block_trials")
    return None if str(length) == GROWING else int(length)


def _write_difference(dataset: netCDF4.Dataset, place: tuple[int, ...], found: Difference) -> None:
    mean = found.statistic == "mean"
    stem = f"{found.metric}_{'mean' if mean else 'quantile'}_difference"
    if not mean:
        place = (*place, list(QUANTILES).index(found.statistic))
    values = {"": found.value, "_low": found.low, "_high": found.high}
    if found.units != "dB":
        values |= {
            "_percent": found.percent,
            "_percent_low": found.percent_low,
            "_percent_high": found.percent_high,
        }
    for end, value in values.items():
        dataset[f"{stem}{end}"][place] = value
    dataset[f"{stem}_kind"][place] = kind_of(found)


def _trials_of_file(file: netCDF4.Dataset) -> Trials:
    return Trials(
        file.dimensions["trial"].size,
        _block_trials(file),
        str(file.getncattr("seed")),
        frozenset(file.variables),
        lambda name: file[name][...],
        lambda name: file[name].__dict__,
    )


def _named(axes: Sequence[SweepAxis], place: tuple[int, ...]) -> str:
    return ", ".join(
        f"{axis.key} = {axis.values[at]}" for axis, at in zip(axes, place, strict=True)
    )
