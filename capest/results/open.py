"""Open a result file as a lazy xarray dataset, with a clear word where that is impossible."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from capest.results.identity import read_identity

if TYPE_CHECKING:
    import xarray as xr


def open_result(path: str | Path) -> xr.Dataset:
    """Open a result file; values are read when they are used.

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
    read_identity(path)
    import xarray as xr

    from capest.results import accessor  # noqa: F401  (registers ds.capest)

    # The engine is named: another HDF5 library in the process could take the file otherwise.
    # No chunks: HDF5 is not thread-safe, and Dask would read in threads.
    return xr.open_dataset(path, engine="netcdf4", chunks=None)
