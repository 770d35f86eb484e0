"""Open the file of a result or a sweep as a lazy dataset, with a clear word where it cannot be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.results.identity import read_identity
from capest.results.old_names import with_new_names
from capest.results.sweep_file import axes_of, check_sweep

if TYPE_CHECKING:
    import xarray as xr


def open_result(path: str | Path) -> xr.Dataset:
    """Open the file of a result or of a sweep; values of trials are read when they are used.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    xarray.Dataset
        With the accessor ``ds.capest``.

    Raises
    ------
    InputError
        Missing, not NetCDF, or not written by capest.
    """
    of_sweep = bool(axes_of(path))
    if of_sweep:
        check_sweep(path)
    else:
        read_identity(path)
    import xarray as xr

    from capest.results import accessor  # noqa: F401  (registers ds.capest)

    # The engine is named: another HDF5 library in the process could take the file otherwise.
    # No chunks: HDF5 is not thread-safe, and Dask would read in threads.
    opened = xr.open_dataset(path, engine="netcdf4", chunks=None)
    if not of_sweep:
        return with_new_names(opened)
    try:
        if "trial" not in opened.dims:
            # Of an earlier capest: small, and the NetCDF library may crash where its texts are
            # opened twice.
            with opened:
                return opened.load()
        for variable in opened.variables.values():
            if not {"trial", "group"} & set(variable.dims):
                variable.load()
    except (OSError, RuntimeError) as error:
        opened.close()
        raise InputError(f"{path}: damaged: {error}; run its sweep again") from error
    return opened
