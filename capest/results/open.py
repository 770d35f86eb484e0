"""Open the file of a result or a sweep as a lazy dataset, with a clear word where it cannot be."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from capest.errors import InputError
from capest.file_kinds import check_regular, open_netcdf
from capest.results.identity import identity_in, read_identity
from capest.results.old_names import with_new_names
from capest.results.ours import CAPACITY_MARK, STUDY_MARK
from capest.results.sweep_file import AXES as SWEEP_AXES
from capest.results.sweep_file import check_sweep

if TYPE_CHECKING:
    import xarray as xr


def open_result(path: str | Path) -> xr.Dataset:
    """Open the file of a result, a sweep or a study; values of trials are read when they are used.

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
    opened = _open(path)
    # Pictures and whatever else goes back to the file find it, as xarray's own opening leaves it.
    opened.encoding["source"] = os.path.abspath(path)
    return opened


def _open(path: str | Path) -> xr.Dataset:
    check_regular(path)
    try:
        opened = open_netcdf(path)
    except (OSError, RuntimeError, ValueError) as error:
        read_identity(path)  # says what is wrong
        raise InputError(f"{path}: damaged: {error}") from error
    if STUDY_MARK in opened.attrs or CAPACITY_MARK in opened.attrs:
        return opened
    if SWEEP_AXES in opened.attrs:
        opened.close()
        return _open_sweep(path)
    try:
        # By what xarray has open: the NetCDF library may crash where texts are opened twice.
        identity_in(opened.attrs, opened.sizes.get("trial"), Path(path))
    except InputError:
        opened.close()
        raise
    return with_new_names(opened)


def _open_sweep(path: str | Path) -> xr.Dataset:
    """Open the file of a sweep: figures at once, trials and histograms when they are used."""
    check_sweep(path)
    opened = open_netcdf(path)
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
