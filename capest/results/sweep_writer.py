"""Results of a sweep's points streamed into one NetCDF file, one point in memory at a time.

A variable of a point gets the axes of the sweep before its own dimensions: figures and their
limits, one value a trial of everything that means and shares come from, and the histograms of
groups of trials, all as the result of the point has them. So any two points can be compared in
pairs. The difference of every figure to the first point stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import InputError
from capest.results.differences import Difference, Trials, common_trials, differences
from capest.results.identity import GROWING, read_identity
from capest.results.layouts import has_layout
from capest.results.stored import open_stored
from capest.results.sweep_file import AXES, DIFFERENCE_TO, kind_of
from capest.results.sweep_of_cells import OF_CELLS, figures_of_cells
from capest.results.sweep_variables import Kept, SweepAxis, define, is_figure
from capest.statistics.quantity import QUANTILES

if TYPE_CHECKING:
    import netCDF4


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
    of_cells = [_of_cells(path) for path in results]
    some = {name: text for name, text in OF_CELLS.items() if any(name in each for each in of_cells)}
    with netCDF4.Dataset(path, "x", format="NETCDF4") as dataset:
        dataset.setncatts(dict(attributes))
        dataset.setncatts({AXES: ", ".join(axis.name for axis in axes)})
        dataset.setncatts({DIFFERENCE_TO: _named(axes, places[0])})
        define(dataset, axes, sizes, kept, lacking=lacking, of_cells=some)
        _write_points(dataset, places, results, kept)
        for place, figures in zip(places, of_cells, strict=True):
            for name, value in figures.items():
                dataset[name][place] = value


def _of_cells(path: Path) -> dict[str, float]:
    with open_stored(path) as stored:
        return figures_of_cells(stored)


def _survey(results: Sequence[Path]) -> tuple[dict[str, Kept], dict[str, int], bool]:
    """Variables to keep, greatest sizes of their dimensions, and whether some points lack any."""
    import netCDF4

    kept: dict[str, Kept] = {}
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
                    kept[name] = Kept(variable.dimensions, variable.dtype, said)
    lacking = len(trials) > 1 or any(count < len(results) for count in counts.values())
    return kept, sizes, lacking


def _is_kept(name: str, dims: tuple[str, ...]) -> bool:
    if dims[:1] in (("trial",), ("group",)):
        return name != dims[0] and all(dim.endswith("_bin") for dim in dims[1:])
    return is_figure(name, dims)


def _write_points(
    dataset: netCDF4.Dataset,
    places: Sequence[tuple[int, ...]],
    results: Sequence[Path],
    kept: Mapping[str, Kept],
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
                trials = _trials_of_file(point)
                dataset["common_trials"][place] = common_trials(trials, reference)
                if place == places[0]:
                    continue
                for found in differences(trials, reference):
                    _write_difference(dataset, place, found)


def _write_point(
    dataset: netCDF4.Dataset,
    place: tuple[int, ...],
    point: netCDF4.Dataset,
    kept: Mapping[str, Kept],
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
