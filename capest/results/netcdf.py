"""Blocks streamed into one NetCDF file: memory does not grow with the number of trials.

Raw netCDF4 in one thread (HDF5 is not thread-safe), into a temporary file beside the target
that gets its name only when complete and on disk. Times, host names and the command stand
in global attributes only, so the variables of an undisturbed and of a resumed run are equal
byte for byte.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from capest.errors import StorageError
from capest.results import exact_sums, files, schema
from capest.results.identity import GROWING, ResultIdentity, read_identity
from capest.results.variable import Variable
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES
from capest.statistics.quantity import QUANTILES
from capest.statistics.reduction import GROUPS, Estimate, Reduction

if TYPE_CHECKING:
    import netCDF4

__all__ = ["ResultIdentity", "read_identity", "sweep", "write_result"]

_SLAB_TRIALS = 512
"""Most trials held in memory and written at once; also the longest chunk along trials."""

_SLAB_VALUES = 2**18
"""Most values of one variable in a slab: 2 MiB of float64 at the most."""

Attribute = str | int | float


def write_result(
    path: str | Path,
    blocks: Iterable[tuple[int, BlockResult]],
    layout: Mapping[str, np.ndarray],
    *,
    sizes: Sequence[int],
    block_trials: int | None,
    provenance: Mapping[str, Attribute],
    publish: Callable[[Path, Path], None] = files.publish,
) -> list[Estimate]:
    """Write a result file from the blocks of a run.

    Parameters
    ----------
    path : str or Path
        Target; replaced in one step when the new file is complete and on disk.
    blocks : iterable of (int, BlockResult)
        Every block of the run in block order, from 0.
    layout : mapping of str to array
        Coordinates of cells and satellites, names of ``layouts``.
    sizes : sequence of int
        Trials of every block.
    block_trials : int or None
        Trials per block; the last block may have fewer. ``None`` where they grow by themselves.
    provenance : mapping of str to str, int or float
        Global attributes: title, source, history, ``scenario_toml``, ``scenario_fingerprint``,
        ``seed``, ``backend``, ``capest_version`` and what else tells where the file comes from.
    publish : callable
        Gives the finished file its name; called with the temporary one and ``path``.

    Returns
    -------
    list of Estimate
        The figures written into the file.

    Raises
    ------
    StorageError
        Full disk or other trouble; the target is as before, nothing partial is left.
    ValueError
        Blocks that are not those of the run, in order.
    """
    path = Path(path)
    temporary = files.temporary_path(path)
    try:
        estimates = _write(temporary, blocks, layout, sizes, block_trials, provenance)
        publish(temporary, path)
    except (OSError, RuntimeError) as error:
        said = files.reason(error) if isinstance(error, OSError) else str(error)
        # netCDF4 reports that HDF5 could not write as RuntimeError("NetCDF: HDF error").
        if isinstance(error, RuntimeError) and not said.startswith("NetCDF"):
            raise
        raise StorageError(
            f"cannot write {path}: {said} ({files.free_space(path.parent)}); make sure that its "
            "folder exists and has room, then run the same command again: finished blocks are kept"
        ) from error
    finally:
        files.discard(temporary)
    return estimates


def sweep(path: str | Path) -> None:
    """Remove temporary files that dead runs left beside ``path``.

    Call only while no other run can write ``path``: with the lock of its block store held.
    """
    path = Path(path)
    files.sweep_temporaries(path.parent, re.escape(path.name))


def _write(
    temporary: Path,
    blocks: Iterable[tuple[int, BlockResult]],
    layout: Mapping[str, np.ndarray],
    sizes: Sequence[int],
    block_trials: int | None,
    provenance: Mapping[str, Attribute],
) -> list[Estimate]:
    import netCDF4

    trials = sum(sizes)
    blocks = iter(blocks)
    first_block = next(blocks)
    blocks = itertools.chain([first_block], blocks)
    first = first_block[1]
    metrics = [metric for metric in AXES if metric in first.histograms]
    widest = max([1, *(v.shape[1] for v in first.trial_cell.values())])
    slab = min(trials, _SLAB_TRIALS, max(1, _SLAB_VALUES // widest))
    groups = min(GROUPS, len(sizes))
    reduction = Reduction()
    with netCDF4.Dataset(temporary, "x", format="NETCDF4") as dataset:
        dataset.set_fill_off()
        table = schema.table(
            layout,
            trial=first.trial,
            trial_cell=first.trial_cell,
            cell=first.cell,
            histograms=first.histograms,
        )
        table |= exact_sums.variables(first.cell)
        sizes_of = _sizes(trials, layout, table, groups, metrics) | exact_sums.sizes(first.cell)
        for name, size in sizes_of.items():
            dataset.createDimension(name, size)
        for name, variable in table.items():
            _create(dataset, name, variable, slab)
        length = GROWING if block_trials is None else block_trials
        done = {"trials_done": trials, "block_trials": length}
        dataset.setncatts(schema.GLOBAL_ATTRIBUTES | dict(provenance) | done)
        _write_coordinates(dataset, layout, trials, groups, metrics)
        checked = _added(_in_order(blocks, sizes), reduction)
        for start, columns in _slabs(checked, slab):
            for name, values in columns.items():
                dataset[name][start : start + len(values)] = values
        estimates = reduction.estimates()
        sums = reduction.cell_sums()
        for name, values in schema.cell_means(sums, trials, first.trial_cell).items():
            dataset[name][:] = values
        exact_sums.write(dataset, sums)
        _write_reduction(dataset, reduction, estimates, metrics)
    return estimates


def _sizes(
    trials: int,
    layout: Mapping[str, np.ndarray],
    table: Mapping[str, Variable],
    groups: int,
    metrics: Iterable[str],
) -> dict[str, int]:
    sizes = {"trial": trials, "group": groups, "quantile": len(QUANTILES)}
    sizes |= {table[name].dims[0]: len(values) for name, values in layout.items()}
    bins = {f"{metric}_bin": AXES[metric].regular_bins for metric in metrics}
    return sizes | {"bnds": 2} | bins


def _create(dataset: netCDF4.Dataset, name: str, variable: Variable, slab: int) -> None:
    if variable.dtype == "str":
        dataset.createVariable(name, str, variable.dims).setncatts(variable.netcdf_attributes())
        return
    storage: dict[str, Any] = {}
    sizes = [dataset.dimensions[dim].size for dim in variable.dims]
    if "trial" in variable.dims or np.prod(sizes) > 1000:
        chunks = [slab if d == "trial" else n for d, n in zip(variable.dims, sizes, strict=True)]
        # A cache of one chunk: slabs are whole chunks, written once and in order.
        cache = int(np.prod(chunks)) * np.dtype(variable.dtype).itemsize
        storage = {"chunksizes": chunks, "chunk_cache": cache}
        storage["fletcher32"] = True  # a damaged file must not pass for a result
        # Figures of beams that all have users are noise to a packer: a third less at ten times the
        # time. Counts shrink well, and so do cells of a region, of which most are dark or empty.
        if np.dtype(variable.dtype).kind in "iu" or name.endswith("_by_trial"):
            storage |= {"zlib": True, "complevel": 1}
    fill: Any = False if variable.fill is None else variable.fill
    created = dataset.createVariable(
        name, variable.dtype, variable.dims, fill_value=fill, **storage
    )
    created.setncatts(variable.netcdf_attributes())


def _in_order(
    blocks: Iterable[tuple[int, BlockResult]], sizes: Sequence[int]
) -> Iterator[tuple[int, BlockResult]]:
    """Pass the blocks on, having checked that they are the run's, all of them and in order."""
    done = 0
    for expected, (index, block) in enumerate(blocks):
        wanted = sizes[expected] if expected < len(sizes) else 0
        if (index, block.first_trial, block.trials) != (expected, done, wanted):
            raise ValueError(
                f"block {index} with trials {block.first_trial}+{block.trials} where block "
                f"{expected} with trials {done}+{wanted} was expected"
            )
        yield index, block
        done += block.trials
    if done != sum(sizes):
        raise ValueError(f"blocks of {done} trials for a run of {sum(sizes)}")


