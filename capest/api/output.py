"""Where what a function computes goes: a file, or memory alone."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import xarray as xr

from capest.results.open import open_result


def opened(output: str | Path | None, compute: Callable[[Path], None]) -> xr.Dataset:
    """Compute a file and open it; without an output it is read into memory, and removed.

    Parameters
    ----------
    output : path, optional
    compute : callable
        Takes the path of the file that it is to write.
    """
    if output is not None:
        path = Path(output)
        compute(path)
        return open_result(path)
    with tempfile.TemporaryDirectory(prefix="capest-") as folder:
        path = Path(folder) / "result.nc"
        compute(path)
        with open_result(path) as dataset:
            loaded = dataset.load()
    # The file is gone.
    loaded.encoding.pop("source", None)
    for variable in loaded.variables.values():
        variable.encoding.pop("source", None)
    return loaded
