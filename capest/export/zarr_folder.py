"""Variables of a file as a Zarr folder (version 3), through xarray."""

from __future__ import annotations

import os
import shutil
import warnings
from pathlib import Path

from capest.errors import InputError
from capest.extras import need
from capest.results import files
from capest.results.open import open_result
from capest.results.ours import MADE_BY, check_writable
from capest.shown import one_line


def check_zarr(path: Path) -> None:
    """Refuse a name that something has: no folder is replaced.

    Raises
    ------
    InputError
        Also where zarr is not installed.
    """
    need("zarr", "a .zarr folder")
    if os.path.lexists(path):
        raise InputError(
            f"-o {one_line(str(path))}: is there, and folders are left alone; choose another name, "
            "or remove it"
        )
    check_writable(path.parent, f"-o {one_line(str(path))}")


def write_zarr(source: Path, names: tuple[str, ...], path: Path) -> None:
    """Write variables with their coordinates; the folder is whole, or not there.

    Parameters
    ----------
    source : Path
        File of capest.
    names : tuple of str
        Variables; all if empty.
    path : Path
        From `check_zarr`.

    Raises
    ------
    InputError
        As `check_zarr`, if something took the name in the meantime.
    OSError
    """
    temporary = files.temporary_path(path)
    try:
        with open_result(source) as opened, warnings.catch_warnings():
            # Texts have no type yet that the specification of Zarr names, and metadata in one
            # place, without which xarray warns whoever opens the folder, no place in it.
            warnings.simplefilter("ignore")
            dataset = opened[list(names)] if names else opened
            dataset = dataset.drop_encoding().assign_attrs(opened.attrs | {"made_by": MADE_BY})
            dataset.to_zarr(temporary, mode="w-", zarr_format=3, consolidated=True)
        check_zarr(path)
        os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