def _added(
    blocks: Iterable[tuple[int, BlockResult]], reduction: Reduction
) -> Iterator[BlockResult]:
    for index, block in blocks:
        reduction.add(index, block)
        yield block


def _slabs(
    blocks: Iterable[BlockResult], length: int
) -> Iterator[tuple[int, dict[str, np.ndarray]]]:
    """Regroup blocks to slabs of ``length`` trials, whatever the blocks' length.

    Yields
    ------
    first : int
        First trial of the slab.
    columns : dict of str to array (length or fewer, ...)
        The per-trial variables by name.
    """
    first, waiting, held = 0, [], 0
    for block in blocks:
        waiting.append({**block.trial, **block.trial_cell})
        held += block.trials
        if held < length:
            continue
        joined = {name: np.concatenate([part[name] for part in waiting]) for name in waiting[0]}
        whole = held - held % length
        for start in range(0, whole, length):
            columns = {name: joined[name][start : start + length] for name in joined}
            yield first + start, columns
        first, held = first + whole, held - whole
        # Copies, so that the slab just written can be freed.
        waiting = [{name: values[whole:].copy() for name, values in joined.items()}]
    if held:
        yield first, {name: np.concatenate([part[name] for part in waiting]) for name in waiting[0]}


def _write_coordinates(
    dataset: netCDF4.Dataset,
    layout: Mapping[str, np.ndarray],
    trials: int,
    groups: int,
    metrics: Iterable[str],
) -> None:
    trial_chunk = 2**16
    for first in range(0, trials, trial_chunk):
        last = min(trials, first + trial_chunk)
        dataset["trial"][first:last] = np.arange(first, last)
    for name in ("cell", "satellite"):
        if name in dataset.dimensions:
            dataset[name][:] = np.arange(dataset.dimensions[name].size)
    dataset["group"][:] = np.arange(groups)
    dataset["quantile"][:] = list(QUANTILES.values())
    dataset["all_trials"][()] = (trials - 1) / 2
    for name, values in layout.items():
        dataset[name][:] = values.astype(object) if values.dtype.kind == "U" else values
    for axis in (AXES[metric] for metric in metrics):
        edges = axis.edges()
        dataset[f"{axis.name}_bin"][:] = schema.bin_centres(axis)
        dataset[f"{axis.name}_bin_bounds"][:] = np.stack([edges[:-1], edges[1:]], axis=1)


def _write_reduction(
    dataset: netCDF4.Dataset,
    reduction: Reduction,
    estimates: Iterable[Estimate],
    metrics: Iterable[str],
) -> None:
    dataset["group_trials"][:] = reduction.group_trials
    for metric in metrics:
        counts = reduction.group_counts(metric)
        dataset[f"{metric}_below"][:] = counts[:, 0]
        dataset[f"{metric}_count"][:] = counts[:, 1:-1]
        dataset[f"{metric}_above"][:] = counts[:, -1]
    order = list(QUANTILES)
    for found in estimates:
        mean = found.statistic == "mean"
        stem = f"{found.metric}_{'mean' if mean else 'quantile'}"
        place = () if mean else order.index(found.statistic)
        for name, value in ((stem, found.value), (f"{stem}_low", found.low)):
            dataset[name][place] = value
        dataset[f"{stem}_high"][place] = found.high
        if found.note:
            dataset[stem].setncattr(schema.NOTE, found.note)
