"""What xarray loads with its engines: ``ds.capest`` on every dataset, and ``engine="capest"``.

The entry point in pyproject.toml names it, so that ``xarray.open_dataset`` alone is enough. Who
opens files of others waits for this module too: it imports nothing heavy before it is used.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import xarray as xr
from xarray.backends import BackendEntrypoint

from capest.errors import InputError

if TYPE_CHECKING:
    from capest.accessor.of_dataset import CapestAccessor


@xr.register_dataset_accessor("capest")
def of_dataset(dataset: xr.Dataset) -> CapestAccessor:
    """What a dataset of capest says and shows, see `CapestAccessor`."""
    from capest.accessor.of_dataset import CapestAccessor

    return CapestAccessor(dataset)


class CapestEngine(BackendEntrypoint):
    """Opens files of capest as ``capest.open`` does: names of this version, clear refusals.

    xarray guesses it for no file: results are plain NetCDF, and its own engines read them.
    """

    description = "Results, sweeps and studies of capest, by the names of this version"
    url = ""

    def open_dataset(  # type: ignore[override]
        self, filename_or_obj: Any, *, drop_variables: str | Iterable[str] | None = None
    ) -> xr.Dataset:
        """Open a file; values of trials are read when they are used.

        Raises
        ------
        InputError
            Missing, no path, or not written by capest.
        """
        from capest.results.open import open_result

        if not isinstance(filename_or_obj, str | os.PathLike):
            what = type(filename_or_obj).__name__
            raise InputError(f'engine="capest" opens files: give a path, not {what}')
        opened = open_result(os.fspath(filename_or_obj))
        if drop_variables is None:
            return opened
        names = [drop_variables] if isinstance(drop_variables, str) else list(drop_variables)
        kept = opened.drop_vars(names, errors="ignore")
        kept.set_close(opened.close)
        return kept

    def guess_can_open(self, filename_or_obj: Any) -> bool:
        """Leave every file to xarray's own engines, unless this one is asked for."""
        return False
