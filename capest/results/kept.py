"""Blocks read back from a result file, so that a run of more trials goes on from it.

Values of trials stand in the file as blocks had them. Counts and sums over trials stand there
added up: by group of blocks, and over all. They are whole numbers, so it does not matter with which
of its blocks a group's counts are added: the first one carries them, and the first of all the sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from capest.errors import InputError
from capest.results import exact_sums
from capest.statistics.block import BlockResult
from capest.statistics.quantities import AXES
from capest.statistics.reduction import GROUPS

if TYPE_CHECKING:
    import netCDF4

_SLAB_TRIALS = 512
"""Trials read at once, if a block is not longer: chunks of the file are no longer either."""


def read_blocks(
    path: str | Path, sizes: Sequence[int], *, with_cells: bool = True
) -> Iterator[BlockResult]:
    """Blocks of a finished result in their order, a slab of trials in memory at a time.

    Parameters
    ----------
    path : str or Path
    sizes : sequence of int
        Trials of every block of the result.
    with_cells : bool
        Read values per trial and beam, and sums per cell and satellite, too.

    Yields
    ------
    BlockResult
        Of all together a reduction has what it had of the blocks of the run; of a single one, only
        the values of its trials are its own.

    Raises
    ------
    InputError
        The file is damaged, or lacks what blocks have.
    """
    import netCDF4

    try:
        with netCDF4.Dataset(path, "r") as dataset:
            dataset.set_auto_mask(False)
            yield from _blocks(dataset, sizes, with_cells)
    except (OSError, RuntimeError, IndexError) as error:
        raise InputError(
            f"{path}: cannot be extended: it is damaged, or lacks what a longer run goes on from "
            f"({error}); make it anew with --overwrite, or choose another -o"
        ) from error


def read_history(path: str | Path) -> tuple[str, float]:
    """Lines of a result's history, and the seconds that it took."""
    import netCDF4

    with netCDF4.Dataset(path, "r") as dataset:
        history = str(getattr(dataset, "history", ""))
        return history, float(getattr(dataset, "elapsed_s", 0.0))


def _blocks(
    dataset: netCDF4.Dataset, sizes: Sequence[int], with_cells: bool
) -> Iterator[BlockResult]:
    dims = {name: variable.dimensions for name, variable in dataset.variables.items()}
    per_trial = [name for name in dims if dims[name] == ("trial",) and name != "trial"]
    per_beam = [name for name in dims if with_cells and dims[name][:1] == ("trial",)]
    per_beam = [name for name in per_beam if len(dims[name]) == 2]
    counts = {name: _group_counts(dataset, name) for name in AXES if f"{name}_count" in dims}
    no_counts = {name: np.zeros_like(values[0]) for name, values in counts.items()}
    sums = exact_sums.read(dataset) if with_cells else {}
    no_sums = {name: np.zeros_like(values) for name, values in sums.items()}
    index = first = 0
    for slab in _slabs(sizes):
        last = first + sum(slab)
        columns = {name: dataset[name][first:last] for name in (*per_trial, *per_beam)}
        start = 0
        for size in slab:
            rows = {name: values[start : start + size] for name, values in columns.items()}
            yield BlockResult(
                first + start,
                {name: rows[name] for name in per_trial},
                {name: rows[name] for name in per_beam},
                {name: values[index] for name, values in counts.items()}
                if index < GROUPS
                else no_counts,
                no_sums if index else sums,
            )
            index += 1
            start += size
        first = last


def _group_counts(dataset: netCDF4.Dataset, metric: str) -> np.ndarray:
    """Counts of all bins per group, int64 (G, bins)."""
    below, inside, above = (dataset[f"{metric}_{part}"][:] for part in ("below", "count", "above"))
    return np.concatenate([below[:, None], inside, above[:, None]], axis=1)


def _slabs(sizes: Sequence[int]) -> Iterator[list[int]]:
    """Consecutive blocks that are read at once."""
    slab: list[int] = []
    for size in sizes:
        if slab and sum(slab) + size > _SLAB_TRIALS:
            yield slab
            slab = []
        slab.append(size)
    if slab:
        yield slab
